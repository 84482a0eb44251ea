//! What the province keeps for all: categories, departments, calendar, rules, notices, templates, lessons.

use std::collections::BTreeMap;

use hopluu_model::edit::{self, AddRecord, SetField};
use hopluu_model::rules::{self, Home};
use hopluu_model::{DocId, DocKind, Faults, Field, Kind, RecordId, Value};

use crate::{Desk, Power, Refusal, Who, Why};

/// What triage keeps from day to day; everything else of the bulletin is a rule of the province.
const DAILY: [Kind; 4] = [Kind::NOTICE, Kind::TEMPLATE, Kind::LESSON, Kind::COMMON];

impl Desk {
    /// Adds a record of the bulletin: its kind and fields by their slugs, as typed. Returns its id.
    ///
    /// # Errors
    /// When this is not the province, whoever asks may not, or what is wrong with the fields, all at once.
    pub async fn add(&self, who: &Who, kind: &str, typed: &BTreeMap<String, String>) -> Result<RecordId, Refusal> {
        let kind = Kind::from_slug(kind)
            .filter(|kind| rules::kind(*kind).is_some_and(|rule| rule.home == Home::Bulletin))
            .ok_or_else(|| Refusal::not_found("loại mục", "kind of entry", kind))?;
        self.keeps(who, kind)?;
        let rule = rules::kind(kind).ok_or_else(Refusal::forbidden)?;
        let (mut fields, mut faults) = (Vec::new(), Vec::new());
        for column in rule.columns {
            let text = typed.get(&column.field.to_string()).map_or("", String::as_str);
            match edit::read(kind, column.field, text) {
                Ok(value) => fields.push((column.field, value)),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(&Faults(faults)));
        }
        let at = self.at(who, DocId::new(self.about().province, DocKind::Bulletin))?;
        self.write(at, move |office| {
            let record = office.new_record();
            Ok((AddRecord { record, kind, fields }, record))
        })
        .await
    }

    /// Gives a field of a record of the bulletin what was typed; nothing empties a field that may be empty.
    ///
    /// # Errors
    /// When there is no such record or field, whoever asks may not, or what is wrong with the value.
    pub async fn set(&self, who: &Who, record: RecordId, field: Field, typed: &str) -> Result<(), Refusal> {
        let known = self.reader().history(record)?.map(|history| history.record);
        let known = known.ok_or_else(|| Refusal::not_found("mục", "entry", &record.to_string()))?;
        self.keeps(who, known.kind)?;
        let value = edit::read(known.kind, field, typed).map_err(|fault| Refusal::invalid(&Faults(vec![fault])))?;
        if known.fields.get(&field).unwrap_or(&Value::Empty) == &value {
            return Ok(());
        }
        let at = self.at(who, known.doc)?;
        self.write(at, move |_| Ok((SetField { record, kind: known.kind, field, value }, ()))).await
    }

    /// Gives several fields of a record of the bulletin what was typed; all of them are looked at before any is written.
    ///
    /// # Errors
    /// When there is no such record, whoever asks may not, or what is wrong with the values, all at once.
    pub async fn change(&self, who: &Who, record: RecordId, typed: &BTreeMap<Field, String>) -> Result<(), Refusal> {
        let known = self.reader().history(record)?.map(|history| history.record);
        let known = known.ok_or_else(|| Refusal::not_found("mục", "entry", &record.to_string()))?;
        self.keeps(who, known.kind)?;
        let read = |(field, text): (&Field, &String)| edit::read(known.kind, *field, text).err();
        let faults: Vec<_> = typed.iter().filter_map(read).collect();
        if !faults.is_empty() {
            return Err(Refusal::invalid(&Faults(faults)));
        }
        for (field, text) in typed {
            self.set(who, record, *field, text).await?;
        }
        Ok(())
    }

    /// Takes a record of the bulletin out of use, or puts it back: what was filed under it keeps it.
    ///
    /// # Errors
    /// When there is no such record, it cannot be taken out of use, or whoever asks may not.
    pub async fn retire(&self, who: &Who, record: RecordId, retired: bool) -> Result<(), Refusal> {
        // The field names the last day of use.
        let last = if retired { self.wall().date().plus_days(-1).to_string() } else { String::new() };
        self.set(who, record, Field::VALID_TO, &last).await
    }

    /// Whether whoever asks keeps this kind of record.
    #[must_use]
    pub fn may_keep(&self, who: &Who, kind: Kind) -> bool {
        self.keeps(who, kind).is_ok()
    }

    /// Lets only those pass who keep this kind of record, at the province.
    fn keeps(&self, who: &Who, kind: Kind) -> Result<(), Refusal> {
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
