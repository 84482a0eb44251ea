//! A person leaves; leavers are paid, thanked and given something, often many in one evening.

use hopluu_model::Form;
use hopluu_model::edit::{AddLeaver, MarkLeaver};
use hopluu_view::query::LeaverRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Done, Warning, day, must_day, one, person, some};
use crate::{Desk, Refusal, Who, Why};

/// Somebody leaves the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct Leave {
    /// Who, by name or id.
    pub person: String,
    /// Slug of the reason (`exit_reason`).
    pub reason: String,
    /// The first day out of service.
    pub on: String,
    /// Slug of how far the benefit has got (`benefit_state`).
    pub benefit: Option<String>,
    /// The document that says so.
    pub decision: Option<String>,
}

/// What was done for leavers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct MarkLeavers {
    /// The leavings, by id; or the persons, by name or id.
    pub leavers: Vec<String>,
    /// Slug of how far the benefit has got (`benefit_state`).
    pub benefit: Option<String>,
    /// The day they were thanked.
    pub thanked_on: Option<String>,
    /// What they were given.
    pub gift: Option<String>,
}

/// How many leavers were marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Marked {
    /// So many.
    pub marked: usize,
}

impl Desk {
    /// Lets somebody leave. Their posts end by themselves; warns of those that begin later.
    ///
    /// # Errors
    /// When the person is not known or has left, or what is wrong with the form.
    pub async fn leave(&self, who: &Who, leave: Leave) -> Result<Done, Refusal> {
        let at = self.at_people(who)?;
        let on = must_day(&leave.on)?;
        let staff = self.own_staff(None)?;
        let row = person(&staff, &leave.person)?;
        if let Some(left) = row.left {
            return Err(has_left(&row.name, &left.vi(), &left.to_string()));
        }
        let later = row.holdings.iter().filter(|held| held.from.is_some_and(|from| from >= on));
        let warnings = later.map(|held| {
            Warning::new(
                "holds-later",
                format!("Vẫn có bố trí sau ngày nghỉ: {}. Đề nghị thống nhất.", held.post_name),
                format!("A post begins after the leaving: {}. It is to be settled.", held.post_name),
            )
        });
        let (person, warnings) = (row.id, warnings.collect::<Vec<_>>());
        let (reason, benefit, decision) = (leave.reason, some(leave.benefit), some(leave.decision));
        self.write(at, move |office| {
            let record = office.new_record();
            let form = AddLeaver { record, person, reason, on, benefit, decision };
            Ok((form, Done { id: record.to_string(), warnings }))
        })
        .await
    }

    /// Says of one or many leavers that they were paid, thanked or given something.
    ///
    /// # Errors
    /// When nobody is named, somebody has not left, or what is wrong with the form; then nothing is saved.
    pub async fn mark_leavers(&self, who: &Who, mark: MarkLeavers) -> Result<Marked, Refusal> {
        let at = self.at_people(who)?;
        let thanked_on = day(mark.thanked_on.as_deref())?;
        let rows = self.reader().leavers(self.about().collection)?.unwrap_or_default();
        let ids = |row: &LeaverRow| row.id.to_string();
        let mut leavers = Vec::new();
        for typed in mark.leavers.iter().filter(|typed| !typed.trim().is_empty()) {
            let found = one(rows.iter(), typed, (|row: &LeaverRow| vec![row.name.clone()], ids));
            let found = found.or_else(|| rows.iter().find(|row| row.person.to_string() == typed.trim()));
            leavers.push(found.ok_or_else(|| Refusal::not_found("người đã nghỉ", "leaver", typed))?.id);
        }
        if leavers.is_empty() {
            return Err(Refusal::new(
                Why::Usage,
                "nobody-ticked",
                "Chưa chọn người nào. Hãy đánh dấu những người cần ghi.",
                "Nobody is chosen. Tick those who are meant.",
            ));
        }
        let (benefit, gift) = (some(mark.benefit), some(mark.gift));
        self.with(move |office, _, _| {
            let mut edits = Vec::with_capacity(leavers.len());
            for leaver in &leavers {
                let form = MarkLeaver { leaver: *leaver, benefit: benefit.clone(), thanked_on, gift: gift.clone() };
                edits.push(form.edit(&at).map_err(|faults| Refusal::invalid(&faults))?);
            }
            for edit in hopluu_model::edit::pack(edits) {
                office.submit(&edit)?;
            }
            Ok(Marked { marked: leavers.len() })
        })
        .await
    }
}

/// Somebody left already.
pub(super) fn has_left(name: &str, vi: &str, en: &str) -> Refusal {
    Refusal::new(
        Why::Refused,
        "has-left",
        format!("{name} đã nghỉ từ ngày {vi}. Nếu ngày hoặc lý do sai, sửa hồ sơ nghỉ đã có."),
        format!("{name} left on {en}. If day or reason are wrong, correct the leaving that is there."),
    )
}
