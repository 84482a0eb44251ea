//! Who did what, as rows.

use std::sync::Arc;

use hopluu_desk::{Power, Refusal, Who};

use super::table::{Cell, Column, Table};
use super::{notes, read};
use crate::accounts::audit::{Asked, AskedRecords, after, before, role, what};
use crate::page::Page;
use crate::site::Site;

/// Rows read at once.
const BATCH: u32 = 500;
/// Changes of records in one file at most: whoever needs more asks day by day.
const CHANGES: usize = 20_000;

const TRAIL: &[Column] = &[
    Column { key: "audit.at", slug: "at", width: 17 },
    Column { key: "audit.deed", slug: "deed", width: 28 },
    Column { key: "audit.by", slug: "by", width: 28 },
    Column { key: "setup.part", slug: "part", width: 20 },
    Column { key: "audit.about", slug: "about", width: 28 },
    Column { key: "audit.more", slug: "text", width: 28 },
    Column { key: "own.where", slug: "from", width: 20 },
];

const RECORDS: &[Column] = &[
    Column { key: "audit.entered", slug: "at", width: 17 },
    Column { key: "audit.received", slug: "received", width: 17 },
    Column { key: "audit.by", slug: "by", width: 28 },
    Column { key: "setup.part", slug: "role", width: 20 },
    Column { key: "audit.record", slug: "name", width: 30 },
    Column { key: "audit.record_id", slug: "record", width: 34 },
    Column { key: "audit.deed", slug: "deed", width: 28 },
    Column { key: "audit.before", slug: "before", width: 40 },
    Column { key: "audit.after", slug: "after", width: 40 },
    Column { key: "audit.device", slug: "device", width: 18 },
];

/// The trail of this machine.
pub(super) async fn trail(site: &Arc<Site>, who: &Who, page: Page, query: &str) -> Result<Table, Refusal> {
    let mut asked = read::<Asked>(query).query();
    (asked.before, asked.limit) = (None, BATCH);
    let mut rows = Vec::new();
    loop {
        let lines = site.desk.trail(who, asked.clone()).await?;
        rows.extend(lines.rows.into_iter().map(|line| {
            let (vi, en) = line.deed.words();
            vec![
                Cell::Moment(line.at),
                Cell::text(page.pick(vi, en)),
                Cell::text(line.by),
                Cell::text(line.part.map(|part| page.x("part", part.slug())).unwrap_or_default()),
                Cell::text(line.about),
                Cell::text(line.text),
                Cell::text(line.from.map(|from| from.to_string()).unwrap_or_default()),
            ]
        }));
        let Some(next) = lines.next else { break };
        asked.before = Some(next);
    }
    Ok(Table::new(&page, "nhat-ky", TRAIL, notes(site, &page)).with(rows))
}

/// Changes of records; that they were looked at is written down first.
pub(super) async fn records(site: &Arc<Site>, who: &Who, page: Page, query: &str) -> Result<Table, Refusal> {
    site.desk.allow(who, Power::Audit)?;
    let mut asked = read::<AskedRecords>(query).query();
    (asked.offset, asked.limit) = (0, BATCH);
    site.desk.saw_person(who, "/audit/records").await?;
    let mut rows = Vec::new();
    loop {
        let changes = site.desk.audit(who, &asked)?;
        rows.extend(changes.rows.iter().map(|row| {
            vec![
                Cell::Moment(row.at),
                Cell::moment(row.received),
                Cell::text(&row.by.name),
                Cell::text(role(&page, row.by.role)),
                Cell::text(&row.name),
                Cell::text(row.record.to_string()),
                Cell::text(what(&page, row)),
                Cell::text(before(row)),
                Cell::text(after(row)),
                Cell::text(&row.device),
            ]
        }));
        if !changes.more || rows.len() >= CHANGES {
            break;
        }
        asked.offset += BATCH;
    }
    Ok(Table::new(&page, "thay-doi", RECORDS, notes(site, &page)).with(rows))
}
