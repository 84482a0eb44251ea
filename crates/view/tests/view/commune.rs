//! Units, mergers, posts and buildings of a commune, and totals over communes.

use hopluu_model::edit::sources_hash;
use hopluu_model::fold::{MergerStanding, UnitStatus};
use hopluu_model::{CollectionId, Event, EventKind, Field, Kind, Side, Timestamp, Value};
use hopluu_view::query::Totals;
use hopluu_view::{Batch, DocUpdate, Marks, Reader, View};

use crate::world::*;

const HERE: CollectionId = CollectionId([1; 16]);

fn unit(number: u32, name: &str, households: i64) -> hopluu_model::Snapshot {
    let fields = [
        (Field::NAME, text(name)),
        (Field::UNIT_KIND, text("to_dan_pho")),
        (Field::HOUSEHOLDS, Value::Int(households)),
    ];
    record(register(1), number, Kind::UNIT, &fields)
}

fn merger(number: u32, from: &[u32], into: u32, name: &str) -> hopluu_model::Snapshot {
    let fields = [(Field::FROM, ids(from)), (Field::INTO, Value::Id(id(into))), (Field::INTO_NAME, text(name))];
    record(register(1), number, Kind::MERGER, &fields)
}

fn pass(number: u32, merger: u32, from: &[u32]) -> Event {
    let from: Vec<_> = from.iter().map(|unit| id(*unit)).collect();
    let fields = [
        (Field::DECISION, text("00/QĐ-UBND (mẫu)")),
        (Field::BODY, text("Ủy ban nhân dân phường")),
        (Field::EFFECTIVE_ON, day("2026-12-01")),
        (Field::SOURCES_HASH, text(&sources_hash(&from))),
    ];
    with(event(number, merger, EventKind::MERGER_PASS, Side::Commune, &[]), &fields)
}

/// Ten units; 1 and 2 become 20 on the first of December.
fn ward() -> DocUpdate {
    let mut update = update(register(1), 1);
    let about = [(Field::NAME, text("Phường Sông Công")), (Field::COMMUNE_CODE, text("05518"))];
    update.records.push(record(register(1), 90, Kind::COMMUNE, &about));
    update.records.extend((1..=10).map(|number| unit(number, &format!("Tổ dân phố {number}"), 100)));
    let made = [(Field::NAME, text("Tổ dân phố 1")), (Field::UNIT_KIND, text("to_dan_pho"))];
    update.records.push(record(register(1), 20, Kind::UNIT, &made));
    update.records.push(merger(30, &[1, 2], 20, "Tổ dân phố 1"));
    update.events.push(pass(100, 30, &[1, 2]));
    update.received_at = Some(Timestamp(77));
    update
}

fn until(day: &str) -> Marks {
    Marks { today: Some(day.parse().unwrap()), ..Marks::default() }
}

fn counts(reader: &Reader) -> (u32, u32, u32, u32, i64) {
    let totals = reader.totals(&[]).unwrap();
    (totals.units_before, totals.units, totals.units_gone, totals.units_in_clash, totals.households)
}

#[test]
fn a_merger_takes_effect_on_its_day_and_not_before() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![ward()] }).unwrap();
    let reader = view.reader().unwrap();
    assert_eq!(counts(&reader), (10, 10, 0, 0, 1_000), "nobody told the day");
    let moved = view.mark(&until("2026-12-01")).unwrap().moved;
    assert_eq!(moved, [id(1), id(2), id(20), id(30)]);
    assert_eq!(counts(&reader), (10, 9, 2, 0, 1_000));
    view.mark(&until("1970-01-01")).unwrap();
    assert_eq!(counts(&reader), (10, 9, 2, 0, 1_000), "a box that wakes up in 1970 changes nothing");

    let now = reader.units(HERE, None).unwrap().unwrap();
    let names: Vec<_> = now.units.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(names[2..4], ["Tổ dân phố 2", "Tổ dân phố 3"]);
    assert_eq!(*names.last().unwrap(), "Tổ dân phố 10");
    let first = now.units.iter().find(|unit| unit.id == id(1)).unwrap();
    assert!(matches!(first.status, UnitStatus::Merged { .. }));
    assert_eq!((first.successor, first.lives_in), (Some(id(20)), id(20)));
    assert_eq!(now.mergers[0].standing, MergerStanding::InForce);
    assert_eq!(now.mergers[0].from_names, ["Tổ dân phố 1", "Tổ dân phố 2"]);
    let before = reader.units(HERE, Some("2026-11-30".parse().unwrap())).unwrap().unwrap();
    assert_eq!((before.totals.units, before.before), (10, 10));
    let json = serde_json::to_value(&now).unwrap();
    assert_eq!(json["units"][0]["status"], "merged");
    assert_eq!(json["totals"]["units"], 9);
}

