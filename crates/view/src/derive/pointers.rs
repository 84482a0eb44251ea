//! Which records name which: who is there that a record entered by mistake would be missed by.

use std::collections::BTreeSet;

use hopluu_model::{CollectionId, DocId, RecordId, Snapshot, Value, fold, rules};
use rusqlite::{Connection, params};

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::load::{self, DocNo};

/// Replaces what a record names, which is nothing once it is gone or a mistake itself; adds what it names now or named
/// before to `named`.
pub(super) fn put(
    tx: &Connection,
    no: DocNo,
    (id, record): (RecordId, Option<&Snapshot>),
    named: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let mut known = BTreeSet::new();
    {
        let mut statement = tx.prepare_cached("select target from pointer where doc = ? and record = ?")?;
        let mut rows = statement.query(params![no, id.as_bytes()])?;
        while let Some(row) = rows.next()? {
            known.insert(load::record_id(row, 0)?);
        }
    }
    let wanted = record.filter(|record| !record.is_void()).map(targets).unwrap_or_default();
    for target in known.difference(&wanted) {
        tx.prepare_cached("delete from pointer where doc = ? and record = ? and target = ?")?.execute(params![
            no,
            id.as_bytes(),
            target.as_bytes()
        ])?;
    }
    for target in wanted.difference(&known) {
        tx.prepare_cached("insert into pointer values (?, ?, ?)")?.execute(params![
            no,
            id.as_bytes(),
            target.as_bytes()
        ])?;
    }
    named.extend(known.symmetric_difference(&wanted));
    Ok(())
}

fn targets(record: &Snapshot) -> BTreeSet<RecordId> {
    let naming = record.fields.iter().filter(|(field, _)| !rules::points_at(**field).is_empty());
    let values = naming.flat_map(|(_, held)| match &held.value {
        Value::Id(one) => std::slice::from_ref(one),
        value => value.as_ids(),
    });
    values.copied().collect()
}

/// The records of a collection that hold and name one, by id.
pub(crate) fn named_by(connection: &Connection, collection: CollectionId, target: RecordId) -> Result<Vec<RecordId>> {
    let mut statement = connection.prepare_cached(
        "select distinct p.record from pointer p join document d on d.n = p.doc
         where p.target = ? and d.collection = ? order by p.record",
    )?;
    let mut rows = statement.query(params![target.as_bytes(), collection.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(load::record_id(row, 0)?);
    }
    Ok(found)
}

/// Looks once more for what is to be settled of mistakes that others name now, or name no longer.
pub(super) fn follow(tx: &Connection, named: &BTreeSet<RecordId>, also: &mut BTreeSet<RecordId>) -> Result<()> {
    for target in named {
        for (no, doc, record) in copies(tx, *target)? {
            if record.is_void() {
                clashes::put(tx, Scope::Record(*target), no, &clashes::of_record(tx, no, doc, *target)?, also)?;
            }
        }
    }
    Ok(())
}

fn copies(tx: &Connection, id: RecordId) -> Result<Vec<(DocNo, DocId, Snapshot)>> {
    let mut statement = tx.prepare_cached(&format!(
        "select {}, r.doc from record r join document d on d.n = r.doc where r.id = ?",
        load::RECORD
    ))?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let record = load::snapshot(row)?;
        found.push((row.get(8)?, record.doc, record));
    }
    Ok(found)
}

/// What is to be settled of a record that was entered by mistake.
pub(super) fn mistake(connection: &Connection, record: &Snapshot) -> Result<Option<fold::Clash>> {
    if !record.is_void() {
        return Ok(None);
    }
    Ok(fold::mistake(record, &named_by(connection, record.doc.collection, record.id)?))
}
