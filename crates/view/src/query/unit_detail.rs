//! One unit with all that is known of it: its past and its future, its posts, its open issues.

use std::collections::BTreeSet;

use hopluu_model::fold::{Action, MergerStanding, RegisterFold};
use hopluu_model::{CollectionId, Date, DocId, DocKind, Field, Kind, RecordId, Value};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::{register, today};
use crate::load;
use crate::open::Reader;
use crate::query::units::{self, MergerRow, UnitRow};
use crate::query::{Staff, plain};

/// A unit with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitDetail {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// As lists show it.
    pub unit: UnitRow,
    /// What it was called and what kind it was, from when on; the oldest first.
    pub names: Vec<NameRow>,
    /// The units that became this one, through all mergers and splits.
    pub ancestors: Vec<Kin>,
    /// The units that exist in which this one lives on; itself while it exists.
    pub successors: Vec<Kin>,
    /// The ways from it to those, step by step.
    pub steps: Vec<Way>,
    /// Every decision that names it.
    pub mergers: Vec<MergerRow>,
    /// What was written about it or its sources without knowing of a merger.
    pub late: Vec<LateRow>,
    /// Who holds a post in it. Personal data.
    pub holders: Vec<HolderRow>,
    /// Open issues reported of it or of what became it.
    pub issues: Vec<PlacedIssue>,
}

/// A name and kind from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameRow {
    /// Its first day; `None` for the first name of a unit whose first day is not written down.
    #[serde(serialize_with = "plain::some_text")]
    pub since: Option<Date>,
    /// The name.
    pub name: String,
    /// Slug of the kind.
    pub kind: String,
    /// The document that decided it.
    pub decision: String,
    /// The merger that did.
    #[serde(serialize_with = "plain::some_text")]
    pub merger: Option<RecordId>,
}

/// A unit of the same line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kin {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Slug of its status.
    pub status: &'static str,
    /// Its households.
    pub households: Option<i64>,
}

/// A step from a unit to what it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// From which unit.
    pub from: Kin,
    /// Into which units.
    pub into: Vec<Kin>,
    /// Since when.
    #[serde(serialize_with = "plain::some_text")]
    pub on: Option<Date>,
    /// By which document.
    pub decision: String,
}

/// An edit whose author did not know of a merger, and what it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateRow {
    /// The merger.
    #[serde(serialize_with = "plain::text")]
    pub merger: RecordId,
    /// The source.
    #[serde(serialize_with = "plain::text")]
    pub unit: RecordId,
    /// Its name.
    pub unit_name: String,
    /// The unit it lives on in.
    pub lives_in_name: String,
    /// The field.
    #[serde(serialize_with = "plain::text")]
    pub field: Field,
    /// What was known when the merger was passed.
    #[serde(serialize_with = "plain::value")]
    pub then: Value,
    /// What it says now.
    #[serde(serialize_with = "plain::value")]
    pub now: Value,
}

/// A post of a unit and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HolderRow {
    /// The unit.
    #[serde(serialize_with = "plain::text")]
    pub unit: RecordId,
    /// Its name.
    pub unit_name: String,
    /// Title of the post.
    pub post_name: String,
    /// Names of the holders.
    pub holders: Vec<String>,
}

/// An open issue of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacedIssue {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its speakable code.
    pub code: String,
    /// What it says.
    pub text: String,
    /// The unit it names.
    #[serde(serialize_with = "plain::text")]
    pub place: RecordId,
}

impl Reader {
    /// A unit with all that is known of it on a day, or on the newest day known; `None` when the view knows no such unit.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unit(&self, id: RecordId, as_of: Option<Date>) -> Result<Option<UnitDetail>> {
        let Some(collection) = self.ask(|connection| home(connection, id, Kind::UNIT))? else { return Ok(None) };
        let staff = self.staff(collection, as_of)?;
        self.ask(|connection| {
            let day = as_of.map_or_else(|| today(connection), Ok)?;
            let Some(register) = Register::load(connection, collection)? else { return Ok(None) };
            detail(connection, &register, (id, day), staff.as_ref())
        })
    }
}

/// Whose register holds a record of a kind.
pub(crate) fn home(connection: &Connection, id: RecordId, kind: Kind) -> Result<Option<CollectionId>> {
    let mut statement = connection
        .prepare_cached("select d.id from record r join document d on d.n = r.doc where r.id = ? and r.kind = ?")?;
    let mut rows = statement.query(rusqlite::params![id.as_bytes(), kind.0])?;
    while let Some(row) = rows.next()? {
        let doc = row.get_ref(0)?.as_blob().ok().and_then(DocId::from_slice);
        if let Some(doc) = doc.filter(|doc| doc.kind == DocKind::Register) {
            return Ok(Some(doc.collection));
        }
    }
    Ok(None)
}

fn detail(
    connection: &Connection,
    register: &Register,
    (id, day): (RecordId, Date),
    staff: Option<&Staff>,
) -> Result<Option<UnitDetail>> {
    let fold = register.fold(day);
    let Some((own, snapshot)) = fold.units.get(&id).zip(register.units.iter().find(|unit| unit.id == id)) else {
        return Ok(None);
    };
    let ancestors = fold.ancestors(id);
    let line: BTreeSet<RecordId> = ancestors.iter().copied().chain([id]).collect();
    let mergers = units::merger_rows(register, &fold);
    let names_it = |row: &MergerRow| row.from.contains(&id) || row.into == Some(id) || row.parts.contains(&id);
    Ok(Some(UnitDetail {
        as_of: day,
        unit: units::unit_row(snapshot, own, &fold),
        names: names(register, &fold, id),
        ancestors: ancestors.iter().map(|unit| kin(&fold, *unit)).collect(),
        successors: fold.successors(id).iter().map(|unit| kin(&fold, *unit)).collect(),
        steps: steps(&fold, id),
        late: late_rows(&fold, |unit| line.contains(&unit)),
        mergers: mergers.into_iter().filter(names_it).collect(),
        holders: holders(staff, &BTreeSet::from([id])),
        issues: placed(connection, snapshot.doc.collection, &line)?,
    }))
}

