//! The accounts of the office, for whoever keeps them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{AccountChange, AccountId, AccountRow, NewAccount, Part, Refusal, SessionRow};

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "account/list.html")]
struct ListPage {
    page: Page,
    names: Names,
    accounts: Vec<AccountRow>,
    /// The parts that sit at this desk.
    parts: Vec<Part>,
    /// Those that must use codes.
    codes: Vec<Part>,
    typed: Fields,
    told: Told,
}

#[derive(Template)]
#[template(path = "account/one.html")]
struct OnePage {
    page: Page,
    names: Names,
    account: AccountRow,
    sessions: Vec<SessionRow>,
    parts: Vec<Part>,
    told: Told,
}

/// What is said above an account or the list.
#[derive(Default)]
struct Told {
    refused: Option<Refusal>,
    /// A password that was drawn, with the name of whom it is for; shown this once.
    first: Option<(String, String)>,
}

impl Told {
    fn refusal(refusal: Refusal) -> Self {
        Self { refused: Some(refusal), first: None }
    }

    fn status(&self) -> StatusCode {
        self.refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why))
    }
}

fn parts(site: &Site) -> Vec<Part> {
    Part::ALL.into_iter().filter(|part| part.sits_at(site.desk.about().side)).collect()
}

pub(crate) async fn list(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    all(&site, wish, &signed, (Fields::default(), Told::default())).await
}

async fn all(site: &Site, wish: Wish, signed: &Signed, (typed, told): (Fields, Told)) -> Response {
    let lang = wish.lang;
    let asked = match site.desk.accounts(&signed.who).await {
        Ok(accounts) => Names::load(&site.desk, lang).map(|names| (accounts, names)),
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok((accounts, names)) => {
            let page = wish.page(site, signed, "accounts").await;
            let (parts, codes) = (parts(site), site.desk.totp_parts());
            show_as(told.status(), &ListPage { page, names, accounts, parts, codes, typed, told })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Makes an account; the password for its first sign-in is shown once.
pub(crate) async fn add(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let new = NewAccount {
        name: fields.text("name").to_owned(),
        shown: fields.text("shown").to_owned(),
        part: fields.text("part").to_owned(),
        department: fields.maybe("department"),
        password: None,
    };
    let name = new.name.clone();
    match site.desk.add_account(&signed.who, new).await {
        Ok(made) => {
            let told = Told { refused: None, first: made.first_password.map(|first| (name, first)) };
            all(&site, wish, &signed, (Fields::default(), told)).await
        }
        Err(refusal) => all(&site, wish, &signed, (fields, Told::refusal(refusal))).await,
    }
}

/// Which parts must use codes.
pub(crate) async fn codes(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let parts: Vec<Part> = fields.all("part").filter_map(Part::from_slug).collect();
    match site.desk.require_totp(&signed.who, parts).await {
        Ok(()) => Redirect::to("/accounts?done=saved").into_response(),
        Err(refusal) => all(&site, wish, &signed, (Fields::default(), Told::refusal(refusal))).await,
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    one(&site, wish, &signed, (&id, Told::default())).await
}

async fn one(site: &Site, wish: Wish, signed: &Signed, (typed, told): (&str, Told)) -> Response {
    let lang = wish.lang;
    let asked = async {
        let desk = &site.desk;
        let id = id(signed, site, typed)?;
        let account = desk.accounts(&signed.who).await?.into_iter().find(|account| account.id == id);
        let account = account.ok_or_else(|| Refusal::not_found("tài khoản", "account", typed))?;
        let sessions = desk.sessions(&signed.who, Some(id), &signed.session.id).await?;
        Ok::<_, Refusal>((account, sessions, Names::load(desk, lang)?))
    };
    match asked.await {
        Ok((account, sessions, names)) => {
            let page = wish.page(site, signed, "accounts").await;
            show_as(told.status(), &OnePage { page, names, account, sessions, parts: parts(site), told })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// The account of an address; whoever may not keep accounts learns nothing of which exist.
fn id(signed: &Signed, site: &Site, typed: &str) -> Result<AccountId, Refusal> {
    site.desk.allow(&signed.who, hopluu_desk::Power::Accounts)?;
    typed.parse().map_err(|_| Refusal::not_found("tài khoản", "account", typed))
}

/// Changes an account: name and part, password, whether it is open, codes, sessions.
pub(crate) async fn change(
    State(site): State<Arc<Site>>,
    Path(typed): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let (desk, who) = (&site.desk, &signed.who);
    let id = match id(&signed, &site, &typed) {
        Ok(id) => id,
        Err(refusal) => return failure::refused(&site, wish, &signed, refusal).await,
    };
    let done = match fields.text("what") {
        "password" => match desk.give_password(who, id, None).await {
            Ok(made) => {
                let first = made.first_password.map(|first| (fields.text("name").to_owned(), first));
                return one(&site, wish, &signed, (&typed, Told { refused: None, first })).await;
            }
            Err(refusal) => Err(refusal),
        },
        "disable" => desk.disable_account(who, id, true).await,
        "enable" => desk.disable_account(who, id, false).await,
        "codes" => desk.take_totp_away(who, id).await,
        "session" => desk.revoke_session(who, fields.text("id")).await,
        _ => {
            let change = AccountChange {
                name: fields.maybe("name"),
                shown: fields.maybe("shown"),
                part: fields.maybe("part"),
                department: fields.maybe("department"),
            };
            desk.change_account(who, id, change).await
        }
    };
    match done {
        Ok(()) => Redirect::to(&format!("/accounts/{id}?done=saved")).into_response(),
        Err(refusal) => one(&site, wish, &signed, (&typed, Told::refusal(refusal))).await,
    }
}
