//! What is derived from records and events, and kept only to be found quickly.
//!
//! Issues are derived one by one, as of the bulletin's rules and whatever the day; units, mergers, buildings and holdings of a commune together, once per
//! batch, as of the day last told ([`crate::Marks::today`]).

pub(crate) mod clashes;
pub(crate) mod commune;
mod issues;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod pointers;
mod records;
pub(crate) mod register;
pub(crate) mod rules;

use std::collections::BTreeSet;

use hopluu_model::{CollectionId, Date, DocId, DocKind, RecordId};
use rusqlite::{Connection, OptionalExtension};

use crate::derive::rules::Rules;
use crate::fold::{Moved, shown_document};
use crate::{Error, Result};

/// The derived tables.
pub(crate) const TABLES: &str = "
create table today(one integer primary key check (one = 1), day text not null);

create table ruled(one integer primary key check (one = 1), rules text not null);
create table epoch(one integer primary key check (one = 1), number integer not null);
create table issue(
  n integer primary key, number integer not null, doc integer not null, record blob not null, code text not null,
  state text not null, open integer not null, urgent integer not null, category text not null, lead text,
  helpers text, cause text not null, other blob, moment integer not null, arrived integer, answered integer,
  solved integer, answer_days integer, solve_days integer, due integer, paused integer not null, met integer,
  reply_due integer, common blob, unconfirmed integer not null, reporter text not null, holder text,
  unique(doc, record));
create index issue_by_code on issue(code);
create index issue_by_number on issue(number);

create table unit(
  doc integer not null, record blob not null, status text not null, successor blob, households integer,
  clashes integer not null, primary key(doc, record)) without rowid;
create table merger(
  doc integer not null, record blob not null, state text not null, standing text not null, effective_on text,
  primary key(doc, record)) without rowid;
create table unit_span(
  doc integer not null, record blob not null, since text not null, until text not null, kind text not null,
  households integer, in_clash integer not null, ending text not null, primary key(doc, record, since)) without rowid;
create table register_sum(
  doc integer primary key, before integer not null, units integer not null, households integer not null,
  in_clash integer not null, gone integer not null, by_kind text not null,
  buildings integer not null, surplus integer not null);
create table people_sum(
  doc integer primary key, people integer not null, concurrent integer not null, gone integer not null);
create table holding_span(
  doc integer not null, record blob not null, person blob not null, post blob not null, unit blob,
  since text not null, until text not null, main integer not null, ending text not null, in_clash integer not null,
  category text not null, primary key(doc, record)) without rowid;
create index holding_of_person on holding_span(doc, person);
create table leaver(
  doc integer not null, record blob not null, person blob not null, reason text not null, since text not null,
  benefit text not null, thanked text, gift text not null, category text not null, in_clash integer not null,
  primary key(doc, record)) without rowid;
create table double(
  doc integer not null, record blob not null, kept blob not null, primary key(doc, record)) without rowid;

create table pointer(
  doc integer not null, record blob not null, target blob not null, primary key(doc, record, target)) without rowid;
create index pointer_by_target on pointer(target);

create table clash(
  key text primary key, scope integer not null, doc integer not null, record blob not null, kind text not null,
  settler text not null, topic text not null, options text not null) without rowid;
create index clash_of_record on clash(doc, record);
";

/// The derived tables whose rows belong to a document and go when it is forgotten.
pub(crate) const OF_DOCUMENTS: [&str; 10] = [
    "unit",
    "unit_span",
    "merger",
    "register_sum",
    "people_sum",
    "holding_span",
    "leaver",
    "double",
    "pointer",
    "clash",
];

