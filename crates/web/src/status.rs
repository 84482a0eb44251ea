//! How this office stands, and how a person wants their pages.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Check, Health};

use crate::failure;
use crate::page::Page;
use crate::posted::{Fields, Unsigned};
use crate::signed::{LANG, Signed, THEME, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    page: Page,
    health: Health,
}

impl StatusPage {
    fn what(&self, check: &Check) -> String {
        if check.check == "line" { self.page.line.clone() } else { check.what.clone() }
    }
}

pub(crate) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    match site.desk.health().await {
        Ok(health) => {
            let page = wish.page(&site, &signed, "status").await;
            crate::page::show(&StatusPage { page, health })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

/// Language and colours; remembered in the browser, for people who are not signed in as well.
pub(crate) async fn wish(Unsigned(fields): Unsigned) -> Response {
    remembered(&fields)
}

/// The same where there is no office behind the page.
pub(crate) async fn wish_anywhere(body: Bytes) -> Response {
    remembered(&Fields::parse(&body))
}

fn remembered(fields: &Fields) -> Response {
    let mut headers = HeaderMap::new();
    for (field, cookie) in [("lang", LANG), ("theme", THEME)] {
        let value = fields.text(field);
        if matches!(value, "vi" | "en" | "light" | "dark" | "auto") {
            let text = format!("{cookie}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
            headers.extend(HeaderValue::from_str(&text).map(|value| (SET_COOKIE, value)));
        }
    }
    (headers, Redirect::to(back(fields.text("back")))).into_response()
}

/// A path of ours to go back to; nothing else is followed.
pub(crate) fn back(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains(['\r', '\n']);
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_back_to() {
        assert_eq!(back("/issues?x=1"), "/issues?x=1");
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert_eq!(back(path), "/", "{path}");
        }
    }
}
