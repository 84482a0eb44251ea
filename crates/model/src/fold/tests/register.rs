use proptest::prelude::*;

use super::merger::{merger_of, passed, settled};
use super::{day, event, held, record, rid, text};
use crate::fold::{ClashKind, MergerStanding, RegisterFold, UnitStatus, fields, merger, register};
use crate::id::{DocKind, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Snapshot, Value};
use crate::time::Date;

pub(super) fn unit(n: u8, name: &str, households: i64) -> Snapshot {
    let households = if households > 0 { Value::Int(households) } else { Value::Empty };
    let fields = [(Field::NAME, text(name)), (Field::UNIT_KIND, text("to_dan_pho")), (Field::HOUSEHOLDS, households)];
    record(n, Kind::UNIT, DocKind::Register, &fields)
}

pub(super) fn units() -> Vec<Snapshot> {
    (1..=4).map(|n| unit(n, &format!("Tổ dân phố {n}"), 100)).collect()
}

pub(super) fn fold(units: &[Snapshot], mergers: &[Snapshot], events: &[Event], month: u8) -> RegisterFold {
    fold_on(units, mergers, events, day(2026, month, 1))
}

pub(super) fn fold_on(units: &[Snapshot], mergers: &[Snapshot], events: &[Event], on: Date) -> RegisterFold {
    let of = |snapshot: &Snapshot| {
        let events: Vec<_> = events.iter().filter(|event| event.record == snapshot.id).cloned().collect();
        (snapshot.clone(), merger(snapshot, &events))
    };
    let mergers: Vec<_> = mergers.iter().map(of).collect();
    register(units, &mergers, on)
}

#[test]
fn a_merger_takes_effect_on_its_day() {
    let mut units = units();
    units.push(unit(8, "Tổ dân phố 1", 0));
    let merger = merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ dân phố 1");
    let events = [passed(21, &merger, &[])];
    let before = fold(&units, std::slice::from_ref(&merger), &events, 6);
    assert_eq!(before.mergers[&rid(20)], MergerStanding::Waiting);
    assert_eq!((before.totals.units, before.totals.households), (4, 400));
    assert_eq!(before.units[&rid(8)].status, UnitStatus::Planned { merger: rid(20) });
    let after = fold(&units, &[merger], &events, 7);
    let status =
        UnitStatus::Merged {
            into: rid(8), on: day(2026, 7, 1), decision: "21/QĐ-UBND (mẫu)".into(), merger: rid(20)
        };
    assert_eq!(after.units[&rid(1)].status, status);
    assert_eq!(after.status_vi(rid(1)), "Đã nhập vào Tổ dân phố 1 từ 01/07/2026 theo 21/QĐ-UBND (mẫu)");
    assert_eq!((after.totals.units, after.totals.households, after.totals.gone), (3, 400, 2));
    assert_eq!(after.units[&rid(8)].households, Some(200));
    assert_eq!((after.successor(rid(2)), after.successor(rid(3))), (rid(8), rid(3)));
}

#[test]
fn chains_are_followed_to_their_end() {
    let mut units = units();
    units.extend([unit(8, "Tổ 1", 0), unit(9, "Tổ A", 0)]);
    let first = merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ 1");
    let second = merger_of(22, &[rid(8), rid(3)], rid(9), "Tổ A");
    let events = [passed(21, &first, &[]), passed(23, &second, &[])];
    let both = [first.clone(), second.clone()];
    let fold_ = fold(&units, &both, &events, 7);
    assert_eq!(fold_.chain(rid(1)), [rid(8), rid(9)]);
    assert_eq!((fold_.totals.units, fold_.totals.households), (2, 400));
    // Without the first, the second has nothing to rest on.
    let only = fold(&units, &both, &events[1..], 7);
    assert_eq!(only.mergers[&rid(22)], MergerStanding::Waiting);
    assert_eq!((only.totals.units, only.totals.households), (4, 400));
}

