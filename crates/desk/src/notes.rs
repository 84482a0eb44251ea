//! What is noted on an issue without moving it: confirmation, common problems.

use hopluu_model::edit::{Confirm, LinkCommon, UnlinkCommon};
use hopluu_model::{EventKind, Field, RecordId, Value, vocabulary};
use hopluu_view::query::CommonProblem;

use crate::{Desk, Moved, Refusal, Who};

impl Desk {
    /// The commune stands by what the province entered on its behalf.
    ///
    /// # Errors
    /// When there is no such issue or whoever asks may not.
    pub async fn confirm(&self, who: &Who, code: &str) -> Result<Moved, Refusal> {
        let row = self.issue(who, code)?.issue;
        let at = self.at(who, row.doc)?;
        let numbers_only = vocabulary::numbers_only(&row.category);
        self.write(at, move |office| {
            let event = office.new_event();
            Ok((Confirm { issue: row.id, event, text: None, numbers_only }, Moved { event: event.to_string() }))
        })
        .await
    }

    /// A common problem by its id or the beginning of it.
    ///
    /// # Errors
    /// When there is none, or several begin so.
    pub fn common(&self, id: &str) -> Result<CommonProblem, Refusal> {
        let id = id.trim();
        let mut known = self.reader().common_problems()?.into_iter();
        let mut named = known.by_ref().filter(|problem| id.len() >= 4 && problem.id.to_string().starts_with(id));
        match (named.next(), named.next()) {
            (Some(problem), None) => Ok(problem),
            _ => Err(Refusal::not_found("vấn đề chung", "common problem", id)),
        }
    }

    /// Links an issue to a common problem, and tells all how many share it now.
    ///
    /// # Errors
    /// When there is no such issue or problem, or whoever asks may not.
    pub async fn link_common(&self, who: &Who, code: &str, common: &str) -> Result<Moved, Refusal> {
        let (row, common) = (self.issue(who, code)?.issue, self.common(common)?.id);
        let at = self.at(who, row.doc)?;
        let moved = self
            .write(at, move |office| {
                let event = office.new_event();
                Ok((LinkCommon { issue: row.id, event, common }, Moved { event: event.to_string() }))
            })
            .await?;
        self.count_common(who, common).await?;
        Ok(moved)
    }

    /// Takes the link of an issue to its common problem back.
    ///
    /// # Errors
    /// When the issue is linked to none, or whoever asks may not.
    pub async fn unlink_common(&self, who: &Who, code: &str) -> Result<Moved, Refusal> {
        let detail = self.issue(who, code)?;
        let row = detail.issue;
        let common = row.common;
        let links = |event: &&hopluu_view::query::EventRow| {
            event.kind == EventKind::COMMON && event.fields.get(&Field::OTHER).and_then(Value::as_id) == common
        };
        let (Some(common), Some(link)) = (common, detail.events.iter().rev().find(links).map(|event| event.id)) else {
            return Err(Refusal::not_found("vấn đề chung", "common problem", code));
        };
        let at = self.at(who, row.doc)?;
        let moved = self
            .write(at, move |office| {
                let event = office.new_event();
                let form = UnlinkCommon { issue: row.id, event, link, reason: None };
                Ok((form, Moved { event: event.to_string() }))
            })
            .await?;
        self.count_common(who, common).await?;
        Ok(moved)
    }

    /// Writes down for all communes how many share a problem; who they are is nobody's business but the province's.
    async fn count_common(&self, who: &Who, common: RecordId) -> Result<(), Refusal> {
        let known = self.reader().common_problems()?.into_iter().find(|problem| problem.id == common);
        match known {
            Some(problem) if problem.count != Some(i64::from(problem.communes)) => {
                self.set(who, common, Field::COUNT, &problem.communes.to_string()).await
            }
            Some(_) | None => Ok(()),
        }
    }
}
