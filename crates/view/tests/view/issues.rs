//! Lists of issues follow from what happened.

use hopluu_model::fold::IssueState;
use hopluu_model::{ActorId, CollectionId, DocId, DocKind, Event, EventKind, Field, Held, Kind, Side, Snapshot, Value};
use hopluu_view::query::{IssueFilter, Sentence};
use hopluu_view::{Batch, DocUpdate, View};

use crate::world::*;

fn issue(number: u32, words: &str) -> Snapshot {
    let fields = [
        (Field::CODE, text(&format!("05518-B-{number:04}"))),
        (Field::CATEGORY, text(if number.is_multiple_of(2) { "chu_ky_so" } else { "tru_so" })),
        (Field::CAUSE, text("khach_quan")),
        (Field::TEXT, text(words)),
        (Field::URGENT, Value::Bool(number == 3)),
    ];
    record(issues(1), number, Kind::ISSUE, &fields)
}

fn report(number: u32) -> Event {
    event(number * 100, number, EventKind::REPORT, Side::Commune, &[])
}

fn moved(number: u32, step: u32, kind: EventKind, side: Side, after: &[u32]) -> Event {
    let after: Vec<u32> = after.iter().map(|step| number * 100 + step).collect();
    event(number * 100 + step, number, kind, side, &after)
}

fn three() -> DocUpdate {
    let mut update = update(issues(1), 1);
    update.records = vec![issue(1, "Mái nhà dột"), issue(2, "Chữ ký số cấp chậm"), issue(3, "Mất đường truyền")];
    update.events = vec![report(1), report(2), report(3)];
    update.touches = vec![touch(1, CLERK, 1), touch(2, CLERK, 2), touch(3, CLERK, 3)];
    update
}

fn fold(view: &mut View, events: Vec<Event>) {
    let mut more = update(issues(1), 2);
    more.events = events;
    view.fold(&Batch { docs: vec![more] }).unwrap();
}

fn codes(view: &View, filter: &IssueFilter) -> (u64, Vec<u32>) {
    let page = view.reader().unwrap().issues(filter).unwrap();
    (page.total, page.rows.iter().map(|row| row.code[8..].parse().unwrap()).collect())
}

#[test]
fn lists_are_filtered_and_paged() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![three()] }).unwrap();
    fold(&mut view, vec![moved(1, 1, EventKind::SOLVED, Side::Commune, &[0])]);
    let all = IssueFilter::default();
    assert_eq!(codes(&view, &all), (3, vec![3, 2, 1]), "urgent first, done last");
    assert_eq!(codes(&view, &IssueFilter { limit: 1, offset: 1, ..all.clone() }), (3, vec![2]));
    assert_eq!(codes(&view, &IssueFilter { open: Some(true), ..all.clone() }), (2, vec![3, 2]));
    let solved = IssueFilter { states: vec![IssueState::Solved], ..all.clone() };
    assert_eq!(codes(&view, &solved), (1, vec![1]));
    let roofs = IssueFilter { category: Some("tru_so".to_owned()), ..all.clone() };
    assert_eq!(codes(&view, &roofs), (2, vec![3, 1]));
    let words = IssueFilter { search: "chu ky so".to_owned(), collections: vec![CollectionId([1; 16])], ..all.clone() };
    assert_eq!(codes(&view, &words), (1, vec![2]));
    let elsewhere = IssueFilter { collections: vec![CollectionId([2; 16])], ..all };
    assert_eq!(codes(&view, &elsewhere), (0, vec![]));
}

