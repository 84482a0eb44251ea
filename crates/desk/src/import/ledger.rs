//! What loads have written, as facts of this node: by it a load is undone.
//!
//! A load is one fact `import/PLACE` and its writes in parts `import/PLACE/N`; places are used again, so that the last
//! [`KEPT`] loads are kept. An undo says of a record that it was entered by mistake, unless somebody has changed it since
//! or it is named elsewhere, and gives a field the value it had, unless somebody has written another one since. What
//! others write meanwhile without a line comes back as something to be settled ([`hopluu_model::fold::mistake`]).
//! Whoever wants an undone load again loads the file again.

use hopluu_model::edit::{SetField, VoidRecord};
use hopluu_model::{Field, Form, Kind, RecordId, Timestamp, Value, fold, rules};
use hopluu_office::OfficeError;
use hopluu_view::query::BookRow;
use serde::{Deserialize, Serialize};

use crate::accounts::{Pen, all, one};
use crate::trail::Deed;
use crate::{Desk, Refusal, Trouble, Who, Why};

/// So many loads can be undone.
const KEPT: u32 = 40;
/// Writes of one part: it stays far below what a record of the journal may be.
const PER_PART: usize = 200;
const LOADS_AT: &str = "import/";

/// A field that a load has written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) record: RecordId,
    pub(super) field: Field,
    pub(super) from: Value,
    pub(super) to: Value,
}

#[derive(Default, Serialize, Deserialize)]
struct Part {
    created: Vec<RecordId>,
    /// Digests of what these began with, in the same order.
    #[serde(default)]
    said: Vec<String>,
    changed: Vec<Written>,
}

/// A load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadRow {
    /// Its number, counted up at this machine.
    pub id: u64,
    /// Where it lies.
    place: u32,
    parts: u32,
    /// Slug of what was loaded.
    pub kind: String,
    /// The file's name.
    pub file: String,
    /// Who loaded it.
    pub by: String,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// Records begun.
    pub created: usize,
    /// Fields changed.
    pub changed: usize,
    /// When it was undone.
    pub undone: Option<Timestamp>,
}

/// What an undo has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Records said to be entered by mistake.
    pub voided: usize,
    /// Fields that have the value from before.
    pub restored: usize,
    /// What somebody has written or named since, and which stays: the record's name, the field, the value that stays.
    pub kept: Vec<(String, String, String)>,
}

/// Writes down what a load has written.
pub(super) fn keep(
    pen: &mut Pen<'_>,
    (who, kind, file): (&Who, Kind, &str),
    (created, changed): (Vec<(RecordId, String)>, Vec<Written>),
) -> Result<LoadRow, Trouble> {
    let loads = loads(pen)?;
    let id = loads.first().map_or(1, |last| last.id + 1);
    let place = u32::try_from(id % u64::from(KEPT)).unwrap_or_default();
    let old = loads.iter().find(|load| load.place == place).map_or(0, |load| load.parts);
    let (new, fields) = (created.len(), changed.len());
    let parts = cut(created, changed);
    for (number, part) in parts.iter().enumerate() {
        pen.put(&part_key(place, number), part)?;
    }
    for number in parts.len()..old as usize {
        pen.take_away(&part_key(place, number))?;
    }
    let row = LoadRow {
        id,
        place,
        parts: u32::try_from(parts.len()).unwrap_or(u32::MAX),
        kind: kind.to_string(),
        file: file.chars().take(100).collect(),
        by: who.name.clone(),
        at: pen.wall,
        created: new,
        changed: fields,
        undone: None,
    };
    pen.put(&load_key(place), &row)?;
    let text = format!("{} #{id} +{new} ~{fields}", row.kind);
    pen.trace(Some(who), None, Deed::Imported, (&row.file, &text))?;
    Ok(row)
}

fn cut(created: Vec<(RecordId, String)>, changed: Vec<Written>) -> Vec<Part> {
    let created = created.chunks(PER_PART).map(|part| {
        let (created, said) = part.iter().cloned().unzip();
        Part { created, said, ..Part::default() }
    });
    let changed = changed.chunks(PER_PART).map(|fields| Part { changed: fields.to_vec(), ..Part::default() });
    created.chain(changed).collect()
}

fn load_key(place: u32) -> String {
    format!("{LOADS_AT}{place:02}")
}

fn part_key(place: u32, number: usize) -> String {
    // Not below the loads' own prefix, so that a list of loads reads no parts.
    format!("import-part/{place:02}/{number:04}")
}

/// The loads that can be undone, newest first.
fn loads(pen: &Pen<'_>) -> Result<Vec<LoadRow>, OfficeError> {
    let mut loads: Vec<LoadRow> = all(pen.office, LOADS_AT)?;
    loads.sort_by_key(|load| std::cmp::Reverse(load.id));
    Ok(loads)
}

