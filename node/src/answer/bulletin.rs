//! Directives and the province's bulletin, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Refusal, Who, Why};
use hopluu_model::{Field, RecordId};
use hopluu_web::{Words, sentence};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved, saved_id, unknown};
use crate::client::Answer;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Which {
    commune: Option<String>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Deserialize)]
struct Set {
    id: String,
    field: String,
    #[serde(default)]
    value: String,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "directive.give" => {
            let given = desk.give(who, read(args)?).await?;
            let (vi, en) =
                (format!("Đã giao cho {} xã, phường.", given.communes), format!("Given to {}.", given.communes));
            Ok(Answer::new(as_json(&given), vi, en))
        }
        "directive.list" => directives(desk, &read::<Which>(args)?),
        "directive.move" => saved(&desk.move_task(who, read(args)?).await?),
        "bulletin.list" => list(desk, &read::<Kind>(args)?.kind),
        "bulletin.set" => {
            let set: Set = read(args)?;
            let id: RecordId = set.id.parse().map_err(|_| Refusal::not_found("mục", "entry", &set.id))?;
            let field = Field::from_slug(&set.field);
            let field = field.ok_or_else(|| Refusal::not_found("trường", "field", &set.field))?;
            desk.set(who, id, field, &set.value).await?;
            saved_id(set.id)
        }
        other => Err(unknown(other)),
    }
}

fn directives(desk: &Desk, which: &Which) -> Result<Answer, Refusal> {
    let rows = desk.directives(which.commune.as_deref())?;
    let mut text = Words::new("", "");
    for row in &rows {
        let (id, far, due) = (row.id, sentence(&row.sentence), row.on.map(|day| day.vi()).unwrap_or_default());
        let _ = writeln!(text.vi, "{id}  {}  {}  {}  {due}  [{}]", row.commune, row.state.vi(), row.name, far.vi);
        let _ = writeln!(text.en, "{id}  {}  {}  {}  {due}  [{}]", row.commune, row.state.en(), row.name, far.en);
    }
    let (vi, en) = (format!("{}{} chỉ đạo", text.vi, rows.len()), format!("{}{} directives", text.en, rows.len()));
    Ok(Answer::new(as_json(&rows), vi, en))
}

/// The entries of one kind, each with its id, which `set` asks for.
fn list(desk: &Desk, kind: &str) -> Result<Answer, Refusal> {
    let reader = desk.reader();
    let rows = match kind {
        "category" => as_json(&reader.categories()?),
        "department" => as_json(&reader.departments()?),
        "unit_kind" => as_json(&reader.unit_kinds()?),
        "day" => as_json(&reader.calendar_days()?),
        "setting" => as_json(&reader.rules()?),
        "notice" => as_json(&reader.notices()?),
        "template" => as_json(&reader.templates()?),
        "lesson" => as_json(&reader.lessons()?),
        "common" => as_json(&reader.common_problems()?),
        other => {
            let known = "category department unit_kind day setting notice template lesson common";
            return Err(Refusal::new(
                Why::Usage,
                "unknown-kind",
                format!("Không có loại {other}. Các loại: {known}."),
                format!("There is no kind {other}. Kinds: {known}."),
            ));
        }
    };
    let line = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let what = [text("slug"), text("on"), text("name")].into_iter().filter(|part| !part.is_empty());
        format!("{}  {}", text("id"), what.collect::<Vec<_>>().join("  "))
    };
    let text = match &rows {
        Value::Array(rows) => rows.iter().map(line).collect::<Vec<_>>().join("\n"),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    Ok(Answer::new(json!(rows), text.clone(), text))
}
