//! A refusal as JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hopluu_desk::{Refusal, Why};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::status_of;

/// What is told when something is not done.
#[derive(Serialize, ToSchema)]
pub(super) struct Failure {
    /// A stable word.
    code: &'static str,
    /// What is wrong and what to do next, in Vietnamese.
    vi: String,
    /// The same in English.
    en: String,
    /// The chain of causes, for whoever helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What is wrong field by field; empty for what is no form.
    faults: Vec<Mistake>,
}

/// What is wrong with one field.
#[derive(Serialize, ToSchema)]
pub(super) struct Mistake {
    /// The field.
    field: String,
    /// What is wrong with it, in Vietnamese.
    vi: String,
    /// The same in English.
    en: String,
}

/// A refusal on its way out.
pub(super) struct Refused(pub(super) Refusal);

impl Refused {
    /// Nobody is signed in.
    pub(super) fn nobody() -> Self {
        Self(Refusal::new(Why::Forbidden, NOBODY, "Chưa đăng nhập, hoặc phiên đã hết.", "Nobody is signed in."))
    }

    /// There is nothing at this address.
    pub(super) fn nothing() -> Self {
        Self(Refusal::new(
            Why::NotFound,
            "no-route",
            "Không có địa chỉ này. Xem /api/v1/openapi.json.",
            "There is nothing here. See /api/v1/openapi.json.",
        ))
    }
}

const NOBODY: &str = "not-signed-in";

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let refusal = self.0;
        let status = match refusal.code {
            NOBODY => StatusCode::UNAUTHORIZED,
            "too-large" => StatusCode::PAYLOAD_TOO_LARGE,
            _ => status_of(refusal.why),
        };
        if matches!(refusal.why, Why::Failed | Why::Busy) {
            tracing::warn!(code = refusal.code, cause = refusal.cause, "{}", refusal.en);
        }
        let mistake = |fault: &hopluu_model::Fault| Mistake {
            field: fault.field.to_string(),
            vi: fault.what.vi(),
            en: fault.what.to_string(),
        };
        let faults = refusal.faults.iter().map(mistake).collect();
        let Refusal { code, vi, en, cause, .. } = refusal;
        (status, Json(Failure { code, vi, en, cause, faults })).into_response()
    }
}
