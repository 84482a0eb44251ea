//! One issue: what it says, where it stands, what happened, and what may be done now.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use hopluu_desk::{LineState, PictureWay, Refusal};
use hopluu_model::fold::IssueState;
use hopluu_model::{By, EventKind, Field, Role, Side, rules};
use hopluu_view::query::{CommonProblem, EventRow, IssueDetail, Sentence, Similar};

use crate::failure::{self, status_of};
use crate::names::Names;
use crate::page::{Page, show_as};
use crate::posted::Fields;
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "issues/show.html")]
struct IssuePage {
    page: Page,
    names: Names,
    detail: IssueDetail,
    similar: Vec<Similar>,
    commons: Vec<CommonProblem>,
    hotline: String,
    /// How far its picture has come, when it has one.
    picture: Option<PictureWay>,
    /// What was typed into a form that was refused, so that nobody types it again.
    typed: Fields,
    refused: Option<Refusal>,
}

/// What a page shows beside the issue itself.
pub(crate) struct Refused {
    pub(crate) typed: Fields,
    pub(crate) refusal: Refusal,
}

impl IssuePage {
    /// Whether the person in front may raise an event now.
    fn may(&self, event: &str) -> bool {
        let Some(account) = &self.page.account else { return false };
        let (Some(kind), Some(role)) = (EventKind::from_slug(event), account.part.role()) else { return false };
        let side = if self.page.is_province() { Side::Province } else { Side::Commune };
        let (state, open) = (self.detail.issue.state, self.detail.issue.open);
        let fits = match kind {
            EventKind::SUBMIT => false,
            EventKind::REPORT => state == IssueState::Submitted,
            EventKind::REOPEN => !open || state == IssueState::Answered,
            EventKind::REPLY => state == IssueState::Asked,
            EventKind::RECEIVE => matches!(state, IssueState::New | IssueState::Reopened),
            EventKind::START => matches!(state, IssueState::Forwarded | IssueState::Replied | IssueState::Reopened),
            EventKind::CONFIRM => self.detail.issue.unconfirmed,
            EventKind::UNCOMMON => self.detail.issue.common.is_some(),
            EventKind::COMMON => self.detail.issue.common.is_none() && open,
            EventKind::SOLVED => open && state != IssueState::Submitted,
            _ => open,
        };
        // Approving is the leader's, whatever the table lets others do elsewhere.
        let leads = kind != EventKind::REPORT || self.page.may("lead");
        fits && leads && rules::event(kind).is_some_and(|rule| rule.allows(side, role))
    }

    /// Who typed something: the name where it may be shown, else the part they played.
    fn who(&self, by: &By) -> String {
        if !by.name.is_empty() {
            return by.name.clone();
        }
        let role = match by.role {
            Role::Leader => "leader",
            Role::Program => "program",
            _ => "clerk",
        };
        self.page.x("role", role)
    }

    /// What happened, in words.
    fn what(&self, event: &EventRow) -> String {
        self.page.x("event", &event.kind.to_string())
    }

    /// What an event says beside its text.
    fn more(&self, event: &EventRow) -> Vec<(String, String)> {
        let said = |field: Field| event.fields.get(&field).map(ToString::to_string).filter(|text| !text.is_empty());
        let mut more = Vec::new();
        let mut tell = |key: &'static str, text: Option<String>| {
            more.extend(text.map(|text| (self.page.t(key).to_owned(), text)));
        };
        tell("issue.lead", said(Field::LEAD).map(|slug| self.names.department(&slug)));
        let helpers = said(Field::HELPERS);
        let helpers = helpers.map(|all| all.split(',').map(|slug| self.names.department(slug)).collect::<Vec<_>>());
        tell("issue.helpers", helpers.map(|names| names.join(", ")));
        tell("filter.category", said(Field::CATEGORY).map(|slug| self.names.category(&slug)));
        tell("issue.reason", said(Field::REASON));
        more
    }

    fn text_of<'a>(&self, event: &'a EventRow) -> &'a str {
        event.fields.get(&Field::TEXT).and_then(|value| value.as_text()).unwrap_or_default()
    }

    /// Steps of the programs themselves, which people need not read.
    fn is_quiet(&self, event: &EventRow) -> bool {
        event.kind == EventKind::ARRIVED && event.fields.contains_key(&Field::CHOSEN)
    }

    fn is_void(&self, event: &EventRow) -> bool {
        self.detail.void.contains(&event.id)
    }

    fn is_province(&self, event: &EventRow) -> bool {
        event.side == Side::Province
    }

    /// An urgent issue that cannot leave is told by telephone.
    fn must_call(&self) -> bool {
        let here = matches!(self.detail.issue.sentence, Sentence::Saved | Sentence::AtRelay);
        let settled = self.page.standing.line == LineState::Settled;
        self.detail.issue.urgent && self.detail.issue.open && !self.page.is_province() && here && !settled
    }

    /// What was typed into the form of an event, when it was this one that was refused.
    fn typed(&self, event: &str, field: &str) -> &str {
        if self.typed.text("event") == event { self.typed.text(field) } else { "" }
    }

    /// Whether the form of an event stands open.
    fn opened(&self, event: &str) -> bool {
        if self.refused.is_some() {
            return self.typed.text("event") == event;
        }
        match self.detail.issue.state {
            IssueState::Asked => event == "reply",
            IssueState::Submitted => event == "report",
            IssueState::New => event == "receive",
            IssueState::Received => event == "forward",
            IssueState::Forwarded | IssueState::Started | IssueState::Replied | IssueState::Reopened => {
                event == "answer"
            }
            IssueState::Answered => event == "solved",
            _ => false,
        }
    }

    /// The records whose news change this page.
    fn records(&self) -> String {
        self.detail.issue.id.to_string()
    }
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Path(code): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    page(&site, wish, &signed, &code, None).await
}

/// The page of an issue, with what was refused a moment ago.
pub(crate) async fn page(site: &Site, wish: Wish, signed: &Signed, code: &str, refused: Option<Refused>) -> Response {
    let (lang, triages) = (wish.lang, site.desk.is_province());
    let ask = || {
        let detail = site.desk.issue(&signed.who, code)?;
        let reader = site.desk.reader();
        let similar = if triages { reader.similar(detail.issue.id, 5)? } else { Vec::new() };
        let commons = reader.common_problems()?;
        Ok::<_, Refusal>((detail, similar, commons, reader.rules()?.hotline, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((detail, similar, commons, hotline, names)) => {
            let picture = match &detail.issue.picture {
                // An office that cannot tell just now shows the rest all the same.
                Some(_) => site.desk.picture_way(&signed.who, code).await.ok(),
                None => None,
            };
            let page = wish.page(site, signed, "issues").await;
            let (typed, refused) = refused.map_or((Fields::default(), None), |it| (it.typed, Some(it.refusal)));
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &IssuePage { page, names, detail, similar, commons, hotline, picture, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
