//! Directives: given by the province to some communes or all; each commune says how far it is.

use hopluu_model::edit::{GiveDirective, MoveTask};
use hopluu_model::{CollectionId, DocId, DocKind, EventKind, RecordId};
use hopluu_view::query::{Directive, DirectiveRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Desk, Moved, Power, Refusal, Who, Why};

/// A directive to give.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct Give {
    /// Its title.
    pub name: String,
    /// What is to be done.
    pub text: String,
    /// The day by which it is to be done.
    pub due: Option<String>,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// Codes of the communes; all that are known when there is none.
    pub communes: Vec<String>,
}

/// A directive that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Given {
    /// What all its records share.
    pub group: String,
    /// To how many communes it goes.
    pub communes: usize,
}

/// A step of a directive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct TaskStep {
    /// The record of the commune concerned.
    pub id: String,
    /// What happens (slug): `task_received`, `task_working`, `task_done`; at the province `task_recall`.
    pub event: String,
    /// What is said.
    #[serde(default)]
    pub text: Option<String>,
    /// The reason of a recall.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Desk {
    /// Gives a directive: one record in the documents of every commune it goes to, so that each keeps its own state.
    ///
    /// # Errors
    /// When this is not the province, whoever asks may not, a commune is unknown, or what is wrong with the form.
    pub async fn give(&self, who: &Who, give: Give) -> Result<Given, Refusal> {
        self.allow(who, Power::Triage)?;
        let due = give.due.as_deref().map(str::trim).filter(|day| !day.is_empty()).map(str::parse).transpose();
        let due = due.map_err(|error| Refusal::bad_date(&error))?;
        let to = self.addressed(&give.communes)?;
        let year = self.year().await?;
        let at = self.at(who, DocId::new(self.about().province, DocKind::Issues(year)))?;
        let (name, text, urgent) = (give.name, give.text, give.urgent);
        self.with(move |office, _, _| {
            let group = office.new_record();
            for collection in &to {
                let (record, event) = (office.new_record(), office.new_event());
                let form = GiveDirective { record, event, group, name: name.clone(), text: text.clone(), due, urgent };
                let at = hopluu_model::Desk { doc: DocId::new(*collection, DocKind::Issues(year)), ..at.clone() };
                let edit = hopluu_model::Form::edit(&form, &at).map_err(|faults| Refusal::invalid(&faults))?;
                office.submit(&edit)?;
            }
            Ok(Given { group: group.to_string(), communes: to.len() })
        })
        .await
    }

    fn addressed(&self, codes: &[String]) -> Result<Vec<CollectionId>, Refusal> {
        let communes = self.reader().communes()?;
        if let Some(unknown) = codes.iter().find(|code| communes.iter().all(|commune| commune.code != **code)) {
            return Err(Refusal::not_found("xã, phường", "commune", unknown));
        }
        let wanted = communes.into_iter().filter(|commune| codes.is_empty() || codes.contains(&commune.code));
        let to: Vec<CollectionId> = wanted.map(|commune| commune.collection).collect();
        if to.is_empty() {
            return Err(Refusal::new(
                Why::Refused,
                "nobody",
                "Chưa có xã, phường nào để giao. Hãy mời các xã, phường trước.",
                "There is no commune to give it to yet. Invite the communes first.",
            ));
        }
        Ok(to)
    }

    /// What is ordered of this commune; at the province of one or all.
    ///
    /// # Errors
    /// When the commune is not known.
    pub fn directives(&self, commune: Option<&str>) -> Result<Vec<DirectiveRow>, Refusal> {
        Ok(self.reader().directives(self.collection_of(commune)?)?)
    }

    /// Every directive with the communes it goes to.
    ///
    /// # Errors
    /// When the view fails.
    pub fn directives_by_group(&self) -> Result<Vec<Directive>, Refusal> {
        Ok(self.reader().directives_by_group()?)
    }

    /// Moves a directive on.
    ///
    /// # Errors
    /// When there is no such directive or event, or whoever asks may not.
    pub async fn move_task(&self, who: &Who, step: TaskStep) -> Result<Moved, Refusal> {
        let wanted: Option<RecordId> = step.id.trim().parse().ok();
        let row = self.directives(None)?.into_iter().find(|row| Some(row.id) == wanted);
        let row = row.ok_or_else(|| Refusal::not_found("chỉ đạo", "directive", &step.id))?;
        let slug = step.event.as_str();
        let kind = EventKind::from_slug(slug).filter(|kind| matches!(kind.0, 30..=33)).ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "unknown-event",
                format!("Không có việc {slug} với chỉ đạo."),
                format!("There is no event {slug} of a directive."),
            )
        })?;
        let at = self.at(who, row.doc)?;
        let TaskStep { text, reason, .. } = step;
        self.write(at, move |office| {
            let event = office.new_event();
            let form = MoveTask { task: row.id, event, kind, after: row.frontier, text, reason };
            Ok((form, Moved { event: event.to_string() }))
        })
        .await
    }
}
