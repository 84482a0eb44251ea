use proptest::prelude::*;

use super::{appended, desk, doc, eid, event, rid, text, with};
use crate::edit::{FaultKind, Form, Settle};
use crate::fold::{Clash, ClashKind, IssueFold, IssueState, duplicates, issue};
use crate::id::DocKind;
use crate::record::{Event, EventKind, Field, Role, Side};

const HOME: DocKind = DocKind::Issues(2026);

fn fold(events: &[Event]) -> IssueFold {
    issue(doc(HOME), events)
}

fn ev(n: u8, kind: EventKind, after: &[u8]) -> Event {
    event(n, rid(1), kind, after)
}

fn settle(n: u8, clash: &Clash, chosen: IssueState) -> Event {
    let chosen = clash.options.iter().position(|option| option.text.vi.starts_with(chosen.vi())).unwrap();
    let form = Settle { event: eid(n), clash: clash.clone(), chosen, reason: None };
    appended(&form, &desk(HOME, clash.settles.side, clash.settles.role))
}

#[test]
fn what_follows_replaces_whatever_its_rank() {
    let chain = [
        ev(1, EventKind::REPORT, &[]),
        ev(9, EventKind::SOLVED, &[1]),
        ev(4, EventKind::REOPEN, &[9]),
        with(ev(3, EventKind::FORWARD, &[4]), Field::LEAD, text("so_noi_vu")),
        ev(2, EventKind::ANSWER, &[3]),
    ];
    let fold = fold(&chain);
    assert_eq!((fold.state, fold.by), (IssueState::Answered, Some(eid(2))));
    assert_eq!(fold.lead.as_deref(), Some("so_noi_vu"));
    assert_eq!(fold.answered, Some(chain[4].stamp.at));
    assert!(fold.clashes.is_empty() && fold.void.is_empty());
}

#[test]
fn the_wrong_side_is_shown_without_effect_and_hides_nothing() {
    let mut wrong = ev(2, EventKind::SOLVED, &[1]);
    wrong.side = Side::Province;
    let fold = fold(&[ev(1, EventKind::REPORT, &[]), wrong, ev(3, EventKind::RECEIVE, &[2])]);
    assert_eq!(fold.state, IssueState::Received);
    assert_eq!(fold.void, [eid(2)]);
    assert_eq!(fold.frontier, [eid(3)]);
}

#[test]
fn a_clash_leaves_only_by_settling_and_comes_back_when_two_settle_differently() {
    let mut events = vec![
        ev(1, EventKind::REPORT, &[]),
        ev(2, EventKind::SOLVED, &[1]),
        ev(3, EventKind::SOLVED, &[2]),
        ev(4, EventKind::REOPEN, &[2]),
    ];
    let clash = fold(&events).clashes.remove(0);
    assert_eq!(clash.kind, ClashKind::IssueReopened);
    // Work that goes on does not take it off the list.
    events.push(ev(5, EventKind::START, &[3, 4]));
    let still = fold(&events);
    assert_eq!((still.state, still.clashes[0].key), (IssueState::Started, clash.key));
    let clash = still.clashes[0].clone();
    let reopened = settle(6, &clash, IssueState::Reopened);
    events.push(reopened);
    let settled = fold(&events);
    assert_eq!((settled.state, settled.clashes.len()), (IssueState::Reopened, 0));
    // Another leader settled the other way without knowing.
    events.push(settle(7, &clash, IssueState::Solved));
    let again = fold(&events);
    assert_eq!(again.state, IssueState::Reopened);
    assert_eq!(again.clashes.len(), 1);
    assert_ne!(again.clashes[0].key, clash.key);
    let names: Vec<_> = again.clashes[0].options.iter().map(|option| option.event.unwrap()).collect();
    assert_eq!(names, [eid(6), eid(7)]);
    events.push(settle(8, &again.clashes[0], IssueState::Solved));
    let last = fold(&events);
    assert_eq!((last.state, last.clashes.len()), (IssueState::Solved, 0));
}

#[test]
fn settlements_that_agree_and_late_events() {
    let mut events =
        vec![ev(1, EventKind::REPORT, &[]), ev(2, EventKind::SOLVED, &[1]), ev(3, EventKind::REOPEN, &[1])];
    let clash = fold(&events).clashes.remove(0);
    events.push(settle(4, &clash, IssueState::Solved));
    events.push(settle(5, &clash, IssueState::Solved));
    assert!(fold(&events).clashes.is_empty());
    // A third box had withdrawn meanwhile: no clash with solved, and the reopening is settled away.
    events.push(ev(6, EventKind::WITHDRAW, &[1]));
    assert!(fold(&events).clashes.is_empty());
    // A fourth had reopened: that is new, beside the settlements and the withdrawal.
    events.push(ev(7, EventKind::REOPEN, &[1]));
    let late = fold(&events);
    let options: Vec<_> = late.clashes[0].options.iter().map(|option| option.event.unwrap()).collect();
    assert_eq!(options, [eid(4), eid(5), eid(6), eid(7)]);
    events.push(settle(8, &late.clashes[0], IssueState::Reopened));
    assert_eq!((fold(&events).state, fold(&events).clashes.len()), (IssueState::Reopened, 0));
}

