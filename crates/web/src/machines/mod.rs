//! Machines of the province: which there are and how their lines stand, revoking one, inviting others.

mod devices;
mod invitations;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::site::Site;

/// As many signs of a key as people compare by eye.
pub(crate) fn short(key: &str) -> &str {
    key.get(..12).unwrap_or(key)
}

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/devices", get(devices::show))
        .route("/devices/{key}/revoke", get(devices::ask).post(devices::revoke))
        .route("/invitations", get(invitations::form).post(invitations::invite))
}
