//! What the program itself writes, so that nobody has to: that something arrived, and that an answered issue is closed.
//!
//! The deadline of an issue starts when it arrived at the province desk, and a commune's time to reply when the question
//! reached its office; both are events that the program of the receiving side writes. Doing a chore twice adds nothing:
//! what is written already is looked for first.

use std::collections::BTreeSet;

use hopluu_model::calendar::Calendar;
use hopluu_model::edit::{Arrived, MoveIssue};
use hopluu_model::fold::IssueState;
use hopluu_model::{By, Desk as At, EventKind, Field, RecordId, Role, Side, Stamp, Value};
use hopluu_view::query::{EventRow, IssueDetail, IssueFilter, Pile};

use crate::{Desk, Refusal};

/// Under which name the program writes.
const PROGRAM: &str = "Hợp Lưu";
/// Issues looked at in one go when many came at once.
const AT_ONCE: u32 = 500;

impl Desk {
    /// Writes down what arrived among records that moved; returns how many events were written.
    ///
    /// # Errors
    /// When view or office fail.
    pub async fn note_arrivals(&self, moved: &[RecordId]) -> Result<usize, Refusal> {
        let mut written = 0;
        for id in moved {
            let Some(detail) = self.reader().issue(&id.to_string())? else { continue };
            written += self.note_arrival(&detail).await?;
        }
        Ok(written)
    }

    /// At start, and when news were missed: everything that lies in this desk's piles is looked at once.
    ///
    /// # Errors
    /// When view or office fail.
    pub async fn note_all_arrivals(&self) -> Result<usize, Refusal> {
        let mut written = 0;
        let piles = if self.is_province() {
            [Pile::New, Pile::Doing, Pile::Unassigned]
        } else {
            [Pile::WaitingCommune, Pile::Answered, Pile::Mine]
        };
        for pile in piles {
            let mut filter = IssueFilter { pile: Some(pile), limit: AT_ONCE, ..IssueFilter::default() };
            if !self.is_province() {
                filter = IssueFilter { desk: Side::Commune, collections: vec![self.about().collection], ..filter };
            }
            let rows = self.reader().issues(&filter)?.rows;
            let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
            written += self.note_arrivals(&ids).await?;
        }
        Ok(written)
    }

    async fn note_arrival(&self, detail: &IssueDetail) -> Result<usize, Refusal> {
        let owed = owed(detail, self.about().side);
        if owed.is_empty() || (!self.is_province() && detail.issue.collection != self.about().collection) {
            return Ok(0);
        }
        let (issue, at, count) = (detail.issue.id, self.as_program(detail), owed.len());
        self.with(move |office, _, _| {
            let trust = office.mailbox().trust();
            // Of the province's machines only the desk speaks for it.
            if trust.is_province() && !trust.is_desk() {
                return Ok(0);
            }
            for chosen in owed {
                let form = Arrived { issue, event: office.new_event(), chosen };
                let edit = hopluu_model::Form::edit(&form, &at).map_err(|faults| Refusal::invalid(&faults))?;
                office.submit(&edit)?;
            }
            Ok(count)
        })
        .await
    }

    /// At the province desk: closes what was answered and has lain so for as many working days as the province says,
    /// counted from the day on which the answer reached the commune. Returns how many were closed.
    ///
    /// # Errors
    /// When view or office fail.
    pub async fn close_answered(&self) -> Result<usize, Refusal> {
        if !self.is_province() {
            return Ok(0);
        }
        let days = u16::try_from(self.reader().rules()?.close_days).unwrap_or(u16::MAX);
        let (calendar, today) = (self.calendar()?, self.wall().date());
        let filter = IssueFilter { states: vec![IssueState::Answered], limit: AT_ONCE, ..IssueFilter::default() };
        let mut closed = 0;
        for row in self.reader().issues(&filter)?.rows {
            let Some(detail) = self.reader().issue(&row.id.to_string())? else { continue };
            let due = reached(&detail).map(|at| calendar.plus_working_days(at.date(), days));
            // Something to be settled is not done.
            if row.clashes > 0 || due.is_none_or(|due| today <= due) {
                continue;
            }
            let (at, after, urgent) = (self.as_program(&detail), detail.frontier, row.urgent);
            self.write(at, move |office| {
                let event = office.new_event();
                Ok((MoveIssue { urgent, ..MoveIssue::new(row.id, event, EventKind::CLOSE, after) }, ()))
            })
            .await?;
            closed += 1;
        }
        Ok(closed)
    }

    /// The working calendar of the province.
    fn calendar(&self) -> Result<Calendar, Refusal> {
        let mut calendar = Calendar::default();
        for day in self.reader().calendar_days()? {
            let days = if day.working { &mut calendar.working } else { &mut calendar.holidays };
            days.insert(day.on);
        }
        Ok(calendar)
    }

    fn as_program(&self, detail: &IssueDetail) -> At {
        let by = By { name: PROGRAM.to_owned(), role: Role::Program };
        // What the program notes on demonstration data needs no mark of its own: it begins no record.
        At { doc: detail.issue.doc, stamp: Stamp { at: self.wall(), by }, side: self.about().side, made_up: false }
    }
}

/// What the program of a side still has to write down about an issue: `None` for the issue itself.
fn owed(detail: &IssueDetail, side: Side) -> Vec<Option<hopluu_model::EventId>> {
    let of = |event: &&EventRow| event.kind == EventKind::ARRIVED && event.side == side;
    let noted: BTreeSet<Option<RecordId>> =
        detail.events.iter().filter(of).map(|event| event.fields.get(&Field::CHOSEN).and_then(Value::as_id)).collect();
    let reported = detail.issue.state != IssueState::Submitted;
    let mut owed = Vec::new();
    if side == Side::Province && reported && !noted.contains(&None) {
        owed.push(None);
    }
    let (from, kinds) = match side {
        Side::Province => (Side::Commune, [EventKind::REPLY, EventKind::REOPEN]),
        Side::Commune => (Side::Province, [EventKind::ASK, EventKind::ANSWER]),
    };
    let arrived = detail.events.iter().filter(|event| event.side == from && kinds.contains(&event.kind));
    let arrived = arrived.filter(|event| !detail.void.contains(&event.id));
    owed.extend(arrived.filter(|event| !noted.contains(&Some(RecordId(event.id.0)))).map(|event| Some(event.id)));
    owed
}

/// When the last answer reached the commune's office, by that office's clock; where the clock is behind the answer's own
/// time, that time.
fn reached(detail: &IssueDetail) -> Option<hopluu_model::Timestamp> {
    let answer = detail.events.iter().rev().find(|event| event.kind == EventKind::ANSWER)?;
    let noted = detail.events.iter().filter(|event| event.kind == EventKind::ARRIVED && event.side == Side::Commune);
    let mut noted =
        noted.filter(|event| event.fields.get(&Field::CHOSEN).and_then(Value::as_id) == Some(RecordId(answer.id.0)));
    noted.next().map(|event| event.at.max(answer.at))
}
