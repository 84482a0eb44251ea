//! Leavings that two offices wrote down.

use super::*;

fn because(mut leaver: Snapshot, reason: &str) -> Snapshot {
    leaver.fields.insert(Field::REASON, super::super::held(text(reason), 1));
    leaver
}

#[test]
fn leavings_that_say_the_same_are_one() {
    let left = [because(leaver(40, 11, (7, 1)), "nghi_huu"), because(leaver(41, 11, (7, 1)), "nghi_huu")];
    let fold = fold(&[], &left, &[]);
    assert!(fold.clashes.is_empty());
    let leaving = &fold.left[&rid(11)];
    assert_eq!((leaving.record, &leaving.doubles[..], leaving.in_clash), (rid(40), &[rid(41)][..], false));
}

#[test]
fn leavings_that_differ_are_settled_and_settlements_that_differ_bring_them_back() {
    let left = [
        because(leaver(40, 11, (7, 1)), "nghi_huu"),
        because(leaver(41, 11, (6, 1)), "tinh_gian"),
        because(leaver(42, 11, (7, 1)), "nghi_huu"),
    ];
    let held = [holding(1, 11, (1, 1), None)];
    let open = fold(&held, &left, &[]);
    assert_eq!((open.clashes.len(), open.clashes[0].kind), (1, ClashKind::LeaverTwice));
    assert_eq!(open.clashes[0].options.len(), 2, "two leavings say the same");
    let leaving = &open.left[&rid(11)];
    assert_eq!((leaving.on, leaving.in_clash), (day(2026, 6, 1), true), "the earliest counts meanwhile");
    let one = settled(31, &open.clashes[0], rid(40));
    let settled_ = fold(&held, &left, std::slice::from_ref(&one));
    assert!(settled_.clashes.is_empty());
    assert_eq!(settled_.left[&rid(11)].reason, "nghi_huu");
    assert_eq!(settled_.spans[&rid(1)].to, Some(day(2026, 6, 30)));
    let other = settled(32, &open.clashes[0], rid(41));
    let again = fold(&held, &left, &[one.clone(), other.clone()]);
    assert_eq!(again.clashes.len(), 1);
    let last = settled(33, &again.clashes[0], crate::id::RecordId([32; 16]));
    let end = fold(&held, &left, &[last, other, one]);
    assert_eq!((end.clashes.len(), end.left[&rid(11)].on), (0, day(2026, 6, 1)));
}

#[test]
fn whoever_stays_stays_whatever_was_written_of_leaving() {
    let held = [holding(1, 11, (8, 1), None)];
    let left = [leaver(40, 11, (7, 1)), leaver(41, 11, (7, 1))];
    let open = fold(&held, &left, &[]);
    let stays = fold(&held, &left, &[settled(31, &open.clashes[0], rid(1))]);
    assert_eq!((stays.clashes.len(), stays.left.len(), people(&stays)), (0, 0, 1));
}

#[test]
fn a_leaving_entered_by_mistake_is_none() {
    let held = [holding(1, 11, (8, 1), None)];
    let fold = fold(&held, &[voided(leaver(40, 11, (7, 1)))], &[]);
    assert_eq!((fold.clashes.len(), fold.left.len(), people(&fold)), (0, 0, 1));
}
