//! Who goes to another commune: at a commune what it asked for, at the province what waits for its word.

use askama::Template;
use axum::http::StatusCode;
use hopluu_desk::DecideTransfer;
use hopluu_view::query::TransferRow;

use super::*;
use crate::failure::{self, status_of};
use crate::page::show_as;

#[derive(Template)]
#[template(path = "people/transfers.html")]
struct TransfersPage {
    page: Page,
    names: Names,
    query: StaffQuery,
    rows: Vec<TransferRow>,
    typed: Fields,
    refused: Option<Refusal>,
}

impl TransfersPage {
    /// Whether this row is the one whose form was refused.
    fn is_typed(&self, row: &TransferRow) -> bool {
        self.refused.is_some() && self.typed.text("id") == row.id.to_string()
    }

    fn to(&self, row: &TransferRow) -> String {
        goes_to(row)
    }
}

/// The name of the commune somebody goes to; its code where even the catalogue has no name.
pub(crate) fn goes_to(row: &TransferRow) -> String {
    let named = || hopluu_model::catalogue::commune(&row.to_code).map(|commune| commune.full_name());
    if row.to_commune.is_empty() { named().unwrap_or_else(|| row.to_code.clone()) } else { row.to_commune.clone() }
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Query(query): Query<StaffQuery>,
    wish: Wish,
    signed: Signed,
) -> Response {
    listed(&site, wish, &signed, query, Again::default()).await
}

/// Does a transfer or refuses it.
pub(super) async fn decide(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let decide = DecideTransfer {
        id: fields.text("id").to_owned(),
        approve: fields.text("what") == "approve",
        reason: fields.maybe("reason"),
    };
    match site.desk.decide_transfer(&signed.who, decide).await {
        Ok(decided) => done("/transfers", &decided),
        Err(refusal) => listed(&site, wish, &signed, StaffQuery::default(), (fields, Some(refusal))).await,
    }
}

async fn listed(site: &Site, wish: Wish, signed: &Signed, query: StaffQuery, (typed, refused): Again) -> Response {
    let lang = wish.lang;
    let rows = site.desk.transfers(&signed.who, &query.commune).await;
    match rows.and_then(|rows| Ok((rows, Names::load(&site.desk, lang)?))) {
        Ok((rows, names)) => {
            let page = wish.page(site, signed, "people").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &TransfersPage { page, names, query, rows, typed, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}
