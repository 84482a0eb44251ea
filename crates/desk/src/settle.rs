//! What is to be settled.

use hopluu_model::edit::Settle;
use hopluu_view::query::{ClashDetail, ClashRow};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Desk, Refusal, Who, Why};

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

impl Desk {
    /// What is to be settled here; at the province everywhere.
    ///
    /// # Errors
    /// When the view fails.
    pub fn clashes(&self) -> Result<Vec<ClashRow>, Refusal> {
        Ok(self.reader().clashes(self.collection_of(None)?)?)
    }

    /// One clash by at least four characters of its key.
    ///
    /// # Errors
    /// When there is none, or several begin so.
    pub fn clash(&self, key: &str) -> Result<ClashDetail, Refusal> {
        let found = self.reader().clash(key)?;
        found.ok_or_else(|| Refusal::not_found("việc cần thống nhất", "clash", key))
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
