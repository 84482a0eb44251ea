//! The states of issues, by the table of the domain.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::IssueState;
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

/// What must be said of an issue.
pub(super) struct Issue {
    pub(super) state: IssueState,
    pub(super) frontier: BTreeSet<EventId>,
    pub(super) clashes: Vec<Listed>,
}

/// Folds the events of an issue. `None` when somebody settled a clash of it: that is not worked out here.
pub(super) fn issue(paper: &Paper<'_>, record: RecordId) -> Option<Issue> {
    let of_it: Vec<&Happened<'_>> = paper.events.iter().filter(|event| event.record == record).collect();
    if of_it.iter().any(|event| event.settles()) {
        return None;
    }
    let rank = |event: &Happened<'_>| {
        RANKS.iter().position(|(kind, sides, _)| *kind == event.kind && sides.contains(&event.side))
    };
    let after: BTreeMap<EventId, &[EventId]> = of_it.iter().map(|event| (event.id, event.after)).collect();
    let counted: Vec<&Happened<'_>> = of_it.into_iter().filter(|event| rank(event).is_some()).collect();
    let below: BTreeMap<EventId, BTreeSet<EventId>> =
        counted.iter().map(|event| (event.id, all_below(event.id, &after))).collect();
    let frontier: Vec<&&Happened<'_>> =
        counted.iter().filter(|event| !below.values().any(|below| below.contains(&event.id))).collect();
    let state = frontier.iter().filter_map(|event| rank(event)).min().map_or(IssueState::New, |rank| RANKS[rank].2);
    let mut pairs: BTreeMap<&str, Vec<BTreeSet<EventId>>> = BTreeMap::new();
    for one in &counted {
        for other in &counted {
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
