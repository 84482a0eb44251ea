//! Reading stored rows back as the values of the domain.

use hopluu_model::{
    ActorId, By, DocId, DocKind, Event, EventId, EventKind, Kind, RecordId, Side, Snapshot, Stamp, Timestamp,
};
use rusqlite::{Connection, Row, params};

use crate::cell::{fields_from_json, role_from_text, values_from_json};
use crate::{Error, Result};

/// Row number of a document: short, and known to this file only.
pub(crate) type DocNo = i64;

/// The columns that [`snapshot`] reads, of a table named `r` beside the document `d`.
pub(crate) const RECORD: &str = "d.id, r.id, r.kind, r.fields, r.at, r.by, r.role, r.actor";

/// Reads a record from a row that begins with [`RECORD`].
pub(crate) fn snapshot(row: &Row<'_>) -> Result<Snapshot> {
    let doc = DocId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
    let mut snapshot = Snapshot {
        doc: doc.ok_or(Error::Unreadable("document"))?,
        id: record_id(row, 1)?,
        kind: Kind(row.get(2)?),
        stamp: stamp(row, 4)?,
        actor: actor_id(row, 7)?,
        fields: std::collections::BTreeMap::new(),
    };
    let json = row.get_ref(3)?.as_str().map_err(|_| Error::Unreadable("record"))?;
    snapshot.fields = fields_from_json(json, &snapshot)?;
    Ok(snapshot)
}

/// The events of a record, by id.
pub(crate) fn events(connection: &Connection, doc: DocNo, record: RecordId) -> Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(
        "select id, kind, after, fields, at, by, role, actor, side from event where doc = ? and record = ?",
    )?;
    let mut rows = statement.query(params![doc, record.as_bytes()])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row, record)?);
    }
    Ok(events)
}

/// Records of one kind in a document, by name; what was entered by mistake is not there.
pub(crate) fn of_kind(connection: &Connection, doc: DocNo, kind: Kind) -> Result<Vec<Snapshot>> {
    let mut records = all_of_kind(connection, doc, kind)?;
    records.retain(|record: &Snapshot| !record.is_void());
    Ok(records)
}

/// The same with what was entered by mistake, for folds of others that rest on it.
pub(crate) fn all_of_kind(connection: &Connection, doc: DocNo, kind: Kind) -> Result<Vec<Snapshot>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {RECORD} from record r join document d on d.n = r.doc
         where r.doc = ? and r.kind = ? order by r.sort, r.id"
    ))?;
    let mut rows = statement.query(params![doc, kind.0])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(snapshot(row)?);
    }
    Ok(records)
}

/// Records of one kind in the bulletin: what the province gives to all; what was entered by mistake is not there.
pub(crate) fn bulletin(connection: &Connection, kind: Kind) -> Result<Vec<Snapshot>> {
    // Documents are few and records many, which the planner cannot know.
    let mut statement = connection.prepare_cached(&format!(
        "select {RECORD} from document d cross join record r on r.doc = d.n
         where d.kind = ? and r.kind = ? order by r.sort, r.id"
    ))?;
    let mut rows = statement.query(params![DocKind::Bulletin.to_bytes(), kind.0])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(snapshot(row)?);
    }
    records.retain(|record: &Snapshot| !record.is_void());
    Ok(records)
}

/// All events of one kind in a document.
pub(crate) fn events_of_kind(connection: &Connection, doc: DocNo, kind: EventKind) -> Result<Vec<Event>> {
    let mut statement = connection.prepare_cached(
        "select id, kind, after, fields, at, by, role, actor, side, record from event where doc = ? and kind = ?",
    )?;
    let mut rows = statement.query(params![doc, kind.0])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event(row, record_id(row, 9)?)?);
    }
    Ok(events)
}

/// One record of a document.
pub(crate) fn record(connection: &Connection, doc: DocNo, id: RecordId) -> Result<Option<Snapshot>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {RECORD} from record r join document d on d.n = r.doc where r.doc = ? and r.id = ?"
    ))?;
    let mut rows = statement.query(params![doc, id.as_bytes()])?;
    rows.next()?.map(snapshot).transpose()
}

/// The record that has a row number.
pub(crate) fn by_row(connection: &Connection, n: i64) -> Result<Option<Snapshot>> {
    let mut statement = connection
        .prepare_cached(&format!("select {RECORD} from record r join document d on d.n = r.doc where r.n = ?"))?;
    let mut rows = statement.query([n])?;
    rows.next()?.map(snapshot).transpose()
}

/// The record id in a column.
pub(crate) fn record_id(row: &Row<'_>, column: usize) -> Result<RecordId> {
    RecordId::from_slice(row.get_ref(column)?.as_blob().unwrap_or_default()).ok_or(Error::Unreadable("record id"))
}

/// The author in a column.
pub(crate) fn actor_id(row: &Row<'_>, column: usize) -> Result<ActorId> {
    ActorId::from_slice(row.get_ref(column)?.as_blob().unwrap_or_default()).ok_or(Error::Unreadable("actor id"))
}

/// The side as the tables hold it.
pub(crate) fn side_to_number(side: Side) -> i64 {
    match side {
        Side::Commune => 0,
        Side::Province => 1,
    }
}

/// Reads what [`side_to_number`] wrote.
pub(crate) fn side_from_number(number: i64) -> Side {
    if number == 1 { Side::Province } else { Side::Commune }
}

fn event(row: &Row<'_>, record: RecordId) -> Result<Event> {
    let id = EventId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
    let after = row.get_ref(2)?.as_blob().unwrap_or_default().chunks_exact(16);
    let json = row.get_ref(3)?.as_str().map_err(|_| Error::Unreadable("event"))?;
    Ok(Event {
        id: id.ok_or(Error::Unreadable("event id"))?,
        record,
        kind: EventKind(row.get(1)?),
        after: after.filter_map(EventId::from_slice).collect(),
        fields: values_from_json(json)?,
        stamp: stamp(row, 4)?,
        actor: actor_id(row, 7)?,
        side: side_from_number(row.get(8)?),
    })
}

/// Time, name and role in three columns.
fn stamp(row: &Row<'_>, first: usize) -> Result<Stamp> {
    let role = row.get_ref(first + 2)?.as_str().map_err(|_| Error::Unreadable("role"))?;
    Ok(Stamp { at: Timestamp(row.get(first)?), by: By { name: row.get(first + 1)?, role: role_from_text(role)? } })
}
