//! The units of a commune on a day: which exist, what became of the others, how many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKey};
use super::late::{Late, late};
use super::merger::MergerFold;
use super::plan::Plan;
use crate::id::RecordId;
use crate::record::{Field, Kind, Snapshot};
use crate::text::search_key;
use crate::time::Date;

/// What has become of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitStatus {
    /// It exists.
    Active,
    /// It exists, as before, while mergers that would end it wait to be settled.
    InClash,
    /// Merged away.
    Merged {
        /// Into which unit, directly.
        into: RecordId,
        /// Since when.
        on: Date,
        /// By which document.
        decision: String,
        /// By which merger.
        merger: RecordId,
    },
    /// It will exist once its merger takes effect; never, if that does not happen.
    Planned {
        /// The merger that makes it.
        merger: RecordId,
    },
    /// Split into several.
    Split {
        /// Into which units.
        into: Vec<RecordId>,
        /// Since when.
        on: Date,
        /// By which document.
        decision: String,
        /// By which merger.
        merger: RecordId,
    },
    /// Dissolved, without a successor.
    Dissolved {
        /// Since when.
        on: Date,
        /// By which document.
        decision: String,
        /// By which merger.
        merger: RecordId,
    },
    /// It does not exist yet.
    Future {
        /// Its first day.
        from: Date,
    },
    /// It ended by its own word, without a successor.
    Ended {
        /// Its last day.
        on: Date,
    },
}

impl UnitStatus {
    /// The merger that ended it, where one did.
    #[must_use]
    pub fn ended_by(&self) -> Option<RecordId> {
        match self {
            Self::Merged { merger, .. } | Self::Split { merger, .. } | Self::Dissolved { merger, .. } => Some(*merger),
            Self::Active | Self::InClash | Self::Planned { .. } | Self::Future { .. } | Self::Ended { .. } => None,
        }
    }

    /// The units it became, directly.
    #[must_use]
    pub fn next(&self) -> &[RecordId] {
        match self {
            Self::Merged { into, .. } => std::slice::from_ref(into),
            Self::Split { into, .. } => into,
            _ => &[],
        }
    }
}

/// What follows for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFold {
    /// Its name on that day.
    pub name: String,
    /// Slug of its kind on that day.
    pub kind: String,
    /// The document that gave it this name, where one did; then its own field says what it was called before.
    pub named_by: Option<String>,
    /// The document that made it of this kind, where one did.
    pub kind_by: Option<String>,
    /// Its households, with those of the units merged into it ([`register`] says when they count).
    pub households: Option<i64>,
    /// What has become of it.
    pub status: UnitStatus,
    /// Clashes in which it stands.
    pub clashes: Vec<ClashKey>,
}

impl UnitFold {
    /// Whether it counts in totals: it exists, be it in a clash.
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.status, UnitStatus::Active | UnitStatus::InClash)
    }
}

/// How a merger stands in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergerStanding {
    /// Not passed.
    NotPassed,
    /// Passed; its day has not come, or a unit it rests on does not exist yet.
    Waiting,
    /// In a clash: takes no effect until settled.
    InClash,
    /// Passed, but passed over by a settlement.
    SetAside,
    /// Có hiệu lực: in force.
    InForce,
}

impl MergerStanding {
    /// In Vietnamese.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::NotPassed => "Chưa thông qua",
            Self::Waiting => "Chưa đến ngày có hiệu lực",
            Self::InClash => "Cần thống nhất",
            Self::SetAside => "Không được chọn",
            Self::InForce => "Có hiệu lực",
        }
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::NotPassed => "not passed",
            Self::Waiting => "not in force yet",
            Self::InClash => "to be settled",
            Self::SetAside => "not chosen",
            Self::InForce => "in force",
        }
    }
}

/// Sums over the units that count, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterTotals {
    /// Units.
    pub units: usize,
    /// Their households, where known.
    pub households: i64,
    /// How many of these units are in a clash, counted as before it.
    pub in_clash: usize,
    /// Units merged away, split or dissolved.
    pub gone: usize,
    /// Units and households by slug of kind.
    pub by_kind: BTreeMap<String, (usize, i64)>,
}

/// What follows from the units and mergers of a commune on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterFold {
    /// All units ever known.
    pub units: BTreeMap<RecordId, UnitFold>,
    /// How each merger stands.
    pub mergers: BTreeMap<RecordId, MergerStanding>,
    /// Clashes between mergers; those within one are in its own fold.
    pub clashes: Vec<Clash>,
    /// Units that count and bear one name in one area: a warning, no clash.
    pub namesakes: Vec<Vec<RecordId>>,
    /// Units that mergers make, in force or not.
    pub made: BTreeSet<RecordId>,
    /// What was written about units by people who did not know that they had been merged away.
    pub late: Vec<Late>,
    /// The sums.
    pub totals: RegisterTotals,
}

impl RegisterFold {
    /// The unit in which a unit lives on today, through all mergers; itself while it exists. Where a unit was split
    /// or dissolved the way ends: [`Self::successors`] goes on.
    #[must_use]
    pub fn successor(&self, unit: RecordId) -> RecordId {
        self.chain(unit).last().copied().unwrap_or(unit)
    }

