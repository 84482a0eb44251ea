//! Units, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hopluu_desk::{Decision, Desk, Named, Refusal, Who, Why};
use hopluu_model::fold::UnitStatus;
use hopluu_model::{Field, RecordId, vocabulary};
use hopluu_view::query::{Kin, Units};
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved, saved_id};
use crate::client::Answer;

#[derive(Deserialize)]
struct Set {
    unit: String,
    /// `field=value`, as typed.
    fields: Vec<String>,
}

pub(super) async fn set(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Set = read(args)?;
    let mut fields = BTreeMap::new();
    for pair in &typed.fields {
        let known = pair.split_once('=').and_then(|(slug, text)| Some((Field::from_slug(slug.trim())?, text)));
        let (field, text) = known.ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "bad-field",
                format!("Không hiểu {pair:?}. Viết mục=giá trị, ví dụ households=120."),
                format!("{pair:?} is not understood. Write field=value, households=120 for instance."),
            )
        })?;
        fields.insert(field, text.to_owned());
    }
    saved_id(desk.change_unit(who, &typed.unit, &fields).await?)
}

#[derive(Deserialize)]
struct Households {
    unit: String,
    households: Option<i64>,
}

pub(super) async fn households(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Households = read(args)?;
    let households = typed.households.map(|count| count.to_string()).unwrap_or_default();
    let fields = BTreeMap::from([(Field::HOUSEHOLDS, households)]);
    saved_id(desk.change_unit(who, &typed.unit, &fields).await?)
}

#[derive(Deserialize)]
struct Merge {
    from: Vec<String>,
    into: String,
    #[serde(default)]
    existing: bool,
    decision: String,
    #[serde(default)]
    body: Option<String>,
    effective: String,
}

pub(super) async fn merge(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let Merge { from, into, existing, decision, body, effective } = read(args)?;
    let (into, names) =
        if existing { (Some(into), Vec::new()) } else { (None, vec![Named { name: into, households: None }]) };
    let body = body.unwrap_or_default();
    let action = "merge".to_owned();
    let typed = Decision { action, from, into, names, kind: None, pass: true, decision, body, effective };
    saved(&json!({ "merger": desk.decide(who, typed).await? }))
}

#[derive(Deserialize)]
struct Show {
    unit: String,
    #[serde(default)]
    at: Option<String>,
}

pub(super) async fn show(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Show = read(args)?;
    let detail = desk.unit_detail(who, &typed.unit, typed.at.as_deref()).await?;
    let names = |kin: &[Kin]| kin.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut text = Words::new("", "");
    for row in &detail.names {
        let since = row.since.map(|day| day.vi()).unwrap_or_default();
        let _ =
            writeln!(text.vi, "{}  {}  {since}  {}", row.name, vocabulary::vi("unit_kind", &row.kind), row.decision);
        let _ = writeln!(text.en, "{}  {}  {since}  {}", row.name, row.kind, row.decision);
    }
    let homes = detail.unit.households.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let _ = writeln!(text.vi, "{homes} hộ, tính đến {}", detail.as_of.vi());
    let _ = writeln!(text.en, "{homes} households as of {}", detail.as_of);
    if !detail.ancestors.is_empty() {
        let _ = writeln!(text.vi, "Tiền thân: {}", names(&detail.ancestors));
        let _ = writeln!(text.en, "Formed from: {}", names(&detail.ancestors));
    }
    for step in &detail.steps {
        let (from, into, on) = (&step.from.name, names(&step.into), step.on.map(|day| day.vi()).unwrap_or_default());
        let _ = writeln!(text.vi, "{from} → {into} từ {on} theo {}", step.decision);
        let _ = writeln!(text.en, "{from} → {into} since {on} by {}", step.decision);
    }
    super::merger::tell_late(&mut text, &detail.late);
    for row in &detail.holders {
        let _ = writeln!(text.vi, "{}: {}", row.post_name, row.holders.join(", "));
        let _ = writeln!(text.en, "{}: {}", row.post_name, row.holders.join(", "));
    }
    let _ = write!(text.vi, "{} phiếu đang mở", detail.issues.len());
    let _ = write!(text.en, "{} open issues", detail.issues.len());
    Ok(Answer::new(as_json(&detail), text.vi, text.en))
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
            (UnitStatus::Planned { .. } | UnitStatus::Future { .. }, ..) => {
                ("  (chưa có hiệu lực)".to_owned(), "  (not in force)".to_owned())
            }
            (_, Some(_), Some(on)) => (
                format!("  Đã nhập vào {} từ {} theo {}", unit.lives_in_name, on.vi(), unit.decision),
                format!("  merged into {} on {on} by {}", unit.lives_in_name, unit.decision),
            ),
            (UnitStatus::Split { .. }, _, Some(on)) => (
                format!("  Đã chia tách thành {} từ {} theo {}", unit.became_names.join(", "), on.vi(), unit.decision),
                format!("  split into {} on {on} by {}", unit.became_names.join(", "), unit.decision),
            ),
            (UnitStatus::Dissolved { .. } | UnitStatus::Ended { .. }, _, Some(on)) => {
                (format!("  Kết thúc {} {}", on.vi(), unit.decision), format!("  ended {on} {}", unit.decision))
            }
            _ => Default::default(),
        };
        let _ = writeln!(text.vi, "{id}  {name}  {count} hộ{state_vi}{clash_vi}");
        let _ = writeln!(text.en, "{id}  {name}  {count} households{state_en}{clash_en}");
    }
    let _ = write!(text.vi, "{} thôn, tổ, tính đến {}", units.totals.units, units.as_of.vi());
    let _ = write!(text.en, "{} units as of {}", units.totals.units, units.as_of);
    text
}
