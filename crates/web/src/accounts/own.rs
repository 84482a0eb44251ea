//! One's own account: password, codes, where one is signed in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Refusal, Session, SessionRow, TotpBegun, Why};
use qrcode::QrCode;
use qrcode::render::svg::Color;

use crate::failure::{self, status_of};
use crate::login::welcome;
use crate::page::{Page, show_as};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "account/own.html")]
struct OwnPage {
    page: Page,
    session: Session,
    has_totp: bool,
    sessions: Vec<SessionRow>,
    totp: Totp,
    refused: Option<Refusal>,
}

/// How far a telephone is joined.
enum Totp {
    /// Nothing is under way.
    Rests,
    /// The secret is shown, as a square and for typing.
    Begun { square: String, secret: String },
    /// A code was not right; the secret still waits.
    Waits,
}

impl OwnPage {
    /// Whether something must be done before anything else.
    fn is_first(&self) -> bool {
        self.session.must_change || self.session.needs_totp
    }
}

pub(crate) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    page(&site, wish, &signed, (Totp::Rests, None)).await
}

async fn page(site: &Site, wish: Wish, signed: &Signed, (totp, refused): (Totp, Option<Refusal>)) -> Response {
    let session = signed.session.clone();
    let asked = match site.desk.sessions(&signed.who, Some(session.account), &session.id).await {
        Ok(sessions) => site.desk.has_totp(session.account).map(|has| (sessions, has)),
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok((sessions, has_totp)) => {
            let page = wish.page(site, signed, "account").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &OwnPage { page, session, has_totp, sessions, totp, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Changes the password; the browser gets a new session, every other one ends.
pub(crate) async fn password(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let (present, new) = (fields.text("present"), fields.text("new"));
    let changed = if new == fields.text("again") {
        site.desk.change_password(&signed.session, present, new).await
    } else {
        Err(Refusal::new(
            Why::Refused,
            "password-differs",
            "Hai lần gõ mật khẩu mới không giống nhau. Hãy gõ lại.",
            "The new password was not typed the same twice. Type it again.",
        ))
    };
    match changed {
        Ok(fresh) => welcome(&site, &fresh, "/account?done=password"),
        Err(refusal) => page(&site, wish, &signed, (Totp::Rests, Some(refusal))).await,
    }
}

/// Joins a telephone or leaves it.
pub(crate) async fn totp(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let (desk, who, account) = (&site.desk, &signed.who, signed.session.account);
    let done = match fields.text("what") {
        "begin" => match desk.totp_begin(who, account).await.and_then(|begun| begun_as(&begun)) {
            Ok(begun) => return page(&site, wish, &signed, (begun, None)).await,
            Err(refusal) => Err((Totp::Rests, Some(refusal))),
        },
        "confirm" => {
            desk.totp_confirm(who, account, fields.text("code")).await.map_err(|refusal| (Totp::Waits, Some(refusal)))
        }
        _ => desk
            .totp_remove(&signed.session, fields.text("present"))
            .await
            .map_err(|refusal| (Totp::Rests, Some(refusal))),
    };
    match done {
        Ok(()) => Redirect::to("/account?done=saved").into_response(),
        Err(told) => page(&site, wish, &signed, told).await,
    }
}

fn begun_as(begun: &TotpBegun) -> Result<Totp, Refusal> {
    let code = QrCode::new(begun.url.as_bytes()).map_err(|error| Refusal::failed("qr", &error))?;
    let drawn = code.render::<Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build();
    // Inside a page there is no place for the head of a file.
    let square = drawn.find("<svg").map_or(String::new(), |at| drawn[at..].to_owned());
    Ok(Totp::Begun { square, secret: begun.secret.clone() })
}

/// Ends one session, or all others.
pub(crate) async fn sessions(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let done = match fields.maybe("id") {
        Some(id) => site.desk.revoke_session(&signed.who, &id).await,
        None => site.desk.revoke_others(&signed.session).await.map(drop),
    };
    match done {
        Ok(()) => Redirect::to("/account?done=revoked").into_response(),
        Err(refusal) => page(&site, wish, &signed, (Totp::Rests, Some(refusal))).await,
    }
}
