//! Signing in and out, and the first account of an office.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use hopluu_desk::{Part, Refusal, SetUp, SignIn, SignedIn};
use hopluu_model::Side;
use serde::Deserialize;

use crate::failure::status_of;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted, Unsigned};
use crate::signed::{SESSION, Wish};
use crate::site::{Peer, Site};
use crate::status::back;

/// A cookie outlives a weekend; the session behind it decides.
const COOKIE_AGE_S: u32 = 30 * 86_400;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/login", get(form).post(sign_in))
        .route("/setup", get(setup_form).post(set_up))
        .route("/logout", post(sign_out))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Next {
    next: String,
}

#[derive(Template)]
#[template(path = "account/login.html")]
struct LoginPage {
    page: Page,
    place: String,
    /// Whether accounts here may have codes.
    codes: bool,
    next: String,
    typed: Fields,
    refused: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "account/setup.html")]
struct SetupPage {
    page: Page,
    place: String,
    parts: Vec<Part>,
    typed: Fields,
    refused: Option<Refusal>,
}

async fn form(State(site): State<Arc<Site>>, Query(next): Query<Next>, wish: Wish) -> Response {
    if site.desk.needs_set_up() == Some(true) {
        return Redirect::to("/setup").into_response();
    }
    login(&site, wish, next.next, Fields::default(), None)
}

fn login(site: &Site, wish: Wish, next: String, typed: Fields, refused: Option<Refusal>) -> Response {
    let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
    let (place, codes) = (site.desk.about().label.clone(), site.desk.is_province());
    show_as(status, &LoginPage { page: wish.bare(&site.pages), place, codes, next, typed, refused })
}

async fn sign_in(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    wish: Wish,
    Unsigned(fields): Unsigned,
) -> Response {
    let typed = SignIn {
        name: fields.text("name").to_owned(),
        password: fields.text("password").to_owned(),
        code: fields.text("code").to_owned(),
        from: peer.0.ip(),
        agent: agent(&headers),
    };
    let next = fields.text("next").to_owned();
    match site.desk.sign_in(typed).await {
        Ok(signed) => welcome(&site, &signed, back(&next)),
        Err(refusal) => login(&site, wish, next, fields, Some(refusal)),
    }
}

async fn setup_form(State(site): State<Arc<Site>>, wish: Wish) -> Response {
    if site.desk.needs_set_up() == Some(false) {
        return Redirect::to("/login").into_response();
    }
    setup(&site, wish, Fields::default(), None)
}

fn setup(site: &Site, wish: Wish, typed: Fields, refused: Option<Refusal>) -> Response {
    let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
    let about = site.desk.about();
    let parts = match about.side {
        Side::Commune => vec![Part::Leader, Part::ItContact],
        Side::Province => vec![Part::Admin],
    };
    show_as(status, &SetupPage { page: wish.bare(&site.pages), place: about.label.clone(), parts, typed, refused })
}

async fn set_up(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    wish: Wish,
    Unsigned(fields): Unsigned,
) -> Response {
    let typed = SetUp {
        code: fields.text("code").to_owned(),
        name: fields.text("name").to_owned(),
        shown: fields.text("shown").to_owned(),
        part: fields.text("part").to_owned(),
        password: fields.text("password").to_owned(),
    };
    match site.desk.set_up(typed, peer.0.ip(), &agent(&headers)).await {
        Ok(signed) => welcome(&site, &signed, "/"),
        Err(refusal) => setup(&site, wish, fields, Some(refusal)),
    }
}

async fn sign_out(State(site): State<Arc<Site>>, posted: Posted) -> Response {
    // A session that cannot be ended now still leaves this browser.
    if let Err(refusal) = site.desk.sign_out(&posted.signed.session).await {
        tracing::warn!(code = refusal.code, "a session could not be ended");
    }
    (cookie(&site, "", 0), Redirect::to("/login")).into_response()
}

/// Gives the browser its session, always a new one.
pub(crate) fn welcome(site: &Site, signed: &SignedIn, to: &str) -> Response {
    (cookie(site, &signed.token, COOKIE_AGE_S), Redirect::to(to)).into_response()
}

fn cookie(site: &Site, token: &str, age: u32) -> HeaderMap {
    let secure = if site.pages.tls { "; Secure" } else { "" };
    let text = format!("{SESSION}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map(|value| HeaderMap::from_iter([(SET_COOKIE, value)])).unwrap_or_default()
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(200).collect()
}