#[test]
fn an_issue_is_found_by_what_is_read_out() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![three()] }).unwrap();
    fold(
        &mut view,
        vec![
            moved(2, 2, EventKind::FORWARD, Side::Commune, &[0]),
            with(moved(2, 1, EventKind::FORWARD, Side::Province, &[0]), &[(Field::LEAD, text("so_noi_vu"))]),
        ],
    );
    let reader = view.reader().unwrap();
    let found = reader.issue("05518 b 2").unwrap().unwrap();
    assert_eq!(found, reader.issue("00000002").unwrap().unwrap());
    assert_eq!(found.issue.state, IssueState::Forwarded);
    assert_eq!(found.issue.lead.as_deref(), Some("so_noi_vu"));
    assert_eq!(found.issue.sentence, Sentence::Saved);
    assert_eq!(found.events.iter().map(|event| event.kind).collect::<Vec<_>>()[0], EventKind::REPORT);
    assert_eq!(found.void, [hopluu_model::EventId(id(202).0)], "a commune forwards nothing");
    assert_eq!(found.frontier, [hopluu_model::EventId(id(201).0)]);
    assert!(reader.issue("05518-B-9").unwrap().is_none());
    assert!(reader.issue("0000").unwrap().is_none(), "three begin so");
    assert!(reader.issue("ghi chú").unwrap().is_none());
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["issue"]["state"], "forwarded");
    assert_eq!(json["issue"]["id"], id(2).to_string());
    assert_eq!(json["record"]["fields"]["text"], "Chữ ký số cấp chậm");
}

#[test]
fn deadlines_come_from_the_bulletin_and_the_stricter_holds() {
    let mut view = View::memory().unwrap();
    let doc = DocId::new(CollectionId([9; 16]), DocKind::Bulletin);
    let mut bulletin = update(doc, 4);
    for (number, (slug, days)) in (50..).zip([("tru_so", 10), ("chu_ky_so", 3)]) {
        let fields = [(Field::SLUG, text(slug)), (Field::DEADLINE_DAYS, Value::Int(days))];
        bulletin.records.push(record(doc, number, Kind::CATEGORY, &fields));
    }
    view.fold(&Batch { docs: vec![three(), bulletin] }).unwrap();
    let reader = view.reader().unwrap();
    let days = || reader.issue("05518-B-0001").unwrap().unwrap().issue.deadline_days;
    assert_eq!(days(), Some(10));
    let sorted = |step, category: &str| {
        with(moved(1, step, EventKind::RECEIVE, Side::Province, &[0]), &[(Field::CATEGORY, text(category))])
    };
    fold(&mut view, vec![sorted(1, "tru_so"), sorted(2, "chu_ky_so")]);
    assert_eq!(days(), Some(3));
    let clashes = reader.clashes(None).unwrap();
    assert_eq!(clashes.iter().map(|clash| clash.kind.as_str()).collect::<Vec<_>>(), ["issue_category"]);
    let detail = reader.clash(&clashes[0].key[..9]).unwrap().unwrap();
    assert_eq!((detail.row.options.len(), detail.clash.options.len()), (2, 2));
    assert_eq!(detail.row, clashes[0]);
}

#[test]
fn a_ring_of_duplicates_holds_none() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![three()] }).unwrap();
    let double = |number, of| {
        with(moved(number, 1, EventKind::DUPLICATE, Side::Province, &[0]), &[(Field::OTHER, Value::Id(id(of)))])
    };
    let doubles = IssueFilter { states: vec![IssueState::Duplicate], ..IssueFilter::default() };
    fold(&mut view, vec![double(1, 2)]);
    assert_eq!(codes(&view, &doubles), (1, vec![1]));
    fold(&mut view, vec![double(2, 1)]);
    assert_eq!(codes(&view, &doubles), (0, vec![]));
    fold(&mut view, vec![moved(2, 2, EventKind::START, Side::Province, &[1])]);
    assert_eq!(codes(&view, &doubles), (1, vec![1]), "the ring is broken");
}

#[test]
fn two_values_of_one_field_are_listed_until_one_is_chosen() {
    let mut view = View::memory().unwrap();
    let mut both = three();
    let held = both.records[0].fields.get_mut(&Field::CATEGORY).unwrap();
    let rival = Held { value: text("nhan_su"), actor: ActorId([3; 16]), ..held.clone() };
    held.rivals.push(rival);
    view.fold(&Batch { docs: vec![both] }).unwrap();
    let reader = view.reader().unwrap();
    let clashes = reader.clashes(Some(CollectionId([1; 16]))).unwrap();
    assert_eq!(clashes[0].kind, "same_field:category");
    assert_eq!(clashes[0].name, "05518-B-0001");
    assert_eq!(reader.history(id(1)).unwrap().unwrap().record.rivals.len(), 2);
    let moved = view.fold(&Batch { docs: vec![three()] }).unwrap().moved;
    assert!(moved.contains(&id(1)));
    assert_eq!(reader.clashes(None).unwrap(), []);
}
