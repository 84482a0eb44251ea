//! Units: add, rename, correct, merge.

use hopluu_model::edit::{AddUnit, DecideUnits, Deed, MergeInto as Into, Passing, RenameUnit, SetHouseholds};
use hopluu_model::fold::Known;
use hopluu_model::{Date, RecordId, demo};
use hopluu_view::query::{UnitRow, Units};
use serde::Deserialize;

use crate::{Desk, Power, Refusal, Who};

/// A unit to add.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct NewUnit {
    /// Its name.
    pub name: String,
    /// Slug of its kind.
    pub kind: String,
    /// Households.
    #[serde(default)]
    pub households: Option<i64>,
}

/// Into what units are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeInto {
    /// A new unit of this name.
    New(String),
    /// One that exists, by name or id.
    Existing(String),
}

/// A merger that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The units, by name or id.
    pub from: Vec<String>,
    /// Into what.
    pub into: MergeInto,
    /// Number of the document.
    pub decision: String,
    /// The body that passed it.
    pub body: String,
    /// The day it takes effect.
    pub effective: String,
}

impl Desk {
    /// Adds a unit; returns its id.
    ///
    /// # Errors
    /// What is wrong with the form.
    pub async fn add_unit(&self, who: &Who, unit: NewUnit) -> Result<String, Refusal> {
        let at = self.at(who, self.register())?;
        let NewUnit { name, kind, households } = unit;
        self.write(at, move |office| {
            let record = office.new_record();
            let form = AddUnit { record, name, kind, households, population: None, area: None, valid_from: None };
            Ok((form, record.to_string()))
        })
        .await
    }

    /// Renames a unit named by name or id; returns its id.
    ///
    /// # Errors
    /// When there is no such unit, or the name is not valid.
    pub async fn rename_unit(&self, who: &Who, unit: &str, name: String) -> Result<String, Refusal> {
        let unit = self.unit(unit)?.id;
        let at = self.at(who, self.register())?;
        self.write(at, move |_| Ok((RenameUnit { unit, name }, unit.to_string()))).await
    }

    /// Corrects the households of a unit; returns its id.
    ///
    /// # Errors
    /// When there is no such unit, or the number is not valid.
    pub async fn set_households(&self, who: &Who, unit: &str, households: Option<i64>) -> Result<String, Refusal> {
        let unit = self.unit(unit)?.id;
        let at = self.at(who, self.register())?;
        self.write(at, move |_| Ok((SetHouseholds { unit, households }, unit.to_string()))).await
    }

    /// Merges units by a decision; returns the id of the merger.
    ///
    /// # Errors
    /// When a unit is not known, the date is none, or whoever asks may not.
    pub async fn merge_units(&self, who: &Who, merging: Merging) -> Result<String, Refusal> {
        let (mut from, mut kind) = (Vec::<RecordId>::new(), String::new());
        for name in &merging.from {
            let unit = self.unit(name)?;
            from.push(unit.id);
            kind = unit.kind;
        }
        let existing = match &merging.into {
            MergeInto::Existing(unit) => Some(self.unit(unit)?.id),
            MergeInto::New(_) => None,
        };
        let effective_on: Date = merging.effective.parse().map_err(|error| Refusal::bad_date(&error))?;
        let passing = Passing {
            decision: merging.decision,
            body: merging.body,
            effective_on: Some(effective_on),
            known: Known::default(),
        };
        let at = self.at(who, self.register())?;
        self.write(at, move |office| {
            let (merger, event) = (office.new_record(), office.new_event());
            let into = match (existing, merging.into) {
                (Some(unit), _) => Into::Existing(unit),
                (None, MergeInto::New(name) | MergeInto::Existing(name)) => {
                    Into::New { record: office.new_record(), name }
                }
            };
            let deed = Deed::Merge { into, kind };
            let form = DecideUnits { merger, event, from, deed, passing: Some(passing) };
            Ok((form, merger.to_string()))
        })
        .await
    }

    /// Units and mergers of a commune on a day; `None` when no register of it is known.
    ///
    /// # Errors
    /// When no commune is named at the province, or the date is none.
    pub fn units(&self, commune: Option<&str>, at: Option<&str>) -> Result<Option<Units>, Refusal> {
        let collection = self.one_commune(commune)?;
        let day = at.filter(|day| !day.is_empty()).map(str::parse).transpose();
        let day = day.map_err(|error| Refusal::bad_date(&error))?;
        Ok(self.reader().units(collection, day)?)
    }

    /// Writes the register and people of a demonstration commune, made up and saying so; returns how many edits.
    ///
    /// # Errors
    /// When no such commune exists or the office may not write it.
    pub async fn seed_commune(&self, who: &Who, code: &str, seed: u64) -> Result<usize, Refusal> {
        self.allow(who, Power::Write)?;
        let edits = demo::commune(code, self.about().collection, seed, self.wall());
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
