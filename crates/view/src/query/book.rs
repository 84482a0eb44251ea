//! The records of one kind as a book shows them: every value, what they point at by name, what was entered by mistake.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{Said, said};
use hopluu_model::rules;
use hopluu_model::text::search_key;
use hopluu_model::{CollectionId, Date, Field, Kind, RecordId, Snapshot, Value};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::derive::commune::Register;
use crate::derive::names::sort_key;
use crate::derive::pointers;
use crate::derive::today;
use crate::load;
use crate::open::Reader;
use crate::query::history::find;
use crate::query::{RecordRow, plain};

/// A record that another one points at, or that a form offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// What it is.
    #[serde(serialize_with = "plain::text")]
    pub kind: Kind,
    /// By what name lists show it.
    pub name: String,
    /// What tells it from its namesakes, and is typed instead of its name: the area of a unit, the slug of a post.
    pub also: String,
    /// The unit in which a unit lives on, when that is another one.
    pub now: String,
}

impl Named {
    /// Its name with what tells it from its namesakes: "Tổ dân phố 1 (Cải Đan)".
    #[must_use]
    pub fn with_also(&self) -> String {
        if self.also.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.also) }
    }
}

/// A record as its book shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookRow {
    /// What it says, and which of its fields have several values.
    #[serde(flatten)]
    pub record: RecordRow,
    /// By what name lists show it.
    pub title: String,
    /// What its fields point at, by slug of the field in JSON.
    #[serde(serialize_with = "pointed")]
    pub points: BTreeMap<Field, Vec<Named>>,
    /// Whether it was entered by mistake, and is shown and counted nowhere else.
    pub void: bool,
    /// Keys of what is to be settled about it.
    pub clashes: Vec<String>,
    /// Other records with the same key ([`rules::key`]), none of them a mistake, as when two offices loaded one list
    /// without a line: a warning. Units that exist are compared by their names today. Persons of one name are settled.
    #[serde(serialize_with = "plain::texts")]
    pub alike: Vec<RecordId>,
}

impl BookRow {
    /// A field as people read it; empty when it holds nothing.
    #[must_use]
    pub fn said(&self, field: Field) -> Said {
        match (self.points.get(&field), self.record.fields.get(&field)) {
            (Some(points), _) => {
                Said::both(&points.iter().map(|point| point.name.as_str()).collect::<Vec<_>>().join("; "))
            }
            (None, Some(value)) if *value != Value::Empty => said(self.record.kind, field, value),
            _ => Said::default(),
        }
    }

    /// The same in Vietnamese.
    #[must_use]
    pub fn shown(&self, field: Field) -> String {
        self.said(field).vi
    }

    /// The day that a field holds.
    #[must_use]
    pub fn date(&self, field: Field) -> Option<Date> {
        self.record.fields.get(&field).and_then(Value::as_date)
    }

    /// The number that a field holds.
    #[must_use]
    pub fn int(&self, field: Field) -> Option<i64> {
        self.record.fields.get(&field).and_then(Value::as_int)
    }
}

impl Reader {
    /// The records of a kind in a collection, by name; those entered by mistake too, which come last.
    ///
    /// # Errors
    /// When the database fails.
    pub fn book(&self, kind: Kind, collection: CollectionId) -> Result<Vec<BookRow>> {
        self.ask(|connection| {
            let records = of_collection(connection, kind, collection)?;
            let known = Known {
                clashes: clashes(connection, collection)?,
                alike: alike(connection, (kind, collection), &records)?,
            };
            let mut names = NamesOf::new(connection);
            let rows = records.into_iter().map(|record| row(record, &mut names, &known));
            let mut rows = rows.collect::<Result<Vec<_>>>()?;
            rows.sort_by_cached_key(|row| (row.void, sort_key(&row.title), row.record.id));
            Ok(rows)
        })
    }

