//! The sums of those who hold posts.

use std::collections::BTreeSet;

use hopluu_model::{CollectionId, Date, RecordId};
use rusqlite::{Connection, params};

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::derive::commune::People;

/// Derives the sums and clashes of the people of a commune; names the records whose clashes came or went.
pub(crate) fn derive(
    tx: &Connection,
    collection: CollectionId,
    today: Date,
    also: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let Some(people) = People::load(tx, collection)? else { return Ok(()) };
    let fold = people.fold(today);
    let gone = fold.left.values().filter(|day| **day <= today).count();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    tx.prepare_cached("insert or replace into people_sum values (?, ?, ?, ?)")?.execute(params![
        people.no,
        count(fold.people),
        count(fold.concurrent),
        count(gone)
    ])?;
    clashes::put(tx, Scope::People, people.no, &fold.clashes, also)
}
