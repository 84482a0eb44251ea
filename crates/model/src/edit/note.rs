//! Forms that note something on an issue and move no state: remarks, arrivals, confirmations, common problems.

use super::draft::{Draft, Typed, What, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Side, Value};

/// A remark on an issue (or on any record of that document); moves no state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The record.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// What is said.
    pub text: String,
    /// Whether the issue's category is one of [`crate::vocabulary::numbers_only`].
    pub numbers_only: bool,
    /// Whether the issue is urgent.
    pub urgent: bool,
}

impl Form for Comment {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.append(
            What { event: self.event, record: self.issue, kind: EventKind::COMMENT, after: &[] },
            vec![(Field::TEXT, typed(&self.text))],
        );
        if self.numbers_only {
            draft.numbers_only(Field::TEXT, &self.text);
        }
        draft.urgent(self.urgent);
        draft.done()
    }
}

/// "The issue, or an event of it, is here": written by the program of the side that received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The issue.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// The event of the issue that arrived; `None` for the issue itself, which only the province says.
    pub chosen: Option<EventId>,
}

impl Form for Arrived {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let chosen = maybe(self.chosen, |event| Value::Id(RecordId(event.0)));
        let mut draft = Draft::new(desk);
        if self.chosen.is_none() && desk.side == Side::Commune {
            draft.fault(Field::CHOSEN, FaultKind::Missing);
        }
        append(&mut draft, (self.issue, self.event), EventKind::ARRIVED, vec![(Field::CHOSEN, chosen)]);
        draft.done()
    }
}

/// The commune stands by what the province reported on its behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The issue.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// What else is said.
    pub text: Option<String>,
    /// Whether the issue's category is one of [`crate::vocabulary::numbers_only`].
    pub numbers_only: bool,
}

impl Form for Confirm {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let text = self.text.as_deref();
        let mut draft = Draft::new(desk);
        append(&mut draft, (self.issue, self.event), EventKind::CONFIRM, vec![(Field::TEXT, maybe(text, typed))]);
        if self.numbers_only {
            draft.numbers_only(Field::TEXT, text.unwrap_or_default());
        }
        draft.done()
    }
}

/// Links an issue to a common problem of the bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCommon {
    /// The issue.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// The common problem.
    pub common: RecordId,
}

impl Form for LinkCommon {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![(Field::OTHER, Value::Id(self.common))];
        append(&mut draft, (self.issue, self.event), EventKind::COMMON, fields);
        draft.done()
    }
}

/// Takes a link to a common problem back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlinkCommon {
    /// The issue.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// The event that linked it.
    pub link: EventId,
    /// Why.
    pub reason: Option<String>,
}

impl Form for UnlinkCommon {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::CHOSEN, Value::Id(RecordId(self.link.0))),
            (Field::REASON, maybe(self.reason.as_deref(), typed)),
        ];
        append(&mut draft, (self.issue, self.event), EventKind::UNCOMMON, fields);
        draft.done()
    }
}

fn append(draft: &mut Draft<'_>, (record, event): (RecordId, EventId), kind: EventKind, fields: Typed) {
    draft.append(What { event, record, kind, after: &[] }, fields);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::test_desk;
    use crate::id::DocKind;
    use crate::record::Role;

    const ISSUE: RecordId = RecordId([1; 16]);
    const EVENT: EventId = EventId([2; 16]);

    #[test]
    fn programs_of_both_sides_say_what_arrived() {
        let office = test_desk(DocKind::Issues(2026), Side::Commune, Role::Program);
        let desk = test_desk(DocKind::Issues(2026), Side::Province, Role::Program);
        let whole = Arrived { issue: ISSUE, event: EVENT, chosen: None };
        let ask = Arrived { chosen: Some(EventId([3; 16])), ..whole.clone() };
        assert!(whole.edit(&desk).is_ok() && ask.edit(&desk).is_ok() && ask.edit(&office).is_ok());
        assert_eq!(whole.edit(&office).unwrap_err().of(Field::CHOSEN).unwrap().what, FaultKind::Missing);
        let clerk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        assert_eq!(ask.edit(&clerk).unwrap_err().0[0].what, FaultKind::OtherRole);
    }

    #[test]
    fn communes_confirm_and_triage_links() {
        let commune = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        let province = test_desk(DocKind::Issues(2026), Side::Province, Role::Triage);
        let confirm = Confirm { issue: ISSUE, event: EVENT, text: Some("Đúng".into()), numbers_only: false };
        assert!(confirm.edit(&commune).is_ok());
        assert_eq!(confirm.edit(&province).unwrap_err().0[0].what, FaultKind::OtherSide);
        let numbers = Confirm { numbers_only: true, ..confirm };
        assert_eq!(numbers.edit(&commune).unwrap_err().of(Field::TEXT).unwrap().what, FaultKind::NumbersOnly);
        let link = LinkCommon { issue: ISSUE, event: EVENT, common: RecordId([4; 16]) };
        let unlink = UnlinkCommon { issue: ISSUE, event: EventId([5; 16]), link: EVENT, reason: None };
        assert!(link.edit(&province).is_ok() && unlink.edit(&province).is_ok());
        assert_eq!(link.edit(&commune).unwrap_err().0[0].what, FaultKind::OtherSide);
    }
}
