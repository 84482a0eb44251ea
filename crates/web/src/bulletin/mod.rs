//! What the province keeps for all: departments, categories, kinds of unit, calendar, rules, notices, templates, lessons.
//! Each is a list with a form to add and one to change; nothing is deleted, only taken out of use.

pub(crate) mod entry;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::{Refusal, Why};
use hopluu_model::{Date, Field, Kind, RecordId, Snapshot, Value};

use self::entry::Entry;
use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// The kinds kept here, in the order of the page. Common problems have a page of their own.
const KINDS: [Kind; 8] = [
    Kind::NOTICE,
    Kind::TEMPLATE,
    Kind::LESSON,
    Kind::DEPARTMENT,
    Kind::CATEGORY,
    Kind::UNIT_KIND,
    Kind::DAY,
    Kind::SETTING,
];

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/bulletin", get(all))
        .route("/bulletin/{kind}", get(list).post(add))
        .route("/bulletin/{kind}/{id}", get(one).post(change))
}

#[derive(Template)]
#[template(path = "bulletin/all.html")]
struct AllPage {
    page: Page,
    /// Slug of the kind, how many are in use, whether the person in front keeps it.
    kinds: Vec<(String, usize, bool)>,
}

#[derive(Template)]
#[template(path = "bulletin/list.html")]
struct ListPage {
    page: Page,
    names: Names,
    kind: Kind,
    rows: Vec<Snapshot>,
    entries: Vec<Entry>,
    today: Date,
    keeps: bool,
    refused: Option<Refusal>,
}

impl ListPage {
    /// The fields a list has room for.
    fn heads(&self) -> Vec<Field> {
        let wide = |field: &Field| self.kind == Kind::SETTING || !matches!(*field, Field::TEXT | Field::NAME_EN);
        entry::columns(self.kind, true).map(|column| column.field).filter(wide).collect()
    }

    fn label(&self, field: &Field) -> String {
        entry::label(&self.page, self.kind, *field)
    }

    fn cell(&self, row: &Snapshot, field: &Field) -> String {
        entry::shown((&self.page, &self.names), self.kind, *field, row)
    }

    fn retired(&self, row: &Snapshot) -> bool {
        is_retired(row, self.today)
    }
}

#[derive(Template)]
#[template(path = "bulletin/one.html")]
struct OnePage {
    page: Page,
    kind: Kind,
    record: Snapshot,
    title: String,
    entries: Vec<Entry>,
    retired: bool,
    /// Whether it can be taken out of use at all.
    retires: bool,
    keeps: bool,
    refused: Option<Refusal>,
}

pub(crate) fn is_retired(row: &Snapshot, today: Date) -> bool {
    row.get(Field::VALID_TO).and_then(Value::as_date).is_some_and(|last| last < today)
}

fn kind_of(slug: &str) -> Result<Kind, Refusal> {
    let known = Kind::from_slug(slug).filter(|kind| KINDS.contains(kind));
    known.ok_or_else(|| Refusal::not_found("loại mục", "kind of entry", slug))
}

/// A commune reads what is in force on its other pages; keeping it is the province's.
fn only_province(site: &Site) -> Result<(), Refusal> {
    if site.desk.is_province() { Ok(()) } else { Err(Refusal::not_desk()) }
}

