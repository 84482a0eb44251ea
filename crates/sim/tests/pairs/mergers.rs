//! The steps of a merger that both offices know.

use hopluu_model::edit::SetField;
use hopluu_model::{DocKind, EventKind, Field, Kind, RecordId, Value};

use crate::rig::Offices;
use crate::units::into;

/// Two offices that are cut off and know four units and a draft that two of them go into the third.
fn drafted(seed: u64) -> (Offices, RecordId, Vec<RecordId>) {
    let mut offices = Offices::open(seed);
    let a = offices.a;
    let units: Vec<_> = (1..=4).map(|n| offices.unit(a, &format!("Tổ dân phố {n}"), 100)).collect();
    let merger = offices.draft(a, units[..2].to_vec(), into(units[2]));
    offices.together();
    offices.apart();
    (offices, merger, units)
}

/// The same, and both know that households are being asked.
fn consulting(seed: u64) -> (Offices, RecordId, Vec<RecordId>) {
    let (mut offices, merger, units) = drafted(seed);
    offices.together();
    let a = offices.a;
    offices.step(a, merger, EventKind::MERGER_CONSULT);
    offices.together();
    offices.apart();
    (offices, merger, units)
}

/// Puts the fourth unit on the list of the draft.
fn add_late(offices: &mut Offices, merger: RecordId, units: &[RecordId]) {
    let value = Value::Ids(vec![units[0], units[1], units[3]]);
    let form = SetField { record: merger, kind: Kind::MERGER, field: Field::FROM, value };
    let b = offices.b;
    offices.fill(b, DocKind::Register, &form);
}

#[test]
fn passed_here_and_ended_there_waits_for_a_leader() {
    let ends = [EventKind::MERGER_WITHDRAW, EventKind::MERGER_FAIL, EventKind::MERGER_ANNUL];
    for (seed, end) in (77..).zip(ends) {
        let (mut offices, merger, _) = drafted(seed);
        let (a, b) = (offices.a, offices.b);
        offices.step(a, merger, EventKind::MERGER_PASS);
        offices.step(b, merger, end);
        offices.together();
        assert_eq!((offices.listed(), offices.totals().0), (vec!["merger_outcome".to_owned()], 4), "{end}");
        offices.settle(b, |option| option.text.vi.starts_with("Đã thông qua"));
        offices.together();
        assert_eq!((offices.listed().len(), offices.totals()), (0, (2, 400, 0)), "{end}");
    }
}

#[test]
fn agreed_here_and_failed_there() {
    for (seed, chosen, state) in [(87, "Đạt đồng thuận", "agreed"), (88, "Không đạt", "failed")] {
        let (mut offices, merger, _) = consulting(seed);
        let (a, b) = (offices.a, offices.b);
        offices.step(a, merger, EventKind::MERGER_AGREE);
        offices.step(b, merger, EventKind::MERGER_FAIL);
        offices.together();
        assert_eq!(offices.listed(), ["merger_consent"]);
        assert_eq!(offices.totals(), (4, 400, 0), "nothing was passed: every unit stays as it is");
        offices.settle(a, |option| option.text.vi == chosen);
        offices.together();
        assert!(offices.clashes().is_empty());
        assert_eq!(offices.merger(offices.desk, merger).state.slug(), state);
    }
}

#[test]
fn passed_twice_on_other_terms() {
    let first = ("00/NQ-HĐND (mẫu)", "2026-11-01");
    for (seed, second) in [(89, ("01/NQ-HĐND (mẫu)", "2026-11-01")), (90, ("00/NQ-HĐND (mẫu)", "2026-10-01"))] {
        let (mut offices, merger, _) = drafted(seed);
        let (a, b) = (offices.a, offices.b);
        offices.step_with(a, merger, EventKind::MERGER_PASS, first);
        offices.step_with(b, merger, EventKind::MERGER_PASS, second);
        offices.together();
        assert_eq!((offices.listed(), offices.totals()), (vec!["merger_terms".to_owned()], (4, 400, 2)));
        let said = format!("{}, hiệu lực từ ngày {}", second.0, crate::rig::day(second.1).vi());
        offices.settle(a, |option| option.text.vi.contains(&said));
        offices.together();
        let row = offices.merger(offices.desk, merger);
        assert_eq!((row.decision.as_str(), row.effective_on), (second.0, Some(crate::rig::day(second.1))));
        assert_eq!((offices.listed().len(), offices.totals()), (0, (2, 400, 0)));
    }
}

#[test]
fn passed_twice_alike_is_passed() {
    let (mut offices, merger, _) = drafted(91);
    let (a, b) = (offices.a, offices.b);
    offices.step(a, merger, EventKind::MERGER_PASS);
    offices.step(b, merger, EventKind::MERGER_PASS);
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals()), (0, (2, 400, 0)));
}

#[test]
fn a_unit_put_on_the_list_after_households_were_asked() {
    let (mut offices, merger, units) = consulting(92);
    let (a, b) = (offices.a, offices.b);
    offices.step(a, merger, EventKind::MERGER_AGREE);
    add_late(&mut offices, merger, &units);
    offices.together();
    assert_eq!(offices.listed(), ["merger_sources"], "its households were not asked");
    offices.settle(b, |_| true);
    offices.together();
    assert!(offices.clashes().is_empty());
    offices.step(a, merger, EventKind::MERGER_PASS);
    offices.together();
    assert_eq!(offices.totals(), (1, 400, 0));
}

#[test]
fn a_unit_put_on_the_list_after_the_vote_is_confirmed_first() {
    let (mut offices, merger, units) = drafted(78);
    let a = offices.a;
    offices.step(a, merger, EventKind::MERGER_PASS);
    add_late(&mut offices, merger, &units);
    offices.together();
    assert_eq!(offices.listed(), ["merger_sources"]);
    assert_eq!(offices.totals(), (4, 400, 3), "nothing is in force meanwhile");
    offices.settle(a, |_| true);
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals().0), (0, 1));
}
