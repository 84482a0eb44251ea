//! The picture of all issues adds up, and every part opens its list.

use hopluu_model::{CollectionId, DocId, DocKind, EventKind, Field, Kind, Side, Timestamp, Value};
use hopluu_view::query::{Cell, IssueFilter, Overview};
use hopluu_view::{Batch, DocUpdate, Marks, Reader, View};

use crate::world::*;

/// Friday.
const TODAY: &str = "2026-11-20";

/// A commune with so many issues, one a day backwards from today; every third is answered after a working day or more.
fn commune(number: u8, issues_: u32) -> Vec<DocUpdate> {
    let collection = CollectionId([number; 16]);
    let mut register = update(DocId::new(collection, DocKind::Register), number);
    let fields = [(Field::NAME, text(&format!("Xã {number}"))), (Field::COMMUNE_CODE, text(&format!("0551{number}")))];
    register.records.push(record(register.doc, u32::from(number) * 1_000, Kind::COMMUNE, &fields));
    register.received_at = Some(morning("2026-11-01"));
    let today: hopluu_model::Date = TODAY.parse().unwrap();
    let mut update = update(issues(number), number);
    update.received_at = Some(Timestamp(morning(TODAY).0 - i64::from(number) * 86_400_000));
    for place in 0..issues_ {
        let id = u32::from(number) * 1_000 + 1 + place;
        let day = today.plus_days(-i64::from(place)).to_string();
        let category = if place % 2 == 0 { "tru_so" } else { "chu_ky_so" };
        let fields = [(Field::CATEGORY, text(category)), (Field::URGENT, Value::Bool(place % 5 == 0))];
        update.records.push(reported(issues(number), id, (&day, "Lan"), &fields));
        let mut events = vec![
            event(id * 10, id, EventKind::REPORT, Side::Commune, &[]),
            event(id * 10 + 1, id, EventKind::ARRIVED, Side::Province, &[]),
        ];
        if place % 4 == 1 {
            let forward = event(id * 10 + 2, id, EventKind::FORWARD, Side::Province, &[id * 10]);
            events.push(with(forward, &[(Field::LEAD, text("so_khcn"))]));
        }
        update.events.extend(events.into_iter().map(|event| on(&day, "máy", event)));
        if place % 3 == 2 {
            let after = today.plus_days(1 - i64::from(place)).to_string();
            let answer = event(id * 10 + 3, id, EventKind::ANSWER, Side::Province, &[id * 10]);
            update.events.push(on(&after, "Chuyên viên", answer));
        }
    }
    vec![register, update]
}

fn province() -> View {
    let mut view = View::memory().unwrap();
    let mut docs = vec![bulletin(&[("tru_so", 5), ("chu_ky_so", 3), ("khac", 10)])];
    docs.extend(commune(1, 40));
    docs.extend(commune(2, 7));
    docs.extend(commune(4, 0));
    view.fold(&Batch { docs }).unwrap();
    view.mark(&Marks { today: Some(TODAY.parse().unwrap()), ..Marks::default() }).unwrap();
    view
}

fn opens(reader: &Reader, cells: &[Cell]) {
    for cell in cells {
        let filter = IssueFilter { limit: 1_000, ..cell.filter.clone() };
        let rows = reader.issues(&filter).unwrap().rows;
        let count =
            |wanted: fn(&hopluu_view::query::IssueRow) -> bool| rows.iter().filter(|row| wanted(row)).count() as u32;
        assert_eq!(cell.sum.issues, rows.len() as u32, "{} {}", cell.key, cell.name);
        assert_eq!(cell.sum.open, count(|row| row.open));
        assert_eq!(cell.sum.urgent, count(|row| row.open && row.urgent));
        assert_eq!(cell.sum.overdue, count(|row| row.overdue));
        assert_eq!(cell.sum.answered, count(|row| row.answered.is_some()));
        assert_eq!(cell.sum.met, count(|row| row.met == Some(true)));
    }
}

fn adds_up(reader: &Reader, filter: &IssueFilter) -> Overview {
    let overview = reader.overview(filter).unwrap();
    let all = overview.all.issues;
    for cells in [&overview.by_state, &overview.by_category, &overview.by_cause, &overview.by_department] {
        assert_eq!(cells.iter().map(|cell| cell.sum.issues).sum::<u32>(), all);
        opens(reader, cells);
    }
    assert_eq!(overview.by_age.iter().map(|cell| cell.sum.issues).sum::<u32>(), overview.all.open);
    opens(reader, &overview.by_age);
    assert_eq!(overview.communes.iter().map(|commune| commune.sum.issues).sum::<u32>(), all);
    for week in &overview.weeks {
        assert_eq!(u64::from(week.reported), reader.issues(&week.filter).unwrap().total);
    }
    overview
}

