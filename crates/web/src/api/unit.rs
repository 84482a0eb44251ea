//! Units.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use hopluu_desk::{Decision, MergerStep, Moved, NewUnit, Refusal};
use hopluu_model::Field;
use hopluu_view::query::{MergerDetail, MergerRow, Preview, UnitDetail, Units};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::caller::{Asked, Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// Which units.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct Wanted {
    /// Code of the commune; must be named at the province.
    commune: Option<String>,
    /// The day; today when absent.
    at: Option<String>,
}

/// Units and mergers of a commune on a day.
#[utoipa::path(get, path = "/units", tag = "units", params(Wanted), responses(
    (status = 200, description = "`units`, `mergers`, `totals`", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn units(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Units>, Refused> {
    let units = site.desk.units(wanted.commune.as_deref(), wanted.at.as_deref())?;
    let none =
        || Refusal::not_found("sổ thôn, tổ dân phố của", "register of", wanted.commune.as_deref().unwrap_or("-"));
    Ok(Json(units.ok_or_else(none)?))
}

/// Adds a unit.
#[utoipa::path(post, path = "/units", tag = "units", request_body = NewUnit, responses(
    (status = 200, description = "Its `id`", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn add(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(unit): Input<NewUnit>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(json!({ "id": site.desk.add_unit(&who, unit).await? })))
}

/// One unit: names over time, ancestors and successors, decisions, posts, open issues.
#[utoipa::path(get, path = "/units/{id}", tag = "units", params(("id" = String, Path, description = "Its id; at a commune also its name"), Wanted), responses(
    (status = 200, description = "The unit", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn unit(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<UnitDetail>, Refused> {
    Ok(Json(site.desk.unit_detail(&who, &id, wanted.at.as_deref()).await?))
}

/// Corrects fields of a unit, by their slugs, as typed.
#[utoipa::path(post, path = "/units/{id}", tag = "units", params(("id" = String, Path, description = "Its id or name")), request_body = BTreeMap<String, String>, responses(
    (status = 200, description = "Its `id`", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn correct(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(id): Path<String>,
    Input(typed): Input<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refused> {
    let read = |(slug, text): (String, String)| match Field::from_slug(&slug) {
        Some(field) => Ok((field, text)),
        None => Err(Refusal::not_found("mục", "field", &slug)),
    };
    let typed: BTreeMap<Field, String> = typed.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Json(json!({ "id": site.desk.change_unit(&who, &id, &typed).await? })))
}

/// Decisions about the units of a commune.
#[utoipa::path(get, path = "/mergers", tag = "units", params(Wanted), responses(
    (status = 200, description = "All of them", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn mergers(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Vec<MergerRow>>, Refused> {
    let units = site.desk.units(wanted.commune.as_deref(), wanted.at.as_deref())?;
    Ok(Json(units.map_or_else(Vec::new, |units| units.mergers)))
}

/// Drafts a decision about units, or passes it at once.
#[utoipa::path(post, path = "/mergers", tag = "units", request_body = Decision, responses(
    (status = 200, description = "Its `id`", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn decide(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(decision): Input<Decision>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(json!({ "id": site.desk.decide(&who, decision).await? })))
}

/// What a decision would do; nothing is written.
#[utoipa::path(post, path = "/mergers/preview", tag = "units", request_body = Decision, responses(
    (status = 200, description = "Units, posts and issues touched, sums before and after, warnings", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn preview(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(decision): Input<Decision>,
) -> Result<Json<Preview>, Refused> {
    Ok(Json(site.desk.preview(&who, &decision).await?))
}

/// One decision about units, with what it would do while it is not in force.
#[utoipa::path(get, path = "/mergers/{id}", tag = "units", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, description = "The decision", body = Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn merger(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(id): Path<String>,
) -> Result<Json<MergerDetail>, Refused> {
    Ok(Json(site.desk.merger(&who, &id).await?))
}

/// Moves a decision about units on.
#[utoipa::path(post, path = "/mergers/move", tag = "units", request_body = MergerStep, responses(
    (status = 200, description = "The event", body = Moved),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn take(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(step): Input<MergerStep>,
) -> Result<Json<Moved>, Refused> {
    Ok(Json(site.desk.move_merger(&who, step).await?))
}
