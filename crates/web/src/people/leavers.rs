//! Those who left: by reason, how far their benefits have got, who was thanked; many can be marked at once.

use askama::Template;
use axum::http::StatusCode;
use hopluu_desk::MarkLeavers;
use hopluu_view::query::LeaverRow;

use super::*;
use crate::failure::{self, status_of};
use crate::page::show_as;

#[derive(Template)]
#[template(path = "people/leavers.html")]
struct LeaversPage {
    page: Page,
    names: Names,
    query: LeaverQuery,
    communes: Vec<CommuneRow>,
    rows: Vec<LeaverRow>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl LeaversPage {
    /// How many left for each reason.
    fn reasons(&self) -> Vec<(&'static str, &'static str, usize)> {
        let count = |slug: &str| self.rows.iter().filter(|row| row.reason == slug).count();
        let all = self.names.words("exit_reason").into_iter().map(|(slug, name)| (slug, name, count(slug)));
        all.filter(|(.., count)| *count > 0).collect()
    }

    fn thanked(&self) -> usize {
        self.rows.iter().filter(|row| row.thanked_on.is_some()).count()
    }

    fn paid(&self) -> usize {
        self.rows.iter().filter(|row| row.benefit == "paid").count()
    }

    /// Whether they can be marked here.
    fn may_mark(&self) -> bool {
        self.page.may("write") && !self.page.is_province() && !self.rows.is_empty()
    }

    fn is_ticked(&self, row: &LeaverRow) -> bool {
        self.typed.all("leavers").any(|ticked| ticked == row.id.to_string())
    }

    fn fault(&self, field: &str) -> Option<String> {
        self.page.fault(self.refused.as_ref(), field)
    }

    /// The address of the list as a file.
    fn export(&self, format: &str) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        let LeaverQuery { commune, reason, benefit, thanked, from, to } = &self.query;
        let all =
            [("commune", commune), ("reason", reason), ("benefit", benefit), ("thanked", thanked), ("from", from)];
        address.extend_pairs(all.into_iter().chain([("to", to)]).filter(|(_, text)| !text.is_empty()));
        format!("/export/leavers.{format}?{}", address.finish())
    }
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Query(query): Query<LeaverQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    listed(&site, wish, &signed, query, Again::default()).await
}

/// Marks those who are ticked.
pub(super) async fn mark(
    State(site): State<Arc<Site>>,
    Query(query): Query<LeaverQuery>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let mark = MarkLeavers {
        leavers: fields.all("leavers").map(str::to_owned).collect(),
        benefit: fields.maybe("benefit"),
        thanked_on: fields.maybe("thanked_on"),
        gift: fields.maybe("gift"),
    };
    match site.desk.mark_leavers(&signed.who, mark).await {
        Ok(_) => Redirect::to("/leavers?done=saved").into_response(),
        Err(refusal) => listed(&site, wish, &signed, query, (fields, Some(refusal))).await,
    }
}

async fn listed(site: &Site, wish: Wish, signed: &Signed, mut query: LeaverQuery, (typed, refused): Again) -> Response {
    let lang = wish.lang;
    let ask = async {
        let communes = communes(&site.desk, &mut query.commune)?;
        let rows = if nobody(site, &communes) { Vec::new() } else { site.desk.leavers(&signed.who, &query).await? };
        Ok::<_, Refusal>((communes, rows, Names::load(&site.desk, lang)?))
    };
    match ask.await {
        Ok((communes, rows, names)) => {
            let page = wish.page(site, signed, "people").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &LeaversPage { page, names, query, communes, rows, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
