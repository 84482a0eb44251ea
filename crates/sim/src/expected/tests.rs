use hopluu_document::{Document, genesis_hash};
use hopluu_model::fold::{IssueState, TaskState};
use hopluu_model::{ActorId, By, DocId, Edit, EventId, EventKind, Role, Side, Stamp, Timestamp, Write};

use super::changes::{Change, Saw, Typed, place_of};
use super::paper::Paper;
use super::persons::{self, Same};
use super::*;
use hopluu_model::{Field, Value};

fn doc(kind: DocKind) -> DocId {
    DocId::new(CollectionId([5; 16]), kind)
}

fn actor(number: u8) -> ActorId {
    ActorId([number; 16])
}

fn record(number: u8) -> RecordId {
    RecordId([number; 16])
}

/// Only forms make edits; those of tests arrive as bytes.
fn edit(writes: &[Write]) -> Edit {
    let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role: Role::Leader };
    let stamp = Stamp { at: Timestamp(1_800_000_000_000), by };
    let bytes = postcard::to_stdvec(&(doc(DocKind::Register), stamp, false, writes)).unwrap();
    postcard::from_bytes(&bytes).unwrap()
}

/// Edits in the order in which they were typed: by whom, after how many of these edits, and what.
fn typed(all: &[(u8, usize, Vec<Write>)]) -> Vec<Typed> {
    let side = |by: u8| if by == 9 { Side::Province } else { Side::Commune };
    all.iter().map(|(by, _, writes)| Typed { edit: edit(writes), side: side(*by) }).collect()
}

fn changes<'a>(all: &[(u8, usize, Vec<Write>)], typed: &'a [Typed]) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    for (place, (by, seen, _)) in all.iter().enumerate() {
        let actor = actor(*by);
        let seq = 1 + all[..place].iter().filter(|(other, ..)| other == by).count() as u64;
        let mut saw = Saw::from([(actor, seq)]);
        for other in &changes[..*seen] {
            let known = saw.entry(other.actor).or_default();
            *known = other.seq.max(*known);
        }
        let rests_on = changes.iter().filter(|other| saw.get(&other.actor).is_some_and(|seq| *seq >= other.seq));
        let first_op = 10 + rests_on.map(|other| other.first_op).max().unwrap_or(0);
        changes.push(Change { actor, seq, first_op, saw, typed: &typed[place] });
    }
    changes
}

fn unit(number: u8) -> Write {
    Write::Create { record: record(number), kind: Kind::UNIT, fields: vec![(Field::HOUSEHOLDS, Value::Int(1))] }
}

fn households(count: i64) -> Vec<Write> {
    vec![Write::Set { record: record(1), field: Field::HOUSEHOLDS, value: Value::Int(count) }]
}

fn happens(event: u8, on: u8, kind: EventKind, after: &[u8]) -> Write {
    let after = after.iter().map(|event| EventId([*event; 16])).collect();
    Write::Append { event: EventId([event; 16]), record: record(on), kind, after, fields: Vec::new() }
}

fn settles(event: u8, on: u8, after: &[u8], chosen: u8, weighed: &[u8]) -> Write {
    let weighed = weighed.iter().map(|id| record(*id)).collect();
    let fields = vec![(Field::WEIGHED, Value::Ids(weighed)), (Field::CHOSEN, Value::Id(record(chosen)))];
    let after = after.iter().map(|event| EventId([*event; 16])).collect();
    Write::Append { event: EventId([event; 16]), record: record(on), kind: EventKind::SETTLE, after, fields }
}

/// The values listed for the households of the only unit, and the one shown.
fn fields_of(all: &[(u8, usize, Vec<Write>)]) -> (Vec<String>, Option<Value>) {
    let typed = typed(all);
    let changes = changes(all, &typed);
    let paper = Paper::of(&changes).unwrap();
    let listed = paper.same_fields().flat_map(|listed| listed.options).collect();
    (listed, paper.shown(record(1), Field::HOUSEHOLDS).cloned())
}

#[test]
fn a_field_is_listed_while_nobody_replaced_what_differs() {
    let begun = (1, 0, vec![unit(1)]);
    let apart = [begun.clone(), (1, 1, households(2)), (2, 1, households(3))];
    let both = vec!["Int(2)".to_owned(), "Int(3)".to_owned()];
    assert_eq!(fields_of(&apart), (both.clone(), Some(Value::Int(3))), "of equals the higher author shows");
    let same = [begun.clone(), (1, 1, households(2)), (2, 1, households(2))];
    assert_eq!(fields_of(&same), (vec![], Some(Value::Int(2))));
    let in_turn = [begun.clone(), (1, 1, households(2)), (2, 2, households(3))];
    assert_eq!(fields_of(&in_turn), (vec![], Some(Value::Int(3))));
    let chosen = [begun.clone(), (1, 1, households(2)), (2, 1, households(3)), (1, 3, households(2))];
    assert_eq!(fields_of(&chosen), (vec![], Some(Value::Int(2))));
    let one_unseen = [begun.clone(), (2, 1, households(3)), (1, 1, households(4)), (1, 1, households(2))];
    assert_eq!(fields_of(&one_unseen), (both, Some(Value::Int(2))), "he has seen what he wrote himself");
    assert_eq!(fields_of(&[begun]), (vec![], Some(Value::Int(1))));
}

