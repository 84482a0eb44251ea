//! Two days of some communes side by side: before, after, difference.

use std::collections::{BTreeMap, HashMap};

use hopluu_model::{CollectionId, Date, DocId, DocKind, Field, Kind, RecordId, Snapshot, Timestamp};
use rusqlite::{Connection, Params, Row, params};
use serde::Serialize;

use crate::derive::today;
use crate::fold::shown_document;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::figures::{Counting, Figures, HeldOn, Key, LeftOn, Seat, UnitOn};
use crate::query::plain;
use crate::query::totals::communes;
use crate::{Error, Result};

/// Two days of some communes side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// On the earlier day.
    pub before: Figures,
    /// On the later day.
    pub after: Figures,
    /// Each commune by itself, by name.
    pub communes: Vec<CommuneFigures>,
    /// Surplus buildings now.
    pub surplus: u32,
    /// Communes whose offices are in more than one building now.
    pub scattered: u32,
    /// Equipment now by kind (slug): how many, how many of them weak.
    pub equipment: BTreeMap<String, (i64, i64)>,
    /// Clashes of these communes that are to be settled.
    pub clashes: u32,
    /// When the commune that has been silent longest was last heard; `None` when all was typed here.
    pub oldest: Option<Timestamp>,
}

/// Two days of one commune.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommuneFigures {
    /// Its collection.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// Its name.
    pub name: String,
    /// Its official code.
    pub code: String,
    /// On the earlier day.
    pub before: Figures,
    /// On the later day.
    pub after: Figures,
    /// Clashes to be settled.
    pub clashes: u32,
    /// When the newest change from elsewhere was received here.
    pub received_at: Option<Timestamp>,
}

impl Comparison {
    /// Units fewer on the later day; negative when there are more.
    #[must_use]
    pub fn units_gone(&self) -> i64 {
        i64::from(self.before.units) - i64::from(self.after.units)
    }
}

impl Reader {
    /// Compares two days of some communes, or of all when none is named; a day that is not named is the newest known.
    ///
    /// # Errors
    /// When the database fails.
    pub fn comparison(&self, of: &[CollectionId], days: (Option<Date>, Option<Date>)) -> Result<Comparison> {
        self.ask(|connection| {
            let today = today(connection)?;
            let days = [days.0.unwrap_or(today), days.1.unwrap_or(today)];
            let mut found = Comparison {
                before: Figures::new(days[0]),
                after: Figures::new(days[1]),
                communes: Vec::new(),
                surplus: 0,
                scattered: 0,
                equipment: BTreeMap::new(),
                clashes: 0,
                oldest: None,
            };
            for commune in communes(connection)? {
                let collection = commune.doc.collection;
                if !of.is_empty() && !of.contains(&collection) {
                    continue;
                }
                let [before, after] = figures(connection, collection, days)?;
                found.before.add(&before);
                found.after.add(&after);
                let (clashes, received_at) = beside(connection, collection, &mut found)?;
                found.communes.push(CommuneFigures {
                    collection,
                    name: commune.text(Field::NAME).to_owned(),
                    code: commune.text(Field::COMMUNE_CODE).to_owned(),
                    before,
                    after,
                    clashes,
                    received_at,
                });
            }
            Ok(found)
        })
    }
}

