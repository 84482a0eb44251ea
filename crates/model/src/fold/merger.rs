//! The state of a merger of units.

use std::collections::BTreeSet;

use super::clash::{Clash, ClashKind, ClashOption, Said};
use super::deed::Known;
use super::history::{Act, History, lowest};
use super::states::states;
use crate::edit::sources_hash;
use crate::id::{EventId, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Snapshot, Value};
use crate::time::Date;

states! {
    /// The state of a merger, in the order of rank. Whether it has taken effect is derived by the register.
    MergerState of 7 from EventKind::MERGER_ANNUL, before anything Draft {
        /// Annulled by a document.
        Annulled "annulled" "Bãi bỏ" "annulled",
        /// Passed by a document.
        Passed "passed" "Đã thông qua" "passed",
        /// Given up.
        Withdrawn "withdrawn" "Dừng" "withdrawn",
        /// Without a majority.
        Failed "failed" "Không đạt" "no majority",
        /// With a majority.
        Agreed "agreed" "Đạt đồng thuận" "agreed",
        /// Households are being asked.
        Consulting "consulting" "Đang lấy ý kiến" "households are asked",
        /// Drafted.
        Draft "draft" "Dự thảo" "draft",
    }
}

/// What follows from the events of a merger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergerFold {
    /// Its state.
    pub state: MergerState,
    /// The event that decides it.
    pub by: Option<EventId>,
    /// The passing event, or the settlement that raised it again, while it is passed.
    pub passed_by: Option<EventId>,
    /// All passings and settlements for them on the frontier, while it is passed: it stands by any of them.
    pub passings: Vec<EventId>,
    /// The day it takes effect, while it is passed.
    pub effective_on: Option<Date>,
    /// Number of the document that passed it.
    pub decision: Option<String>,
    /// The body that passed it.
    pub body: Option<String>,
    /// What was known of its units when it was passed.
    pub known: Known,
    /// What the next state event must name in `after`.
    pub frontier: Vec<EventId>,
    /// What is to be settled within the merger; none takes effect meanwhile.
    pub clashes: Vec<Clash>,
    /// State events without effect: shown, not counted.
    pub void: Vec<EventId>,
    /// What settlements on this merger weighed and did not choose, also passings of other mergers.
    pub overruled: BTreeSet<RecordId>,
}

/// Folds the events of one merger; their order and repetition change nothing.
#[must_use]
pub fn merger(merger: &Snapshot, events: &[Event]) -> MergerFold {
    let history = History::new(Kind::MERGER, events);
    let frontier = history.frontier();
    let by = lowest(&frontier);
    let passed = by.filter(|act| act.kind() == EventKind::MERGER_PASS);
    let passings = frontier.iter().filter(|act| passed.is_some() && act.kind() == EventKind::MERGER_PASS);
    let said = |field| passed.map(|act| act.base.text(field).to_owned());
    let ids: Vec<_> = frontier.iter().map(|act| act.event.id).collect();
    let mut clashes = history.clashes(merger.doc, between, text);
    clashes.extend(by.and_then(|by| sources(merger, &history, &by, &ids)));
    MergerFold {
        state: MergerState::of(by.map(|act| act.kind())),
        by: by.map(|act| act.event.id),
        passed_by: passed.map(|act| act.event.id),
        passings: passings.map(|act| act.event.id).collect(),
        effective_on: passed.and_then(|act| act.base.fields.get(&Field::EFFECTIVE_ON).and_then(Value::as_date)),
        decision: said(Field::DECISION),
        body: said(Field::BODY),
        known: passed.map(|act| Known::of(act.base)).unwrap_or_default(),
        frontier: ids,
        clashes,
        void: history.void(),
        overruled: history.overruled(),
    }
}

/// What clashes; the order of the two is tried both ways.
fn between(one: &Act<'_>, other: &Act<'_>) -> Option<ClashKind> {
    let differ = |field| one.base.fields.get(&field) != other.base.fields.get(&field);
    match (one.kind(), other.kind()) {
        (EventKind::MERGER_PASS, EventKind::MERGER_WITHDRAW | EventKind::MERGER_FAIL | EventKind::MERGER_ANNUL) => {
            Some(ClashKind::MergerOutcome)
        }
        (EventKind::MERGER_AGREE, EventKind::MERGER_FAIL) => Some(ClashKind::MergerConsent),
        (EventKind::MERGER_PASS, EventKind::MERGER_PASS) if differ(Field::DECISION) || differ(Field::EFFECTIVE_ON) => {
            Some(ClashKind::MergerTerms)
        }
        _ => None,
    }
}

/// The last consultation or passing was about another list than the merger has now. The settlement raises the present
/// state again and carries the present list.
fn sources(merger: &Snapshot, history: &History<'_>, by: &Act<'_>, frontier: &[EventId]) -> Option<Clash> {
    let list = merger.get(Field::FROM).map_or(&[][..], Value::as_ids);
    let now = sources_hash(list);
    let confirms =
        |act: &Act<'_>| act.event.kind == EventKind::SETTLE && !act.event.text(Field::SOURCES_HASH).is_empty();
    let carried = |act: &Act<'_>| {
        let of = if confirms(act) { act.event } else { act.base };
        of.text(Field::SOURCES_HASH).to_owned()
    };
    let last = |kind: EventKind| history.latest(|act| act.kind() == kind || confirms(act));
    let asked = last(EventKind::MERGER_CONSULT).into_iter().chain(last(EventKind::MERGER_PASS));
    let stale = asked.map(|act| carried(&act)).any(|hash| !hash.is_empty() && hash != now);
    let open = matches!(by.kind(), EventKind::MERGER_PASS | EventKind::MERGER_AGREE | EventKind::MERGER_CONSULT);
    if !stale || !open {
        return None;
    }
    let (state, count) = (MergerState::of(Some(by.kind())), list.len());
    let text = Said::new(
        format!("{} với danh sách hiện nay ({count} đơn vị)", state.vi()),
        format!("{} for the list as it is now ({count} units)", state.en()),
    );
    let mut option = ClashOption::event(by.event, frontier, text);
    option.value = Value::Text(now);
    Some(Clash::new(ClashKind::MergerSources, merger.id, merger.doc, vec![option]))
}

pub(super) fn text(act: &Act<'_>) -> Said {
    let state = MergerState::of(Some(act.kind()));
    match (act.base.text(Field::DECISION), act.base.fields.get(&Field::EFFECTIVE_ON)) {
        ("", _) => Said::new(state.vi(), state.en()),
        (decision, Some(Value::Date(date))) => Said::new(
            format!("{}: {decision}, hiệu lực từ ngày {}", state.vi(), date.vi()),
            format!("{}: {decision}, in effect from {date}", state.en()),
        ),
        (decision, _) => Said::new(format!("{}: {decision}", state.vi()), format!("{}: {decision}", state.en())),
    }
}
