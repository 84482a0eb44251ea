//! XLSX: typed columns, a head that stays, filters; every text is a text, never a formula.

use std::path::Path;

use hopluu_desk::Refusal;
use hopluu_model::Timestamp;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Table};

/// Letters of one cell at most.
const LETTERS: usize = 32_767;
/// Day 0 of ours in spreadsheets, which count from the end of 1899.
const EPOCH: f64 = 25_569.0;
const DAY_MS: f64 = 86_400_000.0;
/// Seven hours ahead of UTC.
const ZONE: f64 = 7.0 / 24.0;

struct Formats {
    head: Format,
    text: Format,
    day: Format,
    moment: Format,
}

/// Rows wait in a nameless file in the given folder until the sheet is packed, so that memory does not grow with them.
pub(super) fn xlsx(table: Table, dir: &Path) -> Result<Vec<u8>, Refusal> {
    written(table, dir)?.map_err(|error| Refusal::failed("export", &error))
}

/// The outer error is one of the rows, the inner one of the writing.
fn written(table: Table, dir: &Path) -> Result<Result<Vec<u8>, XlsxError>, Refusal> {
    let mut book = Workbook::new();
    let formats = Formats {
        head: Format::new().set_bold().set_background_color(Color::RGB(0x00E2_F0F2)).set_text_wrap(),
        text: Format::new().set_align(FormatAlign::Top).set_text_wrap(),
        day: Format::new().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Top),
        moment: Format::new().set_num_format("dd/mm/yyyy hh:mm").set_align(FormatAlign::Top),
    };
    let (notes, Table { title, columns, heads, rows, .. }) = (table.notes.clone(), table);
    let begun = book.set_tempdir(dir).and_then(|book| {
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(title)?.set_freeze_panes(1, 0)?;
        for (place, (column, head)) in (0..).zip(columns.iter().zip(&heads)) {
            sheet.set_column_width(place, column.width)?;
            sheet.write_string_with_format(0, place, head, &formats.head)?;
        }
        Ok(sheet)
    });
    let sheet = match begun {
        Ok(sheet) => sheet,
        Err(error) => return Ok(Err(error)),
    };
    let mut last = 0;
    for (line, row) in (1..).zip(rows) {
        if let Err(error) = write_row(sheet, line, &row?, &formats) {
            return Ok(Err(error));
        }
        last = line;
    }
    let width = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    Ok(sheet.autofilter(0, 0, last, width).map(drop).and_then(|()| {
        let beside = book.add_worksheet();
        beside.set_name("Ghi chú")?.set_column_width(0, 80)?;
        for (line, note) in (0..).zip(&notes) {
            beside.write_string(line, 0, note)?;
        }
        book.save_to_buffer()
    }))
}

fn write_row(sheet: &mut Worksheet, line: u32, row: &[Cell], formats: &Formats) -> Result<(), XlsxError> {
    for (place, cell) in (0..).zip(row) {
        match cell {
            Cell::Empty => continue,
            Cell::Text(text) => {
                let text: String = text.chars().take(LETTERS / 2).collect();
                sheet.write_string_with_format(line, place, text, &formats.text)?
            }
            Cell::Number(number) => sheet.write_number(line, place, precise(*number))?,
            Cell::Day(day) => sheet.write_number_with_format(line, place, precise(day.days()) + EPOCH, &formats.day)?,
            Cell::Moment(at) => sheet.write_number_with_format(line, place, serial(*at), &formats.moment)?,
        };
    }
    Ok(())
}

fn serial(at: Timestamp) -> f64 {
    precise(at.0) / DAY_MS + ZONE + EPOCH
}

/// Counts and days of ours are far below what a spreadsheet's numbers hold exactly.
#[expect(clippy::cast_precision_loss, reason = "spreadsheets know no other numbers")]
fn precise(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;
    use super::*;
    use crate::page::Page;

    const COLUMNS: &[Column] = &[
        Column { key: "issue.text", slug: "text", width: 40 },
        Column { key: "issue.arrived", slug: "arrived", width: 18 },
    ];

    #[test]
    fn moments_are_those_of_the_wall_clock_here() {
        // 01/01/2026 12:00 in Vietnam.
        assert!((serial(Timestamp(1_767_243_600_000)) - 46_023.5).abs() < 1e-9);
    }

    #[test]
    fn a_sheet_is_packed_and_its_rows_do_not_stay_behind() {
        let dir = tempfile::tempdir().unwrap();
        let rows = vec![vec![Cell::text("=1+1 ệ \u{7} <b>"), Cell::Moment(Timestamp(0))]; 1_000];
        let table = Table::new(&Page::default(), "phieu", COLUMNS, vec!["=1".into()]).with(rows);
        let bytes = xlsx(table, dir.path()).unwrap();
        assert!(bytes.starts_with(b"PK"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
