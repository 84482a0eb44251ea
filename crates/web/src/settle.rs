//! "Cần thống nhất": what two offices wrote differently, and the one decision about each.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Choice, Part, Refusal, Why, hide_names};
use hopluu_model::Kind;
use hopluu_view::query::ClashRow;

use crate::failure::{self, status_of};
use crate::page::{Page, show as render, show_as};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "settle/list.html")]
struct ListPage {
    page: Page,
    clashes: Vec<ClashRow>,
}

#[derive(Template)]
#[template(path = "settle/show.html")]
struct ClashPage {
    page: Page,
    clash: ClashRow,
    /// Of each option whom it is about, for those who may know.
    about: Vec<String>,
    refused: Option<Refusal>,
}

/// Where the record of a clash is shown.
pub(crate) fn link(clash: &ClashRow) -> Option<String> {
    match clash.record_kind {
        Kind::ISSUE => Some(format!("/issues/{}", clash.name)),
        Kind::UNIT | Kind::MERGER | Kind::SITE => Some("/units".to_owned()),
        Kind::PERSON | Kind::HOLDING | Kind::LEAVER | Kind::POST => Some("/people".to_owned()),
        _ => None,
    }
}

impl ClashPage {
    /// Whether the person in front may settle it: the role it asks for, or the province's admin with a reason.
    fn may(&self) -> bool {
        let Some(part) = self.page.account.as_ref().map(|account| account.part) else { return false };
        match self.clash.settler.as_str() {
            "province" => matches!(part, Part::Triage | Part::Admin),
            _ => matches!(part, Part::Leader | Part::Admin),
        }
    }

    /// Whether a reason must be given: the province settles what is a commune's.
    fn needs_reason(&self) -> bool {
        self.page.is_province() && self.clash.settler != "province"
    }
}

pub(crate) async fn list(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    match site.desk.clashes() {
        Ok(mut clashes) => {
            clashes.iter_mut().for_each(|clash| hide_names(&signed.who, clash));
            let page = wish.page(&site, &signed, "settle").await;
            render(&ListPage { page, clashes })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(key): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    one(&site, wish, &signed, &key, None).await
}

pub(crate) async fn choose(
    State(site): State<Arc<Site>>,
    Path(key): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let option = fields.text("option").parse().unwrap_or(0);
    let choice = Choice { key: key.clone(), option, reason: fields.maybe("reason") };
    match site.desk.settle(&signed.who, choice).await {
        Ok(_) => Redirect::to("/settle?done=settled").into_response(),
        Err(refusal) if refusal.why == Why::NotFound => failure::refused(&site, wish, &signed, refusal).await,
        Err(refusal) => one(&site, wish, &signed, &key, Some(refusal)).await,
    }
}

async fn one(site: &Site, wish: Wish, signed: &Signed, key: &str, refused: Option<Refusal>) -> Response {
    let asked = match site.desk.clash(key) {
        Ok(detail) => site.desk.disputed(&signed.who, &detail.row).await.map(|about| (detail, about)),
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok((mut detail, about)) => {
            hide_names(&signed.who, &mut detail.row);
            let page = wish.page(site, signed, "settle").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &ClashPage { page, clash: detail.row, about, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
