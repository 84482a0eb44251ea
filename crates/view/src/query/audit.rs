//! Who changed what, from which device, and when it came here.

use std::collections::BTreeMap;

use hopluu_model::{ActorId, By, CollectionId, Date, EventId, EventKind, Field, Kind, RecordId, Timestamp, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;

use crate::cell::{role_from_text, value_from_json, values_from_json};
use crate::open::Reader;
use crate::query::plain;
use crate::{Error, Result, changes, load};

/// Which deeds are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditFilter {
    /// In one collection.
    #[serde(serialize_with = "plain::some_text")]
    pub collection: Option<CollectionId>,
    /// By the account of this name, exactly.
    pub account: Option<String>,
    /// From devices whose author chains begin with these hexadecimal digits (sixteen name a device).
    pub device: Option<String>,
    /// On one record.
    #[serde(serialize_with = "plain::some_text")]
    pub record: Option<RecordId>,
    /// On this day or later.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// On this day or earlier.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// How many at most; 0 means fifty.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u32,
}

/// A page of deeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditPage {
    /// Those of this page, newest first.
    pub rows: Vec<AuditRow>,
    /// Whether there are more behind it.
    pub more: bool,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// By which it is listed and filtered: when it was received, or entered when it was typed here.
    pub moment: Timestamp,
    /// Entered when, by the author's clock, which may be wrong by years.
    pub at: Timestamp,
    /// When it was received here; `None` when it was typed here, or before this view was begun.
    pub received: Option<Timestamp>,
    /// Who typed it.
    pub by: By,
    /// The author chain it came by.
    #[serde(serialize_with = "plain::text")]
    pub actor: ActorId,
    /// The device of that chain: sixteen hexadecimal digits.
    pub device: String,
    /// In whose documents.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// On which record.
    #[serde(serialize_with = "plain::text")]
    pub record: RecordId,
    /// What that record is; `None` while the view does not hold it.
    #[serde(serialize_with = "plain::some_text")]
    pub kind: Option<Kind>,
    /// By what name lists show it.
    pub name: String,
    /// What was done.
    pub deed: Deed,
}

/// What was done to a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Deed {
    /// It was begun.
    Created,
    /// A field was given another value.
    Field {
        /// The field.
        #[serde(serialize_with = "plain::text")]
        field: Field,
        /// What the view held before; `None` when it held nothing, or was begun later.
        #[serde(serialize_with = "plain::some_value")]
        before: Option<Value>,
        /// What was written.
        #[serde(serialize_with = "plain::value")]
        after: Value,
    },
    /// Something happened to it.
    Event {
        /// Its id.
        #[serde(serialize_with = "plain::text")]
        id: EventId,
        /// What happened.
        #[serde(serialize_with = "plain::text")]
        kind: EventKind,
        /// What it says, by slug in JSON.
        #[serde(serialize_with = "plain::fields")]
        fields: BTreeMap<Field, Value>,
    },
}

const CHANGES: &str = "select t.moment, t.at, t.received, t.by, t.role, t.actor, d.collection, t.record,
   r.kind, coalesce(r.name, ''), t.field, t.before, t.after from change t";
const EVENTS: &str = "select t.moment, t.at, t.received, t.by, t.role, t.actor, d.collection, t.record,
   r.kind, coalesce(r.name, ''), t.id, t.kind, t.fields from event t";
const AROUND: &str = "cross join document d on d.n = t.doc left join record r on r.doc = t.doc and r.id = t.record";

impl Reader {
    /// What was done, newest first. Events are told for ever; what a field was before only as far back as this view
    /// was never begun anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn audit(&self, filter: &AuditFilter) -> Result<AuditPage> {
        let (condition, values) = conditions(filter);
        let limit = usize::try_from(if filter.limit == 0 { 50 } else { filter.limit }).unwrap_or(usize::MAX);
        let offset = usize::try_from(filter.offset).unwrap_or(usize::MAX);
        let most = limit.saturating_add(offset).saturating_add(1);
        self.ask(|connection| {
            let rest = format!("{AROUND} where {condition} order by t.moment desc limit {most}");
            let mut rows = ask(connection, &format!("{CHANGES} {rest}"), &values, change)?;
            rows.extend(ask(connection, &format!("{EVENTS} {rest}"), &values, event)?);
            rows.sort_by(|one, other| other.moment.cmp(&one.moment).then_with(|| one.rank().cmp(&other.rank())));
            let more = rows.len() > limit.saturating_add(offset);
            Ok(AuditPage { rows: rows.into_iter().skip(offset).take(limit).collect(), more })
        })
    }
}

