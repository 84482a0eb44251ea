//! What goes wrong when two houses of a commune, cut off from each other, write about units and their mergers.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use hopluu_model::edit::{DecideUnits, Deed, MergeInto, MoveMerger, Passing, SetField};
use hopluu_model::{CollectionId, Date, DocKind, EventId, EventKind, Field, Kind, RecordId, Value};
use hopluu_sim::{PeerId, SONG_CONG, World};
use hopluu_view::query::{MergerRow, UnitRow, Units};

/// Two houses of one commune without a line, each of which knows the four units of the commune.
struct Houses {
    world: World,
    a: PeerId,
    b: PeerId,
    desk: PeerId,
    collection: CollectionId,
    units: Vec<RecordId>,
}

fn day() -> Date {
    Date::new(2026, 11, 1).unwrap()
}

fn into(unit: RecordId) -> Deed {
    Deed::Merge { into: MergeInto::Existing(unit), kind: "to_dan_pho".into() }
}

fn rename(name: &str) -> Deed {
    Deed::Rename { name: name.into() }
}

impl Houses {
    fn apart(seed: u64) -> Self {
        let mut world = World::new(seed);
        let (_, desk) = world.found();
        let a = world.open_office("Sông Công, Nhà A", SONG_CONG);
        let b = world.open_office("Sông Công, Nhà B", SONG_CONG);
        let units = (1..=4).map(|n| world.add_unit(a, &format!("Tổ dân phố {n}"), 100).unwrap()).collect();
        assert!(world.run_until_met(200, |world| world.check().is_ok()), "{:?}", world.check());
        world.cut(a);
        world.cut(b);
        let collection = world.collection(SONG_CONG).unwrap();
        Self { world, a, b, desk, collection, units }
    }

    /// Both have a line again, and everybody has everything; what is listed is also what the second model expects.
    fn together(&mut self) {
        self.world.heal(self.a);
        self.world.heal(self.b);
        assert!(self.world.run_until_met(400, |world| world.check().is_ok()), "{:?}", self.world.check());
    }

    /// What is to be settled; the same at both houses and at the province.
    fn clashes(&self) -> Vec<String> {
        let listed = [self.a, self.b, self.desk].map(|peer| {
            let reader = self.world.office(peer).view().reader().unwrap();
            let rows = reader.clashes(Some(self.collection)).unwrap();
            rows.into_iter().map(|row| row.kind).collect::<Vec<_>>()
        });
        assert!(listed[0] == listed[1] && listed[1] == listed[2], "{listed:?}");
        listed.into_iter().next().unwrap()
    }

    fn seen(&self, peer: PeerId) -> Units {
        self.world.office(peer).view().reader().unwrap().units(self.collection, None).unwrap().unwrap()
    }

    fn unit(&self, id: RecordId) -> UnitRow {
        self.seen(self.desk).units.into_iter().find(|unit| unit.id == id).unwrap()
    }

    fn merger(&self, peer: PeerId, id: RecordId) -> MergerRow {
        self.seen(peer).mergers.into_iter().find(|merger| merger.id == id).unwrap()
    }

    fn totals(&self) -> (usize, i64, usize) {
        let totals = self.seen(self.desk).totals;
        (totals.units, totals.households, totals.in_clash)
    }

    /// A leader settles whatever is listed first, and everybody learns of it.
    fn settle(&mut self) {
        self.world.settle(self.a, self.collection).unwrap();
        assert!(self.world.run_until_met(400, |world| world.check().is_ok()), "{:?}", self.world.check());
    }

    /// A draft that both houses know.
    fn drafted(seed: u64) -> (Self, RecordId) {
        let mut houses = Self::apart(seed);
        houses.together();
        let merger = RecordId(houses.world.dice().bytes());
        let event = EventId(houses.world.dice().bytes());
        let from = houses.units[..2].to_vec();
        let form = DecideUnits { merger, event, from, deed: into(houses.units[2]), passing: None };
        let doc = houses.world.own(houses.a, DocKind::Register);
        houses.world.fill_in(houses.a, doc, &form).unwrap();
        assert!(houses.world.run_until_met(400, |world| world.check().is_ok()), "{:?}", houses.world.check());
        houses.world.cut(houses.a);
        houses.world.cut(houses.b);
        (houses, merger)
    }

    fn step(&mut self, peer: PeerId, merger: RecordId, kind: EventKind) {
        let row = self.merger(peer, merger);
        let mut form = MoveMerger::new(merger, EventId(self.world.dice().bytes()), kind, row.frontier);
        form.from = row.from;
        if kind == EventKind::MERGER_PASS {
            let (decision, body) = ("00/NQ-HĐND (mẫu)".into(), "Hội đồng nhân dân phường".into());
            form.passing = Some(Passing { decision, body, effective_on: Some(day()), ..Passing::default() });
        }
        let doc = self.world.own(peer, DocKind::Register);
        self.world.fill_in(peer, doc, &form).unwrap();
    }
}

#[test]
fn one_unit_merged_into_two_counts_once_until_a_leader_chooses() {
    let mut houses = Houses::apart(71);
    let units = houses.units.clone();
    houses.world.decide_units(houses.a, vec![units[0], units[1]], into(units[2]), day()).unwrap();
    houses.world.decide_units(houses.b, vec![units[1], units[3]], into(units[2]), day()).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), ["unit_twice"]);
    assert_eq!(houses.totals(), (4, 400, 3));
    houses.settle();
    assert_eq!(houses.clashes(), [""; 0]);
    assert_eq!(houses.totals(), (2, 400, 0), "the households of the sources are those of the target now");
}

