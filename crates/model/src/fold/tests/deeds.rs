//! What the five deeds do to units on any day, and what of it cannot both hold.

use super::merger::{merger_of, passed, settled};
use super::register::{fold, unit, units};
use super::{day, event, held, record, rid, text, with};
use crate::fold::{ClashKind, MergerStanding, Span, UnitStatus, merger, spans};
use crate::id::{DocKind, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Snapshot, Value};
use crate::time::Date;

fn deed(n: u8, action: &str, from: &[u8], fields: &[(Field, Value)]) -> Snapshot {
    let from = Value::Ids(from.iter().map(|n| rid(*n)).collect());
    let all = [(Field::ACTION, text(action)), (Field::FROM, from)];
    record(n, Kind::MERGER, DocKind::Register, &[&all, fields].concat())
}

fn rename(n: u8, unit: u8, name: &str) -> Snapshot {
    deed(n, "rename", &[unit], &[(Field::INTO_NAME, text(name))])
}

fn convert(n: u8, units: &[u8], kind: &str) -> Snapshot {
    deed(n, "convert", units, &[(Field::UNIT_KIND, text(kind))])
}

/// Passed with effect from the first of a month.
fn from(month: u8, n: u8, merger: &Snapshot) -> Event {
    with(passed(n, merger, &[]), Field::EFFECTIVE_ON, Value::Date(day(2026, month, 1)))
}

/// Passed by somebody who saw these names and households, and this number of an existing target.
fn knowing(event: Event, names: &str, households: &str, target: Option<i64>) -> Event {
    let event = with(event, Field::FROM_NAMES, text(names));
    let event = with(event, Field::FROM_HOUSEHOLDS, text(households));
    match target {
        Some(target) => with(event, Field::HOUSEHOLDS, Value::Int(target)),
        None => event,
    }
}

fn spans_of(units: &[Snapshot], mergers: &[Snapshot], events: &[Event]) -> Vec<Span> {
    let of = |snapshot: &Snapshot| {
        let events: Vec<_> = events.iter().filter(|event| event.record == snapshot.id).cloned().collect();
        (snapshot.clone(), merger(snapshot, &events))
    };
    spans(units, &mergers.iter().map(of).collect::<Vec<_>>())
}

#[test]
fn a_split_unit_lives_on_in_its_parts() {
    let mut all = units();
    all.extend([unit(7, "Tổ 1A", 60), unit(8, "Tổ 1B", 40)]);
    let split = deed(20, "split", &[1], &[(Field::PARTS, Value::Ids(vec![rid(7), rid(8)]))]);
    let events = [from(7, 21, &split)];
    let before = fold(&all, std::slice::from_ref(&split), &events, 6);
    assert_eq!((before.totals.units, before.totals.households), (4, 400));
    let after = fold(&all, &[split], &events, 7);
    assert_eq!((after.totals.units, after.totals.households, after.totals.gone), (5, 400, 1));
    assert_eq!(after.successors(rid(1)).into_iter().collect::<Vec<_>>(), [rid(7), rid(8)]);
    assert_eq!(after.ancestors(rid(8)).into_iter().collect::<Vec<_>>(), [rid(1)]);
    assert_eq!(after.status_vi(rid(1)), "Đã chia tách thành Tổ 1A, Tổ 1B từ 01/07/2026 theo 21/QĐ-UBND (mẫu)");
}