async fn all(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    let ask = || {
        only_province(&site)?;
        let today = site.desk.wall().date();
        let count = |kind: Kind| {
            let rows = site.desk.reader().bulletin(kind)?;
            let used = rows.iter().filter(|row| !is_retired(row, today)).count();
            Ok::<_, Refusal>((kind.to_string(), used, site.desk.may_keep(&signed.who, kind)))
        };
        KINDS.into_iter().map(count).collect::<Result<Vec<_>, _>>()
    };
    match ask() {
        Ok(kinds) => {
            let page = wish.page(&site, &signed, "bulletin").await;
            show_as(StatusCode::OK, &AllPage { page, kinds })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

async fn list(State(site): State<Arc<Site>>, Path(kind): Path<String>, wish: Wish, signed: Signed) -> Response {
    listed(&site, wish, &signed, &kind, (Fields::default(), None)).await
}

async fn listed(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    kind: &str,
    (typed, refused): (Fields, Option<Refusal>),
) -> Response {
    let lang = wish.lang;
    let ask = || {
        only_province(site)?;
        let kind = kind_of(kind)?;
        Ok::<_, Refusal>((kind, site.desk.reader().bulletin(kind)?, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((kind, mut rows, names)) => {
            let (today, keeps) = (site.desk.wall().date(), site.desk.may_keep(&signed.who, kind));
            if kind == Kind::DAY {
                rows.sort_by_key(|row| row.get(Field::ON).and_then(Value::as_date));
            }
            rows.sort_by_key(|row| is_retired(row, today));
            let page = wish.page(site, signed, "bulletin").await;
            let entries = entry::entries((&page, &names), kind, None, (&typed, refused.as_ref()));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &ListPage { page, names, kind, rows, entries, today, keeps, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

async fn add(State(site): State<Arc<Site>>, Path(kind): Path<String>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let done = match kind_of(&kind) {
        Ok(known) => {
            let typed = entry::typed(known, true, &fields).into_iter();
            let typed: BTreeMap<String, String> = typed.map(|(field, text)| (field.to_string(), text)).collect();
            site.desk.add(&signed.who, &kind, &typed).await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(_) => Redirect::to(&format!("/bulletin/{kind}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => listed(&site, wish, &signed, &kind, (fields, Some(refusal))).await,
    }
}

async fn one(
    State(site): State<Arc<Site>>,
    Path((kind, id)): Path<(String, String)>,
    wish: Wish,
    signed: Signed,
) -> Response {
    shown(&site, wish, &signed, (&kind, &id), (Fields::default(), None)).await
}

/// A record of a kind by its whole id.
pub(crate) fn record(site: &Site, kind: Kind, id: &str) -> Result<Snapshot, Refusal> {
    let wanted: Option<RecordId> = id.parse().ok();
    let found = site.desk.reader().bulletin(kind)?.into_iter().find(|row| Some(row.id) == wanted);
    found.ok_or_else(|| Refusal::not_found("mục", "entry", id))
}

async fn shown(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (kind, id): (&str, &str),
    (typed, refused): (Fields, Option<Refusal>),
) -> Response {
    let lang = wish.lang;
    let ask = || {
        only_province(site)?;
        let kind = kind_of(kind)?;
        Ok::<_, Refusal>((kind, record(site, kind, id)?, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((kind, record, names)) => {
            let page = wish.page(site, signed, "bulletin").await;
            let entries = entry::entries((&page, &names), kind, Some(&record), (&typed, refused.as_ref()));
            let first = [Field::NAME, Field::SLUG, Field::ON].into_iter().find(|field| record.get(*field).is_some());
            let title = first.map(|field| entry::shown((&page, &names), kind, field, &record)).unwrap_or_default();
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            let page = OnePage {
                retired: is_retired(&record, site.desk.wall().date()),
                retires: entry::columns(kind, false).any(|column| column.field == Field::VALID_TO),
                keeps: site.desk.may_keep(&signed.who, kind),
                page,
                kind,
                record,
                title,
                entries,
                refused,
            };
            show_as(status, &page)
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

async fn change(
    State(site): State<Arc<Site>>,
    Path((kind, id)): Path<(String, String)>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let found = kind_of(&kind).and_then(|kind| Ok((kind, record(&site, kind, &id)?.id)));
    let done = match found {
        Ok((kind, id)) => changed(&site, &signed, (kind, id), &fields).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/bulletin/{kind}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => shown(&site, wish, &signed, (&kind, &id), (fields, Some(refusal))).await,
    }
}

/// Changes what was typed, or takes a record out of use or back, as the button says.
pub(crate) async fn changed(
    site: &Site,
    signed: &Signed,
    (kind, id): (Kind, RecordId),
    fields: &Fields,
) -> Result<(), Refusal> {
    match fields.text("what") {
        "retire" => site.desk.retire(&signed.who, id, true).await,
        "restore" => site.desk.retire(&signed.who, id, false).await,
        _ => site.desk.change(&signed.who, id, &entry::typed(kind, false, fields)).await,
    }
}
