//! Folding what documents say into the tables: one transaction per batch, heads included.

use std::collections::BTreeSet;

use hopluu_model::{ChangeHash, DocId, Event, EventId, RecordId, Snapshot, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::cell::{fields_to_json, role_to_text, values_to_json};
use crate::input::{Batch, DocUpdate, Seen, Touch};
use crate::load::{self, DocNo, side_to_number};
use crate::open::View;
use crate::{Error, Result, changes, derive, marks};

/// What a batch moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// Records whose rows changed, sorted; among them those whose derived state moved because another
    /// record did.
    pub moved: Vec<RecordId>,
}

/// What of one document moved, gathered for the derived tables.
pub(crate) struct Moved {
    pub(crate) doc: DocId,
    pub(crate) no: DocNo,
    pub(crate) records: BTreeSet<RecordId>,
}

impl View {
    /// Folds a batch in one transaction. The same batch twice changes nothing the second time; batches of
    /// different documents may come in any order.
    ///
    /// # Errors
    /// When the database fails; then nothing of the batch is in the view, its heads neither.
    pub fn fold(&mut self, batch: &Batch) -> Result<Folded> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let mut moved = Vec::with_capacity(batch.docs.len());
        for update in &batch.docs {
            moved.push(fold_document(&tx, update)?);
        }
        let mut all = derive::after(&tx, &moved)?;
        tx.commit()?;
        all.extend(moved.into_iter().flat_map(|doc| doc.records));
        Ok(Folded { moved: all.into_iter().collect() })
    }

    /// Drops all that the view shows of a document, with its heads and what others said about it.
    ///
    /// # Errors
    /// When the database fails; then nothing is dropped.
    pub fn forget(&mut self, doc: DocId) -> Result<Folded> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let Some(no) = find_document(&tx, doc)? else { return Ok(Folded::default()) };
        let mut moved = Moved { doc, no, records: BTreeSet::new() };
        wipe(&tx, &mut moved)?;
        sweep(&tx, &DocUpdate::new(doc, Vec::new()), &mut moved)?;
        tx.execute("delete from change where doc = ?", [no])?;
        marks::forget(&tx, no)?;
        let mut all = derive::after(&tx, std::slice::from_ref(&moved))?;
        for table in derive::OF_DOCUMENTS {
            tx.execute(&format!("delete from {table} where doc = ?"), [no])?;
        }
        tx.execute("delete from document where n = ?", [no])?;
        tx.commit()?;
        all.extend(moved.records);
        Ok(Folded { moved: all.into_iter().collect() })
    }
}

/// The row number of a document, which is given one when it has none.
pub(crate) fn document(tx: &Connection, doc: DocId) -> Result<DocNo> {
    if let Some(no) = find_document(tx, doc)? {
        return Ok(no);
    }
    tx.prepare_cached("insert into document(id, collection, kind) values (?, ?, ?)")?.execute(params![
        doc.to_bytes().as_slice(),
        doc.collection.as_bytes(),
        doc.kind.to_bytes().as_slice()
    ])?;
    Ok(tx.last_insert_rowid())
}

fn find_document(tx: &Connection, doc: DocId) -> Result<Option<DocNo>> {
    let mut statement = tx.prepare_cached("select n from document where id = ?")?;
    Ok(statement.query_row([doc.to_bytes().as_slice()], |row| row.get(0)).optional()?)
}

/// The row number of a document of which the view shows something.
pub(crate) fn shown_document(tx: &Connection, doc: DocId) -> Result<Option<DocNo>> {
    let mut statement = tx.prepare_cached("select n from document where id = ? and heads is not null")?;
    Ok(statement.query_row([doc.to_bytes().as_slice()], |row| row.get(0)).optional()?)
}

