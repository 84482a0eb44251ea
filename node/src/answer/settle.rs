//! What is to be settled, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Refusal, Who};
use hopluu_view::query::ClashRow;
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
    let mut text = String::new();
    for row in &rows {
        line(&mut text, row);
    }
    let vi = format!("{text}Cần thống nhất ({})", rows.len());
    let en = format!("{text}To be settled ({})", rows.len());
    Ok(Answer::new(as_json(&rows), vi, en))
}

pub(super) fn show(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let detail = desk.clash(&read::<Key>(args)?.key)?;
    let mut text = String::new();
    line(&mut text, &detail.row);
    let text = text.trim_end().to_owned();
    Ok(Answer::new(as_json(&detail), text.clone(), text))
}

pub(super) async fn choose(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let event = desk.settle(who, read(args)?).await?;
    Ok(Answer::new(json!({ "event": event }), "Đã thống nhất, đã lưu tại máy này.", "Settled, saved here."))
}

fn line(text: &mut String, row: &ClashRow) {
    let _ = writeln!(text, "{}  {} · {}", row.key, row.name, row.text);
    for (place, option) in row.options.iter().enumerate() {
        let at = hopluu_model::Timestamp(option.at);
        let _ = writeln!(text, "   {}. {} ({}, {at})", place + 1, option.text, option.by);
    }
}
