//! How this office and the province's machines stand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hopluu_desk::{DeviceState, Invite, Invited, Power, Standing};

use super::caller::{Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// How this office stands.
#[utoipa::path(get, path = "/status", tag = "machines", responses(
    (status = 200, description = "Line, backlog, alarms; at the province how the communes stand", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn status(State(site): State<Arc<Site>>, Caller(_): Caller) -> Result<Json<Standing>, Refused> {
    Ok(Json(site.desk.standing().await?))
}

/// The machines of the roster and how their lines stand.
#[utoipa::path(get, path = "/devices", tag = "machines", responses(
    (status = 200, description = "The machines", body = Vec<DeviceState>),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn devices(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
) -> Result<Json<Vec<DeviceState>>, Refused> {
    site.desk.allow(&who, Power::Machines)?;
    Ok(Json(site.desk.devices().await?))
}

/// Draws up an invitation. Its text is nowhere kept.
#[utoipa::path(post, path = "/invitations", tag = "machines", request_body = Invite, responses(
    (status = 201, description = "The text to hand over", body = Invited),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn invite(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(invite): Input<Invite>,
) -> Result<(StatusCode, Json<Invited>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.invite(&who, invite).await?)))
}
