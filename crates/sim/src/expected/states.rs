//! The states of issues and directives, by the tables of the domain.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{IssueState, TaskState};
use hopluu_model::{EventId, EventKind, Field, RecordId, Side, Value};

use super::paper::{Happened, Paper};
use super::{Listed, joined};

const COMMUNE: &[Side] = &[Side::Commune];
const PROVINCE: &[Side] = &[Side::Province];
const BOTH: &[Side] = &[Side::Commune, Side::Province];

/// What moves an issue, who may raise it, and what the issue is then: by rank, the lowest first.
const RANKS: [(EventKind, &[Side], IssueState); 14] = [
    (EventKind::REOPEN, BOTH, IssueState::Reopened),
    (EventKind::SOLVED, COMMUNE, IssueState::Solved),
    (EventKind::WITHDRAW, COMMUNE, IssueState::Withdrawn),
    (EventKind::ASK, PROVINCE, IssueState::Asked),
    (EventKind::REPLY, COMMUNE, IssueState::Replied),
    (EventKind::ANSWER, PROVINCE, IssueState::Answered),
    (EventKind::START, PROVINCE, IssueState::Started),
    (EventKind::FORWARD, PROVINCE, IssueState::Forwarded),
    (EventKind::RECEIVE, PROVINCE, IssueState::Received),
    (EventKind::DUPLICATE, PROVINCE, IssueState::Duplicate),
    (EventKind::REFUSE, PROVINCE, IssueState::Refused),
    (EventKind::CLOSE, PROVINCE, IssueState::Closed),
    (EventKind::REPORT, BOTH, IssueState::New),
    (EventKind::SUBMIT, COMMUNE, IssueState::Submitted),
];

/// The same of directives.
const TASK_RANKS: [(EventKind, &[Side], TaskState); 5] = [
    (EventKind::TASK_RECALL, PROVINCE, TaskState::Recalled),
    (EventKind::TASK_DONE, COMMUNE, TaskState::Done),
    (EventKind::TASK_WORKING, COMMUNE, TaskState::Working),
    (EventKind::TASK_RECEIVED, COMMUNE, TaskState::Received),
    (EventKind::TASK_GIVEN, PROVINCE, TaskState::Given),
];

/// What moves a merger; its events keep their own kind as state.
const MERGER_RANKS: [(EventKind, &[Side], EventKind); 7] = [
    (EventKind::MERGER_ANNUL, COMMUNE, EventKind::MERGER_ANNUL),
    (EventKind::MERGER_PASS, COMMUNE, EventKind::MERGER_PASS),
    (EventKind::MERGER_WITHDRAW, COMMUNE, EventKind::MERGER_WITHDRAW),
    (EventKind::MERGER_FAIL, COMMUNE, EventKind::MERGER_FAIL),
    (EventKind::MERGER_AGREE, COMMUNE, EventKind::MERGER_AGREE),
    (EventKind::MERGER_CONSULT, COMMUNE, EventKind::MERGER_CONSULT),
    (EventKind::MERGER_DRAFT, COMMUNE, EventKind::MERGER_DRAFT),
];

/// What must be said of an issue.
pub(super) struct Issue {
    pub(super) state: IssueState,
    pub(super) frontier: BTreeSet<EventId>,
    pub(super) clashes: Vec<Listed>,
}

/// The events of a record that count, and all that each of them follows.
struct Counted<'p, 'a> {
    events: Vec<&'p Happened<'a>>,
    below: BTreeMap<EventId, BTreeSet<EventId>>,
}

impl<'p, 'a> Counted<'p, 'a> {
    fn of<S>(paper: &'p Paper<'a>, record: RecordId, ranks: &[(EventKind, &[Side], S)]) -> Self {
        let of_it: Vec<&Happened<'_>> = paper.events.iter().filter(|event| event.record == record).collect();
        let after: BTreeMap<EventId, &[EventId]> = of_it.iter().map(|event| (event.id, event.after)).collect();
        let events: Vec<_> = of_it.into_iter().filter(|event| rank(event, ranks).is_some()).collect();
        let below = events.iter().map(|event| (event.id, all_below(event.id, &after))).collect();
        Self { events, below }
    }

    /// The events that no other follows.
    fn frontier(&self) -> Vec<&'p Happened<'a>> {
        let is_last = |event: &&Happened<'_>| !self.below.values().any(|below| below.contains(&event.id));
        self.events.iter().copied().filter(is_last).collect()
    }
}

fn rank<S>(event: &Happened<'_>, ranks: &[(EventKind, &[Side], S)]) -> Option<usize> {
    ranks.iter().position(|(kind, sides, _)| *kind == event.kind && sides.contains(&event.side))
}

