//! The rows of issues. They never depend on the day: what is overdue is a comparison in the question.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{self, IssueFold, IssueState, Terms};
use hopluu_model::{CollectionId, Date, Event, Field, Kind, RecordId, Side, Snapshot, Timestamp, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::Result;
use crate::derive::rules::{Rules, Span, day_of};
use crate::load::{self, DocNo};

/// What issues on a ring of duplicates show: triage has them, and none is a duplicate.
const ON_RING: IssueState = IssueState::Received;

/// The columns behind `n` and `number`, in the order of [`columns`].
const COLUMNS: &str = "doc, record, code, state, open, urgent, category, lead, helpers, cause, other, moment, arrived,
   answered, solved, answer_days, solve_days, due, paused, met, reply_due, common, unconfirmed, reporter, holder";

/// Derives the row of an issue; writes only what differs.
pub(crate) fn put(tx: &Connection, no: DocNo, issue: &Snapshot, rules: &Rules) -> Result<IssueFold> {
    let events = load::events(tx, no, issue.id)?;
    let fold = fold::issue(issue.doc, &events);
    let wanted = columns(no, issue, (&events, &fold), rules);
    let n: i64 = tx
        .prepare_cached("select n from record where doc = ? and id = ?")?
        .query_row(params![no, issue.id.as_bytes()], |row| row.get(0))?;
    match known(tx, no, issue.id)? {
        Some((old, columns)) if old == n && columns == wanted => return Ok(fold),
        // The record was written anew under another row number.
        Some((old, _)) if old != n => drop(tx, no, issue.id)?,
        _ => {}
    }
    let number = next_number(tx)?;
    let marks = ", ?".repeat(wanted.len());
    tx.prepare_cached(&format!("insert or replace into issue(n, number, {COLUMNS}) values (?, ?{marks})"))?
        .execute(params_from_iter([Sql::Integer(n), Sql::Integer(number)].into_iter().chain(wanted)))?;
    Ok(fold)
}

/// Drops the row of an issue, if there is one.
pub(crate) fn drop(tx: &Connection, no: DocNo, id: RecordId) -> Result<()> {
    let gone =
        tx.prepare_cached("delete from issue where doc = ? and record = ?")?.execute(params![no, id.as_bytes()])?;
    if gone > 0 {
        tx.execute("insert into epoch(one, number) values (1, 1) on conflict do update set number = number + 1", [])?;
    }
    Ok(())
}

/// The issue that an issue is derived to double.
pub(crate) fn doubles(tx: &Connection, no: DocNo, id: RecordId) -> Result<Option<Vec<u8>>> {
    let mut statement = tx.prepare_cached("select other from issue where doc = ? and record = ?")?;
    let other: Option<Option<Vec<u8>>> =
        statement.query_row(params![no, id.as_bytes()], |row| row.get(0)).optional()?;
    Ok(other.flatten())
}

/// Gives the duplicates of a commune their state: on a ring none is one.
pub(crate) fn mend_rings(tx: &Connection, collection: CollectionId, also: &mut BTreeSet<RecordId>) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "select i.record, i.other, i.n, i.state from document d join issue i on i.doc = d.n
         where d.collection = ? and i.other is not null",
    )?;
    let mut rows = statement.query([collection.as_bytes()])?;
    let mut found: Vec<(RecordId, i64, String)> = Vec::new();
    let mut doubles = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let issue = load::record_id(row, 0)?;
        doubles.insert(issue, load::record_id(row, 1)?);
        found.push((issue, row.get(2)?, row.get(3)?));
    }
    let on_ring = fold::duplicates(&doubles);
    for (issue, n, was) in found {
        let state = if on_ring.contains(&issue) { ON_RING } else { IssueState::Duplicate };
        if was != state.slug() {
            also.insert(issue);
            let number = next_number(tx)?;
            tx.prepare_cached("update issue set state = ?, open = ?, number = ? where n = ?")?.execute(params![
                state.slug(),
                state.is_open(),
                number,
                n
            ])?;
        }
    }
    Ok(())
}