#[test]
fn one_unit_in_two_mergers_counts_once_until_settled() {
    let mut units = units();
    units.extend([unit(8, "Tổ 1", 0), unit(9, "Tổ 2", 0)]);
    let mergers = [merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ 1"), merger_of(22, &[rid(2), rid(3)], rid(9), "Tổ 2")];
    let mut events = vec![passed(21, &mergers[0], &[]), passed(23, &mergers[1], &[])];
    let fold_ = fold(&units, &mergers, &events, 12);
    let clash = fold_.clashes[0].clone();
    assert_eq!((clash.kind, clash.record, fold_.clashes.len()), (ClashKind::UnitTwice, rid(2), 1));
    assert_eq!((fold_.totals.units, fold_.totals.households, fold_.totals.in_clash), (4, 400, 3));
    assert_eq!(fold_.units[&rid(2)].status, UnitStatus::InClash);
    assert_eq!(fold_.units[&rid(2)].clashes, [clash.key]);
    // One leader chooses the first, another the second, without knowing of each other.
    events.push(settled(31, &clash, RecordId([21; 16])));
    let one = fold(&units, &mergers, &events, 12);
    assert!(one.clashes.is_empty());
    assert_eq!(one.mergers[&rid(20)], MergerStanding::InForce);
    assert_eq!(one.mergers[&rid(22)], MergerStanding::SetAside);
    assert_eq!((one.totals.units, one.totals.households), (3, 400));
    events.push(settled(32, &clash, RecordId([23; 16])));
    let two = fold(&units, &mergers, &events, 12);
    assert_eq!((two.clashes.len(), two.totals.units, two.totals.in_clash), (1, 4, 3));
    assert_ne!(two.clashes[0].key, clash.key);
    events.push(settled(33, &two.clashes[0], RecordId([32; 16])));
    let last = fold(&units, &mergers, &events, 12);
    assert!(last.clashes.is_empty());
    assert_eq!(last.mergers[&rid(22)], MergerStanding::InForce);
    // The chosen one annulled, the other does not rise by itself.
    let annul = event(34, rid(22), EventKind::MERGER_ANNUL, &[23, 32, 33]);
    events.push(annul);
    let none = fold(&units, &mergers, &events, 12);
    assert_eq!((none.totals.units, none.mergers[&rid(20)]), (4, MergerStanding::SetAside));
}

#[test]
fn a_settlement_that_nobody_had_seen_brings_the_clash_back() {
    let mergers = [merger_of(20, &[rid(1), rid(2)], rid(4), ""), merger_of(22, &[rid(2), rid(3)], rid(4), "")];
    let passings = [passed(21, &mergers[0], &[]), passed(23, &mergers[1], &[])];
    let clash = fold(&units(), &mergers, &passings, 12).clashes[0].clone();
    // Two leaders choose the first and one the second; who settles again has not seen one of the two.
    for (known, unseen) in [(31, 32), (32, 31)] {
        let mut events = passings.to_vec();
        events.extend([settled(known, &clash, rid(21)), settled(33, &clash, rid(23))]);
        let differ = fold(&units(), &mergers, &events, 12).clashes[0].clone();
        events.extend([settled(34, &differ, rid(33)), settled(unseen, &clash, rid(21))]);
        let back = fold(&units(), &mergers, &events, 12);
        assert_eq!(back.clashes.len(), 1, "{unseen} chose the first, and nobody passed it over");
        assert_eq!(back.mergers[&rid(20)], MergerStanding::InClash);
        events.push(settled(35, &back.clashes[0], rid(34)));
        let last = fold(&units(), &mergers, &events, 12);
        assert!(last.clashes.is_empty());
        assert_eq!(last.mergers[&rid(20)], MergerStanding::SetAside);
    }
}

#[test]
fn rings_take_no_effect() {
    let mergers = [merger_of(20, &[rid(1), rid(3)], rid(2), ""), merger_of(22, &[rid(2), rid(4)], rid(1), "")];
    let mut events = vec![passed(21, &mergers[0], &[]), passed(23, &mergers[1], &[])];
    let ring = fold(&units(), &mergers, &events, 12);
    assert_eq!((ring.clashes.len(), ring.clashes[0].kind), (1, ClashKind::MergerRing));
    assert_eq!((ring.totals.units, ring.totals.in_clash), (4, 4));
    events.push(settled(31, &ring.clashes[0], RecordId([21; 16])));
    let settled = fold(&units(), &mergers, &events, 12);
    assert_eq!((settled.totals.units, settled.successor(rid(1))), (2, rid(2)));
}

#[test]
fn a_clash_inside_a_merger_holds_it_back() {
    let merger = merger_of(20, &[rid(1), rid(3)], rid(2), "");
    let events = [passed(21, &merger, &[]), event(22, rid(20), EventKind::MERGER_WITHDRAW, &[])];
    let fold = fold(&units(), &[merger], &events, 12);
    assert_eq!(fold.mergers[&rid(20)], MergerStanding::InClash);
    assert_eq!((fold.totals.units, fold.totals.in_clash), (4, 2));
}

#[test]
fn one_name_twice_is_a_warning() {
    let mut units = vec![unit(1, "Tổ dân phố 1", 90), unit(2, "tổ dân phố  1", 90), unit(3, "Tổ dân phố 1", 90)];
    units[2].fields.insert(Field::AREA, held(text("Phố Cò"), 3));
    let fold = fold(&units, &[], &[], 1);
    assert_eq!(fold.namesakes, [vec![rid(1), rid(2)]]);
    assert!(fold.clashes.is_empty());
}

#[test]
fn the_same_field_written_twice_is_listed() {
    let mut unit = unit(1, "Tổ dân phố 1", 90);
    let field = unit.fields.get_mut(&Field::HOUSEHOLDS).unwrap();
    field.rivals = vec![held(Value::Int(90), 2), held(Value::Int(95), 3), held(Value::Empty, 4)];
    let clashes = fields(&unit);
    assert_eq!((clashes.len(), clashes[0].kind), (1, ClashKind::SameField(Field::HOUSEHOLDS)));
    let mut shown: Vec<_> = clashes[0].options.iter().map(|option| option.text.vi.as_str()).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["(để trống)", "90", "95"]);
    assert_eq!(clashes[0].kind.text().vi, "Số hộ: Hai nơi ghi khác nhau. Chọn nội dung đúng.");
    unit.fields.get_mut(&Field::HOUSEHOLDS).unwrap().rivals.truncate(1);
    assert!(fields(&unit).is_empty());
}

