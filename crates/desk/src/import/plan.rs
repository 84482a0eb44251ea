//! Every row of a file against what is known: new, changed, the same or wrong.

use std::collections::{BTreeMap, HashMap};

use hopluu_model::edit::{AddRecord, Desk as At};
use hopluu_model::rules::{self, Column, compared};
use hopluu_model::{Fault, FaultKind, Field, Form, Kind, RecordId, Value};
use hopluu_view::query::{BookRow, UnitRow};
use serde::{Serialize, Serializer};

use super::cells::{Cells, plain, said};
use super::columns::{Matched, split};
use super::{EXAMPLE, Import, Line, MAX_CELL, MAX_COLUMNS, MAX_ROWS};
use crate::{Desk, Refusal, Why};

/// What loading a file would do.
#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    /// What the rows are.
    #[serde(serialize_with = "shown")]
    pub kind: Kind,
    /// What each column is.
    pub columns: Vec<Matched>,
    /// Fields that every record of the kind must have and no column gives.
    #[serde(serialize_with = "slugs")]
    pub missing: Vec<Field>,
    /// Why no row can be looked at before a column was chosen.
    pub blocked: Option<Wrong>,
    /// The rows, in the order of the file.
    pub rows: Vec<Row>,
}

/// What loading does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It begins a record.
    New,
    /// It changes one.
    Changed,
    /// What it says is known.
    Same,
    /// It cannot be loaded as it is.
    Wrong,
}

/// A row of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its line in the file.
    pub line: u32,
    /// Its cells as they stand there.
    pub cells: Vec<String>,
    /// What loading does with it.
    pub state: RowState,
    /// The record it is about, when that is known.
    #[serde(serialize_with = "some_shown")]
    pub record: Option<RecordId>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What is wrong with it.
    pub wrong: Vec<Wrong>,
    /// What it says, in the order of the form.
    #[serde(skip)]
    pub(super) values: Vec<(Field, Value)>,
}

/// A field that another value is known of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The field.
    #[serde(serialize_with = "shown")]
    pub field: Field,
    /// As people read it now.
    pub before: String,
    /// As they will read it.
    pub after: String,
    #[serde(skip)]
    pub(super) from: Value,
    #[serde(skip)]
    pub(super) to: Value,
}

/// What is wrong with a cell, or with a row as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The column by its letters, when one is to blame.
    pub column: Option<String>,
    /// What was typed there.
    pub typed: String,
    /// A sentence that says what to do, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl Row {
    pub(super) fn is_to_load(&self) -> bool {
        matches!(self.state, RowState::New | RowState::Changed)
    }
}

impl Planned {
    /// How many rows are in a state.
    #[must_use]
    pub fn count(&self, state: RowState) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// Headings that are no field, and are not loaded.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        let unknown = self.columns.iter().filter(|column| column.field.is_none());
        unknown.map(|column| column.head.as_str()).filter(|head| !head.is_empty())
    }
}

/// One file being compared.
struct Plan<'a> {
    desk: &'a Desk,
    kind: Kind,
    at: At,
    columns: Vec<Matched>,
    cells: Cells<'a>,
    known: Vec<BookRow>,
    /// Places in `known`, by the first field of the key.
    by_key: HashMap<String, Vec<usize>>,
    units: HashMap<RecordId, UnitRow>,
    /// Lines by what they are about.
    seen: HashMap<Vec<(Field, String)>, u32>,
}

pub(super) fn plan(desk: &Desk, (kind, at): (Kind, At), import: &Import) -> Result<Planned, Refusal> {
    let wide = |line: &Line| line.cells.len() > MAX_COLUMNS || line.cells.iter().any(|cell| cell.len() > MAX_CELL);
    if import.sheet.lines.len() > MAX_ROWS + 20 || import.sheet.lines.iter().any(wide) {
        return Err(too_large());
    }
    let Some((columns, lines)) = split(kind, &import.sheet, &import.chosen) else { return Err(no_lines()) };
    let has = |field: Field| columns.iter().any(|column| column.field == Some(field));
    let missing: Vec<Field> = super::fields(kind).filter(|it| it.must && !has(it.field)).map(|it| it.field).collect();
    if !rules::key(kind).first().copied().is_some_and(has) {
        return Ok(Planned { kind, columns, missing, blocked: Some(no_key(kind)), rows: Vec::new() });
    }
    let collection = at.doc.collection;
    let known: Vec<BookRow> = desk.reader().book(kind, collection)?.into_iter().filter(|row| !row.void).collect();
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, row) in known.iter().enumerate() {
        for key in first_keys(kind, row) {
            by_key.entry(key).or_default().push(place);
        }
    }
    let units = if kind == Kind::UNIT { desk.reader().units(collection, None)? } else { None };
    let units = units.into_iter().flat_map(|units| units.units).map(|unit| (unit.id, unit)).collect();
    let cells = Cells::new(desk.reader(), kind, collection);
    let mut plan = Plan { desk, kind, at, columns, cells, known, by_key, units, seen: HashMap::new() };
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        if !is_example(&plan.columns, line) {
            rows.push(plan.row(line)?);
        }
    }
    Ok(Planned { kind, columns: plan.columns, missing, blocked: None, rows })
}

