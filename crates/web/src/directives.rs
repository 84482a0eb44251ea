//! Directives: a commune says how far it is; the province gives them and sees who is how far.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Give, Refusal, TaskStep};
use hopluu_model::fold::TaskState;
use hopluu_view::query::{CommuneRow, Directive, DirectiveRow};

use crate::failure::{self, status_of};
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "directives.html")]
struct DirectivesPage {
    page: Page,
    /// At a commune: its own.
    own: Vec<DirectiveRow>,
    /// At the province: all, with every commune.
    groups: Vec<Directive>,
    communes: Vec<CommuneRow>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl DirectivesPage {
    /// The steps a commune may take now.
    fn steps(&self, row: &DirectiveRow) -> &'static [&'static str] {
        match row.state {
            TaskState::Given => &["task_received", "task_working", "task_done"],
            TaskState::Received => &["task_working", "task_done"],
            TaskState::Working => &["task_done"],
            _ => &[],
        }
    }

    fn state(&self, row: &DirectiveRow) -> &'static str {
        self.page.pick(row.state.vi(), row.state.en())
    }

    /// The name of a state by its slug.
    fn state_named(&self, slug: &str) -> String {
        TaskState::from_slug(slug)
            .map_or_else(|| slug.to_owned(), |state| self.page.pick(state.vi(), state.en()).to_owned())
    }

    fn picked(&self, code: &str) -> bool {
        self.typed.all("communes").any(|picked| picked == code)
    }

    /// What is wrong with a field, to be shown beside it.
    fn fault(&self, field: &str) -> Option<String> {
        self.page.fault(self.refused.as_ref(), field)
    }
}

pub(crate) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    page(&site, wish, &signed, Fields::default(), None).await
}

async fn page(site: &Site, wish: Wish, signed: &Signed, typed: Fields, refused: Option<Refusal>) -> Response {
    let ask = || {
        let desk = &site.desk;
        Ok::<_, Refusal>(if desk.is_province() {
            (Vec::new(), desk.directives_by_group()?, desk.reader().communes()?)
        } else {
            (desk.directives(None)?, Vec::new(), Vec::new())
        })
    };
    match ask() {
        Ok((own, groups, communes)) => {
            let page = wish.page(site, signed, "directives").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &DirectivesPage { page, own, groups, communes, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

/// Gives a directive, or moves one on.
pub(crate) async fn change(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let (desk, who) = (&site.desk, &signed.who);
    let done = if fields.text("event").is_empty() {
        let give = Give {
            name: fields.text("name").to_owned(),
            text: fields.text("text").to_owned(),
            due: fields.maybe("due"),
            urgent: fields.ticked("urgent"),
            communes: fields.all("communes").filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        };
        desk.give(who, give).await.map(drop)
    } else {
        let step = TaskStep {
            id: fields.text("id").to_owned(),
            event: fields.text("event").to_owned(),
            text: fields.maybe("text"),
            reason: fields.maybe("reason"),
        };
        desk.move_task(who, step).await.map(drop)
    };
    match done {
        Ok(()) => Redirect::to("/directives?done=saved").into_response(),
        Err(refusal) => page(&site, wish, &signed, fields, Some(refusal)).await,
    }
}
