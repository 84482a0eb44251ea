//! Sums of two days as rows, one for every commune.

use std::sync::Arc;

use axum::extract::Query;
use hopluu_desk::{Compare, Refusal, Why};

use super::notes;
use super::table::{Cell, Column, Table};
use crate::page::Page;
use crate::site::Site;

const COLUMNS: &[Column] = &[
    Column { key: "filter.commune", slug: "commune", width: 24 },
    Column { key: "export.commune_code", slug: "commune_code", width: 10 },
    Column { key: "totals.from", slug: "from", width: 12 },
    Column { key: "totals.to", slug: "to", width: 12 },
    Column { key: "export.units_before", slug: "units_before", width: 12 },
    Column { key: "export.units_after", slug: "units_after", width: 12 },
    Column { key: "totals.in_clash", slug: "units_in_clash", width: 12 },
    Column { key: "totals.households", slug: "households", width: 12 },
    Column { key: "export.people_before", slug: "people_before", width: 12 },
    Column { key: "export.people_after", slug: "people_after", width: 12 },
    Column { key: "totals.concurrent", slug: "concurrent", width: 12 },
    Column { key: "totals.left", slug: "left", width: 12 },
    Column { key: "totals.thanked", slug: "thanked", width: 12 },
    Column { key: "totals.vacant", slug: "vacant", width: 12 },
    Column { key: "totals.vacant_in_units", slug: "vacant_in_units", width: 12 },
    Column { key: "totals.to_settle", slug: "clashes", width: 12 },
    Column { key: "totals.heard", slug: "received_at", width: 17 },
];

/// Two days of each commune.
pub(super) async fn table(site: &Arc<Site>, page: Page, query: &str) -> Result<Table, Refusal> {
    let uri = format!("/?{query}").parse().unwrap_or_default();
    let wanted = Query::<Compare>::try_from_uri(&uri).map_err(|error| {
        Refusal::new(Why::Usage, "unknown-filter", "Không hiểu điều kiện lọc.", "The filter is not known.")
            .because(&error)
    })?;
    let sums = site.desk.compare(&wanted.0).await?.sums;
    let rows = sums.communes.into_iter().map(|commune| {
        let (before, after) = (commune.before, commune.after);
        let number = |count: u32| Cell::Number(count.into());
        vec![
            Cell::text(commune.name),
            Cell::text(commune.code),
            Cell::Day(before.as_of),
            Cell::Day(after.as_of),
            number(before.units),
            number(after.units),
            number(after.units_in_clash),
            Cell::Number(after.households),
            number(before.people),
            number(after.people),
            number(after.concurrent),
            number(after.left),
            number(after.thanked),
            number(after.vacant),
            number(after.vacant_in_units),
            number(commune.clashes),
            Cell::moment(commune.received_at),
        ]
    });
    Ok(Table::new(&page, "tong-hop", COLUMNS, notes(site, &page)).with(rows.collect()))
}
