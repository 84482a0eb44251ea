//! Entering a decision about units in three steps. What was typed travels in the form itself: nothing is kept between
//! the steps, and nothing is lost when one is refused.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Body, Decision, Desk, Named, Refusal, Why};
use hopluu_model::Field;
use hopluu_model::fold::Action;
use hopluu_model::text::search_key;
use hopluu_view::query::{Preview, UnitRow};

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// Lines for names of parts beside those that are filled in.
const SPARE: usize = 2;

#[derive(Template)]
#[template(path = "mergers/new.html")]
struct WizardPage {
    page: Page,
    names: Names,
    /// 1: what and which units; 2: into what and by which document; 3: what it would do.
    step: u8,
    typed: Fields,
    units: Vec<UnitRow>,
    body: Body,
    preview: Option<Preview>,
    refused: Option<Refusal>,
}

impl WizardPage {
    fn action(&self) -> Action {
        Action::from_slug(self.typed.text("action")).unwrap_or_default()
    }

    fn at(&self, step: u8) -> bool {
        self.step == step
    }

    fn place(&self) -> String {
        self.page.n("mergers.step", u32::from(self.step))
    }

    fn is(&self, action: &str) -> bool {
        self.action().slug() == action
    }

    fn actions(&self) -> [Action; 5] {
        Action::ALL
    }

    fn called(&self, action: &Action) -> &'static str {
        self.page.pick(action.vi(), action.en())
    }

    fn picked(&self, unit: &UnitRow) -> bool {
        let id = unit.id.to_string();
        self.typed.all("from").any(|picked| picked == id)
    }

    /// The units of the first step: those the search finds, and those ticked already.
    fn found(&self) -> Vec<&UnitRow> {
        let wanted = search_key(self.typed.text("q"));
        let finds = |unit: &UnitRow| {
            let key = search_key(&format!("{} {} {}", unit.name, unit.area, self.names.kind(&unit.kind)));
            wanted.split(' ').all(|word| key.contains(word))
        };
        self.units.iter().filter(|unit| self.picked(unit) || finds(unit)).collect()
    }

    fn chosen(&self) -> Vec<&UnitRow> {
        self.units.iter().filter(|unit| self.picked(unit)).collect()
    }

    /// Units that can take others in.
    fn targets(&self) -> Vec<&UnitRow> {
        self.units.iter().filter(|unit| !self.picked(unit)).collect()
    }

    fn is_target(&self, unit: &UnitRow) -> bool {
        self.typed.text("into") == unit.id.to_string()
    }

    /// The lines for names: one, or for a split some more than are filled in.
    fn lines(&self) -> Vec<(String, String)> {
        let counts = self.typed.all("count").map(str::to_owned).chain(std::iter::repeat(String::new()));
        let typed = self.typed.all("name").map(str::to_owned);
        let mut lines: Vec<_> =
            typed.zip(counts).filter(|(name, count)| !name.is_empty() || !count.is_empty()).collect();
        let wanted = if self.action() == Action::Split { (lines.len() + SPARE).max(3) } else { 1 };
        lines.resize(wanted, (String::new(), String::new()));
        lines
    }

    /// The kind chosen, or the one to begin with.
    fn kind(&self) -> String {
        let typed = self.typed.text("kind");
        let own = self.chosen().first().map(|unit| unit.kind.clone()).filter(|_| self.action() != Action::Convert);
        if typed.is_empty() { own.unwrap_or_default() } else { typed.to_owned() }
    }

    fn is_kind(&self, slug: &str) -> bool {
        self.kind() == slug
    }

    fn body_typed(&self) -> &str {
        let typed = self.typed.text("body");
        if typed.is_empty() { &self.body.name } else { typed }
    }

    /// What must come back from this step though it shows no field for it.
    fn carried(&self) -> Vec<(&str, &str)> {
        let own: &[&str] = match self.step {
            1 => &["action", "from", "q"],
            2 => &["into", "name", "count", "kind", "decision", "body", "effective"],
            _ => &[],
        };
        self.typed.typed().filter(|(name, text)| *name != "step" && !own.contains(name) && !text.is_empty()).collect()
    }

    fn fault(&self, field: &str) -> Option<String> {
        let refused = self.refused.as_ref()?;
        if field == "effective_on" && refused.code == "bad-date" {
            return Some(self.page.pick(refused.vi.clone(), refused.en.clone()));
        }
        self.page.fault(Some(refused), field)
    }

    fn warned(&self) -> Vec<String> {
        let warnings = self.preview.iter().flat_map(|preview| &preview.warnings);
        warnings.map(super::warning).map(|words| self.page.pick(words.vi, words.en)).collect()
    }
}