#[test]
fn a_unit_in_two_mergers_counts_once_until_it_is_settled() {
    let mut view = View::memory().unwrap();
    view.mark(&until("2027-01-01")).unwrap();
    view.fold(&Batch { docs: vec![ward()] }).unwrap();
    let mut rival = update(register(1), 2);
    rival.records.push(merger(31, &[2, 3], 4, ""));
    rival.events.push(pass(101, 31, &[2, 3]));
    let moved = view.fold(&Batch { docs: vec![rival] }).unwrap().moved;
    assert!(moved.contains(&id(1)) && moved.contains(&id(3)), "{moved:?}");
    let reader = view.reader().unwrap();
    assert_eq!(counts(&reader), (10, 10, 0, 3, 1_000));
    let clash = &reader.clashes(Some(HERE)).unwrap()[0];
    assert_eq!((clash.kind.as_str(), clash.settler.as_str()), ("unit_twice", "commune"));
    let detail = reader.clash(&clash.key).unwrap().unwrap();
    assert_eq!(detail.clash.key.to_string(), clash.key);

    let chosen = detail.clash.options.iter().find(|option| option.record == id(31)).unwrap();
    let weighed = detail.clash.options.iter().flat_map(|option| option.claims.clone()).collect();
    let after: Vec<u32> =
        chosen.after.iter().map(|event| u32::from_be_bytes(event.0[..4].try_into().unwrap())).collect();
    let fields = [(Field::CHOSEN, Value::Id(chosen.claims[0])), (Field::WEIGHED, Value::Ids(weighed))];
    let settle = with(event(102, 31, EventKind::SETTLE, Side::Commune, &after), &fields);
    let mut settled = update(register(1), 3);
    settled.events.push(settle);
    view.fold(&Batch { docs: vec![settled] }).unwrap();
    assert_eq!(reader.clashes(None).unwrap(), []);
    let told = reader.settlements(Some(HERE), (20, 0)).unwrap();
    assert_eq!((told.len(), told[0].record, told[0].weighed.len()), (1, id(31), 2));
    assert_eq!((&told[0].chosen, &told[0].chosen_en), (&chosen.text.vi, &chosen.text.en));
    assert_eq!(reader.settlements(None, (20, 1)).unwrap(), []);
    assert_eq!(counts(&reader), (10, 8, 2, 0, 1_000 - 200));
    let totals = reader.totals(&[HERE]).unwrap();
    assert_eq!(totals.mergers["in_force"], 1);
    assert_eq!(totals.mergers["set_aside"], 1);
}

fn staff() -> [DocUpdate; 2] {
    let mut posts = ward();
    let head = [
        (Field::SLUG, text("to_truong")),
        (Field::NAME, text("Tổ trưởng tổ dân phố")),
        (Field::SCOPE, text("unit")),
        (Field::MAX_HOLDERS, Value::Int(1)),
    ];
    posts.records.push(record(register(1), 40, Kind::POST, &head));
    for (number, name) in [(50, "Trụ sở Thắng Lợi"), (51, "Trụ sở Phố Cò")] {
        let fields = [(Field::NAME, text(name)), (Field::FUNCTIONS, text("ubnd")), (Field::STATE, text("in_use"))];
        posts.records.push(record(register(1), number, Kind::SITE, &fields));
    }
    let mut held = update(people(1), 5);
    for (person, holding) in [(60, 70), (61, 71)] {
        let name = [(Field::NAME, text(&format!("Nguyễn Văn Mẫu 0{person}")))];
        held.records.push(record(people(1), person, Kind::PERSON, &name));
        let fields = [
            (Field::PERSON, Value::Id(id(person))),
            (Field::POST, Value::Id(id(40))),
            (Field::UNIT, Value::Id(id(5))),
            (Field::TENURE, text("main")),
        ];
        held.records.push(record(people(1), holding, Kind::HOLDING, &fields));
    }
    [posts, held]
}

#[test]
fn posts_and_buildings_are_listed_with_what_is_to_be_settled() {
    let mut view = View::memory().unwrap();
    view.mark(&until("2026-11-22")).unwrap();
    let [posts, held] = staff();
    // The people may arrive before the posts they hold.
    view.fold(&Batch { docs: vec![held.clone()] }).unwrap();
    view.fold(&Batch { docs: vec![posts.clone()] }).unwrap();
    let reader = view.reader().unwrap();
    let kinds: Vec<_> = reader.clashes(Some(HERE)).unwrap().into_iter().map(|clash| clash.kind).collect();
    assert_eq!(kinds, ["post_holders", "site_function"]);
    for clash in reader.clashes(None).unwrap() {
        assert_eq!(reader.clash(&clash.key).unwrap().unwrap().row, clash);
    }
    let listed = reader.staff(HERE, None).unwrap().unwrap();
    assert_eq!((listed.serving, listed.concurrent), (2, 0));
    let head = &listed.posts[0];
    assert_eq!((head.seats.len(), head.vacant), (10, 9), "one in each unit");
    assert_eq!(head.seats[4].unit_name, "Tổ dân phố 5");
    assert_eq!(head.seats[4].holders, ["Nguyễn Văn Mẫu 060", "Nguyễn Văn Mẫu 061"]);
    assert!(listed.people[0].holdings[0].in_force);
    let sites = reader.sites(HERE).unwrap();
    assert_eq!((sites.sites.len(), sites.buildings), (2, 2));
    assert!(sites.functions.iter().all(|row| row.site.is_none()));
    assert_eq!(sites.functions.iter().filter(|row| row.clash.is_some()).count(), 1);

    let mut other = View::memory().unwrap();
    other.fold(&Batch { docs: vec![posts, held] }).unwrap();
    other.mark(&until("2026-11-22")).unwrap();
    assert_eq!(view.dump().unwrap(), other.dump().unwrap());
}

