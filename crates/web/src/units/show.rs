//! One unit: what it was called, what became of it, its posts and its open issues.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Refusal, Why};
use hopluu_model::Field;
use hopluu_view::query::{History, LateRow, UnitDetail};

use super::Which;
use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// The fields of the form, in its order.
const FIELDS: [(&str, Field); 7] = [
    ("name", Field::NAME),
    ("unit_kind", Field::UNIT_KIND),
    ("households", Field::HOUSEHOLDS),
    ("population", Field::POPULATION),
    ("area", Field::AREA),
    ("valid_from", Field::VALID_FROM),
    ("valid_to", Field::VALID_TO),
];

#[derive(Template)]
#[template(path = "units/show.html")]
struct UnitPage {
    page: Page,
    names: Names,
    which: Which,
    detail: UnitDetail,
    history: Option<History>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl UnitPage {
    fn late(&self, row: &LateRow) -> String {
        super::late(&self.page, row)
    }

    /// What a field of the form holds: what was typed, else what is written down.
    fn value(&self, slug: &str) -> String {
        if self.refused.is_some() {
            return self.typed.text(slug).to_owned();
        }
        let record = self.history.as_ref().map(|history| &history.record.fields);
        let value = Field::from_slug(slug).and_then(|field| record?.get(&field));
        value.map(ToString::to_string).unwrap_or_default()
    }

    /// What the fields held when the page was opened.
    fn was(&self) -> Vec<String> {
        if self.refused.is_some() {
            return self.typed.all("was").map(str::to_owned).collect();
        }
        FIELDS.iter().map(|(slug, _)| format!("{slug}={}", self.value(slug))).collect()
    }

    fn fault(&self, slug: &str) -> Option<String> {
        self.page.fault(self.refused.as_ref(), slug)
    }

    /// Whether it can be corrected here: it exists, and is this office's.
    fn may_edit(&self) -> bool {
        self.detail.unit.exists() && self.page.may("write") && !self.page.is_province() && self.which.at.is_empty()
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    page(&site, wish, &signed, (&id, which), None).await
}

async fn page(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (id, which): (&str, Which),
    refused: Option<(Fields, Refusal)>,
) -> Response {
    let asked = site.desk.unit_detail(&signed.who, id, Some(&which.at)).await.and_then(|detail| {
        let history = site.desk.reader().history(detail.unit.id)?;
        Ok((detail, history, Names::load(&site.desk, wish.lang)?))
    });
    match asked {
        Ok((detail, history, names)) => {
            let page = wish.page(site, signed, "units").await;
            let (typed, refused) = refused.map_or((Fields::default(), None), |(typed, why)| (typed, Some(why)));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &UnitPage { page, names, which, detail, history, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Corrects a unit.
pub(crate) async fn take(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    // What was not touched is not sent again: somebody else may have changed it since the page was opened.
    let touched = |slug: &str| {
        let sent = fields.typed().any(|(name, _)| name == slug);
        sent && !fields.all("was").any(|was| was.split_once('=') == Some((slug, fields.text(slug))))
    };
    let sent = FIELDS.iter().filter(|(slug, _)| touched(slug));
    let typed: BTreeMap<Field, String> = sent.map(|(slug, field)| (*field, fields.text(slug).to_owned())).collect();
    match site.desk.change_unit(&signed.who, &id, &typed).await {
        Ok(_) => Redirect::to(&format!("/units/{id}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => page(&site, wish, &signed, (&id, Which::default()), Some((fields, refusal))).await,
    }
}