impl Desk {
    /// What was loaded at this machine, newest first.
    ///
    /// # Errors
    /// When the office cannot answer.
    pub async fn imports_done(&self, who: &Who) -> Result<Vec<LoadRow>, Refusal> {
        self.allow(who, crate::Power::Write)?;
        self.with_book(|pen| Ok(loads(pen)?)).await
    }

    /// Takes a load back: what it began was entered by mistake, what it changed is as before, unless somebody has
    /// changed it since.
    ///
    /// # Errors
    /// When there is no such load, it was undone already, or whoever asks may not.
    pub async fn undo_import(&self, who: &Who, id: u64) -> Result<Undone, Refusal> {
        let load = self.imports_done(who).await?.into_iter().find(|load| load.id == id);
        let load = load.ok_or_else(|| Refusal::not_found("lần nạp", "load", &id.to_string()))?;
        if load.undone.is_some() {
            return Err(already_undone());
        }
        let kind = super::kind_of(&load.kind)?;
        self.imports(who, kind)?;
        let at = self.at(who, self.import_home(kind)?)?;
        let parts: Vec<Part> = {
            let load = load.clone();
            self.with_book(move |pen| {
                let read = |number| one::<Part>(pen.office, &part_key(load.place, number as usize));
                Ok((0..load.parts).map(read).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            })
            .await?
        };
        let known = self.reader().book(kind, at.doc.collection)?;
        let known: std::collections::HashMap<RecordId, _> = known.into_iter().map(|row| (row.record.id, row)).collect();
        let (mut undone, mut sets, mut voids) = (Undone::default(), Vec::new(), Vec::new());
        for part in parts {
            let said = part.said.into_iter().map(Some).chain(std::iter::repeat(None));
            for (record, said) in part.created.into_iter().zip(said) {
                let Some(row) = known.get(&record).filter(|row| !row.void) else { continue };
                match self.untouched(row, said.as_deref())? {
                    Ok(seen) => voids.push((record, seen)),
                    Err(stays) => undone.kept.extend(stays),
                }
            }
            for Written { record, field, from, to } in part.changed {
                let Some(row) = known.get(&record).filter(|row| !row.void) else { continue };
                let held = row.record.fields.get(&field).unwrap_or(&Value::Empty);
                if *held == to {
                    sets.push(SetField { record, kind, field, value: from });
                } else if *held != from {
                    undone.kept.push((row.title.clone(), rules::label(field).to_owned(), row.shown(field)));
                }
            }
        }
        (undone.voided, undone.restored) = (voids.len(), sets.len());
        let (who, reason) = (who.clone(), format!("Hoàn tác lần nạp số {id}: {}", load.file));
        self.with_book(move |pen| {
            let mut edits = Vec::with_capacity(voids.len() + sets.len());
            for (record, seen) in voids {
                let (event, reason) = (pen.office.new_event(), reason.clone());
                edits.push(VoidRecord { record, kind, event, void: true, seen, reason }.edit(&at));
            }
            edits.extend(sets.iter().map(|set| set.edit(&at)));
            let edits: Result<Vec<_>, _> = edits.into_iter().collect();
            for edit in hopluu_model::edit::pack(edits.map_err(|faults| Refusal::invalid(&faults))?) {
                pen.office.submit(&edit)?;
            }
            pen.put(&load_key(load.place), &LoadRow { undone: Some(pen.wall), ..load.clone() })?;
            pen.trace(Some(&who), None, Deed::ImportUndone, (&load.file, &format!("{} #{id}", load.kind)))?;
            Ok(undone)
        })
        .await
    }
}

/// Why a record stays: its name, the field, the value.
type Stays = Vec<(String, String, String)>;

impl Desk {
    /// What is seen of a record that nobody touched since it was loaded; else what stays of it.
    fn untouched(&self, row: &BookRow, said: Option<&str>) -> Result<Result<String, Stays>, Refusal> {
        let id = row.record.id;
        let gone = || Refusal::not_found("mục", "record", &id.to_string());
        let (record, named_by) = self.reader().seen_of(id)?.ok_or_else(gone)?;
        if !named_by.is_empty() {
            let used = (row.title.clone(), "Được dùng ở".to_owned(), format!("{} mục", named_by.len()));
            return Ok(Err(vec![used]));
        }
        let seen = fold::seen(&record, &[]);
        if said.is_none_or(|said| said == seen) {
            return Ok(Ok(seen));
        }
        let later = record.fields.iter().filter(|(_, held)| (&held.stamp, held.actor) != (&record.stamp, record.actor));
        let stays = |field: &Field| (row.title.clone(), rules::label(*field).to_owned(), row.shown(*field));
        Ok(Err(later.map(|(field, _)| stays(field)).collect()))
    }
}

fn already_undone() -> Refusal {
    Refusal::new(
        Why::Refused,
        "already-undone",
        "Lần nạp này đã được hoàn tác. Muốn có lại dữ liệu, hãy nạp lại tệp.",
        "This load was undone already. To have its data again, load the file again.",
    )
}
