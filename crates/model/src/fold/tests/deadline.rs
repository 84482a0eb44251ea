use proptest::prelude::*;

use super::{day, doc, eid, event, held, record, rid, text, with};
use crate::calendar::Calendar;
use crate::fold::{Deadline, Terms, days_allowed, deadline, issue};
use crate::id::DocKind;
use crate::record::{Event, EventKind, Field, Kind, Side, Value};
use crate::time::{Date, Timestamp};

const HOME: DocKind = DocKind::Issues(2026);

/// An event at ten in the morning of a day.
fn on(on: Date, n: u8, kind: EventKind, after: &[u8]) -> Event {
    let mut event = event(n, rid(1), kind, after);
    event.stamp.at = Timestamp(on.days() * 86_400_000 + 3 * 3_600_000);
    event
}

/// The arrival of the issue (`of` 0) or of one of its events at a side.
fn arrived(day: Date, n: u8, side: Side, of: u8) -> Event {
    let mut event = on(day, n, EventKind::ARRIVED, &[]);
    event.side = side;
    if of == 0 { event } else { with(event, Field::CHOSEN, Value::Id(rid(of))) }
}

fn find(events: &[Event], days: u16) -> Option<Deadline> {
    let fold = issue(doc(HOME), events);
    deadline(events, &fold, Terms { answer: days, reply: 2 }, &Calendar::first())
}

/// A day of November 2026, when the 16th is a Monday and the 24th a holiday.
fn nov(of: u8) -> Date {
    day(2026, 11, of)
}

/// Reported and arrived on Monday the 16th.
fn begun() -> Vec<Event> {
    vec![on(nov(16), 1, EventKind::REPORT, &[]), arrived(nov(16), 90, Side::Province, 0)]
}

#[test]
fn the_clock_starts_when_the_desk_received_it_and_knows_holidays() {
    let mut events = vec![on(day(2026, 2, 9), 1, EventKind::REPORT, &[])];
    assert_eq!(find(&events, 3), None);
    // The office was offline: the report is older than its arrival, and the earliest arrival wins.
    events.push(arrived(day(2026, 2, 20), 91, Side::Province, 0));
    events.push(arrived(day(2026, 2, 13), 90, Side::Province, 0));
    let tet = find(&events, 3).unwrap();
    assert_eq!((tet.started, tet.due), (day(2026, 2, 13), day(2026, 2, 25)));
    assert_eq!((tet.paused, tet.met, tet.reply_due), (false, None, None));
    let swap = [on(day(2026, 8, 21), 1, EventKind::REPORT, &[]), arrived(day(2026, 8, 21), 90, Side::Province, 0)];
    assert_eq!(find(&swap, 1).unwrap().due, day(2026, 8, 22));
    assert_eq!(find(&swap, 7).unwrap().due, day(2026, 9, 3));
}

#[test]
fn the_commune_cannot_start_it_and_what_waits_for_the_leader_has_none() {
    let forged = [on(nov(16), 1, EventKind::REPORT, &[]), arrived(nov(16), 90, Side::Commune, 0)];
    assert_eq!(find(&forged, 3), None);
    let mut events = vec![on(nov(16), 1, EventKind::SUBMIT, &[]), arrived(nov(16), 90, Side::Province, 0)];
    assert_eq!(find(&events, 3), None);
    events.push(on(nov(17), 2, EventKind::REPORT, &[1]));
    assert_eq!(find(&events, 3).unwrap().due, nov(19));
}

#[test]
fn a_question_stops_it_until_the_reply_arrived() {
    let mut events = begun();
    events.push(on(nov(17), 2, EventKind::ASK, &[1]));
    let asked = find(&events, 3).unwrap();
    assert_eq!((asked.due, asked.paused, asked.reply_due), (nov(19), true, None));
    // Two days to reply from the day on which the question reached the commune's office.
    events.push(arrived(nov(20), 91, Side::Commune, 2));
    assert_eq!(find(&events, 3).unwrap().reply_due, Some(nov(25)));
    events.push(on(nov(20), 3, EventKind::REPLY, &[2]));
    let replied = find(&events, 3).unwrap();
    assert_eq!((replied.due, replied.paused, replied.reply_due), (nov(19), true, None));
    // Offline for the weekend: the reply arrived on the 23rd, and three working days were none of the province's.
    events.push(arrived(nov(23), 92, Side::Province, 3));
    let late = find(&events, 3).unwrap();
    assert_eq!((late.due, late.paused), (nov(26), false));
    // Replied on the day of the question: nothing stands still.
    let quick = [on(nov(17), 2, EventKind::ASK, &[1]), on(nov(17), 3, EventKind::REPLY, &[2])];
    let quick: Vec<_> = begun().into_iter().chain(quick).chain([arrived(nov(17), 91, Side::Province, 3)]).collect();
    assert_eq!(find(&quick, 3).unwrap().due, nov(19));
}

