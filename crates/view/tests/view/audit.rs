//! Who changed what, from where and when.

use hopluu_model::{CollectionId, EventKind, Field, Held, Kind, Side, Timestamp, Value};
use hopluu_view::query::{AuditFilter, Deed};
use hopluu_view::{Batch, DocUpdate, View};

use crate::world::*;

fn unit(households: i64, by: Option<(&str, &str)>) -> DocUpdate {
    let mut update = update(register(1), u8::try_from(households % 100).unwrap());
    let fields = [(Field::NAME, text("Tổ dân phố 2")), (Field::HOUSEHOLDS, Value::Int(households))];
    let mut unit = record(register(1), 5, Kind::UNIT, &fields);
    if let Some((day, name)) = by {
        let held = unit.fields.get_mut(&Field::HOUSEHOLDS).unwrap();
        held.stamp.at = morning(day);
        name.clone_into(&mut held.stamp.by.name);
        update.received_at = Some(Timestamp(morning(day).0 + 86_400_000));
    }
    update.records.push(unit);
    update
}

fn told() -> View {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![unit(120, None)] }).unwrap();
    view.fold(&Batch { docs: vec![unit(134, Some(("2026-11-10", "Lan")))] }).unwrap();
    let mut update = update(issues(2), 1);
    update.records.push(reported(issues(2), 7, ("2026-11-12", "Hòa"), &[]));
    update.events.push(on("2026-11-12", "Hòa", event(700, 7, EventKind::REPORT, Side::Commune, &[])));
    update.received_at = Some(morning("2026-11-14"));
    view.fold(&Batch { docs: vec![update] }).unwrap();
    view
}

#[test]
fn deeds_are_told_newest_first_with_what_was_before() {
    let view = told();
    let page = view.reader().unwrap().audit(&AuditFilter::default()).unwrap();
    assert!(!page.more);
    let kinds: Vec<&str> = page
        .rows
        .iter()
        .map(|row| match &row.deed {
            Deed::Created => "created",
            Deed::Field { .. } => "field",
            Deed::Event { .. } => "event",
        })
        .collect();
    assert_eq!(kinds, ["event", "created", "field", "created"]);
    let change = &page.rows[2];
    let wanted = Deed::Field { field: Field::HOUSEHOLDS, before: Some(Value::Int(120)), after: Value::Int(134) };
    assert_eq!(change.deed, wanted);
    assert_eq!(
        (change.by.name.as_str(), change.at, change.received),
        ("Lan", morning("2026-11-10"), Some(morning("2026-11-11")))
    );
    assert_eq!(
        (change.name.as_str(), change.kind, change.device.as_str()),
        ("Tổ dân phố 2", Some(Kind::UNIT), "0101010101010101")
    );
    assert_eq!(page.rows[3].received, None, "typed here");
    let json = serde_json::to_value(change).unwrap();
    assert_eq!((&json["deed"]["what"], &json["deed"]["before"]), (&"field".into(), &120.into()));
}

#[test]
fn deeds_are_asked_for_by_account_device_record_collection_and_day() {
    let view = told();
    let reader = view.reader().unwrap();
    let count = |filter: AuditFilter| reader.audit(&filter).unwrap().rows.len();
    let all = AuditFilter::default;
    assert_eq!(count(AuditFilter { account: Some("Lan".to_owned()), ..all() }), 1);
    assert_eq!(count(AuditFilter { collection: Some(CollectionId([2; 16])), ..all() }), 2);
    assert_eq!(count(AuditFilter { record: Some(id(5)), ..all() }), 2);
    assert_eq!(count(AuditFilter { device: Some("0101".to_owned()), ..all() }), 4);
    assert_eq!(count(AuditFilter { device: Some("0909".to_owned()), ..all() }), 0);
    assert_eq!(count(AuditFilter { from: "2026-11-14".parse().ok(), ..all() }), 2);
    assert_eq!(count(AuditFilter { from: "2026-11-10".parse().ok(), to: "2026-11-13".parse().ok(), ..all() }), 1);
    let page = reader.audit(&AuditFilter { limit: 2, offset: 1, ..all() }).unwrap();
    assert_eq!((page.rows.len(), page.more), (2, true));
    assert_eq!(page.rows[..], reader.audit(&all()).unwrap().rows[1..3]);
}

#[test]
fn a_rebuild_keeps_what_was_seen_happen_and_forgetting_does_not() {
    let mut view = told();
    let before = view.reader().unwrap().audit(&AuditFilter::default()).unwrap();
    let mut whole = update(issues(2), 3);
    whole.rebuild = true;
    whole.records.push(reported(issues(2), 7, ("2026-11-12", "Hòa"), &[]));
    whole.events.push(on("2026-11-12", "Hòa", event(700, 7, EventKind::REPORT, Side::Commune, &[])));
    let register = DocUpdate { rebuild: true, received_at: None, ..unit(134, Some(("2026-11-10", "Lan"))) };
    view.fold(&Batch { docs: vec![whole, register] }).unwrap();
    assert_eq!(view.reader().unwrap().audit(&AuditFilter::default()).unwrap(), before);
    view.forget(issues(2)).unwrap();
    assert_eq!(view.reader().unwrap().audit(&AuditFilter::default()).unwrap().rows.len(), 2);
}

#[test]
fn both_values_of_a_field_are_told() {
    let mut view = View::memory().unwrap();
    let mut both = unit(134, Some(("2026-11-10", "Lan")));
    let held = both.records[0].fields.get_mut(&Field::HOUSEHOLDS).unwrap();
    let mut rival = Held { value: Value::Int(140), actor: DESK, ..held.clone() };
    rival.stamp.at = morning("2026-11-11");
    held.rivals.push(rival);
    view.fold(&Batch { docs: vec![unit(120, None)] }).unwrap();
    view.fold(&Batch { docs: vec![both.clone()] }).unwrap();
    view.fold(&Batch { docs: vec![both] }).unwrap();
    let rows =
        view.reader().unwrap().audit(&AuditFilter { record: Some(id(5)), ..AuditFilter::default() }).unwrap().rows;
    assert_eq!(rows.len(), 3);
}