#[test]
fn renamed_and_converted_units_keep_their_ids_and_their_past() {
    let mergers = [rename(20, 1, "Tổ Đồng Tâm"), convert(22, &[1, 2], "to_dan_pho")];
    let mut all = units();
    for unit in &mut all {
        unit.fields.insert(Field::UNIT_KIND, held(text("thon"), 1));
    }
    let events = [from(7, 21, &mergers[0]), from(9, 23, &mergers[1])];
    let seen = |month| {
        let fold = fold(&all, &mergers, &events, month);
        assert_eq!((fold.totals.units, fold.totals.gone, fold.clashes.len()), (4, 0, 0));
        (fold.units[&rid(1)].name.clone(), fold.units[&rid(1)].kind.clone())
    };
    assert_eq!(seen(6), ("Tổ dân phố 1".into(), "thon".into()));
    assert_eq!(seen(8), ("Tổ Đồng Tâm".into(), "thon".into()));
    assert_eq!(seen(9), ("Tổ Đồng Tâm".into(), "to_dan_pho".into()));
    let kinds = fold(&all, &mergers, &events, 9).totals.by_kind;
    assert_eq!((kinds["thon"], kinds["to_dan_pho"]), ((2, 200), (2, 200)));
}

#[test]
fn dissolved_units_leave_their_households_to_somebody_or_nobody() {
    let alone = deed(20, "dissolve", &[1], &[]);
    let taken = deed(22, "dissolve", &[2], &[(Field::INTO, Value::Id(rid(3)))]);
    let events = [from(7, 21, &alone), knowing(from(7, 23, &taken), "Tổ dân phố 2", "100", Some(100))];
    let fold = fold(&units(), &[alone, taken], &events, 7);
    assert!(matches!(fold.units[&rid(1)].status, UnitStatus::Dissolved { .. }));
    assert!(fold.successors(rid(1)).is_empty());
    assert_eq!(fold.successor(rid(2)), rid(3));
    assert_eq!((fold.totals.units, fold.totals.households, fold.totals.gone), (2, 300, 2));
    assert_eq!(fold.units[&rid(3)].households, Some(200));
}

#[test]
fn an_existing_target_has_its_sources_on_top_until_somebody_counts_anew() {
    let mergers = [merger_of(20, &[rid(1), rid(2)], rid(3), "")];
    let events = [knowing(from(7, 21, &mergers[0]), "Tổ dân phố 1\nTổ dân phố 2", "100\n100", Some(100))];
    let mut all = units();
    assert_eq!(fold(&all, &mergers, &events, 6).units[&rid(3)].households, Some(100));
    let after = fold(&all, &mergers, &events, 7);
    assert_eq!((after.units[&rid(3)].households, after.totals.households), (Some(300), 400));
    // A source corrected by somebody who did not know counts at once; so does a target counted anew, alone.
    all[0].fields.insert(Field::HOUSEHOLDS, held(Value::Int(110), 1));
    assert_eq!(fold(&all, &mergers, &events, 7).units[&rid(3)].households, Some(310));
    all[2].fields.insert(Field::HOUSEHOLDS, held(Value::Int(305), 1));
    assert_eq!(fold(&all, &mergers, &events, 7).units[&rid(3)].households, Some(305));
}

