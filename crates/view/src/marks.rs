//! How far others have got: clocks of relay and desk, and refusals.

use std::collections::BTreeMap;

use hopluu_model::{ActorId, Clock, DocId};
use rusqlite::{Connection, params};

use crate::Result;
use crate::fold::{document, seq};
use crate::input::Marks;
use crate::load::DocNo;
use crate::open::View;

impl View {
    /// Takes in what others said about how far they have got, in one transaction.
    ///
    /// # Errors
    /// When the database fails; then nothing of it is taken in.
    pub fn mark(&mut self, marks: &Marks) -> Result<()> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        for (doc, clock) in &marks.at_relay {
            let no = document(&tx, *doc)?;
            put_clock(&tx, no, "relay", clock)?;
        }
        for (doc, clock, at) in &marks.shown {
            let no = document(&tx, *doc)?;
            put_clock(&tx, no, "shown", clock)?;
            tx.prepare_cached("insert or replace into shown(doc, at) values (?, ?)")?.execute(params![no, at.0])?;
        }
        for actor in &marks.mine {
            tx.prepare_cached("insert or ignore into mine(actor) values (?)")?.execute([actor.as_bytes()])?;
        }
        for refusal in &marks.refused {
            let no = document(&tx, refusal.doc)?;
            tx.prepare_cached("insert or replace into refused(doc, actor, seq, code, text) values (?, ?, ?, ?, ?)")?
                .execute(params![no, refusal.actor.as_bytes(), seq(refusal.seq), refusal.code, refusal.text])?;
        }
        for (doc, actor, number) in &marks.lifted {
            lift(&tx, *doc, actor, *number)?;
        }
        tx.commit()?;
        Ok(())
    }
}

/// Drops what others said about a document.
pub(crate) fn forget(tx: &Connection, no: DocNo) -> Result<()> {
    for table in ["clock", "shown", "refused"] {
        tx.execute(&format!("delete from {table} where doc = ?"), [no])?;
    }
    Ok(())
}

fn lift(tx: &Connection, doc: DocId, actor: &ActorId, number: u64) -> Result<()> {
    let no = document(tx, doc)?;
    tx.prepare_cached("delete from refused where doc = ? and actor = ? and seq = ?")?.execute(params![
        no,
        actor.as_bytes(),
        seq(number)
    ])?;
    Ok(())
}

/// Replaces one holder's clock, writing only what differs. `column` is `relay` or `shown`.
fn put_clock(tx: &Connection, no: DocNo, column: &str, clock: &Clock) -> Result<()> {
    let mut wanted: BTreeMap<Vec<u8>, i64> =
        clock.0.iter().map(|(actor, tip)| (actor.as_bytes().to_vec(), seq(tip.seq))).collect();
    let mut gone = Vec::new();
    let mut statement =
        tx.prepare_cached(&format!("select actor, {column} from clock where doc = ? and {column} > 0"))?;
    let known = statement.query_map([no], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
    for row in known {
        let (actor, number) = row?;
        match wanted.get(&actor) {
            Some(same) if *same == number => drop(wanted.remove(&actor)),
            Some(_) => {}
            None => gone.push(actor),
        }
    }
    let changed = wanted.into_iter().chain(gone.into_iter().map(|actor| (actor, 0)));
    let mut statement = tx.prepare_cached(&format!(
        "insert into clock(doc, actor, {column}) values (?, ?, ?)
         on conflict do update set {column} = excluded.{column}"
    ))?;
    for (actor, number) in changed {
        statement.execute(params![no, actor, number])?;
    }
    Ok(())
}
