//! All people of a commune on a day, with the figures.

use askama::Template;
use axum::http::StatusCode;
use hopluu_desk::NewPerson;
use hopluu_view::query::Staff;

use super::*;
use crate::failure::{self, status_of};
use crate::page::show_as;

/// What the list can be narrowed to.
const SHOWN: [&str; 6] = ["serving", "concurrent", "over", "idle", "left", "clash"];

#[derive(Template)]
#[template(path = "people/list.html")]
struct ListPage {
    page: Page,
    names: Names,
    query: StaffQuery,
    communes: Vec<CommuneRow>,
    staff: Option<Staff>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl ListPage {
    /// What a person holds on the day shown.
    fn posts(&self, person: &PersonRow) -> String {
        posts(person)
    }

    fn shown(&self) -> &'static [&'static str] {
        &SHOWN
    }

    fn fault(&self, field: &str) -> Option<String> {
        self.page.fault(self.refused.as_ref(), field)
    }
}

/// What a person holds on the day shown.
pub(crate) fn posts(person: &PersonRow) -> String {
    let held = person.holdings.iter().filter(|holding| holding.in_force);
    let named = held.map(|holding| {
        let unit = if holding.unit_name.is_empty() { String::new() } else { format!(" {}", holding.unit_name) };
        format!("{}{unit}", holding.post_name)
    });
    named.collect::<Vec<_>>().join("; ")
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Query(query): Query<StaffQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    listed(&site, wish, &signed, query, Again::default()).await
}

/// Adds a person.
pub(super) async fn add(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let new = NewPerson {
        name: fields.text("name").to_owned(),
        category: fields.text("staff_category").to_owned(),
        since: fields.maybe("valid_from"),
    };
    match site.desk.add_person(&signed.who, new).await {
        Ok(added) => done(&format!("/people/{}", added.id), &added),
        Err(refusal) => listed(&site, wish, &signed, StaffQuery::default(), (fields, Some(refusal))).await,
    }
}

async fn listed(site: &Site, wish: Wish, signed: &Signed, mut query: StaffQuery, (typed, refused): Again) -> Response {
    let lang = wish.lang;
    let ask = async {
        let communes = communes(&site.desk, &mut query.commune)?;
        let staff = if nobody(site, &communes) { None } else { site.desk.staff(&signed.who, &query).await? };
        Ok::<_, Refusal>((communes, staff, Names::load(&site.desk, lang)?))
    };
    match ask.await {
        Ok((communes, staff, names)) => {
            let page = wish.page(site, signed, "people").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &ListPage { page, names, query, communes, staff, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
