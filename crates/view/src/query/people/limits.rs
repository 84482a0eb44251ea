//! What the province allows: posts per person, paid posts per unit, staff per category. More is a warning, never refused.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Date, DocId, DocKind, Field, Kind, RecordId, Snapshot};
use rusqlite::Connection;
use serde::Serialize;

use super::{Office, PersonRow};
use crate::Result;
use crate::fold::shown_document;
use crate::load;
use crate::query::{plain, setting};

/// The limits that hold on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// How many posts one person may hold.
    pub concurrent_most: u32,
    /// How many paid posts may be held in one unit.
    pub paid_titles_most: u32,
}

impl Limits {
    pub(super) fn on(connection: &Connection, day: Date) -> Result<Self> {
        let number = |slug: &str, otherwise: u32| -> Result<u32> {
            let count = setting::on(connection, slug, day)?.count;
            Ok(count.and_then(|count| u32::try_from(count).ok()).unwrap_or(otherwise))
        };
        Ok(Self { concurrent_most: number("concurrent_most", 2)?, paid_titles_most: number("paid_titles_most", 3)? })
    }
}

/// Staff allowed and in service, of one category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaRow {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Slug of the category.
    pub category: String,
    /// How many are allowed.
    pub allowed: i64,
    /// How many are in service.
    pub actual: i64,
    /// Since when so many are allowed.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// The document that says so.
    pub decision: String,
}

/// A unit in which more paid posts are held than may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaidRow {
    /// The unit.
    #[serde(serialize_with = "plain::text")]
    pub unit: RecordId,
    /// Its name.
    pub unit_name: String,
    /// How many paid posts are held in it.
    pub titles: usize,
}

/// Of each category the quota that began last.
pub(super) fn quotas(connection: &Connection, office: &Office, serving: &[&PersonRow]) -> Result<Vec<QuotaRow>> {
    let register = DocId::new(office.collection, DocKind::Register);
    let Some(no) = shown_document(connection, register)? else { return Ok(Vec::new()) };
    let mut holds: BTreeMap<String, Snapshot> = BTreeMap::new();
    let all = load::of_kind(connection, no, Kind::QUOTA)?;
    for quota in all.into_iter().filter(|quota| !quota.is_void()) {
        let from = |quota: &Snapshot| (quota.date(Field::VALID_FROM), quota.id);
        if from(&quota).0.is_some_and(|from| from > office.day) {
            continue;
        }
        let category = quota.text(Field::STAFF_CATEGORY).to_owned();
        if holds.get(&category).is_none_or(|known| from(known) < from(&quota)) {
            holds.insert(category, quota);
        }
    }
    let rows = holds.into_iter().map(|(category, quota)| {
        let actual = serving.iter().filter(|person| person.category == category).count();
        QuotaRow {
            id: quota.id,
            category,
            allowed: quota.int(Field::COUNT).unwrap_or_default(),
            actual: i64::try_from(actual).unwrap_or(i64::MAX),
            from: quota.date(Field::VALID_FROM),
            decision: quota.text(Field::DECISION).to_owned(),
        }
    });
    Ok(rows.collect())
}

/// The units in which more paid posts are held on the day than may be.
pub(super) fn paid(office: &Office, limits: Limits) -> Vec<PaidRow> {
    let is_paid = |post: &&Snapshot| post.get(Field::PAID) == Some(&hopluu_model::Value::Bool(true));
    let paid: BTreeSet<RecordId> = office.posts.iter().filter(is_paid).map(|post| post.id).collect();
    let mut titles: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    for span in office.spans.iter().filter(|span| span.on(office.day) && paid.contains(&span.post)) {
        if let Some(unit) = span.unit {
            titles.entry(unit).or_default().insert(span.post);
        }
    }
    let over = titles.into_iter().filter(|(_, titles)| titles.len() > limits.paid_titles_most as usize);
    over.map(|(unit, titles)| PaidRow { unit, unit_name: office.name(Some(unit)), titles: titles.len() }).collect()
}
