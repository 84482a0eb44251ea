//! The layout of the tables.
//!
//! `document`, `record`, `event`, `touch` repeat what the documents say; `clock`, `mine`, `refused` what
//! others have said; `issue`, `unit`, `merger`, their sums, `clash` and `search` are derived from the first
//! four and never the only place of anything. `change` and the column `received` of `event` remember what this
//! machine saw happen, as far back as its view was never begun anew. Another layout means another [`LAYOUT`]:
//! the file is then deleted and filled again, there are no migrations.

use rusqlite::Connection;

/// Version of the tables below.
pub(crate) const LAYOUT: i64 = 6;
/// Marks the file as ours: `HLv1` in ASCII.
pub(crate) const APPLICATION: i64 = 0x484c_7631;

/// All tables but `search`, as `dump` prints them.
const TABLES: &str = "
create table document(
  n integer primary key, id blob not null unique, collection blob not null, kind blob not null,
  heads blob, entered_at integer, received_at integer);
create index document_of_collection on document(collection);

create table record(
  n integer primary key, doc integer not null, id blob not null, kind integer not null, fields text not null,
  at integer not null, by text not null, role text not null, actor blob not null,
  name text not null, sort text not null, unique(doc, id));
create index record_by_id on record(id);
create index record_by_kind on record(doc, kind, sort);

create table event(
  doc integer not null, record blob not null, id blob not null, kind integer not null, after blob not null,
  fields text not null, at integer not null, by text not null, role text not null, actor blob not null,
  side integer not null, received integer, moment integer not null, primary key(doc, record, id)) without rowid;
create index event_in_time on event(moment, by, actor);
create index event_of_document on event(doc, moment, by, actor);
create index settlement on event(moment) where kind = 41;

create table change(
  doc integer not null, record blob not null, field integer not null, at integer not null, actor blob not null,
  by text not null, role text not null, before text, after text, received integer, moment integer not null,
  primary key(doc, record, field, at, actor)) without rowid;
create index change_in_time on change(moment, by, actor);
create index change_of_document on change(doc, moment, by, actor);

create table touch(
  doc integer not null, record blob not null, actor blob not null, side integer not null default 0,
  last_seq integer not null default 0, seen_seq integer not null default 0,
  primary key(doc, record, actor)) without rowid;
create index touch_by_actor on touch(doc, actor, last_seq);

create table clock(
  doc integer not null, actor blob not null, relay integer not null default 0, shown integer not null default 0,
  primary key(doc, actor)) without rowid;
create table shown(doc integer primary key, at integer not null);
create table mine(actor blob primary key) without rowid;
create table refused(
  doc integer not null, actor blob not null, seq integer not null, code text not null, text text not null,
  primary key(doc, actor, seq)) without rowid;
";

/// Words only, not where they stand; what begins with one to three letters is found without joining words. The
/// sign `_`, which no search key holds, marks the word that names a record's document.
const SEARCH: &str = "
create virtual table search using fts5(
  text, content='', contentless_delete=1, detail=none, prefix='1 2 3',
  tokenize='unicode61 remove_diacritics 0 tokenchars _');
";

/// Creates all tables in an empty database.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("begin; {TABLES} {} {SEARCH} commit;", crate::derive::TABLES))?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", LAYOUT)
}