fn fold_document(tx: &Connection, update: &DocUpdate) -> Result<Moved> {
    let no = document(tx, update.doc)?;
    let mut moved = Moved { doc: update.doc, no, records: BTreeSet::new() };
    if update.rebuild {
        wipe(tx, &mut moved)?;
        sweep(tx, update, &mut moved)?;
    }
    let mut entered: Option<Timestamp> = None;
    let mut note = |record: RecordId, changed: bool| changed.then(|| moved.records.insert(record));
    for snapshot in &update.records {
        note(snapshot.id, put_record(tx, no, snapshot, update.received_at)?);
        let stamps = snapshot.fields.values().map(|held| held.stamp.at);
        entered = entered.max(stamps.chain([snapshot.stamp.at]).max());
    }
    for event in &update.events {
        note(event.record, put_event(tx, no, event, update.received_at)?);
        entered = entered.max(Some(event.stamp.at));
    }
    for touch in &update.touches {
        note(touch.record, put_touch(tx, no, touch)?);
    }
    for seen in &update.seen {
        note(seen.record, put_seen(tx, no, seen)?);
    }
    put_heads(tx, no, update, entered)?;
    Ok(moved)
}

fn put_heads(tx: &Connection, no: DocNo, update: &DocUpdate, entered: Option<Timestamp>) -> Result<()> {
    let mut heads = update.heads.clone();
    heads.sort_unstable();
    let heads: Vec<u8> = heads.iter().flat_map(ChangeHash::as_bytes).copied().collect();
    tx.prepare_cached(
        "update document set heads = ?2,
           entered_at = nullif(max(coalesce(entered_at, ?5), coalesce(?3, ?5)), ?5),
           received_at = nullif(max(coalesce(received_at, ?5), coalesce(?4, ?5)), ?5)
         where n = ?1",
    )?
    .execute(params![no, heads, entered.map(|at| at.0), update.received_at.map(|at| at.0), i64::MIN])?;
    Ok(())
}

