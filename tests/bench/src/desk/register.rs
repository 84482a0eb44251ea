//! What the pages of units, people and totals ask of the largest communes: 150 units, 500 people, 2,000 holdings in ten
//! years each, and of 92 of them at the province.

use std::path::Path;

use hopluu_model::edit::sources_hash;
use hopluu_model::fold::Action;
use hopluu_model::{ChangeHash, DocId, DocKind, Event, EventId, EventKind, Field, Kind, RecordId, Role, Side, Value};
use hopluu_view::query::Intent;
use hopluu_view::{Batch, DocUpdate, Marks, Reader, Settings, View};

use super::CACHE_KIB;
use super::fill::{DESK, TODAY, collection, register, snapshot, stamp, text, unit};
use crate::Outcome;
use crate::figure::{Report, quantile};
use crate::stopwatch::{ms, now};

const COMMUNES: u64 = 92;
const UNITS: u64 = 150;
const PEOPLE: u64 = 500;
/// Each person holds so many posts one after the other, each for two and a half years.
const TURNS: u64 = 4;
const DECISIONS: u64 = 20;
const UNIT_POSTS: u64 = 3;
const TABLE: &str = "registers of 150 units, 500 people, 2,000 holdings in ten years, 92 of them";

fn id(commune: u64, what: &str, number: u64) -> RecordId {
    hopluu_model::demo::DemoDice::new(number, &format!("{what} {commune}")).record()
}

/// Measures the questions of one commune and of the province.
pub(super) fn measure(report: &mut Report, runs: usize) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("view.sqlite");
    let begun = now();
    fill(&path)?;
    report.plain(TABLE, "to fold all of it", (ms(begun, now()) / 1_000.0, "s"));
    report.plain(TABLE, "the file", (std::fs::metadata(&path)?.len() as f64 / 1_048_576.0, "MiB"));
    let reader = Reader::open(&path, CACHE_KIB)?;
    let today = Some(TODAY.parse()?);
    let before = Some("2020-01-01".parse()?);
    let intent = |commune| Intent {
        action: Action::Merge,
        from: (100..103).map(|number| unit(commune, number)).collect(),
        names: vec![("Tổ dân phố mới".to_owned(), None)],
        kind: "to_dan_pho".to_owned(),
        ..Intent::default()
    };
    type Question<'a> = (&'a str, f64, Box<dyn Fn(u64) -> Outcome<usize> + 'a>);
    let questions: Vec<Question<'_>> = vec![
        (
            "units of a commune",
            150.0,
            Box::new(|of| Ok(reader.units(collection(of), today)?.map_or(0, |units| units.units.len()))),
        ),
        (
            "people and posts of a commune",
            150.0,
            Box::new(|of| Ok(reader.staff(collection(of), today)?.map_or(0, |staff| staff.people.len()))),
        ),
        (
            "people and posts of a commune six years ago",
            150.0,
            Box::new(|of| Ok(reader.staff(collection(of), before)?.map_or(0, |staff| staff.people.len()))),
        ),
        (
            "preview of a merger",
            200.0,
            Box::new(|of| Ok(reader.preview(collection(of), &intent(of))?.map_or(0, |preview| preview.units.len()))),
        ),
        (
            "totals of 92 communes on two days",
            200.0,
            Box::new(|_| Ok(reader.comparison(&[], (before, today))?.communes.len())),
        ),
    ];
    for (name, goal, ask) in questions {
        let mut times = Vec::new();
        let mut found = 0;
        for round in 0..u64::try_from(20 * runs)? {
            let begun = now();
            found = ask(round % COMMUNES)?;
            times.push(ms(begun, now()));
        }
        report.plain(TABLE, format!("{name} ({found}): p50"), (quantile(&times, 0.5), "ms"));
        report.goal(TABLE, format!("{name}: p99"), (quantile(&times, 0.99), "ms"), goal);
    }
    Ok(())
}

fn fill(path: &Path) -> Outcome<()> {
    let (mut view, _) = View::open(path, Settings::default())?;
    view.mark(&Marks { today: Some(TODAY.parse()?), ..Marks::default() })?;
    for commune in 0..COMMUNES {
        view.fold(&Batch { docs: vec![large_register(commune)?, people(commune)?] })?;
    }
    view.checkpoint()?;
    Ok(())
}

