//! One unit with its past and future, what a decision would do, and the days on which units count.

use hopluu_model::fold::Action;
use hopluu_model::{CollectionId, EventKind, Field, Kind, RecordId, Side, Value};
use hopluu_view::query::Intent;
use hopluu_view::{Batch, DocUpdate, Marks, View};

use crate::world::*;

const HERE: CollectionId = CollectionId([1; 16]);

fn unit(number: u32, name: &str, kind: &str, households: i64) -> hopluu_model::Snapshot {
    let fields =
        [(Field::NAME, text(name)), (Field::UNIT_KIND, text(kind)), (Field::HOUSEHOLDS, Value::Int(households))];
    record(register(1), number, Kind::UNIT, &fields)
}

/// A commune of so many thôn, each with a head, in which nothing was decided yet.
fn commune(units: u32, persons: u32, holdings: u32) -> [DocUpdate; 3] {
    let mut register_ = update(register(1), 1);
    register_.records.extend((1..=units).map(|n| unit(n, &format!("Thôn {n}"), "thon", 100)));
    let post = [(Field::SLUG, text("truong_thon")), (Field::NAME, text("Trưởng thôn")), (Field::SCOPE, text("unit"))];
    register_.records.push(record(register(1), 9_000, Kind::POST, &post));
    let mut people_ = update(people(1), 2);
    for person in 0..persons {
        let name = [(Field::NAME, text(&format!("Nguyễn Văn Mẫu {person:03}")))];
        people_.records.push(record(people(1), 10_000 + person, Kind::PERSON, &name));
    }
    for holding in 0..holdings {
        let of = |number: u32| Value::Id(id(number));
        let fields = [
            (Field::PERSON, of(10_000 + holding % persons)),
            (Field::POST, of(9_000)),
            (Field::UNIT, of(1 + holding % units)),
            (Field::TENURE, text("main")),
            (Field::VALID_FROM, day("2020-01-01")),
            (Field::VALID_TO, if holding < units { Value::Empty } else { day("2021-01-01") }),
        ];
        people_.records.push(record(people(1), 20_000 + holding, Kind::HOLDING, &fields));
    }
    let mut issues_ = update(issues(1), 3);
    let placed = [(Field::PLACE, Value::Id(id(1)))];
    issues_.records.push(reported(issues(1), 50_000, ("2026-11-20", "Nguyễn Văn Mẫu 014"), &placed));
    issues_.events.push(event(60_000, 50_000, EventKind::REPORT, Side::Commune, &[]));
    [register_, people_, issues_]
}

fn view(docs: [DocUpdate; 3]) -> View {
    let mut view = View::memory().unwrap();
    view.mark(&Marks { today: Some("2026-11-22".parse().unwrap()), ..Marks::default() }).unwrap();
    view.fold(&Batch { docs: docs.into() }).unwrap();
    view
}

fn intent(action: Action, from: &[u32]) -> Intent {
    let from: Vec<RecordId> = from.iter().map(|n| id(*n)).collect();
    Intent { action, from, kind: "thon".into(), on: Some("2026-12-01".parse().unwrap()), ..Intent::default() }
}

fn codes(preview: &hopluu_view::query::Preview) -> Vec<&'static str> {
    preview.warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn a_preview_tells_all_that_a_merger_touches() {
    let view = view(commune(6, 6, 6));
    let reader = view.reader().unwrap();
    let merge = Intent { names: vec![("Thôn 5".into(), None)], ..intent(Action::Merge, &[1, 2]) };
    let seen = reader.preview(HERE, &merge).unwrap().unwrap();
    assert_eq!((seen.count, seen.total, seen.households), ((6, 5), (600, 600), 200));
    assert_eq!((seen.after[0].name.as_str(), seen.after[0].households), ("Thôn 5", Some(200)));
    assert_eq!(seen.holders.len(), 2);
    assert_eq!(seen.issues.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>(), ["05518-B-50000"]);
    assert_eq!(codes(&seen), ["namesake"]);
    let split = Intent {
        names: vec![("Thôn 1A".into(), Some(60)), ("Thôn 1B".into(), Some(30))],
        ..intent(Action::Split, &[1])
    };
    let seen = reader.preview(HERE, &split).unwrap().unwrap();
    assert_eq!((seen.count, seen.total, codes(&seen)), ((6, 7), (600, 590), vec!["sum"]));
    let into = Intent { into: Some(id(3)), ..intent(Action::Dissolve, &[1]) };
    let seen = reader.preview(HERE, &into).unwrap().unwrap();
    assert_eq!((seen.count, seen.total, seen.after[0].households), ((6, 5), (600, 600), Some(200)));
    let rename = Intent { names: vec![("Thôn Đồng Tâm".into(), None)], ..intent(Action::Rename, &[1]) };
    let seen = reader.preview(HERE, &rename).unwrap().unwrap();
    assert_eq!((seen.count, seen.after[0].name.as_str(), seen.holders.len()), ((6, 6), "Thôn Đồng Tâm", 0));
    assert_eq!(view.reader().unwrap().units(HERE, None).unwrap().unwrap().mergers.len(), 0, "nothing was written");
}

