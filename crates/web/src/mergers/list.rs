//! All decisions about units of a commune.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::Refusal;
use hopluu_view::query::{CommuneRow, MergerRow};

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;
use crate::units::{Which, communes};

#[derive(Template)]
#[template(path = "mergers/list.html")]
struct MergersPage {
    page: Page,
    names: Names,
    which: Which,
    communes: Vec<CommuneRow>,
    mergers: Vec<MergerRow>,
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(mut which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let lang = wish.lang;
    let mut ask = || {
        let communes = communes(&site.desk, &mut which.commune)?;
        let nothing = site.desk.is_province() && communes.is_empty();
        let units = if nothing { None } else { site.desk.units(Some(&which.commune), Some(&which.at))? };
        let mut mergers = units.map_or_else(Vec::new, |units| units.mergers);
        mergers.retain(|row| which.state.is_empty() || row.state.slug() == which.state);
        mergers.sort_by_key(|row| std::cmp::Reverse(row.effective_on));
        Ok::<_, Refusal>((communes, mergers, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((communes, mergers, names)) => {
            let page = wish.page(&site, &signed, "units").await;
            render(&MergersPage { page, names, which, communes, mergers })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
