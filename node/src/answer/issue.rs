//! Issues, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Refusal, Who};
use hopluu_model::{Field, Value as ModelValue, rules, vocabulary};
use hopluu_view::query::IssueRow;
use hopluu_web::{Words, sentence};
use serde::Deserialize;
use serde_json::Value;

use super::{as_json, read, saved};
use crate::client::Answer;

#[derive(Deserialize)]
struct Code {
    code: String,
}

pub(super) fn code(args: Value) -> Result<String, Refusal> {
    Ok(read::<Code>(args)?.code)
}

#[derive(Deserialize)]
struct Common {
    code: String,
    #[serde(default)]
    problem: Option<String>,
}

pub(super) async fn common(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Common = read(args)?;
    match typed.problem {
        Some(problem) => saved(&desk.link_common(who, &typed.code, &problem).await?),
        None => saved(&desk.unlink_common(who, &typed.code).await?),
    }
}

pub(super) async fn report(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let reported = desk.report(who, read(args)?).await?;
    let (vi, en) = (format!("Đã lưu tại máy này: {}", reported.code), format!("Saved here: {}", reported.code));
    Ok(Answer::new(as_json(&reported), vi, en))
}

pub(super) fn list(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let page = desk.issues(who, &read(args)?)?;
    let mut text = Words::new("", "");
    for row in &page.rows {
        line(&mut text, row);
    }
    let (vi, en) = (format!("{}{} phiếu", text.vi, page.total), format!("{}{} issues", text.en, page.total));
    Ok(Answer::new(as_json(&page), vi, en))
}

pub(super) fn show(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let detail = desk.issue(who, &read::<Code>(args)?.code)?;
    let row = &detail.issue;
    let mut text = Words::new("", "");
    line(&mut text, row);
    let category = vocabulary::vi("issue_category", &row.category);
    let cause = vocabulary::vi("issue_cause", &row.cause);
    let _ = writeln!(text.vi, "  lĩnh vực: {category} · nguyên nhân: {cause}");
    let _ = writeln!(text.en, "  category: {} · cause: {}", row.category, row.cause);
    if !row.proposal.is_empty() {
        let _ = writeln!(text.vi, "  đề xuất: {}", row.proposal);
        let _ = writeln!(text.en, "  proposal: {}", row.proposal);
    }
    for event in &detail.events {
        let said = event.fields.get(&Field::TEXT).or_else(|| event.fields.get(&Field::REASON));
        let said = said.and_then(ModelValue::as_text).unwrap_or_default();
        // At the province the names of a commune's people are not shown.
        let named = |commune| if event.by.name.is_empty() { commune } else { event.by.name.as_str() };
        let _ = writeln!(text.vi, "  {} · {} · {} {said}", event.at, named("xã"), rules::event_label(event.kind));
        let _ = writeln!(text.en, "  {} · {} · {} {said}", event.at, named("commune"), event.kind);
    }
    for clash in &detail.clashes {
        let _ = writeln!(text.vi, "  Cần thống nhất: {} ({})", clash.text, clash.key);
        let _ = writeln!(text.en, "  To be settled: {} ({})", clash.kind, clash.key);
    }
    Ok(Answer::new(as_json(&detail), text.vi.trim_end(), text.en.trim_end()))
}

/// One line of a list, in both languages.
fn line(text: &mut Words, row: &IssueRow) {
    let far = sentence(&row.sentence);
    let (urgent_vi, urgent_en) = if row.urgent { (" [khẩn]", " [urgent]") } else { ("", "") };
    let _ = writeln!(text.vi, "{}{urgent_vi}  {}  {}  [{}]", row.code, row.state.vi(), row.text, far.vi);
    let _ = writeln!(text.en, "{}{urgent_en}  {}  {}  [{}]", row.code, row.state.en(), row.text, far.en);
}
