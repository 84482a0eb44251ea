//! Where a holding sits, and posts with more people at once than may hold them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::claims::Claims;
use super::super::clash::{Clash, ClashKind, ClashOption, Said};
use super::super::joined;
use super::super::register::{RegisterFold, UnitStatus};
use super::{Ending, HoldingSpan};
use crate::id::RecordId;
use crate::record::{Field, Snapshot, Value};
use crate::time::Date;

/// The end of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitEnd {
    /// The first day on which it is gone.
    pub on: Date,
    /// The unit that takes its place, when there is exactly one.
    pub successor: Option<RecordId>,
}

/// The units that end, whenever that is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends(pub BTreeMap<RecordId, UnitEnd>);

impl Ends {
    /// Reads them from the register as it is folded for the last day of the calendar.
    #[must_use]
    pub fn of(register: &RegisterFold) -> Self {
        let end = |status: &UnitStatus| match status {
            UnitStatus::Merged { into, on, .. } => Some(UnitEnd { on: *on, successor: Some(*into) }),
            UnitStatus::Split { on, .. } | UnitStatus::Dissolved { on, .. } => {
                Some(UnitEnd { on: *on, successor: None })
            }
            UnitStatus::Ended { on } => Some(UnitEnd { on: on.plus_days(1), successor: None }),
            UnitStatus::Active | UnitStatus::InClash | UnitStatus::Planned { .. } | UnitStatus::Future { .. } => None,
        };
        Self(register.units.iter().filter_map(|(unit, fold)| Some((*unit, end(&fold.status)?))).collect())
    }

    /// The unit that stood in a unit's place on a day; itself when no single one did.
    fn in_place_of(&self, unit: RecordId, day: Date) -> RecordId {
        let mut at = unit;
        // No chain is longer than there are ends; a ring ends here.
        for _ in 0..self.0.len() {
            match self.0.get(&at) {
                Some(UnitEnd { on, successor: Some(next) }) if *on <= day => at = *next,
                _ => break,
            }
        }
        at
    }
}

/// A holding that stands.
pub(super) struct Claim<'a> {
    pub(super) holding: &'a Snapshot,
    pub(super) carriers: Vec<RecordId>,
    pub(super) person: RecordId,
    pub(super) post: RecordId,
    pub(super) unit: Option<RecordId>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) ending: Ending,
}

impl<'a> Claim<'a> {
    pub(super) fn new(holding: &'a Snapshot, settled: &Claims) -> Option<Self> {
        Some(Self {
            holding,
            carriers: settled.standing(holding.id),
            person: holding.id(Field::PERSON)?,
            post: holding.id(Field::POST)?,
            unit: holding.id(Field::UNIT),
            from: holding.date(Field::VALID_FROM),
            to: holding.date(Field::VALID_TO),
            ending: Ending::Said,
        })
    }

    /// Takes its seat: in the successor of a unit that was gone when it began, and no longer than the unit is there.
    pub(super) fn sit(&mut self, ends: &Ends) {
        let Some(unit) = self.unit else { return };
        let unit = self.from.map_or(unit, |from| ends.in_place_of(unit, from));
        self.unit = Some(unit);
        if let Some(end) = ends.0.get(&unit) {
            self.end(end.on.plus_days(-1), Ending::UnitGone);
        }
    }

    /// Ends it on a day, unless it ends earlier.
    pub(super) fn end(&mut self, on: Date, why: Ending) {
        if self.to.is_none_or(|to| to > on) {
            (self.to, self.ending) = (Some(on), why);
        }
    }

    /// Whether it runs beyond a day by its own word.
    pub(super) fn says_beyond(&self, day: Date) -> bool {
        self.ending == Ending::Said && self.to.is_some_and(|to| to > day)
    }

    /// Whether it never counts: it ends before it begins.
    pub(super) fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to < from)
    }

    fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |one: &Self, other: &Self| matches!((one.to, other.from), (Some(to), Some(from)) if to < from);
        !before(self, other) && !before(other, self)
    }

    pub(super) fn option(&self) -> ClashOption {
        let mut option = ClashOption::record(self.holding, self.carriers.clone(), said(self.from));
        option.value = Value::Id(self.person);
        option
    }

    pub(super) fn span(&self, in_clash: &BTreeSet<RecordId>) -> HoldingSpan {
        HoldingSpan {
            person: self.person,
            post: self.post,
            unit: self.unit,
            from: self.from,
            to: self.to,
            main: self.holding.text(Field::TENURE) != "concurrent",
            ending: self.ending,
            in_clash: in_clash.contains(&self.holding.id),
        }
    }
}

/// Posts with more people at once than may hold them.
pub(super) fn crowded(claims: &[Claim<'_>], posts: &[Snapshot]) -> Vec<Clash> {
    let limits: BTreeMap<RecordId, usize> =
        posts.iter().filter_map(|post| Some((post.id, usize::try_from(post.int(Field::MAX_HOLDERS)?).ok()?))).collect();
    let mut seats: BTreeMap<_, Vec<&Claim<'_>>> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| !claim.is_empty()) {
        seats.entry((claim.post, claim.unit)).or_default().push(claim);
    }
    let mut clashes = Vec::new();
    for ((post, _), sitting) in seats {
        let Some(limit) = limits.get(&post).filter(|limit| sitting.len() > **limit) else { continue };
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

/// A holding, which names nobody.
pub(in crate::fold) fn said(from: Option<Date>) -> Said {
    from.map_or_else(
        || Said::new("Bố trí giữ chức danh", "Holds the post"),
        |from| Said::new(format!("Bố trí giữ chức danh từ ngày {}", from.vi()), format!("Holds the post from {from}")),
    )
}
