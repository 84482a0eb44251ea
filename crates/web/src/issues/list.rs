//! The list of issues: at the province its inbox.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Desk, Refusal, Search, Step, Who};
use hopluu_model::fold::IssueState;
use hopluu_view::query::{CommuneRow, IssuePage, Pile, PileCounts, Sort};
use serde_json::Value;

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

const ROWS: u32 = 50;
/// So many are moved at once; more is a mistake more often than not.
const MOST_AT_ONCE: usize = 200;

#[derive(Template)]
#[template(path = "issues/list.html")]
struct ListPage {
    page: Page,
    names: Names,
    search: Search,
    issues: IssuePage,
    piles: PileCounts,
    communes: Vec<CommuneRow>,
    /// What came of each issue of a bulk, when one was just done.
    outcomes: Vec<Outcome>,
}

/// What came of one issue of a bulk.
struct Outcome {
    code: String,
    /// Why it was not done.
    refused: Option<String>,
}

impl ListPage {
    fn count(&self, pile: &Pile) -> u64 {
        self.piles.of(*pile)
    }

    /// The address of the same list with one condition changed; an empty value drops it.
    fn with(&self, key: &str, value: &str) -> String {
        address(&self.search, &[(key, value), ("offset", "")])
    }

    fn shown_piles(&self) -> Vec<Pile> {
        let all = Pile::ALL.into_iter();
        all.filter(|pile| {
            let count = self.piles.of(*pile);
            match pile {
                Pile::New | Pile::Overdue | Pile::WaitingCommune | Pile::Answered => true,
                Pile::Unassigned | Pile::DueSoon => self.page.is_province(),
                Pile::Mine => !self.page.is_province() || count > 0,
                _ => count > 0,
            }
        })
        .collect()
    }

    fn is(&self, what: &Option<String>, value: &str) -> bool {
        what.as_deref().unwrap_or_default() == value
    }

    fn first(&self) -> u64 {
        u64::from(self.search.offset.unwrap_or(0)) + u64::from(!self.issues.rows.is_empty())
    }

    fn last(&self) -> u64 {
        u64::from(self.search.offset.unwrap_or(0)) + self.issues.rows.len() as u64
    }

    fn earlier(&self) -> Option<String> {
        let offset = self.search.offset.filter(|offset| *offset > 0)?;
        Some(address(&self.search, &[("offset", &offset.saturating_sub(ROWS).to_string())]))
    }

    fn later(&self) -> Option<String> {
        (self.last() < self.issues.total).then(|| address(&self.search, &[("offset", &self.last().to_string())]))
    }

    /// The address of this list, to come back to.
    fn here(&self) -> String {
        address(&self.search, &[])
    }

    /// The address of this list as a file.
    fn export(&self, format: &str) -> String {
        crate::export::address(&self.search, format)
    }

    /// Whether anything beside pile and order narrows the list.
    fn is_narrowed(&self) -> bool {
        let Search {
            search,
            state,
            category,
            cause,
            commune,
            lead,
            department,
            urgent,
            older_than,
            silent,
            from,
            to,
            ..
        } = &self.search;
        let some = [state, category, cause, commune, lead, department, urgent, older_than, silent, from, to];
        !search.is_empty() || some.into_iter().flatten().any(|value| !value.is_empty())
    }
}

/// The address of a list.
pub(crate) fn address(search: &Search, changed: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let known = serde_json::to_value(search).unwrap_or(Value::Null);
    for (key, value) in known.as_object().into_iter().flatten() {
        let value = match (changed.iter().find(|(changed, _)| changed == key), value) {
            (Some((_, value)), _) => (*value).to_owned(),
            (None, Value::String(text)) => text.clone(),
            (None, Value::Number(number)) => number.to_string(),
            (None, _) => continue,
        };
        if !value.is_empty() {
            query.append_pair(key, &value);
        }
    }
    let query = query.finish();
    if query.is_empty() { "/issues".to_owned() } else { format!("/issues?{query}") }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(search): Query<Search>,
    wish: Wish,
    signed: Signed,
) -> Response {
    listed(&site, wish, &signed, search, Vec::new()).await
}

async fn listed(site: &Site, wish: Wish, signed: &Signed, search: Search, outcomes: Vec<Outcome>) -> Response {
    let lang = wish.lang;
    let ask = || {
        let limited = Search { limit: Some(ROWS), ..search.clone() };
        let issues = site.desk.issues(&signed.who, &limited)?;
        let piles = site.desk.piles(&signed.who, &search)?;
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        Ok::<_, Refusal>((issues, piles, communes, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((issues, piles, communes, names)) => {
            let page = wish.page(site, signed, "issues").await;
            render(&ListPage { page, names, search, issues, piles, communes, outcomes })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Moves several issues on; each says for itself whether it was done.
pub(crate) async fn bulk(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let back = crate::status::back(fields.text("back"));
    let search = back.split_once('?').map_or("", |(_, query)| query);
    let uri = format!("/?{search}").parse().unwrap_or_default();
    let search = Query::<Search>::try_from_uri(&uri).map(|Query(search)| search).unwrap_or_default();
    let codes: Vec<String> = fields.all("code").take(MOST_AT_ONCE).map(str::to_owned).collect();
    if codes.is_empty() {
        return Redirect::to(back).into_response();
    }
    let mut outcomes = Vec::with_capacity(codes.len());
    for code in codes {
        let step = Step {
            code: code.clone(),
            event: fields.text("event").to_owned(),
            lead: fields.maybe("lead"),
            text: fields.maybe("text"),
            reason: fields.maybe("reason"),
            ..Step::default()
        };
        let refused = one(&site.desk, &signed.who, step).await.err();
        let refused = refused.map(|refusal| wish.lang.pick(refusal.vi, refusal.en));
        outcomes.push(Outcome { code, refused });
    }
    listed(&site, wish, &signed, search, outcomes).await
}

async fn one(desk: &Desk, who: &Who, step: Step) -> Result<(), Refusal> {
    desk.move_issue(who, step).await.map(drop)
}
