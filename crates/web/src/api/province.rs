//! What is to be settled, what is ordered, what is told to all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hopluu_desk::{Choice, Give, Given, Moved, SettledQuery, TaskStep};
use hopluu_view::query::{ClashRow, DirectiveRow, Notice, SettlementRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Asked, Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// Whose.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct Whose {
    /// Code of a commune, at the province.
    commune: Option<String>,
}

/// A clash that was settled.
#[derive(Serialize, ToSchema)]
pub(super) struct Settled {
    /// The id of the settlement.
    settlement: String,
}

/// What is to be settled here; at the province everywhere.
#[utoipa::path(get, path = "/clashes", tag = "settling", responses(
    (status = 200, description = "Clashes with their options", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn clashes(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
) -> Result<Json<Vec<ClashRow>>, Refused> {
    let mut clashes = site.desk.clashes()?;
    clashes.iter_mut().for_each(|clash| site.desk.hide_names(&who, clash));
    Ok(Json(clashes))
}

/// What was settled here, the newest first; at the province everywhere or in one commune.
#[utoipa::path(get, path = "/settlements", tag = "settling", params(SettledQuery), responses(
    (status = 200, description = "What was chosen, among what, by whom and when", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn settlements(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(query): Asked<SettledQuery>,
) -> Result<Json<Vec<SettlementRow>>, Refused> {
    Ok(Json(site.desk.settlements(&who, &query)?))
}

/// Settles a clash.
#[utoipa::path(post, path = "/settlements", tag = "settling", request_body = Choice, responses(
    (status = 201, description = "Saved here", body = Settled),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn settle(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(choice): Input<Choice>,
) -> Result<(StatusCode, Json<Settled>), Refused> {
    let settlement = site.desk.settle(&who, choice).await?;
    Ok((StatusCode::CREATED, Json(Settled { settlement })))
}

/// What is ordered of this commune; at the province of one or all.
#[utoipa::path(get, path = "/directives", tag = "directives", params(Whose), responses(
    (status = 200, description = "Directives, one for every commune they go to", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn directives(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Asked(whose): Asked<Whose>,
) -> Result<Json<Vec<DirectiveRow>>, Refused> {
    Ok(Json(site.desk.directives(whose.commune.as_deref())?))
}

/// Gives a directive.
#[utoipa::path(post, path = "/directives", tag = "directives", request_body = Give, responses(
    (status = 201, description = "Saved here", body = Given),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn give(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(give): Input<Give>,
) -> Result<(StatusCode, Json<Given>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.give(&who, give).await?)))
}

/// Moves a directive on.
#[utoipa::path(post, path = "/directives/steps", tag = "directives", request_body = TaskStep, responses(
    (status = 201, description = "Saved here", body = Moved),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn task(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(step): Input<TaskStep>,
) -> Result<(StatusCode, Json<Moved>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.move_task(&who, step).await?)))
}

/// What the province tells all communes.
#[utoipa::path(get, path = "/notices", tag = "notices", responses(
    (status = 200, description = "Notices, newest first", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn notices(State(site): State<Arc<Site>>, Caller(_): Caller) -> Result<Json<Vec<Notice>>, Refused> {
    Ok(Json(site.desk.reader().notices().map_err(hopluu_desk::Refusal::from)?))
}
