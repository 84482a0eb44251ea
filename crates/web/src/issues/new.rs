//! "Báo khó khăn, vướng mắc": the report form, which keeps what is typed on this machine while it is typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Refusal, Report, Why};
use hopluu_model::{Field, Kind, rules};
use hopluu_view::query::{CommuneRow, Named};

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// The name of the form among the drafts of an account.
const DRAFT: &str = "issue";

#[derive(Template)]
#[template(path = "issues/new.html")]
struct NewPage {
    page: Page,
    names: Names,
    typed: Fields,
    /// Whether what is shown was typed earlier and kept.
    kept: bool,
    refused: Option<Refusal>,
    places: Vec<Named>,
    communes: Vec<CommuneRow>,
    hotline: String,
}

impl NewPage {
    /// What is wrong with a field, to be shown beside it.
    fn fault(&self, field: &str) -> Option<String> {
        self.page.fault(self.refused.as_ref(), field)
    }

    /// Where it may be, by what it is: id and name. What there is none of is left out.
    fn places(&self) -> Vec<(&'static str, Vec<(String, String)>)> {
        let of = |kind: &Kind| {
            let places = self.places.iter().filter(|named| named.kind == *kind);
            places.map(|named| (named.id.to_string(), named.with_also())).collect::<Vec<_>>()
        };
        let groups = rules::points_at(Field::PLACE).iter().map(|kind| (self.page.kind(kind), of(kind)));
        groups.filter(|(_, places)| !places.is_empty()).collect()
    }

    fn is(&self, field: &str, value: &str) -> bool {
        self.typed.text(field) == value
    }
}

pub(crate) async fn form(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    // Without what was kept the form is still good to type into.
    let kept = site.desk.draft(&signed.who, DRAFT, "").await.unwrap_or_default().map(Fields::kept);
    let is_kept = kept.is_some();
    page(&site, wish, &signed, (kept.unwrap_or_default(), is_kept), None).await
}

pub(crate) async fn report(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let report = Report {
        category: fields.text("category").to_owned(),
        cause: fields.text("cause").to_owned(),
        text: fields.text("text").to_owned(),
        proposal: fields.maybe("proposal"),
        place: fields.maybe("place"),
        urgent: fields.ticked("urgent"),
        commune: fields.maybe("commune"),
        picture: fields.file.as_ref().map(|file| file.to_vec()),
    };
    match site.desk.report(&signed.who, report).await {
        Ok(reported) => {
            if let Err(refusal) = site.desk.drop_draft(&signed.who, DRAFT, "").await {
                tracing::warn!(code = refusal.code, "a draft could not be dropped");
            }
            let done = if reported.submitted { "submitted" } else { "reported" };
            Redirect::to(&format!("/issues/{}?done={done}", reported.code)).into_response()
        }
        Err(refusal) if refusal.why == Why::Forbidden => failure::refused(&site, wish, &signed, refusal).await,
        Err(refusal) => page(&site, wish, &signed, (fields, false), Some(refusal)).await,
    }
}

/// Keeps what is typed; asked by the script while typing, and by a button without it.
pub(crate) async fn keep(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let typed: BTreeMap<String, String> =
        fields.typed().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    match site.desk.keep_draft(&signed.who, DRAFT, "", typed).await {
        Ok(()) if fields.ticked("by_hand") => Redirect::to("/issues/new?done=draft").into_response(),
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => page(&site, wish, &signed, (fields, false), Some(refusal)).await,
    }
}

async fn page(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (typed, kept): (Fields, bool),
    refused: Option<Refusal>,
) -> Response {
    let lang = wish.lang;
    let ask = || {
        let names = Names::load(&site.desk, lang)?;
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        Ok::<_, Refusal>((names, site.desk.places()?, communes, site.desk.reader().rules()?.hotline))
    };
    match ask() {
        Ok((names, places, communes, hotline)) => {
            let page = wish.page(site, signed, "issues").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &NewPage { page, names, typed, kept, refused, places, communes, hotline })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
