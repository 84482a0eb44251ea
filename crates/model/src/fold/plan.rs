//! The passed mergers of a register, and what stands between them.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKey, ClashKind, ClashOption, Said};
use super::merger::{MergerFold, MergerState};
use super::register::{MergerStanding, UnitFold, UnitStatus};
use super::rings::rings;
use crate::id::RecordId;
use crate::record::{Field, Snapshot, Value};
use crate::time::Date;

/// How many mergers may rest on one another; more than any register of a commune will see.
const DEEPEST: usize = 64;

/// The passed mergers and what stands between them.
pub(super) struct Plan<'a> {
    mergers: BTreeMap<RecordId, &'a (Snapshot, MergerFold)>,
    /// Sources and target of those passed and not passed over.
    pub(super) live: BTreeMap<RecordId, (BTreeSet<RecordId>, RecordId)>,
    set_aside: BTreeSet<RecordId>,
    overruled: BTreeSet<RecordId>,
    in_clash: BTreeMap<RecordId, Vec<ClashKey>>,
    /// Which mergers make a new unit.
    pub(super) makers: BTreeMap<RecordId, Vec<RecordId>>,
    today: Date,
}

impl<'a> Plan<'a> {
    pub(super) fn new(mergers: BTreeMap<RecordId, &'a (Snapshot, MergerFold)>, today: Date) -> Self {
        let overruled: BTreeSet<_> = mergers.values().flat_map(|(_, fold)| &fold.overruled).copied().collect();
        let mut plan = Self {
            mergers,
            live: BTreeMap::new(),
            set_aside: BTreeSet::new(),
            overruled,
            in_clash: BTreeMap::new(),
            makers: BTreeMap::new(),
            today,
        };
        for (id, (merger, fold)) in &plan.mergers {
            let Some(into) = merger.get(Field::INTO).and_then(Value::as_id) else { continue };
            if !merger.text(Field::INTO_NAME).is_empty() {
                plan.makers.entry(into).or_default().push(*id);
            }
            if fold.state != MergerState::Passed {
                continue;
            }
            if standing(fold, &plan.overruled).is_empty() {
                plan.set_aside.insert(*id);
                continue;
            }
            let from = merger.get(Field::FROM).map_or(&[][..], Value::as_ids);
            // A merger into one of its own sources leaves that source as it is.
            plan.live.insert(*id, (from.iter().filter(|unit| **unit != into).copied().collect(), into));
            let keys: Vec<_> = fold.clashes.iter().map(|clash| clash.key).collect();
            if !keys.is_empty() {
                plan.in_clash.insert(*id, keys);
            }
        }
        plan
    }

    pub(super) fn sources(&self, merger: RecordId) -> impl Iterator<Item = &RecordId> {
        self.live.get(&merger).into_iter().flat_map(|(from, _)| from)
    }

    /// Finds units in two passed mergers and rings, and marks the mergers.
    pub(super) fn clashes(&mut self) -> Vec<Clash> {
        let mut taken: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
        for (merger, (from, _)) in &self.live {
            for unit in from {
                taken.entry(*unit).or_default().insert(*merger);
            }
        }
        let mut twice: BTreeMap<BTreeSet<RecordId>, RecordId> = BTreeMap::new();
        for (unit, mergers) in taken.into_iter().filter(|(_, mergers)| mergers.len() > 1) {
            twice.entry(mergers).or_insert(unit);
        }
        let mut clashes: Vec<_> =
            twice.into_iter().filter_map(|(mergers, unit)| self.clash(ClashKind::UnitTwice, unit, &mergers)).collect();
        for mergers in rings(&self.live) {
            let first = mergers.first().and_then(|merger| self.live.get(merger)).map(|(_, into)| *into);
            clashes.extend(first.and_then(|unit| self.clash(ClashKind::MergerRing, unit, &mergers)));
        }
        clashes.sort_by_key(|clash| clash.key);
        for clash in &clashes {
            for option in &clash.options {
                self.in_clash.entry(option.record).or_default().push(clash.key);
            }
        }
        clashes
    }

