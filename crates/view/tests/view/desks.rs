//! The piles of the desks: what lies in which, for whom, and how many.

use hopluu_model::{CollectionId, Event, EventKind, Field, Kind, Side, Value};
use hopluu_view::query::{IssueFilter, Linked, Pile, Sort};
use hopluu_view::{Batch, Marks, View};

use crate::world::*;

const PROVINCE: Side = Side::Province;
const COMMUNE: Side = Side::Commune;
/// Friday.
const TODAY: &str = "2026-11-20";

/// A step of an issue: what, when, by whom.
type Step = (EventKind, Side, &'static str, &'static str);

/// The events of an issue, each after the one before.
fn story(number: u32, steps: &[Step]) -> Vec<Event> {
    let mut last: Option<u32> = None;
    let mut events = Vec::new();
    for (place, (kind, side, day, name)) in (1..).zip(steps) {
        let id = number * 100 + place;
        let after: Vec<u32> = last.into_iter().filter(|_| kind.is_state()).collect();
        let mut event = on(day, name, event(id, number, *kind, *side, &after));
        if *kind == EventKind::FORWARD {
            event = with(event, &[(Field::LEAD, text("so_khcn")), (Field::HELPERS, text("so_noi_vu,so_tai_chinh"))]);
        }
        events.push(event);
        last = if kind.is_state() { Some(id) } else { last };
    }
    events
}

/// Ten issues, one for each thing that can wait on a desk.
fn desk() -> View {
    let mut view = View::memory().unwrap();
    let (lan, hoa, triage, handler) = ("Lan", "Hòa", "Văn thư", "Chuyên viên");
    let report = (EventKind::REPORT, COMMUNE, "2026-11-02", lan);
    let arrived = (EventKind::ARRIVED, PROVINCE, "2026-11-02", "máy");
    let receive = (EventKind::RECEIVE, PROVINCE, "2026-11-03", triage);
    let forward = (EventKind::FORWARD, PROVINCE, "2026-11-03", triage);
    let start = (EventKind::START, PROVINCE, "2026-11-04", handler);
    let ask = (EventKind::ASK, PROVINCE, "2026-11-05", handler);
    let answer = (EventKind::ANSWER, PROVINCE, "2026-11-06", handler);
    let late = |(kind, side, _, name): Step, day| (kind, side, day, name);
    let stories: Vec<(u32, Vec<Step>)> = vec![
        (1, vec![report]),
        (2, vec![report, arrived, receive]),
        (3, vec![report, arrived, receive, forward, start]),
        (4, vec![report, arrived, receive, forward, start, ask]),
        (5, vec![report, arrived, receive, forward, answer]),
        (6, vec![report, arrived, receive, forward, answer, (EventKind::SOLVED, COMMUNE, "2026-11-09", lan)]),
        (7, vec![(EventKind::SUBMIT, COMMUNE, "2026-11-19", hoa)]),
        (8, vec![(EventKind::REPORT, PROVINCE, "2026-11-19", triage), late(arrived, "2026-11-19")]),
        (9, vec![late(report, "2026-11-13"), late(arrived, "2026-11-13")]),
        (10, vec![late(report, "2026-11-16"), late(arrived, "2026-11-18")]),
    ];
    let mut update = update(issues(1), 1);
    for (number, steps) in &stories {
        let (_, _, day, name) = steps[0];
        let fields = [(Field::URGENT, Value::Bool(*number == 3))];
        update.records.push(reported(issues(1), *number, (day, name), &fields));
        update.events.extend(story(*number, steps));
    }
    // Reached the commune's office on Friday the 6th: three working days later is Wednesday the 11th.
    let reached = on("2026-11-06", "máy", event(499, 4, EventKind::ARRIVED, COMMUNE, &[]));
    update.events.push(with(reached, &[(Field::CHOSEN, Value::Id(id(406)))]));
    let link = on("2026-11-07", "Văn thư", event(598, 5, EventKind::COMMON, PROVINCE, &[]));
    update.events.push(with(link, &[(Field::OTHER, Value::Id(id(9_500)))]));
    view.fold(&Batch { docs: vec![update, bulletin(&[("tru_so", 5)])] }).unwrap();
    view.mark(&Marks { today: Some(TODAY.parse().unwrap()), ..Marks::default() }).unwrap();
    view
}

