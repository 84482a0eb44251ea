//! Issues: report, show, comment, move on.

use std::collections::BTreeSet;

use hopluu_model::edit::{Comment, MoveIssue, ReportIssue, SetField};
use hopluu_model::fold::IssueState;
use hopluu_model::{
    CollectionId, Date, DocId, DocKind, EventKind, Fault, FaultKind, Faults, Field, Kind, RecordId, Side, Timestamp,
    Value, rules, text::IssueCode, vocabulary,
};
use hopluu_view::query::{IssueDetail, IssueRow, Named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::records::Typist;
use crate::{Desk, Part, Power, Refusal, Who, Why};

/// Where an issue is, when that is said anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Placed {
    /// The issue, by code or id.
    pub code: String,
    /// The unit, building or equipment, by name or id.
    pub place: String,
}

/// A difficulty to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Report {
    /// Slug of the category.
    pub category: String,
    /// Slug of the cause; not stated when empty.
    pub cause: String,
    /// What is difficult.
    pub text: String,
    /// What would help.
    pub proposal: Option<String>,
    /// Unit, building or equipment concerned, by name or id.
    pub place: Option<String>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// At the province: the commune (code) on whose behalf it is entered, which confirms it.
    pub commune: Option<String>,
    /// A picture as a telephone took it, base64 in JSON; made small on the way in.
    #[serde(with = "base64", skip_serializing_if = "Option::is_none")]
    pub picture: Option<Vec<u8>>,
}

/// What was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reported {
    /// The code that is read out on the telephone.
    pub code: String,
    /// The record.
    pub id: String,
    /// Whether it waits for the leader, as its category asks.
    pub submitted: bool,
}

/// A remark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Remark {
    /// The issue, by code or id.
    pub code: String,
    /// What is said.
    pub text: String,
}

/// A step of an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Step {
    /// The issue, by code or id.
    pub code: String,
    /// What happens (slug).
    pub event: String,
    /// What is said.
    #[serde(default)]
    pub text: Option<String>,
    /// The reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// Slug of the leading department.
    #[serde(default)]
    pub lead: Option<String>,
    /// Slug of a better category.
    #[serde(default)]
    pub category: Option<String>,
    /// Slugs of the departments that help.
    #[serde(default)]
    pub helpers: Vec<String>,
    /// The issue it doubles, by code or id.
    #[serde(default)]
    pub other: Option<String>,
}

/// An event that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Moved {
    /// Its id.
    pub event: String,
}