    /// One record as its book shows it; `None` when the view knows none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn book_row(&self, id: RecordId) -> Result<Option<BookRow>> {
        self.ask(|connection| {
            let Some((_, record)) = find(connection, id)? else { return Ok(None) };
            let (kind, collection) = (record.kind, record.doc.collection);
            let records = of_collection(connection, kind, collection)?;
            let known = Known {
                clashes: clashes(connection, collection)?,
                alike: alike(connection, (kind, collection), &records)?,
            };
            row(record, &mut NamesOf::new(connection), &known).map(Some)
        })
    }

    /// A record, and the records of its collection that hold and name it: what [`hopluu_model::fold::seen`] wants of
    /// whoever calls it a mistake; `None` when the view knows none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn seen_of(&self, id: RecordId) -> Result<Option<(Snapshot, Vec<RecordId>)>> {
        self.ask(|connection| {
            let Some((_, record)) = find(connection, id)? else { return Ok(None) };
            let named_by = pointers::named_by(connection, record.doc.collection, id)?;
            Ok(Some((record, named_by)))
        })
    }

    /// What a field may point at in a collection: the records of these kinds that hold, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn named(&self, kinds: &[Kind], collection: CollectionId) -> Result<Vec<Named>> {
        self.ask(|connection| {
            let mut names = NamesOf::new(connection);
            let mut found = Vec::new();
            for kind in kinds {
                let records = of_collection(connection, *kind, collection)?;
                for record in records.iter().filter(|record| !record.is_void()) {
                    found.push(names.of_record(record)?);
                }
            }
            found.sort_by_cached_key(|named| (sort_key(&named.name), named.id));
            Ok(found)
        })
    }

    /// The records of these ids by name; those that the view does not know are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn names(&self, ids: impl IntoIterator<Item = RecordId>) -> Result<BTreeMap<RecordId, Named>> {
        self.ask(|connection| {
            let mut names = NamesOf::new(connection);
            let mut found = BTreeMap::new();
            for id in ids {
                if let Some(named) = names.of(id)? {
                    found.insert(id, named);
                }
            }
            Ok(found)
        })
    }
}

/// The name of a record in lists, worked out from what it points at where it has none of its own.
pub(crate) fn title(connection: &Connection, record: &Snapshot) -> Result<String> {
    Ok(NamesOf::new(connection).of_record(record)?.name)
}

fn of_collection(connection: &Connection, kind: Kind, collection: CollectionId) -> Result<Vec<Snapshot>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {} from document d cross join record r on r.doc = d.n where d.collection = ? and r.kind = ?",
        load::RECORD
    ))?;
    let mut rows = statement.query(rusqlite::params![collection.0, kind.0])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(load::snapshot(row)?);
    }
    Ok(records)
}

fn clashes(connection: &Connection, collection: CollectionId) -> Result<BTreeMap<RecordId, BTreeSet<String>>> {
    let mut keys: BTreeMap<RecordId, BTreeSet<String>> = BTreeMap::new();
    for clash in super::clashes::listed(connection, Some(collection))? {
        let options = clash.options.iter().filter_map(|option| option.record.parse().ok());
        for record in std::iter::once(clash.record).chain(options) {
            keys.entry(record).or_default().insert(clash.key.clone());
        }
    }
    Ok(keys)
}

/// What is known of records beside what they say.
struct Known {
    clashes: BTreeMap<RecordId, BTreeSet<String>>,
    alike: Vec<Vec<RecordId>>,
}

/// The groups of records of a kind that have one key.
fn alike(
    connection: &Connection,
    (kind, collection): (Kind, CollectionId),
    records: &[Snapshot],
) -> Result<Vec<Vec<RecordId>>> {
    if kind == Kind::UNIT {
        let Some(register) = Register::load(connection, collection)? else { return Ok(Vec::new()) };
        return Ok(register.fold(today(connection)?).namesakes);
    }
    let mut keyed: BTreeMap<Vec<String>, Vec<RecordId>> = BTreeMap::new();
    for record in records.iter().filter(|record| kind != Kind::PERSON && !record.is_void()) {
        let key = rules::key(kind).iter().map(|field| rules::compared(record.get(*field)));
        keyed.entry(key.collect()).or_default().push(record.id);
    }
    Ok(keyed.into_values().filter(|same| same.len() > 1).collect())
}

fn row(record: Snapshot, names: &mut NamesOf<'_>, known: &Known) -> Result<BookRow> {
    let group = known.alike.iter().find(|group| group.contains(&record.id));
    let others = group.into_iter().flatten().filter(|other| **other != record.id);
    let mut points = BTreeMap::new();
    for (field, held) in &record.fields {
        if !rules::points_at(*field).is_empty() {
            points.insert(*field, names.of_value(&held.value)?);
        }
    }
    Ok(BookRow {
        title: names.of_record(&record)?.name,
        points,
        void: record.is_void(),
        clashes: known.clashes.get(&record.id).into_iter().flatten().cloned().collect(),
        alike: others.copied().collect(),
        record: record.into(),
    })
}

