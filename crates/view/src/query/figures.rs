//! Sums over communes on a day: units, people, posts, leavers. Counted from spans, so that any day costs the same.

use std::collections::{BTreeMap, HashMap};

use hopluu_model::Date;
use serde::Serialize;

use crate::query::plain;

/// Sums on a day. A unit or a holding in a clash counts once, as before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// Units that exist.
    pub units: u32,
    /// How many of them are in a clash.
    pub units_in_clash: u32,
    /// Their households, where known.
    pub households: i64,
    /// Units and households by slug of kind.
    pub units_by_kind: BTreeMap<String, (u32, i64)>,
    /// People who hold something.
    pub people: u32,
    /// Those of them who hold more than one post.
    pub concurrent: u32,
    /// Those of them who hold a post of a unit.
    pub people_of_units: u32,
    /// Those of them who hold a post of the commune itself.
    pub people_of_communes: u32,
    /// People who hold something, by category (slug).
    pub people_by_category: BTreeMap<String, u32>,
    /// Seats that somebody holds, by slug of the post: one seat in each unit, or as many as the post says. Two people in
    /// one seat fill it once.
    pub filled_by_post: BTreeMap<String, u32>,
    /// Seats of posts of communes, where a post says how many it has.
    pub posts: u32,
    /// Seats of them that nobody holds.
    pub vacant: u32,
    /// Seats of posts of units that nobody holds: a post of units has one in each.
    pub vacant_in_units: u32,
    /// People who have left by that day.
    pub left: u32,
    /// By reason (slug).
    pub left_by_reason: BTreeMap<String, u32>,
    /// By category (slug).
    pub left_by_category: BTreeMap<String, u32>,
    /// Those of them who were thanked.
    pub thanked: u32,
    /// Those of them whose benefit was paid.
    pub paid: u32,
}

impl Figures {
    pub(super) fn new(as_of: Date) -> Self {
        Self {
            as_of,
            units: 0,
            units_in_clash: 0,
            households: 0,
            units_by_kind: BTreeMap::new(),
            people: 0,
            concurrent: 0,
            people_of_units: 0,
            people_of_communes: 0,
            people_by_category: BTreeMap::new(),
            filled_by_post: BTreeMap::new(),
            posts: 0,
            vacant: 0,
            vacant_in_units: 0,
            left: 0,
            left_by_reason: BTreeMap::new(),
            left_by_category: BTreeMap::new(),
            thanked: 0,
            paid: 0,
        }
    }

    /// Adds the sums of others on the same day.
    pub(super) fn add(&mut self, other: &Self) {
        let join = |to: &mut BTreeMap<String, u32>, from: &BTreeMap<String, u32>| {
            for (slug, count) in from {
                *to.entry(slug.clone()).or_default() += count;
            }
        };
        for (kind, (units, households)) in &other.units_by_kind {
            let sum = self.units_by_kind.entry(kind.clone()).or_default();
            *sum = (sum.0 + units, sum.1.saturating_add(*households));
        }
        self.units += other.units;
        self.units_in_clash += other.units_in_clash;
        self.households = self.households.saturating_add(other.households);
        self.people += other.people;
        self.concurrent += other.concurrent;
        self.people_of_units += other.people_of_units;
        self.people_of_communes += other.people_of_communes;
        join(&mut self.people_by_category, &other.people_by_category);
        join(&mut self.filled_by_post, &other.filled_by_post);
        self.posts += other.posts;
        self.vacant += other.vacant;
        self.vacant_in_units += other.vacant_in_units;
        self.left += other.left;
        join(&mut self.left_by_reason, &other.left_by_reason);
        join(&mut self.left_by_category, &other.left_by_category);
        self.thanked += other.thanked;
        self.paid += other.paid;
    }
}

/// The bytes of a record id.
pub(super) type Key = [u8; 16];

/// A post as sums need it.
pub(super) struct Seat {
    pub(super) slug: String,
    pub(super) of_units: bool,
    /// Only units of this kind have it; empty for all.
    pub(super) unit_kind: String,
    pub(super) most: Option<u32>,
}

/// The row of a unit that exists on the day.
pub(super) struct UnitOn<'a> {
    pub(super) kind: &'a str,
    pub(super) households: Option<i64>,
    pub(super) in_clash: bool,
}

/// The row of a holding that is in force on the day.
pub(super) struct HeldOn<'a> {
    pub(super) person: Key,
    pub(super) post: Key,
    pub(super) unit: Option<Key>,
    pub(super) category: &'a str,
}

