//! Folds of small worlds, given in every order.

mod deadline;
mod deeds;
mod issue;
mod merger;
mod mistake;
mod people;
mod register;

use std::collections::BTreeMap;

use crate::edit::{Desk, Form, Write};
use crate::id::{ActorId, CollectionId, DocId, DocKind, EventId, RecordId};
use crate::record::{By, Event, EventKind, Field, Held, Kind, Role, Side, Snapshot, Stamp, Value};
use crate::time::{Date, Timestamp};

fn rid(n: u8) -> RecordId {
    RecordId([n; 16])
}

fn eid(n: u8) -> EventId {
    EventId([n; 16])
}

fn day(year: i16, month: u8, of: u8) -> Date {
    Date::new(year, month, of).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn stamp(at: i64, role: Role) -> Stamp {
    Stamp { at: Timestamp(at), by: By { name: "mẫu".into(), role } }
}

fn doc(kind: DocKind) -> DocId {
    DocId::new(CollectionId([5; 16]), kind)
}

fn desk(kind: DocKind, side: Side, role: Role) -> Desk {
    Desk { doc: doc(kind), stamp: stamp(9, role), side, made_up: false }
}

/// An event of the side that may raise it, with the least it must say.
fn event(n: u8, record: RecordId, kind: EventKind, after: &[u8]) -> Event {
    let province = [EventKind::ARRIVED, EventKind::COMMON, EventKind::UNCOMMON];
    let at_province = matches!(kind.0, 4 | 6..=12 | 30 | 34) || province.contains(&kind);
    let side = if at_province { Side::Province } else { Side::Commune };
    let after = after.iter().map(|n| eid(*n)).collect();
    let fields = BTreeMap::new();
    Event {
        id: eid(n),
        record,
        kind,
        after,
        fields,
        stamp: stamp(n.into(), Role::Leader),
        actor: ActorId([n; 16]),
        side,
    }
}

fn with(mut event: Event, field: Field, value: Value) -> Event {
    event.fields.insert(field, value);
    event
}

fn held(value: Value, actor: u8) -> Held {
    Held { value, stamp: stamp(actor.into(), Role::Clerk), actor: ActorId([actor; 16]), rivals: Vec::new() }
}

fn record(n: u8, kind: Kind, home: DocKind, fields: &[(Field, Value)]) -> Snapshot {
    let fields = fields.iter().map(|(field, value)| (*field, held(value.clone(), n))).collect();
    let (stamp, actor) = (stamp(n.into(), Role::Clerk), ActorId([n; 16]));
    Snapshot { doc: doc(home), id: rid(n), kind, stamp, actor, fields }
}

/// The event that a form would append, as the document gives it back.
fn appended(form: &impl Form, desk: &Desk) -> Event {
    let edit = form.edit(desk).unwrap();
    let found = edit.writes().iter().find_map(|write| match write {
        Write::Append { event, record, kind, after, fields } => Some(Event {
            id: *event,
            record: *record,
            kind: *kind,
            after: after.clone(),
            fields: fields.iter().cloned().collect(),
            stamp: desk.stamp.clone(),
            actor: ActorId(event.0),
            side: desk.side,
        }),
        _ => None,
    });
    found.unwrap()
}