/// Names of records, each looked up once.
struct NamesOf<'a> {
    connection: &'a Connection,
    known: BTreeMap<RecordId, Option<Named>>,
    /// Names of units as they are today, and where those live on that have ended.
    units: BTreeMap<CollectionId, BTreeMap<RecordId, (String, String)>>,
}

impl<'a> NamesOf<'a> {
    fn new(connection: &'a Connection) -> Self {
        Self { connection, known: BTreeMap::new(), units: BTreeMap::new() }
    }

    fn of(&mut self, id: RecordId) -> Result<Option<Named>> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        // What points at itself, which only a forger makes, has no name.
        self.known.insert(id, None);
        let named = match find(self.connection, id)? {
            Some((_, record)) => Some(self.of_record(&record)?),
            None => None,
        };
        self.known.insert(id, named.clone());
        Ok(named)
    }

    fn of_value(&mut self, value: &Value) -> Result<Vec<Named>> {
        let ids = value.as_id().into_iter().chain(value.as_ids().iter().copied());
        let mut found = Vec::new();
        for id in ids {
            let unknown = || Named { id, kind: Kind(0), name: id.short(), also: String::new(), now: String::new() };
            found.push(self.of(id)?.unwrap_or_else(unknown));
        }
        Ok(found)
    }

    fn of_record(&mut self, record: &Snapshot) -> Result<Named> {
        let (id, kind) = (record.id, record.kind);
        if kind == Kind::UNIT {
            let (name, now) = self.unit(record)?;
            return Ok(Named { id, kind, name, also: record.text(Field::AREA).to_owned(), now });
        }
        let mut words = Vec::new();
        for field in rules::title(kind) {
            match record.get(*field) {
                None | Some(Value::Empty) => {}
                Some(value @ (Value::Id(_) | Value::Ids(_))) => {
                    words.extend(self.of_value(value)?.into_iter().map(|named| named.name));
                }
                Some(value) => words.push(said(kind, *field, value).vi),
            }
        }
        let also = if kind == Kind::POST { record.text(Field::SLUG).to_owned() } else { String::new() };
        Ok(Named { id, kind, name: words.join(", "), also, now: String::new() })
    }

    /// The name of a unit today, and that of the unit in which it lives on.
    fn unit(&mut self, unit: &Snapshot) -> Result<(String, String)> {
        let collection = unit.doc.collection;
        if !self.units.contains_key(&collection) {
            let units = unit_names(self.connection, collection)?;
            self.units.insert(collection, units);
        }
        let known = self.units.get(&collection).and_then(|units| units.get(&unit.id));
        Ok(known.cloned().unwrap_or_else(|| (unit.text(Field::NAME).to_owned(), String::new())))
    }
}

fn unit_names(connection: &Connection, collection: CollectionId) -> Result<BTreeMap<RecordId, (String, String)>> {
    let Some(register) = Register::load(connection, collection)? else { return Ok(BTreeMap::new()) };
    let fold = register.fold(today(connection)?);
    let name = |unit: RecordId| fold.units.get(&unit).map(|unit| unit.name.clone()).unwrap_or_default();
    let units = fold.units.iter().map(|(id, unit)| {
        let now = fold.successor(*id);
        (*id, (unit.name.clone(), if now == *id { String::new() } else { name(now) }))
    });
    Ok(units.collect())
}

/// Whether a row holds all the words typed, with or without accents, in its name or in any of its values.
#[must_use]
pub fn holds(row: &BookRow, typed: &str) -> bool {
    let wanted = search_key(typed);
    if wanted.is_empty() {
        return true;
    }
    let values = row.record.fields.keys().map(|field| row.shown(*field));
    let text = search_key(&values.chain([row.title.clone()]).collect::<Vec<_>>().join(" "));
    wanted.split(' ').all(|word| text.contains(word))
}

fn pointed<S: serde::Serializer>(
    points: &BTreeMap<Field, Vec<Named>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(points.iter().map(|(field, named)| (field.to_string(), named)))
}
