//! Units of a commune: what they are today or on another day, and correcting them.

mod show;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::{Desk, NewUnit, Refusal};
use hopluu_model::RecordId;
use hopluu_model::fold::UnitStatus;
use hopluu_model::text::search_key;
use hopluu_view::query::{CommuneRow, LateRow, UnitRow, Units};
use serde::Deserialize;

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/units", get(list).post(change)).route("/units/{id}", get(show::show).post(show::take))
}

/// Which units an address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    pub(crate) commune: String,
    pub(crate) at: String,
    /// Words of the name.
    pub(crate) q: String,
    /// Slug of the kind.
    pub(crate) kind: String,
    /// Slug of the state.
    pub(crate) state: String,
}

/// The communes to choose from, of which the first is chosen when none is; none outside the province.
pub(crate) fn communes(desk: &Desk, chosen: &mut String) -> Result<Vec<CommuneRow>, Refusal> {
    let communes = if desk.is_province() { desk.reader().communes()? } else { Vec::new() };
    if let (true, Some(first)) = (chosen.is_empty(), communes.first()) {
        chosen.clone_from(&first.code);
    }
    Ok(communes)
}

impl Which {
    fn wants(&self, unit: &UnitRow, names: &Names) -> bool {
        let key =
            || search_key(&format!("{} {} {} {}", unit.name, unit.area, names.kind(&unit.kind), unit.lives_in_name));
        let said = self.q.is_empty() || search_key(&self.q).split(' ').all(|word| key().contains(word));
        let state = match self.state.as_str() {
            "now" => unit.exists(),
            "gone" => unit.ended_on.is_some(),
            "planned" => !unit.exists() && unit.ended_on.is_none(),
            "clash" => !unit.clashes.is_empty(),
            _ => true,
        };
        said && state && (self.kind.is_empty() || self.kind == unit.kind)
    }
}

/// An edit that somebody made without knowing of a merger, in words.
pub(crate) fn late(page: &Page, row: &LateRow) -> String {
    let field = page.label(&row.field);
    let (then, now) = (row.then.to_string(), row.now.to_string());
    let what = format!("{}: {field} {then} → {now}", row.unit_name);
    page.s("units.late", what).replace("{into}", &row.lives_in_name)
}

#[derive(Template)]
#[template(path = "units/list.html")]
struct UnitsPage {
    page: Page,
    names: Names,
    which: Which,
    communes: Vec<CommuneRow>,
    units: Option<Units>,
    /// Of what something is to be settled.
    disputed: BTreeSet<RecordId>,
    /// How many units of a new phường are still of a kind that a xã has.
    to_convert: usize,
    refused: Option<Refusal>,
}

impl UnitsPage {
    fn shown(&self) -> Vec<&UnitRow> {
        let units = self.units.iter().flat_map(|units| &units.units);
        units.filter(|unit| self.which.wants(unit, &self.names)).collect()
    }

    fn is_split(&self, unit: &UnitRow) -> bool {
        matches!(unit.status, UnitStatus::Split { .. })
    }

    fn is_disputed(&self, unit: &UnitRow) -> bool {
        !unit.clashes.is_empty() || self.disputed.contains(&unit.id)
    }

    fn is_namesake(&self, unit: &UnitRow) -> bool {
        self.units.iter().flat_map(|units| &units.namesakes).any(|same| same.contains(&unit.id))
    }

    fn is_planned(&self, unit: &UnitRow) -> bool {
        matches!(unit.status, UnitStatus::Planned { .. } | UnitStatus::Future { .. })
    }
}

async fn list(State(site): State<Arc<Site>>, Query(which): Query<Which>, wish: Wish, signed: Signed) -> Response {
    page(&site, wish, &signed, which, None).await
}

async fn page(site: &Site, wish: Wish, signed: &Signed, mut which: Which, refused: Option<Refusal>) -> Response {
    let lang = wish.lang;
    let mut ask = || {
        let communes = communes(&site.desk, &mut which.commune)?;
        let nothing = site.desk.is_province() && communes.is_empty();
        let units = if nothing { None } else { site.desk.units(Some(&which.commune), Some(&which.at))? };
        let disputed = site.desk.clashes()?.iter().map(|clash| clash.record).collect();
        let to_convert = site.desk.to_convert()?.map_or(0, |(_, units)| units.len());
        Ok::<_, Refusal>((communes, units, disputed, to_convert, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((communes, units, disputed, to_convert, names)) => {
            let page = wish.page(site, signed, "units").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &UnitsPage { page, names, which, communes, units, disputed, to_convert, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Adds a unit.
async fn change(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let number = |name: &str| {
        let text = fields.text(name).trim().replace(['.', ' '], "");
        // What is no number is told as one out of range by the form behind.
        if text.is_empty() { None } else { Some(text.parse().unwrap_or(-1)) }
    };
    let unit = NewUnit {
        name: fields.text("name").to_owned(),
        kind: fields.text("kind").to_owned(),
        households: number("households"),
        population: number("population"),
        area: fields.maybe("area"),
        valid_from: fields.maybe("valid_from"),
    };
    match site.desk.add_unit(&signed.who, unit).await {
        Ok(_) => Redirect::to("/units?done=saved").into_response(),
        Err(refusal) => page(&site, wish, &signed, Which::default(), Some(refusal)).await,
    }
}
