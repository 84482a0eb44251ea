//! Sums over communes on two days: before, after, difference.

use hopluu_model::{CollectionId, Date, Timestamp};
use hopluu_view::query::Comparison;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::{Desk, Refusal};

/// Which sums are wanted. Every field may be left out or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Compare {
    /// Codes of communes, joined by commas; all when empty.
    pub communes: Option<String>,
    /// The earlier day; today when empty.
    pub from: Option<String>,
    /// The later day; today when empty.
    pub to: Option<String>,
}

/// Sums on two days, and how fresh they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// What the level above communes is called on the later day, as the province has set it; empty where it has not.
    pub upper: String,
    /// As old as its oldest part.
    pub fresh: Timestamp,
    /// How many of its communes were silent for more than two days.
    pub late: usize,
    /// The sums.
    #[serde(flatten)]
    pub sums: Comparison,
}

impl Desk {
    /// Compares two days of some communes; at a commune of this one.
    ///
    /// # Errors
    /// When a commune is not known here or a day is none.
    pub async fn compare(&self, wanted: &Compare) -> Result<Compared, Refusal> {
        let day = |typed: &Option<String>| -> Result<Option<Date>, Refusal> {
            let typed = typed.as_deref().map(str::trim).filter(|day| !day.is_empty());
            typed.map(str::parse).transpose().map_err(|error| Refusal::bad_date(&error))
        };
        let days = (day(&wanted.from)?, day(&wanted.to)?);
        let codes = wanted.communes.as_deref().unwrap_or_default().split(',').map(str::trim);
        let codes = codes.filter(|code| !code.is_empty());
        let mut of: Vec<CollectionId> =
            codes.map(|code| self.one_commune(Some(code))).collect::<Result<_, Refusal>>()?;
        if !self.is_province() {
            of = vec![self.about().collection];
        }
        let sums = self.reader().comparison(&of, days)?;
        let upper = self.reader().setting("upper_name", days.1)?.text;
        let (mut fresh, mut late) = (self.wall(), 0);
        if self.is_province() {
            let contact = self.contact().await?;
            let among = |name: &str| sums.communes.iter().any(|commune| commune.name == name);
            let silent: Vec<_> = contact.silent.into_iter().filter(|silence| among(&silence.commune)).collect();
            late = silent.iter().filter(|silence| silence.is_late(fresh)).count();
            fresh = silent.iter().filter_map(|silence| silence.since).min().unwrap_or(fresh);
        }
        Ok(Compared { upper, fresh, late, sums })
    }
}
