//! What the province keeps for all: categories, departments, calendar, rules, notices, templates, lessons. Its entries are
//! records like all others; here is who keeps them, and how one goes out of use.

use hopluu_model::{Field, Kind, RecordId};

use crate::{Desk, Power, Refusal, Who, Why};

/// What triage keeps from day to day; everything else of the bulletin is a rule of the province.
const DAILY: [Kind; 5] = [Kind::NOTICE, Kind::TEMPLATE, Kind::LESSON, Kind::COMMON, Kind::INDICATOR];

impl Desk {
    /// Takes a record of the bulletin out of use, or puts it back: what was filed under it keeps it.
    ///
    /// # Errors
    /// When there is no such record, it cannot be taken out of use, or whoever asks may not.
    pub async fn retire(&self, who: &Who, record: RecordId, retired: bool) -> Result<(), Refusal> {
        // The field names the last day of use.
        let last = if retired { self.wall().date().plus_days(-1).to_string() } else { String::new() };
        self.set(who, record, Field::VALID_TO, &last).await
    }

    /// Lets only those pass who keep this kind of record, at the province.
    pub(crate) fn keeps_bulletin(&self, who: &Who, kind: Kind) -> Result<(), Refusal> {
        if !self.is_province() {
            return Err(Refusal::new(
                Why::Refused,
                "not-province",
                "Mục này do tỉnh quản lý. Đề nghị gửi ý kiến về tỉnh.",
                "The province keeps this. Tell the province.",
            ));
        }
        self.allow(who, if DAILY.contains(&kind) { Power::Triage } else { Power::Rule })
    }
}
