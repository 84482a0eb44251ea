//! Decisions about units, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Refusal, Who};
use hopluu_view::query::{LateRow, MergerRow, Preview};
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved, saved_id, unknown};
use crate::client::Answer;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Which {
    id: String,
    from: Vec<String>,
    commune: Option<String>,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "merger.new" => saved(&json!({ "merger": desk.decide(who, read(args)?).await? })),
        "merger.preview" => {
            let preview = desk.preview(who, &read(args)?).await?;
            let mut text = Words::new("", "");
            tell_preview(&mut text, &preview);
            Ok(Answer::new(as_json(&preview), text.vi, text.en))
        }
        "merger.list" => list(desk, &read::<Which>(args)?),
        "merger.show" => show(desk, who, &read::<Which>(args)?).await,
        "merger.units" => {
            let which: Which = read(args)?;
            saved_id(desk.set_sources(who, &which.id, &which.from).await?)
        }
        "merger.move" => saved(&desk.move_merger(who, read(args)?).await?),
        other => Err(unknown(other)),
    }
}

fn list(desk: &Desk, which: &Which) -> Result<Answer, Refusal> {
    let mergers = desk.units(which.commune.as_deref(), None)?.map_or_else(Vec::new, |units| units.mergers);
    let mut text = Words::new("", "");
    for row in &mergers {
        tell(&mut text, row);
    }
    let _ = write!(text.vi, "{} phương án", mergers.len());
    let _ = write!(text.en, "{} mergers", mergers.len());
    Ok(Answer::new(json!({ "mergers": as_json(&mergers) }), text.vi, text.en))
}

fn tell(text: &mut Words, row: &MergerRow) {
    let (vi, en) = row.action.map_or(("?", "?"), |action| (action.vi(), action.en()));
    let into = if row.part_names.is_empty() { row.into_name.clone() } else { row.part_names.join(", ") };
    let from = row.from_names.join(", ");
    let on = row.effective_on.map(|day| day.to_string()).unwrap_or_default();
    let (id, decision) = (row.id.short(), &row.decision);
    let _ =
        writeln!(text.vi, "{id}  {vi}: {from} → {into}  {}, {}  {decision} {on}", row.state.vi(), row.standing.vi());
    let _ =
        writeln!(text.en, "{id}  {en}: {from} → {into}  {}, {}  {decision} {on}", row.state.en(), row.standing.en());
}

async fn show(desk: &Desk, who: &Who, which: &Which) -> Result<Answer, Refusal> {
    let detail = desk.merger(who, &which.id).await?;
    let mut text = Words::new("", "");
    tell(&mut text, &detail.merger);
    for event in &detail.history.events {
        let (at, by) = (event.at.to_string(), &event.by.name);
        let _ = writeln!(text.vi, "  {}  {at}  {by}", hopluu_model::rules::event_label(event.kind));
        let _ = writeln!(text.en, "  {}  {at}  {by}", event.kind);
    }
    tell_late(&mut text, &detail.late);
    if let Some(preview) = &detail.preview {
        tell_preview(&mut text, preview);
    }
    Ok(Answer::new(as_json(&detail), text.vi.trim_end(), text.en.trim_end()))
}

pub(super) fn tell_late(text: &mut Words, late: &[LateRow]) {
    for row in late {
        let (unit, into, then, now) = (&row.unit_name, &row.lives_in_name, &row.then, &row.now);
        let label = hopluu_model::rules::label(row.field);
        let _ = writeln!(text.vi, "Sửa muộn ở {unit}, nay thuộc {into}: {label} {then} → {now}");
        let _ = writeln!(text.en, "Late edit of {unit}, now in {into}: {} {then} → {now}", row.field);
    }
}

fn tell_preview(text: &mut Words, preview: &Preview) {
    let Preview { on, households, after, count, total, .. } = preview;
    let _ = writeln!(text.vi, "Từ {}: {} đơn vị, {households} hộ:", on.vi(), preview.units.len());
    let _ = writeln!(text.en, "From {on}: {} units, {households} households:", preview.units.len());
    for unit in &preview.units {
        let homes = unit.households.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let line = format!("  - {}  {homes}", unit.name);
        let _ = writeln!(text.vi, "{line}");
        let _ = writeln!(text.en, "{line}");
    }
    for unit in after {
        let homes = unit.households.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let line = format!("  + {}  {homes}", unit.name);
        let _ = writeln!(text.vi, "{line}");
        let _ = writeln!(text.en, "{line}");
    }
    let _ = writeln!(text.vi, "Toàn xã: {} → {} đơn vị, {} → {} hộ", count.0, count.1, total.0, total.1);
    let _ = writeln!(text.en, "Commune: {} → {} units, {} → {} households", count.0, count.1, total.0, total.1);
    for seat in &preview.holders {
        let line = format!("{}, {}: {}", seat.post_name, seat.unit_name, seat.holders.join(", "));
        let _ = writeln!(text.vi, "Chức danh kết thúc: {line}");
        let _ = writeln!(text.en, "Post that ends: {line}");
    }
    let (issues, others) = (preview.issues.len(), preview.others.len());
    let _ = writeln!(text.vi, "{issues} phiếu đang mở, {others} phương án khác về các đơn vị này");
    let _ = writeln!(text.en, "{issues} open issues, {others} other decisions about these units");
    for warning in &preview.warnings {
        let words = hopluu_web::warning(warning);
        let _ = writeln!(text.vi, "⚠ {}", words.vi);
        let _ = writeln!(text.en, "⚠ {}", words.en);
    }
}
