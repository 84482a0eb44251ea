//! The one picture of all issues: sums by what they are about, whose they are and how long they take. Every figure opens
//! the list behind it and says how fresh it is.

mod charts;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::{Refusal, Search};
use hopluu_model::Timestamp;
use hopluu_model::fold::IssueState;
use hopluu_view::query::{Cell, CommuneCell, CommuneRow, IssueFilter, Overview, Sum, Week};

use self::charts::Bar;
use crate::failure;
use crate::issues::address;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "overview/show.html")]
struct OverviewPage {
    page: Page,
    names: Names,
    search: Search,
    overview: Overview,
    communes: Vec<CommuneRow>,
    fresh: Fresh,
}

/// How fresh the figures are.
pub(crate) struct Fresh {
    /// As old as its oldest part.
    pub(crate) at: Timestamp,
    /// Communes that were silent for long, of how many.
    pub(crate) late: usize,
    pub(crate) known: usize,
}

impl Fresh {
    /// Of the figures of all communes, as the lines are known to stand; at a commune they are as of now.
    pub(crate) fn of(page: &Page, now: Timestamp) -> Self {
        page.standing.province.as_ref().map_or(Self { at: now, late: 0, known: 0 }, |contact| Self {
            at: contact.fresh,
            late: contact.late,
            known: contact.known,
        })
    }

    /// Of one commune alone, when only that is asked for.
    fn narrowed(self, search: &Search, communes: &[CommuneCell]) -> Self {
        match (search.commune.as_deref().unwrap_or_default(), communes) {
            ("", _) => self,
            (_, [one]) => Self { at: one.received_at.unwrap_or(self.at), late: usize::from(one.is_silent), known: 1 },
            _ => self,
        }
    }
}

/// One row of a table of sums.
struct Line {
    name: String,
    sum: Sum,
    /// The list behind it.
    search: Search,
}

impl Line {
    /// The address of the list behind one of its figures.
    fn link(&self, changed: &[(&str, &str)]) -> String {
        address(&self.search, changed)
    }

    fn open(&self) -> String {
        self.link(&[("open", "yes")])
    }

    fn urgent(&self) -> String {
        self.link(&[("open", "yes"), ("urgent", "yes")])
    }

    fn overdue(&self) -> String {
        self.link(&[("pile", "overdue")])
    }
}

impl OverviewPage {
    fn is(&self, what: &Option<String>, value: &str) -> bool {
        what.as_deref().unwrap_or_default() == value
    }

    fn all(&self) -> Line {
        Line { name: self.page.t("overview.all").to_owned(), sum: self.overview.all, search: self.search.clone() }
    }

    fn lines(&self, cells: &[Cell], name: impl Fn(&str) -> String, narrow: fn(&mut Search, &Cell)) -> Vec<Line> {
        let line = |cell: &Cell| {
            let mut search = self.search.clone();
            narrow(&mut search, cell);
            Line { name: name(&cell.key), sum: cell.sum, search }
        };
        cells.iter().map(line).collect()
    }

    fn by_category(&self) -> Vec<Line> {
        let name = |slug: &str| self.names.category(slug);
        self.lines(&self.overview.by_category, name, |search, cell| search.category = Some(cell.key.clone()))
    }

    fn by_cause(&self) -> Vec<Line> {
        let name = |slug: &str| self.names.word("issue_cause", slug);
        self.lines(&self.overview.by_cause, name, |search, cell| search.cause = Some(cell.key.clone()))
    }

    fn by_state(&self) -> Vec<Line> {
        let name = |slug: &str| {
            IssueState::from_slug(slug)
                .map_or(slug.to_owned(), |state| self.page.pick(state.vi(), state.en()).to_owned())
        };
        self.lines(&self.overview.by_state, name, |search, cell| search.state = Some(cell.key.clone()))
    }

    fn by_department(&self) -> Vec<Line> {
        let nobody = self.page.t("overview.nobody");
        let name = |slug: &str| if slug.is_empty() { nobody.to_owned() } else { self.names.department(slug) };
        self.lines(&self.overview.by_department, name, |search, cell| {
            search.lead = Some(if cell.key.is_empty() { "none".to_owned() } else { cell.key.clone() });
        })
    }