fn large_register(commune: u64) -> Outcome<DocUpdate> {
    let mut update = register(commune, UNITS);
    let (doc, stamp) = (update.doc, stamp(0, "Dữ liệu minh họa".to_owned(), Role::Program));
    let posts = (0..UNIT_POSTS).map(|number| ("unit", number)).chain((0..50).map(|number| ("commune", number)));
    for (scope, number) in posts {
        let name = format!("Chức danh {number}");
        let fields = vec![
            (Field::SLUG, text(&format!("{scope}_{number}"))),
            (Field::NAME, text(&name)),
            (Field::SYSTEM, text("chinh_quyen")),
            (Field::SCOPE, text(scope)),
            (Field::MAX_HOLDERS, Value::Int(1)),
        ];
        update.records.push(snapshot(doc, id(commune, scope, number), Kind::POST, (&stamp, DESK), fields));
    }
    // Pairs of units become new ones, two decisions a year.
    for number in 0..DECISIONS {
        let from: Vec<RecordId> = [2 * number, 2 * number + 1].map(|place| unit(commune, place)).to_vec();
        let (made, merger) = (id(commune, "made", number), id(commune, "merger", number));
        let name = text(&format!("Tổ dân phố {number} (mới)"));
        let kind = (Field::UNIT_KIND, text("to_dan_pho"));
        let fields = vec![(Field::NAME, name.clone()), kind.clone()];
        update.records.push(snapshot(doc, made, Kind::UNIT, (&stamp, DESK), fields));
        let fields = vec![
            (Field::FROM, Value::Ids(from.clone())),
            (Field::INTO, Value::Id(made)),
            (Field::INTO_NAME, name),
            kind,
        ];
        update.records.push(snapshot(doc, merger, Kind::MERGER, (&stamp, DESK), fields));
        let fields = [
            (Field::DECISION, text("00/NQ-HĐND (mẫu)")),
            (Field::BODY, text("Hội đồng nhân dân")),
            (Field::EFFECTIVE_ON, Value::Date(format!("{}-07-01", 2017 + number / 2).parse()?)),
            (Field::SOURCES_HASH, text(&sources_hash(&from))),
        ];
        update.events.push(Event {
            id: EventId(id(commune, "pass", number).0),
            record: merger,
            kind: EventKind::MERGER_PASS,
            after: Vec::new(),
            fields: fields.into_iter().collect(),
            stamp: stamp.clone(),
            actor: DESK,
            side: Side::Commune,
        });
    }
    Ok(update)
}

fn people(commune: u64) -> Outcome<DocUpdate> {
    let doc = DocId::new(collection(commune), DocKind::People);
    let mut update = DocUpdate::new(doc, vec![ChangeHash([3; 32])]);
    let stamp = stamp(0, "Dữ liệu minh họa".to_owned(), Role::Program);
    for number in 0..PEOPLE {
        let fields = vec![
            (Field::NAME, text(&format!("Nguyễn Văn Mẫu {number:03}"))),
            (Field::STAFF_CATEGORY, text(if number < 450 { "khong_chuyen_trach" } else { "cong_chuc" })),
        ];
        update.records.push(snapshot(doc, id(commune, "person", number), Kind::PERSON, (&stamp, DESK), fields));
        for turn in 0..TURNS {
            // Everybody moves on to another seat with each turn, so that no two ever sit in one.
            let seat = (number + 7 * turn) % PEOPLE;
            let (from, to) = [("2016-12-01", "2019-05-31"), ("2019-06-01", "2021-11-30"), ("2021-12-01", "2024-05-31")]
                .get(usize::try_from(turn)?)
                .map_or(("2024-06-01", None), |(from, to)| (*from, Some(*to)));
            let (post, of) = match seat {
                seat if seat < UNITS * UNIT_POSTS => (id(commune, "unit", seat / UNITS), Some(seat % UNITS)),
                seat => (id(commune, "commune", seat - UNITS * UNIT_POSTS), None),
            };
            let mut fields = vec![
                (Field::PERSON, Value::Id(id(commune, "person", number))),
                (Field::POST, Value::Id(post)),
                (Field::TENURE, text("main")),
                (Field::VALID_FROM, Value::Date(from.parse()?)),
            ];
            fields.extend(of.map(|number| (Field::UNIT, Value::Id(unit(commune, number)))));
            if let Some(to) = to {
                fields.push((Field::VALID_TO, Value::Date(to.parse()?)));
            }
            let holding = id(commune, "holding", number * TURNS + turn);
            update.records.push(snapshot(doc, holding, Kind::HOLDING, (&stamp, DESK), fields));
        }
    }
    Ok(update)
}
