//! Who holds which post, who left, who sits on which board. Personal data: whoever shows it logs that it was seen.
//!
//! What counts from when to when stands in `holding_span` and `leaver`; a question about a day reads them and folds no
//! holdings.

mod boards;
mod leavers;
mod limits;
mod person;
mod posts;
mod spans;
mod transfers;

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{CollectionId, Date, DocId, DocKind, Field, Kind, RecordId, Snapshot};
use rusqlite::Connection;
use serde::Serialize;

pub use boards::{BoardRow, MemberRow};
pub use leavers::LeaverRow;
pub use limits::{Limits, PaidRow, QuotaRow};
pub use person::{MembershipRow, PersonDetail};
pub use posts::{PostRow, SeatRow};
pub use transfers::TransferRow;

use self::leavers::leavers_of;
use self::spans::{Span, spans};
use crate::Result;
use crate::derive::commune::{Register, posts};
use crate::derive::today;
use crate::fold::shown_document;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::{OptionRow, plain};

/// The people and posts of a commune on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Staff {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// Everybody ever known, by name; doubles count for the record that was kept.
    pub people: Vec<PersonRow>,
    /// All posts, by title.
    pub posts: Vec<PostRow>,
    /// How many people hold something.
    pub serving: usize,
    /// How many hold more than one thing.
    pub concurrent: usize,
    /// How many are in service, whether they hold something or not.
    pub in_service: usize,
    /// How many have left.
    pub left: usize,
    /// How many seats nobody holds.
    pub vacant: usize,
    /// Staff allowed and in service, by category of which a quota is known.
    pub quotas: Vec<QuotaRow>,
    /// Units in which more paid posts are held than may be.
    pub paid: Vec<PaidRow>,
    /// The limits that hold on the day.
    pub limits: Limits,
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
    /// In service since.
    #[serde(serialize_with = "plain::some_text")]
    pub since: Option<Date>,
    /// The first day out of service, of those who left or will leave.
    #[serde(serialize_with = "plain::some_text")]
    pub left: Option<Date>,
    /// Slug of the reason for leaving.
    pub reason: String,
    /// How many posts the person holds on the day.
    pub seats: usize,
    /// Whether that is more than one person may hold: a warning.
    pub over: bool,
    /// Whether something of theirs is to be settled.
    pub in_clash: bool,
    /// All that the person holds or held, by first day.
    pub holdings: Vec<HoldingRow>,
}

impl PersonRow {
    /// Whether the person is in service on a day.
    #[must_use]
    pub fn serves(&self, day: Date) -> bool {
        self.since.is_none_or(|since| since <= day) && self.left.is_none_or(|left| day < left)
    }
}

/// A person's holding of a post.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HoldingRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The post.
    #[serde(serialize_with = "plain::text")]
    pub post: RecordId,
    /// Its title.
    pub post_name: String,
    /// The unit, for posts of units: the one in which it sits, be it the successor of the one that was named.
    #[serde(serialize_with = "plain::some_text")]
    pub unit: Option<RecordId>,
    /// Its name.
    pub unit_name: String,
    /// `main` or `concurrent`.
    pub tenure: &'static str,
    /// First day.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// Why it ends there: empty when the record itself says so, `left`, or `unit_gone`.
    pub ending: String,
    /// Whether it is in force on the day asked for.
    pub in_force: bool,
    /// Whether it is to be settled.
    pub in_clash: bool,
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
            let Some(office) = Office::load(connection, collection, day)? else { return Ok(None) };
            staff(connection, &office).map(Some)
        })
    }
}

fn staff(connection: &Connection, office: &Office) -> Result<Staff> {
    let day = office.day;
    let limits = Limits::on(connection, day)?;
    let people = people(connection, office, limits)?;
    let posts = posts::rows(office);
    let serving: Vec<&PersonRow> = people.iter().filter(|person| person.serves(day)).collect();
    Ok(Staff {
        as_of: day,
        serving: people.iter().filter(|person| person.seats > 0).count(),
        concurrent: people.iter().filter(|person| person.seats > 1).count(),
        in_service: serving.len(),
        left: people.iter().filter(|person| person.left.is_some_and(|left| left <= day)).count(),
        vacant: posts.iter().map(|post| post.vacant).sum(),
        quotas: limits::quotas(connection, office, &serving)?,
        paid: limits::paid(office, limits),
        limits,
        people,
        posts,
    })
}

