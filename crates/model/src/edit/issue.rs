//! Forms about issues: report, move on.

use super::draft::{Draft, What, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::{EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Role, Value};
use crate::text::IssueCode;
use crate::vocabulary;

/// "Báo khó khăn, vướng mắc": begins an issue and reports it, or submits it to the leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportIssue {
    /// The new issue's id.
    pub record: RecordId,
    /// The id of its report or submission.
    pub event: EventId,
    /// The code that is read out on the telephone; its letters are those of the office.
    pub code: IssueCode,
    /// Slug of the category. [`vocabulary::numbers_only`] ones take no letters.
    pub category: String,
    /// Slug of the cause (`issue_cause`).
    pub cause: String,
    /// What is difficult.
    pub text: String,
    /// What would help.
    pub proposal: Option<String>,
    /// Unit, building or equipment concerned.
    pub place: Option<RecordId>,
    /// Whether it cannot wait; it then travels before everything else.
    pub urgent: bool,
    /// Whether it goes to the commune's leader first, as the category asks ([`Field::APPROVAL`]).
    pub submit: bool,
    /// SHA-256 of a picture in hexadecimal, and its size in bytes; never in [`vocabulary::numbers_only`] ones.
    pub picture: Option<(String, u32)>,
}

impl Form for ReportIssue {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::CODE, Value::Text(self.code.to_string())),
            (Field::LETTER, typed(self.code.letters())),
            (Field::CATEGORY, typed(&self.category)),
            (Field::CAUSE, typed(&self.cause)),
            (Field::TEXT, typed(&self.text)),
            (Field::PROPOSAL, maybe(self.proposal.as_deref(), typed)),
            (Field::PLACE, maybe(self.place, Value::Id)),
            (Field::URGENT, maybe(self.urgent.then_some(true), Value::Bool)),
            (Field::PICTURE, maybe(self.picture.as_ref(), |(hash, _)| typed(hash))),
            (Field::PICTURE_SIZE, maybe(self.picture.as_ref(), |(_, size)| Value::Int((*size).into()))),
        ];
        draft.create(self.record, Kind::ISSUE, fields);
        if vocabulary::numbers_only(self.category.trim()) {
            draft.numbers_only(Field::TEXT, &self.text);
            draft.numbers_only(Field::PROPOSAL, self.proposal.as_deref().unwrap_or_default());
            if self.picture.is_some() {
                draft.fault(Field::PICTURE, FaultKind::NumbersOnly);
            }
        }
        let kind = if self.submit { EventKind::SUBMIT } else { EventKind::REPORT };
        draft.append(What { event: self.event, record: self.record, kind, after: &[] }, Vec::new());
        draft.urgent(self.urgent);
        draft.done()
    }
}

/// Moves an issue on: receive, forward, start, ask, reply, answer, solved, reopen, withdraw, refuse, duplicate, close;
/// report for what waited for the leader's approval, submit for what is shown to the leader again. Checks that this
/// side and role may do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveIssue {
    /// The issue.
    pub issue: RecordId,
    /// The new event's id.
    pub event: EventId,
    /// What happens.
    pub kind: EventKind,
    /// The frontier of the issue as its writer saw it ([`crate::fold::IssueFold::frontier`]).
    pub after: Vec<EventId>,
    /// What is said; asked for by ask, reply and answer.
    pub text: Option<String>,
    /// The reason; asked for by refuse.
    pub reason: Option<String>,
    /// Slug of the leading department; asked for by forward.
    pub lead: Option<String>,
    /// Slugs of the departments that help; may go with forward and start.
    pub helpers: Vec<String>,
    /// Slug of a better category; may go with receive and forward.
    pub category: Option<String>,
    /// The issue it doubles; asked for by duplicate.
    pub other: Option<RecordId>,
    /// Whether the issue's category is one of [`vocabulary::numbers_only`].
    pub numbers_only: bool,
    /// Whether the issue is urgent.
    pub urgent: bool,
}

