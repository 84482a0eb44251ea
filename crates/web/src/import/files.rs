//! Files that leave: the template of a kind, and the rows of a load that were wrong.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hopluu_desk::import::{self, EXAMPLE, Import, RowState};
use hopluu_desk::{Desk, Refusal, Why};
use hopluu_model::rules::{self, Column, Rule};
use hopluu_model::{Field, Kind, vocabulary};
use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use crate::failure;
use crate::signed::{Signed, Wish};
use crate::site::Site;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn send(
    State(site): State<Arc<Site>>,
    Path((kind, file)): Path<(String, String)>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let made = import::kind_of(&kind).and_then(|kind| {
        let kinds = unit_kinds(&site.desk)?;
        match file.as_str() {
            "template.xlsx" => Ok((template(kind, &kinds, true)?, XLSX)),
            "template.csv" => Ok((template(kind, &kinds, false)?, "text/csv; charset=utf-8")),
            _ => Err(Refusal::new(Why::NotFound, "no-page", "Không có tệp này.", "There is no such file.")),
        }
    });
    match made {
        Ok((bytes, content)) => attachment(bytes, content, &file.replace("template", &format!("mau-{kind}"))),
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

/// Slugs and names of the province's kinds of unit.
fn unit_kinds(desk: &Desk) -> Result<Vec<(String, String)>, Refusal> {
    let kinds = desk.reader().unit_kinds()?.into_iter().filter(|kind| !kind.retired);
    Ok(kinds.map(|kind| (kind.slug, kind.name)).collect())
}

/// The template of a kind: headings, an example that is not loaded, and in a spreadsheet the words that are allowed.
/// Kinds of unit are those of the province, or all there are when it has named none.
///
/// # Errors
/// When it cannot be written.
pub fn template(kind: Kind, unit_kinds: &[(String, String)], spreadsheet: bool) -> Result<Vec<u8>, Refusal> {
    let columns: Vec<&Column> = import::fields(kind).collect();
    let star = |column: &&Column| format!("{}{}", rules::label(column.field), if column.must { " *" } else { "" });
    let mut heads: Vec<String> = columns.iter().map(star).collect();
    let mut example: Vec<String> = columns.iter().map(|column| example_of(kind, column)).collect();
    heads.push("Ghi chú".to_owned());
    example.push(format!("{EXAMPLE}, không nạp"));
    if !spreadsheet {
        return Ok(text(&[heads, example]));
    }
    workbook(&[heads, example], &words(&columns, unit_kinds)).map_err(|error| Refusal::failed("template", &error))
}

/// For each field that takes certain words only: its name and the words.
fn words(columns: &[&Column], unit_kinds: &[(String, String)]) -> Vec<(String, Vec<String>)> {
    let mut lists = Vec::new();
    for column in columns {
        let list = match column.rule {
            Rule::OneOf(list) | Rule::ManyOf(list) => list,
            Rule::Slug if column.field == Field::UNIT_KIND => "unit_kind",
            Rule::Bool => {
                lists.push((rules::label(column.field).to_owned(), vec!["có".to_owned(), "không".to_owned()]));
                continue;
            }
            _ => continue,
        };
        let all = vocabulary::list(list).map(|word| word.vi.to_owned());
        let named: Vec<String> = unit_kinds.iter().map(|(_, name)| name.clone()).collect();
        let words = if list == "unit_kind" && !named.is_empty() { named } else { all.collect() };
        lists.push((rules::label(column.field).to_owned(), words));
    }
    lists
}

fn example_of(kind: Kind, column: &Column) -> String {
    let first = |list: &str| vocabulary::list(list).next().map_or_else(String::new, |word| word.vi.to_owned());
    match (column.rule, column.field) {
        (Rule::OneOf(list) | Rule::ManyOf(list), _) => first(list),
        (_, Field::UNIT_KIND) => first("unit_kind"),
        (_, Field::PERSON) => "Nguyễn Văn Mẫu 014".to_owned(),
        (_, Field::NAME) if kind == Kind::PERSON => "Nguyễn Văn Mẫu 014".to_owned(),
        (_, Field::NAME) if kind == Kind::UNIT => "Tổ dân phố 1".to_owned(),
        (_, Field::UNIT) => "Tổ dân phố 1".to_owned(),
        (_, Field::POST) => "Tổ trưởng".to_owned(),
        (_, Field::SITE) => "Trụ sở chính".to_owned(),
        (_, Field::BOARD) => "Ban điều hành".to_owned(),
        (_, Field::SLUG) => "to_truong".to_owned(),
        (_, Field::PERIOD) => "2025".to_owned(),
        (_, Field::DECISION) => "00/QĐ-UBND (mẫu)".to_owned(),
        (Rule::Date, _) => "01/07/2025".to_owned(),
        (Rule::Int(low, _), _) => low.max(1).to_string(),
        (Rule::Bool, _) => "có".to_owned(),
        (_, field) => format!("{} (mẫu)", rules::label(field)),
    }
}

/// The wrong rows of a file as it came, with what is wrong beside them, to be mended and loaded again.
pub(super) async fn errors(site: &Site, signed: &Signed, import: &Import) -> Result<Response, Refusal> {
    let planned = site.desk.plan_import(&signed.who, import)?;
    let mut heads: Vec<String> = planned.columns.iter().map(|column| column.head.clone()).collect();
    let width = heads.len();
    heads.push("Lỗi".to_owned());
    let mut lines = vec![heads];
    for row in planned.rows.iter().filter(|row| row.state == RowState::Wrong) {
        let mut cells = row.cells.clone();
        cells.resize(width, String::new());
        cells.push(row.wrong.iter().map(|wrong| wrong.vi.as_str()).collect::<Vec<_>>().join(" "));
        lines.push(cells);
    }
    let kind = planned.kind;
    site.desk.exported(&signed.who, &format!("loi-{kind}.xlsx"), lines.len() - 1).await?;
    let bytes = workbook(&lines, &[]).map_err(|error| Refusal::failed("export", &error))?;
    Ok(attachment(bytes, XLSX, &format!("loi-{kind}.xlsx")))
}

fn attachment(bytes: Vec<u8>, content: &'static str, name: &str) -> Response {
    let named = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, content.to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response()
}

fn text(lines: &[Vec<String>]) -> Vec<u8> {
    // With the mark by which spreadsheet programs know the encoding.
    let mut rows = csv::Writer::from_writer(Vec::from(*b"\xEF\xBB\xBF"));
    for line in lines {
        rows.write_record(line).expect("memory takes every row");
    }
    rows.into_inner().expect("memory takes every row")
}

/// A book of texts, headings first; a second sheet has lists of words. Nothing in it is a formula.
fn workbook(lines: &[Vec<String>], words: &[(String, Vec<String>)]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_background_color(Color::RGB(0x00E2_F0F2)).set_text_wrap();
    let plain = Format::new().set_num_format("@");
    let sheet = book.add_worksheet();
    sheet.set_name("Danh sách")?.set_freeze_panes(1, 0)?;
    for (row, line) in (0..).zip(lines) {
        for (column, cell) in (0..).zip(line) {
            let format = if row == 0 { &head } else { &plain };
            sheet.set_column_width(column, 22)?.write_string_with_format(row, column, cell, format)?;
        }
    }
    if !words.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("Từ được dùng")?;
        for (column, (name, words)) in (0..).zip(words) {
            sheet.set_column_width(column, 28)?.write_string_with_format(0, column, name, &head)?;
            for (row, word) in (1..).zip(words) {
                sheet.write_string(row, column, word)?;
            }
        }
    }
    book.save_to_buffer()
}
