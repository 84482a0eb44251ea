//! What is to be settled, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Refusal, Who};
use hopluu_model::Timestamp;
use hopluu_view::query::ClashRow;
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read};
use crate::client::Answer;

#[derive(Deserialize)]
struct Key {
    key: String,
}

pub(super) fn list(desk: &Desk) -> Result<Answer, Refusal> {
    let rows = desk.clashes()?;
    let mut text = Words::new("", "");
    for row in &rows {
        lines(&mut text, row);
    }
    let vi = format!("{}Cần thống nhất ({})", text.vi, rows.len());
    let en = format!("{}To be settled ({})", text.en, rows.len());
    Ok(Answer::new(as_json(&rows), vi, en))
}

pub(super) fn settled(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let rows = desk.settlements(who, &read(args)?)?;
    let mut text = Words::new("", "");
    for row in &rows {
        let (name, at, by) = (&row.name, row.at, &row.by.name);
        let _ = writeln!(text.vi, "{at}  {name} · {} ({by})", row.chosen);
        let _ = writeln!(text.en, "{at}  {name} · {} ({by})", row.chosen_en);
    }
    let vi = format!("{}Đã thống nhất ({})", text.vi, rows.len());
    let en = format!("{}Settled ({})", text.en, rows.len());
    Ok(Answer::new(as_json(&rows), vi, en))
}

pub(super) fn show(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let detail = desk.clash(&read::<Key>(args)?.key)?;
    let mut text = Words::new("", "");
    lines(&mut text, &detail.row);
    let ClashRow { key, consequence, consequence_en, .. } = &detail.row;
    let vi = format!("{}{consequence}\nChọn: hopluu settle choose {key} 1", text.vi);
    let en = format!("{}{consequence_en}\nChoose: hopluu settle choose {key} 1", text.en);
    Ok(Answer::new(as_json(&detail), vi, en))
}

pub(super) async fn choose(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let event = desk.settle(who, read(args)?).await?;
    Ok(Answer::new(json!({ "event": event }), "Đã thống nhất, đã lưu tại máy này.", "Settled, saved here."))
}

fn lines(text: &mut Words, row: &ClashRow) {
    let _ = writeln!(text.vi, "{}  {} · {}", row.key, row.name, row.text);
    let _ = writeln!(text.en, "{}  {} · {}", row.key, row.name, row.text_en);
    for (place, option) in row.options.iter().enumerate() {
        let (place, at) = (place + 1, Timestamp(option.at));
        let _ = writeln!(text.vi, "   {place}. {} ({}, {at})", option.text, option.by);
        let _ = writeln!(text.en, "   {place}. {} ({}, {at})", option.text_en, option.by);
    }
}