/// By what a record is looked up: the first field of its key, and its name today where it has another one.
fn first_keys(kind: Kind, row: &BookRow) -> Vec<String> {
    let Some(first) = rules::key(kind).first() else { return Vec::new() };
    let mut keys = vec![compared(row.record.fields.get(first))];
    if *first == Field::NAME && !keys.contains(&plain(&row.title)) {
        keys.push(plain(&row.title));
    }
    keys
}

impl Plan<'_> {
    fn row(&mut self, line: &Line) -> Result<Row, Refusal> {
        let mut row = Row {
            line: line.number,
            cells: line.cells.clone(),
            state: RowState::Wrong,
            record: None,
            changes: Vec::new(),
            wrong: Vec::new(),
            values: Vec::new(),
        };
        let read = self.read(line, &mut row.wrong)?;
        let is_whole = rules::key(self.kind).iter().all(|key| match self.place(*key) {
            Some(place) => read.contains_key(key) || cell(line, place).is_empty(),
            None => true,
        });
        if is_whole && !self.is_repeated(line, &read, &mut row.wrong) {
            match self.find(&read) {
                Ok(Some(place)) => self.compare(place, &read, &mut row),
                Ok(None) => self.begin(&read, &mut row),
                Err(fault) => {
                    let wrong = self.wrong(line, fault);
                    row.wrong.push(wrong);
                }
            }
        }
        row.state = match (row.wrong.is_empty(), row.record, row.changes.is_empty()) {
            (false, ..) => RowState::Wrong,
            (true, None, _) => RowState::New,
            (true, Some(_), false) => RowState::Changed,
            (true, Some(_), true) => RowState::Same,
        };
        Ok(row)
    }

    fn place(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|column| column.field == Some(field))
    }

    fn typed<'l>(&self, line: &'l Line, field: Field) -> &'l str {
        self.place(field).map_or("", |place| cell(line, place))
    }

    /// What the cells say, without those that are wrong.
    fn read(&mut self, line: &Line, wrong: &mut Vec<Wrong>) -> Result<BTreeMap<Field, Value>, Refusal> {
        let mut values = BTreeMap::new();
        for column in super::fields(self.kind) {
            let Some(typed) = self.place(column.field).map(|place| cell(line, place)) else { continue };
            if typed.is_empty() {
                continue;
            }
            match self.cells.read(column, typed)? {
                Ok(Value::Empty) => {}
                Ok(value) => drop(values.insert(column.field, value)),
                Err(what) => wrong.push(self.wrong(line, Fault { field: column.field, what })),
            }
        }
        Ok(values)
    }

    /// Whether an earlier line is about the same; what that is, is what its key says.
    fn is_repeated(&mut self, line: &Line, read: &BTreeMap<Field, Value>, wrong: &mut Vec<Wrong>) -> bool {
        let part = |field: &Field| (*field, compared(read.get(field)));
        let key: Vec<_> = rules::key(self.kind).iter().map(part).collect();
        if key.first().is_none_or(|(_, first)| first.is_empty()) {
            return false;
        }
        let Some(first) = self.seen.get(&key).copied() else {
            self.seen.insert(key, line.number);
            return false;
        };
        wrong.push(Wrong {
            column: None,
            typed: String::new(),
            vi: format!("Dòng {}: trùng với dòng {first}. Xóa một trong hai dòng.", line.number),
            en: format!("Line {}: the same as line {first}. Delete one of the two.", line.number),
        });
        true
    }

    /// The record that a row is about; an empty column of the key means none, a column that is not there means any.
    fn find(&self, read: &BTreeMap<Field, Value>) -> Result<Option<usize>, Fault> {
        let key = rules::key(self.kind);
        let Some((first, rest)) = key.split_first() else { return Ok(None) };
        let Some(wanted) = read.get(first) else { return Ok(None) };
        let fits = |place: &&usize| {
            rest.iter().filter(|field| self.place(**field).is_some()).all(|field| {
                let held = compared(self.known[**place].record.fields.get(field));
                held == compared(read.get(field))
            })
        };
        let found = self.by_key.get(&compared(Some(wanted))).into_iter().flatten().filter(fits);
        let mut found: Vec<usize> = found.copied().collect();
        if found.len() > 1 {
            // A unit that a decision ended may have left its name to its successor.
            let is_open = |place: &usize| {
                let unit = self.units.get(&self.known[*place].record.id);
                unit.is_none_or(|unit| self.desk.may_correct(unit, [Field::HOUSEHOLDS]).is_ok())
            };
            let open: Vec<usize> = found.iter().copied().filter(is_open).collect();
            found = if open.is_empty() { found } else { open };
        }
        match found.as_slice() {
            [] => Ok(None),
            [place] => Ok(Some(*place)),
            _ => Err(Fault { field: *first, what: FaultKind::Several }),
        }
    }

    fn begin(&self, read: &BTreeMap<Field, Value>, row: &mut Row) {
        let order = super::fields(self.kind).map(|column| column.field);
        row.values = order.filter_map(|field| Some((field, read.get(&field)?.clone()))).collect();
        if !row.wrong.is_empty() {
            return;
        }
        let form = AddRecord { record: RecordId([0; 16]), kind: self.kind, fields: row.values.clone() };
        if let Err(faults) = form.edit(&self.at) {
            let line = Line { number: row.line, cells: row.cells.clone() };
            row.wrong.extend(faults.0.into_iter().map(|fault| self.wrong(&line, fault)));
        }
    }

    fn compare(&self, place: usize, read: &BTreeMap<Field, Value>, row: &mut Row) {
        let known = &self.known[place];
        row.record = Some(known.record.id);
        let line = Line { number: row.line, cells: row.cells.clone() };
        for column in super::fields(self.kind) {
            let Some(to) = read.get(&column.field) else { continue };
            let from = known.record.fields.get(&column.field).unwrap_or(&Value::Empty);
            if is_said(column, from, to) || (column.field == Field::NAME && compared(Some(to)) == plain(&known.title)) {
                continue;
            }
            if column.fixed {
                row.wrong.push(self.wrong(&line, Fault { field: column.field, what: FaultKind::Fixed }));
                continue;
            }
            let field = column.field;
            let (before, after) = (known.shown(field), said(self.kind, field, to, self.typed(&line, field)));
            row.changes.push(Change { field, before, after, from: from.clone(), to: to.clone() });
        }
        let fields = row.changes.iter().map(|change| change.field);
        let refused = self.units.get(&known.record.id).map(|unit| self.desk.may_correct(unit, fields));
        if let (Some(Err(refusal)), false) = (refused, row.changes.is_empty()) {
            let (vi, en) = (format!("Dòng {}: {}", row.line, refusal.vi), format!("Line {}: {}", row.line, refusal.en));
            row.wrong.push(Wrong { column: None, typed: String::new(), vi, en });
        }
    }

    /// What is wrong as a sentence: which line and column, what was typed, what to do.
    fn wrong(&self, line: &Line, fault: Fault) -> Wrong {
        let number = line.number;
        let Some(place) = self.place(fault.field) else {
            let (vi, en) = (fault.vi(), fault.to_string());
            let (vi, en) = (format!("Dòng {number}: {vi}"), format!("Line {number}: {en}."));
            return Wrong { column: None, typed: String::new(), vi, en };
        };
        let (column, typed) = (letters(place), cell(line, place).to_owned());
        let short: String = typed.chars().take(60).collect();
        let (vi, en) = if short.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" ghi \"{short}\""), format!(" says {short:?}"))
        };
        let vi = format!("Dòng {number}, cột {column}{vi}: {}", fault.vi());
        let en = format!("Line {number}, column {column}{en}: {fault}.");
        Wrong { column: Some(column), typed, vi, en }
    }
}

