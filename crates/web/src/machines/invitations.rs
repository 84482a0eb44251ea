//! Invitations: one per place, each on a sheet of its own with a code to photograph, the text, and three steps.
//!
//! The text of an invitation is nowhere kept; it stands on the page that answers, once.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hopluu_desk::{Invite, Invited, Power, Refusal, Why};
use qrcode::QrCode;
use qrcode::render::svg;

use crate::failure::{self, status_of};
use crate::page::{Page, show_as};
use crate::posted::{Fields, Posted};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// What stands for a spare machine of the province among the communes.
const SPARE: &str = "spare";
/// Sheets drawn up at once; more is a mistake more often than not.
const MOST: usize = 120;

#[derive(Template)]
#[template(path = "devices/invitations.html")]
struct InvitationsPage {
    page: Page,
    /// Code and name.
    communes: Vec<(String, String)>,
    typed: Fields,
    refused: Option<Refusal>,
    sheets: Vec<Sheet>,
    /// What was not drawn up: the place, and why.
    left_out: Vec<(String, String)>,
}

struct Sheet {
    invited: Invited,
    /// A picture of the text.
    square: String,
}

impl InvitationsPage {
    fn picked(&self, code: &str) -> bool {
        self.typed.all("communes").any(|picked| picked == code)
    }

    fn days(&self) -> &str {
        match self.typed.text("days") {
            "" => "14",
            days => days,
        }
    }
}

pub(super) async fn form(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    page(&site, wish, &signed, (Fields::default(), None), (Vec::new(), Vec::new())).await
}

async fn page(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (typed, refused): (Fields, Option<Refusal>),
    (sheets, left_out): (Vec<Sheet>, Vec<(String, String)>),
) -> Response {
    let communes = match site.desk.allow(&signed.who, Power::Machines) {
        Ok(()) => site.desk.invitable().await,
        Err(refusal) => Err(refusal),
    };
    match communes {
        Ok(communes) => {
            let page = wish.page(site, signed, "devices").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &InvitationsPage { page, communes, typed, refused, sheets, left_out })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

pub(super) async fn invite(State(site): State<Arc<Site>>, wish: Wish, posted: Posted) -> Response {
    let Posted { signed, fields } = posted;
    let codes: Vec<String> = fields.all("communes").filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let days = fields.maybe("days").map(|days| days.parse::<u32>());
    let (Ok(days), 1..=MOST) = (days.transpose(), codes.len()) else {
        let refusal = Refusal::new(
            Why::Usage,
            "which-communes",
            "Chọn ít nhất một nơi (nhiều nhất 120) và ghi số ngày bằng chữ số.",
            "Choose at least one place (at most 120) and give the days as a number.",
        );
        return page(&site, wish, &signed, (fields, Some(refusal)), (Vec::new(), Vec::new())).await;
    };
    let names: BTreeMap<String, String> =
        site.desk.invitable().await.map(|all| all.into_iter().collect()).unwrap_or_default();
    let (mut sheets, mut left_out, mut first) = (Vec::new(), Vec::new(), None);
    for code in codes {
        let spare = code == SPARE;
        let label = fields.text("label").to_owned();
        let wanted =
            Invite { commune: (!spare).then(|| code.clone()), spare, label, days, address: fields.maybe("address") };
        match site.desk.invite(&signed.who, wanted).await {
            Ok(invited) => sheets.push(Sheet { square: square(&invited.invitation), invited }),
            Err(refusal) => {
                let place = names.get(&code).cloned().unwrap_or(code);
                left_out.push((place, wish.lang.pick(refusal.vi.clone(), refusal.en.clone())));
                first.get_or_insert(refusal);
            }
        }
    }
    // When nothing was drawn up, that is what the page says; else each place says it for itself.
    match (sheets.is_empty(), first) {
        (true, Some(refusal)) if refusal.why == Why::Forbidden => failure::refused(&site, wish, &signed, refusal).await,
        (true, first) => page(&site, wish, &signed, (fields, first), (sheets, Vec::new())).await,
        (false, _) => page(&site, wish, &signed, (fields, None), (sheets, left_out)).await,
    }
}

/// A text as a square to photograph; empty when it is too long for one, for the text stands beside it.
fn square(text: &str) -> String {
    let Ok(code) = QrCode::new(text.as_bytes()) else { return String::new() };
    let svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    svg.find("<svg").map_or(String::new(), |from| svg[from..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_markup_for_a_page() {
        let svg = square("HL1-ABCDEFGH");
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("<?xml"));
        assert_eq!(square(&"a".repeat(10_000)), "");
    }
}
