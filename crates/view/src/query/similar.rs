//! Issues of the same commune that say much the same: what triage looks at before it calls one a double.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::text::search_key;
use hopluu_model::{Field, RecordId, Snapshot};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::Result;
use crate::facts::Facts;
use crate::load;
use crate::open::Reader;
use crate::query::history;
use crate::query::issue_row::{IssueRow, Rows};
use crate::query::wanted::{self, Now};

/// So many of the rarest words of an issue are looked up.
const WORDS: usize = 5;
/// A word that so many records hold is common, however many more there are.
const COMMON: i64 = 1_000;
/// So many of the issues that share most rare words are compared whole.
const COMPARED: usize = 40;
/// Below so many words in a hundred in common two issues are not called similar.
const LEAST: u8 = 20;

/// An issue that says much the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Similar {
    /// The issue.
    pub issue: IssueRow,
    /// How many in a hundred of the words of both are in both.
    pub likeness: u8,
}

impl Reader {
    /// Other issues of the same commune with the same words, most alike first; none when the view does not hold the
    /// issue.
    ///
    /// # Errors
    /// When the database fails.
    pub fn similar(&self, issue: RecordId, limit: u32) -> Result<Vec<Similar>> {
        self.ask_facts(|connection, facts| {
            let Some((_, record)) = history::find(connection, issue)? else { return Ok(Vec::new()) };
            let words = words(&record);
            let mut alike = Vec::new();
            for n in candidates(connection, facts, &record, &words)? {
                let Some(other) = load::by_row(connection, n)? else { continue };
                let likeness = likeness(&words, &self::words(&other));
                if likeness >= LEAST {
                    alike.push((likeness, other.stamp.at, n));
                }
            }
            alike.sort_unstable_by_key(|found| Reverse(*found));
            let now = Now::of(connection)?;
            let mut rows = Rows::new(connection, &now);
            let mut found = Vec::new();
            for (likeness, _, n) in alike.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)) {
                found.extend(rows.read(n)?.map(|(issue, _)| Similar { issue, likeness }));
            }
            Ok(found)
        })
    }
}

fn words(record: &Snapshot) -> BTreeSet<String> {
    search_key(record.text(Field::TEXT)).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn likeness(one: &BTreeSet<String>, other: &BTreeSet<String>) -> u8 {
    let both = one.intersection(other).count();
    let all = one.union(other).count().max(1);
    u8::try_from(both * 100 / all).unwrap_or(100)
}

/// Issues of the same commune that share rare words with a record, by how rare and how many.
fn candidates(connection: &Connection, facts: &Facts, record: &Snapshot, words: &BTreeSet<String>) -> Result<Vec<i64>> {
    let mut rare: Vec<(i64, Reverse<usize>, &String)> = Vec::new();
    let mut frequency =
        connection.prepare_cached("select count(*) from (select 1 from search where search match ? limit ?)")?;
    for word in words {
        let holders: i64 = frequency.query_row(params![format!("\"{word}\""), COMMON], |row| row.get(0))?;
        if holders > 1 {
            rare.push((holders, Reverse(word.len()), word));
        }
    }
    rare.sort_unstable();
    let mut shared: BTreeMap<i64, u32> = BTreeMap::new();
    let within = wanted::of_documents(connection, &[record.doc.collection])?;
    let mut holding = connection.prepare_cached("select rowid from search where search match ?")?;
    for (holders, _, word) in rare.into_iter().take(WORDS) {
        let weight = 64 - u32::try_from(holders).unwrap_or(u32::MAX).ilog2();
        let mut rows = holding.query([format!("{within} AND \"{word}\"")])?;
        while let Some(row) = rows.next()? {
            let n: i64 = row.get(0)?;
            if facts.get(n).is_some() {
                *shared.entry(n).or_default() += weight;
            }
        }
    }
    let own: Option<i64> = connection
        .prepare_cached("select n from issue where record = ? and doc = (select n from document where id = ?)")?
        .query_row(params![record.id.as_bytes(), record.doc.to_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    let mut best: Vec<(u32, i64)> = shared.into_iter().filter(|(n, _)| Some(*n) != own).map(|(n, w)| (w, n)).collect();
    best.sort_unstable_by(|one, other| other.cmp(one));
    Ok(best.into_iter().take(COMPARED).map(|(_, n)| n).collect())
}