    fn clash(&self, kind: ClashKind, unit: RecordId, mergers: &BTreeSet<RecordId>) -> Option<Clash> {
        let both: Vec<_> = mergers.iter().filter_map(|merger| self.mergers.get(merger)).collect();
        let options = both.iter().map(|(merger, fold)| {
            let name = merger.text(Field::INTO_NAME);
            let decision = fold.decision.as_deref().unwrap_or_default();
            let text = match name {
                "" => Said::new(format!("Phương án nhập theo {decision}"), format!("Merger by {decision}")),
                name => Said::new(
                    format!("Phương án nhập vào {name} theo {decision}"),
                    format!("Merger into {name} by {decision}"),
                ),
            };
            let mut option = ClashOption::record(merger, Vec::new(), text);
            option.event = fold.passed_by;
            option.claims = standing(fold, &self.overruled);
            option.after.clone_from(&fold.frontier);
            option
        });
        Some(Clash::new(kind, unit, both.first()?.0.doc, options.collect()))
    }

    pub(super) fn standings(&self) -> BTreeMap<RecordId, MergerStanding> {
        self.mergers.keys().map(|merger| (*merger, self.standing(*merger, 0))).collect()
    }

    fn standing(&self, merger: RecordId, depth: usize) -> MergerStanding {
        if self.set_aside.contains(&merger) {
            return MergerStanding::SetAside;
        }
        let Some((from, _)) = self.live.get(&merger) else { return MergerStanding::NotPassed };
        if self.in_clash.contains_key(&merger) {
            return MergerStanding::InClash;
        }
        let due = self.mergers[&merger].1.effective_on.is_some_and(|day| day <= self.today);
        let exists = |unit: &RecordId| {
            self.makers.get(unit).is_none_or(|makers| {
                depth <= DEEPEST
                    && makers.iter().any(|maker| self.standing(*maker, depth + 1) == MergerStanding::InForce)
            })
        };
        if due && from.iter().all(exists) { MergerStanding::InForce } else { MergerStanding::Waiting }
    }

    pub(super) fn unit(&self, unit: &Snapshot, standings: &BTreeMap<RecordId, MergerStanding>) -> UnitFold {
        let in_force = |merger: &RecordId| standings.get(merger) == Some(&MergerStanding::InForce);
        let takers: Vec<_> = self.live.iter().filter(|(_, (from, _))| from.contains(&unit.id)).collect();
        let mut clashes: Vec<ClashKey> =
            takers.iter().filter_map(|(merger, _)| self.in_clash.get(merger)).flatten().copied().collect();
        clashes.sort_unstable();
        clashes.dedup();
        let makers = self.makers.get(&unit.id);
        let planned = makers.filter(|makers| !makers.iter().any(in_force)).and_then(|makers| makers.first());
        let taken = takers.iter().find(|(merger, _)| in_force(merger));
        let ended = unit.get(Field::VALID_TO).and_then(Value::as_date).filter(|day| *day < self.today);
        let status = match (planned, taken, ended) {
            (Some(merger), ..) => UnitStatus::Planned { merger: *merger },
            (None, Some((merger, (_, into))), _) => {
                let fold = &self.mergers[*merger].1;
                let (on, decision) = (fold.effective_on.unwrap_or(self.today), fold.decision.clone());
                UnitStatus::Merged { into: *into, on, decision: decision.unwrap_or_default(), merger: **merger }
            }
            (None, None, Some(on)) => UnitStatus::Ended { on },
            (None, None, None) if clashes.is_empty() => UnitStatus::Active,
            (None, None, None) => UnitStatus::InClash,
        };
        UnitFold {
            name: unit.text(Field::NAME).to_owned(),
            kind: unit.text(Field::UNIT_KIND).to_owned(),
            households: unit.int(Field::HOUSEHOLDS),
            status,
            clashes,
        }
    }
}

/// What a merger is passed by and no settlement passed over. Of settlements for it that did not know of each other one may
/// be passed over by somebody who had not seen the other: that one still stands.
fn standing(fold: &MergerFold, overruled: &BTreeSet<RecordId>) -> Vec<RecordId> {
    fold.passings.iter().map(|by| RecordId(by.0)).filter(|by| !overruled.contains(by)).collect()
}
