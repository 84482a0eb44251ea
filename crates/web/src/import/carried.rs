//! A file as it travels with a page: its lines as text with separators, each with its number in front.

use hopluu_desk::Refusal;
use hopluu_desk::import::Sheet;

use super::read::Lines;

/// A sheet as text for a hidden field.
pub(super) fn packed(sheet: &Sheet) -> String {
    let mut rows = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for line in &sheet.lines {
        let number = line.number.to_string();
        let cells = std::iter::once(number.as_str()).chain(line.cells.iter().map(String::as_str));
        rows.write_record(cells).expect("memory takes every row");
    }
    let bytes = rows.into_inner().expect("memory takes every row");
    String::from_utf8(bytes).expect("text joined by commas stays text")
}

/// The sheet that a page has brought back; what nobody packed is refused as any other file is.
pub(super) fn unpacked(text: &str) -> Result<Sheet, Refusal> {
    let mut lines = Lines::default();
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for record in rows.records() {
        let record = record.map_err(|error| super::read::unreadable().because(&error))?;
        let mut cells = record.iter();
        let number = cells.next().and_then(|number| number.parse().ok()).ok_or_else(super::read::unreadable)?;
        for (column, cell) in cells.enumerate() {
            lines.put(number, column, cell)?;
        }
    }
    lines.done()
}

#[cfg(test)]
mod tests {
    use hopluu_desk::import::Line;

    use super::*;

    #[test]
    fn a_sheet_comes_back_as_it_left() {
        let line = |number, cells: &[&str]| Line { number, cells: cells.iter().map(|cell| (*cell).into()).collect() };
        let lines = vec![line(1, &["Tên", "Ghi chú"]), line(7, &["Tổ \"1\"", "", "a,b\nc; <i>"])];
        let sheet = Sheet { lines };
        assert_eq!(unpacked(&packed(&sheet)).unwrap(), sheet);
        // Browsers send line ends of their own.
        assert_eq!(unpacked(&packed(&sheet).replace('\n', "\r\n")).unwrap(), sheet);
        assert_eq!(unpacked("").unwrap_err().code, "sheet-empty");
        assert_eq!(unpacked("Tên,1").unwrap_err().code, "sheet-unreadable");
    }
}