#[test]
fn late_edits_land_on_the_successor_and_are_told() {
    let mut all = units();
    all.push(unit(8, "Tổ dân phố 1", 0));
    let mergers = [merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ dân phố 1")];
    let events = [knowing(from(7, 21, &mergers[0]), "Tổ dân phố 1\nTổ dân phố 2", "100\n100", None)];
    assert!(fold(&all, &mergers, &events, 7).late.is_empty());
    all[1].fields.insert(Field::HOUSEHOLDS, held(Value::Int(120), 2));
    all[1].fields.insert(Field::NAME, held(text("Tổ Hai"), 2));
    assert!(fold(&all, &mergers, &events, 6).late.is_empty(), "not merged yet");
    let after = fold(&all, &mergers, &events, 7);
    let told: Vec<_> = after.late.iter().map(|late| (late.unit, late.field, late.now.clone())).collect();
    assert_eq!(told, [(rid(2), Field::NAME, text("Tổ Hai")), (rid(2), Field::HOUSEHOLDS, Value::Int(120))]);
    assert_eq!(after.late[1].then, Value::Int(100));
    assert_eq!(after.units[&rid(8)].households, Some(220));
    assert!(after.clashes.is_empty());
}

#[test]
fn what_cannot_both_hold_of_one_unit_is_listed() {
    let merge = merger_of(20, &[rid(1), rid(2)], rid(4), "");
    let split = deed(22, "split", &[2], &[(Field::PARTS, Value::Ids(vec![rid(7), rid(8)]))]);
    let dissolve = deed(24, "dissolve", &[2], &[]);
    let name = rename(26, 2, "Tổ Hai");
    let listed = |others: &[(&Snapshot, u8)]| {
        let mergers: Vec<_> = others.iter().map(|(merger, _)| (*merger).clone()).collect();
        let events: Vec<_> = others.iter().map(|(merger, month)| from(*month, merger.id.0[0] + 1, merger)).collect();
        let fold = fold(&units(), &mergers, &events, 12);
        fold.clashes.iter().map(|clash| (clash.kind, clash.options.len())).collect::<Vec<_>>()
    };
    let twice = |count| vec![(ClashKind::UnitTwice, count)];
    assert_eq!(listed(&[(&merge, 7), (&split, 9)]), twice(2));
    assert_eq!(listed(&[(&merge, 7), (&split, 9), (&dissolve, 8)]), twice(3));
    // Renamed before it is merged away it was renamed; afterwards there is nothing left to rename.
    assert_eq!(listed(&[(&merge, 7), (&name, 6)]), []);
    assert_eq!(listed(&[(&merge, 7), (&name, 7)]), twice(2));
    assert_eq!(listed(&[(&merge, 7), (&name, 8)]), twice(2));
    // Two names from one day on; the same name twice, or one after the other, or a name and a kind, go together.
    assert_eq!(listed(&[(&name, 7), (&rename(28, 2, "Tổ Ba"), 7)]), twice(2));
    assert_eq!(listed(&[(&name, 7), (&rename(28, 2, "Tổ Hai"), 7)]), []);
    assert_eq!(listed(&[(&name, 7), (&rename(28, 2, "Tổ Ba"), 8)]), []);
    assert_eq!(listed(&[(&name, 7), (&convert(28, &[2], "thon"), 7)]), []);
}

#[test]
fn rename_against_merge_is_settled_one_way_or_the_other() {
    let mergers = [merger_of(20, &[rid(1), rid(2)], rid(4), ""), rename(22, 2, "Tổ Hai")];
    let mut events = vec![from(7, 21, &mergers[0]), from(7, 23, &mergers[1])];
    let open = fold(&units(), &mergers, &events, 12);
    assert_eq!((open.totals.units, open.totals.in_clash), (4, 2));
    assert_eq!(open.units[&rid(2)].name, "Tổ dân phố 2", "neither holds meanwhile");
    assert_eq!(
        open.clashes[0].options.iter().map(|option| option.text.vi.as_str()).collect::<Vec<_>>(),
        ["Phương án nhập theo 21/QĐ-UBND (mẫu)", "Phương án đổi tên thành Tổ Hai theo 23/QĐ-UBND (mẫu)"]
    );
    events.push(settled(31, &open.clashes[0], RecordId([23; 16])));
    let renamed = fold(&units(), &mergers, &events, 12);
    assert_eq!((renamed.totals.units, renamed.units[&rid(2)].name.as_str()), (4, "Tổ Hai"));
    assert_eq!(renamed.mergers[&rid(20)], MergerStanding::SetAside);
}

#[test]
fn dissolved_into_each_other_is_a_ring() {
    let into = |unit| [(Field::INTO, Value::Id(rid(unit)))];
    let mergers = [deed(20, "dissolve", &[1], &into(2)), deed(22, "dissolve", &[2], &into(1))];
    let events = [from(7, 21, &mergers[0]), from(8, 23, &mergers[1])];
    let ring = fold(&units(), &mergers, &events, 12);
    assert_eq!((ring.clashes.len(), ring.clashes[0].kind), (1, ClashKind::MergerRing));
    assert_eq!((ring.totals.units, ring.totals.in_clash), (4, 2));
}

#[test]
fn a_target_that_does_not_exist_takes_nobody_in() {
    let mut all = units();
    all.push(unit(8, "Tổ 1", 0));
    let maker = merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ 1");
    let more = deed(22, "dissolve", &[3], &[(Field::INTO, Value::Id(rid(8)))]);
    let mergers = [maker.clone(), more.clone()];
    let both = fold(&all, &mergers, &[from(7, 21, &maker), from(7, 23, &more)], 7);
    assert_eq!((both.units[&rid(8)].households, both.totals.units), (Some(300), 2));
    let only = fold(&all, &mergers, &[from(7, 23, &more)], 7);
    assert_eq!(only.mergers[&rid(22)], MergerStanding::Waiting);
    assert_eq!((only.totals.units, only.totals.households), (4, 400));
}

#[test]
fn mistakes_are_not_there_and_the_future_not_yet() {
    let mut all = units();
    all[3].fields.insert(Field::VALID_FROM, held(Value::Date(day(2026, 9, 1)), 1));
    all[2].fields.insert(Field::VOID, held(Value::Bool(true), 1));
    all.push(unit(8, "Tổ 1", 0));
    let mut merge = merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ 1");
    let events = [from(7, 21, &merge)];
    merge.fields.insert(Field::VOID, held(Value::Bool(true), 1));
    let seen = fold(&all, std::slice::from_ref(&merge), &events, 8);
    assert_eq!((seen.totals.units, seen.units.len(), seen.mergers.len()), (2, 3, 0));
    assert_eq!(seen.units[&rid(4)].status, UnitStatus::Future { from: day(2026, 9, 1) });
    assert_eq!(fold(&all, std::slice::from_ref(&merge), &events, 9).totals.units, 3);
    assert_eq!(super::register::fold_on(&all, &[merge], &events, day(1, 1, 1)).totals.units, 3, "no day is known");
}

#[test]
fn spans_say_what_the_fold_says_on_every_day() {
    let mut all = units();
    all[3].fields.insert(Field::VALID_TO, held(Value::Date(day(2026, 9, 30)), 1));
    all[2].fields.insert(Field::VALID_FROM, held(Value::Date(day(2026, 3, 1)), 1));
    all.push(unit(8, "Tổ 1", 0));
    let merge = merger_of(20, &[rid(1), rid(2)], rid(8), "Tổ 1");
    let more = deed(22, "dissolve", &[4], &[(Field::INTO, Value::Id(rid(8)))]);
    let kind = convert(24, &[3], "khu_pho");
    let mergers = [merge.clone(), more.clone(), kind.clone()];
    let events = [from(7, 21, &merge), from(8, 23, &more), from(9, 25, &kind)];
    let rows = spans_of(&all, &mergers, &events);
    for month in 1..=12 {
        let on: Date = day(2026, month, 1);
        let there: Vec<_> = rows.iter().filter(|span| span.since <= on && on <= span.until).collect();
        let fold = fold(&all, &mergers, &events, month);
        assert_eq!(there.len(), fold.totals.units, "{on}");
        assert_eq!(there.iter().filter_map(|span| span.households).sum::<i64>(), fold.totals.households, "{on}");
        assert!(there.iter().all(|span| fold.units[&span.unit].kind == span.kind), "{on}");
    }
    let endings: Vec<_> = rows.iter().filter(|span| !span.ending.is_empty()).map(|span| span.ending).collect();
    assert_eq!(endings, ["merged", "merged", "merged"]);
    assert!(rows.iter().any(|span| span.unit == rid(8) && span.until.year() == 9999));
    let clash = [from(7, 21, &merge), from(8, 25, &kind), event(26, rid(20), EventKind::MERGER_WITHDRAW, &[])];
    let rows = spans_of(&all, &mergers, &clash);
    assert_eq!(rows.iter().filter(|span| span.in_clash).count(), 2);
}
