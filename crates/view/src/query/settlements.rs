//! What was settled: by whom, when, and what was chosen among what.

use hopluu_model::fold::{Named, settled};
use hopluu_model::{
    By, CollectionId, DocKind, Event, EventId, EventKind, Field, Kind, RecordId, Timestamp, Value, rules,
};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::clashes::{NAME, name_last, name_of};
use crate::query::plain;
use crate::{Error, Result};

/// A settlement, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettlementRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub event: EventId,
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The record on which it was written.
    #[serde(serialize_with = "plain::text")]
    pub record: RecordId,
    /// What that record is.
    #[serde(serialize_with = "plain::text")]
    pub record_kind: Kind,
    /// The name of that record in lists.
    pub name: String,
    /// The field it was about.
    #[serde(serialize_with = "plain::some_text")]
    pub field: Option<Field>,
    /// The function it placed in a building (slug); else empty.
    pub topic: String,
    /// What was chosen, in Vietnamese.
    pub chosen: String,
    /// The same in English.
    pub chosen_en: String,
    /// All that was weighed, the chosen among it, in Vietnamese.
    pub weighed: Vec<String>,
    /// The same in English; values of a field as they were written.
    pub weighed_en: Vec<String>,
    /// The reason; empty where none was given.
    pub reason: String,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who decided.
    pub by: By,
}

impl Reader {
    /// What was settled in one collection or in all, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settlements(&self, of: Option<CollectionId>, (limit, offset): (u32, u32)) -> Result<Vec<SettlementRow>> {
        self.ask(|connection| {
            let sql = format!(
                "select e.doc, e.record, e.id, d.collection, coalesce(r.kind, 0), {NAME} from event e
                 join document d on d.n = e.doc left join record r on r.doc = e.doc and r.id = e.record
                 where e.kind = {} and (?1 is null or d.collection = ?1) order by e.moment desc, e.id limit ?2 offset ?3",
                EventKind::SETTLE.0
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params![of.map(|id| id.0), limit, offset])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (no, record): (DocNo, _) = (row.get(0)?, load::record_id(row, 1)?);
                let id = EventId::from_slice(row.get_ref(2)?.as_blob().unwrap_or_default());
                let collection = CollectionId::from_slice(row.get_ref(3)?.as_blob().unwrap_or_default());
                let Some(event) = load::events(connection, no, record)?.into_iter().find(|it| Some(it.id) == id) else {
                    continue;
                };
                let collection = collection.ok_or(Error::Unreadable("collection"))?;
                let name: String = row.get(5)?;
                let name = if name.is_empty() { name_of(connection, record)? } else { name };
                found.push(told(connection, (no, collection), (Kind(row.get(4)?), name), event)?);
            }
            Ok(found)
        })
    }
}

fn told(
    connection: &Connection,
    (no, collection): (DocNo, CollectionId),
    (record_kind, name): (Kind, String),
    event: Event,
) -> Result<SettlementRow> {
    let mut known = Vec::new();
    names(connection, no, &event, &mut known)?;
    let find = |id: RecordId| known.iter().find(|(named, _)| *named == id).map(|(_, named)| named.clone());
    let mut said = settled(&event, record_kind, find);
    let field = event.fields.get(&Field::FIELD).and_then(Value::as_int);
    let field = field.and_then(|number| u16::try_from(number).ok()).map(Field);
    if field.is_some_and(|field| !rules::points_at(field).is_empty()) {
        for text in std::iter::once(&mut said.chosen).chain(&mut said.weighed) {
            name_last(connection, &mut text.vi)?;
            name_last(connection, &mut text.en)?;
        }
    }
    let (weighed, weighed_en) = said.weighed.into_iter().map(|said| (said.vi, said.en)).unzip();
    Ok(SettlementRow {
        event: event.id,
        collection,
        record: event.record,
        record_kind,
        name,
        field,
        topic: event.text(Field::FUNCTIONS).to_owned(),
        chosen: said.chosen.vi,
        chosen_en: said.chosen.en,
        weighed,
        weighed_en,
        reason: event.text(Field::REASON).to_owned(),
        at: event.stamp.at,
        by: event.stamp.by,
    })
}

/// Finds what a settlement names, and what settlements among it name.
fn names(connection: &Connection, no: DocNo, event: &Event, known: &mut Vec<(RecordId, Named)>) -> Result<()> {
    let ids = event.fields.get(&Field::WEIGHED).map_or(&[][..], Value::as_ids);
    for id in ids {
        if known.iter().any(|(named, _)| named == id) {
            continue;
        }
        if let Some(record) = load::record(connection, no, *id)? {
            known.push((*id, Named::Record(Box::new(record))));
        } else if let Some(found) = find_event(connection, (no, event.record), EventId(id.0))? {
            let Some(record) = load::record(connection, no, found.record)? else { continue };
            known.push((*id, Named::Event(Box::new(found.clone()), Box::new(record))));
            if found.kind == EventKind::SETTLE {
                names(connection, no, &found, known)?;
            }
        }
    }
    Ok(())
}

/// An event of a record, or of another record of a register: decisions are weighed against each other there.
fn find_event(connection: &Connection, (no, record): (DocNo, RecordId), id: EventId) -> Result<Option<Event>> {
    let own = load::events(connection, no, record)?.into_iter().find(|event| event.id == id);
    if own.is_some() {
        return Ok(own);
    }
    let mut statement = connection.prepare_cached(
        "select e.record from event e join document d on d.n = e.doc where e.doc = ? and e.id = ? and d.kind in (?, ?)",
    )?;
    let kinds = [DocKind::Register, DocKind::People].map(DocKind::to_bytes);
    let mut rows = statement.query(params![no, id.0, kinds[0], kinds[1]])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let record = load::record_id(row, 0)?;
    Ok(load::events(connection, no, record)?.into_iter().find(|event| event.id == id))
}
