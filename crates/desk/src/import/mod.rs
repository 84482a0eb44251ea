//! Spreadsheets that people load: columns matched, every row compared with what is known, loaded as a whole, undone.
//!
//! * `columns`: which column of a file is which field; `cells`: typed words as values, names as records.
//! * `plan`: each row as new, changed, the same or wrong, with a sentence per cell.
//! * `ledger`: what a load has written, as facts of this node, so that it can be undone.
//!
//! An empty cell says nothing: it empties no field. The records of a kind are told apart by
//! [`rules::key`], so that the same file loaded again changes nothing.

mod cells;
mod columns;
mod ledger;
mod plan;

use std::collections::BTreeMap;

use hopluu_model::edit::{AddRecord, SetField, Write, pack};
use hopluu_model::rules::{self, Home};
use hopluu_model::{DocId, DocKind, Edit, Field, Form, Kind, fold};
use serde::{Deserialize, Serialize};

pub use self::columns::Matched;
pub use self::ledger::{LoadRow, Undone};
pub use self::plan::{Change, Planned, Row, RowState, Wrong};

use crate::{Desk, Power, Refusal, Who, Why};

/// Rows of one file at most, below the headings.
pub const MAX_ROWS: usize = 5_000;
/// Columns of one file at most.
pub const MAX_COLUMNS: usize = 64;
/// Letters of one cell at most; what is longer fits no field.
pub const MAX_CELL: usize = 10_000;

/// With this a cell beside the fields begins, in a line that is an example and is never loaded.
pub const EXAMPLE: &str = "Ví dụ";

/// The kinds that can be loaded, in the order of the page.
pub const KINDS: [Kind; 11] = [
    Kind::UNIT,
    Kind::PERSON,
    Kind::POST,
    Kind::HOLDING,
    Kind::LEAVER,
    Kind::SITE,
    Kind::EQUIPMENT,
    Kind::INDICATOR,
    Kind::BOARD,
    Kind::MEMBER,
    Kind::QUOTA,
];

/// A line of a file: its number there, and its cells as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Its cells, the first column first.
    pub cells: Vec<String>,
}

/// The lines of a file that hold anything, headings first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The lines.
    pub lines: Vec<Line>,
}

/// A file to load.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Import {
    /// Slug of the kind of record.
    pub kind: String,
    /// The file's name.
    pub file: String,
    /// What it holds.
    pub sheet: Sheet,
    /// Which columns, counted from 0, a person has said to be which field (its slug; empty for none).
    #[serde(default)]
    pub chosen: BTreeMap<usize, String>,
}

/// The kind of a slug that can be loaded.
///
/// # Errors
/// When there is none.
pub fn kind_of(slug: &str) -> Result<Kind, Refusal> {
    let known = Kind::from_slug(slug).filter(|kind| KINDS.contains(kind));
    known.ok_or_else(|| Refusal::not_found("loại danh sách", "kind of list", slug))
}

/// The fields that a list of a kind may give, in the order of its form.
pub fn fields(kind: Kind) -> impl Iterator<Item = &'static rules::Column> {
    let columns = rules::kind(kind).map_or(&[][..], |rule| rule.columns);
    columns.iter().filter(|column| column.field != Field::CAME_FROM)
}

impl Desk {
    /// Whether somebody may load lists of a kind here.
    #[must_use]
    pub fn may_import(&self, who: &Who, kind: Kind) -> bool {
        self.imports(who, kind).is_ok()
    }

    /// What loading a file would do; writes nothing.
    ///
    /// # Errors
    /// When whoever asks may not, or the file is no list of that kind.
    pub fn plan_import(&self, who: &Who, import: &Import) -> Result<Planned, Refusal> {
        let kind = kind_of(&import.kind)?;
        self.imports(who, kind)?;
        plan::plan(self, (kind, self.at(who, self.import_home(kind)?)?), import)
    }

    /// Loads the good rows of a file, all of them or none; rows with errors are left out. Returns what was loaded.
    ///
    /// # Errors
    /// When whoever asks may not, the file is no list of that kind, or it has no row to load.
    pub async fn load_import(&self, who: &Who, import: &Import) -> Result<LoadRow, Refusal> {
        let planned = self.plan_import(who, import)?;
        if let Some(blocked) = planned.blocked {
            return Err(Refusal::new(Why::Refused, "no-key-column", blocked.vi, blocked.en));
        }
        let at = self.at(who, self.import_home(planned.kind)?)?;
        let rows: Vec<Row> = planned.rows.into_iter().filter(|row| row.is_to_load()).collect();
        if rows.is_empty() {
            return Err(nothing_to_load());
        }
        let (kind, file, who) = (planned.kind, import.file.clone(), who.clone());
        self.with_book(move |pen| {
            let (mut edits, mut created, mut changed): (Vec<Edit>, _, _) = (Vec::new(), Vec::new(), Vec::new());
            for row in rows {
                let refused = |faults| Refusal::invalid(&faults);
                let Some(record) = row.record else {
                    let record = pen.office.new_record();
                    let edit = AddRecord { record, kind, fields: row.values }.edit(&at).map_err(refused)?;
                    created.push((record, said_first(&edit)));
                    edits.push(edit);
                    continue;
                };
                for change in row.changes {
                    let form = SetField { record, kind, field: change.field, value: change.to.clone() };
                    edits.push(form.edit(&at).map_err(refused)?);
                    changed.push(ledger::Written { record, field: change.field, from: change.from, to: change.to });
                }
            }
            for edit in pack(edits) {
                pen.office.submit(&edit)?;
            }
            ledger::keep(pen, (&who, kind, &file), (created, changed))
        })
        .await
    }

    /// Lets those pass who write records of this kind at this office.
    fn imports(&self, who: &Who, kind: Kind) -> Result<(), Refusal> {
        let home = self.import_home(kind)?;
        self.allow(who, Power::Write)?;
        if home.kind == DocKind::People { self.allow(who, Power::Personal) } else { Ok(()) }
    }

    /// The document into which lists of a kind are loaded here.
    fn import_home(&self, kind: Kind) -> Result<DocId, Refusal> {
        let home = rules::kind(kind).map(|rule| rule.home);
        let doc = match home {
            Some(Home::Reported) if self.is_province() => DocKind::Bulletin,
            _ if self.is_province() => return Err(only_commune()),
            Some(Home::People) => DocKind::People,
            _ => DocKind::Register,
        };
        Ok(DocId::new(self.about().collection, doc))
    }
}

/// The digest of what an edit begins a record with.
fn said_first(edit: &Edit) -> String {
    let begun = edit.writes().iter().find_map(|write| match write {
        Write::Create { fields, .. } => Some(fields.as_slice()),
        Write::Set { .. } | Write::Append { .. } => None,
    });
    fold::seen_first(begun.unwrap_or_default())
}

fn only_commune() -> Refusal {
    Refusal::new(
        Why::Refused,
        "not-commune",
        "Danh sách này do xã, phường nhập. Đề nghị nhập ở máy của xã, phường.",
        "Communes load this list themselves. Load it at the commune's office.",
    )
}

fn nothing_to_load() -> Refusal {
    Refusal::new(
        Why::Refused,
        "nothing-to-load",
        "Không có dòng nào để nạp: các dòng đã có đủ hoặc còn lỗi. Sửa các dòng lỗi rồi chọn lại tệp.",
        "There is no row to load: all are there already or wrong. Mend the wrong rows and choose the file again.",
    )
}
