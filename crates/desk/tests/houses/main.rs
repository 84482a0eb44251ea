//! Two houses of one commune at their desks: they have no line and load the same spreadsheet, and take it back; they say
//! of an issue where it belongs after its unit was split.
//!
//! Ids of loaded records are drawn, not derived from the key of their rows: two containers under one id hide each other
//! in a document, with all that was typed into the hidden one. Two loads of one file therefore make two records of each
//! row, and every one of them is shown as a double until one house takes its load back.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod rig;

use hopluu_desk::import::RowState;
use hopluu_desk::{Choice, Placed, Report};
use hopluu_model::edit::{Deed, Part};
use hopluu_model::{Date, Field, Kind, RecordId};
use rig::{Houses, List, leader, now};

const UNITS: List = List {
    kind: Kind::UNIT,
    columns: &[Field::NAME, Field::UNIT_KIND, Field::HOUSEHOLDS],
    rows: &[&["Tổ dân phố 1", "Tổ dân phố", "120"], &["Tổ dân phố 2", "Tổ dân phố", "98"]],
};
const PEOPLE: List = List {
    kind: Kind::PERSON,
    columns: &[Field::NAME, Field::STAFF_CATEGORY],
    rows: &[&["Nguyễn Văn Mẫu 014", "công chức"], &["Nguyễn Văn Mẫu 015", "công chức"]],
};
const SITES: List = List {
    kind: Kind::SITE,
    columns: &[Field::NAME, Field::STATE],
    rows: &[
        &["Trụ sở Phố Cò", "đang sử dụng"],
        &["Trụ sở Cải Đan", "đang sử dụng"],
        &["Trụ sở Thắng Lợi", "đang sử dụng"],
    ],
};
const FIGURES: List = List {
    kind: Kind::INDICATOR,
    columns: &[Field::NAME, Field::PERIOD, Field::AMOUNT, Field::BOUND, Field::SOURCE],
    rows: &[&["Hồ sơ nộp trực tuyến", "Tháng 7/2026", "1400", "exact", "Báo cáo tháng (mẫu)"]],
};

/// Both houses load the list; returns the number of the load at the second.
fn loaded_twice(seed: u64, list: &List) -> (Houses, u64) {
    let houses = Houses::open(seed);
    houses.apart();
    assert_eq!(houses.a.rows(list, RowState::New), list.rows.len(), "{:?}", list.rows);
    houses.a.load(list);
    let load = houses.b.load(list).id;
    houses.together();
    assert_eq!(houses.a.book(list.kind).len(), 2 * list.rows.len(), "nothing hides anything");
    (houses, load)
}

/// One house takes its load back, and every row is there once, at both, and known.
fn taken_back(houses: &Houses, list: &List, load: u64) {
    let undone = now(houses.b.desk.undo_import(&leader(), load)).unwrap();
    assert_eq!((undone.voided, undone.kept.len()), (list.rows.len(), 0));
    houses.together();
    for house in [&houses.a, &houses.b] {
        let book = house.book(list.kind);
        assert_eq!(book.len(), list.rows.len());
        assert!(book.iter().all(|row| row.alike.is_empty() && row.clashes.is_empty()));
        assert_eq!(house.rows(list, RowState::Same), list.rows.len(), "the same file again adds nothing");
    }
    assert!(houses.listed().is_empty(), "{:?}", houses.listed());
}

#[test]
fn units_loaded_at_two_houses_are_shown_as_doubles_until_one_load_is_taken_back() {
    let (houses, load) = loaded_twice(201, &UNITS);
    assert!(houses.a.book(Kind::UNIT).iter().all(|row| row.alike.len() == 1), "each is shown with its double");
    let units = houses.b.desk.reader().units(houses.collection, None).unwrap().unwrap();
    assert_eq!((units.namesakes.len(), units.totals.units), (2, 4));
    assert_eq!(houses.a.rows(&UNITS, RowState::Wrong), 2, "which of two is meant is not guessed");
    taken_back(&houses, &UNITS, load);
    assert_eq!(houses.a.desk.reader().units(houses.collection, None).unwrap().unwrap().totals.households, 218);
}

#[test]
fn people_loaded_at_two_houses_are_settled_or_taken_back() {
    let (houses, load) = loaded_twice(202, &PEOPLE);
    assert_eq!(houses.listed(), ["person_twice", "person_twice"]);
    taken_back(&houses, &PEOPLE, load);
}