#[test]
fn sums_add_up_and_open_their_lists() {
    let view = province();
    let reader = view.reader().unwrap();
    let overview = adds_up(&reader, &IssueFilter::default());
    assert_eq!((overview.all.issues, overview.communes.len()), (47, 3));
    assert_eq!(overview.weeks.len(), hopluu_view::query::WEEKS);
    assert_eq!(overview.weeks.iter().map(|week| week.reported).sum::<u32>(), 47);
    assert_eq!(overview.weeks.last().unwrap().monday.to_string(), "2026-11-16");
    assert_eq!(
        overview.by_category.iter().map(|cell| cell.key.as_str()).collect::<Vec<_>>(),
        ["chu_ky_so", "khac", "tru_so"]
    );
    assert!(overview.all.overdue > 0 && overview.all.answered > 0);
    let one = IssueFilter { collections: vec![CollectionId([2; 16])], open: Some(true), ..IssueFilter::default() };
    let narrow = adds_up(&reader, &one);
    assert_eq!((narrow.communes.len(), narrow.communes[0].name.as_str()), (1, "Xã 2"));
    let between =
        IssueFilter { from: "2026-11-01".parse().ok(), to: "2026-11-12".parse().ok(), ..IssueFilter::default() };
    adds_up(&reader, &between);
}

#[test]
fn times_are_in_working_days() {
    let mut view = View::memory().unwrap();
    let mut update = update(issues(1), 1);
    // Answered after 0, 1, 2 and 5 working days; the last one waited from Friday over two weekends.
    let stories = [
        ("2026-11-02", "2026-11-02"),
        ("2026-11-06", "2026-11-09"),
        ("2026-11-03", "2026-11-05"),
        ("2026-11-06", "2026-11-15"),
    ];
    for (number, (from, to)) in (1..).zip(stories) {
        update.records.push(reported(issues(1), number, (from, "Lan"), &[]));
        let events = [
            on(from, "Lan", event(number * 10, number, EventKind::REPORT, Side::Commune, &[])),
            on(from, "máy", event(number * 10 + 1, number, EventKind::ARRIVED, Side::Province, &[])),
            on(to, "An", event(number * 10 + 2, number, EventKind::ANSWER, Side::Province, &[number * 10])),
        ];
        update.events.extend(events);
    }
    update.events.push(on("2026-11-12", "Lan", event(13, 1, EventKind::SOLVED, Side::Commune, &[12])));
    view.fold(&Batch { docs: vec![update] }).unwrap();
    let overview = view.reader().unwrap().overview(&IssueFilter::default()).unwrap();
    let first = overview.first_answer;
    assert_eq!((first.issues, first.median, first.p90), (4, Some(1), Some(5)));
    let solution = overview.solution;
    assert_eq!((solution.issues, solution.median, solution.p90), (1, Some(8), Some(8)));
}

#[test]
fn silent_communes_are_named_and_filtered() {
    let view = province();
    let reader = view.reader().unwrap();
    let overview = reader.overview(&IssueFilter::default()).unwrap();
    let silent: Vec<_> =
        overview.communes.iter().map(|row| (row.name.as_str(), row.silent_days, row.is_silent)).collect();
    assert_eq!(silent, [("Xã 1", Some(1), false), ("Xã 2", Some(2), false), ("Xã 4", Some(4), true)]);
    assert_eq!(overview.silent, 1);
    let total = |silent| reader.issues(&IssueFilter { silent: Some(silent), ..IssueFilter::default() }).unwrap().total;
    assert_eq!((total(0), total(1), total(2)), (47, 7, 0));
}

#[test]
fn issues_that_say_the_same_are_found_within_a_commune() {
    let mut view = View::memory().unwrap();
    let words = [
        "Máy quét tại bộ phận một cửa hỏng, phải quét hồ sơ ở nơi khác",
        "Hỏng máy quét ở bộ phận một cửa nên hồ sơ phải mang đi quét",
        "Đường truyền internet chập chờn vào giờ cao điểm",
    ];
    let mut docs = Vec::new();
    for commune in [1, 2] {
        let mut update = update(issues(commune), commune);
        for (number, words) in (1..).zip(words) {
            let fields = [(Field::TEXT, text(words))];
            update.records.push(reported(issues(commune), u32::from(commune) * 10 + number, (TODAY, "Lan"), &fields));
        }
        docs.push(update);
    }
    view.fold(&Batch { docs }).unwrap();
    let similar = view.reader().unwrap().similar(id(11), 5).unwrap();
    assert_eq!(similar.iter().map(|other| other.issue.id).collect::<Vec<_>>(), [id(12)]);
    assert!(similar[0].likeness > 50, "{}", similar[0].likeness);
}
