//! The view equals its rebuild, whatever the order, and begins again when it cannot be used.

use crate::world::*;
use hopluu_model::{ChangeHash, EventKind, Field, Kind, Side, Timestamp, Value};
use hopluu_view::{Batch, DocUpdate, Marks, Opened, Reader, Settings, View};

fn first() -> DocUpdate {
    let mut update = update(issues(1), 1);
    update.records.push(record(issues(1), 1, Kind::ISSUE, &[(Field::CODE, text("05518-B-0142"))]));
    update.events.push(event(1, 1, EventKind::REPORT, Side::Commune, &[]));
    update.touches.push(touch(1, CLERK, 1));
    update.received_at = Some(Timestamp(50));
    update
}

fn second() -> DocUpdate {
    let mut update = update(register(2), 2);
    update.records.push(record(register(2), 2, Kind::UNIT, &[(Field::NAME, text("Tổ dân phố 2"))]));
    update.touches.push(touch(2, CLERK, 1));
    update
}

fn batch(docs: &[DocUpdate]) -> Batch {
    Batch { docs: docs.to_vec() }
}

#[test]
fn folding_twice_or_in_another_order_gives_the_same_picture() {
    let mut view = View::memory().unwrap();
    view.fold(&batch(&[first(), second()])).unwrap();
    let whole = view.dump().unwrap();
    view.fold(&batch(&[first(), second()])).unwrap();
    assert_eq!(view.dump().unwrap(), whole);

    let mut other = View::memory().unwrap();
    other.fold(&batch(&[second()])).unwrap();
    let moved = other.fold(&batch(&[first()])).unwrap().moved;
    assert_eq!(moved, [id(1)]);
    assert_eq!(other.dump().unwrap(), whole);
}

#[test]
fn an_event_may_come_before_its_record() {
    let mut late = first();
    late.events.clear();
    let mut early = first();
    early.records.clear();
    let mut view = View::memory().unwrap();
    view.fold(&batch(&[early])).unwrap();
    view.fold(&batch(&[late])).unwrap();
    let mut other = View::memory().unwrap();
    other.fold(&batch(&[first()])).unwrap();
    assert_eq!(view.dump().unwrap(), other.dump().unwrap());
}

#[test]
fn a_rebuild_drops_what_is_not_there() {
    let mut view = View::memory().unwrap();
    let mut more = first();
    more.records.push(record(issues(1), 3, Kind::ISSUE, &[(Field::TEXT, text("mạng chậm"))]));
    view.fold(&batch(&[more, second()])).unwrap();
    let rebuilt = DocUpdate { rebuild: true, ..first() };
    let moved = view.fold(&batch(&[rebuilt])).unwrap().moved;
    assert_eq!(moved, [id(1), id(3)]);
    let mut other = View::memory().unwrap();
    other.fold(&batch(&[first(), second()])).unwrap();
    assert_eq!(view.dump().unwrap(), other.dump().unwrap());
}

#[test]
fn heads_are_those_of_the_last_fold_and_go_with_the_document() {
    let mut view = View::memory().unwrap();
    assert_eq!(view.heads(issues(1)).unwrap(), None);
    view.mark(&Marks { at_relay: vec![(issues(1), clock(&[(CLERK, 1)]))], ..Marks::default() }).unwrap();
    assert_eq!(view.heads(issues(1)).unwrap(), None, "a mark shows nothing of a document");
    view.fold(&batch(&[first()])).unwrap();
    assert_eq!(view.heads(issues(1)).unwrap(), Some(vec![ChangeHash([1; 32])]));
    let empty = View::memory().unwrap().dump().unwrap();
    assert_eq!(view.forget(issues(1)).unwrap().moved, [id(1)]);
    assert_eq!(view.heads(issues(1)).unwrap(), None);
    assert_eq!(view.dump().unwrap(), empty);
}

#[test]
fn a_view_survives_closing_and_readers_see_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("view.sqlite");
    let (mut view, opened) = View::open(&path, Settings::default()).unwrap();
    assert_eq!(opened, Opened::New);
    let reader = Reader::open(&path, 1_024).unwrap();
    assert_eq!(reader.history(id(1)).unwrap(), None);
    view.fold(&batch(&[first()])).unwrap();
    let history = reader.history(id(1)).unwrap().unwrap();
    assert_eq!(history.record.fields[&Field::CODE], Value::Text("05518-B-0142".to_owned()));
    assert_eq!(history.events.len(), 1);
    assert_eq!(reader.records_by_prefix("00000001").unwrap().len(), 1);
    let dump = view.dump().unwrap();
    view.checkpoint().unwrap();
    drop((view, reader));
    let settings = Settings { thorough: true, ..Settings::default() };
    let (view, opened) = View::open(&path, settings).unwrap();
    assert_eq!(opened, Opened::Kept);
    assert_eq!(view.dump().unwrap(), dump);
}

#[test]
fn what_cannot_be_used_is_deleted_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("view.sqlite");
    let settings = Settings { thorough: true, ..Settings::default() };
    std::fs::write(&path, b"not a database, but long enough to look at ".repeat(40)).unwrap();
    let (mut view, opened) = View::open(&path, settings).unwrap();
    assert!(matches!(opened, Opened::Damaged(_)), "{opened:?}");
    view.fold(&batch(&[first(), second()])).unwrap();
    view.checkpoint().unwrap();
    drop(view);

    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[4_096..middle].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let (view, opened) = View::open(&path, settings).unwrap();
    assert!(matches!(opened, Opened::Damaged(_)), "{opened:?}");
    assert_eq!(view.heads(issues(1)).unwrap(), None);
    drop(view);

    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    drop(other);
    assert_eq!(View::open(&path, settings).unwrap().1, Opened::OtherLayout(99));
}