#[test]
fn buildings_and_figures_loaded_at_two_houses_are_shown_as_doubles() {
    for (seed, list) in [(203, &SITES), (204, &FIGURES)] {
        let (houses, load) = loaded_twice(seed, list);
        assert!(houses.a.book(list.kind).iter().all(|row| row.alike.len() == 1));
        taken_back(&houses, list, load);
    }
}

#[test]
fn what_others_wrote_of_loaded_rows_is_not_taken_back_with_them() {
    let houses = Houses::open(205);
    let load = houses.a.load(&SITES).id;
    houses.together();
    let sites = houses.b.book(Kind::SITE);
    houses.b.set(&sites[0], Field::CAPACITY, "40");
    equip(&houses, &sites[1].title);
    houses.together();
    let undone = now(houses.a.desk.undo_import(&leader(), load)).unwrap();
    assert_eq!((undone.voided, undone.kept.len()), (1, 2), "{:?}", undone.kept);
    let kept: Vec<_> = undone.kept.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(kept.contains(&sites[0].title.as_str()) && kept.contains(&sites[1].title.as_str()));
    houses.together();
    assert_eq!((houses.b.book(Kind::SITE).len(), houses.listed().len()), (2, 0));
}

#[test]
fn what_others_write_of_loaded_rows_while_they_are_taken_back_is_settled() {
    let houses = Houses::open(206);
    let load = houses.a.load(&SITES).id;
    houses.together();
    houses.apart();
    let sites = houses.b.book(Kind::SITE);
    houses.b.set(&sites[0], Field::CAPACITY, "40");
    equip(&houses, &sites[1].title);
    assert_eq!(now(houses.a.desk.undo_import(&leader(), load)).unwrap().voided, 3);
    houses.together();
    assert_eq!(houses.listed(), ["same_field:void", "same_field:void"]);
    assert!(houses.a.book(Kind::SITE).is_empty());
    for row in houses.b.desk.reader().clashes(Some(houses.collection)).unwrap() {
        let keep = row.options.iter().position(|option| option.text.starts_with("Không nhầm")).unwrap();
        let choice = Choice { key: row.key, option: keep + 1, reason: None };
        now(houses.b.desk.settle(&leader(), choice)).unwrap();
    }
    houses.together();
    let book = houses.a.book(Kind::SITE);
    assert_eq!((book.len(), houses.listed().len()), (2, 0));
    assert_eq!(book.iter().filter(|row| row.shown(Field::CAPACITY) == "40").count(), 1);
}

/// The second house enters a computer in a building.
fn equip(houses: &Houses, site: &str) {
    let typed = [("equipment_kind", "may_tinh"), ("site", site), ("count", "4")];
    let typed = typed.map(|(field, value)| (field.to_owned(), value.to_owned())).into();
    now(houses.b.desk.add(&leader(), "equipment", &typed)).unwrap();
}

#[test]
fn an_issue_of_a_split_unit_is_moved_to_the_part_that_is_meant() {
    let houses = Houses::open(207);
    houses.a.load(&UNITS);
    let unit = houses.a.book(Kind::UNIT)[0].record.id;
    let report = Report {
        category: "tru_so".into(),
        text: "Nhà văn hóa xuống cấp".into(),
        place: Some(unit.to_string()),
        ..Report::default()
    };
    let code = now(houses.a.desk.report(&leader(), report)).unwrap().code;
    let part = |n: u8, name: &str| Part { record: RecordId([n; 16]), name: name.to_owned(), households: Some(60) };
    let parts = vec![part(1, "Tổ dân phố 1A"), part(2, "Tổ dân phố 1B")];
    let deed = Deed::Split { parts, kind: "to_dan_pho".to_owned() };
    let on = Date::new(2026, 11, 1).unwrap();
    houses.world().decide_units(houses.a.peer, vec![unit], deed, on).unwrap();
    houses.together();
    let place = |house: &rig::House| house.desk.issue(&leader(), &code).unwrap().issue;
    assert_eq!(place(&houses.b).place_now, "Tổ dân phố 1A, Tổ dân phố 1B");
    let to = |place: &str| Placed { code: code.clone(), place: place.to_owned() };
    let refused = now(houses.b.desk.move_place(&leader(), to("Tổ dân phố 9"))).unwrap_err();
    assert_eq!((refused.code, refused.faults[0].field), ("invalid", Field::PLACE), "{refused:?}");
    now(houses.b.desk.move_place(&leader(), to("Tổ dân phố 1B"))).unwrap();
    houses.together();
    let row = place(&houses.a);
    assert_eq!((row.place_name.as_str(), row.place_next.len(), row.place_gone), ("Tổ dân phố 1B", 0, false));
}
