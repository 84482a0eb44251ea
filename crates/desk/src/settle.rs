//! What is to be settled.

use hopluu_model::edit::Settle;
use hopluu_model::{Field, Kind, rules};
use hopluu_view::query::{ClashDetail, ClashRow, Department, SettlementRow};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{Desk, Refusal, Who, Why};

/// Settlements of one page at most.
const PAGE_MAX: u32 = 200;

/// One decision about a clash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Choice {
    /// The clash, by at least four characters of its key.
    pub key: String,
    /// Which option, counted from 1.
    pub option: usize,
    /// Why; asked for when the province settles what is a commune's.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Which settlements to show; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SettledQuery {
    /// Code of a commune (at the province).
    pub commune: String,
    /// So many at most; fifty when 0.
    pub limit: u32,
    /// So many are passed over.
    pub offset: u32,
}

impl Desk {
    /// What is to be settled here; at the province everywhere.
    ///
    /// # Errors
    /// When the view fails.
    pub fn clashes(&self) -> Result<Vec<ClashRow>, Refusal> {
        let mut clashes = self.reader().clashes(self.collection_of(None)?)?;
        let leads = self.leads()?;
        clashes.iter_mut().for_each(|clash| leads.name(clash));
        Ok(clashes)
    }

    /// One clash by at least four characters of its key.
    ///
    /// # Errors
    /// When there is none, or several begin so.
    pub fn clash(&self, key: &str) -> Result<ClashDetail, Refusal> {
        let found = self.reader().clash(key)?;
        let mut found = found.ok_or_else(|| Refusal::not_found("việc cần thống nhất", "clash", key))?;
        self.leads()?.name(&mut found.row);
        Ok(found)
    }

    /// What was settled here, at the province everywhere or in one commune, the newest first. Names that were chosen among
    /// are shown to those who may read personal records.
    ///
    /// # Errors
    /// When there is no such commune, or the view fails.
    pub fn settlements(&self, who: &Who, query: &SettledQuery) -> Result<Vec<SettlementRow>, Refusal> {
        let limit = if query.limit == 0 { 50 } else { query.limit.min(PAGE_MAX) };
        let collection = self.collection_of(Some(&query.commune))?;
        let mut rows = self.reader().settlements(collection, (limit, query.offset))?;
        let leads = self.leads()?;
        for row in &mut rows {
            self.hide_settled_names(who, row);
            leads.name_settled(row);
        }
        Ok(rows)
    }

    fn leads(&self) -> Result<Leads, Refusal> {
        Ok(Leads(self.reader().departments()?))
    }

    /// Settles a clash; returns the id of the settlement.
    ///
    /// # Errors
    /// When there is no such clash or option, or whoever asks may not settle it.
    pub async fn settle(&self, who: &Who, choice: Choice) -> Result<String, Refusal> {
        let clash = self.clash(&choice.key)?.clash;
        let count = clash.options.len();
        let chosen = choice.option.checked_sub(1).filter(|chosen| *chosen < count).ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "no-option",
                format!("Chọn từ 1 đến {count}."),
                format!("Choose from 1 to {count}."),
            )
        })?;
        let at = self.at(who, clash.doc)?;
        self.write(at, move |office| {
            let event = office.new_event();
            Ok((Settle { event, clash, chosen, reason: choice.reason }, event.to_string()))
        })
        .await
    }
}

/// The departments, which sentences about clashes name by slug: their names stand in the bulletin.
struct Leads(Vec<Department>);

impl Leads {
    fn name(&self, clash: &mut ClashRow) {
        if clash.record_kind == Kind::ISSUE {
            for option in &mut clash.options {
                self.put(&mut option.text, false);
                self.put(&mut option.text_en, true);
            }
        }
    }

    fn name_settled(&self, row: &mut SettlementRow) {
        if row.record_kind == Kind::ISSUE {
            self.put(&mut row.chosen, false);
            self.put(&mut row.chosen_en, true);
            row.weighed.iter_mut().for_each(|text| self.put(text, false));
            row.weighed_en.iter_mut().for_each(|text| self.put(text, true));
        }
    }

    fn put(&self, text: &mut String, english: bool) {
        let label = if english { rules::label_en(Field::LEAD) } else { rules::label(Field::LEAD) };
        let begins = format!("{label}: ");
        let Some((before, slug)) = text.split_once(&begins) else { return };
        let (slug, after) = slug.split_at(slug.find(';').unwrap_or(slug.len()));
        if let Some(department) = self.0.iter().find(|department| department.slug == slug) {
            let is_english = english && !department.name_en.is_empty();
            let name = if is_english { &department.name_en } else { &department.name };
            *text = format!("{before}{begins}{name}{after}");
        }
    }
}
