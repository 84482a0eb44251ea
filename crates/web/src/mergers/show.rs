//! One decision about units: how it stands, what happened, what it would do, and moving it on.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Body, MergerStep, Refusal, Why, allows, steps};
use hopluu_model::Field;
use hopluu_view::query::{EventRow, LateRow, MergerDetail, UnitRow};

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "mergers/show.html")]
struct MergerPage {
    page: Page,
    names: Names,
    detail: MergerDetail,
    body: Body,
    /// Units that may be put on the list of a draft.
    choices: Vec<UnitRow>,
    /// The steps that whoever looks may take.
    steps: Vec<&'static str>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl MergerPage {
    fn what(&self, event: &EventRow) -> String {
        self.page.x("event", &event.kind.to_string())
    }

    /// What an event says, with the names of its fields; digests are for machines.
    fn more(&self, event: &EventRow) -> Vec<(&'static str, String)> {
        let shown = event.fields.iter().filter(|(field, _)| {
            !matches!(**field, Field::SOURCES_HASH | Field::CHOSEN | Field::WEIGHED | Field::FROM_HOUSEHOLDS)
        });
        shown.map(|(field, value)| (self.page.label(field), value.to_string().replace('\n', ", "))).collect()
    }

    fn warned(&self) -> Vec<String> {
        let warnings = self.detail.preview.iter().flat_map(|preview| &preview.warnings);
        warnings.map(super::warning).map(|words| self.page.pick(words.vi, words.en)).collect()
    }

    fn late(&self, row: &LateRow) -> String {
        crate::units::late(&self.page, row)
    }

    fn typed(&self, event: &str, field: &str) -> &str {
        if self.typed.text("event") == event { self.typed.text(field) } else { "" }
    }

    fn fault(&self, event: &str, field: &str) -> Option<String> {
        if self.typed.text("event") != event {
            return None;
        }
        self.page.fault(self.refused.as_ref(), field)
    }

    fn opened(&self, event: &str) -> bool {
        self.refused.is_some() && self.typed.text("event") == event
    }

    fn listed(&self, unit: &UnitRow) -> bool {
        self.detail.merger.from.contains(&unit.id)
    }

    /// Whether the list of units may still be changed by whoever looks.
    fn may_relist(&self) -> bool {
        let open = matches!(self.detail.merger.state.slug(), "draft" | "consulting" | "agreed");
        open && self.page.may("write") && !self.page.is_province()
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    page(&site, wish, &signed, &id, None).await
}

async fn page(site: &Site, wish: Wish, signed: &Signed, id: &str, refused: Option<(Fields, Refusal)>) -> Response {
    let asked = match site.desk.merger(&signed.who, id).await {
        Ok(detail) => rest(site, &wish, detail),
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok((detail, body, choices, names)) => {
            let page = wish.page(site, signed, "units").await;
            let province = site.desk.is_province();
            let possible = steps(&detail.merger).iter().copied();
            let steps = possible.filter(|step| !province && allows(&signed.who, step)).collect();
            let (typed, refused) = refused.map_or((Fields::default(), None), |(typed, why)| (typed, Some(why)));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &MergerPage { page, names, detail, body, choices, steps, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

type Around = (MergerDetail, Body, Vec<UnitRow>, Names);

fn rest(site: &Site, wish: &Wish, detail: MergerDetail) -> Result<Around, Refusal> {
    let units = site.desk.reader().units(detail.collection, None)?.map_or_else(Vec::new, |units| units.units);
    let choices = units.into_iter().filter(|unit| unit.exists() || detail.merger.from.contains(&unit.id)).collect();
    let body = site.desk.body(detail.merger.effective_on)?;
    Ok((detail, body, choices, Names::load(&site.desk, wish.lang)?))
}

/// Moves a merger on, or gives it another list of units.
pub(crate) async fn take(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let done = if fields.text("event") == "units" {
        let from: Vec<String> = fields.all("from").map(str::to_owned).collect();
        site.desk.set_sources(&signed.who, &id, &from).await.map(drop)
    } else {
        let step = MergerStep {
            id: id.clone(),
            event: fields.text("event").to_owned(),
            decision: fields.maybe("decision"),
            body: fields.maybe("body"),
            effective: fields.maybe("effective"),
            reason: fields.maybe("reason"),
            text: fields.maybe("text"),
        };
        site.desk.move_merger(&signed.who, step).await.map(drop)
    };
    match done {
        Ok(()) => Redirect::to(&format!("/mergers/{id}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => page(&site, wish, &signed, &id, Some((fields, refusal))).await,
    }
}
