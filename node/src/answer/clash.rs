//! What is to be settled.

use std::fmt::Write as _;

use hopluu_driver::{Complaint, Exit};
use hopluu_model::edit::Settle;
use hopluu_view::query::{ClashDetail, ClashRow};
use serde_json::json;

use super::{Desk, Typed, as_json, not_found, view_failed};
use crate::client::Answer;

impl Desk {
    pub(super) fn clashes(&self) -> Result<Answer, Complaint> {
        let collection = self.collection_of(None)?;
        let rows = self.reader().clashes(collection).map_err(|error| view_failed(&error))?;
        let mut text = String::new();
        for row in &rows {
            line(&mut text, row);
        }
        let vi = format!("{text}Cần thống nhất ({})", rows.len());
        let en = format!("{text}To be settled ({})", rows.len());
        Ok(Answer::new(as_json(&rows), vi, en))
    }

    pub(super) fn clash(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let detail = self.find_clash(typed.must("key")?)?;
        let mut text = String::new();
        line(&mut text, &detail.row);
        let text = text.trim_end().to_owned();
        Ok(Answer::new(as_json(&detail), text.clone(), text))
    }

    pub(super) async fn settle(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let detail = self.find_clash(typed.must("key")?)?;
        let option = typed.number("option").and_then(|option| usize::try_from(option).ok()).unwrap_or(0);
        let chosen = option.checked_sub(1).filter(|chosen| *chosen < detail.clash.options.len()).ok_or_else(|| {
            Complaint::new(
                Exit::Usage,
                "no-option",
                format!("Chọn từ 1 đến {}.", detail.clash.options.len()),
                format!("Choose from 1 to {}.", detail.clash.options.len()),
            )
        })?;
        let desk = self.desk(typed, detail.clash.doc);
        let (clash, reason) = (detail.clash, typed.owned("reason"));
        let value = self
            .write(desk, move |office| {
                let event = office.new_event();
                Ok((Settle { event, clash, chosen, reason }, json!({ "event": event.to_string() })))
            })
            .await?;
        Ok(Answer::new(value, "Đã thống nhất, đã lưu tại máy này.", "Settled, saved here."))
    }

    fn find_clash(&self, key: &str) -> Result<ClashDetail, Complaint> {
        let found = self.reader().clash(key).map_err(|error| view_failed(&error))?;
        found.ok_or_else(|| not_found("việc cần thống nhất", "clash", key))
    }
}

fn line(text: &mut String, row: &ClashRow) {
    let _ = writeln!(text, "{}  {} · {}", row.key, row.name, row.text);
    for (place, option) in row.options.iter().enumerate() {
        let at = hopluu_model::Timestamp(option.at);
        let _ = writeln!(text, "   {}. {} ({}, {at})", place + 1, option.text, option.by);
    }
}
