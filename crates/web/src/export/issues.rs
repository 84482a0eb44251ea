//! Issues as rows.

use std::sync::Arc;

use axum::extract::Query;
use hopluu_desk::{Part, Refusal, Search, Who, Why};
use hopluu_model::Role;
use hopluu_view::query::{IssueFilter, IssueRow};

use super::table::{Cell, Column, Table};
use super::{MOST, notes};
use crate::names::Names;
use crate::page::Page;
use crate::sentence::said;
use crate::site::Site;

/// Rows read at once.
const PIECE: u32 = 500;

const COLUMNS: &[Column] = &[
    Column { key: "export.code", slug: "code", width: 16 },
    Column { key: "filter.commune", slug: "commune", width: 22 },
    Column { key: "export.commune_code", slug: "commune_code", width: 10 },
    Column { key: "filter.state", slug: "state", width: 18 },
    Column { key: "issue.urgent", slug: "urgent", width: 8 },
    Column { key: "filter.category", slug: "category", width: 26 },
    Column { key: "issue.cause", slug: "cause", width: 14 },
    Column { key: "issue.text", slug: "text", width: 60 },
    Column { key: "issue.proposal", slug: "proposal", width: 40 },
    Column { key: "issue.place", slug: "place", width: 22 },
    Column { key: "issue.lead", slug: "lead", width: 24 },
    Column { key: "issue.helpers", slug: "helpers", width: 24 },
    Column { key: "export.entered", slug: "at", width: 17 },
    Column { key: "issue.arrived", slug: "arrived", width: 17 },
    Column { key: "due.label", slug: "due", width: 12 },
    Column { key: "issue.answered", slug: "answered", width: 17 },
    Column { key: "overview.met", slug: "met", width: 10 },
    Column { key: "due.over", slug: "overdue", width: 10 },
    Column { key: "overview.solved", slug: "solved", width: 17 },
    Column { key: "issue.common", slug: "common", width: 30 },
    Column { key: "directives.way", slug: "sentence", width: 20 },
    Column { key: "issue.by", slug: "by", width: 24 },
];

/// What puts issues into words.
struct Teller {
    page: Page,
    names: Names,
    /// Outside the commune only auditors see who typed something; others see their part.
    tells_people: bool,
}

/// The issues wanted, oldest first: what is reported meanwhile comes at the end and moves nothing.
pub(super) fn table(site: &Arc<Site>, who: &Who, page: Page, query: &str) -> Result<Table, Refusal> {
    let search = search(query)?;
    let search = Search { sort: Some("oldest".to_owned()), limit: None, offset: None, ..search };
    let filter = IssueFilter { limit: PIECE, offset: 0, ..site.desk.filter(who, &search)? };
    let first = site.desk.reader().issues(&filter)?;
    let total = usize::try_from(first.total).unwrap_or(usize::MAX);
    let mut table = Table::new(&page, "phieu", COLUMNS, notes(site, &page));
    let tells_people = !site.desk.is_province() || who.part == Part::Auditor;
    let teller = Teller { names: Names::load(&site.desk, page.lang)?, page, tells_people };
    let pages = Pages { site: Arc::clone(site), filter, next: Some(first.rows) };
    let rows = pages.flat_map(|page| match page {
        Ok(rows) => rows.into_iter().map(Ok).collect(),
        Err(refusal) => vec![Err(refusal)],
    });
    table.total = total;
    table.rows = Box::new(rows.take(MOST).map(move |row| row.map(|row| teller.cells(&row))));
    Ok(table)
}

/// The filter of an address.
fn search(query: &str) -> Result<Search, Refusal> {
    let unreadable =
        || Refusal::new(Why::Usage, "unknown-filter", "Không hiểu điều kiện lọc.", "The filter is not understood.");
    let uri = format!("/?{query}").parse().map_err(|_| unreadable())?;
    Query::<Search>::try_from_uri(&uri).map(|Query(search)| search).map_err(|_| unreadable())
}

/// Pages of a list, one after the other.
struct Pages {
    site: Arc<Site>,
    filter: IssueFilter,
    /// The page that was read already.
    next: Option<Vec<IssueRow>>,
}

impl Iterator for Pages {
    type Item = Result<Vec<IssueRow>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = match self.next.take() {
            Some(rows) => rows,
            None => match self.site.desk.reader().issues(&self.filter) {
                Ok(page) => page.rows,
                Err(error) => {
                    // Nothing comes after a failure.
                    self.filter.offset = u32::MAX;
                    return Some(Err(error.into()));
                }
            },
        };
        self.filter.offset = self.filter.offset.saturating_add(PIECE);
        (!rows.is_empty()).then_some(Ok(rows))
    }
}

impl Teller {
    fn cells(&self, row: &IssueRow) -> Vec<Cell> {
        let Self { page, names, tells_people } = self;
        let helpers: Vec<String> = row.helpers.iter().map(|slug| names.department(slug)).collect();
        let place = match (row.place_name.as_str(), row.place_now.as_str()) {
            (place, "") => place.to_owned(),
            (place, now) => format!("{place} ({})", page.s("issue.place_now", now)),
        };
        let role = page.x("role", role(row.by.role));
        vec![
            Cell::text(&row.code),
            Cell::text(&row.commune),
            Cell::text(&row.commune_code),
            Cell::text(page.pick(row.state.vi(), row.state.en())),
            Cell::yes_no(page, row.urgent),
            Cell::text(names.category(&row.category)),
            Cell::text(names.word("issue_cause", &row.cause)),
            Cell::text(&row.text),
            Cell::text(&row.proposal),
            Cell::text(place),
            Cell::text(row.lead.as_deref().map(|slug| names.department(slug)).unwrap_or_default()),
            Cell::text(helpers.join(", ")),
            Cell::Moment(row.at),
            Cell::moment(row.arrived),
            Cell::day(row.due),
            Cell::moment(row.answered),
            row.met.map_or(Cell::Empty, |met| Cell::yes_no(page, met)),
            Cell::yes_no(page, row.overdue),
            Cell::moment(row.solved),
            Cell::text(&row.common_name),
            Cell::text(said(page, &row.sentence)),
            Cell::text(if *tells_people { row.by.name.clone() } else { role }),
        ]
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Clerk => "clerk",
        Role::Leader => "leader",
        Role::Triage => "triage",
        Role::Handler => "handler",
        Role::Admin => "admin",
        Role::Program => "program",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_that_of_the_list() {
        let read = search("category=dat_dai&search=%C4%91%C6%B0%E1%BB%9Dng&urgent=yes").unwrap();
        assert_eq!((read.category.as_deref(), read.search.as_str()), (Some("dat_dai"), "đường"));
        assert_eq!(search("limit=x").unwrap_err().code, "unknown-filter");
        assert!(search("nothing=known").is_ok());
    }
}
