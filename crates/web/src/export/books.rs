//! A book as rows: every field of its records under the heading by which a load knows it again.

use std::sync::Arc;

use hopluu_desk::{BookQuery, Desk, Refusal, Who};
use hopluu_model::rules::{self, Rule};
use hopluu_model::{Kind, Value};
use hopluu_view::query::BookRow;

use super::table::{Cell, Column, Table};
use super::{notes, read};
use crate::page::Page;
use crate::site::Site;

/// The records of a kind (slug), those entered by mistake last and saying so.
pub(super) async fn table(
    site: &Arc<Site>,
    who: &Who,
    page: Page,
    (kind, query): (&str, &str),
) -> Result<Table, Refusal> {
    let known = Desk::book_kind(kind)?;
    let rows = site.desk.book(who, kind, &read::<BookQuery>(query)).await?;
    let fields = rules::kind(known).map_or(&[][..], |rule| rule.columns);
    let column = |column: &rules::Column| {
        let width = if matches!(column.rule, Rule::Int(..) | Rule::Date | Rule::Bool) { 14 } else { 30 };
        Column::headed_elsewhere(column.field.slug().unwrap_or_default(), width)
    };
    let mistake = Column { key: "books.void", slug: "void", width: 12 };
    let columns: Vec<Column> = fields.iter().map(column).chain([mistake]).collect();
    let heads = fields.iter().map(|column| page.label(&column.field).to_owned());
    let heads = heads.chain([page.t("books.void").to_owned()]).collect();
    let cells = |row: &BookRow| -> Vec<Cell> {
        let held = fields.iter().map(|column| cell(&page, row, column));
        held.chain([if row.void { Cell::yes_no(&page, true) } else { Cell::Empty }]).collect()
    };
    let cells = rows.iter().map(cells).collect();
    let table = Table::new(&page, "so-sach", &[], notes(site, &page)).with(cells);
    Ok(Table {
        file: format!("so-sach-{kind}").into(),
        title: title(&page, known),
        columns: columns.into(),
        heads,
        ..table
    })
}

/// Sheets of a spreadsheet take 31 letters and no strokes.
fn title(page: &Page, kind: Kind) -> String {
    page.kind(&kind).chars().filter(|letter| !"/\\?*[]:".contains(*letter)).take(31).collect()
}

fn cell(page: &Page, row: &BookRow, column: &rules::Column) -> Cell {
    match row.record.fields.get(&column.field) {
        Some(Value::Int(number)) => Cell::Number(*number),
        Some(Value::Date(day)) => Cell::Day(*day),
        _ => {
            let said = row.said(column.field);
            Cell::text(page.pick(said.vi, said.en))
        }
    }
}