impl Desk {
    /// Reports a difficulty. Where its category asks for the leader's approval, what others report waits for the leader.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub async fn report(&self, who: &Who, report: Report) -> Result<Reported, Refusal> {
        let collection = self.one_commune(report.commune.as_deref())?;
        let doc = DocId::new(collection, DocKind::Issues(self.year().await?));
        let place = self.place(collection, report.place.as_deref().unwrap_or_default())?;
        let submit = self.waits_for_leader(who, &report.category)?;
        let letter = self.letters();
        let at = self.at(who, doc)?;
        let Report { category, cause, text, proposal, urgent, picture, .. } = report;
        let picture = match picture {
            Some(bytes) => Some(self.keep_picture(collection, bytes).await?),
            None => None,
        };
        let cause = if cause.is_empty() { "chua_ro".to_owned() } else { cause };
        self.write(at, move |office| {
            let (record, event) = (office.new_record(), office.new_event());
            let number = office.next_issue_number()?;
            let code = IssueCode::new(&office.commune_code(&collection), &letter, number)
                .map_err(|error| Refusal::failed("issue-code", &error))?;
            let said = Reported { code: code.to_string(), id: record.to_string(), submitted: submit };
            let form =
                ReportIssue { record, event, code, category, cause, text, proposal, place, urgent, submit, picture };
            Ok((form, said))
        })
        .await
    }

    /// The letters of the codes given here. What the province enters on a commune's behalf bears the commune's code, so
    /// its letters must be none that an office of the commune ever has: three, while the roster begins with one.
    fn letters(&self) -> String {
        let own = &self.about().letter;
        if self.is_province() { format!("TT{}", own.chars().last().unwrap_or('A')) } else { own.clone() }
    }

    /// Whether a report of this category goes to the leader first.
    fn waits_for_leader(&self, who: &Who, category: &str) -> Result<bool, Refusal> {
        let asks = self.reader().categories()?.into_iter().any(|known| known.slug == category && known.approval);
        Ok(asks && !self.is_province() && !who.part.may(Power::Lead))
    }

    /// The year in which an issue is born. The province opens years; a clock only chooses among them.
    pub(crate) async fn year(&self) -> Result<u16, Refusal> {
        let open: Vec<u16> =
            self.with(|office, _, _| Ok(office.mailbox().trust().roster().open_years().collect())).await?;
        Ok(year_of(&open, self.wall(), self.about().invited_until))
    }

    /// One issue with everything about it, by code or id. Whoever may not see it is told what is told of one that does
    /// not exist: a handler sees what their department leads or helps with, the province nothing that still waits for a
    /// commune's leader.
    ///
    /// # Errors
    /// When there is none, or several begin so.
    pub fn issue(&self, who: &Who, code: &str) -> Result<IssueDetail, Refusal> {
        let found = self.reader().issue(code)?.filter(|detail| self.sees(who, &detail.issue));
        let mut detail = found.ok_or_else(|| Refusal::not_found("phiếu", "issue", code))?;
        if self.is_nameless(who) {
            nameless(&mut detail);
        }
        Ok(detail)
    }

    /// Whether an issue shows office and post alone: outside the commune, names are for auditors.
    pub(crate) fn is_nameless(&self, who: &Who) -> bool {
        self.is_province() && who.part != Part::Auditor
    }

    fn sees(&self, who: &Who, row: &IssueRow) -> bool {
        if self.is_province() && row.state == IssueState::Submitted {
            return false;
        }
        let of = |department: &String| row.lead.as_ref() == Some(department) || row.helpers.contains(department);
        who.part != Part::Handler || who.department.as_ref().is_some_and(of)
    }

    /// Adds a remark.
    ///
    /// # Errors
    /// When there is no such issue, or what is wrong with the remark.
    pub async fn comment(&self, who: &Who, remark: Remark) -> Result<Moved, Refusal> {
        let row = self.issue(who, &remark.code)?.issue;
        let at = self.at(who, row.doc)?;
        let numbers_only = vocabulary::numbers_only(&row.category);
        self.write(at, move |office| {
            let event = office.new_event();
            let form = Comment { issue: row.id, event, text: remark.text, numbers_only, urgent: row.urgent };
            Ok((form, Moved { event: event.to_string() }))
        })
        .await
    }

    /// Moves an issue on.
    ///
    /// # Errors
    /// When there is no such issue or event, whoever asks may not, or what is wrong with the form.
    pub async fn move_issue(&self, who: &Who, step: Step) -> Result<Moved, Refusal> {
        let detail = self.issue(who, &step.code)?;
        let slug = step.event.as_str();
        let kind = EventKind::from_slug(slug).filter(|kind| matches!(kind.0, 1..=14)).ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "unknown-event",
                format!("Không có việc {slug}. `hopluu issue move --help` liệt kê."),
                format!("There is no event {slug}. `hopluu issue move --help` lists them."),
            )
        })?;
        let other = step.other.as_deref().filter(|code| !code.is_empty());
        let other = other.map(|code| self.issue(who, code).map(|detail| detail.issue.id)).transpose()?;
        let at = self.at(who, detail.issue.doc)?;
        let (issue, after, urgent) = (detail.issue.id, detail.frontier, detail.issue.urgent);
        let numbers_only = vocabulary::numbers_only(&detail.issue.category);
        let Step { text, reason, lead, helpers, category, .. } = step;
        self.write(at, move |office| {
            let event = office.new_event();
            let form = MoveIssue {
                text,
                reason,
                lead,
                helpers,
                category,
                other,
                numbers_only,
                urgent,
                ..MoveIssue::new(issue, event, kind, after)
            };
            Ok((form, Moved { event: event.to_string() }))
        })
        .await
    }

    /// Where something may be difficult: the buildings and the equipment of this commune and its units that exist.
    ///
    /// # Errors
    /// When the view fails.
    pub fn places(&self) -> Result<Vec<Named>, Refusal> {
        let collection = self.about().collection;
        let units = self.reader().units(collection, None)?.map_or_else(Vec::new, |units| units.units);
        let exists: BTreeSet<RecordId> = units.iter().filter(|unit| unit.exists()).map(|unit| unit.id).collect();
        let mut known = self.reader().named(rules::points_at(Field::PLACE), collection)?;
        known.retain(|named| named.kind != Kind::UNIT || exists.contains(&named.id));
        Ok(known)
    }

    /// Says of an open issue that it is about another unit, building or equipment, by name or id: after a split it stays with the old
    /// unit until somebody says which of the new ones is meant.
    ///
    /// # Errors
    /// When there is no such issue or place, it is closed, or whoever asks may not write.
    pub async fn move_place(&self, who: &Who, to: Placed) -> Result<(), Refusal> {
        self.allow(who, Power::Write)?;
        let row = self.issue(who, &to.code)?.issue;
        if !row.open {
            return Err(Refusal::new(
                Why::Refused,
                "issue-closed",
                format!("Phiếu {} đã kết thúc. Nếu cần, hãy mở lại phiếu trước.", row.code),
                format!("{} is closed. Reopen it first if it must be changed.", row.code),
            ));
        }
        let nowhere = || Refusal::invalid(&Faults(vec![Fault { field: Field::PLACE, what: FaultKind::Missing }]));
        let place = self.place(row.collection, &to.place)?.ok_or_else(nowhere)?;
        if row.place == Some(place) {
            return Ok(());
        }
        let form = SetField { record: row.id, kind: Kind::ISSUE, field: Field::PLACE, value: Value::Id(place) };
        self.write(self.at(who, row.doc)?, move |_| Ok((form, ()))).await
    }

    /// A unit, a building or equipment by name or id; nothing when nothing was typed.
    fn place(&self, collection: CollectionId, typed: &str) -> Result<Option<RecordId>, Refusal> {
        let read = Typist::new(self.reader(), collection).read(Kind::ISSUE, Field::PLACE, typed)?;
        read.map(|value| value.as_id()).map_err(|fault| Refusal::invalid(&Faults(vec![fault])))
    }
}

