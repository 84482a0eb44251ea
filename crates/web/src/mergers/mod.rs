//! Decisions about units: a list, one of them, and entering another.

mod list;
mod show;
mod wizard;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use hopluu_view::query::{MergerRow, Warning};

use crate::Words;
use crate::page::Page;
use crate::site::Site;
use crate::words::{self, Lang};

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/mergers", get(list::show))
        .route("/mergers/new", get(wizard::show).post(wizard::step))
        .route("/mergers/{id}", get(show::show).post(show::take))
}

/// What to look at before a decision is passed, in words.
#[must_use]
pub fn warning(warning: &Warning) -> Words {
    let key = format!("x.warning.{}", warning.code);
    let said = |lang| words::text(lang, &key).replace("{}", &warning.about);
    Words::new(said(Lang::Vi), said(Lang::En))
}

/// What a merger makes or does, in a few words.
pub(crate) fn outcome(page: &Page, names: &crate::names::Names, row: &MergerRow) -> String {
    if !row.part_names.is_empty() {
        return row.part_names.join(", ");
    }
    match (row.into_name.is_empty(), row.kind.is_empty()) {
        (false, _) => row.into_name.clone(),
        (true, false) => names.kind(&row.kind),
        (true, true) => page.t("mergers.nothing").to_owned(),
    }
}

/// The class of the badge of a merger.
pub(crate) fn mark(row: &MergerRow) -> &'static str {
    match row.standing.en() {
        "in force" => "b-done",
        "to be settled" => "b-wait",
        "not chosen" => "b-soft",
        _ if matches!(row.state.slug(), "annulled" | "withdrawn" | "failed") => "b-soft",
        _ => "b-open",
    }
}
