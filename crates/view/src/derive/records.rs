//! What follows from single records: clashes within them, and the rows of issues.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{self, IssueFold, IssueState};
use hopluu_model::{CollectionId, DocKind, Field, Kind, RecordId, Snapshot, Value};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::fold::Moved;
use crate::load::{self, DocNo};

/// What issues on a ring of duplicates show: triage has them, and none is a duplicate.
const ON_RING: IssueState = IssueState::Received;

/// Derives what follows from single records of a document: clashes within them, and the rows of issues.
/// Names the records whose clashes came or went; says whether a duplicate came, changed or went.
pub(crate) fn derive(tx: &Connection, moved: &Moved, also: &mut BTreeSet<RecordId>) -> Result<bool> {
    let of_issues = matches!(moved.doc.kind, DocKind::Issues(_));
    let mut doubled = false;
    for id in &moved.records {
        let record = load::record(tx, moved.no, *id)?;
        let mut clashes = record.as_ref().map_or_else(Vec::new, fold::fields);
        if of_issues {
            let before = doubles(tx, moved.no, *id)?;
            let now = match record {
                Some(issue) if issue.kind == Kind::ISSUE => {
                    let fold = fold::issue(issue.doc, &load::events(tx, moved.no, *id)?);
                    put(tx, moved.no, &issue, &fold)?;
                    clashes.extend(fold.clashes);
                    fold.other
                }
                Some(_) | None => {
                    tx.prepare_cached("delete from issue where doc = ? and record = ?")?
                        .execute(params![moved.no, id.as_bytes()])?;
                    None
                }
            };
            doubled |= before.is_some() || now.is_some();
        }
        clashes::put(tx, Scope::Record(*id), moved.no, &clashes, also)?;
    }
    Ok(doubled)
}

/// Gives the duplicates of a commune their state: on a ring none is one.
pub(crate) fn mend_rings(tx: &Connection, collection: CollectionId, also: &mut BTreeSet<RecordId>) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "select i.record, i.other, i.doc, i.state from issue i join document d on d.n = i.doc
         where d.collection = ? and i.other is not null",
    )?;
    let mut rows = statement.query([collection.as_bytes()])?;
    let mut found: Vec<(RecordId, DocNo, String)> = Vec::new();
    let mut doubles = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let issue = load::record_id(row, 0)?;
        doubles.insert(issue, load::record_id(row, 1)?);
        found.push((issue, row.get(2)?, row.get(3)?));
    }
    let on_ring = fold::duplicates(&doubles);
    for (issue, no, was) in found {
        let state = if on_ring.contains(&issue) { ON_RING } else { IssueState::Duplicate };
        if was != state.slug() {
            also.insert(issue);
            tx.prepare_cached("update issue set state = ?, open = ? where doc = ? and record = ?")?
                .execute(params![state.slug(), state.is_open(), no, issue.as_bytes()])?;
        }
    }
    Ok(())
}

fn doubles(tx: &Connection, no: DocNo, id: RecordId) -> Result<Option<Vec<u8>>> {
    let mut statement = tx.prepare_cached("select other from issue where doc = ? and record = ?")?;
    let other: Option<Option<Vec<u8>>> =
        statement.query_row(params![no, id.as_bytes()], |row| row.get(0)).optional()?;
    Ok(other.flatten())
}

fn put(tx: &Connection, no: DocNo, issue: &Snapshot, fold: &IssueFold) -> Result<()> {
    let category = fold.category.as_deref().unwrap_or_else(|| issue.text(Field::CATEGORY));
    tx.prepare_cached("insert or replace into issue values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(
        params![
            no,
            issue.id.as_bytes(),
            issue.text(Field::CODE),
            fold.state.slug(),
            fold.state.is_open(),
            issue.get(Field::URGENT) == Some(&Value::Bool(true)),
            category,
            fold.lead,
            issue.text(Field::CAUSE),
            fold.other.map(|other| other.0),
            fold.arrived.map(|at| at.0),
            fold.answered.map(|at| at.0),
            fold.arrived.unwrap_or(issue.stamp.at).0,
        ],
    )?;
    Ok(())
}
