//! Sums over communes on two days: before, after, difference. Every figure says how fresh it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::{Compare, Compared, Refusal};
use hopluu_view::query::{CommuneRow, Figures};

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "totals.html")]
struct TotalsPage {
    page: Page,
    names: Names,
    wanted: Compare,
    communes: Vec<CommuneRow>,
    compared: Compared,
    refused: Option<Refusal>,
}

/// One figure on both days.
struct Line {
    name: String,
    before: i64,
    after: i64,
    /// Whether it is a part of the one above.
    part: bool,
}

impl Line {
    fn new(name: impl Into<String>, before: impl Into<i64>, after: impl Into<i64>) -> Self {
        Self { name: name.into(), before: before.into(), after: after.into(), part: false }
    }

    fn part(self) -> Self {
        Self { part: true, ..self }
    }
}

/// The figures of one subject.
struct Group<'a> {
    title: &'a str,
    lines: Vec<Line>,
}

impl TotalsPage {
    fn typed<'a>(&self, text: &'a Option<String>) -> &'a str {
        text.as_deref().unwrap_or_default()
    }

    /// What the level above is called: as the province has set it, else by what this office is.
    fn title(&self) -> String {
        let upper = &self.compared.upper;
        if upper.is_empty() || !self.page.is_province() {
            return self.page.t("nav.totals").to_owned();
        }
        format!("{}: {upper}", self.page.t("nav.totals"))
    }

    /// A difference with its sign.
    fn difference(&self, before: &i64, after: &i64) -> String {
        let change = after - before;
        if change > 0 { format!("+{}", self.page.number(change)) } else { self.page.number(change).replace('-', "−") }
    }

    fn gone(&self, before: &u32, after: &u32) -> String {
        self.difference(&i64::from(*before), &i64::from(*after))
    }

    fn equipment(&self) -> Vec<(String, i64, i64)> {
        let rows = self.compared.sums.equipment.iter();
        rows.map(|(slug, (count, weak))| (self.names.word("equipment_kind", slug), *count, *weak)).collect()
    }

    fn groups(&self) -> Vec<Group<'_>> {
        let (before, after) = (&self.compared.sums.before, &self.compared.sums.after);
        let page = &self.page;
        let line = |name: &str, of: fn(&Figures) -> u32| Line::new(name, of(before), of(after));
        let words = |list: &str, of: fn(&Figures) -> &BTreeMap<String, u32>| {
            let names = |slug: &str| self.names.word(list, slug);
            parts(of(before), of(after), names)
        };
        let kinds = |figures: &Figures| figures.units_by_kind.iter().map(|(slug, sum)| (slug.clone(), sum.0)).collect();
        let mut units = vec![line(page.t("totals.units"), |of| of.units)];
        units.extend(parts(&kinds(before), &kinds(after), |slug| self.names.kind(slug)));
        units.push(line(page.t("totals.in_clash"), |of| of.units_in_clash).part());
        units.push(Line::new(page.t("totals.households"), before.households, after.households));
        let mut people = vec![line(page.t("totals.people"), |of| of.people)];
        people.extend(words("staff_category", |of| &of.people_by_category));
        people.push(line(page.t("totals.of_units"), |of| of.people_of_units).part());
        people.push(line(page.t("totals.of_communes"), |of| of.people_of_communes).part());
        people.push(line(page.t("totals.concurrent"), |of| of.concurrent).part());
        let mut posts = vec![line(page.t("totals.posts"), |of| of.posts)];
        posts.push(line(page.t("totals.vacant"), |of| of.vacant).part());
        posts.push(line(page.t("totals.vacant_in_units"), |of| of.vacant_in_units));
        let mut left = vec![line(page.t("totals.left"), |of| of.left)];
        left.extend(words("exit_reason", |of| &of.left_by_reason));
        left.push(line(page.t("totals.thanked"), |of| of.thanked).part());
        left.push(line(page.t("totals.paid"), |of| of.paid).part());
        vec![
            Group { title: page.t("nav.units"), lines: units },
            Group { title: page.t("nav.people"), lines: people },
            Group { title: page.t("totals.posts_title"), lines: posts },
            Group { title: page.t("totals.left_title"), lines: left },
        ]
    }
}

/// What a sum consists of, on both days.
fn parts(before: &BTreeMap<String, u32>, after: &BTreeMap<String, u32>, name: impl Fn(&str) -> String) -> Vec<Line> {
    let slugs: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let count = |of: &BTreeMap<String, u32>, slug: &str| of.get(slug).copied().unwrap_or(0);
    slugs.into_iter().map(|slug| Line::new(name(slug), count(before, slug), count(after, slug)).part()).collect()
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(wanted): Query<Compare>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let lang = wish.lang;
    // A day that cannot be read is told beside the form; the figures are then those of today.
    let (compared, refused) = match site.desk.compare(&wanted).await {
        Ok(compared) => (Ok(compared), None),
        Err(refusal) => (site.desk.compare(&Compare::default()).await, Some(refusal)),
    };
    let asked = compared.and_then(|compared| {
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        Ok((compared, communes, Names::load(&site.desk, lang)?))
    });
    match asked {
        Ok((compared, communes, names)) => {
            let page = wish.page(&site, &signed, "totals").await;
            render(&TotalsPage { page, names, wanted, communes, compared, refused })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