#[test]
fn who_settles_is_enforced() {
    let events = [
        ev(1, EventKind::REPORT, &[]),
        with(ev(2, EventKind::FORWARD, &[1]), Field::LEAD, text("so_noi_vu")),
        with(ev(3, EventKind::REFUSE, &[1]), Field::REASON, text("khác")),
        ev(4, EventKind::SOLVED, &[1]),
        ev(5, EventKind::REOPEN, &[1]),
    ];
    let clashes = fold(&events).clashes;
    assert_eq!(clashes.len(), 2);
    let form = |clash: &Clash, reason: Option<&str>| Settle {
        event: eid(9),
        clash: clash.clone(),
        chosen: 0,
        reason: reason.map(Into::into),
    };
    let [reopened, refused] = &clashes[..] else { panic!("{clashes:?}") };
    let leader = desk(HOME, Side::Commune, Role::Leader);
    let clerk = desk(HOME, Side::Commune, Role::Clerk);
    let triage = desk(HOME, Side::Province, Role::Triage);
    let admin = desk(HOME, Side::Province, Role::Admin);
    let fault = |form: Settle, desk| form.edit(desk).unwrap_err().0[0].what;
    assert_eq!(fault(form(refused, None), &leader), FaultKind::OtherSide);
    assert!(form(refused, None).edit(&triage).is_ok());
    assert_eq!(fault(form(reopened, None), &clerk), FaultKind::OtherRole);
    assert_eq!(fault(form(reopened, Some("x")), &triage), FaultKind::OtherSide);
    assert_eq!(fault(form(reopened, None), &admin), FaultKind::Missing);
    assert!(form(reopened, Some("Xã chưa xử lý quá 5 ngày")).edit(&admin).is_ok());
    // A forged settlement of the wrong side has no effect.
    let mut forged = appended(&form(refused, None), &triage);
    forged.side = Side::Commune;
    let all: Vec<_> = events.into_iter().chain([forged]).collect();
    assert_eq!((fold(&all).clashes.len(), fold(&all).void.clone()), (2, vec![eid(9)]));
}

#[test]
fn differing_categories_are_listed_and_both_kept() {
    let category = |n, slug| with(ev(n, EventKind::RECEIVE, &[1]), Field::CATEGORY, text(slug));
    let events = [ev(1, EventKind::REPORT, &[]), category(2, "tru_so"), category(3, "thiet_bi")];
    let fold = fold(&events);
    assert_eq!(fold.clashes[0].kind, ClashKind::IssueCategory);
    assert_eq!(fold.category.as_deref(), Some("tru_so"));
    assert_eq!(fold.categories, ["thiet_bi", "tru_so"]);
    assert_eq!(fold.clashes[0].options[0].text.vi, "Đã tiếp nhận; Lĩnh vực: trụ sở làm việc");
}

#[test]
fn rings_of_duplicates_are_none() {
    let doubles = [(1, 2), (2, 3), (3, 1), (4, 1)].map(|(one, other)| (rid(one), rid(other)));
    assert_eq!(duplicates(&doubles.into()), [rid(1), rid(2), rid(3)].into());
}

#[test]
fn forged_rings_of_events_neither_hang_nor_hide() {
    let mut one = ev(2, EventKind::RECEIVE, &[1, 3]);
    one.after.push(eid(2));
    let fold = fold(&[ev(1, EventKind::REPORT, &[]), one, ev(3, EventKind::START, &[2])]);
    assert_eq!(fold.state, IssueState::Started);
    let ring = [(4, 5), (5, 4)]
        .map(|(n, chosen)| with(ev(n, EventKind::SETTLE, &[]), Field::CHOSEN, crate::record::Value::Id(rid(chosen))));
    assert_eq!(issue(doc(HOME), &ring).void.len(), 2);
}

fn history() -> impl Strategy<Value = Vec<Event>> {
    let step = (1_u8..=13, prop::collection::vec(any::<prop::sample::Index>(), 0..3), any::<bool>());
    prop::collection::vec(step, 1..14).prop_map(|steps| {
        let mut events: Vec<Event> = Vec::new();
        for (n, (kind, after, settles)) in steps.into_iter().enumerate() {
            let id = u8::try_from(n).unwrap() + 1;
            let listed = if settles { fold(&events).clashes } else { Vec::new() };
            if let Some(clash) = listed.first() {
                let form = Settle { event: eid(id), clash: clash.clone(), chosen: n % 2, reason: None };
                events.push(appended(&form, &desk(HOME, clash.settles.side, clash.settles.role)));
                continue;
            }
            let mut new = ev(id, EventKind(kind), &[]);
            if !events.is_empty() {
                new.after = after.iter().map(|index| index.get(&events).id).collect();
            }
            let lead = if id % 2 == 0 { "so_noi_vu" } else { "so_tai_chinh" };
            events.push(with(new, Field::LEAD, text(lead)));
        }
        events
    })
}

proptest! {
    #[test]
    fn any_order_and_repetition_give_the_same(
        (events, shuffled) in history().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        let straight = fold(&events);
        prop_assert_eq!(&fold(&shuffled), &straight);
        let twice: Vec<_> = shuffled.iter().chain(&events).cloned().collect();
        prop_assert_eq!(&fold(&twice), &straight);
        prop_assert!(!straight.frontier.is_empty());
    }

    #[test]
    fn settling_everything_empties_the_list(events in history()) {
        let mut events = events;
        for n in 100..140 {
            let Some(clash) = fold(&events).clashes.into_iter().next() else { break };
            let form = Settle { event: eid(n), clash: clash.clone(), chosen: 0, reason: None };
            events.push(appended(&form, &desk(HOME, clash.settles.side, clash.settles.role)));
        }
        prop_assert!(fold(&events).clashes.is_empty());
    }
}