/// Writes a record; says whether anything changed.
fn put_record(tx: &Connection, no: DocNo, snapshot: &Snapshot, received: Option<Timestamp>) -> Result<bool> {
    let fields = fields_to_json(snapshot)?;
    let known: Option<(i64, i64, String)> = tx
        .prepare_cached("select n, kind, fields from record where doc = ? and id = ?")?
        .query_row(params![no, snapshot.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if known.as_ref().is_some_and(|(_, kind, old)| *kind == i64::from(snapshot.kind.0) && *old == fields) {
        return Ok(false);
    }
    changes::note(tx, no, snapshot, (known.as_ref().map(|(.., old)| old.as_str()), received))?;
    let name = derive::names::shown(snapshot);
    tx.prepare_cached(
        "insert into record(n, doc, id, kind, fields, at, by, role, actor, name, sort)
           values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         on conflict(doc, id) do update set
           kind = excluded.kind, fields = excluded.fields, at = excluded.at, by = excluded.by,
           role = excluded.role, actor = excluded.actor, name = excluded.name, sort = excluded.sort",
    )?
    .execute(params![
        known.as_ref().map(|(n, ..)| *n),
        no,
        snapshot.id.as_bytes(),
        snapshot.kind.0,
        fields,
        snapshot.stamp.at.0,
        snapshot.stamp.by.name,
        role_to_text(snapshot.stamp.by.role),
        snapshot.actor.as_bytes(),
        name,
        derive::names::sort_key(name),
    ])?;
    let rowid = known.as_ref().map_or_else(|| tx.last_insert_rowid(), |(n, ..)| *n);
    put_search(tx, (no, rowid), known.is_some(), snapshot)?;
    Ok(true)
}

fn put_search(tx: &Connection, (no, rowid): (DocNo, i64), known: bool, snapshot: &Snapshot) -> Result<()> {
    if known {
        tx.prepare_cached("delete from search where rowid = ?")?.execute([rowid])?;
    }
    if let Some(text) = derive::names::searchable(no, snapshot) {
        tx.prepare_cached("insert into search(rowid, text) values (?, ?)")?.execute(params![rowid, text])?;
    }
    Ok(())
}

fn put_event(tx: &Connection, no: DocNo, event: &Event, received: Option<Timestamp>) -> Result<bool> {
    let after: Vec<u8> = event.after.iter().flat_map(|id| id.0).collect();
    let written = tx
        .prepare_cached(
            "insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             on conflict do update set kind = excluded.kind, after = excluded.after, fields = excluded.fields,
               at = excluded.at, by = excluded.by, role = excluded.role, actor = excluded.actor, side = excluded.side
             where (kind, after, fields, at, by, role, actor, side) is not (excluded.kind, excluded.after,
               excluded.fields, excluded.at, excluded.by, excluded.role, excluded.actor, excluded.side)",
        )?
        .execute(params![
            no,
            event.record.as_bytes(),
            event.id.as_bytes(),
            event.kind.0,
            after,
            values_to_json(&event.fields)?,
            event.stamp.at.0,
            event.stamp.by.name,
            role_to_text(event.stamp.by.role),
            event.actor.as_bytes(),
            side_to_number(event.side),
            received.map(|at| at.0),
            received.unwrap_or(event.stamp.at).0,
        ])?;
    Ok(written > 0)
}

fn put_touch(tx: &Connection, no: DocNo, touch: &Touch) -> Result<bool> {
    let written = tx
        .prepare_cached(
            "insert into touch(doc, record, actor, side, last_seq) values (?, ?, ?, ?, ?)
         on conflict do update set side = excluded.side, last_seq = excluded.last_seq
         where excluded.last_seq > last_seq",
        )?
        .execute(params![
            no,
            touch.record.as_bytes(),
            touch.actor.as_bytes(),
            side_to_number(touch.side),
            seq(touch.seq),
        ])?;
    Ok(written > 0)
}

fn put_seen(tx: &Connection, no: DocNo, seen: &Seen) -> Result<bool> {
    let written = tx
        .prepare_cached(
            "insert into touch(doc, record, actor, seen_seq) values (?, ?, ?, ?)
         on conflict do update set seen_seq = excluded.seen_seq where excluded.seen_seq > seen_seq",
        )?
        .execute(params![no, seen.record.as_bytes(), seen.actor.as_bytes(), seq(seen.seq)])?;
    Ok(written > 0)
}

/// SQLite's integers are signed; a chain that long does not exist.
pub(crate) fn seq(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Drops the events of a document that a rebuild does not name; the others keep when they were received.
fn sweep(tx: &Connection, update: &DocUpdate, moved: &mut Moved) -> Result<()> {
    let named: BTreeSet<(RecordId, EventId)> = update.events.iter().map(|event| (event.record, event.id)).collect();
    let mut statement = tx.prepare_cached("select record, id from event where doc = ?")?;
    let mut rows = statement.query([moved.no])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let id = EventId::from_slice(row.get_ref(1)?.as_blob().unwrap_or_default());
        let event = (load::record_id(row, 0)?, id.ok_or(Error::Unreadable("event id"))?);
        if !named.contains(&event) {
            gone.push(event);
        }
    }
    for (record, id) in gone {
        moved.records.insert(record);
        tx.prepare_cached("delete from event where doc = ? and record = ? and id = ?")?.execute(params![
            moved.no,
            record.as_bytes(),
            id.as_bytes()
        ])?;
    }
    Ok(())
}

/// Drops a document's rows but its events, remembering which records there were.
fn wipe(tx: &Connection, moved: &mut Moved) -> Result<()> {
    let mut statement = tx.prepare_cached("select id from record where doc = ?")?;
    let ids = statement.query_map([moved.no], |row| row.get::<_, Vec<u8>>(0))?;
    for id in ids {
        moved.records.extend(RecordId::from_slice(&id?));
    }
    tx.execute("delete from search where rowid in (select n from record where doc = ?)", [moved.no])?;
    for table in ["record", "touch"] {
        tx.execute(&format!("delete from {table} where doc = ?"), [moved.no])?;
    }
    tx.execute("update document set heads = null, entered_at = null where n = ?", [moved.no])?;
    Ok(())
}
