//! Who holds what from when to when, who left, and the sums of it.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{Ending, HoldingSpan, Leaving};
use hopluu_model::{CollectionId, Date, Field, RecordId, Snapshot};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};

use crate::Result;
use crate::derive::clashes::{self, Scope};
use crate::derive::commune::People;
use crate::derive::register::{Columns, put};

/// The first and the last day of the calendar, which stand for no beginning and no end.
pub(crate) const ALWAYS: (&str, &str) = ("0001-01-01", "9999-12-31");

/// Derives spans, leavers, sums and clashes of the people of a commune; names the records whose rows changed.
pub(crate) fn derive(
    tx: &Connection,
    collection: CollectionId,
    today: Date,
    also: &mut BTreeSet<RecordId>,
) -> Result<()> {
    let Some(people) = People::load(tx, collection)? else { return Ok(()) };
    let fold = people.fold();
    let categories = people.persons.iter().map(|person| (person.id, person.text(Field::STAFF_CATEGORY)));
    let categories: BTreeMap<RecordId, &str> = categories.collect();
    let category = |person: &RecordId| categories.get(person).copied().unwrap_or_default();
    let spans = fold.spans.iter().map(|(id, span)| (*id, span_row(span, category(&span.person))));
    put(tx, "holding_span", people.no, spans.collect(), also)?;
    let leavers: BTreeMap<RecordId, &Snapshot> = people.leavers.iter().map(|leaver| (leaver.id, leaver)).collect();
    let left = fold
        .left
        .iter()
        .map(|(person, leaving)| (leaving.record, leaver_row(*person, leaving, &leavers, category(person))));
    put(tx, "leaver", people.no, left.collect(), also)?;
    let doubles = fold.doubles.iter().map(|(double, kept)| (*double, vec![blob(*kept)]));
    put(tx, "double", people.no, doubles.collect(), also)?;
    put_sums(tx, people.no, today)?;
    clashes::put(tx, Scope::People, people.no, &fold.clashes, also)
}

/// Counts who holds something on a day, and who has left by then.
pub(crate) fn put_sums(tx: &Connection, no: i64, day: Date) -> Result<()> {
    tx.prepare_cached(
        "insert or replace into people_sum
         select ?1,
           (select count(distinct person) from holding_span where doc = ?1 and since <= ?2 and until >= ?2),
           (select count(*) from (
             select 1 from holding_span where doc = ?1 and since <= ?2 and until >= ?2
             group by person having count(distinct hex(post) || coalesce(hex(unit), '')) > 1)),
           (select count(*) from leaver where doc = ?1 and since <= ?2)",
    )?
    .execute(params![no, day.to_string()])?;
    Ok(())
}

fn span_row(span: &HoldingSpan, category: &str) -> Columns {
    let ending = match span.ending {
        Ending::Said => "",
        Ending::Left => "left",
        Ending::UnitGone => "unit_gone",
    };
    vec![
        blob(span.person),
        blob(span.post),
        span.unit.map_or(Sql::Null, blob),
        Sql::Text(span.from.map_or_else(|| ALWAYS.0.to_owned(), |day| day.to_string())),
        Sql::Text(span.to.map_or_else(|| ALWAYS.1.to_owned(), |day| day.to_string())),
        Sql::Integer(span.main.into()),
        Sql::Text(ending.to_owned()),
        Sql::Integer(span.in_clash.into()),
        Sql::Text(category.to_owned()),
    ]
}

/// Of records that say the same leaving, what any of them says of benefit, thanks and gift.
fn leaver_row(person: RecordId, leaving: &Leaving, leavers: &BTreeMap<RecordId, &Snapshot>, category: &str) -> Columns {
    let records = || std::iter::once(&leaving.record).chain(&leaving.doubles).filter_map(|id| leavers.get(id));
    let text = |field| records().map(|leaver| leaver.text(field)).find(|text| !text.is_empty()).unwrap_or_default();
    let thanked = records().filter_map(|leaver| leaver.date(Field::THANKED_ON)).min();
    vec![
        blob(person),
        Sql::Text(leaving.reason.clone()),
        Sql::Text(leaving.on.to_string()),
        Sql::Text(text(Field::BENEFIT).to_owned()),
        thanked.map_or(Sql::Null, |day| Sql::Text(day.to_string())),
        Sql::Text(text(Field::GIFT).to_owned()),
        Sql::Text(category.to_owned()),
        Sql::Integer(leaving.in_clash.into()),
    ]
}

fn blob(id: RecordId) -> Sql {
    Sql::Blob(id.0.to_vec())
}
