//! The view equals its rebuild, whatever the order, and begins again when it cannot be used.

use crate::world::*;
use hopluu_model::{ChangeHash, EventKind, Field, Kind, Side, Timestamp, Value};
use proptest::prelude::*;

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

/// What a document says after some of its changes: two units, a merger of them, and what happens to it.
fn told(changes: &[u8], from: usize) -> DocUpdate {
    let doc = register(1);
    let mut update = update(doc, u8::try_from(changes.len()).unwrap());
    let kinds = [EventKind::MERGER_DRAFT, EventKind::MERGER_AGREE, EventKind::MERGER_PASS, EventKind::MERGER_WITHDRAW];
    for (number, change) in (1..).zip(changes).skip(from) {
        let unit = u32::from(change % 3) + 1;
        // A snapshot is of the newest state, whichever change brought it up.
        let last = (1..).zip(changes).filter(|(_, other)| u32::from(**other % 3) + 1 == unit).last().unwrap().0;
        let fields = match unit {
            3 => vec![(Field::FROM, ids(&[1, 2])), (Field::INTO, Value::Id(id(1))), (Field::AREA_HA, Value::Int(last))],
            _ => vec![(Field::NAME, text(&format!("Tổ dân phố {last}")))],
        };
        update.records.push(record(doc, unit, if unit == 3 { Kind::MERGER } else { Kind::UNIT }, &fields));
        let kind = kinds[usize::from(change / 3) % kinds.len()];
        let passed =
            with(event(100 + number, 3, kind, Side::Commune, &[]), &[(Field::EFFECTIVE_ON, day("2026-12-01"))]);
        update.events.push(passed);
        update.touches.push(touch(unit, CLERK, number.into()));
    }
    update
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_view_equals_its_rebuild(changes in proptest::collection::vec(any::<u8>(), 1..24), cuts in any::<[u8; 3]>()) {
        let day = Marks { today: Some("2026-12-24".parse().unwrap()), ..Marks::default() };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) % changes.len()).collect();
        cuts.push(changes.len());
        cuts.sort_unstable();
        let mut grown = View::memory().unwrap();
        let mut from = 0;
        for cut in cuts {
            grown.fold(&batch(&[told(&changes[..cut], from)])).unwrap();
            grown.mark(&day).unwrap();
            from = cut;
        }
        let whole = DocUpdate { rebuild: true, ..told(&changes, 0) };
        let mut fresh = View::memory().unwrap();
        fresh.mark(&day).unwrap();
        fresh.fold(&batch(std::slice::from_ref(&whole))).unwrap();
        prop_assert_eq!(grown.dump().unwrap(), fresh.dump().unwrap());
        grown.fold(&batch(&[whole])).unwrap();
        prop_assert_eq!(grown.dump().unwrap(), fresh.dump().unwrap());
    }
}
