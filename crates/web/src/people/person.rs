//! One person: posts through time, leaving, boards, transfers; and what an office may enter about them.

use askama::Template;
use axum::http::StatusCode;
use hopluu_desk::{AskTransfer, BeginHolding, EndHolding, Leave, MarkLeavers};
use hopluu_view::query::{History, HoldingRow, PersonDetail, PostRow};

use super::*;
use crate::failure::{self, status_of};
use crate::page::show_as;

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    page: Page,
    names: Names,
    query: StaffQuery,
    detail: PersonDetail,
    history: Option<History>,
    /// Posts that may be given.
    posts: Vec<PostRow>,
    /// Units that exist: id and name.
    units: Vec<(String, String)>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl PersonPage {
    /// Whether something may be entered here about somebody in service.
    fn may_write(&self) -> bool {
        self.page.may("write") && !self.page.is_province()
    }

    /// Whether the form of one thing was the one refused.
    fn is_typed(&self, what: &str) -> bool {
        self.refused.is_some() && self.typed.text("what") == what
    }

    /// What was typed into a form that was refused.
    fn again(&self, what: &str, field: &str) -> &str {
        if self.is_typed(what) { self.typed.text(field) } else { "" }
    }

    /// Why a holding ends.
    fn ending(&self, holding: &HoldingRow) -> String {
        match holding.ending.as_str() {
            "left" => self.page.t("person.end_left").to_owned(),
            "unit_gone" => self.names.word("exit_reason", "thoi_do_sap_nhap"),
            _ => String::new(),
        }
    }

    /// Whether a holding can be ended here.
    fn may_end(&self, holding: &HoldingRow) -> bool {
        self.may_write() && holding.in_force
    }
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(query): Query<StaffQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    shown(&site, wish, &signed, (&id, query), Again::default()).await
}

/// Gives a post, ends one, lets somebody leave, marks a leaving, asks for a transfer.
pub(super) async fn change(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    let path = format!("/people/{id}");
    match enter(&site, &signed, &id, &fields).await {
        Ok(entered) => done(&path, &entered),
        Err(refusal) => shown(&site, wish, &signed, (&id, StaffQuery::default()), (fields, Some(refusal))).await,
    }
}

async fn enter(site: &Site, signed: &Signed, id: &str, fields: &Fields) -> Result<Done, Refusal> {
    let (desk, who, person) = (&site.desk, &signed.who, id.to_owned());
    let text = |name: &str| fields.text(name).to_owned();
    match fields.text("what") {
        "begin" => {
            let (post, from) = (text("post"), text("valid_from"));
            let (unit, tenure, to) = (fields.maybe("unit"), fields.maybe("tenure"), fields.maybe("valid_to"));
            desk.begin_holding(who, BeginHolding { person, post, unit, tenure, from, to }).await
        }
        "end" => {
            let (holding, on, reason) = (text("holding"), text("valid_to"), fields.maybe("reason"));
            desk.end_holding(who, EndHolding { holding, on, reason }).await
        }
        "leave" => {
            let (reason, on) = (text("reason"), text("on"));
            let (benefit, decision) = (fields.maybe("benefit"), fields.maybe("decision"));
            desk.leave(who, Leave { person, reason, on, benefit, decision }).await
        }
        "mark" => {
            let (benefit, thanked_on, gift) =
                (fields.maybe("benefit"), fields.maybe("thanked_on"), fields.maybe("gift"));
            desk.mark_leavers(who, MarkLeavers { leavers: vec![person.clone()], benefit, thanked_on, gift }).await?;
            Ok(Done { id: person, warnings: Vec::new() })
        }
        _ => {
            let (to, on, decision) = (text("to_commune"), text("on"), fields.maybe("decision"));
            desk.ask_transfer(who, AskTransfer { person, to, on, decision }).await
        }
    }
}

async fn shown(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (id, query): (&str, StaffQuery),
    (typed, refused): Again,
) -> Response {
    let lang = wish.lang;
    let ask = async {
        let detail = site.desk.person(&signed.who, id, &query.at).await?;
        let reader = site.desk.reader();
        let history = reader.history(detail.person.id)?;
        let offers = !site.desk.is_province();
        let posts = if offers { reader.staff(detail.collection, None)?.map(|staff| staff.posts) } else { None };
        let units = if offers { reader.units(detail.collection, None)?.map(|units| units.units) } else { None };
        let exist = units.into_iter().flatten().filter(|unit| unit.lives_in == unit.id && unit.ended_on.is_none());
        let units = exist.map(|unit| (unit.id.to_string(), unit.name)).collect();
        Ok::<_, Refusal>((detail, history, posts.unwrap_or_default(), units, Names::load(&site.desk, lang)?))
    };
    match ask.await {
        Ok((detail, history, posts, units, names)) => {
            let page = wish.page(site, signed, "people").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &PersonPage { page, names, query, detail, history, posts, units, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
