//! Records as they are now, and what happened to them.

use std::collections::BTreeMap;

use hopluu_model::{
    ActorId, By, CollectionId, DocId, Event, EventId, EventKind, Field, Held, Kind, RecordId, Side, Snapshot,
    Timestamp, Value,
};
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use crate::Result;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::plain;
use crate::query::sentence::{self, Sentence};

/// A record with everything the document says about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Whose record it is.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The document it lives in.
    #[serde(skip)]
    pub doc: DocId,
    /// What it is.
    #[serde(serialize_with = "plain::text")]
    pub kind: Kind,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who typed it.
    pub by: By,
    /// The author chain that created it.
    #[serde(serialize_with = "plain::text")]
    pub actor: ActorId,
    /// Its fields, by slug in JSON.
    #[serde(serialize_with = "plain::fields")]
    pub fields: BTreeMap<Field, Value>,
    /// Fields that others wrote at the same time, with all their values: the one shown comes first.
    pub rivals: Vec<RivalRow>,
}

/// One of several values of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RivalRow {
    /// The field.
    #[serde(serialize_with = "plain::text")]
    pub field: Field,
    /// The value.
    #[serde(serialize_with = "plain::value")]
    pub value: Value,
    /// Whether it is the one shown.
    pub shown: bool,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who typed it.
    pub by: By,
    /// The author chain it came by.
    #[serde(serialize_with = "plain::text")]
    pub actor: ActorId,
}

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: EventId,
    /// What happened.
    #[serde(serialize_with = "plain::text")]
    pub kind: EventKind,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who typed it.
    pub by: By,
    /// The side of the signing device.
    pub side: Side,
    /// The author chain it came by.
    #[serde(serialize_with = "plain::text")]
    pub actor: ActorId,
    /// The state events its writer had seen.
    #[serde(serialize_with = "plain::texts")]
    pub after: Vec<EventId>,
    /// What it says, by slug in JSON.
    #[serde(serialize_with = "plain::fields")]
    pub fields: BTreeMap<Field, Value>,
}

/// A record with all that happened to it and how far it has travelled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// What it is now.
    pub record: RecordRow,
    /// What happened, causes before effects, else by time entered.
    pub events: Vec<EventRow>,
    /// How far it has travelled.
    pub sentence: Sentence,
}

impl Reader {
    /// A record of any kind with its events; `None` when the view knows none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn history(&self, id: RecordId) -> Result<Option<History>> {
        self.ask(|connection| {
            let Some((no, snapshot)) = find(connection, id)? else { return Ok(None) };
            Ok(Some(History {
                events: events_in_order(connection, no, id)?,
                sentence: sentence::of_record(connection, no, id)?,
                record: snapshot.into(),
            }))
        })
    }

    /// All records whose id begins with these hexadecimal digits (at least four), at most twenty.
    ///
    /// # Errors
    /// When the database fails.
    pub fn records_by_prefix(&self, prefix: &str) -> Result<Vec<RecordRow>> {
        let Some((low, high)) = id_range(prefix) else { return Ok(Vec::new()) };
        self.ask(|connection| {
            let sql = format!(
                "select {} from record r join document d on d.n = r.doc
                 where r.id between ? and ? order by r.id limit 20",
                load::RECORD
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter([low, high]))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(load::snapshot(row)?.into());
            }
            Ok(found)
        })
    }
}

/// Finds a record and its document by the record's id alone.
pub(crate) fn find(connection: &Connection, id: RecordId) -> Result<Option<(DocNo, Snapshot)>> {
    let mut statement = connection.prepare_cached("select doc from record where id = ? order by doc limit 1")?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let no = row.get(0)?;
    Ok(load::record(connection, no, id)?.map(|snapshot| (no, snapshot)))
}

/// The events of a record: what an event names in `after` comes before it; otherwise by time entered.
pub(crate) fn events_in_order(connection: &Connection, no: DocNo, id: RecordId) -> Result<Vec<EventRow>> {
    let mut events = load::events(connection, no, id)?;
    events.sort_by_key(|event| (event.stamp.at, event.id));
    let mut placed: Vec<Event> = Vec::with_capacity(events.len());
    let mut waiting = events;
    while !waiting.is_empty() {
        let free = |event: &Event| !event.after.iter().any(|id| waiting.iter().any(|other| other.id == *id));
        // A ring of events cannot come from honest machines; it must still be shown.
        let next = waiting.iter().position(free).unwrap_or(0);
        placed.push(waiting.remove(next));
    }
    Ok(placed.into_iter().map(EventRow::from).collect())
}

/// The lowest and highest id that begin with these hexadecimal digits; `None` for fewer than four or others.
pub(crate) fn id_range(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    let prefix = prefix.trim().to_ascii_lowercase();
    if !(4..=32).contains(&prefix.len()) || !prefix.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let low: RecordId = bound_with(&prefix, '0').parse().ok()?;
    let high: RecordId = bound_with(&prefix, 'f').parse().ok()?;
    Some((low.0, high.0))
}

fn bound_with(prefix: &str, fill: char) -> String {
    prefix.chars().chain(std::iter::repeat(fill)).take(32).collect()
}

impl From<Snapshot> for RecordRow {
    fn from(snapshot: Snapshot) -> Self {
        let rivals = snapshot.fields.iter().filter(|(_, held)| !held.rivals.is_empty());
        let rivals = rivals.flat_map(|(field, held)| {
            let shown = std::iter::once(rival(*field, held, true));
            shown.chain(held.rivals.iter().map(|other| rival(*field, other, false)))
        });
        Self {
            rivals: rivals.collect(),
            id: snapshot.id,
            collection: snapshot.doc.collection,
            doc: snapshot.doc,
            kind: snapshot.kind,
            at: snapshot.stamp.at,
            by: snapshot.stamp.by,
            actor: snapshot.actor,
            fields: snapshot.fields.into_iter().map(|(field, held)| (field, held.value)).collect(),
        }
    }
}

impl From<Event> for EventRow {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            at: event.stamp.at,
            by: event.stamp.by,
            side: event.side,
            actor: event.actor,
            after: event.after,
            fields: event.fields,
        }
    }
}

fn rival(field: Field, held: &Held, shown: bool) -> RivalRow {
    let Held { value, stamp, actor, .. } = held.clone();
    RivalRow { field, value, shown, at: stamp.at, by: stamp.by, actor }
}
