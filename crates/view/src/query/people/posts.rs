//! Posts, their seats, and which of them nobody holds.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Field, RecordId, Snapshot, Value};
use serde::Serialize;

use super::{Office, Span};
use crate::query::plain;

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
    /// Slug of the only kind of unit that has it; empty when all have it.
    pub unit_kind: String,
    /// Whether it is paid.
    pub paid: bool,
    /// How many may hold it at once; `None` means any number.
    pub max_holders: Option<i64>,
    /// Where it is or should be held: one seat for a post of the commune, one in each unit for a post of units.
    pub seats: Vec<SeatRow>,
    /// How many people are missing in these seats.
    pub vacant: usize,
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
    /// Ids of the holders, in the same order.
    #[serde(serialize_with = "plain::texts")]
    pub people: Vec<RecordId>,
    /// Names of the holders, in the same order.
    pub holders: Vec<String>,
    /// How many people are missing: in a unit one while nobody holds it, in the commune up to the number that may.
    pub vacant: usize,
}

impl SeatRow {
    /// Whether nobody holds it.
    #[must_use]
    pub fn is_vacant(&self) -> bool {
        self.holdings.is_empty()
    }
}

/// All posts with their seats on the day, by title.
pub(super) fn rows(office: &Office) -> Vec<PostRow> {
    let mut held: BTreeMap<RecordId, BTreeMap<Option<RecordId>, Vec<&Span>>> = BTreeMap::new();
    for span in office.spans.iter().filter(|span| span.on(office.day)) {
        held.entry(span.post).or_default().entry(span.unit).or_default().push(span);
    }
    office.posts.iter().map(|post| row(post, office, held.remove(&post.id).unwrap_or_default())).collect()
}

fn row(post: &Snapshot, office: &Office, mut held: BTreeMap<Option<RecordId>, Vec<&Span>>) -> PostRow {
    let unit_kind = post.text(Field::UNIT_KIND);
    let of_units = post.text(Field::SCOPE) == "unit";
    let wanted: Vec<Option<RecordId>> = if of_units {
        let units = office.units.iter().filter(|(_, kind)| unit_kind.is_empty() || unit_kind == kind);
        units.map(|(unit, _)| Some(*unit)).collect()
    } else {
        vec![None]
    };
    let most = post.int(Field::MAX_HOLDERS).and_then(|most| usize::try_from(most).ok()).unwrap_or(1);
    let wanted = wanted.into_iter().map(|unit| {
        let seat = seat(unit, held.remove(&unit).unwrap_or_default(), office);
        let people: BTreeSet<&RecordId> = seat.people.iter().collect();
        let vacant = if of_units { usize::from(people.is_empty()) } else { most.saturating_sub(people.len()) };
        SeatRow { vacant, ..seat }
    });
    let mut seats: Vec<SeatRow> = wanted.collect();
    let vacant = seats.iter().map(|seat| seat.vacant).sum();
    // What is held where nobody would look for it is shown all the same.
    seats.extend(held.into_iter().map(|(unit, spans)| seat(unit, spans, office)));
    PostRow {
        id: post.id,
        slug: post.text(Field::SLUG).to_owned(),
        name: post.text(Field::NAME).to_owned(),
        system: post.text(Field::SYSTEM).to_owned(),
        scope: post.text(Field::SCOPE).to_owned(),
        unit_kind: unit_kind.to_owned(),
        paid: post.get(Field::PAID) == Some(&Value::Bool(true)),
        max_holders: post.int(Field::MAX_HOLDERS),
        seats,
        vacant,
    }
}

fn seat(unit: Option<RecordId>, spans: Vec<&Span>, office: &Office) -> SeatRow {
    SeatRow {
        unit,
        unit_name: office.name(unit),
        holdings: spans.iter().map(|span| span.id).collect(),
        people: spans.iter().map(|span| span.person).collect(),
        holders: spans.iter().map(|span| office.name(Some(span.person))).collect(),
        vacant: 0,
    }
}
