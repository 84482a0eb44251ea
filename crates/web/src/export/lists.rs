//! Units, decisions about them, communes and directives as rows.

use std::sync::Arc;

use hopluu_desk::Refusal;
use hopluu_model::fold::UnitStatus;

use super::table::{Cell, Column, Table};
use super::{notes, read};
use crate::names::Names;
use crate::page::Page;
use crate::sentence::said;
use crate::site::Site;
use crate::units::Which;

const UNITS: &[Column] = &[
    Column { key: "units.name", slug: "name", width: 30 },
    Column { key: "export.area", slug: "area", width: 24 },
    Column { key: "units.kind", slug: "kind", width: 18 },
    Column { key: "units.homes", slug: "households", width: 10 },
    Column { key: "export.population", slug: "population", width: 12 },
    Column { key: "units.state", slug: "state", width: 20 },
    Column { key: "units.ended", slug: "ended_on", width: 14 },
    Column { key: "units.merged", slug: "lives_in", width: 30 },
    Column { key: "export.decision", slug: "decision", width: 24 },
];

const MERGERS: &[Column] = &[
    Column { key: "mergers.what", slug: "action", width: 14 },
    Column { key: "mergers.units", slug: "from", width: 50 },
    Column { key: "mergers.result", slug: "result", width: 40 },
    Column { key: "filter.state", slug: "state", width: 18 },
    Column { key: "units.state", slug: "standing", width: 22 },
    Column { key: "mergers.effective", slug: "effective_on", width: 14 },
    Column { key: "export.decision", slug: "decision", width: 24 },
    Column { key: "mergers.body", slug: "body", width: 28 },
];

const COMMUNES: &[Column] = &[
    Column { key: "filter.commune", slug: "name", width: 28 },
    Column { key: "commune.code", slug: "code", width: 10 },
    Column { key: "commune.stage", slug: "stage", width: 24 },
    Column { key: "totals.units", slug: "units", width: 12 },
    Column { key: "totals.households", slug: "households", width: 12 },
    Column { key: "commune.open", slug: "issues_open", width: 12 },
    Column { key: "totals.to_settle", slug: "clashes", width: 12 },
    Column { key: "totals.heard", slug: "received_at", width: 17 },
];

const DIRECTIVES: &[Column] = &[
    Column { key: "directives.name", slug: "name", width: 40 },
    Column { key: "directives.text", slug: "text", width: 60 },
    Column { key: "filter.commune", slug: "commune", width: 24 },
    Column { key: "directives.due", slug: "due", width: 14 },
    Column { key: "issue.urgent", slug: "urgent", width: 8 },
    Column { key: "filter.state", slug: "state", width: 18 },
    Column { key: "due.over", slug: "overdue", width: 10 },
    Column { key: "directives.moved", slug: "moved", width: 17 },
    Column { key: "directives.way", slug: "sentence", width: 20 },
    Column { key: "export.entered", slug: "at", width: 17 },
];

/// Units of one commune on a day.
pub(super) fn units(site: &Arc<Site>, page: Page, query: &str) -> Result<Table, Refusal> {
    let which: Which = read(query);
    let names = Names::load(&site.desk, page.lang)?;
    let units = site.desk.units(Some(&which.commune), Some(&which.at))?.map_or_else(Vec::new, |units| units.units);
    let rows = units.into_iter().map(|unit| {
        let state = match unit.status {
            UnitStatus::Planned { .. } | UnitStatus::Future { .. } => page.t("units.planned"),
            UnitStatus::InClash => page.t("issue.clash"),
            UnitStatus::Active => page.t("export.exists"),
            _ => page.t("export.gone"),
        };
        let lives_in = if unit.lives_in == unit.id { String::new() } else { unit.lives_in_name };
        vec![
            Cell::text(unit.name),
            Cell::text(unit.area),
            Cell::text(names.kind(&unit.kind)),
            Cell::number(unit.households),
            Cell::number(unit.population),
            Cell::text(state),
            Cell::day(unit.ended_on),
            Cell::text(lives_in),
            Cell::text(unit.decision),
        ]
    });
    Ok(Table::new(&page, "thon-to", UNITS, notes(site, &page)).with(rows.collect()))
}

/// Decisions about the units of one commune.
pub(super) fn mergers(site: &Arc<Site>, page: Page, query: &str) -> Result<Table, Refusal> {
    let names = Names::load(&site.desk, page.lang)?;
    let units = site.desk.units(Some(&read::<Which>(query).commune), None)?;
    let rows = units.map_or_else(Vec::new, |units| units.mergers).into_iter().map(|row| {
        vec![
            Cell::text(row.action.map_or("", |action| page.pick(action.vi(), action.en()))),
            Cell::text(row.from_names.join(", ")),
            Cell::text(crate::mergers::outcome(&page, &names, &row)),
            Cell::text(page.pick(row.state.vi(), row.state.en())),
            Cell::text(page.pick(row.standing.vi(), row.standing.en())),
            Cell::day(row.effective_on),
            Cell::text(row.decision),
            Cell::text(row.body),
        ]
    });
    Ok(Table::new(&page, "quyet-dinh-thon-to", MERGERS, notes(site, &page)).with(rows.collect()))
}

/// The communes that are known here.
pub(super) fn communes(site: &Arc<Site>, page: Page) -> Result<Table, Refusal> {
    let names = Names::load(&site.desk, page.lang)?;
    let rows = site.desk.reader().communes()?.into_iter().map(|row| {
        vec![
            Cell::text(row.name),
            Cell::text(row.code),
            Cell::text(names.word("stage", &row.stage)),
            Cell::Number(i64::from(row.units)),
            Cell::Number(row.households),
            Cell::Number(i64::from(row.issues_open)),
            Cell::Number(i64::from(row.clashes)),
            Cell::moment(row.received_at),
        ]
    });
    Ok(Table::new(&page, "xa-phuong", COMMUNES, notes(site, &page)).with(rows.collect()))
}

/// Directives, one row for every commune they go to.
pub(super) fn directives(site: &Arc<Site>, page: Page) -> Result<Table, Refusal> {
    let rows = site.desk.directives(None)?.into_iter().map(|row| {
        vec![
            Cell::text(row.name),
            Cell::text(row.text),
            Cell::text(row.commune),
            Cell::day(row.on),
            Cell::yes_no(&page, row.urgent),
            Cell::text(page.pick(row.state.vi(), row.state.en())),
            Cell::yes_no(&page, row.overdue),
            Cell::moment(row.moved),
            Cell::text(said(&page, &row.sentence)),
            Cell::Moment(row.at),
        ]
    });
    Ok(Table::new(&page, "chi-dao", DIRECTIVES, notes(site, &page)).with(rows.collect()))
}