/// Takes the names of a commune's people out: outside the commune an issue shows office and post, names only to auditors.
fn nameless(detail: &mut IssueDetail) {
    for event in detail.events.iter_mut().filter(|event| event.side == Side::Commune) {
        event.by.name.clear();
    }
    let begun_by = detail.events.iter().find(|event| matches!(event.kind, EventKind::REPORT | EventKind::SUBMIT));
    if begun_by.is_none_or(|event| event.side == Side::Commune) {
        detail.issue.by.name.clear();
        detail.record.by.name.clear();
    }
}

/// The newest open year, unless this machine's clock names another open one; before the roster has come, this machine's
/// clock, unless the invitation shows that it is wrong.
fn year_of(open: &[u16], wall: Timestamp, invited_until: Timestamp) -> u16 {
    /// Invitations live no longer, and most of them so long.
    const LONGEST_DAYS: i64 = 366;
    const USUAL_DAYS: i64 = 14;
    let of = |date: Date| u16::try_from(date.year()).unwrap_or_default();
    let today = wall.date();
    match open.last() {
        Some(_) if open.contains(&of(today)) => of(today),
        Some(newest) => *newest,
        None if today < invited_until.date().plus_days(-LONGEST_DAYS) => {
            of(invited_until.date().plus_days(-USUAL_DAYS))
        }
        None => of(today),
    }
}

/// Bytes in JSON.
mod base64 {
    use data_encoding::BASE64;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands it so")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_str(&BASE64.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| BASE64.decode(text.trim().as_bytes()).map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_are_born_in_open_years_whatever_the_clock_says() {
        let (first, now, later) = (Timestamp(0), Timestamp(1_795_331_100_000), Timestamp(1_796_540_700_000));
        assert_eq!(year_of(&[2025, 2026], now, later), 2026);
        assert_eq!(year_of(&[2025, 2026], first, later), 2026);
        assert_eq!(year_of(&[2025], now, later), 2025, "the province has not opened the new year yet");
        assert_eq!(year_of(&[], now, later), 2026);
        assert_eq!(year_of(&[], first, later), 2026, "the invitation knows better than this clock");
        assert_eq!(year_of(&[], first, Timestamp::default()), 1970, "nothing is known at all");
    }
}
