//! People and posts of a commune; whoever looks is written down.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::{Power, Refusal};
use hopluu_view::query::{CommuneRow, PersonRow, Staff};

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;
use crate::units::Which;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    names: Names,
    which: Which,
    communes: Vec<CommuneRow>,
    staff: Option<Staff>,
}

impl PeoplePage {
    /// What a person holds on the day shown.
    fn posts(&self, person: &PersonRow) -> String {
        posts(person)
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

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(mut which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let lang = wish.lang;
    let mut ask = || {
        site.desk.allow(&signed.who, Power::Personal)?;
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        if let (true, Some(first)) = (which.commune.is_empty(), communes.first()) {
            which.commune.clone_from(&first.code);
        }
        let nothing = site.desk.is_province() && communes.is_empty();
        let collection = if nothing { None } else { Some(site.desk.one_commune(Some(&which.commune))?) };
        let staff = collection.map(|collection| site.desk.reader().staff(collection, None)).transpose()?.flatten();
        Ok::<_, Refusal>((communes, collection, staff, Names::load(&site.desk, lang)?))
    };
    let asked = match ask() {
        Ok((communes, collection, staff, names)) => {
            let seen = match collection {
                Some(collection) => site.desk.saw_person(&signed.who, &collection.to_string()).await,
                None => Ok(()),
            };
            seen.map(|()| (communes, staff, names))
        }
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok((communes, staff, names)) => {
            let page = wish.page(&site, &signed, "people").await;
            render(&PeoplePage { page, names, which, communes, staff })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
