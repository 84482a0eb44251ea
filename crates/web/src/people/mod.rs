//! People in office: who holds what, which seats are vacant, who left, who sits on which board, who goes elsewhere.
//!
//! Names are shown to those who may read personal records, and every look is written down; figures are for all.

mod boards;
mod leavers;
mod list;
mod person;
mod posts;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use hopluu_desk::{Done, LeaverQuery, Refusal, StaffQuery};
use hopluu_view::query::{CommuneRow, PersonRow};

use crate::names::Names;
use crate::page::Page;
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;
use crate::units::communes;

pub(crate) use list::posts;
pub(crate) use transfers::goes_to;

/// The pages about people.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people", get(list::show).post(list::add))
        .route("/people/{id}", get(person::show).post(person::change))
        .route("/posts", get(posts::show))
        .route("/leavers", get(leavers::show).post(leavers::mark))
        .route("/boards", get(boards::show))
        .route("/transfers", get(transfers::show).post(transfers::decide))
}

/// What was typed and refused, to be shown again.
type Again = (Fields, Option<Refusal>);

/// Whether there is no commune whose people could be asked about.
fn nobody(site: &Site, communes: &[CommuneRow]) -> bool {
    site.desk.is_province() && communes.is_empty()
}

/// Whether two texts are the same, however templates hold them.
fn same(one: impl AsRef<str>, other: impl AsRef<str>) -> bool {
    one.as_ref() == other.as_ref()
}

/// Back to a page with what to say there: that it was saved, or what should be looked at.
fn done(path: &str, done: &Done) -> Response {
    let key = done.warnings.first().map_or("saved", |warning| warning.code);
    Redirect::to(&format!("{path}?done={key}")).into_response()
}
