use proptest::prelude::*;

use super::{appended, day, desk, eid, event, record, rid, text, with};
use crate::edit::{DecideUnits, Deed, Form, MergeInto, MoveMerger, Passing, Settle, sources_hash};
use crate::fold::Known;
use crate::fold::{Clash, ClashKind, MergerState, merger};
use crate::id::{DocKind, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Role, Side, Snapshot, Value};

const HOME: DocKind = DocKind::Register;

pub(super) fn merger_of(n: u8, from: &[RecordId], into: RecordId, name: &str) -> Snapshot {
    let name = if name.is_empty() { Value::Empty } else { text(name) };
    let fields = [
        (Field::FROM, Value::Ids(from.to_vec())),
        (Field::INTO, Value::Id(into)),
        (Field::INTO_NAME, name),
        (Field::UNIT_KIND, text("to_dan_pho")),
    ];
    record(n, Kind::MERGER, HOME, &fields)
}

pub(super) fn passed(n: u8, merger: &Snapshot, after: &[u8]) -> Event {
    let hash = sources_hash(merger.get(Field::FROM).unwrap().as_ids());
    let pass = event(n, merger.id, EventKind::MERGER_PASS, after);
    let pass = with(pass, Field::DECISION, text(&format!("{n}/QĐ-UBND (mẫu)")));
    with(with(pass, Field::EFFECTIVE_ON, Value::Date(day(2026, 7, 1))), Field::SOURCES_HASH, text(&hash))
}

pub(super) fn settled(n: u8, clash: &Clash, chosen: RecordId) -> Event {
    let chosen = clash.options.iter().position(|option| option.claims.contains(&chosen)).unwrap();
    let form = Settle { event: eid(n), clash: clash.clone(), chosen, reason: None };
    appended(&form, &desk(clash.doc.kind, Side::Commune, Role::Leader))
}

#[test]
fn a_unit_added_after_the_vote_must_be_confirmed() {
    let before = merger_of(9, &[rid(1), rid(2)], rid(8), "Tổ dân phố 1");
    let pass = passed(2, &before, &[]);
    assert!(merger(&before, std::slice::from_ref(&pass)).clashes.is_empty());
    let after = merger_of(9, &[rid(1), rid(2), rid(3)], rid(8), "Tổ dân phố 1");
    let stale = merger(&after, std::slice::from_ref(&pass));
    assert_eq!(stale.clashes[0].kind, ClashKind::MergerSources);
    assert_eq!(stale.clashes[0].options.len(), 1);
    let confirmed = merger(&after, &[pass.clone(), settled(3, &stale.clashes[0], RecordId(pass.id.0))]);
    assert!(confirmed.clashes.is_empty());
    assert_eq!((confirmed.state, confirmed.passed_by), (MergerState::Passed, Some(eid(3))));
    assert_eq!(confirmed.decision.as_deref(), Some("2/QĐ-UBND (mẫu)"));
}

#[test]
fn settled_for_withdrawal_it_is_not_passed() {
    let snapshot = merger_of(9, &[rid(1), rid(2)], rid(8), "Tổ dân phố 1");
    let events = [passed(2, &snapshot, &[]), event(3, rid(9), EventKind::MERGER_WITHDRAW, &[])];
    let fold = merger(&snapshot, &events);
    assert_eq!((fold.state, fold.clashes.len()), (MergerState::Passed, 1));
    let [pass, withdraw] = events;
    let settlement = settled(4, &fold.clashes[0], RecordId(withdraw.id.0));
    let fold = merger(&snapshot, &[settlement, pass, withdraw]);
    assert_eq!((fold.state, fold.passed_by), (MergerState::Withdrawn, None));
    assert!(fold.clashes.is_empty());
}

#[test]
fn the_province_and_issue_events_do_not_move_a_merger() {
    let snapshot = merger_of(9, &[rid(1), rid(2)], rid(8), "");
    let mut wrong = passed(2, &snapshot, &[]);
    wrong.side = Side::Province;
    let fold = merger(&snapshot, &[wrong, event(3, rid(9), EventKind::SOLVED, &[])]);
    assert_eq!((fold.state, fold.void), (MergerState::Draft, vec![eid(2), eid(3)]));
}

#[test]
fn forms_lead_from_draft_to_passed() {
    let leader = desk(HOME, Side::Commune, Role::Leader);
    let from = vec![rid(1), rid(2)];
    let into = MergeInto::New { record: rid(8), name: "Tổ dân phố 1".into() };
    let deed = Deed::Merge { into, kind: "to_dan_pho".into() };
    let form = DecideUnits { merger: rid(9), event: eid(1), from: from.clone(), deed, passing: None };
    let snapshot = merger_of(9, &from, rid(8), "Tổ dân phố 1");
    let mut events = vec![appended(&form, &leader)];
    let steps = [
        (EventKind::MERGER_CONSULT, MergerState::Consulting),
        (EventKind::MERGER_AGREE, MergerState::Agreed),
        (EventKind::MERGER_PASS, MergerState::Passed),
        (EventKind::MERGER_ANNUL, MergerState::Annulled),
    ];
    for (n, (kind, state)) in (2..).zip(steps) {
        let mut step = MoveMerger::new(rid(9), eid(n), kind, merger(&snapshot, &events).frontier);
        step.from.clone_from(&from);
        if kind == EventKind::MERGER_PASS {
            let (decision, body) = ("00/QĐ-UBND (mẫu)".into(), "UBND phường".into());
            let known =
                Known { names: vec!["Tổ 1".into(), "Tổ 2".into()], households: vec![Some(9), None], target: None };
            step.passing = Some(Passing { decision, body, effective_on: Some(day(2026, 7, 1)), known });
        }
        if kind == EventKind::MERGER_ANNUL {
            assert!(step.edit(&leader).is_err(), "without a document");
            step.decision = Some("01/QĐ-UBND (mẫu)".into());
        }
        events.push(appended(&step, &leader));
        assert_eq!(merger(&snapshot, &events).state, state);
    }
    assert!(merger(&snapshot, &events).clashes.is_empty());
    let known = merger(&snapshot, &events[..4]).known;
    assert_eq!((known.names.len(), known.households, known.target), (2, vec![Some(9), None], None));
}

proptest! {
    #[test]
    fn any_order_gives_the_same(
        steps in prop::collection::vec((21_u8..=27, prop::collection::vec(1_u8..9, 0..3)), 1..9),
        seed in any::<usize>(),
    ) {
        let snapshot = merger_of(90, &[rid(1), rid(2)], rid(8), "Tổ dân phố 1");
        let build = |(n, (kind, after)): (u8, (u8, Vec<u8>))| match EventKind(kind) {
            EventKind::MERGER_PASS => passed(n, &snapshot, &after),
            kind => event(n, rid(90), kind, &after),
        };
        let mut events: Vec<_> = (1..).zip(steps).map(build).collect();
        let straight = merger(&snapshot, &events);
        let count = events.len();
        events.rotate_left(seed % count);
        events.swap(0, seed % count);
        prop_assert_eq!(merger(&snapshot, &events), straight);
    }
}