/// What questions about the people of a commune on a day rest on.
struct Office {
    no: DocNo,
    collection: CollectionId,
    day: Date,
    posts: Vec<Snapshot>,
    persons: Vec<Snapshot>,
    spans: Vec<Span>,
    /// Names of posts, persons and units.
    names: BTreeMap<RecordId, String>,
    /// The units that exist on the day, with their kinds, by name.
    units: Vec<(RecordId, String)>,
}

impl Office {
    fn load(connection: &Connection, collection: CollectionId, day: Date) -> Result<Option<Self>> {
        let Some(no) = shown_document(connection, DocId::new(collection, DocKind::People))? else { return Ok(None) };
        let there = |records: Vec<Snapshot>| records.into_iter().filter(|it| !it.is_void()).collect::<Vec<_>>();
        let posts = there(posts(connection, collection)?);
        let persons = there(load::of_kind(connection, no, Kind::PERSON)?);
        let mut names: BTreeMap<RecordId, String> =
            posts.iter().chain(&persons).map(|record| (record.id, record.text(Field::NAME).to_owned())).collect();
        let mut units = Vec::new();
        if let Some(register) = Register::load(connection, collection)? {
            let fold = register.fold(day);
            names.extend(fold.units.iter().map(|(id, unit)| (*id, unit.name.clone())));
            // In the order of the register: by name.
            let of = |id: &RecordId| fold.units.get(id).filter(|unit| unit.counts()).map(|unit| unit.kind.clone());
            units.extend(register.units.iter().filter_map(|unit| Some((unit.id, of(&unit.id)?))));
        }
        let spans = spans(connection, no)?;
        Ok(Some(Self { no, collection, day, posts, persons, spans, names, units }))
    }

    fn name(&self, id: Option<RecordId>) -> String {
        id.and_then(|id| self.names.get(&id)).cloned().unwrap_or_default()
    }

    fn holding(&self, span: &Span) -> HoldingRow {
        HoldingRow {
            id: span.id,
            post: span.post,
            post_name: self.name(Some(span.post)),
            unit: span.unit,
            unit_name: self.name(span.unit),
            tenure: if span.main { "main" } else { "concurrent" },
            from: span.from,
            to: span.to,
            ending: span.ending.clone(),
            in_force: span.on(self.day),
            in_clash: span.in_clash,
        }
    }
}

fn people(connection: &Connection, office: &Office, limits: Limits) -> Result<Vec<PersonRow>> {
    let doubles = spans::doubles(connection, office.no)?;
    let left: BTreeMap<RecordId, _> =
        leavers_of(connection, office.no)?.into_iter().map(|row| (row.person, row)).collect();
    let clashing = clashing(connection, office.no)?;
    let mut held: BTreeMap<RecordId, Vec<&Span>> = BTreeMap::new();
    for span in &office.spans {
        held.entry(span.person).or_default().push(span);
    }
    let known = office.persons.iter().filter(|person| !doubles.contains_key(&person.id));
    let rows = known.map(|person| {
        let own = held.remove(&person.id).unwrap_or_default();
        let on_day = own.iter().filter(|span| span.on(office.day));
        let seats = on_day.map(|span| (span.post, span.unit)).collect::<BTreeSet<_>>().len();
        let leaving = left.get(&person.id);
        PersonRow {
            id: person.id,
            name: person.text(Field::NAME).to_owned(),
            category: person.text(Field::STAFF_CATEGORY).to_owned(),
            since: person.date(Field::VALID_FROM),
            left: leaving.map(|row| row.on),
            reason: leaving.map_or_else(String::new, |row| row.reason.clone()),
            seats,
            over: seats > limits.concurrent_most as usize,
            in_clash: clashing.contains(&person.id)
                || leaving.is_some_and(|row| row.in_clash)
                || own.iter().any(|span| span.in_clash),
            holdings: own.into_iter().map(|span| office.holding(span)).collect(),
        }
    });
    Ok(rows.collect())
}

/// The persons whose own records are to be settled: they may be one and the same.
fn clashing(connection: &Connection, no: DocNo) -> Result<BTreeSet<RecordId>> {
    let mut statement =
        connection.prepare_cached("select options from clash where doc = ? and kind = 'person_twice'")?;
    let mut rows = statement.query([no])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let options: Vec<OptionRow> = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
        found.extend(options.iter().filter_map(|option| option.record.parse::<RecordId>().ok()));
    }
    Ok(found)
}
