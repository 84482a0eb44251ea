//! The API: the verbs of the desk as JSON under `/api/v1`, with the same inputs, answers and refusals as everywhere.
//!
//! Its document is made from the routes themselves and their inputs, so that it cannot say anything else than they do.
//! Who asks shows a session: the browser's cookie, with `x-csrf` for whatever changes something, or
//! `Authorization: Bearer <session token>`.

mod caller;
mod issues;
mod machines;
mod people;
mod places;
mod province;
mod records;
mod refused;
mod totals;
mod unit;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::refused::Refused;
use crate::site::Site;

/// The largest body, in bytes: two long texts and their names.
const MAX_BODY: usize = 64 << 10;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hợp Lưu",
        description = "What a desk of Hợp Lưu can be asked and told. Days are YYYY-MM-DD or dd/MM/yyyy, moments are \
                       milliseconds of UTC, ids are hexadecimal. A refusal has a stable `code`, one sentence in each \
                       language that says what to do next, and what is wrong field by field.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Sessions),
    security(("bearer" = []), ("cookie" = [], "csrf" = []))
)]
struct Frame;

/// How one shows who asks.
struct Sessions;

impl Modify for Sessions {
    fn modify(&self, document: &mut Document) {
        let parts = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token of a session."));
        parts.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        let cookie = ApiKeyValue::with_description(crate::signed::SESSION, "The session of a browser.");
        parts.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let csrf = ApiKeyValue::with_description(caller::CSRF, "Its token, for whatever changes something.");
        parts.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf)));
    }
}

fn parts() -> (Router<Arc<Site>>, Document) {
    OpenApiRouter::with_openapi(Frame::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .routes(routes!(document))
                .routes(routes!(issues::list, issues::report))
                .routes(routes!(issues::show))
                .routes(routes!(issues::place))
                .routes(routes!(issues::remark))
                .routes(routes!(issues::step))
                .routes(routes!(issues::overview))
                .routes(routes!(province::clashes))
                .routes(routes!(province::settlements, province::settle))
                .routes(routes!(province::directives, province::give))
                .routes(routes!(province::task))
                .routes(routes!(province::notices))
                .routes(routes!(places::on_day))
                .routes(routes!(places::changes))
                .routes(routes!(places::commune))
                .routes(routes!(records::list, records::add))
                .routes(routes!(records::show, records::change))
                .routes(routes!(people::list, people::add))
                .routes(routes!(people::show))
                .routes(routes!(people::begin))
                .routes(routes!(people::end))
                .routes(routes!(people::leavers, people::leave))
                .routes(routes!(people::mark))
                .routes(routes!(people::boards))
                .routes(routes!(people::transfers, people::ask))
                .routes(routes!(people::decide))
                .routes(routes!(unit::units, unit::add))
                .routes(routes!(unit::unit, unit::correct))
                .routes(routes!(unit::mergers, unit::decide))
                .routes(routes!(unit::preview))
                .routes(routes!(unit::take))
                .routes(routes!(unit::merger))
                .routes(routes!(totals::compare))
                .routes(routes!(machines::status))
                .routes(routes!(machines::devices))
                .routes(routes!(machines::invite)),
        )
        .split_for_parts()
}

/// The routes of the API.
pub(crate) fn routes() -> Router<Arc<Site>> {
    let nothing = || async { Refused::nothing() };
    parts().0.route("/api/{*rest}", axum::routing::any(nothing)).layer(DefaultBodyLimit::max(MAX_BODY))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "document", security(()), responses((status = 200, description = "What this API is", body = serde_json::Value)))]
async fn document() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let text = DOCUMENT.get_or_init(|| parts().1.to_json().expect("a document of texts and numbers is JSON"));
    ([(CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Handlers are only reached through the document: every one that says what it is stands in it, and nothing is
    /// routed past it but the answer for what does not exist.
    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let document = serde_json::to_value(parts().1).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let listed: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
        let (mut described, mut routed, mut past) = (0, 0, 0);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            // The test itself names what it counts.
            let text = text.split("#[cfg(test)]").next().unwrap();
            described += text.matches("#[utoipa::path(").count();
            past += text.matches(".route(").count();
            let lists = text.split("routes!(").skip(1).filter_map(|rest| rest.split_once(')'));
            routed += lists.map(|(handlers, _)| handlers.split(',').count()).sum::<usize>();
        }
        assert_eq!((described, routed, past), (listed, listed, 1));
        assert!(paths.keys().all(|path| path.starts_with("/api/v1/")), "{paths:?}");
    }

    #[test]
    fn inputs_are_those_of_the_verbs() {
        let document = serde_json::to_value(parts().1).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for name in ["Report", "Remark", "Step", "Choice", "Give", "TaskStep", "Invite", "Failure"] {
            assert!(schemas.contains_key(name), "{name} in {:?}", schemas.keys());
        }
        let query = document["paths"]["/api/v1/issues"]["get"]["parameters"].as_array().unwrap();
        let names: Vec<_> = query.iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"pile") && names.contains(&"older_than"), "{names:?}");
        assert!(query.iter().all(|one| one["required"] == false), "{query:?}");
    }
}