/// Takes in what the bulletin says now and derives anew the issues that depend on what it said otherwise before;
/// gives the rules that hold and names the issues whose rows moved.
pub(crate) fn follow_bulletin(tx: &Connection, also: &mut BTreeSet<RecordId>) -> Result<Rules> {
    let (before, rules) = (Rules::last(tx)?, Rules::now(tx)?);
    if before == rules {
        return Ok(rules);
    }
    let changed = rules.changed(&before);
    let mut affected: Vec<(DocNo, RecordId)> = Vec::new();
    {
        let mut statement = tx.prepare_cached(
            "select doc, record, category, arrived, due, answered, solved, reply_due,
               exists (select 1 from clash c where c.doc = i.doc and c.record = i.record)
             from issue i where arrived is not null",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let moment = |column: usize| -> Result<Option<i64>> {
                Ok(row.get::<_, Option<i64>>(column)?.map(|at| day_of(Timestamp(at))))
            };
            let span = Span {
                category: row.get_ref(2)?.as_str().unwrap_or_default(),
                in_clash: row.get(8)?,
                arrived: day_of(Timestamp(row.get(3)?)),
                last: row.get::<_, Option<i64>>(4)?.max(moment(5)?).max(moment(6)?),
                reply_due: row.get(7)?,
            };
            if changed.moves(&span) {
                affected.push((row.get(0)?, load::record_id(row, 1)?));
            }
        }
    }
    for (no, id) in affected {
        if let Some(issue) = load::record(tx, no, id)?.filter(|record| record.kind == Kind::ISSUE) {
            put(tx, no, &issue, &rules)?;
            also.insert(id);
        }
    }
    rules.put(tx)?;
    Ok(rules)
}

/// Above all numbers given: readers ask for the rows that moved since the highest they know.
fn next_number(tx: &Connection) -> Result<i64> {
    let mut statement = tx.prepare_cached("select coalesce(max(number), 0) + 1 from issue")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn known(tx: &Connection, no: DocNo, id: RecordId) -> Result<Option<(i64, Vec<Sql>)>> {
    let mut statement = tx.prepare_cached(&format!("select n, {COLUMNS} from issue where doc = ? and record = ?"))?;
    let width = statement.column_count();
    let mut rows = statement.query(params![no, id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let columns = (1..width).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
    Ok(Some((row.get(0)?, columns)))
}

fn columns(no: DocNo, issue: &Snapshot, (events, fold): (&[Event], &IssueFold), rules: &Rules) -> Vec<Sql> {
    let category = fold.category.as_deref().unwrap_or_else(|| issue.text(Field::CATEGORY));
    let flag = |yes: bool| Sql::Integer(yes.into());
    let number = |number: Option<i64>| number.map_or(Sql::Null, Sql::Integer);
    let moment = |at: Option<Timestamp>| number(at.map(|at| at.0));
    let words = |text: &str| Sql::Text(text.to_owned());
    let maybe = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Sql::Null, words);
    let record = |id: Option<RecordId>| id.map_or(Sql::Null, |id| Sql::Blob(id.0.to_vec()));
    let took = |end: Option<Timestamp>| number(fold.arrived.zip(end).map(|(from, to)| rules.working_days(from, to)));
    let allowed = fold::days_allowed(issue, fold, |category| rules.days(category));
    let deadline = allowed
        .and_then(|answer| fold::deadline(events, fold, Terms { answer, reply: rules.reply_days }, &rules.calendar));
    let day = |day: Option<Date>| number(day.map(Date::days));
    vec![
        Sql::Integer(no),
        record(Some(issue.id)),
        words(issue.text(Field::CODE)),
        words(fold.state.slug()),
        flag(fold.state.is_open()),
        flag(issue.get(Field::URGENT) == Some(&Value::Bool(true))),
        words(category),
        maybe(fold.lead.as_deref()),
        maybe(Some(&fold.helpers.join(","))),
        words(issue.text(Field::CAUSE)),
        record(fold.other),
        Sql::Integer(fold.arrived.unwrap_or(issue.stamp.at).0),
        moment(fold.arrived),
        moment(fold.answered),
        moment(fold.solved),
        took(fold.answered),
        took(fold.solved),
        day(deadline.map(|deadline| deadline.due)),
        flag(deadline.is_some_and(|deadline| deadline.paused)),
        deadline.and_then(|deadline| deadline.met).map_or(Sql::Null, flag),
        day(deadline.and_then(|deadline| deadline.reply_due)),
        record(fold.common),
        flag(fold.unconfirmed),
        words(&issue.stamp.by.name),
        maybe(holder(events)),
    ]
}

/// Who at the province moved it last: whose work it is there.
fn holder(events: &[Event]) -> Option<&str> {
    let moves = events.iter().filter(|event| event.side == Side::Province && event.kind.is_state());
    moves.max_by_key(|event| (event.stamp.at, event.id)).map(|event| event.stamp.by.name.as_str())
}