fn lowest<S: Copy>(frontier: &[&Happened<'_>], ranks: &[(EventKind, &[Side], S)]) -> Option<S> {
    frontier.iter().filter_map(|event| rank(event, ranks)).min().map(|rank| ranks[rank].2)
}

/// The state of a directive and its frontier; `None` when the province never gave it.
pub(super) fn task(paper: &Paper<'_>, record: RecordId) -> Option<(TaskState, BTreeSet<EventId>)> {
    let counted = Counted::of(paper, record, &TASK_RANKS);
    counted.events.iter().find(|event| event.kind == EventKind::TASK_GIVEN)?;
    let frontier = counted.frontier();
    Some((lowest(&frontier, &TASK_RANKS)?, frontier.iter().map(|event| event.id).collect()))
}

/// What cannot both hold within a merger. `None` when somebody settled something of it: that is not worked out here.
pub(super) fn merger(paper: &Paper<'_>, record: RecordId) -> Option<Vec<&'static str>> {
    if paper.events.iter().any(|event| event.record == record && event.settles()) {
        return None;
    }
    let counted = Counted::of(paper, record, &MERGER_RANKS);
    let Counted { events, below } = &counted;
    let mut listed = BTreeSet::new();
    for one in events {
        for other in events {
            if !below[&one.id].contains(&other.id) && !below[&other.id].contains(&one.id) {
                listed.extend(rivals(one, other));
            }
        }
    }
    let list = paper.shown(record, Field::FROM).map_or(&[][..], Value::as_ids);
    let now = Value::Text(hopluu_model::edit::sources_hash(list));
    let last = |kind: EventKind| {
        let these: Vec<_> = events.iter().filter(|event| event.kind == kind).collect();
        let is_last = |event: &&&&Happened<'_>| !these.iter().any(|other| below[&other.id].contains(&event.id));
        these.iter().filter(is_last).any(|event| event.get(Field::SOURCES_HASH).is_some_and(|hash| *hash != now))
    };
    let state = lowest(&counted.frontier(), &MERGER_RANKS);
    let open = [EventKind::MERGER_PASS, EventKind::MERGER_AGREE, EventKind::MERGER_CONSULT];
    if state.is_some_and(|state| open.contains(&state))
        && (last(EventKind::MERGER_CONSULT) || last(EventKind::MERGER_PASS))
    {
        listed.insert("merger_sources");
    }
    Some(listed.into_iter().collect())
}

fn rivals(one: &Happened<'_>, other: &Happened<'_>) -> Option<&'static str> {
    let terms = |event: &Happened<'_>| (event.get(Field::DECISION).cloned(), event.get(Field::EFFECTIVE_ON).cloned());
    match (one.kind, other.kind) {
        (EventKind::MERGER_PASS, EventKind::MERGER_WITHDRAW | EventKind::MERGER_FAIL | EventKind::MERGER_ANNUL) => {
            Some("merger_outcome")
        }
        (EventKind::MERGER_AGREE, EventKind::MERGER_FAIL) => Some("merger_consent"),
        (EventKind::MERGER_PASS, EventKind::MERGER_PASS) if terms(one) != terms(other) => Some("merger_terms"),
        _ => None,
    }
}

/// Folds the events of an issue. `None` when somebody settled a clash of it: that is not worked out here.
pub(super) fn issue(paper: &Paper<'_>, record: RecordId) -> Option<Issue> {
    if paper.events.iter().any(|event| event.record == record && event.settles()) {
        return None;
    }
    let counted = Counted::of(paper, record, &RANKS);
    let frontier = counted.frontier();
    let state = lowest(&frontier, &RANKS).unwrap_or(IssueState::New);
    let Counted { events: counted, below } = &counted;
    let mut pairs: BTreeMap<&str, Vec<BTreeSet<EventId>>> = BTreeMap::new();
    for one in counted {
        for other in counted {
            let apart =
                one.id != other.id && !below[&one.id].contains(&other.id) && !below[&other.id].contains(&one.id);
            if let Some(kind) = excludes(one, other).filter(|_| apart) {
                pairs.entry(kind).or_default().push(BTreeSet::from([one.id, other.id]));
            }
        }
    }
    let mut clashes = Vec::new();
    for (kind, pairs) in pairs {
        for group in joined(pairs) {
            let options = group.iter().map(EventId::to_string).collect();
            clashes.push(Listed { kind: kind.to_owned(), record: Some(record), options });
        }
    }
    Some(Issue { state, frontier: frontier.iter().map(|event| event.id).collect(), clashes })
}

/// Everything that an event follows.
fn all_below(event: EventId, after: &BTreeMap<EventId, &[EventId]>) -> BTreeSet<EventId> {
    let mut below = BTreeSet::new();
    let mut open = vec![event];
    while let Some(next) = open.pop() {
        let known = after.get(&next).copied().unwrap_or_default();
        open.extend(known.iter().copied().filter(|id| below.insert(*id)));
    }
    below
}

/// What cannot stand beside what.
fn excludes(one: &Happened<'_>, other: &Happened<'_>) -> Option<&'static str> {
    const WORK: [EventKind; 4] = [EventKind::ASK, EventKind::ANSWER, EventKind::START, EventKind::FORWARD];
    let said = |event: &Happened<'_>, field| event.get(field).and_then(Value::as_text).map(str::to_owned);
    let differ = |field| said(one, field).zip(said(other, field)).is_some_and(|(one, other)| one != other);
    match (one.kind, other.kind) {
        (EventKind::REOPEN, EventKind::SOLVED | EventKind::WITHDRAW) => Some("issue_reopened"),
        (EventKind::DUPLICATE | EventKind::REFUSE, work) if WORK.contains(&work) => Some("issue_refused"),
        (EventKind::FORWARD, EventKind::FORWARD) if differ(Field::LEAD) => Some("issue_lead"),
        _ if differ(Field::CATEGORY) => Some("issue_category"),
        _ => None,
    }
}
