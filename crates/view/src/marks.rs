//! How far others have got: clocks of relay and desk, refusals, the day.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{ActorId, Clock, DocId, RecordId};
use rusqlite::{Connection, params};

use crate::fold::{Folded, document, seq};
use crate::input::{Marks, Refusal};
use crate::load::{self, DocNo};
use crate::open::View;
use crate::{Result, derive};

impl View {
    /// Takes in what others said about how far they have got, in one transaction. Names the records whose
    /// sentence may have moved, and those that the day moved.
    ///
    /// # Errors
    /// When the database fails; then nothing of it is taken in.
    pub fn mark(&mut self, marks: &Marks) -> Result<Folded> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let mut moved = BTreeSet::new();
        for (doc, clock) in &marks.at_relay {
            let no = document(&tx, *doc)?;
            put_clock(&tx, no, "relay", clock, &mut moved)?;
        }
        for (doc, clock, at) in &marks.shown {
            let no = document(&tx, *doc)?;
            put_clock(&tx, no, "shown", clock, &mut moved)?;
            tx.prepare_cached("insert or replace into shown(doc, at) values (?, ?)")?.execute(params![no, at.0])?;
        }
        for actor in &marks.mine {
            tx.prepare_cached("insert or ignore into mine(actor) values (?)")?.execute([actor.as_bytes()])?;
        }
        for refusal in &marks.refused {
            refuse(&tx, refusal, &mut moved)?;
        }
        for (doc, actor, number) in &marks.lifted {
            lift(&tx, *doc, actor, *number, &mut moved)?;
        }
        if let Some(day) = marks.today {
            moved.extend(derive::begin_day(&tx, day)?);
        }
        tx.commit()?;
        Ok(Folded { moved: moved.into_iter().collect() })
    }
}

/// Drops what others said about a document.
pub(crate) fn forget(tx: &Connection, no: DocNo) -> Result<()> {
    for table in ["clock", "shown", "refused"] {
        tx.execute(&format!("delete from {table} where doc = ?"), [no])?;
    }
    Ok(())
}

fn refuse(tx: &Connection, refusal: &Refusal, moved: &mut BTreeSet<RecordId>) -> Result<()> {
    let no = document(tx, refusal.doc)?;
    let number = seq(refusal.seq);
    tx.prepare_cached("insert or replace into refused(doc, actor, seq, code, text) values (?, ?, ?, ?, ?)")?
        .execute(params![no, refusal.actor.as_bytes(), number, refusal.code, refusal.text])?;
    touched(tx, no, refusal.actor.as_bytes(), (number - 1, i64::MAX), moved)
}

fn lift(tx: &Connection, doc: DocId, actor: &ActorId, number: u64, moved: &mut BTreeSet<RecordId>) -> Result<()> {
    let no = document(tx, doc)?;
    let number = seq(number);
    tx.prepare_cached("delete from refused where doc = ? and actor = ? and seq = ?")?.execute(params![
        no,
        actor.as_bytes(),
        number
    ])?;
    touched(tx, no, actor.as_bytes(), (number - 1, i64::MAX), moved)
}

/// Replaces one holder's clock, writing only what differs. `column` is `relay` or `shown`.
fn put_clock(tx: &Connection, no: DocNo, column: &str, clock: &Clock, moved: &mut BTreeSet<RecordId>) -> Result<()> {
    let mut known: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    {
        let mut statement =
            tx.prepare_cached(&format!("select actor, {column} from clock where doc = ? and {column} > 0"))?;
        let mut rows = statement.query([no])?;
        while let Some(row) = rows.next()? {
            known.insert(row.get(0)?, row.get(1)?);
        }
    }
    let wanted: Vec<_> = clock.0.iter().map(|(actor, tip)| (actor.as_bytes().to_vec(), seq(tip.seq))).collect();
    let mut changed: Vec<(Vec<u8>, i64, i64)> = Vec::new();
    for (actor, now) in wanted {
        let was = known.remove(&actor).unwrap_or(0);
        if was != now {
            changed.push((actor, was, now));
        }
    }
    changed.extend(known.into_iter().map(|(actor, was)| (actor, was, 0)));
    let mut statement = tx.prepare_cached(&format!(
        "insert into clock(doc, actor, {column}) values (?, ?, ?)
         on conflict do update set {column} = excluded.{column}"
    ))?;
    for (actor, was, now) in changed {
        statement.execute(params![no, actor, now])?;
        touched(tx, no, &actor, (was.min(now), was.max(now)), moved)?;
    }
    Ok(())
}

/// Names the records that an author touched last after the first and up to the second number.
fn touched(
    tx: &Connection,
    no: DocNo,
    actor: &[u8],
    (after, up_to): (i64, i64),
    moved: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let mut statement =
        tx.prepare_cached("select record from touch where doc = ? and actor = ? and last_seq > ? and last_seq <= ?")?;
    let mut rows = statement.query(params![no, actor, after, up_to])?;
    while let Some(row) = rows.next()? {
        moved.insert(load::record_id(row, 0)?);
    }
    Ok(())
}
