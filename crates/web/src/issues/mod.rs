//! Issues: the list, one issue, and what is done with it.

mod list;
mod new;
mod picture;
mod show;
mod steps;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use hopluu_model::fold::IssueState;
use hopluu_view::query::IssueRow;

pub(crate) use self::list::address;
use crate::site::Site;

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/issues", get(list::show))
        .route("/issues/bulk", post(list::bulk))
        .route("/issues/new", get(new::form).post(new::report))
        .route("/issues/new/draft", post(new::keep))
        .route("/issues/{code}/picture", get(picture::show))
        .route("/issues/{code}", get(show::show).post(steps::take))
}

/// The colours a state is shown in; its words stand beside them.
pub(crate) fn mark(row: &IssueRow) -> &'static str {
    match row.state {
        IssueState::Asked | IssueState::Submitted => "b-wait",
        IssueState::Solved | IssueState::Closed | IssueState::Answered => "b-done",
        IssueState::Withdrawn | IssueState::Duplicate | IssueState::Refused => "b-soft",
        _ => "b-open",
    }
}
