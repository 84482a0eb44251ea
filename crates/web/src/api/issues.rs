//! Issues.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hopluu_desk::{Moved, Placed, Remark, Report, Reported, Search, Step};
use hopluu_view::query::{IssueDetail, IssuePage, Overview};

use super::caller::{Asked, Caller, Input};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// A page of issues.
#[utoipa::path(get, path = "/issues", tag = "issues", params(Search), responses(
    (status = 200, description = "`total`, and `rows` of issues as lists show them", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn list(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(search): Asked<Search>,
) -> Result<Json<IssuePage>, Refused> {
    Ok(Json(site.desk.issues(&who, &search)?))
}

/// Reports a difficulty.
#[utoipa::path(post, path = "/issues", tag = "issues", request_body = Report, responses(
    (status = 201, description = "Saved here", body = Reported),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn report(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(report): Input<Report>,
) -> Result<(StatusCode, Json<Reported>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.report(&who, report).await?)))
}

/// One issue with everything about it.
#[utoipa::path(get, path = "/issues/{code}", tag = "issues", params(("code" = String, Path, description = "Its code, or the beginning of its id")), responses(
    (status = 200, description = "`issue`, `record`, `events`, `clashes`", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Path(code): Path<String>,
) -> Result<Json<IssueDetail>, Refused> {
    Ok(Json(site.desk.issue(&who, &code)?))
}

/// Says of an open issue that it is about another unit or building.
#[utoipa::path(post, path = "/issues/place", tag = "issues", request_body = Placed, responses(
    (status = 204, description = "Saved here"),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn place(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(to): Input<Placed>,
) -> Result<StatusCode, Refused> {
    site.desk.move_place(&who, to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a remark to an issue.
#[utoipa::path(post, path = "/remarks", tag = "issues", request_body = Remark, responses(
    (status = 201, description = "Saved here", body = Moved),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn remark(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(remark): Input<Remark>,
) -> Result<(StatusCode, Json<Moved>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.comment(&who, remark).await?)))
}

/// Moves an issue on.
#[utoipa::path(post, path = "/steps", tag = "issues", request_body = Step, responses(
    (status = 201, description = "Saved here", body = Moved),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn step(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Input(step): Input<Step>,
) -> Result<(StatusCode, Json<Moved>), Refused> {
    Ok((StatusCode::CREATED, Json(site.desk.move_issue(&who, step).await?)))
}

/// The picture of the issues wanted.
#[utoipa::path(get, path = "/overview", tag = "issues", params(Search), responses(
    (status = 200, description = "Sums by state, category, cause, department, age, commune and week; how long it takes; how fresh it is", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn overview(
    State(site): State<Arc<Site>>,
    Caller(who): Caller,
    Asked(search): Asked<Search>,
) -> Result<Json<Overview>, Refused> {
    Ok(Json(site.desk.overview(&who, &search)?))
}