#[test]
fn concurrent_questions_count_once() {
    let mut events = begun();
    events.push(on(nov(17), 2, EventKind::ASK, &[1]));
    events.push(on(nov(18), 3, EventKind::ASK, &[1]));
    let one = on(nov(19), 4, EventKind::REPLY, &[2]);
    let half: Vec<_> = events.iter().cloned().chain([one, arrived(nov(19), 91, Side::Province, 4)]).collect();
    assert!(find(&half, 3).unwrap().paused);
    events.push(on(nov(20), 4, EventKind::REPLY, &[2, 3]));
    events.push(arrived(nov(20), 91, Side::Province, 4));
    let both = find(&events, 3).unwrap();
    assert_eq!((both.due, both.paused), (nov(25), false));
}

#[test]
fn only_effective_questions_count() {
    let mut wrong = on(nov(17), 2, EventKind::ASK, &[1]);
    wrong.side = Side::Commune;
    let events: Vec<_> = begun().into_iter().chain([wrong]).collect();
    assert!(!find(&events, 3).unwrap().paused);
    // One raised after the last day was over excuses nothing.
    let late: Vec<_> = begun().into_iter().chain([on(nov(20), 2, EventKind::ASK, &[1])]).collect();
    let late = find(&late, 3).unwrap();
    assert_eq!((late.due, late.paused), (nov(19), false));
}

#[test]
fn going_on_without_the_reply_starts_it_again() {
    let mut events = begun();
    events.push(on(nov(17), 2, EventKind::ASK, &[1]));
    events.push(on(nov(18), 3, EventKind::START, &[2]));
    let started = find(&events, 3).unwrap();
    assert_eq!((started.due, started.paused), (nov(20), false));
}

#[test]
fn the_first_answer_meets_it_and_nothing_later_rewrites_that() {
    let mut events = begun();
    events.push(on(nov(17), 2, EventKind::ASK, &[1]));
    events.push(on(nov(20), 3, EventKind::ANSWER, &[2]));
    let answered = find(&events, 3).unwrap();
    assert_eq!((answered.due, answered.met, answered.paused), (nov(25), Some(true), false));
    let later = [
        on(nov(21), 4, EventKind::REPLY, &[2]),
        arrived(nov(27), 91, Side::Province, 4),
        on(nov(28), 5, EventKind::ASK, &[3]),
        on(nov(29), 6, EventKind::SOLVED, &[3]),
        on(nov(30), 7, EventKind::ANSWER, &[5]),
    ];
    events.extend(later);
    assert_eq!(find(&events, 3), Some(Deadline { reply_due: None, ..answered }));
    let missed: Vec<_> = begun().into_iter().chain([on(nov(20), 2, EventKind::ANSWER, &[1])]).collect();
    assert_eq!(find(&missed, 3).unwrap().met, Some(false));
    let solved: Vec<_> = begun().into_iter().chain([on(nov(17), 2, EventKind::SOLVED, &[1])]).collect();
    assert_eq!(find(&solved, 3).unwrap().met, None);
}

#[test]
fn while_categories_clash_the_stricter_holds() {
    let days = |slug: &str| [("tru_so", 15), ("thiet_bi", 10), ("chu_ky_so", 3)].into_iter().find(|row| row.0 == slug);
    let days = |slug: &str| days(slug).map(|(_, days)| days);
    let mut reported = record(1, Kind::ISSUE, HOME, &[(Field::CATEGORY, text("tru_so"))]);
    let fold = |events: &[Event]| issue(doc(HOME), events);
    assert_eq!(days_allowed(&reported, &fold(&begun()), days), Some(15));
    // Two offices of the commune wrote two categories.
    let field = reported.fields.get_mut(&Field::CATEGORY).unwrap();
    field.rivals.push(held(text("thiet_bi"), 2));
    assert_eq!(days_allowed(&reported, &fold(&begun()), days), Some(10));
    // Triage knows better than either, and two of triage clash.
    let given = |n, slug| with(on(nov(16), n, EventKind::RECEIVE, &[1]), Field::CATEGORY, text(slug));
    let mut events = begun();
    events.push(given(2, "tru_so"));
    assert_eq!(days_allowed(&reported, &fold(&events), days), Some(15));
    events.push(given(3, "chu_ky_so"));
    assert_eq!(days_allowed(&reported, &fold(&events), days), Some(3));
    events.push(with(on(nov(17), 4, EventKind::FORWARD, &[2, 3]), Field::CATEGORY, text("khac")));
    assert_eq!(days_allowed(&reported, &fold(&events), days), None);
}

