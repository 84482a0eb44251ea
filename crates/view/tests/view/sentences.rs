//! The four true sentences: none early, and back when a holder has less.

use crate::world::*;
use hopluu_model::{ActorId, Clock, EventKind, Field, Kind, Side, Timestamp};
use hopluu_view::query::Sentence;
use hopluu_view::{Batch, Marks, Reader, Refusal, Seen, View};

const OTHER: ActorId = ActorId([2; 16]);

fn office() -> (View, Reader) {
    let mut view = View::memory().unwrap();
    let mut update = update(issues(1), 1);
    update.records.push(record(issues(1), 1, Kind::ISSUE, &[(Field::TEXT, text("Chữ ký số cấp chậm"))]));
    update.touches = vec![touch(1, CLERK, 5), touch(1, CLERK, 4), touch(1, OTHER, 2)];
    view.fold(&Batch { docs: vec![update] }).unwrap();
    view.mark(&Marks { mine: vec![CLERK], ..Marks::default() }).unwrap();
    let reader = view.reader().unwrap();
    (view, reader)
}

fn relay(clock: Clock) -> Marks {
    Marks { at_relay: vec![(issues(1), clock)], ..Marks::default() }
}

fn shown(clock: Clock) -> Marks {
    Marks { shown: vec![(issues(1), clock, Timestamp(9))], ..Marks::default() }
}

#[test]
fn a_record_is_as_far_as_its_last_author() {
    let (mut view, reader) = office();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Saved));
    assert_eq!(reader.waiting().unwrap(), 1);
    view.mark(&relay(clock(&[(CLERK, 4), (OTHER, 2)]))).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Saved), "change 5 is still here");
    view.mark(&relay(clock(&[(CLERK, 5), (OTHER, 2)]))).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::AtRelay));
    assert_eq!(reader.waiting().unwrap(), 0);
    view.mark(&shown(clock(&[(CLERK, 5)]))).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::AtRelay), "the other author's change is behind");
    view.mark(&shown(clock(&[(CLERK, 9), (OTHER, 2)]))).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::AtProvince));
    assert_eq!(reader.sentence(id(2)).unwrap(), None);
}

#[test]
fn a_holder_who_comes_back_with_less_is_believed() {
    let (mut view, reader) = office();
    view.mark(&relay(clock(&[(CLERK, 5), (OTHER, 2)]))).unwrap();
    view.mark(&relay(clock(&[(OTHER, 2)]))).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Saved));
    assert_eq!(reader.sentence_of_change(issues(1), OTHER, 2).unwrap(), Sentence::AtRelay);
    assert_eq!(reader.sentence_of_change(issues(1), OTHER, 3).unwrap(), Sentence::Saved);
    assert_eq!(reader.sentence_of_change(issues(7), OTHER, 3).unwrap(), Sentence::Saved);
}

#[test]
fn an_answer_makes_it_seen_until_somebody_writes_again() {
    let (mut view, reader) = office();
    let mut answer = update(issues(1), 2);
    answer.events.push(event(1, 1, EventKind::ANSWER, Side::Province, &[]));
    answer.touches.push(touch(1, DESK, 1));
    answer.seen = vec![Seen { record: id(1), actor: CLERK, seq: 5 }];
    view.fold(&Batch { docs: vec![answer.clone()] }).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Saved), "the other author's change was not seen");
    answer.seen.push(Seen { record: id(1), actor: OTHER, seq: 2 });
    view.fold(&Batch { docs: vec![answer] }).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Seen));
    let mut again = update(issues(1), 3);
    again.touches.push(touch(1, CLERK, 6));
    view.fold(&Batch { docs: vec![again] }).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Saved));
    assert_eq!(reader.sentence_of_change(issues(1), CLERK, 5).unwrap(), Sentence::Seen);
}

#[test]
fn a_refusal_is_said_on_the_record_and_goes_when_lifted() {
    let (mut view, reader) = office();
    view.mark(&relay(clock(&[(CLERK, 5), (OTHER, 2)]))).unwrap();
    let refusal = Refusal {
        doc: issues(1),
        actor: CLERK,
        seq: 5,
        code: "scope".to_owned(),
        text: "Thiết bị không thuộc xã này".to_owned(),
    };
    view.mark(&Marks { refused: vec![refusal.clone()], ..Marks::default() }).unwrap();
    let Refusal { code, text, .. } = refusal;
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::Refused { code, text }));
    assert_eq!(reader.sentence_of_change(issues(1), CLERK, 4).unwrap(), Sentence::AtRelay);
    view.mark(&Marks { lifted: vec![(issues(1), CLERK, 5)], ..Marks::default() }).unwrap();
    assert_eq!(reader.sentence(id(1)).unwrap(), Some(Sentence::AtRelay));
}

#[test]
fn what_the_province_wrote_has_reached_it() {
    let (mut view, reader) = office();
    let mut notice = update(issues(1), 2);
    notice.records.push(record(issues(1), 3, Kind::ISSUE, &[]));
    notice.touches.push(touch(3, DESK, 7));
    view.fold(&Batch { docs: vec![notice] }).unwrap();
    assert_eq!(reader.sentence(id(3)).unwrap(), Some(Sentence::AtProvince));
    view.mark(&Marks { mine: vec![DESK], ..Marks::default() }).unwrap();
    assert_eq!(reader.sentence(id(3)).unwrap(), Some(Sentence::Saved), "at the desk itself it is only saved");
}
