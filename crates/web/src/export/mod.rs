//! Lists as files: the same rows as on the page, for a spreadsheet (XLSX), for anything (CSV) and for programs (JSON).
//!
//! Memory is bounded whatever the list: rows are read some hundreds at a time and written as they come, few exports run
//! at once, and none has more than [`MOST`] rows. That something was taken out stands in the trail before it leaves.

mod audit;
mod books;
mod issues;
mod lists;
mod people;
mod plain;
mod spreadsheet;
mod table;
mod totals;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hopluu_desk::{Refusal, Search, Why};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use self::table::Table;
use crate::failure;
use crate::overview::Fresh;
use crate::page::Page;
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// Rows of one file at most.
const MOST: usize = 200_000;

/// So many exports are written at once; others wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Xlsx,
    Csv,
    Json,
}

impl Format {
    fn of(ending: &str) -> Option<Self> {
        match ending {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// The address of a list of issues as a file.
pub(crate) fn address(search: &Search, format: &str) -> String {
    let list = crate::issues::address(search, &[("limit", ""), ("offset", "")]);
    list.replacen("/issues", &format!("/export/issues.{format}"), 1)
}

pub(crate) async fn send(
    State(site): State<Arc<Site>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    wish: Wish,
    signed: Signed,
) -> Response {
    let known = file.split_once('.').and_then(|(what, ending)| Some((what, Format::of(ending)?)));
    let Some((what, format)) = known else { return failure::no_page(State(site), wish).await };
    let page = wish.clone().page(&site, &signed, "").await;
    let query = query.unwrap_or_default();
    let asked = match what {
        "issues" => issues::table(&site, &signed.who, page, &query),
        "units" => lists::units(&site, page, &query),
        "mergers" => lists::mergers(&site, page, &query),
        "communes" => lists::communes(&site, page),
        "totals" => totals::table(&site, page, &query).await,
        "directives" => lists::directives(&site, page),
        "people" | "posts" | "holdings" | "leavers" | "boards" | "transfers" => {
            people::table(&site, &signed.who, page, (what, &query)).await
        }
        "trail" => audit::trail(&site, &signed.who, page, &query).await,
        "records" => audit::records(&site, &signed.who, page, &query).await,
        what => match what.strip_prefix("books-") {
            Some(kind) => books::table(&site, &signed.who, page, (kind, &query)).await,
            None => return failure::no_page(State(site), wish).await,
        },
    };
    let done = match asked {
        Ok(table) => leave(&site, &signed, table, format).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(response) => response,
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

/// Writes down that a list leaves, and lets it go.
async fn leave(site: &Site, signed: &Signed, table: Table, format: Format) -> Result<Response, Refusal> {
    if table.total > MOST {
        return Err(Refusal::new(
            Why::Refused,
            "too-many-rows",
            "Danh sách có trên 200.000 dòng. Đề nghị lọc theo thời gian hoặc xã, phường rồi xuất từng phần.",
            "The list has over 200,000 rows. Filter by time or commune and take it out in parts.",
        ));
    }
    site.desk.exported(&signed.who, &format!("{}.{}", table.file, format.ending()), table.total).await?;
    let day = site.desk.wall().date();
    let named = format!("attachment; filename=\"{}-{day}.{}\"", table.file, format.ending());
    let permit = AT_ONCE.acquire().await.map_err(|_| Refusal::busy())?;
    let body = match format {
        Format::Csv => plain::stream(permit, |to| plain::csv(table, to)),
        Format::Json => plain::stream(permit, |to| plain::json(table, to)),
        Format::Xlsx => {
            let dir = site.desk.about().dir.clone();
            let written = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                spreadsheet::xlsx(table, &dir)
            });
            Body::from(written.await.map_err(|error| Refusal::failed("export", &error))??)
        }
    };
    Ok((StatusCode::OK, [(CONTENT_TYPE, format.kind().to_owned()), (CONTENT_DISPOSITION, named)], body).into_response())
}

/// What an address asks for; what it says wrongly is taken as not said.
fn read<T: DeserializeOwned + Default>(query: &str) -> T {
    let uri = format!("/?{query}").parse().unwrap_or_default();
    Query::try_from_uri(&uri).map(|Query(wanted)| wanted).unwrap_or_default()
}

/// What stands beside the rows: where and when they were taken, and how fresh they are.
fn notes(site: &Site, page: &Page) -> Vec<String> {
    let now = site.desk.wall();
    let fresh = Fresh::of(page, now);
    let mut notes = vec![
        site.desk.about().label.clone(),
        format!("{} {}", page.t("export.at"), page.time(&now)),
        format!("{} {}", page.t("fresh"), page.time(&fresh.at)),
    ];
    if fresh.known > 0 {
        let (late, known) = (page.number(fresh.late), page.number(fresh.known));
        notes.push(format!("{late}/{known} {}", page.t("home.late")));
    }
    notes
}
