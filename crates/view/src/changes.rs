//! What this machine saw fields of records become. Documents hold only what is; this is told once, and is lost when
//! a view is begun anew.

use std::collections::BTreeMap;

use hopluu_model::{Field, Held, Snapshot, Timestamp, Value};
use rusqlite::{Connection, params};

use crate::Result;
use crate::cell::{fields_from_json, role_to_text, value_to_json};
use crate::load::DocNo;

/// Stands in the column of fields for the record as a whole, when it was begun; no field has this number.
pub(crate) const CREATED: u16 = 0;

/// Notes what is new in a record beside what the view held of it, and when it was received.
pub(crate) fn note(
    tx: &Connection,
    no: DocNo,
    record: &Snapshot,
    (old, received): (Option<&str>, Option<Timestamp>),
) -> Result<()> {
    let known = old.map_or_else(|| Ok(BTreeMap::new()), |json| fields_from_json(json, record))?;
    if old.is_none() {
        let own = Held { value: Value::Empty, stamp: record.stamp.clone(), actor: record.actor, rivals: Vec::new() };
        put(tx, (no, record, CREATED), &own, (None, received))?;
    }
    for (field, held) in &record.fields {
        let before = known.get(field);
        for new in std::iter::once(held).chain(&held.rivals) {
            if is_news(record, new, before) {
                put(tx, (no, record, field.0), new, (before.map(|held| &held.value), received))?;
            }
        }
    }
    Ok(())
}

/// Whether a value was written after the record was begun and is not known yet.
fn is_news(record: &Snapshot, new: &Held, before: Option<&Held>) -> bool {
    let same = |old: &Held| old.stamp == new.stamp && old.actor == new.actor && old.value == new.value;
    let known = before.is_some_and(|before| same(before) || before.rivals.iter().any(same));
    let with_record = new.stamp == record.stamp && new.actor == record.actor;
    !known && !with_record
}

fn put(
    tx: &Connection,
    (no, record, field): (DocNo, &Snapshot, u16),
    new: &Held,
    (before, received): (Option<&Value>, Option<Timestamp>),
) -> Result<()> {
    let after = (field != CREATED).then(|| value_to_json(&new.value)).transpose()?;
    tx.prepare_cached("insert or ignore into change values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        no,
        record.id.as_bytes(),
        field,
        new.stamp.at.0,
        new.actor.as_bytes(),
        new.stamp.by.name,
        role_to_text(new.stamp.by.role),
        before.map(value_to_json).transpose()?,
        after,
        received.map(|at| at.0),
        received.unwrap_or(new.stamp.at).0,
    ])?;
    Ok(())
}

/// The field of a stored number; `None` for the record as a whole.
pub(crate) fn field(number: u16) -> Option<Field> {
    (number != CREATED).then_some(Field(number))
}
