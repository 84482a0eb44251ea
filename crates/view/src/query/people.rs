//! Who holds which post. Personal data: whoever shows it logs that it was seen.

use std::collections::BTreeMap;

use hopluu_model::fold::HoldingFold;
use hopluu_model::{CollectionId, Date, Field, RecordId, Snapshot, Value};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::derive::commune::{People, Register};
use crate::derive::today;
use crate::open::Reader;
use crate::query::plain;

/// The people and posts of a commune on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Staff {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// Everybody ever known, by name.
    pub people: Vec<PersonRow>,
    /// All posts, by title.
    pub posts: Vec<PostRow>,
    /// How many people hold something.
    pub serving: usize,
    /// How many hold more than one thing.
    pub concurrent: usize,
}

/// A person in office.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonRow {
    /// The person's id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Name.
    pub name: String,
    /// Slug of the category of staff.
    pub category: String,
    /// The last day, of those who left.
    #[serde(serialize_with = "plain::some_text")]
    pub left: Option<Date>,
    /// All that the person holds or held.
    pub holdings: Vec<HoldingRow>,
}

/// A person's holding of a post.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HoldingRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The post.
    #[serde(serialize_with = "plain::some_text")]
    pub post: Option<RecordId>,
    /// Its title.
    pub post_name: String,
    /// The unit, for posts of units.
    #[serde(serialize_with = "plain::some_text")]
    pub unit: Option<RecordId>,
    /// Its name.
    pub unit_name: String,
    /// `main` or `concurrent`.
    pub tenure: String,
    /// First day.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// Whether it is in force on the day asked for.
    pub in_force: bool,
}

/// A post and who holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PostRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub name: String,
    /// Slug of its system.
    pub system: String,
    /// `commune` or `unit`.
    pub scope: String,
    /// How many may hold it at once; `None` means any number.
    pub max_holders: Option<i64>,
    /// Where it is held today: one seat for a post of the commune, one per unit for a post of units.
    pub seats: Vec<SeatRow>,
}

/// The holders of a post in one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeatRow {
    /// The unit, for posts of units.
    #[serde(serialize_with = "plain::some_text")]
    pub unit: Option<RecordId>,
    /// Its name.
    pub unit_name: String,
    /// Ids of the holdings.
    #[serde(serialize_with = "plain::texts")]
    pub holdings: Vec<RecordId>,
    /// Names of the holders, in the same order.
    pub holders: Vec<String>,
}

impl Reader {
    /// People and posts of a commune on a day, or on the newest day known; `None` when the view holds no
    /// people of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn staff(&self, collection: CollectionId, as_of: Option<Date>) -> Result<Option<Staff>> {
        self.ask(|connection| {
            let day = as_of.map_or_else(|| today(connection), Ok)?;
            let Some(people) = People::load(connection, collection)? else { return Ok(None) };
            let names = names(connection, collection, &people)?;
            let fold = people.fold(day);
            Ok(Some(Staff {
                as_of: day,
                people: people.persons.iter().map(|person| person_row(person, &people, &fold, &names)).collect(),
                posts: people.posts.iter().map(|post| post_row(post, &people, &fold, &names)).collect(),
                serving: fold.people,
                concurrent: fold.concurrent,
            }))
        })
    }
}

type Names = BTreeMap<RecordId, String>;

fn names(connection: &Connection, collection: CollectionId, people: &People) -> Result<Names> {
    let register = Register::load(connection, collection)?;
    let units = register.iter().flat_map(|register| &register.units);
    let named = units.chain(&people.posts).chain(&people.persons);
    Ok(named.map(|record| (record.id, record.text(Field::NAME).to_owned())).collect())
}

fn name(names: &Names, id: Option<RecordId>) -> String {
    id.and_then(|id| names.get(&id)).cloned().unwrap_or_default()
}

fn person_row(person: &Snapshot, people: &People, fold: &HoldingFold, names: &Names) -> PersonRow {
    let own = people.holdings.iter().filter(|holding| id(holding, Field::PERSON) == Some(person.id));
    PersonRow {
        id: person.id,
        name: person.text(Field::NAME).to_owned(),
        category: person.text(Field::STAFF_CATEGORY).to_owned(),
        left: fold.left.get(&person.id).copied(),
        holdings: own.map(|holding| holding_row(holding, fold, names)).collect(),
    }
}

fn holding_row(holding: &Snapshot, fold: &HoldingFold, names: &Names) -> HoldingRow {
    let (post, unit) = (id(holding, Field::POST), id(holding, Field::UNIT));
    let seat = post.and_then(|post| fold.holders.get(&(post, unit)));
    HoldingRow {
        id: holding.id,
        post,
        post_name: name(names, post),
        unit,
        unit_name: name(names, unit),
        tenure: holding.text(Field::TENURE).to_owned(),
        from: holding.get(Field::VALID_FROM).and_then(Value::as_date),
        to: holding.get(Field::VALID_TO).and_then(Value::as_date),
        in_force: seat.is_some_and(|seat| seat.contains(&holding.id)),
    }
}

fn post_row(post: &Snapshot, people: &People, fold: &HoldingFold, names: &Names) -> PostRow {
    let person_of = |holding: &RecordId| {
        let held = people.holdings.iter().find(|other| other.id == *holding);
        name(names, held.and_then(|holding| id(holding, Field::PERSON)))
    };
    let seats = fold.holders.iter().filter(|((held, _), _)| *held == post.id);
    let seats = seats.map(|((_, unit), holdings)| SeatRow {
        unit: *unit,
        unit_name: name(names, *unit),
        holders: holdings.iter().map(person_of).collect(),
        holdings: holdings.clone(),
    });
    PostRow {
        id: post.id,
        slug: post.text(Field::SLUG).to_owned(),
        name: post.text(Field::NAME).to_owned(),
        system: post.text(Field::SYSTEM).to_owned(),
        scope: post.text(Field::SCOPE).to_owned(),
        max_holders: post.int(Field::MAX_HOLDERS),
        seats: seats.collect(),
    }
}

fn id(record: &Snapshot, field: Field) -> Option<RecordId> {
    record.get(field).and_then(Value::as_id)
}
