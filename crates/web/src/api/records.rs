//! The books: every kind of record that only has fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hopluu_desk::{BookQuery, Desk, Refusal, Who};
use hopluu_view::query::{BookRow, History};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::caller::{Asked, Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// Fields by their slugs: text, numbers, yes or no; what is null or empty is emptied. Other records by name or id.
#[derive(Deserialize, ToSchema)]
pub(super) struct Fields {
    /// The fields.
    fields: BTreeMap<String, Value>,
}

/// What changes of a record: its fields, or that it was entered by mistake.
#[derive(Deserialize, ToSchema)]
pub(super) struct Change {
    /// The fields that change.
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    /// Whether it was entered by mistake.
    #[serde(default)]
    void: Option<bool>,
    /// Why; asked for with `void`.
    #[serde(default)]
    reason: String,
}

/// A record that was saved.
#[derive(Serialize, ToSchema)]
pub(super) struct SavedRecord {
    /// Its id.
    id: String,
}

/// One record and what happened to it.
#[derive(Serialize)]
pub(super) struct OneRecord {
    record: BookRow,
    history: History,
}

fn texts(fields: BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    fields.into_iter().map(|(slug, value)| (slug, text(value))).collect()
}

/// The records of a kind, with those entered by mistake last.
#[utoipa::path(get, path = "/records/{kind}", tag = "records", params(("kind", description = "Slug of the kind: site, equipment, indicator, post, ..."), BookQuery), responses(
    (status = 200, description = "Records with what they point at by name", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn list(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(kind): Path<String>,
    Asked(query): Asked<BookQuery>,
) -> Result<Json<Vec<BookRow>>, Refused> {
    Ok(Json(site.desk.book(&who, &kind, &query).await?))
}

/// Adds a record.
#[utoipa::path(post, path = "/records/{kind}", tag = "records", params(("kind", description = "Slug of the kind")), request_body = Fields, responses(
    (status = 201, description = "Saved here", body = SavedRecord),
    (status = "4XX", description = "Why not, field by field", body = Failure),
))]
pub(super) async fn add(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(kind): Path<String>,
    Input(typed): Input<Fields>,
) -> Result<(StatusCode, Json<SavedRecord>), Refused> {
    let id = site.desk.add(&who, &kind, &texts(typed.fields)).await?;
    Ok((StatusCode::CREATED, Json(SavedRecord { id: id.to_string() })))
}

/// One record by its id or the beginning of that, with what happened to it.
#[utoipa::path(get, path = "/records/{kind}/{id}", tag = "records", params(("kind", description = "Slug of the kind"), ("id", description = "Its id")), responses(
    (status = 200, description = "`record` and `history`", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<OneRecord>, Refused> {
    let (record, history) = site.desk.book_record(&who, &kind, &id).await?;
    Ok(Json(OneRecord { record, history }))
}

/// Changes fields of a record, or says that it was entered by mistake.
#[utoipa::path(patch, path = "/records/{kind}/{id}", tag = "records", params(("kind", description = "Slug of the kind"), ("id", description = "Its id")), request_body = Change, responses(
    (status = 200, description = "Saved here", body = SavedRecord),
    (status = "4XX", description = "Why not, field by field", body = Failure),
))]
pub(super) async fn change(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path((kind, id)): Path<(String, String)>,
    Input(change): Input<Change>,
) -> Result<Json<SavedRecord>, Refused> {
    let id = changed(&site.desk, &who, (&kind, &id), change).await?;
    Ok(Json(SavedRecord { id }))
}

async fn changed(desk: &Desk, who: &Who, (kind, id): (&str, &str), change: Change) -> Result<String, Refusal> {
    let id = desk.book_id(Desk::book_kind(kind)?, id)?;
    if !change.fields.is_empty() {
        desk.change_typed(who, id, &texts(change.fields)).await?;
    }
    if let Some(void) = change.void {
        desk.void(who, id, void, &change.reason).await?;
    }
    Ok(id.to_string())
}
