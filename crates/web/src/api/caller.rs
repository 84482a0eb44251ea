//! Who asks, and what was sent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hopluu_desk::{Refusal, Session, Who, Why};
use serde::de::DeserializeOwned;

use super::refused::Refused;
use crate::signed::{SESSION, cookie};
use crate::site::Site;

/// The header that brings back a session's token with a cookie.
pub(super) const CSRF: &str = "x-csrf";

/// Somebody signed in.
pub(super) struct Caller(pub(super) Who);

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        let session = match bearer(&parts.headers) {
            Some(token) => site.desk.session(token).ok_or_else(Refused::nobody)?,
            None => by_cookie(parts, site)?,
        };
        if let Err(refusal) = site.desk.seen(&session).await {
            tracing::warn!(code = refusal.code, "that a session is in use could not be written down");
        }
        if session.must_change || session.needs_totp {
            return Err(Refused(Refusal::new(
                Why::Forbidden,
                "account-first",
                "Đổi mật khẩu hoặc cài mã xác thực ở trang Tài khoản trước.",
                "Change the password or set up codes on the account page first.",
            )));
        }
        Ok(Self(session.who))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A browser sends its cookie to whoever makes it ask; the token beside it is known to our own pages alone.
fn by_cookie(parts: &Parts, site: &Site) -> Result<Session, Refused> {
    let session = cookie(parts, SESSION).and_then(|token| site.desk.session(&token)).ok_or_else(Refused::nobody)?;
    let brought = parts.headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !parts.method.is_safe() && !session.csrf_is(brought) {
        return Err(Refused(Refusal::new(
            Why::Forbidden,
            "no-csrf",
            "Thiếu hoặc sai x-csrf của phiên đăng nhập.",
            "The session's x-csrf is missing or wrong.",
        )));
    }
    Ok(session)
}

/// An input as JSON.
pub(super) struct Input<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Input<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Refused> {
        Json::from_request(request, site).await.map(|Json(input)| Self(input)).map_err(|rejection| {
            let why = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { "too-large" } else { "bad-json" };
            Refused(
                Refusal::new(
                    Why::Usage,
                    why,
                    "Nội dung gửi lên không đúng. Xem /api/v1/openapi.json.",
                    "What was sent is not as it should be. See /api/v1/openapi.json.",
                )
                .because(&rejection),
            )
        })
    }
}

/// What an address asks for.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Site>> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        let read = axum::extract::Query::from_request_parts(parts, site).await;
        read.map(|axum::extract::Query(asked)| Self(asked)).map_err(|rejection| {
            Refused(
                Refusal::new(
                    Why::Usage,
                    "unknown-filter",
                    "Không hiểu điều kiện lọc. Xem /api/v1/openapi.json.",
                    "The filter is not understood. See /api/v1/openapi.json.",
                )
                .because(&rejection),
            )
        })
    }
}