#[test]
fn each_into_the_other_is_a_ring_and_neither_holds() {
    let mut houses = Houses::apart(72);
    let units = houses.units.clone();
    let dissolve = |into| Deed::Dissolve { into: Some(into) };
    houses.world.decide_units(houses.a, vec![units[0]], dissolve(units[1]), day()).unwrap();
    houses.world.decide_units(houses.b, vec![units[1]], dissolve(units[0]), day()).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), ["merger_ring"]);
    assert_eq!(houses.totals(), (4, 400, 2));
    houses.settle();
    assert_eq!((houses.clashes().len(), houses.totals()), (0, (3, 400, 0)));
}

#[test]
fn one_number_given_twice_is_a_warning_alone() {
    let mut houses = Houses::apart(73);
    houses.world.add_unit(houses.a, "Tổ dân phố 9", 50).unwrap();
    houses.world.add_unit(houses.b, "Tổ dân phố 9", 60).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), [""; 0]);
    assert_eq!(houses.totals(), (6, 510, 0));
    assert_eq!(houses.seen(houses.desk).namesakes.len(), 1);
}

#[test]
fn renamed_by_a_decision_here_and_merged_there_is_asked_about() {
    let mut houses = Houses::apart(74);
    let units = houses.units.clone();
    houses.world.decide_units(houses.a, vec![units[0], units[1]], into(units[2]), day()).unwrap();
    houses.world.decide_units(houses.b, vec![units[1]], rename("Tổ dân phố Hòa Bình"), day()).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), ["unit_twice"]);
    assert_eq!(houses.unit(units[1]).name, "Tổ dân phố 2");
    houses.settle();
    assert_eq!(houses.clashes(), [""; 0]);
}

#[test]
fn renamed_before_the_day_it_was_merged_it_had_both() {
    let mut houses = Houses::apart(75);
    let units = houses.units.clone();
    houses.world.decide_units(houses.a, vec![units[0], units[1]], into(units[2]), day()).unwrap();
    let earlier = Date::new(2026, 10, 1).unwrap();
    houses.world.decide_units(houses.b, vec![units[1]], rename("Tổ dân phố Hòa Bình"), earlier).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), [""; 0]);
    assert_eq!(houses.unit(units[1]).name, "Tổ dân phố Hòa Bình");
    assert_eq!(houses.unit(units[1]).lives_in, units[2]);
}

#[test]
fn what_is_corrected_of_a_unit_merged_meanwhile_lands_on_its_successor_and_says_so() {
    let mut houses = Houses::apart(76);
    let units = houses.units.clone();
    houses.world.decide_units(houses.a, vec![units[0], units[1]], into(units[2]), day()).unwrap();
    houses.world.set_households(houses.b, units[1], 118).unwrap();
    houses.world.rename_unit(houses.b, units[0], "Tổ dân phố 1 (Phố Cò)").unwrap();
    houses.together();
    assert_eq!(houses.clashes(), [""; 0]);
    assert_eq!(houses.unit(units[2]).households, Some(318));
    for peer in [houses.a, houses.b, houses.desk] {
        let reader = houses.world.office(peer).view().reader().unwrap();
        let late = reader.unit(units[2], None).unwrap().unwrap().late;
        let told: Vec<_> = late.iter().map(|late| (late.unit, late.field, late.now.clone())).collect();
        let name = Value::Text("Tổ dân phố 1 (Phố Cò)".into());
        let mut wanted = [(units[0], Field::NAME, name), (units[1], Field::HOUSEHOLDS, Value::Int(118))];
        wanted.sort_by_key(|(unit, ..)| told.iter().position(|(known, ..)| known == unit));
        assert_eq!(told, wanted);
    }
}

#[test]
fn passed_here_and_withdrawn_there_waits_for_a_leader() {
    let (mut houses, merger) = Houses::drafted(77);
    houses.step(houses.a, merger, EventKind::MERGER_PASS);
    houses.step(houses.b, merger, EventKind::MERGER_WITHDRAW);
    houses.together();
    assert_eq!(houses.clashes(), ["merger_outcome"]);
    assert_eq!(houses.totals(), (4, 400, 2));
    houses.settle();
    assert_eq!(houses.clashes(), [""; 0]);
}

#[test]
fn a_unit_put_on_the_list_after_the_vote_is_confirmed_first() {
    let (mut houses, merger) = Houses::drafted(78);
    houses.step(houses.a, merger, EventKind::MERGER_PASS);
    let (record, kind, field) = (merger, Kind::MERGER, Field::FROM);
    let value = Value::Ids(vec![houses.units[0], houses.units[1], houses.units[3]]);
    let doc = houses.world.own(houses.b, DocKind::Register);
    houses.world.fill_in(houses.b, doc, &SetField { record, kind, field, value }).unwrap();
    houses.together();
    assert_eq!(houses.clashes(), ["merger_sources"]);
    assert_eq!(houses.totals(), (4, 400, 3), "nothing is in force meanwhile");
    houses.settle();
    assert_eq!((houses.clashes().len(), houses.totals().0), (0, 1));
}