/// The row of somebody who has left by the day.
pub(super) struct LeftOn<'a> {
    pub(super) reason: &'a str,
    pub(super) category: &'a str,
    pub(super) thanked: bool,
    pub(super) paid: bool,
}

/// The sums of one commune as its rows come by.
pub(super) struct Counting<'a> {
    figures: Figures,
    seats: &'a HashMap<Key, Seat>,
    /// Who holds what where, with the place of their category in the list below. Sorted at the end: by the thousands that
    /// is far quicker than sets.
    held: Vec<(Key, Key, Option<Key>, usize)>,
    categories: Vec<String>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(day: Date, seats: &'a HashMap<Key, Seat>) -> Self {
        Self { figures: Figures::new(day), seats, held: Vec::new(), categories: Vec::new() }
    }

    pub(super) fn unit(&mut self, unit: &UnitOn<'_>) {
        let households = unit.households.unwrap_or_default();
        let figures = &mut self.figures;
        figures.units += 1;
        figures.units_in_clash += u32::from(unit.in_clash);
        figures.households = figures.households.saturating_add(households);
        let sum = entry(&mut figures.units_by_kind, unit.kind);
        *sum = (sum.0 + 1, sum.1.saturating_add(households));
    }

    pub(super) fn held(&mut self, held: &HeldOn<'_>) {
        let known = self.categories.iter().position(|category| category == held.category);
        let category = known.unwrap_or_else(|| {
            self.categories.push(held.category.to_owned());
            self.categories.len() - 1
        });
        self.held.push((held.person, held.post, held.unit, category));
    }

    pub(super) fn left(&mut self, left: &LeftOn<'_>) {
        let figures = &mut self.figures;
        figures.left += 1;
        *entry(&mut figures.left_by_reason, left.reason) += 1;
        *entry(&mut figures.left_by_category, left.category) += 1;
        figures.thanked += u32::from(left.thanked);
        figures.paid += u32::from(left.paid);
    }

    /// The sums, once all rows have come by.
    pub(super) fn done(mut self) -> Figures {
        self.people();
        self.posts();
        self.figures
    }

    fn people(&mut self) {
        self.held.sort_unstable();
        // One holding written twice is one.
        self.held.dedup_by_key(|(person, post, unit, _)| (*person, *post, *unit));
        for one in self.held.chunk_by(|one, other| one.0 == other.0) {
            let of_units = |(_, post, unit, _): &(Key, Key, Option<Key>, usize)| {
                self.seats.get(post).map_or(unit.is_some(), |seat| seat.of_units)
            };
            let figures = &mut self.figures;
            figures.people += 1;
            figures.concurrent += u32::from(one.len() > 1);
            figures.people_of_units += u32::from(one.iter().any(of_units));
            figures.people_of_communes += u32::from(!one.iter().all(of_units));
            *entry(&mut figures.people_by_category, &self.categories[one[0].3]) += 1;
        }
    }

    fn posts(&mut self) {
        self.held.sort_unstable_by_key(|(person, post, unit, _)| (*post, *unit, *person));
        let mut taken: HashMap<Key, (u32, u32)> = HashMap::new();
        for of_post in self.held.chunk_by(|one, other| one.1 == other.1) {
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let in_units = of_post.chunk_by(|one, other| one.2 == other.2).filter(|seat| seat[0].2.is_some()).count();
            taken.insert(of_post[0].1, (count(of_post.len()), count(in_units)));
        }
        let figures = &mut self.figures;
        for (id, seat) in self.seats {
            let (held, in_units) = taken.get(id).copied().unwrap_or_default();
            let filled = if seat.of_units { in_units } else { held.min(seat.most.unwrap_or(held)) };
            if filled > 0 {
                *entry(&mut figures.filled_by_post, &seat.slug) += filled;
            }
            if seat.of_units {
                let units = match seat.unit_kind.as_str() {
                    "" => figures.units,
                    kind => figures.units_by_kind.get(kind).map_or(0, |(units, _)| *units),
                };
                figures.vacant_in_units += units.saturating_sub(in_units);
            } else if let Some(most) = seat.most {
                figures.posts += most;
                figures.vacant += most.saturating_sub(filled);
            }
        }
    }
}

/// The entry of a slug; a new key is only made where there is none.
fn entry<'a, T: Default>(map: &'a mut BTreeMap<String, T>, slug: &str) -> &'a mut T {
    if !map.contains_key(slug) {
        map.insert(slug.to_owned(), T::default());
    }
    map.get_mut(slug).expect("a key that was just put in is there")
}