#[test]
fn a_preview_tells_what_would_have_to_be_settled() {
    let [mut register_, people_, issues_] = commune(4, 4, 4);
    let fields = [(Field::ACTION, text("dissolve")), (Field::FROM, ids(&[1])), (Field::INTO, Value::Id(id(2)))];
    register_.records.push(record(register(1), 300, Kind::MERGER, &fields));
    let passed = [(Field::DECISION, text("00/NQ-HĐND (mẫu)")), (Field::EFFECTIVE_ON, day("2026-12-24"))];
    let passed = with(event(301, 300, EventKind::MERGER_PASS, Side::Commune, &[]), &passed);
    register_.events.push(passed);
    let view = view([register_, people_, issues_]);
    let reader = view.reader().unwrap();
    let twice = reader.preview(HERE, &intent(Action::Dissolve, &[1])).unwrap().unwrap();
    assert_eq!((codes(&twice), twice.others.len()), (vec!["twice"], 1));
    let ring = Intent { into: Some(id(1)), ..intent(Action::Dissolve, &[2]) };
    assert_eq!(codes(&reader.preview(HERE, &ring).unwrap().unwrap()), ["ring"]);
    // The merger itself is previewed without standing in its own way.
    let own = reader.merger(id(300)).unwrap().unwrap();
    assert_eq!((codes(own.preview.as_ref().unwrap()), own.from.len()), (vec![], 1));
}

#[test]
fn a_unit_knows_its_names_its_line_and_the_days_on_which_it_counts() {
    let [mut register_, people_, issues_] = commune(4, 4, 4);
    register_.records.push(unit(20, "Thôn Mới", "thon", 0));
    register_.records.last_mut().unwrap().fields.remove(&Field::HOUSEHOLDS);
    let told = [
        (300, vec![(Field::ACTION, text("rename")), (Field::FROM, ids(&[1])), (Field::INTO_NAME, text("Thôn Đông"))]),
        (310, vec![(Field::ACTION, text("convert")), (Field::FROM, ids(&[3])), (Field::UNIT_KIND, text("khu_pho"))]),
        (
            320,
            vec![
                (Field::ACTION, text("merge")),
                (Field::FROM, ids(&[1, 2])),
                (Field::INTO, Value::Id(id(20))),
                (Field::INTO_NAME, text("Thôn Mới")),
            ],
        ),
    ];
    for ((number, fields), on) in told.into_iter().zip(["2025-01-01", "2025-07-01", "2026-07-01"]) {
        register_.records.push(record(register(1), number, Kind::MERGER, &fields));
        let passed = [(Field::DECISION, text(&format!("{number}/NQ (mẫu)"))), (Field::EFFECTIVE_ON, day(on))];
        register_.events.push(with(event(number + 1, number, EventKind::MERGER_PASS, Side::Commune, &[]), &passed));
    }
    let view = view([register_, people_, issues_]);
    let reader = view.reader().unwrap();
    let first = reader.unit(id(1), None).unwrap().unwrap();
    let names: Vec<_> = first.names.iter().map(|row| (row.name.as_str(), row.decision.as_str())).collect();
    assert_eq!(names, [("Thôn 1", ""), ("Thôn Đông", "300/NQ (mẫu)")]);
    assert_eq!(first.successors.iter().map(|kin| kin.name.as_str()).collect::<Vec<_>>(), ["Thôn Mới"]);
    assert_eq!((first.steps.len(), first.mergers.len()), (1, 2));
    let made = reader.unit(id(20), None).unwrap().unwrap();
    assert_eq!((made.ancestors.len(), made.unit.households, made.issues.len()), (2, Some(200), 1));
    let before = reader.unit(id(1), Some("2024-12-31".parse().unwrap())).unwrap().unwrap();
    assert_eq!((before.unit.name.as_str(), before.unit.exists(), before.ancestors.len()), ("Thôn 1", true, 0));
    let dump = view.dump().unwrap();
    let spans: Vec<&str> =
        dump.lines().filter(|line| line.contains("9999-12-31") && line.contains("khu_pho")).collect();
    assert_eq!(spans.len(), 1, "{dump}");
    assert!(dump.lines().any(|line| line.contains("2026-06-30") && line.contains("merged")), "{dump}");
    assert!(reader.council(HERE, None).unwrap().is_none());
}
