//! Units, and decisions about them.

use hopluu_model::edit::{Deed, MergeInto, Part};
use hopluu_model::{Date, EventKind, Field, RecordId, Value};

use crate::rig::{Offices, day};

const ON: &str = "2026-11-01";

/// Two offices that are cut off, each of which knows the four units of the commune.
fn apart(seed: u64) -> (Offices, Vec<RecordId>) {
    let mut offices = Offices::open(seed);
    let a = offices.a;
    let units = (1..=4).map(|n| offices.unit(a, &format!("Tổ dân phố {n}"), 100)).collect();
    offices.together();
    offices.apart();
    (offices, units)
}

pub(crate) fn into(unit: RecordId) -> Deed {
    Deed::Merge { into: MergeInto::Existing(unit), kind: "to_dan_pho".into() }
}

fn dissolve(into: RecordId) -> Deed {
    Deed::Dissolve { into: Some(into) }
}

fn rename(name: &str) -> Deed {
    Deed::Rename { name: name.into() }
}

fn on() -> Date {
    day(ON)
}

impl Offices {
    /// Passes at one office, then at the other, and lets them meet.
    fn decide(&mut self, here: (Vec<RecordId>, Deed), there: (Vec<RecordId>, Deed)) -> [RecordId; 2] {
        let here = self.world.decide_units(self.a, here.0, here.1, on()).unwrap();
        let there = self.world.decide_units(self.b, there.0, there.1, on()).unwrap();
        self.together();
        [here, there]
    }

    pub(crate) fn split(&mut self, unit: RecordId, names: [&str; 2]) -> (Vec<RecordId>, Deed) {
        let part = |record, name: &str| Part { record, name: name.to_owned(), households: Some(50) };
        let parts = vec![part(self.id(), names[0]), part(self.id(), names[1])];
        (vec![unit], Deed::Split { parts, kind: "to_dan_pho".into() })
    }

    fn settle_and_meet(&mut self, chosen: RecordId) {
        let a = self.a;
        self.settle(a, |option| option.record == chosen);
        self.together();
        assert!(self.clashes().is_empty(), "{:?}", self.clashes());
    }
}

#[test]
fn one_unit_merged_into_two_counts_once_until_a_leader_chooses() {
    let (mut offices, units) = apart(71);
    let [here, _] =
        offices.decide((vec![units[0], units[1]], into(units[2])), (vec![units[1], units[3]], into(units[2])));
    assert_eq!(offices.listed(), ["unit_twice"]);
    assert_eq!(offices.totals(), (4, 400, 3));
    offices.settle_and_meet(here);
    assert_eq!(offices.totals(), (2, 400, 0), "the households of the sources are those of the target now");
    assert_eq!(offices.unit_row(units[1]).became, [units[2]], "exactly one successor");
}

#[test]
fn two_leaders_who_choose_differently_are_asked_again() {
    let (mut offices, units) = apart(79);
    let [here, there] =
        offices.decide((vec![units[0], units[1]], into(units[2])), (vec![units[1], units[3]], into(units[2])));
    offices.apart();
    let (a, b) = (offices.a, offices.b);
    offices.settle(a, |option| option.record == here);
    offices.settle(b, |option| option.record == there);
    offices.together();
    assert_eq!((offices.listed(), offices.totals()), (vec!["unit_twice".to_owned()], (4, 400, 3)));
    offices.settle_and_meet(there);
    assert_eq!(offices.totals(), (2, 400, 0));
}

#[test]
fn the_province_settles_what_a_commune_leaves_lying() {
    let (mut offices, units) = apart(80);
    let [here, there] =
        offices.decide((vec![units[0], units[1]], into(units[2])), (vec![units[1], units[3]], into(units[2])));
    let (a, desk) = (offices.a, offices.desk);
    offices.apart();
    offices.settle(desk, |option| option.record == there);
    offices.settle(a, |option| option.record == here);
    offices.together();
    assert_eq!(offices.listed(), ["unit_twice"], "the leader had not heard of it, and is asked again");
    offices.settle(desk, |option| option.record == there);
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals()), (0, (2, 400, 0)));
}

