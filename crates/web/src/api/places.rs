//! The catalogue of places, and a commune in one picture.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use hopluu_desk::{CommuneDetail, PlaceChanges, PlaceOn, Refusal, place_changes, place_on};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::{Asked, Caller};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// On which day.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct OnDay {
    /// The day; today when absent.
    at: String,
}

/// Of which province.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct OfProvince {
    /// Full name of a province as it was on 2025-06-30: "Tỉnh Thái Nguyên".
    province: String,
}

/// Of which commune.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct OfCommune {
    /// Code of the commune; must be named at the province.
    commune: String,
}

/// What a code means on a day.
#[utoipa::path(get, path = "/places/{code}", tag = "places", params(("code", description = "Five digits"), OnDay), responses(
    (status = 200, description = "Its name that day; what it was formed from, or became", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn on_day(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Path(code): Path<String>,
    Asked(wanted): Asked<OnDay>,
) -> Result<Json<PlaceOn>, Refused> {
    let day = match wanted.at.trim() {
        "" => site.desk.wall().date(),
        day => day.parse().map_err(|error| Refusal::bad_date(&error))?,
    };
    Ok(Json(place_on(&code, day)?))
}

/// What became of the communes of a province as it was until 2025-06-30.
#[utoipa::path(get, path = "/places/changes", tag = "places", params(OfProvince), responses(
    (status = 200, description = "`before`, `after`, and the units of both", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn changes(
    Caller(_): Caller,
    Asked(wanted): Asked<OfProvince>,
) -> Result<Json<PlaceChanges>, Refused> {
    Ok(Json(place_changes(&wanted.province)?))
}

/// A commune in one picture.
#[utoipa::path(get, path = "/commune", tag = "places", params(OfCommune), responses(
    (status = 200, description = "`record`, `now`, `before`, `council`, `regimes`, `sites` with equipment and functions, `figures`", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn commune(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Asked(wanted): Asked<OfCommune>,
) -> Result<Json<CommuneDetail>, Refused> {
    Ok(Json(site.desk.commune(Some(&wanted.commune))?))
}
