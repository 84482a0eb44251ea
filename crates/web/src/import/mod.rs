//! Spreadsheets that people load: choose a file, look at what it would do, load its good rows, take a load back.
//!
//! What was chosen travels with the page and comes back with the next form (`carried`): nothing is kept here between
//! looking and loading, and what is loaded is compared anew.

mod carried;
mod files;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::Refusal;
use hopluu_desk::import::{self, Import, LoadRow, Planned, Row, RowState, Undone};
use hopluu_model::Kind;

pub use files::template;
pub use read::{MAX_FILE, sheet};

use crate::failure::{self, status_of};
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// Rows of a state that a page shows; all wrong ones are in the file of errors.
const SHOWN: usize = 200;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/import", get(all).post(undo))
        .route("/import/{kind}", get(one).post(look))
        .route("/import/{kind}/{file}", get(files::send))
}

#[derive(Template)]
#[template(path = "import/all.html")]
struct AllPage {
    page: Page,
    kinds: Vec<Kind>,
    loads: Vec<LoadRow>,
    undone: Option<Undone>,
    refused: Option<Refusal>,
}

#[derive(Template)]
#[template(path = "import/one.html")]
struct OnePage {
    page: Page,
    kind: Kind,
    file: String,
    /// What was chosen, to be sent back.
    sheet: String,
    planned: Option<Planned>,
    refused: Option<Refusal>,
}

impl AllPage {
    fn name_of(&self, slug: &str) -> String {
        Kind::from_slug(slug).map_or(slug, |kind| self.page.kind(&kind)).to_owned()
    }
}

impl OnePage {
    fn fields(&self) -> impl Iterator<Item = hopluu_model::Field> {
        import::fields(self.kind).map(|column| column.field)
    }

    /// The rows of a state that the page has room for.
    fn rows<'a>(&self, planned: &'a Planned, state: RowState) -> Vec<&'a Row> {
        planned.rows.iter().filter(|row| row.state == state).take(SHOWN).collect()
    }

    fn to_load(&self, planned: &Planned) -> usize {
        planned.count(RowState::New) + planned.count(RowState::Changed)
    }

    /// The beginning of a row, by which people know it again.
    fn begin(&self, row: &Row) -> String {
        let said = row.cells.iter().filter(|cell| !cell.is_empty()).take(4);
        said.map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

async fn all(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    listed(&site, wish, &signed, (None, None)).await
}

async fn listed(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (undone, refused): (Option<Undone>, Option<Refusal>),
) -> Response {
    match site.desk.imports_done(&signed.who).await {
        Ok(loads) => {
            let kinds = import::KINDS.into_iter().filter(|kind| site.desk.may_import(&signed.who, *kind)).collect();
            let page = wish.page(site, signed, "import").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &AllPage { page, kinds, loads, undone, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Takes a load back.
async fn undo(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let id = fields.text("undo");
    let done = match id.parse() {
        Ok(id) => site.desk.undo_import(&signed.who, id).await,
        Err(_) => Err(Refusal::not_found("lần nạp", "load", id)),
    };
    match done {
        Ok(undone) if undone.kept.is_empty() => Redirect::to("/import?done=import_undone").into_response(),
        Ok(undone) => listed(&site, wish, &signed, (Some(undone), None)).await,
        Err(refusal) => listed(&site, wish, &signed, (None, Some(refusal))).await,
    }
}

async fn one(State(site): State<Arc<Site>>, Path(kind): Path<String>, wish: Wish, signed: Signed) -> Response {
    shown(&site, wish, &signed, &kind, (Import::default(), None)).await
}

/// Looks at a file, loads it, or gives its wrong rows back, as the button says.
async fn look(State(site): State<Arc<Site>>, Path(kind): Path<String>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let import = match chosen(&kind, &fields).await {
        Ok(import) => import,
        Err(refusal) => {
            let none = Import { kind: kind.clone(), ..Import::default() };
            return shown(&site, wish, &signed, &kind, (none, Some(refusal))).await;
        }
    };
    match fields.text("what") {
        "load" => match site.desk.load_import(&signed.who, &import).await {
            Ok(_) => Redirect::to("/import?done=imported").into_response(),
            Err(refusal) => shown(&site, wish, &signed, &kind, (import, Some(refusal))).await,
        },
        "errors" => match files::errors(&site, &signed, &import).await {
            Ok(response) => response,
            Err(refusal) => shown(&site, wish, &signed, &kind, (import, Some(refusal))).await,
        },
        _ => shown(&site, wish, &signed, &kind, (import, None)).await,
    }
}

/// The file that was just chosen, or the one that came back with the page.
async fn chosen(kind: &str, fields: &Fields) -> Result<Import, Refusal> {
    let (sheet, file) = match &fields.file {
        Some(bytes) => {
            let bytes = bytes.clone();
            let read = tokio::task::spawn_blocking(move || read::sheet(&bytes)).await;
            (read.map_err(|error| Refusal::failed("import", &error))??, fields.file_name.clone())
        }
        None => (carried::unpacked(fields.text("sheet"))?, fields.text("file_name").to_owned()),
    };
    let columns = fields.typed().filter_map(|(name, slug)| {
        let place: usize = name.strip_prefix("column.")?.parse().ok()?;
        Some((place, slug.to_owned()))
    });
    let is_new = fields.file.is_some();
    let chosen: BTreeMap<usize, String> = if is_new { BTreeMap::new() } else { columns.collect() };
    Ok(Import { kind: kind.to_owned(), file, sheet, chosen })
}

async fn shown(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    kind: &str,
    (import, refused): (Import, Option<Refusal>),
) -> Response {
    let planned = import::kind_of(kind).and_then(|kind| {
        if !site.desk.may_import(&signed.who, kind) {
            return Err(Refusal::forbidden());
        }
        let has_file = !import.sheet.lines.is_empty();
        Ok((kind, has_file.then(|| site.desk.plan_import(&signed.who, &import)).transpose()))
    });
    let (kind, planned) = match planned {
        Ok(planned) => planned,
        Err(refusal) => return failure::refused(site, wish, signed, refusal).await,
    };
    let (planned, refused) = match planned {
        Ok(planned) => (planned, refused),
        Err(refusal) => (None, Some(refusal)),
    };
    let page = wish.page(site, signed, "import").await;
    let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
    let (file, sheet) = (import.file, carried::packed(&import.sheet));
    show_as(status, &OnePage { page, kind, file, sheet, planned, refused })
}