fn history() -> impl Strategy<Value = Vec<Event>> {
    let kinds = [EventKind::ASK, EventKind::REPLY, EventKind::START, EventKind::ANSWER, EventKind::ARRIVED];
    let step = (prop::sample::select(kinds.to_vec()), 0_u8..14, any::<prop::sample::Index>(), any::<bool>());
    prop::collection::vec(step, 0..10).prop_map(|steps| {
        let mut events = begun();
        for (n, (kind, later, index, here)) in steps.into_iter().enumerate() {
            let n = u8::try_from(n).unwrap() + 2;
            let of = if n == 2 { 1 } else { u8::try_from(index.index(usize::from(n) - 2)).unwrap() + 1 };
            let day = nov(16 + later);
            let side = if here { Side::Province } else { Side::Commune };
            let is_arrival = kind == EventKind::ARRIVED;
            events.push(if is_arrival { arrived(day, n, side, of) } else { on(day, n, kind, &[of]) });
        }
        events
    })
}

proptest! {
    #[test]
    fn any_order_and_repetition_give_the_same_and_pauses_never_shorten(
        (events, shuffled) in history().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        days in 1_u16..10,
    ) {
        let straight = find(&events, days).unwrap();
        let twice: Vec<_> = shuffled.iter().chain(&events).cloned().collect();
        prop_assert_eq!(find(&twice, days), Some(straight));
        prop_assert!(straight.due >= Calendar::first().plus_working_days(straight.started, days));
        let answered = events.iter().any(|event| event.kind == EventKind::ANSWER);
        prop_assert_eq!(straight.met.is_some(), answered);
        prop_assert!(!(straight.paused && answered));
    }

    #[test]
    fn what_comes_after_an_answer_rewrites_nothing(events in history(), days in 1_u16..10) {
        let answer = on(nov(16), 60, EventKind::ANSWER, &[1]);
        let before: Vec<_> = begun().into_iter().chain([answer]).collect();
        let answered = find(&before, days).unwrap();
        let all: Vec<_> = before.into_iter().chain(events).collect();
        let after = find(&all, days).unwrap();
        prop_assert_eq!((after.due, after.met, after.paused), (answered.due, answered.met, answered.paused));
    }
}

#[test]
fn links_confirmations_and_helpers() {
    let mut behalf = on(nov(16), 1, EventKind::REPORT, &[]);
    behalf.side = Side::Province;
    let mut events = vec![behalf];
    let fold = |events: &[Event]| issue(doc(HOME), events);
    assert!(fold(&events).unconfirmed);
    let lead = |n, after: &[u8], slug, helpers| {
        let event = with(on(nov(17), n, EventKind::FORWARD, after), Field::LEAD, text(slug));
        with(event, Field::HELPERS, text(helpers))
    };
    events.push(lead(2, &[1], "so_noi_vu", "so_tai_chinh,so_tu_phap"));
    events.push(on(nov(18), 3, EventKind::START, &[2]));
    assert_eq!(fold(&events).helpers, ["so_tai_chinh", "so_tu_phap"]);
    events.push(with(on(nov(18), 4, EventKind::START, &[3]), Field::HELPERS, text("cong_an")));
    assert_eq!(fold(&events).helpers, ["cong_an"]);
    events.push(with(on(nov(18), 5, EventKind::FORWARD, &[4]), Field::LEAD, text("cong_an")));
    assert_eq!(fold(&events).helpers, Vec::<String>::new());
    let link = |n, of| with(on(nov(18), n, EventKind::COMMON, &[]), Field::OTHER, Value::Id(rid(of)));
    events.extend([link(8, 70), link(7, 71)]);
    let linked = fold(&events);
    assert_eq!((linked.common, linked.common_by), (Some(rid(71)), Some(eid(7))));
    let mut forged = with(on(nov(18), 9, EventKind::UNCOMMON, &[]), Field::CHOSEN, Value::Id(rid(7)));
    forged.side = Side::Commune;
    events.push(forged.clone());
    assert_eq!(fold(&events).common, Some(rid(71)));
    forged.side = Side::Province;
    events.push(Event { id: eid(10), ..forged });
    assert_eq!(fold(&events).common, Some(rid(70)));
    assert!(fold(&events).unconfirmed);
    let confirmed: Vec<_> = events.iter().cloned().chain([on(nov(19), 11, EventKind::CONFIRM, &[])]).collect();
    assert!(!fold(&confirmed).unconfirmed);
    events.push(on(nov(19), 11, EventKind::SOLVED, &[5]));
    let solved = fold(&events);
    assert!(!solved.unconfirmed && solved.solved == Some(events.last().unwrap().stamp.at));
}
