//! Who holds which post.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::Claims;
use super::clash::{Clash, ClashKind, ClashOption, Said};
use super::joined;
use crate::id::RecordId;
use crate::record::{Event, Field, Kind, Snapshot, Value};
use crate::time::Date;

/// What follows from posts, holdings and leavers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldingFold {
    /// The holdings in force on the day asked for, by post and unit; those in a clash included.
    pub holders: BTreeMap<(RecordId, Option<RecordId>), Vec<RecordId>>,
    /// People who hold something on that day.
    pub people: usize,
    /// People who hold more than one thing on that day.
    pub concurrent: usize,
    /// People with a leaving that stands, and their last day.
    pub left: BTreeMap<RecordId, Date>,
    /// What is to be settled.
    pub clashes: Vec<Clash>,
}

struct Claim<'a> {
    holding: &'a Snapshot,
    carriers: Vec<RecordId>,
    person: RecordId,
    post: RecordId,
    unit: Option<RecordId>,
    from: Option<Date>,
    to: Option<Date>,
}

impl Claim<'_> {
    fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |one: &Self, other: &Self| matches!((one.to, other.from), (Some(to), Some(from)) if to < from);
        !before(self, other) && !before(other, self)
    }

    fn option(&self) -> ClashOption {
        let text = self.from.map_or_else(
            || Said::new("Bố trí giữ chức danh", "Holds the post"),
            |from| {
                Said::new(format!("Bố trí giữ chức danh từ ngày {}", from.vi()), format!("Holds the post from {from}"))
            },
        );
        let mut option = ClashOption::record(self.holding, self.carriers.clone(), text);
        option.value = Value::Id(self.person);
        option
    }
}

/// Folds holdings, posts and leavers with the settlements written on holdings and leavers.
///
/// A leaving ends what began before it and has no end of its own; what begins on that day or later, or runs beyond it
/// by its own word, clashes with it. Holdings passed over by a settlement hold nothing.
#[must_use]
pub fn holdings(
    holdings: &[Snapshot],
    posts: &[Snapshot],
    leavers: &[Snapshot],
    events: &[Event],
    today: Date,
) -> HoldingFold {
    let settled = Claims::new(events, "");
    let mut fold = HoldingFold::default();
    let mut leaving: BTreeMap<RecordId, (Date, &Snapshot)> = BTreeMap::new();
    for leaver in leavers.iter().filter(|leaver| leaver.kind == Kind::LEAVER) {
        let (Some(person), Some(on)) =
            (leaver.get(Field::PERSON).and_then(Value::as_id), leaver.get(Field::ON).and_then(Value::as_date))
        else {
            continue;
        };
        if settled.standing(leaver.id).is_empty() {
            continue;
        }
        // The earliest leaving of a person counts; equal days by id, so that order of arrival changes nothing.
        let entry = leaving.entry(person).or_insert((on, leaver));
        if (on, leaver.id) < (entry.0, entry.1.id) {
            *entry = (on, leaver);
        }
    }
    let mut claims = standing(holdings, &settled);
    for claim in &mut claims {
        let Some((on, leaver)) = leaving.get(&claim.person) else { continue };
        if claim.from.is_some_and(|from| from >= *on) || claim.to.is_some_and(|to| to > *on) {
            fold.clashes.push(left_but_holds(claim, leaver, *on, &settled));
        } else if claim.to.is_none() {
            claim.to = Some(*on);
        }
    }
    fold.clashes.extend(crowded(&claims, posts));
    fold.clashes.sort_by_key(|clash| clash.key);
    fold.left = leaving.into_iter().map(|(person, (on, _))| (person, on)).collect();
    let mut held: BTreeMap<RecordId, usize> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| claim.on(today)) {
        fold.holders.entry((claim.post, claim.unit)).or_default().push(claim.holding.id);
        *held.entry(claim.person).or_default() += 1;
    }
    fold.people = held.len();
    fold.concurrent = held.values().filter(|count| **count > 1).count();
    fold
}

fn standing<'a>(holdings: &'a [Snapshot], settled: &Claims) -> Vec<Claim<'a>> {
    let unique: BTreeMap<RecordId, &Snapshot> =
        holdings.iter().filter(|holding| holding.kind == Kind::HOLDING).map(|holding| (holding.id, holding)).collect();
    let claims = unique.into_values().filter_map(|holding| {
        let id = |field| holding.get(field).and_then(Value::as_id);
        let day = |field| holding.get(field).and_then(Value::as_date);
        let carriers = settled.standing(holding.id);
        let (person, post) = (id(Field::PERSON)?, id(Field::POST)?);
        let (from, to) = (day(Field::VALID_FROM), day(Field::VALID_TO));
        Some(Claim { holding, carriers, person, post, unit: id(Field::UNIT), from, to })
    });
    claims.filter(|claim| !claim.carriers.is_empty()).collect()
}

fn left_but_holds(claim: &Claim<'_>, leaver: &Snapshot, on: Date, settled: &Claims) -> Clash {
    let text = Said::new(format!("Đã nghỉ từ ngày {}", on.vi()), format!("Left on {on}"));
    let gone = ClashOption::record(leaver, settled.standing(leaver.id), text);
    Clash::new(ClashKind::LeaverHolds, claim.holding.id, claim.holding.doc, vec![gone, claim.option()])
}

/// Posts with more people at once than may hold them.
fn crowded(claims: &[Claim<'_>], posts: &[Snapshot]) -> Vec<Clash> {
    let limits: BTreeMap<RecordId, usize> =
        posts.iter().filter_map(|post| Some((post.id, usize::try_from(post.int(Field::MAX_HOLDERS)?).ok()?))).collect();
    let mut seats: BTreeMap<_, Vec<&Claim<'_>>> = BTreeMap::new();
    for claim in claims {
        seats.entry((claim.post, claim.unit)).or_default().push(claim);
    }
    let mut clashes = Vec::new();
    for ((post, _), sitting) in seats {
        let Some(limit) = limits.get(&post) else { continue };
        // Overlapping intervals all share one day exactly when each contains the latest beginning among them.
        let crowds = sitting.iter().filter_map(|claim| {
            let crowd: BTreeSet<usize> = (0..sitting.len())
                .filter(|other| {
                    let other = sitting[*other];
                    other.overlaps(claim) && claim.from.map_or(other.from.is_none(), |day| other.on(day))
                })
                .collect();
            let people: BTreeSet<_> = crowd.iter().map(|index| sitting[*index].person).collect();
            (people.len() > *limit).then_some(crowd)
        });
        for crowd in joined(crowds) {
            let options: Vec<_> = crowd.iter().map(|index| sitting[*index].option()).collect();
            let first = sitting[crowd.first().copied().unwrap_or_default()].holding;
            clashes.push(Clash::new(ClashKind::PostHolders, first.id, first.doc, options));
        }
    }
    clashes
}
