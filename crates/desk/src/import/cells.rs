//! Typed words as values: as in any form, and days as spreadsheets keep them.

use std::collections::HashMap;

use hopluu_model::rules::{Column, Rule};
use hopluu_model::text::normalise_line;
use hopluu_model::{CollectionId, Date, FaultKind, Field, Kind, Value, fold};
use hopluu_view::Reader;

use crate::Refusal;
use crate::records::Typist;

/// Day 0 of ours in spreadsheets, which count from the end of 1899.
const EPOCH: i64 = 25_569;
/// The serial numbers of the years 1900 to 2199: others are no days.
const SERIALS: std::ops::Range<i64> = 1..109_575;

/// Reads the cells of a file.
pub(super) struct Cells<'a> {
    kind: Kind,
    typist: Typist<'a>,
    /// What was read already: lists say the same few names thousands of times.
    read: HashMap<(Field, String), Result<Value, FaultKind>>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(reader: &'a Reader, kind: Kind, collection: CollectionId) -> Self {
        Self { kind, typist: Typist::new(reader, collection), read: HashMap::new() }
    }

    /// Reads a cell that is not empty.
    ///
    /// # Errors
    /// When the view fails; inside, what is wrong with the cell.
    pub(super) fn read(&mut self, column: &Column, typed: &str) -> Result<Result<Value, FaultKind>, Refusal> {
        if column.rule == Rule::Date {
            return Ok(day(typed).map(Value::Date).ok_or(FaultKind::Malformed));
        }
        let asked = (column.field, typed.to_owned());
        if let Some(known) = self.read.get(&asked) {
            return Ok(known.clone());
        }
        let read = self.typist.read(self.kind, column.field, typed)?.map_err(|fault| match fault.what {
            FaultKind::Malformed if column.field == Field::UNIT_KIND => FaultKind::Unknown,
            other => other,
        });
        self.read.insert(asked, read.clone());
        Ok(read)
    }
}

/// A value as people read it in Vietnamese; another record by the name that was typed for it.
pub(super) fn said(kind: Kind, field: Field, value: &Value, typed: &str) -> String {
    match value {
        Value::Id(_) | Value::Ids(_) => normalise_line(typed),
        value => fold::said(kind, field, value).vi,
    }
}

/// A name as it is compared: spaces folded, small letters; accents tell names apart.
pub(super) fn plain(text: &str) -> String {
    normalise_line(text).to_lowercase()
}

/// A day as people write it, or as the number by which a spreadsheet keeps it.
fn day(typed: &str) -> Option<Date> {
    let line = normalise_line(typed);
    let line = line.split_once(" 00:00").map_or(line.as_str(), |(day, _)| day);
    if let Ok(serial) = line.parse::<i64>() {
        return SERIALS.contains(&serial).then(|| Date::from_days(serial - EPOCH));
    }
    line.parse().ok().or_else(|| line.replace(['.', '-'], "/").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_and_spreadsheets_write_them() {
        let first = Date::new(2025, 7, 1);
        for typed in
            ["01/07/2025", "1/7/2025", "2025-07-01", "01.07.2025", "1-7-2025", " 45839 ", "2025-07-01 00:00:00"]
        {
            assert_eq!(day(typed), first, "{typed}");
        }
        for typed in ["0", "31/02/2025", "7/2025", "hôm nay", "999999999999"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }
}
