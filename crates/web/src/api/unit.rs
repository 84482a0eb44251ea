//! Units.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hopluu_desk::Refusal;
use hopluu_view::query::Units;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::{Asked, Caller};
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
    (status = 200, description = "`units`, `mergers`, `totals`", body = serde_json::Value),
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
