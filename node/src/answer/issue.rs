//! Issues: report, list, show, comment, move on.

use std::fmt::Write as _;

use hopluu_driver::{Complaint, Exit};
use hopluu_model::edit::{Comment, MoveIssue, ReportIssue};
use hopluu_model::fold::IssueState;
use hopluu_model::{
    Date, DocId, DocKind, EventKind, Field, RecordId, Timestamp, Value as ModelValue, rules, text::IssueCode,
    vocabulary,
};
use hopluu_view::query::{IssueDetail, IssueFilter, IssueRow};
use hopluu_web::{Words, sentence};
use serde_json::json;

use super::{Desk, Typed, as_json, not_found, view_failed};
use crate::client::Answer;
use crate::machine::Trouble;

impl Desk {
    pub(super) async fn report(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let doc = DocId::new(self.profile.collection, DocKind::Issues(self.year().await?));
        let place = match typed.text("place") {
            Some(place) => Some(self.place(place)?),
            None => None,
        };
        let text = typed.must("text")?.to_owned();
        let (category, cause) = (typed.must("category")?.to_owned(), typed.must("cause")?.to_owned());
        let (proposal, urgent) = (typed.owned("proposal"), typed.flag("urgent"));
        let letter = self.profile.letter.clone();
        let collection = self.profile.collection;
        let desk = self.desk(typed, doc);
        let value = self
            .write(desk, move |office| {
                let (record, event) = (office.new_record(), office.new_event());
                let number = office.next_issue_number()?;
                let code = office.commune_code(&collection);
                let code = IssueCode::new(&code, &letter, number)
                    .map_err(|error| Trouble::Refused(crate::failed("issue-code", &error)))?;
                let said = json!({ "code": code.to_string(), "id": record.to_string() });
                let (submit, picture) = (false, None);
                let form = ReportIssue {
                    record,
                    event,
                    code,
                    category,
                    cause,
                    text,
                    proposal,
                    place,
                    urgent,
                    submit,
                    picture,
                };
                Ok((form, said))
            })
            .await?;
        let code = value.get("code").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Ok(Answer::new(value, format!("Đã lưu tại máy này: {code}"), format!("Saved here: {code}")))
    }

    /// The year in which an issue is born. The province opens years; a clock only chooses among them.
    async fn year(&self) -> Result<u16, Complaint> {
        let open = self
            .with(|office, _, _| {
                let roster = office.mailbox().trust().roster();
                Ok(roster.open_years().collect::<Vec<u16>>().into())
            })
            .await?;
        let open: Vec<u16> = serde_json::from_value(open).unwrap_or_default();
        Ok(year_of(&open, self.clock.wall(), self.profile.invited_until))
    }

    pub(super) fn issues(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let state = match typed.text("state") {
            Some(slug) => Some(IssueState::from_slug(slug).ok_or_else(|| {
                Complaint::new(
                    Exit::Refused,
                    "unknown-state",
                    format!("Không có trạng thái {slug}."),
                    format!("There is no state {slug}."),
                )
            })?),
            None => None,
        };
        let filter = IssueFilter {
            collection: self.collection_of(typed.text("commune"))?,
            state,
            category: typed.owned("category"),
            search: typed.text("search").unwrap_or_default().to_owned(),
            limit: typed.number("limit").and_then(|limit| u32::try_from(limit).ok()).unwrap_or(50),
            ..IssueFilter::default()
        };
        let page = self.reader().issues(&filter).map_err(|error| view_failed(&error))?;
        let mut text = Words::new("", "");
        for row in &page.rows {
            line(&mut text, row);
        }
        let (vi, en) = (format!("{}{} phiếu", text.vi, page.total), format!("{}{} issues", text.en, page.total));
        Ok(Answer::new(as_json(&page), vi, en))
    }

