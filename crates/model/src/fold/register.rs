//! The units of a commune on a day: which exist, what became of the others, how many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKey};
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
    /// It ended without a successor.
    Ended {
        /// Its last day.
        on: Date,
    },
}

/// What follows for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFold {
    /// Its name.
    pub name: String,
    /// Slug of its kind.
    pub kind: String,
    /// Its households; of a new unit that says nothing itself, those of its sources together.
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
    /// Units merged away.
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
    /// The sums.
    pub totals: RegisterTotals,
}

impl RegisterFold {
    /// The unit in which a unit lives on today, through all mergers; itself while it exists.
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
            UnitStatus::Merged { into, on, decision, .. } => {
                let name = self.units.get(into).map_or("?", |unit| unit.name.as_str());
                format!("Đã nhập vào {name} từ {} theo {decision}", on.vi())
            }
        }
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

/// Folds units and mergers as of a day; the order in which they are given changes nothing.
#[must_use]
pub fn register(units: &[Snapshot], mergers: &[(Snapshot, MergerFold)], today: Date) -> RegisterFold {
    let mergers: BTreeMap<RecordId, &(Snapshot, MergerFold)> =
        mergers.iter().filter(|(merger, _)| merger.kind == Kind::MERGER).map(|both| (both.0.id, both)).collect();
    let mut plan = Plan::new(mergers, today);
    let clashes = plan.clashes();
    let mut fold = RegisterFold { mergers: plan.standings(), ..RegisterFold::default() };
    for unit in units.iter().filter(|unit| unit.kind == Kind::UNIT) {
        fold.units.insert(unit.id, plan.unit(unit, &fold.mergers));
    }
    inherit_households(&mut fold, &plan);
    for clash in &clashes {
        for merger in clash.options.iter().map(|option| option.record) {
            for source in plan.sources(merger) {
                if let Some(unit) = fold.units.get_mut(source).filter(|unit| !unit.clashes.contains(&clash.key)) {
                    unit.clashes.push(clash.key);
                }
            }
        }
    }
    fold.clashes = clashes;
    fold.totals = totals(&fold.units);
    fold.namesakes = namesakes(units, &fold.units);
    fold
}

/// New units that say nothing themselves have the households of their sources, also through several mergers.
fn inherit_households(fold: &mut RegisterFold, plan: &Plan<'_>) {
    for _ in 0..=plan.makers.len() {
        let mut found = Vec::new();
        for (unit, makers) in &plan.makers {
            let silent = fold.units.get(unit).is_some_and(|unit| unit.households.is_none());
            let Some(maker) = makers.iter().find(|maker| plan.live.contains_key(maker)).filter(|_| silent) else {
                continue;
            };
            let known: Vec<_> =
                plan.sources(*maker).filter_map(|source| fold.units.get(source)).map(|unit| unit.households).collect();
            if !known.is_empty() && known.iter().all(Option::is_some) {
                found.push((*unit, known.into_iter().flatten().fold(0, i64::saturating_add)));
            }
        }
        if found.is_empty() {
            return;
        }
        for (unit, households) in found {
            if let Some(unit) = fold.units.get_mut(&unit) {
                unit.households = Some(households);
            }
        }
    }
}

fn totals(units: &BTreeMap<RecordId, UnitFold>) -> RegisterTotals {
    let mut totals = RegisterTotals::default();
    for unit in units.values() {
        totals.gone += usize::from(matches!(unit.status, UnitStatus::Merged { .. }));
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
