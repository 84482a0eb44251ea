//! People in office, posts, leavers, boards, transfers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hopluu_desk::{
    AskTransfer, BeginHolding, DecideTransfer, Done, EndHolding, Leave, LeaverQuery, MarkLeavers, Marked, NewPerson,
    Refusal, StaffQuery,
};
use hopluu_view::query::{BoardRow, LeaverRow, PersonDetail, Staff, TransferRow};

use super::caller::{Asked, Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// People and posts of a commune on a day, with vacancies, quotas and limits; without names for those who may not read
/// personal records. That it was asked is written down.
#[utoipa::path(get, path = "/people", tag = "people", params(StaffQuery), responses(
    (status = 200, description = "`people`, `posts`, `quotas`, figures", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn list(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(query): Asked<StaffQuery>,
) -> Result<Json<Staff>, Refused> {
    let staff = site.desk.staff(&who, &query).await?;
    Ok(Json(staff.ok_or_else(|| Refusal::not_found("cán bộ của", "people of", &query.commune))?))
}

/// Adds a person.
#[utoipa::path(post, path = "/people", tag = "people", request_body = NewPerson, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn add(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(new): Input<NewPerson>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.add_person(&who, new).await?)))
}

/// One person: posts through time, leaving, boards, transfers, clashes.
#[utoipa::path(get, path = "/people/{id}", tag = "people", params(("id" = String, Path, description = "The record"), StaffQuery), responses(
    (status = 200, description = "`person`, `leaving`, `boards`, `transfers`", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(id): Path<String>,
    Asked(query): Asked<StaffQuery>,
) -> Result<Json<PersonDetail>, Refused> {
    Ok(Json(site.desk.person(&who, &id, &query.at).await?))
}

/// Gives somebody a post; what is beyond a limit comes back as warnings.
#[utoipa::path(post, path = "/holdings", tag = "people", request_body = BeginHolding, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn begin(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(begin): Input<BeginHolding>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.begin_holding(&who, begin).await?)))
}

/// Ends a holding.
#[utoipa::path(post, path = "/holdings/ended", tag = "people", request_body = EndHolding, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn end(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(end): Input<EndHolding>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.end_holding(&who, end).await?)))
}

/// Those who left, by day.
#[utoipa::path(get, path = "/leavers", tag = "people", params(LeaverQuery), responses(
    (status = 200, description = "Leavings with reason, day, benefit, thanks, gift", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn leavers(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(query): Asked<LeaverQuery>,
) -> Result<Json<Vec<LeaverRow>>, Refused> {
    Ok(Json(site.desk.leavers(&who, &query).await?))
}

/// Lets somebody leave.
#[utoipa::path(post, path = "/leavers", tag = "people", request_body = Leave, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(leave): Input<Leave>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.leave(&who, leave).await?)))
}

/// Says of one or many leavers that they were paid, thanked or given something.
#[utoipa::path(post, path = "/leavers/marked", tag = "people", request_body = MarkLeavers, responses(
    (status = 201, description = "Saved here", body = Marked),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn mark(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(mark): Input<MarkLeavers>,
) -> Result<(StatusCode, Json<Marked>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.mark_leavers(&who, mark).await?)))
}

/// The boards of a commune with their members.
#[utoipa::path(get, path = "/boards", tag = "people", params(StaffQuery), responses(
    (status = 200, description = "Boards with members", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn boards(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(query): Asked<StaffQuery>,
) -> Result<Json<Vec<BoardRow>>, Refused> {
    Ok(Json(site.desk.boards(&who, &query.commune, &query.at).await?))
}

/// Transfers out of this commune; at the province out of one or all.
#[utoipa::path(get, path = "/transfers", tag = "people", params(StaffQuery), responses(
    (status = 200, description = "Transfers, what waits first", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn transfers(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(query): Asked<StaffQuery>,
) -> Result<Json<Vec<TransferRow>>, Refused> {
    Ok(Json(site.desk.transfers(&who, &query.commune).await?))
}

/// Asks the province to let somebody go to another commune.
#[utoipa::path(post, path = "/transfers", tag = "people", request_body = AskTransfer, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn ask(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(ask): Input<AskTransfer>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.ask_transfer(&who, ask).await?)))
}

/// The province does a transfer or refuses it.
#[utoipa::path(post, path = "/transfers/decided", tag = "people", request_body = DecideTransfer, responses(
    (status = 201, description = "Saved here", body = Done),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn decide(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(decide): Input<DecideTransfer>,
) -> Result<(StatusCode, Json<Done>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.decide_transfer(&who, decide).await?)))
}
