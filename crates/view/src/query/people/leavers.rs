//! Who left, why, and whether they have been paid and thanked.

use hopluu_model::{CollectionId, Date, DocId, DocKind, Kind, RecordId};
use rusqlite::Connection;
use serde::Serialize;

use super::spans::day;
use crate::fold::shown_document;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::plain;
use crate::{Error, Result};

/// A person who left or will leave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeaverRow {
    /// The record of the leaving.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The person.
    #[serde(serialize_with = "plain::text")]
    pub person: RecordId,
    /// Name.
    pub name: String,
    /// Slug of the category of staff.
    pub category: String,
    /// Slug of the reason.
    pub reason: String,
    /// The first day out of service.
    #[serde(serialize_with = "plain::text")]
    pub on: Date,
    /// Slug of how far the benefit has got; empty when nothing is said of it.
    pub benefit: String,
    /// The day they were thanked.
    #[serde(serialize_with = "plain::some_text")]
    pub thanked_on: Option<Date>,
    /// What they were given.
    pub gift: String,
    /// Whether another record says otherwise, or the person was given a post later.
    pub in_clash: bool,
}

impl Reader {
    /// Those who left a commune or will leave it, by day and name; `None` when the view holds no people of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leavers(&self, collection: CollectionId) -> Result<Option<Vec<LeaverRow>>> {
        self.ask(|connection| {
            let doc = DocId::new(collection, DocKind::People);
            let Some(no) = shown_document(connection, doc)? else { return Ok(None) };
            leavers_of(connection, no).map(Some)
        })
    }
}

pub(super) fn leavers_of(connection: &Connection, no: DocNo) -> Result<Vec<LeaverRow>> {
    let mut statement = connection.prepare_cached(
        "select l.record, l.person, r.name, l.category, l.reason, l.since, l.benefit, l.thanked, l.gift, l.in_clash
         from leaver l join record r on r.doc = l.doc and r.id = l.person and r.kind = ?2
         where l.doc = ?1 order by l.since, r.sort, l.record",
    )?;
    let mut rows = statement.query((no, Kind::PERSON.0))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(LeaverRow {
            id: load::record_id(row, 0)?,
            person: load::record_id(row, 1)?,
            name: row.get(2)?,
            category: row.get(3)?,
            reason: row.get(4)?,
            on: day(row, 5)?.ok_or(Error::Unreadable("day"))?,
            benefit: row.get(6)?,
            thanked_on: day(row, 7)?,
            gift: row.get(8)?,
            in_clash: row.get(9)?,
        });
    }
    Ok(found)
}