impl MoveIssue {
    /// A move that says nothing more yet.
    #[must_use]
    pub fn new(issue: RecordId, event: EventId, kind: EventKind, after: Vec<EventId>) -> Self {
        Self {
            issue,
            event,
            kind,
            after,
            text: None,
            reason: None,
            lead: None,
            helpers: Vec::new(),
            category: None,
            other: None,
            numbers_only: false,
            urgent: false,
        }
    }
}

impl Form for MoveIssue {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        if !matches!(self.kind.0, 1..=14) {
            draft.fault(Field::STATE, FaultKind::Unknown);
        }
        // What is reported later than it was begun had waited for this.
        if self.kind == EventKind::REPORT && desk.stamp.by.role != Role::Leader {
            draft.fault(Field::STATE, FaultKind::OtherRole);
        }
        let fields = vec![
            (Field::LEAD, maybe(self.lead.as_deref(), typed)),
            (Field::HELPERS, maybe((!self.helpers.is_empty()).then(|| self.helpers.join(",")), Value::Text)),
            (Field::CATEGORY, maybe(self.category.as_deref(), typed)),
            (Field::OTHER, maybe(self.other, Value::Id)),
            (Field::REASON, maybe(self.reason.as_deref(), typed)),
            (Field::TEXT, maybe(self.text.as_deref(), typed)),
        ];
        draft.append(What { event: self.event, record: self.issue, kind: self.kind, after: &self.after }, fields);
        if self.other == Some(self.issue) {
            draft.fault(Field::OTHER, FaultKind::Repeated);
        }
        if self.lead.as_ref().is_some_and(|lead| self.helpers.contains(lead)) {
            draft.fault(Field::HELPERS, FaultKind::Repeated);
        }
        if self.numbers_only {
            draft.numbers_only(Field::REASON, self.reason.as_deref().unwrap_or_default());
            draft.numbers_only(Field::TEXT, self.text.as_deref().unwrap_or_default());
        }
        draft.urgent(self.urgent);
        draft.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{MAX_TEXT, Write, test_desk};
    use crate::id::DocKind;
    use crate::record::Side;

    const ISSUE: RecordId = RecordId([1; 16]);
    const EVENT: EventId = EventId([2; 16]);

    fn report(category: &str, text: &str) -> ReportIssue {
        ReportIssue {
            record: ISSUE,
            event: EVENT,
            code: IssueCode::new("05518", "B", 142).unwrap(),
            category: category.into(),
            cause: "khach_quan".into(),
            text: text.into(),
            proposal: None,
            place: None,
            urgent: true,
            submit: false,
            picture: None,
        }
    }

    #[test]
    fn a_report_begins_the_issue_and_its_history() {
        let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        let edit = report("tru_so", "  Mái nhà dột\r\n").edit(&desk).unwrap();
        assert!(edit.is_urgent());
        let [Write::Create { fields, .. }, Write::Append { kind: EventKind::REPORT, after, .. }] = edit.writes() else {
            panic!("{edit:?}");
        };
        assert!(fields.contains(&(Field::TEXT, Value::Text("Mái nhà dột".into()))));
        assert!(fields.contains(&(Field::CODE, Value::Text("05518-B-0142".into()))));
        assert!(after.is_empty());
    }

    #[test]
    fn complaints_hold_numbers_only() {
        let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        assert!(report("khieu_nai_to_cao", "3 / 2").edit(&desk).is_ok());
        let faults = report("khieu_nai_to_cao", "3 đơn của ông X").edit(&desk).unwrap_err();
        assert_eq!(faults.of(Field::TEXT).unwrap().what, FaultKind::NumbersOnly);
    }

    #[test]
    fn pictures_are_named_by_hash_and_size() {
        let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        let with = |category, hash: &str, size| {
            let picture = Some((hash.to_owned(), size));
            ReportIssue { picture, ..report(category, "3 / 2") }.edit(&desk)
        };
        let hash = "0a".repeat(32);
        assert!(with("tru_so", &hash, 524_288).is_ok());
        assert_eq!(with("tru_so", "0a", 1).unwrap_err().of(Field::PICTURE).unwrap().what, FaultKind::Malformed);
        assert!(with("tru_so", &hash, 524_289).unwrap_err().of(Field::PICTURE_SIZE).is_some());
        let shown = with("khieu_nai_to_cao", &hash, 9).unwrap_err();
        assert_eq!(shown.of(Field::PICTURE).unwrap().what, FaultKind::NumbersOnly);
    }