/// Two days of one commune, in one pass over its spans.
fn figures(connection: &Connection, collection: CollectionId, days: [Date; 2]) -> Result<[Figures; 2]> {
    let texts = days.map(|day| day.to_string());
    let register = shown_document(connection, DocId::new(collection, DocKind::Register))?;
    let people = shown_document(connection, DocId::new(collection, DocKind::People))?;
    let seats = register.map_or_else(|| Ok(HashMap::new()), |no| seats(connection, no))?;
    let mut sides = days.map(|day| Counting::new(day, &seats));
    if let Some(no) = register {
        let sql = "select since, until, kind, households, in_clash from unit_span where doc = ?";
        each(connection, sql, params![no], |row| {
            let (since, until) = (text(row, 0)?, text(row, 1)?);
            let unit = UnitOn { kind: text(row, 2)?, households: row.get(3)?, in_clash: row.get(4)? };
            for (side, day) in sides.iter_mut().zip(&texts) {
                if since <= day.as_str() && day.as_str() <= until {
                    side.unit(&unit);
                }
            }
            Ok(())
        })?;
    }
    if let Some(no) = people {
        // Most holdings of ten years are of neither day: they are passed over before they are read.
        let sql = "select since, until, person, post, unit, category from holding_span
           where doc = ?1 and ((since <= ?2 and until >= ?2) or (since <= ?3 and until >= ?3))";
        each(connection, sql, params![no, texts[0], texts[1]], |row| {
            let (since, until) = (text(row, 0)?, text(row, 1)?);
            let (person, post) = (load::record_id(row, 2)?.0, load::record_id(row, 3)?.0);
            let unit = row.get_ref(4)?.as_blob().ok().and_then(RecordId::from_slice).map(|unit| unit.0);
            let held = HeldOn { person, post, unit, category: text(row, 5)? };
            for (side, day) in sides.iter_mut().zip(&texts) {
                if since <= day.as_str() && day.as_str() <= until {
                    side.held(&held);
                }
            }
            Ok(())
        })?;
        let sql = "select since, reason, category, thanked is not null, benefit = 'paid' from leaver where doc = ?";
        each(connection, sql, params![no], |row| {
            let since = text(row, 0)?;
            let left =
                LeftOn { reason: text(row, 1)?, category: text(row, 2)?, thanked: row.get(3)?, paid: row.get(4)? };
            for (side, day) in sides.iter_mut().zip(&texts) {
                if since <= day.as_str() {
                    side.left(&left);
                }
            }
            Ok(())
        })?;
    }
    Ok(sides.map(Counting::done))
}

/// The posts of a register.
fn seats(connection: &Connection, register: DocNo) -> Result<HashMap<Key, Seat>> {
    let posts = load::of_kind(connection, register, Kind::POST)?.into_iter().filter(|post| !post.is_void());
    let seat = |post: Snapshot| {
        let seat = Seat {
            slug: post.text(Field::SLUG).to_owned(),
            of_units: post.text(Field::SCOPE) == "unit",
            unit_kind: post.text(Field::UNIT_KIND).to_owned(),
            most: post.int(Field::MAX_HOLDERS).and_then(|most| u32::try_from(most).ok()),
        };
        (post.id.0, seat)
    };
    Ok(posts.map(seat).collect())
}

/// Adds what is only known of today; returns the clashes of a commune and when it was last heard.
fn beside(
    connection: &Connection,
    collection: CollectionId,
    found: &mut Comparison,
) -> Result<(u32, Option<Timestamp>)> {
    let mut statement = connection.prepare_cached(
        "select coalesce(sum(s.surplus), 0), coalesce(sum(s.buildings > 1), 0), max(d.received_at),
           (select count(*) from document o join clash c on c.doc = o.n where o.collection = ?1)
         from document d left join register_sum s on s.doc = d.n where d.collection = ?1",
    )?;
    let (surplus, scattered, received, clashes): (u32, u32, Option<i64>, u32) =
        statement.query_row([collection.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    found.surplus += surplus;
    found.scattered += scattered;
    found.clashes += clashes;
    let received = received.map(Timestamp);
    found.oldest = found.oldest.into_iter().chain(received).min();
    if let Some(no) = shown_document(connection, DocId::new(collection, DocKind::Register))? {
        for machine in load::of_kind(connection, no, Kind::EQUIPMENT)?.iter().filter(|machine| !machine.is_void()) {
            let sum = found.equipment.entry(machine.text(Field::EQUIPMENT_KIND).to_owned()).or_default();
            let number = |field| machine.int(field).unwrap_or(0);
            *sum = (sum.0 + number(Field::COUNT), sum.1 + number(Field::WEAK));
        }
    }
    Ok((clashes, received))
}

/// Reads each row of a question.
fn each(
    connection: &Connection,
    sql: &str,
    of: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(of)?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(|_| Error::Unreadable("span"))
}