    pub(super) fn issue(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let detail = self.detail(typed.must("code")?)?;
        let row = &detail.issue;
        let mut text = Words::new("", "");
        line(&mut text, row);
        let category = vocabulary::vi("issue_category", &row.category);
        let cause = vocabulary::vi("issue_cause", &row.cause);
        let _ = writeln!(text.vi, "  lĩnh vực: {category} · nguyên nhân: {cause}");
        let _ = writeln!(text.en, "  category: {} · cause: {}", row.category, row.cause);
        if !row.proposal.is_empty() {
            let _ = writeln!(text.vi, "  đề xuất: {}", row.proposal);
            let _ = writeln!(text.en, "  proposal: {}", row.proposal);
        }
        for event in &detail.events {
            let said = event.fields.get(&Field::TEXT).or_else(|| event.fields.get(&Field::REASON));
            let said = said.and_then(ModelValue::as_text).unwrap_or_default();
            let _ = writeln!(text.vi, "  {} · {} · {} {said}", event.at, event.by.name, rules::event_label(event.kind));
            let _ = writeln!(text.en, "  {} · {} · {} {said}", event.at, event.by.name, event.kind);
        }
        for clash in &detail.clashes {
            let _ = writeln!(text.vi, "  Cần thống nhất: {} ({})", clash.text, clash.key);
            let _ = writeln!(text.en, "  To be settled: {} ({})", clash.kind, clash.key);
        }
        Ok(Answer::new(as_json(&detail), text.vi.trim_end(), text.en.trim_end()))
    }

    pub(super) async fn comment(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let detail = self.detail(typed.must("code")?)?;
        let desk = self.desk(typed, detail.issue.doc);
        let text = typed.must("text")?.to_owned();
        let (issue, urgent) = (detail.issue.id, detail.issue.urgent);
        let numbers_only = vocabulary::numbers_only(&detail.issue.category);
        let value = self
            .write(desk, move |office| {
                let event = office.new_event();
                Ok((Comment { issue, event, text, numbers_only, urgent }, json!({ "event": event.to_string() })))
            })
            .await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    pub(super) async fn move_issue(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let detail = self.detail(typed.must("code")?)?;
        let slug = typed.must("event")?;
        let kind = EventKind::from_slug(slug).filter(|kind| matches!(kind.0, 1..=14)).ok_or_else(|| {
            Complaint::new(
                Exit::Usage,
                "unknown-event",
                format!("Không có việc {slug}. `hopluu issue move --help` liệt kê."),
                format!("There is no event {slug}. `hopluu issue move --help` lists them."),
            )
        })?;
        let other: Option<RecordId> = match typed.text("other") {
            Some(code) => Some(self.detail(code)?.issue.id),
            None => None,
        };
        let desk = self.desk(typed, detail.issue.doc);
        let (text, reason) = (typed.owned("text"), typed.owned("reason"));
        let (lead, category) = (typed.owned("lead"), typed.owned("category"));
        let (issue, after, urgent) = (detail.issue.id, detail.frontier, detail.issue.urgent);
        let numbers_only = vocabulary::numbers_only(&detail.issue.category);
        let value = self
            .write(desk, move |office| {
                let event = office.new_event();
                let form = MoveIssue {
                    text,
                    reason,
                    lead,
                    category,
                    other,
                    numbers_only,
                    urgent,
                    ..MoveIssue::new(issue, event, kind, after)
                };
                Ok((form, json!({ "event": event.to_string() })))
            })
            .await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    fn detail(&self, code: &str) -> Result<IssueDetail, Complaint> {
        let found = self.reader().issue(code).map_err(|error| view_failed(&error))?;
        found.ok_or_else(|| not_found("phiếu", "issue", code))
    }

    /// A unit or building by name or id.
    fn place(&self, typed: &str) -> Result<RecordId, Complaint> {
        let units =
            self.reader().find_units(typed, Some(self.profile.collection)).map_err(|error| view_failed(&error))?;
        if let [unit] = units.as_slice() {
            return Ok(unit.id);
        }
        let sites = self.reader().sites(self.profile.collection).map_err(|error| view_failed(&error))?;
        let mut named = sites.iter().flat_map(|sites| &sites.sites).filter(|site| site.name == typed);
        match (named.next(), named.next()) {
            (Some(site), None) => Ok(site.id),
            _ => Err(not_found("thôn, tổ hoặc trụ sở", "unit or site", typed)),
        }
    }
}

/// One line of a list, in both languages.
fn line(text: &mut Words, row: &IssueRow) {
    let far = sentence(&row.sentence);
    let (urgent_vi, urgent_en) = if row.urgent { (" [khẩn]", " [urgent]") } else { ("", "") };
    let _ = writeln!(text.vi, "{}{urgent_vi}  {}  {}  [{}]", row.code, row.state.vi(), row.text, far.vi);
    let _ = writeln!(text.en, "{}{urgent_en}  {}  {}  [{}]", row.code, row.state.en(), row.text, far.en);
}

/// The clock's year when it is open, else the newest open one. Before the roster has come, the clock's year unless the
/// invitation shows that the clock is wrong.
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