/// The state of the only issue, and the kinds of its clashes.
fn state_of(events: &[(u8, Write)]) -> Option<(IssueState, Vec<String>)> {
    let begun = Write::Create { record: record(1), kind: Kind::ISSUE, fields: Vec::new() };
    let mut all = vec![(1, 0, vec![begun, happens(1, 1, EventKind::REPORT, &[])])];
    all.extend(events.iter().map(|(by, event)| (*by, 1, vec![event.clone()])));
    let typed = typed(&all);
    let changes = changes(&all, &typed);
    let paper = Paper::of(&changes).unwrap();
    let issue = states::issue(&paper, record(1))?;
    Some((issue.state, issue.clashes.into_iter().map(|listed| listed.kind).collect()))
}

#[test]
fn the_lowest_rank_on_the_frontier_decides() {
    let solved = (1, happens(2, 1, EventKind::SOLVED, &[1]));
    let reopened = |after: &[u8]| (2, happens(3, 1, EventKind::REOPEN, after));
    let clash = vec!["issue_reopened".to_owned()];
    assert_eq!(state_of(&[]), Some((IssueState::New, vec![])));
    assert_eq!(state_of(&[solved.clone(), reopened(&[2])]), Some((IssueState::Reopened, vec![])));
    assert_eq!(state_of(&[solved.clone(), reopened(&[1])]), Some((IssueState::Reopened, clash.clone())));
    let replied = (1, happens(4, 1, EventKind::REPLY, &[2, 3]));
    let later = [solved.clone(), reopened(&[1]), replied];
    assert_eq!(state_of(&later), Some((IssueState::Replied, clash)), "a clash stays until it is settled");
    let received = (1, happens(4, 1, EventKind::RECEIVE, &[2]));
    assert_eq!(state_of(&[solved.clone(), received]), Some((IssueState::Solved, vec![])), "the wrong side");
    assert_eq!(state_of(&[solved, (1, settles(5, 1, &[2], 2, &[2]))]), None);
}

#[test]
fn a_directive_is_as_far_as_its_lowest_rank_and_only_one_that_was_given() {
    let begun = Write::Create { record: record(1), kind: Kind::DIRECTIVE, fields: Vec::new() };
    let of = |events: &[(u8, Write)]| {
        let mut all = vec![(9, 0, vec![begun.clone()])];
        all.extend(events.iter().map(|(by, event)| (*by, 1, vec![event.clone()])));
        let typed = typed(&all);
        states::task(&Paper::of(&changes(&all, &typed)).unwrap(), record(1)).map(|(state, _)| state)
    };
    let given = (9, happens(1, 1, EventKind::TASK_GIVEN, &[]));
    let done = (1, happens(2, 1, EventKind::TASK_DONE, &[1]));
    assert_eq!(of(std::slice::from_ref(&done)), None);
    assert_eq!(of(&[given.clone(), done.clone()]), Some(TaskState::Done));
    let working = (2, happens(3, 1, EventKind::TASK_WORKING, &[1, 2]));
    assert_eq!(of(&[given.clone(), done.clone(), working]), Some(TaskState::Working));
    let recalled = (9, happens(4, 1, EventKind::TASK_RECALL, &[1]));
    assert_eq!(of(&[given.clone(), done, recalled]), Some(TaskState::Recalled));
    assert_eq!(
        of(&[given, (1, happens(5, 1, EventKind::TASK_RECALL, &[1]))]),
        Some(TaskState::Given),
        "the wrong side"
    );
}

/// A register of mergers, each with its passing, sources and target, and the settlements: what is listed.
fn mergers_of(mergers: &[(u8, [u8; 2], u8)], settled: &[Write]) -> Vec<(String, usize)> {
    let mut all = Vec::new();
    for (merger, from, into) in mergers {
        let from = from.iter().map(|unit| record(*unit)).collect();
        let fields = vec![(Field::FROM, Value::Ids(from)), (Field::INTO, Value::Id(record(*into)))];
        let begun = Write::Create { record: record(*merger), kind: Kind::MERGER, fields };
        all.push((1, 0, vec![begun, happens(merger + 100, *merger, EventKind::MERGER_PASS, &[])]));
    }
    all.extend(settled.iter().map(|settlement| (1, 0, vec![settlement.clone()])));
    let typed = typed(&all);
    let changes = changes(&all, &typed);
    let listed = claims::mergers(&Paper::of(&changes).unwrap());
    listed.into_iter().map(|listed| (listed.kind, listed.options.len())).collect()
}

