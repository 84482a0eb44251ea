//! The clock of an issue at the province, and that of a question at the commune.
//!
//! The province's clock starts on the day on which its desk received the issue. A question stops it from the day it
//! was raised until the desk received the reply, or until the province itself went on. The first answer stops it for
//! good: what comes later, a late "solved" above all, never rewrites a period that was reported.

use std::collections::BTreeSet;

use super::history::{Act, History};
use super::issue::{IssueFold, IssueState};
use crate::calendar::Calendar;
use crate::id::{EventId, RecordId};
use crate::record::{Event, EventKind, Field, Kind, Side, Snapshot, Value};
use crate::time::Date;

/// In how many working days somebody has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The province, to answer: see [`days_allowed`].
    pub answer: u16,
    /// The commune, to reply to a question.
    pub reply: u16,
}

/// When an issue must be answered, and when the commune must reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The day on which the province's clock started.
    pub started: Date,
    /// The last day for the first answer. While the clock stands still it is the earliest that day can be.
    pub due: Date,
    /// Whether the clock stands still, because a question went unanswered before the last day was over.
    pub paused: bool,
    /// Whether the first answer was in time; `None` before any.
    pub met: Option<bool>,
    /// The commune's last day to reply; `None` when nothing is asked or the question has not reached its office.
    pub reply_due: Option<Date>,
}

/// Works the deadline of an issue out; `None` before it arrived at the province, or before the leader approved it.
#[must_use]
pub fn deadline(events: &[Event], fold: &IssueFold, terms: Terms, calendar: &Calendar) -> Option<Deadline> {
    let started = fold.arrived.filter(|_| fold.state != IssueState::Submitted)?.date();
    let history = History::new(Kind::ISSUE, events);
    let answered = fold.answered.map(crate::time::Timestamp::date);
    let asks = asks(&history);
    let stops: Vec<Stop> = asks.iter().map(|ask| stop(&history, events, ask, answered)).collect();
    let still = |day: Date| stops.iter().any(|stop| stop.from <= day && stop.until.is_some_and(|until| day < until));
    let due = calendar.after_days(started, terms.answer, still);
    let open: BTreeSet<EventId> = fold.frontier.iter().copied().collect();
    let waiting = asks.iter().filter(|(_, act)| open.contains(&act.event.id));
    let reached = waiting.filter_map(|(_, act)| arrival(events, Side::Commune, act.base.id)).min();
    Some(Deadline {
        started,
        due,
        paused: stops.iter().any(|stop| stop.until.is_none() && stop.from <= due),
        met: answered.map(|day| day <= due),
        reply_due: reached.map(|day| calendar.plus_working_days(day, terms.reply)),
    })
}

/// In how many working days an issue must be answered: of several categories, while they clash, the fewest. `None`
/// when nobody set any.
#[must_use]
pub fn days_allowed(issue: &Snapshot, fold: &IssueFold, days: impl Fn(&str) -> Option<u16>) -> Option<u16> {
    if !fold.categories.is_empty() {
        return fold.categories.iter().filter_map(|category| days(category)).min();
    }
    let held = issue.fields.get(&Field::CATEGORY)?;
    let values = std::iter::once(&held.value).chain(held.rivals.iter().map(|rival| &rival.value));
    values.filter_map(Value::as_text).filter_map(days).min()
}

/// For how long a question stops the clock; without end while nothing ended it.
struct Stop {
    from: Date,
    until: Option<Date>,
}

type Ask<'a> = (usize, Act<'a>);

/// Questions that count; not those that a settlement weighed and passed over.
fn asks<'a>(history: &History<'a>) -> Vec<Ask<'a>> {
    let overruled = history.overruled();
    let asked = history.effective().filter(|(_, act)| act.kind() == EventKind::ASK);
    asked.filter(|(_, act)| !overruled.contains(&RecordId(act.event.id.0))).collect()
}

/// A question stops the clock until the reply to it arrived, the province went on, or somebody answered.
fn stop(history: &History<'_>, events: &[Event], (ask, act): &Ask<'_>, answered: Option<Date>) -> Stop {
    let later = history.effective().filter(|(index, later)| {
        later.base.id != act.base.id && later.kind() != EventKind::ASK && history.follows(*index, *ask)
    });
    let ends = later.filter_map(|(_, later)| match (later.kind(), later.base.side) {
        (EventKind::REPLY | EventKind::REOPEN, Side::Commune) => arrival(events, Side::Province, later.base.id),
        (_, Side::Province) => Some(later.event.stamp.at.date()),
        _ => None,
    });
    Stop { from: act.base.stamp.at.date(), until: ends.chain(answered).min() }
}

/// The day on which an event arrived at a side, as the program there wrote it; the earliest wins.
fn arrival(events: &[Event], side: Side, of: EventId) -> Option<Date> {
    let chosen = Value::Id(RecordId(of.0));
    let those = events.iter().filter(|event| {
        event.kind == EventKind::ARRIVED && event.side == side && event.fields.get(&Field::CHOSEN) == Some(&chosen)
    });
    those.map(|event| event.stamp.at).min().map(crate::time::Timestamp::date)
}
