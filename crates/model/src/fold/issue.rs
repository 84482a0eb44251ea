//! The state of an issue.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKind, Said};
use super::history::{Act, History, lowest};
use super::states::states;
use crate::id::{DocId, EventId, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Side, Value};
use crate::time::Timestamp;
use crate::{rules, vocabulary};

states! {
    /// The state of an issue, in the order of rank.
    IssueState of 14 from EventKind::REOPEN, before anything New {
        /// Taken up again.
        Reopened "reopened" "Đang xử lý (mở lại)" "in progress (reopened)",
        /// Solved, says the commune.
        Solved "solved" "Đã giải quyết" "solved",
        /// Taken back by the commune.
        Withdrawn "withdrawn" "Đã rút" "withdrawn",
        /// Waits for the commune.
        Asked "asked" "Chờ xã bổ sung" "waiting for the commune",
        /// The commune has replied.
        Replied "replied" "Đang xử lý" "in progress (commune replied)",
        /// Answered by the lead.
        Answered "answered" "Đã trả lời" "answered",
        /// Being worked on.
        Started "started" "Đang xử lý" "in progress",
        /// With a department.
        Forwarded "forwarded" "Đã chuyển đơn vị" "forwarded",
        /// Taken in by triage.
        Received "received" "Đã tiếp nhận" "received",
        /// Another one's double.
        Duplicate "duplicate" "Trùng" "duplicate",
        /// Out of competence.
        Refused "refused" "Không thuộc thẩm quyền" "out of competence",
        /// Closed.
        Closed "closed" "Đã đóng" "closed",
        /// Reported.
        New "new" "Mới" "new",
        /// Waits for the leader's approval; not the province's business yet.
        Submitted "submitted" "Chờ lãnh đạo duyệt" "waiting for approval",
    }
}

impl IssueState {
    /// Whether somebody still has to do something.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Solved | Self::Withdrawn | Self::Duplicate | Self::Refused | Self::Closed)
    }
}

/// What follows from the events of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueFold {
    /// Its state.
    pub state: IssueState,
    /// The event that decides it; `None` before anything effective happened.
    pub by: Option<EventId>,
    /// What the next state event must name in `after`.
    pub frontier: Vec<EventId>,
    /// The leading department; while two are named, the one of the lowest event id.
    pub lead: Option<String>,
    /// The category given by triage last; `None` leaves the reported one.
    pub category: Option<String>,
    /// All categories that triage gave last; two while they clash, and the stricter deadline holds.
    pub categories: Vec<String>,
    /// The issue it doubles, while it is a double.
    pub other: Option<RecordId>,
    /// When it arrived at the province desk, by the desk's clock; the earliest wins.
    pub arrived: Option<Timestamp>,
    /// When it was first answered, by the province's clock; a late "solved" never changes it.
    pub answered: Option<Timestamp>,
    /// When the commune first said that it is solved, by the commune's clock.
    pub solved: Option<Timestamp>,
    /// The departments that help, as the last forwarding or start says; those of concurrent ones together.
    pub helpers: Vec<String>,
    /// The common problem it is part of; while it is linked to two, the one linked by the lowest event id.
    pub common: Option<RecordId>,
    /// The event that links it, for whoever takes the link back.
    pub common_by: Option<EventId>,
    /// Whether the province reported it on the commune's behalf and no commune has stood by it yet.
    pub unconfirmed: bool,
    /// What is to be settled.
    pub clashes: Vec<Clash>,
    /// State events without effect: shown, not counted.
    pub void: Vec<EventId>,
}

/// Folds the events of one issue; those of other kinds and in any order, also twice, change nothing.
#[must_use]
pub fn issue(doc: DocId, events: &[Event]) -> IssueFold {
    let history = History::new(Kind::ISSUE, events);
    let frontier = history.frontier();
    let by = lowest(&frontier);
    let leads = history.latest(|act| act.kind() == EventKind::FORWARD);
    let triaged = history.latest(|act| act.base.fields.contains_key(&Field::CATEGORY));
    let mut categories: Vec<_> = triaged.iter().map(|act| act.base.text(Field::CATEGORY).to_owned()).collect();
    let category = categories.first().cloned();
    categories.sort();
    categories.dedup();
    let earliest = |kind, side| {
        let those = events.iter().filter(|event| event.kind == kind && event.side == side);
        // An arrival that chooses an event is that event's.
        let whole = those.filter(|event| kind != EventKind::ARRIVED || !event.fields.contains_key(&Field::CHOSEN));
        whole.map(|event| event.stamp.at).min()
    };
    let common = common(events);
    IssueFold {
        state: IssueState::of(by.map(|act| act.kind())),
        by: by.map(|act| act.event.id),
        lead: leads.first().map(|act| act.base.text(Field::LEAD).to_owned()),
        category,
        categories,
        other: by
            .filter(|act| act.kind() == EventKind::DUPLICATE)
            .and_then(|act| act.base.fields.get(&Field::OTHER).and_then(Value::as_id)),
        arrived: earliest(EventKind::ARRIVED, Side::Province),
        answered: earliest(EventKind::ANSWER, Side::Province),
        solved: earliest(EventKind::SOLVED, Side::Commune),
        helpers: helpers(&history),
        common: common.map(|(_, common)| common),
        common_by: common.map(|(link, _)| link),
        unconfirmed: is_unconfirmed(&history, events),
        clashes: history.clashes(doc, between, text),
        void: history.void(),
        frontier: frontier.iter().map(|act| act.event.id).collect(),
    }
}