    fn by_age(&self) -> Vec<Line> {
        self.lines(
            &self.overview.by_age,
            |days| self.page.x("age", days),
            |search, cell| {
                search.open = Some("yes".to_owned());
                between(search, &cell.filter);
            },
        )
    }

    fn by_commune<'a>(&'a self) -> Vec<(Line, &'a CommuneCell)> {
        let line = |commune: &'a CommuneCell| {
            let CommuneCell { name, code, sum, .. } = commune;
            let search = Search { commune: Some(code.clone()), ..self.search.clone() };
            (Line { name: name.clone(), sum: *sum, search }, commune)
        };
        self.overview.communes.iter().map(line).collect()
    }

    fn week(&self, week: &Week) -> String {
        let mut search = self.search.clone();
        between(&mut search, &week.filter);
        address(&search, &[])
    }

    fn bars(&self, lines: &[Line]) -> String {
        let bar = |line: &Line| Bar { name: line.name.clone(), all: line.sum.issues, open: line.sum.open };
        let shown: Vec<Bar> = lines.iter().filter(|line| line.sum.issues > 0).map(bar).collect();
        charts::bars(&shown, |count| self.page.number(count))
    }

    fn trend(&self) -> String {
        charts::trend(&self.overview.weeks, |week| week.monday.vi().chars().take(5).collect())
    }

    fn sample(&self, place: &usize) -> String {
        charts::sample(*place)
    }

    /// The list of this picture as a file.
    fn export(&self, format: &str) -> String {
        crate::export::address(&self.search, format)
    }

    /// What narrows the picture, in words: on paper the form is not there.
    fn narrowed(&self) -> String {
        let Search { commune, category, department, urgent, from, to, .. } = &self.search;
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let commune = said(commune).and_then(|code| self.communes.iter().find(|known| known.code == code));
        let day = |key: &str, day: &Option<String>| {
            said(day).and_then(|day| Some(format!("{} {}", self.page.t(key).to_lowercase(), self.page.day(&day)?)))
        };
        let parts = [
            commune.map(|commune| commune.name.clone()),
            said(category).map(|slug| self.names.category(&slug)),
            said(department).map(|slug| self.names.department(&slug)),
            said(urgent).filter(|urgent| urgent == "yes").map(|_| self.page.t("issue.urgent").to_owned()),
            day("filter.from", from),
            day("filter.to", to),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// The days of a cell, which has narrowed those asked for already.
fn between(search: &mut Search, filter: &IssueFilter) {
    search.from = filter.from.map(|day| day.to_string());
    search.to = filter.to.map(|day| day.to_string());
}

pub(crate) async fn show(
    State(site): State<Arc<Site>>,
    Query(search): Query<Search>,
    wish: Wish,
    signed: Signed,
) -> Response {
    // A pile or a page of a list does not narrow the picture.
    let search = Search { pile: None, sort: None, limit: None, offset: None, ..search };
    let lang = wish.lang;
    let ask = || {
        let overview = site.desk.overview(&signed.who, &search)?;
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        Ok::<_, Refusal>((overview, communes, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((overview, communes, names)) => {
            let page = wish.page(&site, &signed, "overview").await;
            let fresh = Fresh::of(&page, site.desk.wall()).narrowed(&search, &overview.communes);
            render(&OverviewPage { page, names, search, overview, communes, fresh })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_opens_the_list_behind_it() {
        let search = Search { category: Some("dat_dai".into()), from: Some("2026-01-01".into()), ..Search::default() };
        let line = Line { name: String::new(), sum: Sum::default(), search };
        assert_eq!(line.link(&[]), "/issues?category=dat_dai&from=2026-01-01");
        assert_eq!(line.urgent(), "/issues?category=dat_dai&from=2026-01-01&open=yes&urgent=yes");
        assert_eq!(line.overdue(), "/issues?category=dat_dai&from=2026-01-01&pile=overdue");
    }
}