/// The first step, with what an address fills in: `action`, `from`, `kind`; `convert=all` ticks what a new phường
/// should turn into another kind.
pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    RawQuery(query): RawQuery,
    wish: Wish,
    signed: Signed,
) -> Response {
    let mut typed = Fields::parse(query.unwrap_or_default().as_bytes());
    if typed.text("convert") == "all" {
        match site.desk.to_convert() {
            Ok(Some((kind, units))) => {
                let from = units.iter().map(|unit| ("from".to_owned(), unit.id.to_string()));
                let begun = [("action".to_owned(), "convert".to_owned()), ("kind".to_owned(), kind)];
                typed = Fields::of(begun.into_iter().chain(from).collect());
            }
            Ok(None) => {}
            Err(refusal) => return failure::refused(&site, wish, &signed, refusal).await,
        }
    }
    page(&site, wish, &signed, (1, typed), None).await
}

/// Goes a step on or back, or writes.
pub(crate) async fn step(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    match fields.text("step") {
        "2" => {
            let action = Action::from_slug(fields.text("action")).unwrap_or_default();
            let count = fields.all("from").count();
            let what = match count {
                count if count < action.least() => hopluu_model::FaultKind::TooFew(action.least()),
                count if action.single() && count > 1 => hopluu_model::FaultKind::TooMany(1),
                _ => return page(&site, wish, &signed, (2, fields), None).await,
            };
            let faults = hopluu_model::Faults(vec![hopluu_model::Fault { field: Field::FROM, what }]);
            page(&site, wish, &signed, (1, fields), Some(Refusal::invalid(&faults))).await
        }
        "more" => page(&site, wish, &signed, (2, fields), None).await,
        "3" => page(&site, wish, &signed, (3, fields), None).await,
        how @ ("draft" | "pass") => {
            let decision = decision(&fields, how == "pass");
            match site.desk.decide(&signed.who, decision).await {
                Ok(id) => Redirect::to(&format!("/mergers/{id}?done=saved")).into_response(),
                Err(refusal) if refusal.why == Why::Forbidden => failure::refused(&site, wish, &signed, refusal).await,
                Err(refusal) => page(&site, wish, &signed, (back(&refusal), fields), Some(refusal)).await,
            }
        }
        _ => page(&site, wish, &signed, (1, fields), None).await,
    }
}

/// The step at which what is wrong can be mended.
fn back(refusal: &Refusal) -> u8 {
    let first = |field: Field| matches!(field, Field::FROM | Field::ACTION);
    let units = matches!(refusal.code, "unit-merged" | "unit-split" | "unit-ended" | "not-found" | "unknown-action");
    if units || refusal.faults.first().is_some_and(|fault| first(fault.field)) { 1 } else { 2 }
}

/// What was typed, as the desk wants it.
fn decision(fields: &Fields, pass: bool) -> Decision {
    let counts = fields.all("count").chain(std::iter::repeat(""));
    let named = fields.all("name").zip(counts).map(|(name, count)| {
        let count = count.trim().replace(['.', ' '], "");
        // What is no number is told as one out of range by the form behind.
        let households = if count.is_empty() { None } else { Some(count.parse().unwrap_or(-1)) };
        Named { name: name.to_owned(), households }
    });
    Decision {
        action: fields.text("action").to_owned(),
        from: fields.all("from").map(str::to_owned).collect(),
        into: fields.maybe("into"),
        names: named.collect(),
        kind: fields.maybe("kind"),
        pass,
        decision: fields.text("decision").to_owned(),
        body: fields.text("body").to_owned(),
        effective: fields.text("effective").to_owned(),
    }
}

async fn page(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (mut step, typed): (u8, Fields),
    mut refused: Option<Refusal>,
) -> Response {
    let mut preview = None;
    if step == 3 {
        match site.desk.preview(&signed.who, &decision(&typed, false)).await {
            Ok(seen) => preview = Some(seen),
            Err(refusal) => {
                step = back(&refusal);
                refused = Some(refusal);
            }
        }
    }
    match around(&site.desk, &wish, &typed) {
        Ok((units, body, names)) => {
            let page = wish.page(site, signed, "units").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &WizardPage { page, names, step, typed, units, body, preview, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

fn around(desk: &Desk, wish: &Wish, typed: &Fields) -> Result<(Vec<UnitRow>, Body, Names), Refusal> {
    if desk.is_province() {
        return Err(Refusal::new(
            Why::Refused,
            "not-commune",
            "Quyết định về thôn, tổ dân phố được nhập ở văn phòng của xã, phường.",
            "Decisions about units are entered at the office of their commune.",
        ));
    }
    let units = desk.units(None, None)?.map_or_else(Vec::new, |units| units.units);
    let picked: Vec<&str> = typed.all("from").collect();
    let stays = |unit: &UnitRow| unit.exists() || picked.contains(&unit.id.to_string().as_str());
    let day = typed.text("effective").parse().ok();
    Ok((units.into_iter().filter(stays).collect(), desk.body(day)?, Names::load(desk, wish.lang)?))
}
