//! Units of a commune: what they are today or on another day, and correcting them.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{NewUnit, Refusal};
use hopluu_model::RecordId;
use hopluu_model::fold::UnitStatus;
use hopluu_view::query::{CommuneRow, UnitRow, Units};
use serde::Deserialize;

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    pub(crate) commune: String,
    pub(crate) at: String,
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    page: Page,
    names: Names,
    which: Which,
    communes: Vec<CommuneRow>,
    units: Option<Units>,
    /// Of what something is to be settled.
    disputed: BTreeSet<RecordId>,
    refused: Option<Refusal>,
}

impl UnitsPage {
    /// Whether a unit can be corrected here: it exists, and is this office's.
    fn may_edit(&self, unit: &UnitRow) -> bool {
        let exists = matches!(unit.status, UnitStatus::Active | UnitStatus::InClash);
        exists && self.page.may("write") && !self.page.is_province() && self.which.at.is_empty()
    }

    fn is_disputed(&self, unit: &UnitRow) -> bool {
        !unit.clashes.is_empty() || self.disputed.contains(&unit.id)
    }

    fn is_planned(&self, unit: &UnitRow) -> bool {
        matches!(unit.status, UnitStatus::Planned { .. })
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    page(&site, wish, &signed, which, None).await
}

async fn page(site: &Site, wish: Wish, signed: &Signed, mut which: Which, refused: Option<Refusal>) -> Response {
    let lang = wish.lang;
    let mut ask = || {
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        if let (true, Some(first)) = (which.commune.is_empty(), communes.first()) {
            which.commune.clone_from(&first.code);
        }
        let nothing = site.desk.is_province() && communes.is_empty();
        let units = if nothing { None } else { site.desk.units(Some(&which.commune), Some(&which.at))? };
        let disputed = site.desk.clashes()?.iter().map(|clash| clash.record).collect();
        Ok::<_, Refusal>((communes, units, disputed, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((communes, units, disputed, names)) => {
            let page = wish.page(site, signed, "units").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &UnitsPage { page, names, which, communes, units, disputed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Corrects a unit or adds one.
pub(crate) async fn change(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let (desk, who, unit) = (&site.desk, &signed.who, fields.text("unit"));
    let households = fields.text("households").trim().replace(['.', ' '], "");
    // What is no number is told as one out of range by the form behind.
    let households = if households.is_empty() { None } else { Some(households.parse().unwrap_or(-1)) };
    let done = match fields.text("what") {
        "households" => desk.set_households(who, unit, households).await,
        "rename" => desk.rename_unit(who, unit, fields.text("name").to_owned()).await,
        _ => {
            let (name, kind) = (fields.text("name").to_owned(), fields.text("kind").to_owned());
            desk.add_unit(who, NewUnit { name, kind, households }).await
        }
    };
    match done {
        Ok(_) => Redirect::to("/units?done=saved").into_response(),
        Err(refusal) => page(&site, wish, &signed, Which::default(), Some(refusal)).await,
    }
}