#[test]
fn mergers_exclude_each_other_until_one_is_chosen() {
    let twice = [(11, [1, 2], 3), (12, [2, 4], 5)];
    let ring = [(11, [1, 2], 3), (12, [3, 4], 1)];
    let listed = |kind: &str| vec![(kind.to_owned(), 2)];
    assert_eq!(mergers_of(&twice[..1], &[]), []);
    assert_eq!(mergers_of(&twice, &[]), listed("unit_twice"));
    assert_eq!(mergers_of(&ring, &[]), listed("merger_ring"));
    let first = settles(120, 11, &[111], 111, &[111, 112]);
    assert_eq!(mergers_of(&twice, std::slice::from_ref(&first)), []);
    let other = settles(121, 12, &[112], 112, &[111, 112]);
    assert_eq!(mergers_of(&twice, &[first.clone(), other.clone()]), listed("unit_twice"), "they differ");
    let again = settles(122, 12, &[121], 121, &[120, 121]);
    assert_eq!(mergers_of(&twice, &[first, other, again]), []);
}

#[test]
fn a_post_has_no_more_holders_than_it_may() {
    let post = Write::Create { record: record(1), kind: Kind::POST, fields: vec![(Field::MAX_HOLDERS, Value::Int(1))] };
    let posts = [(1, 0, vec![post])];
    let listed = |settled: &[Write]| {
        let holding = |number: u8| {
            let fields = vec![(Field::PERSON, Value::Id(record(number + 50))), (Field::POST, Value::Id(record(1)))];
            (1, 0, vec![Write::Create { record: record(number), kind: Kind::HOLDING, fields }])
        };
        let mut all = vec![holding(2), holding(3), holding(4)];
        all.extend(settled.iter().map(|settlement| (1, 0, vec![settlement.clone()])));
        let (register, people) = (typed(&posts), typed(&all));
        let (register, people) = (changes(&posts, &register), changes(&all, &people));
        let (register, people) = (Paper::of(&register).unwrap(), Paper::of(&people).unwrap());
        let listed = staff::staff(&register, &people, &Same::default(), &ends::Ends::new()).listed;
        listed.into_iter().map(|listed| listed.options.len()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), [3]);
    let first = settles(20, 2, &[], 2, &[2, 3]);
    assert_eq!(listed(std::slice::from_ref(&first)), [2], "the third was not weighed");
    let differs = settles(21, 3, &[], 3, &[2, 3]);
    assert_eq!(listed(&[first, differs]), [3]);
}

#[test]
fn the_place_of_a_change_is_read_from_its_bytes() {
    let doc = doc(DocKind::Register);
    let mut document = Document::begin(doc);
    let first = document.write(actor(1), &edit(&[unit(1)])).unwrap();
    let second = document.write(actor(2), &edit(&households(2))).unwrap();
    let (parents, first_op) = place_of(&first.raw).unwrap();
    assert_eq!(parents, [genesis_hash(&doc)]);
    assert_eq!(place_of(&second.raw), Some((vec![first.hash], first_op + 2)));
    for end in 0..40 {
        assert_eq!(place_of(&second.raw[..end]), None, "{end} bytes are no change");
    }
}

#[test]
fn two_records_of_one_name_are_asked_about_until_one_answer_stands() {
    let person = |number: u8, name: &str| {
        let fields = vec![
            (Field::NAME, Value::Text(name.to_owned())),
            (Field::STAFF_CATEGORY, Value::Text("cong_chuc".to_owned())),
        ];
        (number, 0, vec![Write::Create { record: record(number), kind: Kind::PERSON, fields }])
    };
    let known = |settled: &[Write]| {
        let mut all =
            vec![person(1, "Nguyễn Văn Mẫu 014"), person(2, "Nguyen Van Mau 014"), person(3, "Nguyễn Văn Mẫu 015")];
        all.extend(settled.iter().map(|settlement| (1, 0, vec![settlement.clone()])));
        let people = typed(&all);
        let people = changes(&all, &people);
        let same = persons::same(&Paper::of(&people).unwrap());
        (same.listed.len(), same.kept(record(2)) == record(1))
    };
    assert_eq!(known(&[]), (1, false));
    let kept = settles(20, 1, &[], 1, &[1, 2]);
    assert_eq!(known(std::slice::from_ref(&kept)), (0, true));
    let other = settles(21, 2, &[], 2, &[1, 2]);
    assert_eq!(known(&[kept, other]), (1, false));
}
