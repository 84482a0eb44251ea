//! What the province orders, and how far each commune is with it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hopluu_model::fold::{self, TaskState};
use hopluu_model::{By, CollectionId, Date, DocId, EventId, Field, Kind, RecordId, Snapshot, Timestamp, Value};
use rusqlite::{Connection, params};
use serde::{Serialize, Serializer};

use crate::Result;
use crate::derive::today;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::sentence::{self, Sentence};
use crate::query::{plain, totals};

/// A directive as one commune has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DirectiveRow {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The commune it is addressed to.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The document it lies in.
    #[serde(skip)]
    pub doc: DocId,
    /// The name of that commune; empty when the view does not hold it.
    pub commune: String,
    /// What all records of one directive share.
    #[serde(serialize_with = "plain::some_text")]
    pub group: Option<RecordId>,
    /// Its title.
    pub name: String,
    /// What is ordered.
    pub text: String,
    /// By when.
    #[serde(serialize_with = "plain::some_text")]
    pub on: Option<Date>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// How far the commune is.
    #[serde(serialize_with = "state_slug")]
    pub state: TaskState,
    /// Whether the commune still has to do something.
    pub open: bool,
    /// Whether it should have been done before today and is not.
    pub overdue: bool,
    /// When the commune's last event on it was entered, by its clock.
    pub moved: Option<Timestamp>,
    /// What the next state event must name in `after`.
    #[serde(serialize_with = "plain::texts")]
    pub frontier: Vec<EventId>,
    /// Entered when.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// How far it has travelled.
    pub sentence: Sentence,
}

/// One directive with the communes it is addressed to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Directive {
    /// What its records share; of a record that names nothing its own id.
    #[serde(serialize_with = "plain::text")]
    pub group: RecordId,
    /// Its title.
    pub name: String,
    /// What is ordered.
    pub text: String,
    /// By when.
    #[serde(serialize_with = "plain::some_text")]
    pub on: Option<Date>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// Entered when first.
    pub at: Timestamp,
    /// How many communes are in each state (slug).
    pub states: BTreeMap<&'static str, u32>,
    /// How many should have done it before today.
    pub overdue: u32,
    /// The communes, by name.
    pub communes: Vec<DirectiveRow>,
}

impl Reader {
    /// What is ordered of one commune or of all: open before done, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn directives(&self, collection: Option<CollectionId>) -> Result<Vec<DirectiveRow>> {
        self.ask(|connection| {
            let mut rows = rows(connection, collection)?;
            rows.sort_by_key(|row| Reverse((row.open, row.at, row.id)));
            Ok(rows)
        })
    }

    /// All directives, newest first, each with its communes.
    ///
    /// # Errors
    /// When the database fails.
    pub fn directives_by_group(&self) -> Result<Vec<Directive>> {
        self.ask(|connection| {
            let mut groups: BTreeMap<RecordId, Vec<DirectiveRow>> = BTreeMap::new();
            for row in rows(connection, None)? {
                groups.entry(row.group.unwrap_or(row.id)).or_default().push(row);
            }
            let mut found: Vec<Directive> =
                groups.into_iter().filter_map(|(group, rows)| directive(group, rows)).collect();
            found.sort_by_key(|row| Reverse((row.at, row.group)));
            Ok(found)
        })
    }
}

fn rows(connection: &Connection, collection: Option<CollectionId>) -> Result<Vec<DirectiveRow>> {
    let mut names: BTreeMap<CollectionId, String> = BTreeMap::new();
    for commune in totals::communes(connection)? {
        names.insert(commune.doc.collection, commune.text(Field::NAME).to_owned());
    }
    let today = today(connection)?;
    let mut statement = connection.prepare_cached(&format!(
        "select {}, d.n from document d cross join record r on r.doc = d.n and r.kind = ?2
         where ?1 is null or d.collection = ?1",
        load::RECORD
    ))?;
    let mut found = Vec::new();
    let mut rows = statement.query(params![collection.map(|id| id.0), Kind::DIRECTIVE.0])?;
    while let Some(row) = rows.next()? {
        let (record, no) = (load::snapshot(row)?, row.get(8)?);
        let name = names.get(&record.doc.collection).cloned().unwrap_or_default();
        found.extend(directive_row(connection, (no, &record), (name, today))?);
    }
    Ok(found)
}

/// `None` for what the province never gave.
fn directive_row(
    connection: &Connection,
    (no, record): (DocNo, &Snapshot),
    (commune, today): (String, Date),
) -> Result<Option<DirectiveRow>> {
    let events = load::events(connection, no, record.id)?;
    let task = fold::task(&events);
    if task.by.is_none() {
        return Ok(None);
    }
    let on = record.get(Field::ON).and_then(Value::as_date);
    let theirs = events.iter().filter(|event| event.side == hopluu_model::Side::Commune);
    Ok(Some(DirectiveRow {
        id: record.id,
        collection: record.doc.collection,
        doc: record.doc,
        commune,
        group: record.get(Field::OTHER).and_then(Value::as_id),
        name: record.text(Field::NAME).to_owned(),
        text: record.text(Field::TEXT).to_owned(),
        on,
        urgent: record.get(Field::URGENT) == Some(&Value::Bool(true)),
        state: task.state,
        open: task.state.is_open(),
        overdue: task.state.is_open() && on.is_some_and(|on| on < today),
        moved: theirs.map(|event| event.stamp.at).max(),
        frontier: task.frontier,
        at: record.stamp.at,
        by: record.stamp.by.clone(),
        sentence: sentence::of_record(connection, no, record.id)?,
    }))
}

fn directive(group: RecordId, mut communes: Vec<DirectiveRow>) -> Option<Directive> {
    communes.sort_by(|one, other| {
        (&one.commune, one.collection, one.id).cmp(&(&other.commune, other.collection, other.id))
    });
    let first = communes.iter().min_by_key(|row| (row.at, row.id))?;
    let (name, text, on, urgent, at) = (first.name.clone(), first.text.clone(), first.on, first.urgent, first.at);
    let mut states: BTreeMap<&'static str, u32> = BTreeMap::new();
    for row in &communes {
        *states.entry(row.state.slug()).or_default() += 1;
    }
    let overdue = u32::try_from(communes.iter().filter(|row| row.overdue).count()).unwrap_or(u32::MAX);
    Some(Directive { group, name, text, on, urgent, at, states, overdue, communes })
}

fn state_slug<S: Serializer>(state: &TaskState, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(state.slug())
}
