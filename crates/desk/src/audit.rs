//! Who changed what in the documents this office holds.

use hopluu_model::Date;
use hopluu_view::query::{AuditFilter, AuditPage};
use serde::Deserialize;

use crate::{Desk, Power, Refusal, Who};

/// Which changes to show; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Code of a commune (at the province).
    pub commune: String,
    /// Name of the account, as it signs.
    pub account: String,
    /// Beginning of the device's author chains, in hexadecimal.
    pub device: String,
    /// Id of a record.
    pub record: String,
    /// From this day on.
    pub from: String,
    /// Up to this day.
    pub to: String,
    /// So many at most; fifty when 0.
    pub limit: u32,
    /// So many are passed over.
    pub offset: u32,
}

/// Rows of one page at most.
const PAGE_MAX: u32 = 500;

impl Desk {
    /// Who changed what, newest first: at a commune in its own documents, at the province in all.
    ///
    /// # Errors
    /// When whoever asks may not read it, or a date or id is none.
    pub fn audit(&self, who: &Who, query: &AuditQuery) -> Result<AuditPage, Refusal> {
        self.allow(who, Power::Audit)?;
        let some = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let day = |text: &str| -> Result<Option<Date>, Refusal> {
            some(text).map(|day| day.parse()).transpose().map_err(|error| Refusal::bad_date(&error))
        };
        let record = some(&query.record).map(|id| id.parse().map_err(|_| Refusal::not_found("hồ sơ", "record", &id)));
        let filter = AuditFilter {
            collection: self.collection_of(Some(&query.commune))?,
            account: some(&query.account),
            device: some(&query.device),
            record: record.transpose()?,
            from: day(&query.from)?,
            to: day(&query.to)?,
            limit: query.limit.min(PAGE_MAX),
            offset: query.offset,
        };
        Ok(self.reader().audit(&filter)?)
    }
}