/// Whether a value is the one known: names do not differ by the size of their letters.
fn is_said(column: &Column, from: &Value, to: &Value) -> bool {
    from == to || (column.field == Field::NAME && compared(Some(from)) == compared(Some(to)))
}

fn cell(line: &Line, place: usize) -> &str {
    line.cells.get(place).map_or("", |cell| cell.trim())
}

/// Whether a line is the example of a template: a column that is no field says so.
fn is_example(columns: &[Matched], line: &Line) -> bool {
    let beside = columns.iter().enumerate().filter(|(_, column)| column.field.is_none());
    beside.into_iter().any(|(place, _)| cell(line, place).starts_with(EXAMPLE))
}

/// The letters by which spreadsheets name a column.
fn letters(place: usize) -> String {
    let letter = |place: usize| char::from(b'A' + u8::try_from(place % 26).unwrap_or_default());
    if place < 26 { letter(place).to_string() } else { format!("{}{}", letter(place / 26 - 1), letter(place)) }
}

fn no_lines() -> Refusal {
    Refusal::new(
        Why::Refused,
        "sheet-empty",
        "Tệp không có dòng nào. Tải tệp mẫu, nhập dữ liệu rồi chọn lại.",
        "The file has no lines. Take the template, fill it in and choose it again.",
    )
}

fn no_key(kind: Kind) -> Wrong {
    let first = rules::key(kind).first().copied().unwrap_or(Field::NAME);
    let (vi, en) = (rules::label(first), rules::label_en(first));
    Wrong {
        column: None,
        typed: String::new(),
        vi: format!(
            "Chưa thấy cột \"{vi}\", là cột để nhận ra từng dòng. Chọn cột đó ở bảng các cột, hoặc dùng tệp mẫu."
        ),
        en: format!(
            "There is no column {en:?}, by which rows are told apart. Choose it among the columns, or use the template."
        ),
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

fn shown<T: std::fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn some_shown<T: std::fmt::Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

pub(super) fn slug<S: Serializer>(field: &Option<Field>, serializer: S) -> Result<S::Ok, S::Error> {
    some_shown(field, serializer)
}

fn slugs<S: Serializer>(fields: &[Field], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(fields.iter().map(ToString::to_string))
}
