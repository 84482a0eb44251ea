//! Units: add, list, rename, correct, merge.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hopluu_driver::{Complaint, Exit};
use hopluu_model::edit::{AddUnit, MergeInto, MergeUnits, Passing, RenameUnit, SetHouseholds};
use hopluu_model::fold::UnitStatus;
use hopluu_model::{Date, RecordId, demo};
use hopluu_view::query::{UnitRow, Units};
use hopluu_web::Words;
use serde_json::json;

use super::{Desk, Typed, as_json, not_found, view_failed};
use crate::client::Answer;

impl Desk {
    pub(super) async fn add_unit(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let desk = self.desk(typed, self.register());
        let (name, kind) = (typed.must("name")?.to_owned(), typed.must("kind")?.to_owned());
        let households = typed.number("households");
        let value = self
            .write(desk, move |office| {
                let record = office.new_record();
                let form = AddUnit { record, name, kind, households, population: None, area: None, valid_from: None };
                Ok((form, json!({ "id": record.to_string() })))
            })
            .await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    pub(super) async fn rename_unit(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let unit = self.unit(typed.must("unit")?)?.id;
        let (desk, name) = (self.desk(typed, self.register()), typed.must("name")?.to_owned());
        let value =
            self.write(desk, move |_| Ok((RenameUnit { unit, name }, json!({ "id": unit.to_string() })))).await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    pub(super) async fn households(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let unit = self.unit(typed.must("unit")?)?.id;
        let (desk, households) = (self.desk(typed, self.register()), typed.number("households"));
        let value = self
            .write(desk, move |_| Ok((SetHouseholds { unit, households }, json!({ "id": unit.to_string() }))))
            .await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    pub(super) async fn merge_units(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let mut from: Vec<RecordId> = Vec::new();
        let mut kind = String::new();
        for name in typed.texts("from") {
            let unit = self.unit(name)?;
            from.push(unit.id);
            kind.clone_from(&unit.kind);
        }
        let into = typed.must("into")?.to_owned();
        let existing = if typed.flag("existing") { Some(self.unit(&into)?.id) } else { None };
        let effective_on: Date = typed.must("effective")?.parse().map_err(|error: hopluu_model::time::BadDate| {
            Complaint::new(
                Exit::Refused,
                "bad-date",
                "Ngày có hiệu lực không đúng. Viết 2025-07-01 hoặc 01/07/2025.",
                "The effective date is no date. Write 2025-07-01 or 01/07/2025.",
            )
            .because(&error)
        })?;
        let passing = Passing {
            decision: typed.must("decision")?.to_owned(),
            body: typed.must("body")?.to_owned(),
            effective_on,
        };
        let desk = self.desk(typed, self.register());
        let value = self
            .write(desk, move |office| {
                let (merger, event) = (office.new_record(), office.new_event());
                let into = match existing {
                    Some(unit) => MergeInto::Existing(unit),
                    None => MergeInto::New { record: office.new_record(), name: into },
                };
                let form = MergeUnits { merger, event, from, into, kind, passing: Some(passing) };
                Ok((form, json!({ "merger": merger.to_string() })))
            })
            .await?;
        Ok(Answer::new(value, "Đã lưu tại máy này.", "Saved here."))
    }

    pub(super) async fn units(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let collection = match self.collection_of(typed.text("commune"))? {
            Some(collection) => collection,
            None => {
                return Err(Complaint::new(
                    Exit::Usage,
                    "which-commune",
                    "Bàn tỉnh: thêm --commune với mã xã, phường.",
                    "At the province desk add --commune with a code.",
                ));
            }
        };
        let at = match typed.text("at") {
            Some(text) => Some(text.parse().map_err(|error: hopluu_model::time::BadDate| {
                Complaint::new(Exit::Refused, "bad-date", "Ngày không đúng.", "Not a date.").because(&error)
            })?),
            None => None,
        };
        let units = self.reader().units(collection, at).map_err(|error| view_failed(&error))?;
        let Some(units) = units else {
            return Ok(Answer::new(json!({ "units": [] }), "Chưa có thôn, tổ nào.", "No units yet."));
        };
        let clashes = self.reader().clashes(Some(collection)).map_err(|error| view_failed(&error))?;
        let disputed = clashes.iter().map(|clash| clash.record).collect();
        let text = table(&units, &disputed);
        Ok(Answer::new(as_json(&units), text.vi, text.en))
    }

    /// A demonstration commune: register and people, made up and saying so.
    pub(super) async fn seed_commune(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let (code, seed) = (typed.must("code")?.to_owned(), typed.number("seed").unwrap_or(1));
        let (collection, wall) = (self.profile.collection, self.clock.wall());
        let edits = demo::commune(&code, collection, seed.unsigned_abs(), wall);
        let edits = edits.ok_or_else(|| not_found("xã, phường", "commune", &code))?;
        let count = edits.len();
        let value = self
            .with(move |office, _, _| {
                for edit in &edits {
                    office.submit(edit)?;
                }
                Ok(json!({ "edits": count }))
            })
            .await?;
        Ok(Answer::new(value, "Đã ghi dữ liệu minh họa.", "Demonstration data written."))
    }

    /// One unit of this office by name or id.
    fn unit(&self, typed: &str) -> Result<UnitRow, Complaint> {
        let found =
            self.reader().find_units(typed, Some(self.profile.collection)).map_err(|error| view_failed(&error))?;
        let exact: Vec<&UnitRow> = found.iter().filter(|unit| unit.name == typed).collect();
        match (found.as_slice(), exact.as_slice()) {
            ([unit], _) => Ok(unit.clone()),
            (_, [unit]) => Ok((*unit).clone()),
            _ => Err(not_found("thôn, tổ", "unit", typed)),
        }
    }
}

/// The list in both languages; `disputed` are records of which something is to be settled.
fn table(units: &Units, disputed: &BTreeSet<RecordId>) -> Words {
    let mut text = Words::new("", "");
    for unit in &units.units {
        let (id, name) = (unit.id.short(), &unit.name);
        let count = unit.households.map_or_else(String::new, |count| count.to_string());
        let clash = !unit.clashes.is_empty() || disputed.contains(&unit.id);
        let (clash_vi, clash_en) = if clash { ("  (cần thống nhất)", "  (to be settled)") } else { ("", "") };
        let (state_vi, state_en) = match (&unit.status, unit.successor, unit.ended_on) {
            (UnitStatus::Planned { .. }, ..) => ("  (chưa có hiệu lực)".to_owned(), "  (not in force)".to_owned()),
            (_, Some(_), Some(on)) => (
                format!("  Đã nhập vào {} từ {} theo {}", unit.lives_in_name, on.vi(), unit.decision),
                format!("  merged into {} on {on} by {}", unit.lives_in_name, unit.decision),
            ),
            _ => Default::default(),
        };
        let _ = writeln!(text.vi, "{id}  {name}  {count} hộ{state_vi}{clash_vi}");
        let _ = writeln!(text.en, "{id}  {name}  {count} households{state_en}{clash_en}");
    }
    let _ = write!(text.vi, "{} thôn, tổ, tính đến {}", units.totals.units, units.as_of.vi());
    let _ = write!(text.en, "{} units as of {}", units.totals.units, units.as_of);
    text
}