/// Households by where the eight old units, of ten each, live on among those that count.
fn counted(fold: &RegisterFold) -> i64 {
    let old = (1..=8).filter(|n| fold.units[&fold.successor(rid(*n))].counts()).count();
    10 * i64::try_from(old).unwrap()
}

proptest! {
    /// Whatever is merged, settled or not: no household is lost or counted twice.
    #[test]
    fn households_are_neither_lost_nor_doubled(
        plans in prop::collection::vec((prop::collection::btree_set(1_u8..=8, 2..4), 1_u8..=8, any::<bool>()), 0..5),
        seed in any::<u8>(),
    ) {
        let mut all: Vec<_> = (1..=8).map(|n| unit(n, &format!("Tổ {n}"), 10)).collect();
        let mut mergers = Vec::new();
        let all_new = seed % 2 == 0 || plans.iter().all(|(.., new)| *new);
        for (n, (from, into, new)) in (40_u8..).step_by(3).zip(plans) {
            let from: Vec<_> = from.into_iter().map(rid).collect();
            let new = new || all_new;
            let target = if new { n + 2 } else { into };
            if new {
                all.push(unit(n + 2, &format!("Mới {n}"), 0));
            }
            mergers.push(merger_of(n, &from, rid(target), if new { "Mới" } else { "" }));
        }
        let events: Vec<_> = mergers.iter().map(|merger| passed(merger.id.0[0] + 1, merger, &[])).collect();
        let mut events = events;
        for n in 100..130 {
            let straight = fold(&all, &mergers, &events, 12);
            prop_assert_eq!(counted(&straight), 80);
            if all_new {
                prop_assert_eq!(straight.totals.households, 80);
            }
            let Some(clash) = straight.clashes.first() else { break };
            let chosen = clash.options[usize::from(seed) % clash.options.len()].claims[0];
            events.push(settled(n, clash, chosen));
        }
        let straight = fold(&all, &mergers, &events, 12);
        prop_assert!(straight.clashes.is_empty());
        events.reverse();
        let length = all.len();
        all.rotate_left(usize::from(seed) % length);
        let count = mergers.len().max(1);
        mergers.rotate_left(usize::from(seed) % count);
        prop_assert_eq!(fold(&all, &mergers, &events, 12), straight);
    }
}
