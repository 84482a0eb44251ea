//! Units: adding, correcting, looking at them.

use std::collections::BTreeMap;

use hopluu_model::edit::AddUnit;
use hopluu_model::fold::UnitStatus;
use hopluu_model::{CollectionId, Date, Field, Kind, RecordId, demo};
use hopluu_view::query::{HolderRow, UnitDetail, UnitRow, Units};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Desk, Power, Refusal, Who, Why};

/// A unit to add.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewUnit {
    /// Its name.
    pub name: String,
    /// Slug of its kind.
    pub kind: String,
    /// Households.
    pub households: Option<i64>,
    /// People.
    pub population: Option<i64>,
    /// The old commune or area in which it lies.
    pub area: Option<String>,
    /// Its first day.
    pub valid_from: Option<String>,
}

impl Desk {
    /// Adds a unit; returns its id.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub async fn add_unit(&self, who: &Who, unit: NewUnit) -> Result<String, Refusal> {
        let at = self.at(who, self.register())?;
        let valid_from = self.day(unit.valid_from.as_deref())?;
        let NewUnit { name, kind, households, population, area, .. } = unit;
        self.write(at, move |office| {
            let record = office.new_record();
            let form = AddUnit { record, name, kind, households, population, area, valid_from };
            Ok((form, record.to_string()))
        })
        .await
    }

    /// Corrects fields of a unit named by name or id; what is typed is looked at as a whole before any is written.
    /// Returns its id.
    ///
    /// # Errors
    /// When there is no such unit, it exists no longer, a decision says otherwise, or what is wrong with the values.
    pub async fn change_unit(&self, who: &Who, unit: &str, typed: &BTreeMap<Field, String>) -> Result<String, Refusal> {
        let row = self.unit(unit)?;
        self.may_correct(&row, typed.keys().copied())?;
        self.change(who, row.id, typed).await?;
        Ok(row.id.to_string())
    }

    /// Lets fields of a unit be corrected where that would show: not of a unit that was merged away, nor a name or kind
    /// that a decision gave. A correction typed elsewhere without knowing lands all the same, and is told.
    ///
    /// # Errors
    /// Where it would not, with the place where it would.
    pub fn may_correct(&self, unit: &UnitRow, fields: impl IntoIterator<Item = Field>) -> Result<(), Refusal> {
        let (name, into) = (&unit.name, unit.became_names.join(", "));
        match &unit.status {
            UnitStatus::Merged { .. } => {
                let into = &unit.lives_in_name;
                return Err(Refusal::new(
                    Why::Refused,
                    "unit-merged",
                    format!("Đơn vị này đã nhập vào {into}. Hãy sửa ở {into}."),
                    format!("{name} was merged into {into}. Correct it there."),
                ));
            }
            UnitStatus::Split { .. } => {
                return Err(Refusal::new(
                    Why::Refused,
                    "unit-split",
                    format!("Đơn vị này đã chia tách thành {into}. Hãy sửa ở các đơn vị mới."),
                    format!("{name} was split into {into}. Correct those."),
                ));
            }
            UnitStatus::Dissolved { .. } | UnitStatus::Ended { .. } => {
                return Err(Refusal::new(
                    Why::Refused,
                    "unit-ended",
                    "Đơn vị này không còn hoạt động. Nếu kết thúc là nhầm, hãy bãi bỏ quyết định hoặc sửa ngày kết thúc.",
                    format!("{name} exists no longer. If that is wrong, annul the decision or correct its last day."),
                ));
            }
            UnitStatus::Active | UnitStatus::InClash | UnitStatus::Planned { .. } | UnitStatus::Future { .. } => {}
        }
        for field in fields {
            let decided = match field {
                Field::NAME => unit.named_by.as_ref(),
                Field::UNIT_KIND => unit.kind_by.as_ref(),
                _ => None,
            };
            if let Some(decision) = decided {
                return Err(Refusal::new(
                    Why::Refused,
                    "decided",
                    format!("Nội dung này theo {decision}. Hãy lập quyết định mới hoặc bãi bỏ quyết định đó."),
                    format!("{decision} decided this. Enter a new decision, or annul that one."),
                ));
            }
        }
        Ok(())
    }

    /// A unit with all that is known of it, by name or id, on a day. Who holds its posts is told to those alone who may
    /// see personal data, and that they looked is written down.
    ///
    /// # Errors
    /// When there is no such unit, the date is none, or the look cannot be written down.
    pub async fn unit_detail(&self, who: &Who, unit: &str, at: Option<&str>) -> Result<UnitDetail, Refusal> {
        let none = || Refusal::not_found("thôn, tổ", "unit", unit);
        let id = match unit.trim().parse::<RecordId>() {
            Ok(id) => id,
            Err(_) if self.is_province() => return Err(none()),
            Err(_) => self.unit(unit)?.id,
        };
        let mut detail = self.reader().unit(id, self.day(at)?)?.ok_or_else(none)?;
        self.show_holders(who, detail.unit.collection, &mut detail.holders).await?;
        Ok(detail)
    }

    /// Leaves the names of holders away where they may not be seen.
    pub(crate) async fn show_holders(
        &self,
        who: &Who,
        collection: CollectionId,
        holders: &mut [HolderRow],
    ) -> Result<(), Refusal> {
        if holders.is_empty() {
            return Ok(());
        }
        if who.part.may(Power::Personal) {
            return self.saw_person(who, &collection.to_string()).await;
        }
        for name in holders.iter_mut().flat_map(|row| &mut row.holders) {
            name.clear();
        }
        Ok(())
    }

    /// A day as typed; none for nothing typed.
    pub(crate) fn day(&self, typed: Option<&str>) -> Result<Option<Date>, Refusal> {
        let typed = typed.map(str::trim).filter(|day| !day.is_empty()).map(str::parse).transpose();
        typed.map_err(|error| Refusal::bad_date(&error))
    }

    /// Units and mergers of a commune on a day; `None` when no register of it is known.
    ///
    /// # Errors
    /// When no commune is named at the province, or the date is none.
    pub fn units(&self, commune: Option<&str>, at: Option<&str>) -> Result<Option<Units>, Refusal> {
        let collection = self.one_commune(commune)?;
        Ok(self.reader().units(collection, self.day(at)?)?)
    }

    /// Writes the register and people of a demonstration commune, made up and saying so; returns how many edits.
    ///
    /// # Errors
    /// When no such commune exists or the office may not write it.
    pub async fn seed_commune(&self, who: &Who, code: &str, seed: u64) -> Result<usize, Refusal> {
        self.allow(who, Power::Write)?;
        let collection = self.about().collection;
        let known = self.reader().book(Kind::COMMUNE, collection)?.into_iter().find(|row| !row.void);
        let edits = demo::commune(code, collection, known.map(|row| row.record.id), seed, self.wall());
        let edits = edits.ok_or_else(|| Refusal::not_found("xã, phường", "commune", code))?;
        self.with(move |office, _, _| {
            for edit in &edits {
                office.submit(edit)?;
            }
            Ok(edits.len())
        })
        .await
    }

    /// One unit of this office by name or id.
    pub(crate) fn unit(&self, typed: &str) -> Result<UnitRow, Refusal> {
        let found = self.reader().find_units(typed, Some(self.about().collection))?;
        let exact: Vec<&UnitRow> = found.iter().filter(|unit| unit.name == typed).collect();
        match (found.as_slice(), exact.as_slice()) {
            ([unit], _) => Ok(unit.clone()),
            (_, [unit]) => Ok((*unit).clone()),
            _ => Err(Refusal::not_found("thôn, tổ", "unit", typed)),
        }
    }
}