#[test]
fn split_here_and_merged_there() {
    let (mut offices, units) = apart(81);
    let split = offices.split(units[1], ["Tổ dân phố 2A", "Tổ dân phố 2B"]);
    let Deed::Split { parts, .. } = split.1.clone() else { panic!("a split") };
    let [here, _] = offices.decide(split, (vec![units[0], units[1]], into(units[2])));
    assert_eq!((offices.listed(), offices.totals()), (vec!["unit_twice".to_owned()], (4, 400, 2)));
    offices.settle_and_meet(here);
    assert_eq!(offices.totals(), (5, 400, 0));
    let row = offices.unit_row(units[1]);
    assert_eq!(row.became, parts.iter().map(|part| part.record).collect::<Vec<_>>());
    assert!(row.became.iter().all(|part| offices.unit_row(*part).exists()));
}

#[test]
fn each_into_the_other_is_a_ring_and_neither_holds() {
    let (mut offices, units) = apart(72);
    let [here, _] = offices.decide((vec![units[0]], dissolve(units[1])), (vec![units[1]], dissolve(units[0])));
    assert_eq!((offices.listed(), offices.totals()), (vec!["merger_ring".to_owned()], (4, 400, 2)));
    offices.settle_and_meet(here);
    assert_eq!(offices.totals(), (3, 400, 0));
}

#[test]
fn a_draft_known_to_both_makes_a_ring_with_what_is_passed_elsewhere() {
    let (mut offices, units) = apart(82);
    offices.together();
    let (a, b) = (offices.a, offices.b);
    let drafted = offices.draft(a, vec![units[1], units[3]], into(units[0]));
    offices.together();
    offices.apart();
    offices.step(a, drafted, EventKind::MERGER_PASS);
    // The other knows the draft, and passes the contrary: drafts bind nobody.
    offices.world.decide_units(b, vec![units[0], units[2]], into(units[1]), on()).unwrap();
    offices.together();
    assert_eq!((offices.listed(), offices.totals()), (vec!["merger_ring".to_owned()], (4, 400, 4)));
    offices.settle_and_meet(drafted);
    assert_eq!(offices.totals(), (2, 400, 0));
}

#[test]
fn a_ring_with_what_is_in_force_already_takes_neither_unit_away() {
    let (mut offices, units) = apart(83);
    let (a, b) = (offices.a, offices.b);
    offices.world.heal(a);
    let first = offices.world.decide_units(a, vec![units[1]], dissolve(units[0]), on()).unwrap();
    // The province has seen it and counts three units; the other office has heard of nothing.
    offices.world.run_for(60_000);
    assert_eq!(offices.totals(), (3, 400, 0));
    offices.world.decide_units(b, vec![units[0]], dissolve(units[1]), on()).unwrap();
    offices.together();
    assert_eq!((offices.listed(), offices.totals()), (vec!["merger_ring".to_owned()], (4, 400, 2)));
    offices.settle_and_meet(first);
    assert_eq!(offices.totals(), (3, 400, 0));
}

#[test]
fn three_decisions_make_a_ring() {
    let (mut offices, units) = apart(84);
    let (a, b) = (offices.a, offices.b);
    let first = offices.world.decide_units(a, vec![units[0]], dissolve(units[1]), on()).unwrap();
    offices.world.decide_units(a, vec![units[1]], dissolve(units[2]), on()).unwrap();
    offices.world.decide_units(b, vec![units[2]], dissolve(units[0]), on()).unwrap();
    offices.together();
    assert_eq!((offices.listed(), offices.totals()), (vec!["merger_ring".to_owned()], (4, 400, 3)));
    offices.settle_and_meet(first);
    assert_eq!(offices.totals(), (3, 400, 0), "the one that was chosen holds, the other two do not");
}

