//! Common problems: the same trouble in several communes, with one answer for all. A commune reads what it is, how many
//! share it and the answer, never who they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::{CommonAnswer, Refusal, Search, Why};
use hopluu_model::Kind;
use hopluu_view::query::{CommonProblem, IssuePage};

use crate::bulletin::entry::{self, Entry};
use crate::bulletin::{changed, record};
use crate::failure::{self, status_of};
use crate::names::Names;
use crate::overview::Fresh;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// So many linked issues are shown; the list behind has all.
const ROWS: u32 = 50;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().route("/common", get(list).post(add)).route("/common/{id}", get(one).post(change))
}

#[derive(Template)]
#[template(path = "problems/list.html")]
struct ListPage {
    page: Page,
    names: Names,
    problems: Vec<CommonProblem>,
    entries: Vec<Entry>,
    keeps: bool,
    fresh: Fresh,
    refused: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "problems/show.html")]
struct ProblemPage {
    page: Page,
    names: Names,
    problem: CommonProblem,
    issues: IssuePage,
    entries: Vec<Entry>,
    keeps: bool,
    fresh: Fresh,
    /// What was typed as an answer and refused.
    typed: Fields,
    refused: Option<Refusal>,
    /// What came of each issue, when all were just answered.
    outcomes: Vec<CommonAnswer>,
}

impl ProblemPage {
    fn why(&self, refusal: &Refusal) -> String {
        self.page.pick(&refusal.vi, &refusal.en).clone()
    }

    fn answered(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.refused.is_none()).count()
    }

    fn answer(&self) -> &str {
        if self.refused.is_some() { self.typed.text("answer") } else { &self.problem.answer }
    }
}

/// How many communes share a problem: at the province those that do, elsewhere as the province wrote it down.
pub(crate) fn shared(page: &Page, problem: &CommonProblem) -> i64 {
    if page.is_province() { i64::from(problem.communes) } else { problem.count.unwrap_or(0) }
}

async fn list(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    listed(&site, wish, &signed, (Fields::default(), None)).await
}

async fn listed(site: &Site, wish: Wish, signed: &Signed, (typed, refused): (Fields, Option<Refusal>)) -> Response {
    let lang = wish.lang;
    let ask = || Ok::<_, Refusal>((site.desk.reader().common_problems()?, Names::load(&site.desk, lang)?));
    match ask() {
        Ok((mut problems, names)) => {
            problems.sort_by_key(|problem| problem.retired);
            let page = wish.page(site, signed, "common").await;
            let entries = entry::entries((&page, &names), Kind::COMMON, None, (&typed, refused.as_ref()));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            let (keeps, fresh) = (site.desk.may_keep(&signed.who, Kind::COMMON), Fresh::of(&page, site.desk.wall()));
            show_as(status, &ListPage { page, names, problems, entries, keeps, fresh, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

async fn add(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let typed = entry::typed(Kind::COMMON, true, &fields).into_iter();
    let typed: BTreeMap<String, String> = typed.map(|(field, text)| (field.to_string(), text)).collect();
    match site.desk.add(&signed.who, "common", &typed).await {
        Ok(id) => Redirect::to(&format!("/common/{id}?done=saved")).into_response(),
        Err(refusal) if refusal.why == Why::Forbidden => failure::refused(&site, wish, &signed, refusal).await,
        Err(refusal) => listed(&site, wish, &signed, (fields, Some(refusal))).await,
    }
}

async fn one(State(site): State<Arc<Site>>, Path(id): Path<String>, wish: Wish, signed: Signed) -> Response {
    shown(&site, wish, &signed, &id, (Fields::default(), None, Vec::new())).await
}

async fn shown(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    id: &str,
    (typed, refused, outcomes): (Fields, Option<Refusal>, Vec<CommonAnswer>),
) -> Response {
    let lang = wish.lang;
    let ask = || {
        let problem = site.desk.common(id)?;
        let linked = Search { common: Some(problem.id.to_string()), limit: Some(ROWS), ..Search::default() };
        let issues = site.desk.issues(&signed.who, &linked)?;
        let row = record(site, Kind::COMMON, &problem.id.to_string())?;
        Ok::<_, Refusal>((problem, issues, row, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((problem, issues, row, names)) => {
            let page = wish.page(site, signed, "common").await;
            let answering = typed.text("what") == "answer";
            let told = refused.as_ref().filter(|_| !answering);
            let entries = entry::entries((&page, &names), Kind::COMMON, Some(&row), (&typed, told));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            let (keeps, fresh) = (site.desk.may_keep(&signed.who, Kind::COMMON), Fresh::of(&page, site.desk.wall()));
            let page = ProblemPage { page, names, problem, issues, entries, keeps, fresh, typed, refused, outcomes };
            show_as(status, &page)
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

async fn change(State(site): State<Arc<Site>>, Path(id): Path<String>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    if fields.text("what") == "answer" {
        let text = fields.text("answer").to_owned();
        return match site.desk.answer_common(&signed.who, &id, &text).await {
            Ok(outcomes) => shown(&site, wish, &signed, &id, (Fields::default(), None, outcomes)).await,
            Err(refusal) => refuse(&site, wish, &signed, &id, (fields, refusal)).await,
        };
    }
    let done = match site.desk.common(&id) {
        Ok(problem) => changed(&site, &signed, (Kind::COMMON, problem.id), &fields).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/common/{id}?done=saved")).into_response(),
        Err(refusal) => refuse(&site, wish, &signed, &id, (fields, refusal)).await,
    }
}

async fn refuse(site: &Site, wish: Wish, signed: &Signed, id: &str, (typed, refusal): (Fields, Refusal)) -> Response {
    if matches!(refusal.why, Why::NotFound | Why::Forbidden) {
        return failure::refused(site, wish, signed, refusal).await;
    }
    shown(site, wish, signed, id, (typed, Some(refusal), Vec::new())).await
}
