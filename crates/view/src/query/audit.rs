//! Who changed what, from which device, and when it came here.

use std::collections::BTreeMap;

use hopluu_model::{ActorId, By, CollectionId, Date, EventId, EventKind, Field, Kind, RecordId, Timestamp, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params, params_from_iter};
use serde::Serialize;

use crate::cell::{role_from_text, value_from_json, values_from_json};
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::plain;
use crate::{Error, Result, changes};

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

/// One of the two tables in which deeds are kept.
struct Table {
    name: &'static str,
    /// What tells two rows on one record apart.
    key: &'static str,
    /// What [`Deed`] is read from.
    columns: &'static str,
    read: fn(&Row<'_>) -> Result<Deed>,
}

const TABLES: [Table; 2] = [
    Table { name: "event", key: "t.id, null, null", columns: "t.id, t.kind, t.fields", read: event },
    Table { name: "change", key: "t.field, t.at, t.actor", columns: "t.field, t.before, t.after", read: change },
];

/// Where a deed stands: its moment, its table, document and record, and the rest of its key.
type Place = (i64, usize, DocNo, Vec<u8>, [Sql; 3]);

impl Reader {
    /// What was done, newest first. Events are told for ever; what a field was before only as far back as this view
    /// was never begun anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn audit(&self, filter: &AuditFilter) -> Result<AuditPage> {
        let limit = usize::try_from(if filter.limit == 0 { 50 } else { filter.limit }).unwrap_or(usize::MAX);
        let offset = usize::try_from(filter.offset).unwrap_or(usize::MAX);
        let most = limit.saturating_add(offset).saturating_add(1);
        self.ask(|connection| {
            let mut places: Vec<Place> = Vec::new();
            for doc in documents(connection, filter)? {
                for table in 0..TABLES.len() {
                    places.extend(newest(connection, table, (filter, doc), most)?);
                }
            }
            // Of one moment, what happened to a record stands above its beginning.
            places.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| (one.1, &one.3).cmp(&(other.1, &other.3))));
            let more = places.len() > limit.saturating_add(offset);
            let shown = places.into_iter().skip(offset).take(limit);
            Ok(AuditPage { rows: shown.map(|place| read(connection, &place)).collect::<Result<_>>()?, more })
        })
    }
}

/// The documents that are looked through one by one; `None` stands for all at once.
fn documents(connection: &Connection, filter: &AuditFilter) -> Result<Vec<Option<DocNo>>> {
    let (sql, id) = match (filter.record, filter.collection) {
        (Some(record), _) => ("select doc from record where id = ?", record.0),
        (None, Some(collection)) => ("select n from document where collection = ?", collection.0),
        (None, None) => return Ok(vec![None]),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| Ok(Some(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest deeds of a table that are wanted, found in its indexes alone.
fn newest(
    connection: &Connection,
    place: usize,
    (filter, doc): (&AuditFilter, Option<DocNo>),
    most: usize,
) -> Result<Vec<Place>> {
    let (condition, values) = conditions(filter, doc);
    let Table { name, key, .. } = &TABLES[place];
    let sql =
        format!("select moment, doc, record, {key} from {name} t where {condition} order by moment desc limit {most}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok((row.get(0)?, place, row.get(1)?, row.get(2)?, [row.get(3)?, row.get(4)?, row.get(5)?]))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn conditions(filter: &AuditFilter, doc: Option<DocNo>) -> (String, Vec<Sql>) {
    const DAY_MS: i64 = 86_400_000;
    const AHEAD_MS: i64 = 7 * 3_600_000;
    let midnight = |day: Date| Sql::Integer(day.days().saturating_mul(DAY_MS) - AHEAD_MS);
    let mut conditions = vec!["true".to_owned()];
    let mut values = Vec::new();
    let mut want = |condition: &str, value: Sql| {
        conditions.push(condition.to_owned());
        values.push(value);
    };
    if let Some(doc) = doc {
        want("doc = ?", Sql::Integer(doc));
    }
    if let Some(record) = filter.record {
        want("record = ?", Sql::Blob(record.0.to_vec()));
    }
    if let Some(account) = &filter.account {
        want("by = ?", Sql::Text(account.clone()));
    }
    if let Some(device) = &filter.device {
        let digits: String = device.chars().filter(char::is_ascii_hexdigit).collect();
        want("lower(hex(actor)) like ? || '%'", Sql::Text(digits.to_ascii_lowercase()));
    }
    if let Some(day) = filter.from {
        want("moment >= ?", midnight(day));
    }
    if let Some(day) = filter.to {
        want("moment < ?", midnight(day.plus_days(1)));
    }
    (conditions.join(" and "), values)
}

fn read(connection: &Connection, (_, place, doc, record, key): &Place) -> Result<AuditRow> {
    let Table { name, key: names, columns, read } = &TABLES[*place];
    let mut statement = connection.prepare_cached(&format!(
        "select t.moment, t.at, t.received, t.by, t.role, t.actor, d.collection, t.record, r.kind,
           coalesce(r.name, ''), {columns}
         from {name} t cross join document d on d.n = t.doc left join record r on r.doc = t.doc and r.id = t.record
         where t.doc = ? and t.record = ? and ({names}) is (?, ?, ?)",
    ))?;
    let [one, two, three] = key;
    let mut rows = statement.query(params![doc, record, one, two, three])?;
    let row = rows.next()?.ok_or(Error::Unreadable("deed"))?;
    let actor = load::actor_id(row, 5)?;
    let role = row.get_ref(4)?.as_str().map_err(|_| Error::Unreadable("role"))?;
    let collection = CollectionId::from_slice(row.get_ref(6)?.as_blob().unwrap_or_default());
    Ok(AuditRow {
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
        deed: read(row)?,
    })
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
