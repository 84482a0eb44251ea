//! How fresh the picture of a commune is, and what still waits to leave.

use hopluu_model::{CollectionId, Timestamp};
use serde::Serialize;

use crate::open::Reader;
use crate::query::plain;
use crate::{Error, Result};

/// The newest thing the view holds of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The latest time an author's clock claimed; may be wrong by years.
    pub entered_at: Option<Timestamp>,
    /// When the newest change from elsewhere was received here; `None` when all of it was typed here.
    pub received_at: Option<Timestamp>,
    /// When the province desk last said what of it it shows.
    pub shown_at: Option<Timestamp>,
}

impl Reader {
    /// Every collection of which the view holds something, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn freshness(&self) -> Result<Vec<Freshness>> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(
                "select d.collection, max(d.entered_at), max(d.received_at), max(s.at)
                 from document d left join shown s on s.doc = d.n
                 where d.heads is not null group by d.collection order by d.collection",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let id = CollectionId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
                found.push(Freshness {
                    collection: id.ok_or(Error::Unreadable("collection"))?,
                    entered_at: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                    received_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                    shown_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
                });
            }
            Ok(found)
        })
    }

    /// How many records this office's authors touched last and no relay holds yet.
    ///
    /// # Errors
    /// When the database fails.
    pub fn waiting(&self) -> Result<u64> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(
                "select count(*) from (
                   select distinct t.doc, t.record from mine m cross join document d
                   join touch t on t.doc = d.n and t.actor = m.actor
                   left join clock c on c.doc = t.doc and c.actor = t.actor
                   where t.last_seq > max(coalesce(c.relay, 0), coalesce(c.shown, 0), t.seen_seq))",
            )?;
            let waiting: i64 = statement.query_row([], |row| row.get(0))?;
            Ok(u64::try_from(waiting).unwrap_or(0))
        })
    }
}
