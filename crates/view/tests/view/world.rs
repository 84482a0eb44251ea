//! A small commune to fold: documents as their room would hand them over.

use std::collections::BTreeMap;

use hopluu_model::{
    ActorId, By, ChangeHash, Clock, CollectionId, DocId, DocKind, Event, EventId, EventKind, Field, Held, Kind,
    RecordId, Role, Side, Snapshot, Stamp, Timestamp, Tip, Value,
};
use hopluu_view::{DocUpdate, Touch};

pub(crate) const CLERK: ActorId = ActorId([1; 16]);
pub(crate) const DESK: ActorId = ActorId([9; 16]);

pub(crate) fn issues(commune: u8) -> DocId {
    DocId::new(CollectionId([commune; 16]), DocKind::Issues(2026))
}

pub(crate) fn register(commune: u8) -> DocId {
    DocId::new(CollectionId([commune; 16]), DocKind::Register)
}

pub(crate) fn id(number: u32) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    RecordId(bytes)
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn stamp(at: i64, role: Role) -> Stamp {
    Stamp { at: Timestamp(at), by: By { name: "Nguyễn Văn Mẫu 014".to_owned(), role } }
}

pub(crate) fn record(doc: DocId, number: u32, kind: Kind, fields: &[(Field, Value)]) -> Snapshot {
    let stamp = stamp(1_000 + i64::from(number), Role::Clerk);
    let held = |value: &Value| Held { value: value.clone(), stamp: stamp.clone(), actor: CLERK, rivals: Vec::new() };
    let fields = fields.iter().map(|(field, value)| (*field, held(value))).collect();
    Snapshot { doc, id: id(number), kind, stamp: stamp.clone(), actor: CLERK, fields }
}

pub(crate) fn event(number: u32, record: u32, kind: EventKind, side: Side, after: &[u32]) -> Event {
    let (actor, role) = match side {
        Side::Commune => (CLERK, Role::Leader),
        Side::Province => (DESK, Role::Triage),
    };
    Event {
        id: EventId(id(number).0),
        record: id(record),
        kind,
        after: after.iter().map(|number| EventId(id(*number).0)).collect(),
        fields: BTreeMap::new(),
        stamp: stamp(2_000 + i64::from(number), role),
        actor,
        side,
    }
}

pub(crate) fn with(mut event: Event, fields: &[(Field, Value)]) -> Event {
    event.fields.extend(fields.iter().cloned());
    event
}

pub(crate) fn ids(numbers: &[u32]) -> Value {
    Value::Ids(numbers.iter().map(|number| id(*number)).collect())
}

pub(crate) fn day(text: &str) -> Value {
    Value::Date(text.parse().expect("a date of a test"))
}

pub(crate) fn people(commune: u8) -> DocId {
    DocId::new(CollectionId([commune; 16]), DocKind::People)
}

pub(crate) fn touch(record: u32, actor: ActorId, seq: u64) -> Touch {
    let side = if actor == DESK { Side::Province } else { Side::Commune };
    Touch { record: id(record), actor, seq, side }
}

pub(crate) fn clock(tips: &[(ActorId, u64)]) -> Clock {
    tips.iter().map(|(actor, seq)| (*actor, Tip { seq: *seq, hash: ChangeHash([7; 32]) })).collect()
}

pub(crate) fn update(doc: DocId, heads: u8) -> DocUpdate {
    DocUpdate::new(doc, vec![ChangeHash([heads; 32])])
}

/// Nine o'clock of a day in Vietnam.
pub(crate) fn morning(day: &str) -> Timestamp {
    let date: hopluu_model::Date = day.parse().expect("a date of a test");
    Timestamp(date.days() * 86_400_000 + 2 * 3_600_000)
}

/// The same event, entered in the morning of a day by somebody.
pub(crate) fn on(day: &str, name: &str, mut event: Event) -> Event {
    event.stamp.at = morning(day);
    name.clone_into(&mut event.stamp.by.name);
    event
}

/// An issue reported in the morning of a day by somebody.
pub(crate) fn reported(doc: DocId, number: u32, (day, name): (&str, &str), fields: &[(Field, Value)]) -> Snapshot {
    let mut all = vec![
        (Field::CODE, text(&format!("05518-B-{number:04}"))),
        (Field::CATEGORY, text("tru_so")),
        (Field::CAUSE, text("khach_quan")),
        (Field::TEXT, text("Mái nhà dột")),
    ];
    all.extend(fields.iter().cloned());
    let mut issue = record(doc, number, Kind::ISSUE, &all);
    issue.stamp.at = morning(day);
    name.clone_into(&mut issue.stamp.by.name);
    for held in issue.fields.values_mut() {
        held.stamp = issue.stamp.clone();
    }
    issue
}

/// A bulletin with categories and their days, from record 9,000 on.
pub(crate) fn bulletin(categories: &[(&str, i64)]) -> DocUpdate {
    let doc = DocId::new(CollectionId([9; 16]), DocKind::Bulletin);
    let mut update = update(doc, 4);
    for (number, (slug, days)) in (9_000..).zip(categories) {
        let fields = [
            (Field::SLUG, text(slug)),
            (Field::NAME, text(&format!("Lĩnh vực {slug}"))),
            (Field::DEADLINE_DAYS, Value::Int(*days)),
        ];
        update.records.push(record(doc, number, Kind::CATEGORY, &fields));
    }
    update
}

/// A record of the bulletin.
pub(crate) fn told(number: u32, kind: Kind, fields: &[(Field, Value)]) -> Snapshot {
    record(DocId::new(CollectionId([9; 16]), DocKind::Bulletin), number, kind, fields)
}