fn helpers(history: &History<'_>) -> Vec<String> {
    let says = |act: &Act<'_>| match act.kind() {
        EventKind::FORWARD => true,
        EventKind::START => act.base.fields.contains_key(&Field::HELPERS),
        _ => false,
    };
    let latest = history.latest(says);
    let named: BTreeSet<&str> = latest.iter().flat_map(|act| act.base.text(Field::HELPERS).split(',')).collect();
    named.into_iter().filter(|slug| !slug.is_empty()).map(str::to_owned).collect()
}

/// The link to a common problem that nobody took back, and the problem.
fn common(events: &[Event]) -> Option<(EventId, RecordId)> {
    let of = |kind, field| {
        let those = events.iter().filter(move |event| event.kind == kind && event.side == Side::Province);
        those.filter_map(move |event| Some((event.id, event.fields.get(&field).and_then(Value::as_id)?)))
    };
    let back: BTreeSet<EventId> = of(EventKind::UNCOMMON, Field::CHOSEN).map(|(_, link)| EventId(link.0)).collect();
    of(EventKind::COMMON, Field::OTHER).filter(|(link, _)| !back.contains(link)).min()
}

/// Anything effective that a commune raised stands by what the province reported.
fn is_unconfirmed(history: &History<'_>, events: &[Event]) -> bool {
    let on_behalf = |act: &Act<'_>| act.event.kind == EventKind::REPORT && act.event.side == Side::Province;
    let confirms = |event: &Event| event.kind == EventKind::CONFIRM && event.side == Side::Commune;
    history.effective().any(|(_, act)| on_behalf(&act))
        && !history.effective().any(|(_, act)| act.event.side == Side::Commune)
        && !events.iter().any(confirms)
}

/// What clashes; the order of the two is tried both ways.
fn between(one: &Act<'_>, other: &Act<'_>) -> Option<ClashKind> {
    const WORK: [EventKind; 4] = [EventKind::ASK, EventKind::ANSWER, EventKind::START, EventKind::FORWARD];
    let differ = |field| {
        let (left, right) = (one.base.text(field), other.base.text(field));
        !left.is_empty() && !right.is_empty() && left != right
    };
    match (one.kind(), other.kind()) {
        (EventKind::REOPEN, EventKind::SOLVED | EventKind::WITHDRAW) => Some(ClashKind::IssueReopened),
        (EventKind::DUPLICATE | EventKind::REFUSE, work) if WORK.contains(&work) => Some(ClashKind::IssueRefused),
        (EventKind::FORWARD, EventKind::FORWARD) if differ(Field::LEAD) => Some(ClashKind::IssueLead),
        _ if differ(Field::CATEGORY) => Some(ClashKind::IssueCategory),
        _ => None,
    }
}

pub(super) fn text(act: &Act<'_>) -> Said {
    let state = IssueState::of(Some(act.kind()));
    let mut text = Said::new(state.vi(), state.en());
    for field in [Field::LEAD, Field::CATEGORY, Field::REASON] {
        let said = act.base.text(field);
        if !said.is_empty() {
            let word = vocabulary::word("issue_category", said).filter(|_| field == Field::CATEGORY);
            let (vi, en) = word.map_or((said, said), |word| (word.vi, word.en));
            text.vi.push_str(&format!("; {}: {vi}", rules::label(field)));
            text.en.push_str(&format!("; {}: {en}", rules::label_en(field)));
        }
    }
    text
}

/// The issues that are no duplicates although somebody said so: they lie on a ring of duplicates.
///
/// Takes for each issue in state [`IssueState::Duplicate`] the one it doubles.
#[must_use]
pub fn duplicates(doubles: &BTreeMap<RecordId, RecordId>) -> BTreeSet<RecordId> {
    let on_ring = |start: &RecordId| {
        let mut at = doubles.get(start);
        for _ in 0..doubles.len() {
            match at {
                Some(issue) if issue == start => return true,
                Some(issue) => at = doubles.get(issue),
                None => return false,
            }
        }
        false
    };
    doubles.keys().filter(|issue| on_ring(issue)).copied().collect()
}
