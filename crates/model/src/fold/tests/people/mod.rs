//! Posts, who holds them and who left; buildings.

mod leavers;
mod persons;
mod units;

use super::merger::settled;
use super::{appended, day, desk, record, rid, text};
use crate::edit::Settle;
use crate::fold::{Clash, ClashKind, Ending, Ends, HoldingFold, SiteFold, Staff, holdings, sites};
use crate::id::DocKind;
use crate::record::{Event, Field, Kind, Role, Side, Snapshot, Value};

fn holding(n: u8, person: u8, from: (u8, u8), to: Option<(u8, u8)>) -> Snapshot {
    let date = |(month, of)| Value::Date(day(2026, month, of));
    let fields = [
        (Field::PERSON, Value::Id(rid(person))),
        (Field::POST, Value::Id(rid(50))),
        (Field::UNIT, Value::Id(rid(60))),
        (Field::VALID_FROM, date(from)),
        (Field::VALID_TO, to.map_or(Value::Empty, date)),
    ];
    record(n, Kind::HOLDING, DocKind::People, &fields)
}

fn leaver(n: u8, person: u8, on: (u8, u8)) -> Snapshot {
    let fields = [(Field::PERSON, Value::Id(rid(person))), (Field::ON, Value::Date(day(2026, on.0, on.1)))];
    record(n, Kind::LEAVER, DocKind::People, &fields)
}

fn fold(held: &[Snapshot], left: &[Snapshot], events: &[Event]) -> HoldingFold {
    fold_of(&[], held, left, events, &Ends::default())
}

fn fold_of(persons: &[Snapshot], held: &[Snapshot], left: &[Snapshot], events: &[Event], ends: &Ends) -> HoldingFold {
    let post = record(50, Kind::POST, DocKind::Register, &[(Field::MAX_HOLDERS, Value::Int(1))]);
    holdings(&Staff { persons, posts: &[post], holdings: held, leavers: left, settlements: events, ends })
}

fn late() -> crate::time::Date {
    day(2026, 12, 1)
}

fn people(fold: &HoldingFold) -> usize {
    fold.seats(late()).len()
}

fn voided(mut snapshot: Snapshot) -> Snapshot {
    snapshot.fields.insert(Field::VOID, super::held(Value::Bool(true), 1));
    snapshot
}

/// Settles for the option at whose text this begins.
fn chose(n: u8, clash: &Clash, text: &str) -> Event {
    let chosen = clash.options.iter().position(|option| option.text.vi.starts_with(text)).unwrap();
    let form = Settle { event: super::eid(n), clash: clash.clone(), chosen, reason: None };
    appended(&form, &desk(DocKind::People, Side::Commune, Role::Leader))
}

#[test]
fn a_single_seat_with_two_people_is_listed_until_settled() {
    let held = [holding(1, 11, (1, 1), None), holding(2, 12, (6, 1), None)];
    let crowd = fold(&held, &[], &[]);
    assert_eq!((crowd.clashes.len(), crowd.clashes[0].kind), (1, ClashKind::PostHolders));
    assert!(crowd.spans.values().all(|span| span.in_clash));
    let clash = crowd.clashes[0].clone();
    let one = settled(31, &clash, rid(2));
    let chosen = fold(&held, &[], std::slice::from_ref(&one));
    assert!(chosen.clashes.is_empty());
    assert_eq!(chosen.holders(late())[&(rid(50), Some(rid(60)))], [rid(2)]);
    let other = settled(32, &clash, rid(1));
    let mut events = vec![one, other];
    let again = fold(&held, &[], &events);
    assert_eq!(again.clashes.len(), 1);
    assert_ne!(again.clashes[0].key, clash.key);
    events.push(settled(33, &again.clashes[0], crate::id::RecordId([31; 16])));
    assert!(fold(&held, &[], &events).clashes.is_empty());
    events[2].side = Side::Province;
    assert_eq!(fold(&held, &[], &events).clashes.len(), 1, "the province gave no reason");
}

#[test]
fn one_after_the_other_or_one_person_twice_is_no_clash() {
    let following = [holding(1, 11, (1, 1), Some((5, 31))), holding(2, 12, (6, 1), None)];
    let following = fold(&following, &[], &[]);
    assert!(following.clashes.is_empty());
    let on = |month, of| following.holders(day(2026, month, of)).into_values().flatten().collect::<Vec<_>>();
    assert_eq!((on(5, 31), on(6, 1)), (vec![rid(1)], vec![rid(2)]));
    let same = [holding(1, 11, (1, 1), None), holding(2, 11, (2, 1), None)];
    let same = fold(&same, &[], &[]);
    assert!(same.clashes.is_empty());
    assert_eq!(same.seats(late())[&rid(11)].len(), 1, "one seat, entered twice");
}

#[test]
fn leaving_ends_what_began_before_and_clashes_with_what_begins_later() {
    let held = [holding(1, 11, (1, 1), None)];
    let gone = fold(&held, &[leaver(40, 11, (7, 1))], &[]);
    assert_eq!((people(&gone), gone.clashes.len()), (0, 0));
    let span = &gone.spans[&rid(1)];
    assert_eq!((gone.left[&rid(11)].on, span.to, span.ending), (day(2026, 7, 1), Some(day(2026, 6, 30)), Ending::Left));
    let held = [holding(1, 11, (8, 1), None)];
    let left = [leaver(40, 11, (7, 1))];
    let both = fold(&held, &left, &[]);
    assert_eq!((people(&both), both.clashes[0].kind), (1, ClashKind::LeaverHolds));
    let stays = fold(&held, &left, &[settled(31, &both.clashes[0], rid(1))]);
    assert_eq!((people(&stays), stays.left.len(), stays.clashes.len()), (1, 0, 0));
    let goes = fold(&held, &left, &[settled(31, &both.clashes[0], rid(40))]);
    assert_eq!((people(&goes), goes.left.len(), goes.clashes.len()), (0, 1, 0));
}

#[test]
fn a_function_is_in_one_building() {
    let site = |n, functions: &str, state: &str| {
        let fields = [(Field::NAME, text("Nhà")), (Field::FUNCTIONS, text(functions)), (Field::STATE, text(state))];
        record(n, Kind::SITE, DocKind::Register, &fields)
    };
    let all = [site(1, "hdnd,ubnd", "in_use"), site(2, "cong_an,ubnd,hdnd", "in_use"), site(3, "", "surplus")];
    let fold: SiteFold = sites(&all, &[]);
    assert_eq!((fold.clashes.len(), fold.buildings, &fold.surplus[..]), (2, 2, &[rid(3)][..]));
    assert_ne!(fold.clashes[0].key, fold.clashes[1].key);
    assert_eq!(fold.place_of.get("cong_an"), Some(&rid(2)));
    let ubnd = fold.clashes.iter().find(|clash| clash.topic == "ubnd").unwrap();
    let settled_ = sites(&all, &[settled(31, ubnd, rid(1))]);
    assert_eq!(settled_.place_of.get("ubnd"), Some(&rid(1)));
    assert_eq!(settled_.clashes.iter().map(|clash| clash.topic.as_str()).collect::<Vec<_>>(), ["hdnd"]);
}