    #[test]
    fn what_waits_for_the_leader_is_reported_by_the_leader() {
        let clerk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        let leader = test_desk(DocKind::Issues(2026), Side::Commune, Role::Leader);
        let edit = ReportIssue { submit: true, ..report("tru_so", "Mái nhà dột") }.edit(&clerk).unwrap();
        assert!(matches!(edit.writes()[1], Write::Append { kind: EventKind::SUBMIT, .. }));
        let approve = MoveIssue::new(ISSUE, EventId([3; 16]), EventKind::REPORT, vec![EVENT]);
        assert!(approve.edit(&leader).is_ok());
        assert_eq!(approve.edit(&clerk).unwrap_err().0[0].what, FaultKind::OtherRole);
    }

    #[test]
    fn the_longest_text_still_travels() {
        let desk = test_desk(DocKind::Issues(2026), Side::Commune, Role::Clerk);
        assert!(report("tru_so", &"ệ".repeat(MAX_TEXT)).edit(&desk).is_ok());
        let long = report("tru_so", &"ệ".repeat(MAX_TEXT + 1)).edit(&desk).unwrap_err();
        assert_eq!(long.0[0].what, FaultKind::TooLong(MAX_TEXT));
        let mut heavy = report("tru_so", &"ệ".repeat(MAX_TEXT));
        heavy.proposal = Some("ệ".repeat(MAX_TEXT / 2));
        assert_eq!(heavy.edit(&desk).unwrap_err().of(Field::TEXT).unwrap().what, FaultKind::TooMuch);
    }

    #[test]
    fn each_side_raises_its_own_events() {
        let commune = test_desk(DocKind::Issues(2026), Side::Commune, Role::Leader);
        let province = test_desk(DocKind::Issues(2026), Side::Province, Role::Triage);
        let handler = test_desk(DocKind::Issues(2026), Side::Province, Role::Handler);
        let receive = MoveIssue::new(ISSUE, EVENT, EventKind::RECEIVE, vec![EVENT]);
        assert!(receive.edit(&province).is_ok());
        assert_eq!(receive.edit(&commune).unwrap_err().0[0].what, FaultKind::OtherSide);
        assert_eq!(receive.edit(&handler).unwrap_err().0[0].what, FaultKind::OtherRole);
        let solved = MoveIssue { kind: EventKind::SOLVED, ..receive };
        assert_eq!(solved.edit(&province).unwrap_err().0[0].what, FaultKind::OtherSide);
        assert!(solved.edit(&commune).is_ok());
    }

    #[test]
    fn moves_say_what_they_must() {
        let desk = test_desk(DocKind::Issues(2026), Side::Province, Role::Triage);
        let bare = |kind| MoveIssue::new(ISSUE, EVENT, kind, vec![]);
        let fields = [
            (EventKind::FORWARD, Field::LEAD),
            (EventKind::REFUSE, Field::REASON),
            (EventKind::DUPLICATE, Field::OTHER),
            (EventKind::ASK, Field::TEXT),
        ];
        for (kind, field) in fields {
            assert_eq!(bare(kind).edit(&desk).unwrap_err().of(field).unwrap().what, FaultKind::Missing);
        }
        let own = MoveIssue { other: Some(ISSUE), ..bare(EventKind::DUPLICATE) };
        assert_eq!(own.edit(&desk).unwrap_err().of(Field::OTHER).unwrap().what, FaultKind::Repeated);
        assert!(bare(EventKind::MERGER_PASS).edit(&desk).is_err());
        let helped = |helpers: &[&str]| MoveIssue {
            lead: Some("so_noi_vu".into()),
            helpers: helpers.iter().map(|slug| (*slug).into()).collect(),
            ..bare(EventKind::FORWARD)
        };
        assert!(helped(&["so_tu_phap", "so_tai_chinh"]).edit(&desk).is_ok());
        let twice = helped(&["so_noi_vu"]).edit(&desk).unwrap_err();
        assert_eq!(twice.of(Field::HELPERS).unwrap().what, FaultKind::Repeated);
    }
}
