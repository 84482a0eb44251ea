//! "Sổ sách": every kind of record that only has fields, in one list, one form and one page each, made from its table.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::{BookQuery, Desk, Refusal, Why};
use hopluu_model::rules::{self, Home, Rule};
use hopluu_model::{CollectionId, Field, Kind, Value};
use hopluu_view::query::{BookRow, CommuneRow};

use crate::bulletin::entry::{Entry, Input, columns, typed};
use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/books", get(all))
        .route("/books/{kind}", get(list).post(add))
        .route("/books/{kind}/{id}", get(one).post(change))
}

#[derive(Template)]
#[template(path = "books/all.html")]
struct AllPage {
    page: Page,
    kinds: Vec<Kind>,
}

#[derive(Template)]
#[template(path = "books/list.html")]
struct ListPage {
    page: Page,
    kind: Kind,
    query: BookQuery,
    communes: Vec<CommuneRow>,
    rows: Vec<BookRow>,
    entries: Vec<Entry>,
    keeps: bool,
    /// Whether whoever looks may load a spreadsheet of them.
    loads: bool,
    refused: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "books/one.html")]
struct OnePage {
    page: Page,
    kind: Kind,
    row: BookRow,
    entries: Vec<Entry>,
    keeps: bool,
    refused: Option<Refusal>,
}

/// The kinds kept here: what the province keeps for all has pages of its own.
fn kinds(desk: &Desk) -> impl Iterator<Item = Kind> {
    let province = desk.is_province();
    Desk::book_kinds().filter(move |kind| match rules::kind(*kind).map(|rule| rule.home) {
        Some(Home::Bulletin) | None => false,
        Some(Home::Reported) => true,
        Some(_) => !province || *kind != Kind::COMMUNE,
    })
}

impl ListPage {
    /// The fields beside the name by which a record is listed.
    fn heads(&self) -> Vec<Field> {
        columns(self.kind, true).map(|column| column.field).filter(|field| *field != Field::NAME).collect()
    }

    fn said(&self, row: &BookRow, field: &Field) -> String {
        let said = row.said(*field);
        self.page.pick(said.vi, said.en)
    }
}

/// The fields of a form: of a new record, or of one that is there, with what was typed and refused in place of what holds.
fn entries(
    (site, page, names): (&Site, &Page, &Names),
    (kind, collection): (Kind, CollectionId),
    row: Option<&BookRow>,
    (typed, refused): (&Fields, Option<&Refusal>),
) -> Result<Vec<Entry>, Refusal> {
    let mut entries = Vec::new();
    for column in columns(kind, row.is_none()) {
        let name = column.field.to_string();
        let value = match (refused, row) {
            (Some(_), _) => typed.text(&name).to_owned(),
            (None, Some(row)) => held(row, column.field, column.rule),
            (None, None) => String::new(),
        };
        entries.push(Entry {
            label: page.label(&column.field).to_owned(),
            input: input((site, page, names), column, collection)?,
            value,
            must: column.must,
            fault: page.fault(refused, &name),
            name,
        });
    }
    Ok(entries)
}

fn input(
    (site, page, names): (&Site, &Page, &Names),
    column: &rules::Column,
    collection: CollectionId,
) -> Result<Input, Refusal> {
    Ok(match (column.rule, column.field) {
        (_, Field::UNIT_KIND) => {
            Input::Choice(names.kinds().map(|(slug, name)| (slug.clone(), name.clone())).collect())
        }
        (Rule::Record, field) => {
            let known = site.desk.reader().named(rules::points_at(field), collection)?;
            Input::Choice(known.into_iter().map(|named| (named.id.to_string(), named.with_also())).collect())
        }
        (Rule::OneOf(list), _) => Input::Choice(
            names.words(list).into_iter().map(|(slug, name)| (slug.to_owned(), name.to_owned())).collect(),
        ),
        // A box that is not ticked says nothing, and "no" must be said.
        (Rule::Bool, _) => {
            let says = [("có", page.t("yes")), ("không", page.t("no"))];
            Input::Choice(says.map(|(typed, name)| (typed.to_owned(), name.to_owned())).to_vec())
        }
        (Rule::Text(_), _) => Input::Text,
        (Rule::Int(least, most), _) => Input::Number { least, most },
        (Rule::Date, _) => Input::Day,
        _ => Input::Line,
    })
}

/// A value as its input has it.
fn held(row: &BookRow, field: Field, rule: Rule) -> String {
    match row.record.fields.get(&field) {
        None | Some(Value::Empty) => String::new(),
        Some(Value::Bool(yes)) => if *yes { "có" } else { "không" }.to_owned(),
        Some(Value::Date(day)) => day.vi(),
        Some(Value::Id(id)) => id.to_string(),
        Some(Value::Text(text)) if !matches!(rule, Rule::ManyOf(_)) => text.clone(),
        Some(Value::Int(number)) => number.to_string(),
        Some(_) => row.shown(field),
    }
}