fn names(register: &Register, fold: &RegisterFold, id: RecordId) -> Vec<NameRow> {
    let Some(unit) = register.units.iter().find(|unit| unit.id == id) else { return Vec::new() };
    let mut altering: Vec<_> = register
        .mergers
        .iter()
        .filter(|(merger, _)| fold.mergers.get(&merger.id) == Some(&MergerStanding::InForce))
        .filter(|(merger, _)| merger.get(Field::FROM).is_some_and(|from| from.as_ids().contains(&id)))
        .filter_map(|(merger, own)| {
            let action = Action::from_slug(merger.text(Field::ACTION)).filter(|action| !action.ends())?;
            Some((own.effective_on, merger.id, action, merger, own))
        })
        .collect();
    altering.sort_by_key(|(on, id, ..)| (*on, *id));
    let (name, kind) = (unit.text(Field::NAME).to_owned(), unit.text(Field::UNIT_KIND).to_owned());
    let since = unit.date(Field::VALID_FROM);
    let mut rows = vec![NameRow { since, name, kind, decision: unit.text(Field::DECISION).to_owned(), merger: None }];
    for (since, merger, action, record, own) in altering {
        let last = rows[rows.len() - 1].clone();
        let decision = own.decision.clone().unwrap_or_default();
        let mut row = NameRow { since, decision, merger: Some(merger), ..last };
        match action {
            Action::Rename => row.name = record.text(Field::INTO_NAME).to_owned(),
            _ => row.kind = record.text(Field::UNIT_KIND).to_owned(),
        }
        rows.push(row);
    }
    rows
}

pub(crate) fn kin(fold: &RegisterFold, id: RecordId) -> Kin {
    let unit = fold.units.get(&id);
    Kin {
        id,
        name: fold.name(id).to_owned(),
        status: unit.map_or("unknown", |unit| register::status(&unit.status).0),
        households: unit.and_then(|unit| unit.households),
    }
}

fn steps(fold: &RegisterFold, id: RecordId) -> Vec<Way> {
    let (mut seen, mut open, mut steps) = (BTreeSet::from([id]), std::collections::VecDeque::from([id]), Vec::new());
    while let Some(at) = open.pop_front() {
        let Some(unit) = fold.units.get(&at) else { continue };
        let (on, decision) = units::ended(&unit.status);
        if unit.status.ended_by().is_some() {
            let into = unit.status.next().iter().map(|next| kin(fold, *next)).collect();
            steps.push(Way { from: kin(fold, at), into, on, decision });
        }
        open.extend(unit.status.next().iter().copied().filter(|next| seen.insert(*next)));
    }
    steps
}

pub(crate) fn late_rows(fold: &RegisterFold, of: impl Fn(RecordId) -> bool) -> Vec<LateRow> {
    let late = fold.late.iter().filter(|late| of(late.unit));
    late.map(|late| LateRow {
        merger: late.merger,
        unit: late.unit,
        unit_name: fold.name(late.unit).to_owned(),
        lives_in_name: fold.name(fold.successor(late.unit)).to_owned(),
        field: late.field,
        then: late.then.clone(),
        now: late.now.clone(),
    })
    .collect()
}

/// Who holds a post in one of these units.
pub(crate) fn holders(staff: Option<&Staff>, units: &BTreeSet<RecordId>) -> Vec<HolderRow> {
    let posts = staff.into_iter().flat_map(|staff| &staff.posts);
    let seats = posts.flat_map(|post| post.seats.iter().map(move |seat| (post, seat)));
    let mut rows: Vec<HolderRow> = seats
        .filter_map(|(post, seat)| {
            let unit = seat.unit.filter(|unit| units.contains(unit))?;
            let (unit_name, post_name) = (seat.unit_name.clone(), post.name.clone());
            Some(HolderRow { unit, unit_name, post_name, holders: seat.holders.clone() })
        })
        .collect();
    rows.sort_by(|one, other| (&one.unit_name, &one.post_name).cmp(&(&other.unit_name, &other.post_name)));
    rows
}

/// The open issues that name one of these units, by code.
pub(crate) fn placed(
    connection: &Connection,
    collection: CollectionId,
    units: &BTreeSet<RecordId>,
) -> Result<Vec<PlacedIssue>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {}, i.code from document d cross join record r on r.doc = d.n join issue i on i.n = r.n
         where d.collection = ? and r.kind = ? and i.open = 1 order by i.code",
        load::RECORD
    ))?;
    let mut rows = statement.query(rusqlite::params![collection.0, Kind::ISSUE.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let issue = load::snapshot(row)?;
        if let Some(place) = issue.id(Field::PLACE).filter(|place| units.contains(place)) {
            let text = issue.text(Field::TEXT).to_owned();
            found.push(PlacedIssue { id: issue.id, code: row.get(8)?, text, place });
        }
    }
    Ok(found)
}
