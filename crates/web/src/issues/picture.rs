//! The picture of an issue, for whoever may see the issue.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::failure;
use crate::signed::{Signed, Wish};
use crate::site::Site;

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(code): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    match site.desk.picture(&signed.who, &code).await {
        Ok(Ok(bytes)) => {
            // The bytes of a picture never change, but who may see them does.
            let headers = [
                (CONTENT_TYPE, "image/jpeg"),
                (CACHE_CONTROL, "private, no-cache"),
                (CONTENT_DISPOSITION, "inline; filename=\"anh.jpg\""),
            ];
            (headers, bytes).into_response()
        }
        Ok(Err(_)) => (StatusCode::ACCEPTED, [(RETRY_AFTER, "5")]).into_response(),
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
