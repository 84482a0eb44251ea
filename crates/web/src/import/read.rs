//! A file that people load, as lines of text cells: XLSX, or text with separators.
//!
//! Nothing in a file may take memory or time beyond its bounds: what an archive inflates to is measured before it is
//! opened, and a sheet is read cell by cell, never as the rectangle that its corners claim.

use std::io::{Cursor, Read, copy, sink};

use calamine::{DataRef, Reader, Xlsx};
use hopluu_desk::import::{Line, MAX_CELL, MAX_COLUMNS, MAX_ROWS, Sheet};
use hopluu_desk::{Refusal, Why};
use hopluu_model::text::normalise;
use zip::ZipArchive;

/// Bytes of a file at most.
pub const MAX_FILE: usize = 5 << 20;
/// Bytes to which an archive inflates at most.
const MAX_INFLATED: u64 = 64 << 20;
/// Files in an archive at most.
const MAX_PARTS: usize = 1_000;
/// Lines above the headings, besides the rows.
const ABOVE: usize = 20;

/// Reads a file by what it is, whatever its name says.
///
/// # Errors
/// When it is too large, or neither of the two.
pub fn sheet(bytes: &[u8]) -> Result<Sheet, Refusal> {
    if bytes.len() > MAX_FILE {
        return Err(too_large());
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx(bytes);
    }
    // The old binary format of spreadsheets.
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(unreadable());
    }
    text(bytes)
}

fn xlsx(bytes: &[u8]) -> Result<Sheet, Refusal> {
    bound(bytes)?;
    let failed = |error: calamine::XlsxError| unreadable().because(&error);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let first = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(failed)?;
    let mut lines = Lines::default();
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        let (row, column) = cell.get_position();
        let text = said(cell.get_value());
        lines.put(row.saturating_add(1), column as usize, &text)?;
    }
    lines.done()
}

/// Inflates every part of an archive into nothing, to see how large it is: what its head claims may be a lie.
fn bound(bytes: &[u8]) -> Result<(), Refusal> {
    let failed = |error: zip::result::ZipError| unreadable().because(&error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    if archive.len() > MAX_PARTS {
        return Err(too_large());
    }
    let mut left = MAX_INFLATED;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(failed)?;
        let inflated = copy(&mut part.take(left + 1), &mut sink()).map_err(|error| unreadable().because(&error))?;
        left = left.checked_sub(inflated).ok_or_else(too_large)?;
    }
    Ok(())
}

/// A cell as text: the value of a formula, never the formula; a day as programs write it.
fn said(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // What is whole is written without a point, so that counts are read as counts.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
        DataRef::DateTime(day) if day.is_datetime() => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(span) => span.as_f64().to_string(),
        // A formula that failed: the sentence beside the cell shows it.
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn text(bytes: &[u8]) -> Result<Sheet, Refusal> {
    let text = decoded(bytes)?;
    // Some programs name the separator in a line of its own.
    let (named, text) = match text.split_once('\n') {
        Some((first, rest)) if first.trim_end().starts_with("sep=") => {
            (first.trim_end().as_bytes().get(4).copied(), rest)
        }
        _ => (None, text.as_str()),
    };
    let separator = named.unwrap_or_else(|| separator(text));
    let mut lines = Lines::default();
    let above = u32::from(named.is_some());
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while rows.read_record(&mut record).map_err(|error| unreadable().because(&error))? {
        // A row begins behind the empty lines before it, which its position still counts as its own.
        let (begin, line) = record.position().map_or((0, 0), |at| (at.byte(), at.line()));
        let rest = usize::try_from(begin).ok().and_then(|begin| text.as_bytes().get(begin..)).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
        let line = u32::try_from(line).unwrap_or(u32::MAX).saturating_add(above);
        let line = line.saturating_add(u32::try_from(empty).unwrap_or(u32::MAX));
        for (column, cell) in record.iter().enumerate() {
            lines.put(line, column, cell)?;
        }
    }
    lines.done()
}

/// UTF-8, or the UTF-16 in which spreadsheets save "Unicode text"; with or without a mark in front.
fn decoded(bytes: &[u8]) -> Result<String, Refusal> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units = bytes[2..].as_chunks::<2>().0.iter().map(|pair| order(*pair));
        char::decode_utf16(units).collect::<Result<String, _>>().map_err(|error| not_unicode().because(&error))
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        bytes => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            let text = std::str::from_utf8(bytes).map_err(|error| not_unicode().because(&error))?;
            if text.contains('\0') { Err(unreadable()) } else { Ok(text.to_owned()) }
        }
    }
}