    /// What has become of a unit, in Vietnamese: "Đã nhập vào {tên} từ {ngày} theo {số văn bản}".
    #[must_use]
    pub fn status_vi(&self, unit: RecordId) -> String {
        let Some(fold) = self.units.get(&unit) else { return String::new() };
        match &fold.status {
            UnitStatus::Active => "Đang hoạt động".to_owned(),
            UnitStatus::InClash => "Đang hoạt động, cần thống nhất".to_owned(),
            UnitStatus::Planned { .. } => "Dự kiến thành lập".to_owned(),
            UnitStatus::Ended { on } => format!("Kết thúc từ ngày {}", on.vi()),
            UnitStatus::Future { from } => format!("Hoạt động từ ngày {}", from.vi()),
            UnitStatus::Dissolved { on, decision, .. } => format!("Đã giải thể từ {} theo {decision}", on.vi()),
            UnitStatus::Merged { into, on, decision, .. } => {
                format!("Đã nhập vào {} từ {} theo {decision}", self.name(*into), on.vi())
            }
            UnitStatus::Split { into, on, decision, .. } => {
                let names: Vec<_> = into.iter().map(|unit| self.name(*unit)).collect();
                format!("Đã chia tách thành {} từ {} theo {decision}", names.join(", "), on.vi())
            }
        }
    }

    /// The name of a unit on that day; `?` when it is not known here.
    #[must_use]
    pub fn name(&self, unit: RecordId) -> &str {
        self.units.get(&unit).map_or("?", |unit| unit.name.as_str())
    }

    /// The units that exist today in which a unit lives on, through all mergers and splits; itself while it exists,
    /// none when it was dissolved.
    #[must_use]
    pub fn successors(&self, unit: RecordId) -> BTreeSet<RecordId> {
        let (mut seen, mut open, mut last) = (BTreeSet::from([unit]), vec![unit], BTreeSet::new());
        while let Some(at) = open.pop() {
            let next = self.units.get(&at).map_or(&[][..], |unit| unit.status.next());
            if next.is_empty() && self.units.get(&at).is_some_and(UnitFold::counts) {
                last.insert(at);
            }
            open.extend(next.iter().copied().filter(|next| seen.insert(*next)));
        }
        last
    }

    /// The units that became this one, through all mergers and splits, those of long ago included.
    #[must_use]
    pub fn ancestors(&self, unit: RecordId) -> BTreeSet<RecordId> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![unit]);
        while let Some(at) = open.pop() {
            let into = self.units.iter().filter(|(_, other)| other.status.next().contains(&at));
            open.extend(into.map(|(id, _)| *id).filter(|id| *id != unit && seen.insert(*id)));
        }
        seen
    }

    /// The units into which a unit went one after the other; empty while it exists.
    #[must_use]
    pub fn chain(&self, unit: RecordId) -> Vec<RecordId> {
        let mut chain = Vec::new();
        let mut at = unit;
        while let Some(UnitStatus::Merged { into, .. }) = self.units.get(&at).map(|unit| &unit.status) {
            if *into == unit || chain.contains(into) {
                break;
            }
            chain.push(*into);
            at = *into;
        }
        chain
    }
}

/// Folds units and mergers as of a day; the order in which they are given changes nothing. Records entered by mistake
/// are not there.
#[must_use]
pub fn register(units: &[Snapshot], mergers: &[(Snapshot, MergerFold)], day: Date) -> RegisterFold {
    let (plan, clashes) = planned(mergers);
    let mut fold = RegisterFold { mergers: plan.standings(day), ..RegisterFold::default() };
    for unit in units.iter().filter(|unit| is_known(unit, &plan)) {
        fold.units.insert(unit.id, plan.unit(unit, &fold.mergers, day));
    }
    plan.inherit(&mut fold.units, &fold.mergers);
    fold.clashes = clashes;
    fold.made = plan.made();
    fold.totals = totals(&fold.units);
    fold.namesakes = namesakes(units, &fold.units);
    fold.late = late(mergers.iter(), &fold);
    fold
}

/// The mergers of a register and what clashes between them, whatever the day.
pub(super) fn planned(mergers: &[(Snapshot, MergerFold)]) -> (Plan<'_>, Vec<Clash>) {
    let mergers: BTreeMap<RecordId, &(Snapshot, MergerFold)> =
        mergers.iter().filter(|(merger, _)| merger.kind == Kind::MERGER).map(|both| (both.0.id, both)).collect();
    let mut plan = Plan::new(&mergers);
    let clashes = plan.clashes();
    (plan, clashes)
}

/// Whether a record is a unit, and no mistake.
pub(super) fn is_known(unit: &Snapshot, plan: &Plan<'_>) -> bool {
    unit.kind == Kind::UNIT && !unit.is_void() && !plan.is_unmade(unit.id)
}

fn totals(units: &BTreeMap<RecordId, UnitFold>) -> RegisterTotals {
    let mut totals = RegisterTotals::default();
    for unit in units.values() {
        totals.gone += usize::from(unit.status.ended_by().is_some());
        if !unit.counts() {
            continue;
        }
        let households = unit.households.unwrap_or_default();
        totals.units += 1;
        totals.households = totals.households.saturating_add(households);
        totals.in_clash += usize::from(unit.status == UnitStatus::InClash);
        let kind = totals.by_kind.entry(unit.kind.clone()).or_default();
        *kind = (kind.0 + 1, kind.1.saturating_add(households));
    }
    totals
}

fn namesakes(units: &[Snapshot], folds: &BTreeMap<RecordId, UnitFold>) -> Vec<Vec<RecordId>> {
    let mut named: BTreeMap<(String, String), BTreeSet<RecordId>> = BTreeMap::new();
    for unit in units.iter().filter(|unit| folds.get(&unit.id).is_some_and(UnitFold::counts)) {
        // Numbers start again in each old ward: the same name in another area is no surprise.
        let name = (search_key(unit.text(Field::NAME)), search_key(unit.text(Field::AREA)));
        named.entry(name).or_default().insert(unit.id);
    }
    named.into_values().filter(|units| units.len() > 1).map(|units| units.into_iter().collect()).collect()
}