fn at_commune() -> IssueFilter {
    IssueFilter::of_commune(CollectionId([1; 16]))
}

fn numbers(view: &View, filter: &IssueFilter) -> Vec<u32> {
    let page = view.reader().unwrap().issues(filter).unwrap();
    assert_eq!(page.total, page.rows.len() as u64);
    let mut numbers: Vec<u32> = page.rows.iter().map(|row| row.code[8..].parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn every_pile_holds_what_waits_and_is_counted_as_it_is_listed() {
    let view = desk();
    let reader = view.reader().unwrap();
    let province = IssueFilter { account: Some("Chuyên viên".to_owned()), ..IssueFilter::default() };
    let commune = IssueFilter { account: Some("Hòa".to_owned()), ..at_commune() };
    let expected: [(Pile, &[u32], &[u32]); 12] = [
        (Pile::New, &[1, 8, 9, 10], &[1, 8, 9, 10]),
        (Pile::Unassigned, &[2], &[2]),
        (Pile::Doing, &[3], &[3]),
        (Pile::Overdue, &[2, 3], &[2, 3]),
        (Pile::DueSoon, &[9], &[9]),
        (Pile::WaitingCommune, &[4], &[4]),
        (Pile::ReplyLate, &[4], &[4]),
        (Pile::Answered, &[5], &[5]),
        (Pile::Unconfirmed, &[8], &[8]),
        (Pile::ToApprove, &[], &[7]),
        (Pile::Urgent, &[3], &[3]),
        (Pile::Mine, &[3, 4, 5], &[7]),
    ];
    assert_eq!(expected.len(), Pile::ALL.len());
    for (filter, side) in [(&province, PROVINCE), (&commune, COMMUNE)] {
        let counts = reader.pile_counts(filter).unwrap();
        for (pile, at_province, at_commune) in expected {
            let wanted = if side == PROVINCE { at_province } else { at_commune };
            let listed = numbers(&view, &IssueFilter { pile: Some(pile), ..filter.clone() });
            assert_eq!(listed, wanted, "{pile:?} at {side:?}");
            assert_eq!(counts.of(pile), wanted.len() as u64, "{pile:?} at {side:?}");
            assert_eq!(Pile::from_slug(pile.slug()), Some(pile));
        }
    }
}

#[test]
fn what_waits_for_a_leader_is_no_business_of_the_province() {
    let view = desk();
    let reader = view.reader().unwrap();
    assert_eq!(reader.issues(&IssueFilter::default()).unwrap().total, 9);
    assert_eq!(reader.issues(&at_commune()).unwrap().total, 10);
    let submitted = IssueFilter { states: vec![hopluu_model::fold::IssueState::Submitted], ..IssueFilter::default() };
    assert_eq!(reader.issues(&submitted).unwrap().total, 0);
    assert_eq!(reader.totals(&[]).unwrap().issues, 9);
    assert_eq!(reader.overview(&IssueFilter::default()).unwrap().all.issues, 9);
    assert_eq!(reader.issue("05518-B-0007").unwrap().unwrap().issue.due, None);
}

#[test]
fn departments_lead_or_help_and_links_and_days_are_asked_for() {
    let view = desk();
    let all = IssueFilter::default;
    let slug = |slug: &str| Some(slug.to_owned());
    assert_eq!(numbers(&view, &IssueFilter { lead: slug("so_khcn"), ..all() }), [3, 4, 5, 6]);
    assert_eq!(numbers(&view, &IssueFilter { lead: slug(""), ..all() }), [1, 2, 8, 9, 10]);
    assert_eq!(numbers(&view, &IssueFilter { lead: slug("so_noi_vu"), ..all() }), [0; 0]);
    assert_eq!(numbers(&view, &IssueFilter { department: slug("so_noi_vu"), ..all() }), [3, 4, 5, 6]);
    assert_eq!(numbers(&view, &IssueFilter { department: slug("so_noi"), ..all() }), [0; 0]);
    assert_eq!(numbers(&view, &IssueFilter { common: Some(Linked::Any), ..all() }), [5]);
    assert_eq!(numbers(&view, &IssueFilter { common: Some(Linked::To(id(9_500))), ..all() }), [5]);
    assert_eq!(numbers(&view, &IssueFilter { common: Some(Linked::None), open: Some(false), ..all() }), [6]);
    assert_eq!(numbers(&view, &IssueFilter { older_than: Some(10), open: Some(true), ..all() }), [1, 2, 3, 4, 5]);
    let days = IssueFilter { from: "2026-11-13".parse().ok(), to: "2026-11-18".parse().ok(), ..all() };
    assert_eq!(numbers(&view, &days), [9, 10], "one was reported on the 16th and arrived on the 18th");
    assert_eq!(numbers(&view, &IssueFilter { due_within: Some(3), ..all() }), [9, 10]);
    assert_eq!(numbers(&view, &IssueFilter { due_within: Some(2), ..all() }), [9]);
    assert_eq!(numbers(&view, &IssueFilter { cause: slug("chu_quan"), ..all() }), [0; 0]);
}

#[test]
fn orders_are_by_urgency_day_and_deadline() {
    let view = desk();
    let reader = view.reader().unwrap();
    let order = |sort| {
        let filter = IssueFilter { sort, limit: 4, ..IssueFilter::default() };
        let rows = reader.issues(&filter).unwrap().rows;
        rows.iter().map(|row| row.code[8..].parse::<u32>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(order(Sort::Urgency)[..3], [3, 8, 10]);
    assert_eq!(order(Sort::Newest)[..3], [8, 10, 9]);
    assert_eq!(order(Sort::Due), [3, 2, 9, 10]);
    let whole = IssueFilter { sort: Sort::Newest, limit: 100, ..IssueFilter::default() };
    let all = reader.issues(&whole).unwrap().rows;
    for offset in 0..10 {
        let page = reader.issues(&IssueFilter { offset, limit: 3, ..whole.clone() }).unwrap().rows;
        let from = usize::try_from(offset).unwrap();
        assert_eq!(page, all[from.min(all.len())..(from + 3).min(all.len())], "from {offset}");
    }
}

#[test]
fn readers_follow_what_moves_comes_and_goes() {
    let mut view = desk();
    let reader = view.reader().unwrap();
    let total = |filter: &IssueFilter| reader.issues(filter).unwrap().total;
    let answered = IssueFilter { pile: Some(Pile::Answered), ..IssueFilter::default() };
    assert_eq!(total(&answered), 1);
    let mut more = update(issues(1), 2);
    more.events = vec![on("2026-11-19", "Chuyên viên", event(350, 3, EventKind::ANSWER, PROVINCE, &[305]))];
    more.records = vec![reported(issues(1), 11, ("2026-11-20", "Lan"), &[])];
    view.fold(&Batch { docs: vec![more] }).unwrap();
    assert_eq!((total(&answered), total(&IssueFilter::default())), (2, 10));
    view.forget(issues(1)).unwrap();
    assert_eq!((total(&answered), total(&IssueFilter::default())), (0, 0));
}

#[test]
fn a_row_says_how_the_deadline_stands() {
    let view = desk();
    let reader = view.reader().unwrap();
    let row = |number: u32| reader.issue(&format!("05518-B-{number:04}")).unwrap().unwrap().issue;
    let (late, soon, asked, done, new) = (row(3), row(9), row(4), row(6), row(1));
    assert_eq!((late.due, late.overdue, late.days_left), ("2026-11-09".parse().ok(), true, Some(-9)));
    assert_eq!((soon.due, soon.overdue, soon.days_left), (TODAY.parse().ok(), false, Some(0)));
    assert_eq!((asked.paused, asked.overdue, asked.days_left), (true, false, None));
    assert_eq!(asked.reply_due, "2026-11-11".parse().ok());
    assert_eq!((done.met, done.days_left, done.solved), (Some(true), None, Some(morning("2026-11-09"))));
    assert_eq!((new.due, new.met, new.deadline_days), (None, None, Some(5)));
    assert_eq!(late.helpers, ["so_noi_vu", "so_tai_chinh"]);
    assert!(row(8).unconfirmed && !late.unconfirmed);
    assert_eq!(row(5).common, Some(id(9_500)));
}

#[test]
fn places_are_named_and_followed_to_the_unit_in_which_they_live_on() {
    let mut view = View::memory().unwrap();
    let mut units = update(register(1), 2);
    let fields = [(Field::NAME, text("Phường Sông Công")), (Field::COMMUNE_CODE, text("05518"))];
    units.records.push(record(register(1), 90, Kind::COMMUNE, &fields));
    for (number, name) in [(91, "Tổ dân phố 1"), (92, "Tổ dân phố 2"), (93, "Tổ dân phố 3")] {
        units.records.push(record(register(1), number, Kind::UNIT, &[(Field::NAME, text(name))]));
    }
    for (merger, from, into) in [(95, [91, 92], 92), (96, [92, 93], 93)] {
        let fields = [(Field::FROM, ids(&from)), (Field::INTO, Value::Id(id(into)))];
        units.records.push(record(register(1), merger, Kind::MERGER, &fields));
        let passed = event(merger * 10, merger, EventKind::MERGER_PASS, COMMUNE, &[]);
        let effective = format!("2026-0{}-01", merger - 90);
        units.events.push(with(passed, &[(Field::EFFECTIVE_ON, day(&effective)), (Field::DECISION, text("12/NQ"))]));
    }
    let mut update = update(issues(1), 1);
    let picture = [
        (Field::PLACE, Value::Id(id(91))),
        (Field::PICTURE, text(&"ab".repeat(32))),
        (Field::PICTURE_SIZE, Value::Int(40_000)),
    ];
    update.records.push(reported(issues(1), 1, ("2026-11-02", "Lan"), &picture));
    update.records.push(reported(issues(1), 2, ("2026-11-02", "Lan"), &[(Field::PLACE, Value::Id(id(93)))]));
    update.records.push(reported(issues(1), 3, ("2026-11-02", "Lan"), &[(Field::PLACE, Value::Id(id(99)))]));
    view.fold(&Batch { docs: vec![units, update] }).unwrap();
    let reader = view.reader().unwrap();
    let row = |number: u32| reader.issue(&format!("05518-B-{number:04}")).unwrap().unwrap().issue;
    let place = |number: u32| (row(number).place_name, row(number).place_now);
    let named = |name: &str, now: &str| (name.to_owned(), now.to_owned());
    assert_eq!(place(1), named("Tổ dân phố 1", ""), "nothing has taken effect yet");
    view.mark(&Marks { today: Some("2026-05-20".parse().unwrap()), ..Marks::default() }).unwrap();
    assert_eq!(place(1), named("Tổ dân phố 1", "Tổ dân phố 2"));
    view.mark(&Marks { today: Some("2026-06-20".parse().unwrap()), ..Marks::default() }).unwrap();
    assert_eq!(place(1), named("Tổ dân phố 1", "Tổ dân phố 3"), "merged twice");
    assert_eq!((place(2), place(3)), (named("Tổ dân phố 3", ""), named("", "")));
    let first = row(1);
    assert_eq!((first.commune.as_str(), first.commune_code.as_str()), ("Phường Sông Công", "05518"));
    assert_eq!(first.picture.map(|picture| (picture.hash.len(), picture.size)), Some((64, 40_000)));
}
