//! Finding records by their words, with or without accents.

use hopluu_model::Kind;
use serde::Serialize;

use crate::Result;
use crate::derive::names::search_query;
use crate::load;
use crate::open::Reader;
use crate::query::RecordRow;

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The record.
    pub record: RecordRow,
    /// By what name lists show it.
    pub name: String,
}

impl Reader {
    /// Records that hold all the words typed, the last of which may be unfinished; by kind and name.
    /// Accents, case and the way of encoding do not matter; `d` finds `đ`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn search(&self, typed: &str, kind: Option<Kind>, limit: u32) -> Result<Vec<Found>> {
        let Some(query) = search_query(typed) else { return Ok(Vec::new()) };
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "select {}, r.name from record r join document d on d.n = r.doc
                 where r.n in (select rowid from search where search match ?1) and (?2 is null or r.kind = ?2)
                 order by r.kind, r.sort, r.id limit ?3",
                load::RECORD
            ))?;
            let mut rows = statement.query(rusqlite::params![query, kind.map(|kind| kind.0), limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(Found { name: row.get(8)?, record: load::snapshot(row)?.into() });
            }
            Ok(found)
        })
    }
}
