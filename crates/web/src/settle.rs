//! "Cần thống nhất": what two offices wrote differently, and the one decision about each.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Choice, Part, Refusal, SettledQuery, Why};
use hopluu_model::{Kind, RecordId, vocabulary};
use hopluu_view::query::{ClashRow, SettlementRow};
use serde::Deserialize;

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
    settled: Vec<SettlementRow>,
    /// How many settlements lie before these, and whether more lie behind.
    offset: u32,
    more: bool,
}

/// Which settlements are shown below what is to be settled.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    offset: String,
}

/// Settlements of one page.
const SETTLED: u32 = 20;

impl ListPage {
    /// "The leader X settled it on ...".
    fn who(&self, row: &SettlementRow) -> String {
        let role = crate::accounts::audit::role(&self.page, row.by.role);
        let who = format!("{role} {}", row.by.name);
        self.page.s("settle.by", who.trim()).replace("{at}", &self.page.time(&row.at))
    }

    /// What was weighed, unless only one thing was to be confirmed.
    fn weighed(&self, row: &SettlementRow) -> Option<String> {
        let weighed = self.page.pick(&row.weighed, &row.weighed_en);
        (weighed.len() > 1).then(|| self.page.s("settle.weighed", weighed.join("; ")))
    }

    fn earlier(&self) -> u32 {
        self.offset.saturating_sub(SETTLED)
    }

    fn later(&self) -> u32 {
        self.offset.saturating_add(SETTLED)
    }
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

/// What a clash is about beside its record: a function of the commune; nothing for most.
pub(crate) fn topic(page: &Page, slug: &str) -> Option<&'static str> {
    vocabulary::word("hq_function", slug).map(|word| page.pick(word.vi, word.en))
}

/// Where a record is shown to whoever looks.
pub(crate) fn link(page: &Page, kind: &Kind, record: &RecordId, name: &str) -> Option<String> {
    match *kind {
        Kind::ISSUE => Some(format!("/issues/{name}")),
        Kind::UNIT => Some(format!("/units/{record}")),
        Kind::MERGER => Some(format!("/mergers/{record}")),
        Kind::PERSON if page.may("personal") => Some(format!("/people/{record}")),
        Kind::PERSON => Some("/people".to_owned()),
        Kind::HOLDING => Some("/posts".to_owned()),
        Kind::LEAVER => Some("/leavers".to_owned()),
        Kind::DIRECTIVE => Some("/directives".to_owned()),
        kind if hopluu_desk::Desk::book_kinds().any(|known| known == kind) => Some(format!("/books/{kind}/{record}")),
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

pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    Query(which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let offset = which.offset.parse().unwrap_or(0);
    let query = SettledQuery { limit: SETTLED + 1, offset, ..SettledQuery::default() };
    let asked = site.desk.clashes().and_then(|clashes| Ok((clashes, site.desk.settlements(&signed.who, &query)?)));
    match asked {
        Ok((mut clashes, mut settled)) => {
            clashes.iter_mut().for_each(|clash| site.desk.hide_names(&signed.who, clash));
            let more = settled.len() > SETTLED as usize;
            settled.truncate(SETTLED as usize);
            let page = wish.page(&site, &signed, "settle").await;
            render(&ListPage { page, clashes, settled, offset, more })
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
            site.desk.hide_names(&signed.who, &mut detail.row);
            let page = wish.page(site, signed, "settle").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &ClashPage { page, clash: detail.row, about, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
