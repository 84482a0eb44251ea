//! Sums over communes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hopluu_desk::{Compare, Compared};

use super::caller::{Asked, Caller};
use super::refused::{Failure, Refused};
use crate::site::Site;

/// Units, people, posts and leavers of communes on two days.
#[utoipa::path(get, path = "/totals", tag = "totals", params(Compare), responses(
    (status = 200, description = "`before`, `after`, `communes`, and how fresh they are", body = serde_json::Value),
    (status = "4XX", description = "Why not", body = Failure),
))]
pub(super) async fn compare(
    State(site): State<Arc<Site>>,
    Caller(_): Caller,
    Asked(wanted): Asked<Compare>,
) -> Result<Json<Compared>, Refused> {
    Ok(Json(site.desk.compare(&wanted).await?))
}
