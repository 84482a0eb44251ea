//! One's own account, the accounts of the office, and who did what.

pub(crate) mod audit;
mod keep;
mod own;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/account", get(own::show))
        .route("/account/password", post(own::password))
        .route("/account/totp", post(own::totp))
        .route("/account/sessions", post(own::sessions))
        .route("/accounts", get(keep::list).post(keep::add))
        .route("/accounts/codes", post(keep::codes))
        .route("/accounts/{id}", get(keep::show).post(keep::change))
        .route("/audit", get(audit::trail))
        .route("/audit/records", get(audit::records))
}