#[test]
fn one_number_given_twice_is_a_warning_alone() {
    let (mut offices, _) = apart(73);
    let (a, b) = (offices.a, offices.b);
    offices.unit(a, "Tổ dân phố 9", 50);
    offices.unit(b, "Tổ dân phố 9", 60);
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals()), (0, (6, 510, 0)));
    assert_eq!(offices.units(offices.desk).namesakes.len(), 1);
}

#[test]
fn renamed_by_a_decision_here_and_merged_there_is_asked_about() {
    let (mut offices, units) = apart(74);
    let [here, _] =
        offices.decide((vec![units[0], units[1]], into(units[2])), (vec![units[1]], rename("Tổ dân phố Hòa Bình")));
    assert_eq!(offices.listed(), ["unit_twice"]);
    assert_eq!(offices.unit_row(units[1]).name, "Tổ dân phố 2");
    offices.settle_and_meet(here);
}

#[test]
fn renamed_before_the_day_it_was_merged_it_had_both() {
    let (mut offices, units) = apart(75);
    let (a, b) = (offices.a, offices.b);
    offices.world.decide_units(a, vec![units[0], units[1]], into(units[2]), on()).unwrap();
    offices.world.decide_units(b, vec![units[1]], rename("Tổ dân phố Hòa Bình"), day("2026-10-01")).unwrap();
    offices.together();
    assert!(offices.clashes().is_empty());
    let row = offices.unit_row(units[1]);
    assert_eq!((row.name.as_str(), row.lives_in), ("Tổ dân phố Hòa Bình", units[2]));
}

#[test]
fn two_names_from_one_day() {
    let (mut offices, units) = apart(85);
    let [_, there] = offices.decide((vec![units[1]], rename("Tổ dân phố Hòa Bình")), (vec![units[1]], rename("Tổ 2")));
    assert_eq!(offices.listed(), ["unit_twice"]);
    assert_eq!((offices.unit_row(units[1]).name.as_str(), offices.totals()), ("Tổ dân phố 2", (4, 400, 1)));
    offices.settle_and_meet(there);
    assert_eq!(offices.unit_row(units[1]).name, "Tổ 2");
}

#[test]
fn two_numbers_of_households() {
    let (mut offices, units) = apart(86);
    let (a, b) = (offices.a, offices.b);
    offices.world.set_households(a, units[0], 118).unwrap();
    offices.world.set_households(b, units[0], 121).unwrap();
    offices.together();
    assert_eq!(offices.listed(), ["same_field:households"]);
    assert_eq!(offices.totals().0, 4);
    offices.settle(b, |option| option.value == Value::Int(118));
    offices.together();
    assert_eq!((offices.listed().len(), offices.totals()), (0, (4, 418, 0)));
}

#[test]
fn what_is_corrected_of_a_unit_merged_meanwhile_lands_on_its_successor_and_says_so() {
    let (mut offices, units) = apart(76);
    let (a, b) = (offices.a, offices.b);
    offices.world.decide_units(a, vec![units[0], units[1]], into(units[2]), on()).unwrap();
    offices.world.set_households(b, units[1], 118).unwrap();
    offices.world.rename_unit(b, units[0], "Tổ dân phố 1 (Phố Cò)").unwrap();
    offices.together();
    assert!(offices.clashes().is_empty());
    assert_eq!(offices.unit_row(units[2]).households, Some(318));
    for peer in [a, b, offices.desk] {
        let late = offices.reader(peer).unit(units[2], None).unwrap().unwrap().late;
        let told: Vec<_> = late.iter().map(|late| (late.unit, late.field, late.now.clone())).collect();
        let name = Value::Text("Tổ dân phố 1 (Phố Cò)".into());
        let mut wanted = [(units[0], Field::NAME, name), (units[1], Field::HOUSEHOLDS, Value::Int(118))];
        wanted.sort_by_key(|(unit, ..)| told.iter().position(|(known, ..)| known == unit));
        assert_eq!(told, wanted);
    }
}
