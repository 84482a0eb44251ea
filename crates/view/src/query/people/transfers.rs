//! Who asked to go from one commune to another, and what the province said.

use std::collections::BTreeMap;

use hopluu_model::{By, CollectionId, Date, DocKind, Field, Kind, RecordId, Timestamp};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::Result;
use crate::load;
use crate::open::Reader;
use crate::query::{plain, totals};

/// A person's way from one commune to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransferRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The commune they come from.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// Its name; empty when the view does not hold it.
    pub from_commune: String,
    /// Who.
    #[serde(serialize_with = "plain::some_text")]
    pub person: Option<RecordId>,
    /// Their name.
    pub name: String,
    /// Slug of their category of staff.
    pub category: String,
    /// Official code of the commune they go to.
    pub to_code: String,
    /// Its name; empty when the view does not hold it.
    pub to_commune: String,
    /// The first day there.
    #[serde(serialize_with = "plain::some_text")]
    pub on: Option<Date>,
    /// The document that says so.
    pub decision: String,
    /// Slug of its state.
    pub state: String,
    /// Why it was refused.
    pub reason: String,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
}

impl TransferRow {
    /// Whether the province has not decided yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == "requested"
    }
}

impl Reader {
    /// The transfers out of one commune or of all: what waits first, then the newest.
    ///
    /// # Errors
    /// When the database fails.
    pub fn transfers(&self, collection: Option<CollectionId>) -> Result<Vec<TransferRow>> {
        self.ask(|connection| transfers(connection, collection))
    }
}

pub(super) fn transfers(connection: &Connection, collection: Option<CollectionId>) -> Result<Vec<TransferRow>> {
    let (mut by_id, mut by_code) = (BTreeMap::new(), BTreeMap::new());
    for commune in totals::communes(connection)? {
        let name = commune.text(Field::NAME).to_owned();
        by_code.insert(commune.text(Field::COMMUNE_CODE).to_owned(), name.clone());
        by_id.insert(commune.doc.collection, name);
    }
    // Documents are few and records many, which the planner cannot know.
    let mut statement = connection.prepare_cached(&format!(
        "select {}, d.n from document d cross join record r on r.doc = d.n and r.kind = ?2
         where d.kind = ?3 and (?1 is null or d.collection = ?1)",
        load::RECORD
    ))?;
    let mut found = Vec::new();
    let kind = DocKind::People.to_bytes();
    let mut rows = statement.query(params![collection.map(|id| id.0), Kind::TRANSFER.0, kind])?;
    while let Some(row) = rows.next()? {
        let transfer = load::snapshot(row)?;
        if transfer.is_void() {
            continue;
        }
        let person = transfer.id(Field::PERSON);
        let record = person.map_or(Ok(None), |person| load::record(connection, row.get(8)?, person))?;
        let text = |field| record.as_ref().map(|person| person.text(field).to_owned()).unwrap_or_default();
        let to_code = transfer.text(Field::TO_COMMUNE).to_owned();
        found.push(TransferRow {
            id: transfer.id,
            collection: transfer.doc.collection,
            from_commune: by_id.get(&transfer.doc.collection).cloned().unwrap_or_default(),
            person,
            name: text(Field::NAME),
            category: text(Field::STAFF_CATEGORY),
            to_commune: by_code.get(&to_code).cloned().unwrap_or_default(),
            to_code,
            on: transfer.date(Field::ON),
            decision: transfer.text(Field::DECISION).to_owned(),
            state: transfer.text(Field::STATE).to_owned(),
            reason: transfer.text(Field::REASON).to_owned(),
            at: transfer.stamp.at,
            by: transfer.stamp.by.clone(),
        });
    }
    found.sort_by_key(|row| (!row.is_open(), std::cmp::Reverse((row.at, row.id))));
    Ok(found)
}
