//! A list as rows of typed cells, whatever file it becomes.

use std::borrow::Cow;

use hopluu_desk::Refusal;
use hopluu_model::{Date, Timestamp};

use crate::page::Page;

/// A column: its heading as a key of the words, its name for programs, its width in letters.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) key: &'static str,
    pub(super) slug: &'static str,
    pub(super) width: u16,
}

impl Column {
    /// One whose heading is not among the words of pages.
    pub(super) fn headed_elsewhere(slug: &'static str, width: u16) -> Self {
        let key = "";
        Self { key, slug, width }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(i64),
    Day(Date),
    Moment(Timestamp),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub(super) fn yes_no(page: &Page, yes: bool) -> Self {
        Self::Text(if yes { page.t("yes") } else { page.t("no") }.to_owned())
    }

    pub(super) fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    pub(super) fn moment(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Empty, Self::Moment)
    }

    pub(super) fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

pub(super) type Rows = Box<dyn Iterator<Item = Result<Vec<Cell>, Refusal>> + Send>;

/// A list that is to leave as a file.
pub(super) struct Table {
    /// The beginning of the file's name; also what the trail says.
    pub(super) file: Cow<'static, str>,
    /// Title of the sheet.
    pub(super) title: String,
    pub(super) columns: Cow<'static, [Column]>,
    /// Headings in the page's language.
    pub(super) heads: Vec<String>,
    pub(super) rows: Rows,
    /// How many rows there are.
    pub(super) total: usize,
    /// What stands beside the rows.
    pub(super) notes: Vec<String>,
}

impl Table {
    pub(super) fn new(page: &Page, file: &'static str, columns: &'static [Column], notes: Vec<String>) -> Self {
        let heads = columns.iter().map(|column| page.t(column.key).to_owned()).collect();
        Self {
            file: file.into(),
            title: file.to_owned(),
            columns: columns.into(),
            heads,
            rows: Box::new(std::iter::empty()),
            total: 0,
            notes,
        }
    }

    /// The same with rows that are all there.
    pub(super) fn with(self, rows: Vec<Vec<Cell>>) -> Self {
        Self { total: rows.len(), rows: Box::new(rows.into_iter().map(Ok)), ..self }
    }
}

/// A text that no spreadsheet takes for a formula: what would be one gets an apostrophe before it.
pub(super) fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Day and time as all programs read them.
pub(super) fn iso(at: Timestamp) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{} {hour:02}:{minute:02}", at.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        for text in ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["Đường hỏng", "1-2", "", "'=1"] {
            assert_eq!(defused(text), text);
        }
    }
}
