//! Holdings in units that are gone.

use super::*;
use crate::fold::UnitEnd;

/// Unit 60 goes into 61 on 1 July, and 61 into 62 on 1 September.
fn ends() -> Ends {
    let end = |month, successor| UnitEnd { on: day(2026, month, 1), successor };
    Ends([(rid(60), end(7, Some(rid(61)))), (rid(61), end(9, Some(rid(62))))].into())
}

fn folded(held: &[Snapshot], left: &[Snapshot]) -> HoldingFold {
    fold_of(&[], held, left, &[], &ends())
}

#[test]
fn the_post_ends_with_the_unit() {
    let fold = folded(&[holding(1, 11, (1, 1), None), holding(2, 12, (2, 1), Some((1, 2)))], &[]);
    let span = &fold.spans[&rid(1)];
    assert_eq!((span.unit, span.to, span.ending), (Some(rid(60)), Some(day(2026, 6, 30)), Ending::UnitGone));
    let own = folded(&[holding(1, 11, (1, 1), Some((3, 31)))], &[]);
    assert_eq!((own.spans[&rid(1)].to, own.spans[&rid(1)].ending), (Some(day(2026, 3, 31)), Ending::Said));
    assert!(fold.clashes.is_empty());
}

#[test]
fn who_is_given_the_post_afterwards_sits_in_the_successor() {
    let fold = folded(&[holding(1, 11, (7, 1), None), holding(2, 12, (10, 1), None)], &[]);
    let seats = [(Some(rid(61)), Some(day(2026, 8, 31)), Ending::UnitGone), (Some(rid(62)), None, Ending::Said)];
    let found = fold.spans.values().map(|span| (span.unit, span.to, span.ending));
    assert_eq!(found.collect::<Vec<_>>(), seats);
}

#[test]
fn two_heads_who_meet_in_the_successor_clash() {
    let mut there = holding(2, 12, (7, 15), None);
    there.fields.insert(Field::UNIT, super::super::held(Value::Id(rid(61)), 1));
    let fold = folded(&[holding(1, 11, (7, 1), None), there], &[]);
    assert_eq!((fold.clashes.len(), fold.clashes[0].kind), (1, ClashKind::PostHolders));
}

#[test]
fn where_nobody_succeeds_what_begins_later_never_counts() {
    let ends = Ends([(rid(60), UnitEnd { on: day(2026, 7, 1), successor: None })].into());
    let fold = fold_of(&[], &[holding(1, 11, (8, 1), None), holding(2, 12, (8, 1), None)], &[], &[], &ends);
    assert!(fold.clashes.is_empty() && fold.holders(late()).is_empty());
    assert!(fold.spans.values().all(|span| span.ending == Ending::UnitGone));
}

#[test]
fn a_leaver_whose_unit_went_first_is_no_clash() {
    let held = [holding(1, 11, (1, 1), Some((12, 31)))];
    let fold = folded(&held, &[leaver(40, 11, (7, 1))]);
    assert!(fold.clashes.is_empty());
    assert_eq!(fold.spans[&rid(1)].ending, Ending::UnitGone);
}
