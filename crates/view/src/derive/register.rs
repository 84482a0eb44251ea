//! The rows of units and mergers, and the sums of a register.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{MergerStanding, RegisterFold, Span, UnitFold, UnitStatus};
use hopluu_model::{CollectionId, Date, RecordId};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::derive::commune::Register;
use crate::load::{self, DocNo};

/// The columns of a derived row behind document and record.
pub(super) type Columns = Vec<Sql>;

/// Derives units, mergers, buildings and sums of a commune; names the records whose rows changed.
pub(crate) fn derive(
    tx: &Connection,
    collection: CollectionId,
    today: Date,
    also: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let Some(register) = Register::load(tx, collection)? else { return Ok(()) };
    let no = register.no;
    let (fold, sites) = (register.fold(today), register.fold_sites());
    let units = fold.units.iter().map(|(id, unit)| {
        let (status, successor) = status(&unit.status);
        let successor = successor.map_or(Sql::Null, |id| Sql::Blob(id.0.to_vec()));
        let households = unit.households.map_or(Sql::Null, Sql::Integer);
        (*id, vec![Sql::Text(status.to_owned()), successor, households, count(unit.clashes.len())])
    });
    put(tx, "unit", no, units.collect(), also)?;
    let mergers = register.mergers.iter().filter(|(merger, _)| !merger.is_void()).map(|(merger, own)| {
        let standing = fold.mergers.get(&merger.id).copied().unwrap_or(MergerStanding::NotPassed);
        let day = own.effective_on.map_or(Sql::Null, |day| Sql::Text(day.to_string()));
        let state = Sql::Text(own.state.slug().to_owned());
        (merger.id, vec![state, Sql::Text(standing_slug(standing).to_owned()), day])
    });
    put(tx, "merger", no, mergers.collect(), also)?;
    put_spans(tx, no, &register.spans())?;
    tx.prepare_cached("insert or replace into register_sum values (?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        no,
        count(before(&fold)),
        count(fold.totals.units),
        fold.totals.households,
        count(fold.totals.in_clash),
        count(fold.totals.gone),
        serde_json::to_string(&fold.totals.by_kind)?,
        count(sites.buildings),
        count(sites.surplus.len()),
    ])?;
    clashes::put(tx, Scope::Register, no, &clashes::of_register(&register, fold, sites), also)
}

/// The name of a unit's status, and the unit or merger it points to.
pub(crate) fn status(status: &UnitStatus) -> (&'static str, Option<RecordId>) {
    match status {
        UnitStatus::Active => ("active", None),
        UnitStatus::InClash => ("in_clash", None),
        UnitStatus::Merged { into, .. } => ("merged", Some(*into)),
        UnitStatus::Planned { merger } => ("planned", Some(*merger)),
        UnitStatus::Split { merger, .. } => ("split", Some(*merger)),
        UnitStatus::Dissolved { .. } => ("dissolved", None),
        UnitStatus::Future { .. } => ("future", None),
        UnitStatus::Ended { .. } => ("ended", None),
    }
}

/// The name of a merger's standing.
pub(crate) fn standing_slug(standing: MergerStanding) -> &'static str {
    match standing {
        MergerStanding::NotPassed => "not_passed",
        MergerStanding::Waiting => "waiting",
        MergerStanding::InClash => "in_clash",
        MergerStanding::SetAside => "set_aside",
        MergerStanding::InForce => "in_force",
    }
}

/// How many units there were before any merger: all that exist or existed and that no merger made.
pub(crate) fn before(fold: &RegisterFold) -> usize {
    let there = |unit: &UnitFold| !matches!(unit.status, UnitStatus::Planned { .. } | UnitStatus::Future { .. });
    fold.units.iter().filter(|(id, unit)| !fold.made.contains(id) && there(unit)).count()
}

/// Replaces the days on which the units of a document count, where something differs.
fn put_spans(tx: &Connection, no: DocNo, spans: &[Span]) -> Result<()> {
    let row = |span: &Span| -> Columns {
        vec![
            Sql::Blob(span.unit.0.to_vec()),
            Sql::Text(span.since.to_string()),
            Sql::Text(span.until.to_string()),
            Sql::Text(span.kind.clone()),
            span.households.map_or(Sql::Null, Sql::Integer),
            Sql::Integer(span.in_clash.into()),
            Sql::Text(span.ending.to_owned()),
        ]
    };
    let wanted: Vec<Columns> = spans.iter().map(row).collect();
    let mut known: Vec<Columns> = Vec::with_capacity(wanted.len());
    {
        let mut statement = tx.prepare_cached(
            "select record, since, until, kind, households, in_clash, ending
             from unit_span where doc = ? order by record, since",
        )?;
        let mut rows = statement.query([no])?;
        while let Some(row) = rows.next()? {
            known.push((0..7).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
        }
    }
    if known == wanted {
        return Ok(());
    }
    tx.prepare_cached("delete from unit_span where doc = ?")?.execute([no])?;
    let mut insert = tx.prepare_cached("insert into unit_span values (?, ?, ?, ?, ?, ?, ?, ?)")?;
    for columns in wanted {
        insert.execute(params_from_iter(std::iter::once(Sql::Integer(no)).chain(columns)))?;
    }
    Ok(())
}

fn count(number: usize) -> Sql {
    Sql::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Replaces the rows of a document in a table of documents and records, writing only what differs.
pub(super) fn put(
    tx: &Connection,
    table: &str,
    no: DocNo,
    wanted: BTreeMap<RecordId, Columns>,
    also: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let mut known: BTreeMap<RecordId, Columns> = BTreeMap::new();
    {
        let mut statement = tx.prepare_cached(&format!("select * from {table} where doc = ?"))?;
        let width = statement.column_count();
        let mut rows = statement.query([no])?;
        while let Some(row) = rows.next()? {
            let columns = (2..width).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
            known.insert(load::record_id(row, 1)?, columns);
        }
    }
    for (id, columns) in wanted {
        if known.remove(&id).is_some_and(|old| old == columns) {
            continue;
        }
        also.insert(id);
        let marks = ", ?".repeat(columns.len());
        let row = [Sql::Integer(no), Sql::Blob(id.0.to_vec())].into_iter().chain(columns);
        tx.prepare_cached(&format!("insert or replace into {table} values (?, ?{marks})"))?
            .execute(params_from_iter(row))?;
    }
    for id in known.into_keys() {
        also.insert(id);
        tx.prepare_cached(&format!("delete from {table} where doc = ? and record = ?"))?
            .execute(params![no, id.as_bytes()])?;
    }
    Ok(())
}
