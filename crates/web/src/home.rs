//! The start page of a desk: what waits, what is new, how the line stands.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hopluu_desk::{Refusal, Search};
use hopluu_view::query::{ClashRow, DirectiveRow, IssueRow, Notice, Pile, PileCounts};

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// So many of each are shown; the list behind has all.
const FEW: u32 = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    names: Names,
    piles: PileCounts,
    waiting: Vec<IssueRow>,
    latest: Vec<IssueRow>,
    directives: Vec<DirectiveRow>,
    notices: Vec<Notice>,
    clashes: Vec<ClashRow>,
    drafts: usize,
}

impl HomePage {
    fn count(&self, pile: &Pile) -> u64 {
        self.piles.of(*pile)
    }

    /// What waits for the people in front, in the order in which it presses; empty piles are not shown.
    fn waits(&self) -> Vec<Pile> {
        let order: &[Pile] = if self.page.is_province() {
            &[Pile::Overdue, Pile::Urgent, Pile::New, Pile::Unassigned, Pile::DueSoon, Pile::Doing, Pile::ReplyLate]
        } else {
            &[Pile::ToApprove, Pile::WaitingCommune, Pile::Answered, Pile::Unconfirmed, Pile::Overdue, Pile::Mine]
        };
        order.iter().copied().filter(|pile| self.piles.of(*pile) > 0).collect()
    }

    fn is_hot(&self, pile: &Pile) -> bool {
        matches!(pile, Pile::Overdue | Pile::Urgent | Pile::ReplyLate | Pile::WaitingCommune | Pile::ToApprove)
    }
}

pub(crate) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    let lang = wish.lang;
    let drafts = site.desk.drafts(&signed.who).await.map_or(0, |drafts| drafts.len());
    let ask = || {
        let (desk, who) = (&site.desk, &signed.who);
        let pile = if desk.is_province() { Pile::New } else { Pile::WaitingCommune };
        let few = |search: Search| desk.issues(who, &Search { limit: Some(FEW), ..search }).map(|page| page.rows);
        let mut directives = if desk.is_province() { Vec::new() } else { desk.directives(None)? };
        directives.retain(|directive| directive.open);
        let mut notices = desk.reader().notices()?;
        notices.retain(|notice| !notice.retired);
        notices.truncate(3);
        Ok::<_, Refusal>((
            few(Search { pile: Some(pile.slug().to_owned()), ..Search::default() })?,
            few(Search { sort: Some("newest".to_owned()), ..Search::default() })?,
            (desk.piles(who, &Search::default())?, desk.clashes()?),
            (directives, notices, Names::load(desk, lang)?),
        ))
    };
    match ask() {
        Ok((waiting, latest, (piles, clashes), (directives, notices, names))) => {
            let page = wish.page(&site, &signed, "home").await;
            render(&HomePage { page, names, piles, waiting, latest, directives, notices, clashes, drafts })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