#[test]
fn totals_are_over_the_communes_asked_for() {
    let mut view = View::memory().unwrap();
    let [posts, held] = staff();
    let mut empty = update(register(2), 8);
    empty.received_at = Some(Timestamp(5));
    view.fold(&Batch { docs: vec![posts, held, empty] }).unwrap();
    view.mark(&until("2026-12-24")).unwrap();
    let reader = view.reader().unwrap();
    let all: Totals = reader.totals(&[]).unwrap();
    assert_eq!((all.communes, all.people, all.scattered, all.oldest), (2, 2, 1, Some(Timestamp(5))));
    assert_eq!(all.units_by_kind["to_dan_pho"], (9, 1_000));
    assert_eq!(all.clashes.values().sum::<u32>(), 2);
    let one = reader.totals(&[HERE]).unwrap();
    assert_eq!((one.communes, one.oldest), (1, Some(Timestamp(77))));
    assert_eq!(reader.totals(&[CollectionId([3; 16])]).unwrap().units, 0);
    let communes = reader.communes().unwrap();
    assert_eq!(communes.len(), 1);
    assert_eq!((communes[0].name.as_str(), communes[0].units), ("Phường Sông Công", 9));
    assert_eq!(reader.freshness().unwrap()[0].received_at, Some(Timestamp(77)));
}

#[test]
fn units_are_found_by_name_and_by_id() {
    let mut view = View::memory().unwrap();
    view.mark(&until("2026-12-01")).unwrap();
    view.fold(&Batch { docs: vec![ward()] }).unwrap();
    let reader = view.reader().unwrap();
    let found = reader.find_units("to dan pho 2", None).unwrap();
    assert_eq!(found.iter().map(|unit| unit.id).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(found[0].lives_in_name, "Tổ dân phố 1");
    assert_eq!(reader.find_units("0000000a", Some(HERE)).unwrap()[0].name, "Tổ dân phố 10");
    assert_eq!(reader.find_units("to dan pho", Some(CollectionId([4; 16]))).unwrap(), []);
}

#[test]
fn forgetting_a_register_leaves_nothing_of_it() {
    let mut view = View::memory().unwrap();
    let [posts, held] = staff();
    view.fold(&Batch { docs: vec![posts, held.clone()] }).unwrap();
    view.forget(register(1)).unwrap();
    let mut other = View::memory().unwrap();
    other.fold(&Batch { docs: vec![held] }).unwrap();
    assert_eq!(view.dump().unwrap(), other.dump().unwrap());
}

#[test]
fn two_days_are_compared_and_today_is_what_the_totals_say() {
    let mut view = View::memory().unwrap();
    let [posts, held] = staff();
    view.fold(&Batch { docs: vec![posts, held] }).unwrap();
    view.mark(&until("2026-12-24")).unwrap();
    let reader = view.reader().unwrap();
    let both = reader.comparison(&[HERE], (Some("2026-11-30".parse().unwrap()), None)).unwrap();
    assert_eq!((both.before.units, both.after.units, both.units_gone()), (10, 9, 1));
    assert_eq!((both.before.households, both.after.households), (1_000, 1_000));
    // Two people sit in one seat until it is settled: the seat is filled once.
    assert_eq!((both.after.people, both.after.filled_by_post["to_truong"], both.after.vacant_in_units), (2, 1, 8));
    assert_eq!((both.before.vacant_in_units, both.scattered, both.clashes), (9, 1, 2));
    assert_eq!((both.communes.len(), both.communes[0].code.as_str()), (1, "05518"));
    let totals = reader.totals(&[HERE]).unwrap();
    assert_eq!((totals.units, totals.people, totals.concurrent), (9, both.after.people, both.after.concurrent));
    assert_eq!(totals.households, both.after.households);
    assert_eq!(reader.comparison(&[CollectionId([3; 16])], (None, None)).unwrap().communes, []);
}