/// The derived tables as `dump` prints them.
pub(crate) const DUMP: &[(&str, &str)] = &[
    ("today", "select day from today"),
    (
        "issue",
        "select hex(d.id), hex(t.record), t.code, t.state, t.open, t.urgent, t.category, t.lead, t.helpers, t.cause,
           hex(t.other), t.moment, t.arrived, t.answered, t.solved, t.answer_days, t.solve_days, t.due, t.paused,
           t.met, t.reply_due, hex(t.common), t.unconfirmed, t.reporter, t.holder
         from issue t join document d on d.n = t.doc",
    ),
    (
        "unit",
        "select hex(d.id), hex(t.record), t.status, hex(t.successor), t.households, t.clashes
         from unit t join document d on d.n = t.doc",
    ),
    (
        "merger",
        "select hex(d.id), hex(t.record), t.state, t.standing, t.effective_on
         from merger t join document d on d.n = t.doc",
    ),
    (
        "unit_span",
        "select hex(d.id), hex(t.record), t.since, t.until, t.kind, t.households, t.in_clash, t.ending
         from unit_span t join document d on d.n = t.doc",
    ),
    (
        "register_sum",
        "select hex(d.id), t.before, t.units, t.households, t.in_clash, t.gone, t.by_kind, t.buildings, t.surplus
         from register_sum t join document d on d.n = t.doc",
    ),
    ("people_sum", "select hex(d.id), t.people, t.concurrent, t.gone from people_sum t join document d on d.n = t.doc"),
    (
        "holding_span",
        "select hex(d.id), hex(t.record), hex(t.person), hex(t.post), hex(t.unit), t.since, t.until, t.main, t.ending,
           t.in_clash, t.category
         from holding_span t join document d on d.n = t.doc",
    ),
    (
        "leaver",
        "select hex(d.id), hex(t.record), hex(t.person), t.reason, t.since, t.benefit, t.thanked, t.gift, t.category,
           t.in_clash
         from leaver t join document d on d.n = t.doc",
    ),
    ("double", "select hex(d.id), hex(t.record), hex(t.kept) from double t join document d on d.n = t.doc"),
    ("pointer", "select hex(d.id), hex(t.record), hex(t.target) from pointer t join document d on d.n = t.doc"),
    (
        "clash",
        "select t.key, t.scope, hex(d.id), hex(t.record), t.kind, t.settler, t.topic, t.options
         from clash t join document d on d.n = t.doc",
    ),
];

/// Brings the derived tables up to what moved; returns the records whose derived rows changed.
pub(crate) fn after(tx: &Connection, moved: &[Moved]) -> Result<BTreeSet<RecordId>> {
    let today = today(tx)?;
    let mut also = BTreeSet::new();
    let mut doubled = BTreeSet::new();
    let mut named = BTreeSet::new();
    let mut registers = BTreeSet::new();
    let mut people = BTreeSet::new();
    let rules = if moved.iter().any(|doc| doc.doc.kind == DocKind::Bulletin) {
        issues::follow_bulletin(tx, &mut also)?
    } else {
        Rules::last(tx)?
    };
    for doc in moved {
        let collection = doc.doc.collection;
        if records::derive(tx, doc, &rules, (&mut named, &mut also))? {
            doubled.insert(collection);
        }
        match doc.doc.kind {
            DocKind::Issues(_) | DocKind::Bulletin => {}
            DocKind::Register => {
                registers.insert(collection);
                people.insert(collection);
            }
            DocKind::People => {
                people.insert(collection);
            }
        }
    }
    pointers::follow(tx, &named, &mut also)?;
    for collection in doubled {
        issues::mend_rings(tx, collection, &mut also)?;
    }
    for collection in registers {
        register::derive(tx, collection, today, &mut also)?;
    }
    for collection in people {
        people::derive(tx, collection, today, &mut also)?;
    }
    Ok(also)
}

/// Takes in the newest day that somebody trusted has signed; an earlier one changes nothing. Returns the
/// records whose derived rows changed.
pub(crate) fn begin_day(tx: &Connection, day: Date) -> Result<BTreeSet<RecordId>> {
    let mut also = BTreeSet::new();
    if day <= today(tx)? {
        return Ok(also);
    }
    tx.execute("insert or replace into today(one, day) values (1, ?)", [day.to_string()])?;
    let mut statement = tx.prepare("select distinct collection from document")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = CollectionId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
        let collection = id.ok_or(Error::Unreadable("collection"))?;
        register::derive(tx, collection, day, &mut also)?;
        if let Some(people) = shown_document(tx, DocId::new(collection, DocKind::People))? {
            people::put_sums(tx, people, day)?;
        }
    }
    Ok(also)
}

/// The day as of which derived rows are kept. Before anybody told one nothing has taken effect yet.
pub(crate) fn today(connection: &Connection) -> Result<Date> {
    let mut statement = connection.prepare_cached("select day from today")?;
    let day: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    match day {
        Some(day) => day.parse().map_err(|_| Error::Unreadable("day")),
        None => Ok(Date::new(1, 1, 1).expect("the first day of the calendar exists")),
    }
}
