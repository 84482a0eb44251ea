//! Who holds which post, and from when to when.
//!
//! Nothing here depends on a day: every holding becomes a [`HoldingSpan`], and who sits where on a day is read from the
//! spans. Records entered by mistake are not there.

pub(super) mod leaving;
pub(super) mod same;
pub(super) mod seats;

use std::collections::{BTreeMap, BTreeSet};

pub use leaving::Leaving;
pub use seats::{Ends, UnitEnd};

use self::leaving::Leavings;
use self::seats::Claim;
use super::claims::Claims;
use super::clash::Clash;
use crate::id::RecordId;
use crate::record::{Event, Kind, Snapshot};
use crate::time::Date;

/// What the fold of holdings rests on.
#[derive(Debug, Clone, Copy)]
pub struct Staff<'a> {
    /// Persons.
    pub persons: &'a [Snapshot],
    /// Posts.
    pub posts: &'a [Snapshot],
    /// Holdings.
    pub holdings: &'a [Snapshot],
    /// Leavings.
    pub leavers: &'a [Snapshot],
    /// The settlements of the document of the people.
    pub settlements: &'a [Event],
    /// The units that end, whenever that is.
    pub ends: &'a Ends,
}

/// Why a holding ends where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// By its own word, or not at all.
    Said,
    /// The person left the service.
    Left,
    /// The unit is gone.
    UnitGone,
}

/// A holding as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingSpan {
    /// Who; of two records of one person the one that was kept.
    pub person: RecordId,
    /// Which post.
    pub post: RecordId,
    /// In which unit it sits: of one that was gone when it began, the successor.
    pub unit: Option<RecordId>,
    /// First day; `None` when it was always held.
    pub from: Option<Date>,
    /// Last day; `None` while it is held. Before the first day when it never counts.
    pub to: Option<Date>,
    /// Whether it is the main post.
    pub main: bool,
    /// Why it ends.
    pub ending: Ending,
    /// Whether it stands in a clash.
    pub in_clash: bool,
}

impl HoldingSpan {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What follows from persons, posts, holdings and leavers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldingFold {
    /// The holdings that count, by id; those in a clash included, those passed over by a settlement not.
    pub spans: BTreeMap<RecordId, HoldingSpan>,
    /// People with a leaving that stands.
    pub left: BTreeMap<RecordId, Leaving>,
    /// Records of a person that are doubles, and the record that was kept.
    pub doubles: BTreeMap<RecordId, RecordId>,
    /// What is to be settled.
    pub clashes: Vec<Clash>,
}

impl HoldingFold {
    /// The holdings in force on a day, by post and unit.
    #[must_use]
    pub fn holders(&self, day: Date) -> BTreeMap<(RecordId, Option<RecordId>), Vec<RecordId>> {
        let mut holders: BTreeMap<_, Vec<RecordId>> = BTreeMap::new();
        for (holding, span) in self.spans.iter().filter(|(_, span)| span.on(day)) {
            holders.entry((span.post, span.unit)).or_default().push(*holding);
        }
        holders
    }

    /// The seats that each person holds on a day; somebody entered twice for one seat holds one.
    #[must_use]
    pub fn seats(&self, day: Date) -> BTreeMap<RecordId, BTreeSet<(RecordId, Option<RecordId>)>> {
        let mut seats: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for span in self.spans.values().filter(|span| span.on(day)) {
            seats.entry(span.person).or_default().insert((span.post, span.unit));
        }
        seats
    }

    /// The record under which a person is known: itself, unless it is a double.
    #[must_use]
    pub fn kept(&self, person: RecordId) -> RecordId {
        self.doubles.get(&person).copied().unwrap_or(person)
    }
}

/// Folds persons, posts, holdings and leavers with the settlements written on them; the order in which they are given
/// changes nothing.
///
/// A leaving ends the day before it what began earlier and has no end of its own; what begins on that day or later, or
/// runs beyond it by its own word, clashes with it. A unit that is gone ends what began before; what begins later sits in its
/// successor. What a double holds, the record that was kept holds.
#[must_use]
pub fn holdings(staff: &Staff<'_>) -> HoldingFold {
    let settled = Claims::new(staff.settlements, "");
    let same = same::fold(staff.persons, staff.settlements);
    let mut fold = HoldingFold { doubles: same.doubles, clashes: same.clashes, ..HoldingFold::default() };
    let mistaken = mistaken(staff);
    let kept = |person| (!mistaken.contains(&person)).then(|| fold.kept(person));
    let leavings = Leavings::new(staff.leavers, &settled, kept);
    fold.clashes.extend(leavings.clashes());
    let mut claims = claims((staff, &mistaken), &settled, &fold);
    for claim in &mut claims {
        claim.sit(staff.ends);
        fold.clashes.extend(leavings.end(claim));
    }
    fold.clashes.extend(seats::crowded(&claims, staff.posts));
    fold.clashes.sort_by_key(|clash| clash.key);
    let in_clash: BTreeSet<RecordId> =
        fold.clashes.iter().flat_map(|clash| &clash.options).map(|option| option.record).collect();
    let spans = claims.into_iter().map(|claim| (claim.holding.id, claim.span(&in_clash)));
    fold.spans = spans.collect();
    fold.left = leavings.stand();
    fold
}

/// People and posts that were entered by mistake.
fn mistaken(staff: &Staff<'_>) -> BTreeSet<RecordId> {
    staff.persons.iter().chain(staff.posts).filter(|record| record.is_void()).map(|record| record.id).collect()
}

/// The holdings that nobody passed over, of people and posts that were not entered by mistake.
fn claims<'a>(
    (staff, mistaken): (&Staff<'a>, &BTreeSet<RecordId>),
    settled: &Claims,
    fold: &HoldingFold,
) -> Vec<Claim<'a>> {
    let unique: BTreeMap<RecordId, &Snapshot> = there(staff.holdings, Kind::HOLDING).map(|it| (it.id, it)).collect();
    let claims = unique.into_values().filter_map(|holding| Claim::new(holding, settled));
    let mut claims: Vec<_> = claims
        .filter(|claim| {
            !claim.carriers.is_empty() && !mistaken.contains(&claim.person) && !mistaken.contains(&claim.post)
        })
        .collect();
    for claim in &mut claims {
        claim.person = fold.kept(claim.person);
    }
    claims
}

/// The records of a kind that were not entered by mistake.
fn there(records: &[Snapshot], kind: Kind) -> impl Iterator<Item = &Snapshot> {
    records.iter().filter(move |record| record.kind == kind && !record.is_void())
}