/// The sign that stands most often, outside of quotes, in the first line that has any.
fn separator(text: &str) -> u8 {
    for line in text.lines().take(ABOVE) {
        let (mut quoted, mut counts) = (false, [(0, b','), (0, b';'), (0, b'\t')]);
        for byte in line.bytes() {
            quoted ^= byte == b'"';
            for (count, sign) in &mut counts {
                *count += usize::from(!quoted && byte == *sign);
            }
        }
        if let Some((1.., sign)) = counts.into_iter().max() {
            return sign;
        }
    }
    b','
}

/// Lines as they grow.
#[derive(Default)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    /// Cells come line by line; those that hold nothing leave no trace.
    pub(super) fn put(&mut self, number: u32, column: usize, text: &str) -> Result<(), Refusal> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        if text.is_empty() {
            return Ok(());
        }
        if column >= MAX_COLUMNS || text.len() > MAX_CELL {
            return Err(too_large());
        }
        if self.0.last().is_none_or(|last| last.number != number) {
            if self.0.len() >= MAX_ROWS + ABOVE {
                return Err(too_large());
            }
            self.0.push(Line { number, cells: Vec::new() });
        }
        let cells = &mut self.0.last_mut().expect("a line was just put there").cells;
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = normalise(text);
        Ok(())
    }

    pub(super) fn done(self) -> Result<Sheet, Refusal> {
        if self.0.is_empty() { Err(empty()) } else { Ok(Sheet { lines: self.0 }) }
    }
}

fn too_large() -> Refusal {
    Refusal::new(
        Why::Refused,
        "sheet-too-large",
        "Tệp quá lớn: nhiều nhất 5.000 dòng, 64 cột, 5 MB. Đề nghị chia thành nhiều tệp.",
        "The file is too large: at most 5,000 rows, 64 columns, 5 MB. Split it into several files.",
    )
}

pub(super) fn unreadable() -> Refusal {
    Refusal::new(
        Why::Refused,
        "sheet-unreadable",
        "Không đọc được tệp này. Mở tệp bằng phần mềm bảng tính, lưu lại dạng .xlsx hoặc CSV UTF-8 rồi chọn lại.",
        "This file cannot be read. Open it in a spreadsheet program, save it as .xlsx or CSV UTF-8, choose it again.",
    )
}

fn not_unicode() -> Refusal {
    Refusal::new(
        Why::Refused,
        "sheet-not-unicode",
        "Tệp không dùng bảng mã Unicode (có thể là phông chữ cũ). Lưu lại dạng CSV UTF-8 hoặc .xlsx rồi chọn lại.",
        "The file is not in Unicode. Save it as CSV UTF-8 or .xlsx and choose it again.",
    )
}