impl AuditRow {
    /// Of one moment, the beginning of a record stands below what happened to it.
    fn rank(&self) -> (u8, RecordId) {
        let rank = match self.deed {
            Deed::Event { .. } => 0,
            Deed::Field { .. } => 1,
            Deed::Created => 2,
        };
        (rank, self.record)
    }
}

fn conditions(filter: &AuditFilter) -> (String, Vec<Sql>) {
    const DAY_MS: i64 = 86_400_000;
    let midnight = |day: Date| Sql::Integer((day.days() * DAY_MS).saturating_sub(7 * 3_600_000));
    let mut conditions = vec!["true".to_owned()];
    let mut values = Vec::new();
    let mut want = |condition: &str, value: Sql| {
        conditions.push(condition.to_owned());
        values.push(value);
    };
    if let Some(record) = filter.record {
        // Documents are few; naming them lets the row be found by its key.
        want("t.doc in (select n from document) and t.record = ?", Sql::Blob(record.0.to_vec()));
    }
    if let Some(collection) = filter.collection {
        want("d.collection = ?", Sql::Blob(collection.0.to_vec()));
    }
    if let Some(account) = &filter.account {
        want("t.by = ?", Sql::Text(account.clone()));
    }
    if let Some(device) = &filter.device {
        let digits: String = device.chars().filter(char::is_ascii_hexdigit).collect();
        want("lower(hex(t.actor)) like ? || '%'", Sql::Text(digits.to_ascii_lowercase()));
    }
    if let Some(day) = filter.from {
        want("t.moment >= ?", midnight(day));
    }
    if let Some(day) = filter.to {
        want("t.moment < ?", midnight(day.plus_days(1)));
    }
    (conditions.join(" and "), values)
}

fn ask(
    connection: &Connection,
    sql: &str,
    values: &[Sql],
    deed: fn(&Row<'_>) -> Result<Deed>,
) -> Result<Vec<AuditRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let actor = load::actor_id(row, 5)?;
        let role = row.get_ref(4)?.as_str().map_err(|_| Error::Unreadable("role"))?;
        let collection = CollectionId::from_slice(row.get_ref(6)?.as_blob().unwrap_or_default());
        found.push(AuditRow {
            moment: Timestamp(row.get(0)?),
            at: Timestamp(row.get(1)?),
            received: row.get::<_, Option<i64>>(2)?.map(Timestamp),
            by: By { name: row.get(3)?, role: role_from_text(role)? },
            actor,
            device: actor.to_string().chars().take(16).collect(),
            collection: collection.ok_or(Error::Unreadable("collection"))?,
            record: load::record_id(row, 7)?,
            kind: row.get::<_, Option<u8>>(8)?.map(Kind),
            name: row.get(9)?,
            deed: deed(row)?,
        });
    }
    Ok(found)
}

fn change(row: &Row<'_>) -> Result<Deed> {
    let Some(field) = changes::field(row.get(10)?) else { return Ok(Deed::Created) };
    let value = |column: usize| -> Result<Option<Value>> {
        let json: Option<String> = row.get(column)?;
        json.map(|json| value_from_json(&json)).transpose()
    };
    Ok(Deed::Field { field, before: value(11)?, after: value(12)?.unwrap_or(Value::Empty) })
}

fn event(row: &Row<'_>) -> Result<Deed> {
    let id = EventId::from_slice(row.get_ref(10)?.as_blob().unwrap_or_default());
    let json = row.get_ref(12)?.as_str().map_err(|_| Error::Unreadable("event"))?;
    Ok(Deed::Event {
        id: id.ok_or(Error::Unreadable("event id"))?,
        kind: EventKind(row.get(11)?),
        fields: values_from_json(json)?,
    })
}
