//! The books, in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hopluu_desk::{BookQuery, Desk, Refusal, Who};
use hopluu_model::fold::said;
use hopluu_model::rules;
use hopluu_view::query::BookRow;
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved_id, unknown};
use crate::client::Answer;

#[derive(Deserialize)]
struct Which {
    kind: String,
    #[serde(default)]
    record: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    void: bool,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "record.kinds" => Ok(kinds()),
        "record.add" => {
            let which: Which = read(args)?;
            saved_id(desk.add(who, &which.kind, &which.fields).await?.to_string())
        }
        "record.set" => {
            let which: Which = read(args)?;
            let id = desk.book_id(Desk::book_kind(&which.kind)?, &which.record)?;
            desk.change_typed(who, id, &which.fields).await?;
            saved_id(id.to_string())
        }
        "record.void" => {
            let which: Which = read(args)?;
            let id = desk.book_id(Desk::book_kind(&which.kind)?, &which.record)?;
            desk.void(who, id, which.void, &which.reason).await?;
            saved_id(id.to_string())
        }
        "record.list" => {
            let which: Which = read(args.clone())?;
            list(&desk.book(who, &which.kind, &read::<BookQuery>(args)?).await?)
        }
        "record.show" => {
            let which: Which = read(args)?;
            let (row, history) = desk.book_record(who, &which.kind, &which.record).await?;
            let data = json!({ "record": as_json(&row), "history": as_json(&history) });
            let text = detail(&row);
            Ok(Answer::new(data, text.vi, text.en))
        }
        other => Err(unknown(other)),
    }
}

/// The kinds with their fields; a star where something must be said.
fn kinds() -> Answer {
    let (mut text, mut data) = (Words::new("", ""), Vec::new());
    for kind in Desk::book_kinds() {
        let columns = rules::kind(kind).map_or(&[][..], |rule| rule.columns);
        let star = |must: bool| if must { "*" } else { "" };
        let fields: Vec<_> = columns.iter().map(|column| format!("{}{}", column.field, star(column.must))).collect();
        let _ = writeln!(text.vi, "{kind}  {}\n    {}", rules::kind_label(kind), fields.join(" "));
        let _ = writeln!(text.en, "{kind}  {}\n    {}", rules::kind_label_en(kind), fields.join(" "));
        let fields = columns.iter().map(|column| {
            json!({ "field": column.field.to_string(), "label": rules::label(column.field), "must": column.must,
                "fixed": column.fixed })
        });
        data.push(
            json!({ "kind": kind.to_string(), "label": rules::kind_label(kind), "fields": fields.collect::<Vec<_>>() }),
        );
    }
    Answer::new(Value::Array(data), text.vi, text.en)
}

fn list(rows: &[BookRow]) -> Result<Answer, Refusal> {
    let mut text = Words::new("", "");
    for row in rows {
        let (void_vi, void_en) = if row.void { ("  (nhập nhầm)", "  (by mistake)") } else { ("", "") };
        let _ = writeln!(text.vi, "{}  {}{void_vi}", row.record.id, row.title);
        let _ = writeln!(text.en, "{}  {}{void_en}", row.record.id, row.title);
    }
    let (vi, en) = (format!("{}{} mục", text.vi, rows.len()), format!("{}{} records", text.en, rows.len()));
    Ok(Answer::new(as_json(&rows), vi, en))
}

fn detail(row: &BookRow) -> Words {
    let mut text = Words::new(format!("{}\n", row.title), format!("{}\n", row.title));
    for (field, value) in &row.record.fields {
        let value = said(row.record.kind, *field, value);
        let named = row.points.get(field).map(|_| row.shown(*field));
        let _ = writeln!(text.vi, "{}: {}", rules::label(*field), named.as_ref().unwrap_or(&value.vi));
        let _ = writeln!(text.en, "{}: {}", rules::label_en(*field), named.as_ref().unwrap_or(&value.en));
    }
    text
}
