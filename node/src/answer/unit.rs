//! Units, in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hopluu_desk::{Desk, MergeInto, Merging, Refusal, Who};
use hopluu_model::RecordId;
use hopluu_model::fold::UnitStatus;
use hopluu_view::query::Units;
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved, saved_id};
use crate::client::Answer;

#[derive(Deserialize)]
struct Rename {
    unit: String,
    name: String,
}

pub(super) async fn rename(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let rename: Rename = read(args)?;
    saved_id(desk.rename_unit(who, &rename.unit, rename.name).await?)
}

#[derive(Deserialize)]
struct Households {
    unit: String,
    households: Option<i64>,
}

pub(super) async fn households(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Households = read(args)?;
    saved_id(desk.set_households(who, &typed.unit, typed.households).await?)
}

#[derive(Deserialize)]
struct Merge {
    from: Vec<String>,
    into: String,
    #[serde(default)]
    existing: bool,
    decision: String,
    body: String,
    effective: String,
}

pub(super) async fn merge(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Merge = read(args)?;
    let into = if typed.existing { MergeInto::Existing(typed.into) } else { MergeInto::New(typed.into) };
    let Merge { from, decision, body, effective, .. } = typed;
    let merger = desk.merge_units(who, Merging { from, into, decision, body, effective }).await?;
    saved(&json!({ "merger": merger }))
}

#[derive(Deserialize)]
struct Seed {
    code: String,
    #[serde(default)]
    seed: u64,
}

pub(super) async fn seed(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Seed = read(args)?;
    let edits = desk.seed_commune(who, &typed.code, typed.seed).await?;
    Ok(Answer::new(json!({ "edits": edits }), "Đã ghi dữ liệu minh họa.", "Demonstration data written."))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct List {
    at: Option<String>,
    commune: Option<String>,
}

pub(super) fn list(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let typed: List = read(args)?;
    let Some(units) = desk.units(typed.commune.as_deref(), typed.at.as_deref())? else {
        return Ok(Answer::new(json!({ "units": [] }), "Chưa có thôn, tổ nào.", "No units yet."));
    };
    let disputed = desk.clashes()?.iter().map(|clash| clash.record).collect();
    let text = table(&units, &disputed);
    Ok(Answer::new(as_json(&units), text.vi, text.en))
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