async fn all(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    let kinds = kinds(&site.desk).filter(|kind| site.desk.may_read(&signed.who, *kind)).collect();
    let page = wish.page(&site, &signed, "books").await;
    show_as(StatusCode::OK, &AllPage { page, kinds })
}

async fn list(
    State(site): State<Arc<Site>>,
    Path(kind): Path<String>,
    Query(query): Query<BookQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    listed(&site, wish, &signed, (&kind, query), (Fields::default(), None)).await
}

async fn listed(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (kind, mut query): (&str, BookQuery),
    (typed, refused): (Fields, Option<Refusal>),
) -> Response {
    let page = wish.clone().page(site, signed, "books").await;
    let ask = async {
        let known = Desk::book_kind(kind)?;
        let reported = rules::kind(known).is_some_and(|rule| rule.home == Home::Reported);
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        if let (true, false, Some(first)) = (query.commune.is_empty(), reported, communes.first()) {
            query.commune.clone_from(&first.code);
        }
        let nothing = site.desk.is_province() && !reported && communes.is_empty();
        let rows = if nothing { Vec::new() } else { site.desk.book(&signed.who, kind, &query).await? };
        let names = Names::load(&site.desk, page.lang)?;
        let keeps = site.desk.may_keep(&signed.who, known);
        let entries = if keeps {
            let collection = site.desk.about().collection;
            entries((site, &page, &names), (known, collection), None, (&typed, refused.as_ref()))?
        } else {
            Vec::new()
        };
        Ok::<_, Refusal>((known, communes, rows, entries, keeps))
    };
    match ask.await {
        Ok((kind, communes, rows, entries, keeps)) => {
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            let loads = site.desk.may_import(&signed.who, kind);
            show_as(status, &ListPage { page, kind, query, communes, rows, entries, keeps, loads, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

async fn add(State(site): State<Arc<Site>>, Path(kind): Path<String>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let done = match Desk::book_kind(&kind) {
        Ok(known) => {
            let typed = typed(known, true, &fields).into_iter();
            let typed: BTreeMap<String, String> = typed.map(|(field, text)| (field.to_string(), text)).collect();
            site.desk.add(&signed.who, &kind, &typed).await
        }
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(_) => Redirect::to(&format!("/books/{kind}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => listed(&site, wish, &signed, (&kind, BookQuery::default()), (fields, Some(refusal))).await,
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

async fn shown(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (kind, id): (&str, &str),
    (typed, refused): (Fields, Option<Refusal>),
) -> Response {
    let page = wish.clone().page(site, signed, "books").await;
    let ask = async {
        let (row, _) = site.desk.book_record(&signed.who, kind, id).await?;
        let names = Names::load(&site.desk, page.lang)?;
        let of = (row.record.kind, row.record.collection);
        let keeps = site.desk.may_keep(&signed.who, row.record.kind);
        let entries = entries((site, &page, &names), of, Some(&row), (&typed, refused.as_ref()))?;
        Ok::<_, Refusal>((row, entries, keeps))
    };
    match ask.await {
        Ok((row, entries, keeps)) => {
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            let kind = row.record.kind;
            show_as(status, &OnePage { page, kind, row, entries, keeps, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Changes what was typed, or says that a record was entered by mistake, or that it was not.
async fn change(
    State(site): State<Arc<Site>>,
    Path((kind, id)): Path<(String, String)>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let found = Desk::book_kind(&kind).and_then(|known| Ok((known, site.desk.book_id(known, &id)?)));
    let done = match found {
        Ok((known, record)) => match fields.text("what") {
            what @ ("void" | "unvoid") => {
                site.desk.void(&signed.who, record, what == "void", fields.text("reason")).await
            }
            _ => site.desk.change(&signed.who, record, &typed(known, false, &fields)).await,
        },
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/books/{kind}/{id}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => shown(&site, wish, &signed, (&kind, &id), (fields, Some(refusal))).await,
    }
}

impl OnePage {
    /// What cannot be changed any more, beside the form.
    fn fixed(&self) -> Vec<(&'static str, String)> {
        let all = rules::kind(self.kind).map_or(&[][..], |rule| rule.columns);
        let fixed = all.iter().filter(|column| column.fixed || !self.keeps);
        let said = fixed.map(|column| (self.page.label(&column.field), self.row.said(column.field)));
        let said = said.map(|(label, said)| (label, self.page.pick(said.vi, said.en)));
        said.filter(|(_, text)| !text.is_empty()).collect()
    }
}
