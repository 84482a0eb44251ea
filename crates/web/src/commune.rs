//! A commune in one picture, and at the province the list of communes with the province's own figures.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::{CommuneDetail, Refusal, ReportedFigure};
use hopluu_model::{Field, Value};
use hopluu_view::query::{BookRow, CommuneRow, EquipmentRow};
use serde::Deserialize;

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// Which commune.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    /// Its code; at the province the list of all when empty.
    commune: String,
}

#[derive(Template)]
#[template(path = "commune/all.html")]
struct AllPage {
    page: Page,
    names: Names,
    communes: Vec<CommuneRow>,
    figures: Vec<ReportedFigure>,
}

#[derive(Template)]
#[template(path = "commune/one.html")]
struct OnePage {
    page: Page,
    names: Names,
    detail: CommuneDetail,
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(which): Query<Which>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let desk = &site.desk;
    let lang = wish.lang;
    let page = wish.clone().page(&site, &signed, "commune").await;
    let ask = async {
        let names = Names::load(desk, lang)?;
        if desk.is_province() && which.commune.is_empty() {
            let figures = desk.reported(&signed.who).await?;
            let communes = desk.reader().communes()?;
            return Ok::<_, Refusal>(render(&AllPage { page, names, communes, figures }));
        }
        Ok(render(&OnePage { page, names, detail: desk.commune(Some(&which.commune))? }))
    };
    match ask.await {
        Ok(response) => response,
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

impl OnePage {
    /// The name on top: that of its record, else where this machine stands.
    fn title(&self) -> String {
        let Some(row) = &self.detail.row else { return self.page.standing.label.clone() };
        let full = self.detail.now.as_ref().filter(|now| now.name.ends_with(&row.name));
        full.map_or_else(|| row.name.clone(), |now| now.name.clone())
    }

    /// A field of its own record, as people read it.
    fn own(&self, slug: &str) -> String {
        let field = Field::from_slug(slug);
        let said = self.detail.picture.record.as_ref().zip(field).map(|(row, field)| row.said(field));
        said.map(|said| self.page.pick(said.vi, said.en)).unwrap_or_default()
    }

    /// A number of its own record; a dash where there is none.
    fn number(&self, slug: &str) -> String {
        let number = Field::from_slug(slug).zip(self.detail.picture.record.as_ref());
        let number = number.and_then(|(field, row)| row.int(field));
        number.map_or_else(|| "–".to_owned(), |number| self.page.number(number))
    }

    /// Its area in square kilometres, which is written down in hectares.
    fn area(&self) -> String {
        let hectares = self.detail.picture.record.as_ref().and_then(|row| row.int(Field::AREA_HA));
        let said = |ha: i64| {
            let (whole, rest) = (self.page.number(ha / 100), ha % 100);
            format!("{whole}{}{rest:02} km²", self.page.pick(',', '.'))
        };
        hectares.map_or_else(|| "–".to_owned(), said)
    }

    /// A distance in metres as people say it.
    fn distance(&self, metres: &i64) -> String {
        if *metres < 1_000 {
            return format!("{} m", self.page.number(*metres));
        }
        format!("{}{}{} km", self.page.number(metres / 1_000), self.page.pick(',', '.'), metres % 1_000 / 100)
    }

    /// What was decided about the council, and from which day.
    fn regime(&self, row: &BookRow) -> String {
        let has = row.record.fields.get(&Field::COUNCIL) == Some(&Value::Bool(true));
        let what = if has { self.page.t("commune.council") } else { self.page.t("commune.no_council") };
        let since = row.date(Field::VALID_FROM).map(|day| self.page.date(&day)).unwrap_or_default();
        let by = row.shown(Field::DECISION);
        let said = format!("{what} {} {since}", self.page.t("units.since"));
        if by.is_empty() { said } else { format!("{said} ({by})") }
    }

    /// "5 máy tính".
    fn equipment(&self, row: &EquipmentRow) -> String {
        format!("{} {}", self.page.number(row.count), self.names.word("equipment_kind", &row.kind))
    }
}
