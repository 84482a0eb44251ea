//! Who is signed in.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Session, Who};

use crate::Pages;
use crate::page::Page;
use crate::site::Site;
use crate::words::Lang;

/// The cookie that holds a session's token.
pub(crate) const SESSION: &str = "hopluu";
/// The cookie that holds the language.
pub(crate) const LANG: &str = "lang";
/// The cookie that holds light or dark.
pub(crate) const THEME: &str = "theme";

/// A person who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) who: Who,
    pub(crate) session: Session,
}

impl FromRequestParts<Arc<Site>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Response> {
        let session = cookie(parts, SESSION).and_then(|token| site.desk.session(&token));
        let Some(session) = session else { return Err(to_sign_in(parts, site)) };
        if let Err(refusal) = site.desk.seen(&session).await {
            tracing::warn!(code = refusal.code, "that a session is in use could not be written down");
        }
        // Until then there is nothing else to do for this account.
        let first = session.must_change || session.needs_totp;
        if first && !matches!(parts.uri.path(), "/account" | "/account/password" | "/account/totp" | "/logout") {
            return Err(Redirect::to("/account").into_response());
        }
        Ok(Self { who: session.who.clone(), session })
    }
}

fn to_sign_in(parts: &Parts, site: &Site) -> Response {
    let to = if site.desk.needs_set_up() == Some(true) { "/setup" } else { "/login" };
    let back = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    Redirect::to(&format!("{to}?next={next}")).into_response()
}

/// How a request wants its page: language, colours, what was just done, and where it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub(crate) lang: Lang,
    pub(crate) theme: &'static str,
    pub(crate) path: String,
    pub(crate) done: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Wish {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let lang = cookie(parts, LANG).and_then(|slug| Lang::from_slug(&slug)).unwrap_or_default();
        let theme = match cookie(parts, THEME).as_deref() {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        let query = parts.uri.query().unwrap_or_default();
        let done = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "done").map(|(_, done)| done);
        let done = done.map(|done| format!("done.{done}")).filter(|key| crate::words::known(key));
        Ok(Self { lang, theme, path: parts.uri.path().to_owned(), done })
    }
}

impl Wish {
    /// The frame of a page before anybody is signed in.
    pub(crate) fn bare(self, pages: &Pages) -> Page {
        let Self { lang, theme, path, done } = self;
        Page { lang, theme, path, done, demo: pages.demo.clone(), ..Page::default() }
    }

    /// The frame of a page for somebody signed in.
    pub(crate) async fn page(self, site: &Site, signed: &Signed, here: &'static str) -> Page {
        let mut page = self.bare(&site.pages).with_account(signed);
        // A failed view is told by the page's own matter.
        page.standing = site.desk.standing().await.unwrap_or_default();
        let words = crate::line(&page.standing);
        page.line = page.lang.pick(words.vi, words.en);
        page.here = here;
        page
    }
}

/// The value of a cookie.
pub(crate) fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let all = parts.headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
    let mut pairs = all.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}