fn empty() -> Refusal {
    Refusal::new(
        Why::Refused,
        "sheet-empty",
        "Tệp không có dòng nào. Tải tệp mẫu, nhập dữ liệu rồi chọn lại.",
        "The file has no lines. Take the template, fill it in and choose it again.",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rust_xlsxwriter::{Format, Formula, Workbook};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn cells(sheet: &Sheet) -> Vec<(u32, Vec<&str>)> {
        sheet.lines.iter().map(|line| (line.number, line.cells.iter().map(String::as_str).collect())).collect()
    }

    #[test]
    fn text_is_read_whatever_separates_it_and_whatever_stands_in_front() {
        let wanted = vec![(1, vec!["Tên", "Số hộ"]), (3, vec!["Tổ 1; cũ", "1.234"])];
        let utf16: Vec<u8> =
            "\u{feff}Tên\tSố hộ\r\n\r\nTổ 1; cũ\t1.234\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            "Tên,Số hộ\n\nTổ 1; cũ,1.234\n".as_bytes(),
            "\u{feff}Tên;Số hộ\r\n;\r\n\"Tổ 1; cũ\"; 1.234 \r\n".as_bytes(),
            "Te\u{302}n\tSố hộ\n\n Tổ 1; cũ\u{a0}\t1.234".as_bytes(),
            &utf16,
        ] {
            assert_eq!(cells(&sheet(bytes).unwrap()), wanted, "{}", String::from_utf8_lossy(bytes));
        }
        let named = sheet("sep=;\nTên;Số hộ\nTổ 1, 2;5".as_bytes()).unwrap();
        assert_eq!(cells(&named), [(2, vec!["Tên", "Số hộ"]), (3, vec!["Tổ 1, 2", "5"])]);
    }

    #[test]
    fn spreadsheets_give_values_days_and_whole_numbers() {
        let mut book = Workbook::new();
        let day = Format::new().set_num_format("dd/mm/yyyy");
        let page = book.add_worksheet();
        page.write_string(0, 0, "Tên ").unwrap();
        page.write_string(2, 0, "To\u{302}\u{309} 1").unwrap();
        page.write_number(2, 1, 1234.0).unwrap();
        page.write_number_with_format(2, 2, 45_839.0, &day).unwrap();
        page.write_formula(2, 3, Formula::new("=1+1").set_result("2")).unwrap();
        page.write_boolean(2, 4, true).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let read = sheet(&bytes).unwrap();
        assert_eq!(cells(&read), [(1, vec!["Tên"]), (3, vec!["Tổ 1", "1234", "2025-07-01", "2", "true"])]);
    }

    #[test]
    fn a_far_corner_takes_no_memory() {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        page.write_string(0, 0, "Tên").unwrap();
        page.write_string(1_048_575, 3, "xa").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        assert_eq!(cells(&sheet(&bytes).unwrap()).last().unwrap(), &(1_048_576, vec!["", "", "", "xa"]));
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 16_383, "xa").unwrap();
        assert_eq!(sheet(&book.save_to_buffer().unwrap()).unwrap_err().code, "sheet-too-large");
    }

    #[test]
    fn what_inflates_too_far_is_not_opened() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        let nothing = vec![0; 1 << 20];
        for _ in 0..65 {
            archive.write_all(&nothing).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < MAX_FILE);
        assert_eq!(sheet(&bytes).unwrap_err().code, "sheet-too-large");
    }

    #[test]
    fn what_is_no_list_is_refused_with_the_next_step() {
        let long = "Tổ\n".repeat(MAX_ROWS + ABOVE + 1);
        let wide = ",x".repeat(MAX_COLUMNS);
        for (bytes, code) in [
            (&b""[..], "sheet-empty"),
            (b"\n\n", "sheet-empty"),
            (b"PK\x03\x04junk", "sheet-unreadable"),
            (b"\xD0\xCF\x11\xE0junk", "sheet-unreadable"),
            (b"T\xEA n,1", "sheet-not-unicode"),
            (b"a\0b", "sheet-unreadable"),
            (long.as_bytes(), "sheet-too-large"),
            (wide.as_bytes(), "sheet-too-large"),
        ] {
            assert_eq!(sheet(bytes).unwrap_err().code, code);
        }
        assert_eq!(sheet(&vec![b'a'; MAX_FILE + 1]).unwrap_err().code, "sheet-too-large");
    }
}
