//! The passed mergers of a register, and what stands between them.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::{Clash, ClashKey, ClashKind, ClashOption, Said};
use super::deed::{Action, Deed, made};
use super::joined;
use super::merger::{MergerFold, MergerState};
use super::register::{MergerStanding, UnitFold, UnitStatus};
use super::rings::rings;
use crate::id::RecordId;
use crate::record::{Field, Snapshot};
use crate::time::Date;
use crate::vocabulary;

type Standings = BTreeMap<RecordId, MergerStanding>;

/// The passed mergers and what stands between them, whatever the day.
pub(super) struct Plan<'a> {
    mergers: BTreeMap<RecordId, &'a (Snapshot, MergerFold)>,
    /// Those passed and not passed over.
    live: BTreeMap<RecordId, Deed>,
    /// Which of these end or alter a unit.
    touching: BTreeMap<RecordId, Vec<RecordId>>,
    /// Which of these lead into a unit.
    leading: BTreeMap<RecordId, Vec<RecordId>>,
    set_aside: BTreeSet<RecordId>,
    overruled: BTreeSet<RecordId>,
    in_clash: BTreeMap<RecordId, Vec<ClashKey>>,
    /// Which mergers make a new unit.
    makers: BTreeMap<RecordId, Vec<RecordId>>,
    /// Units that only mergers entered by mistake would have made.
    unmade: BTreeSet<RecordId>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(all: &BTreeMap<RecordId, &'a (Snapshot, MergerFold)>) -> Self {
        let (void, mergers): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.iter().map(|(id, both)| (*id, *both)).partition(|(_, (merger, _))| merger.is_void());
        let mut plan = Self {
            live: BTreeMap::new(),
            touching: BTreeMap::new(),
            leading: BTreeMap::new(),
            set_aside: BTreeSet::new(),
            overruled: mergers.values().flat_map(|(_, fold)| &fold.overruled).copied().collect(),
            in_clash: BTreeMap::new(),
            makers: BTreeMap::new(),
            unmade: void.values().flat_map(|(merger, _)| makes(merger)).collect(),
            mergers,
        };
        for (id, both) in plan.mergers.clone() {
            plan.take_in(id, both);
        }
        plan
    }

    fn take_in(&mut self, id: RecordId, (merger, fold): &(Snapshot, MergerFold)) {
        for unit in makes(merger) {
            self.unmade.remove(&unit);
            self.makers.entry(unit).or_default().push(id);
        }
        if fold.state != MergerState::Passed {
            return;
        }
        let Some(deed) = Deed::of(merger, fold) else { return };
        if standing(fold, &self.overruled).is_empty() {
            self.set_aside.insert(id);
            return;
        }
        for unit in &deed.from {
            self.touching.entry(*unit).or_default().push(id);
        }
        for unit in &deed.into {
            self.leading.entry(*unit).or_default().push(id);
        }
        self.live.insert(id, deed);
        let keys: Vec<_> = fold.clashes.iter().map(|clash| clash.key).collect();
        if !keys.is_empty() {
            self.in_clash.insert(id, keys);
        }
    }

    /// The days on which something comes into force.
    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        self.live.values().filter_map(|deed| deed.on)
    }

    /// The units that mergers make, passed or not.
    pub(super) fn made(&self) -> BTreeSet<RecordId> {
        self.makers.keys().copied().collect()
    }

    /// Whether it is a unit that nothing but a mistake would have made.
    pub(super) fn is_unmade(&self, unit: RecordId) -> bool {
        self.unmade.contains(&unit)
    }

    /// Finds units in two passed mergers and rings, and marks the mergers.
    pub(super) fn clashes(&mut self) -> Vec<Clash> {
        let mut twice: BTreeMap<BTreeSet<RecordId>, RecordId> = BTreeMap::new();
        for (unit, mergers) in self.touching.iter().filter(|(_, mergers)| mergers.len() > 1) {
            for group in self.rivals(mergers) {
                twice.entry(group).or_insert(*unit);
            }
        }
        let mut clashes: Vec<_> =
            twice.into_iter().filter_map(|(mergers, unit)| self.clash(ClashKind::UnitTwice, unit, &mergers)).collect();
        for mergers in rings(&self.live) {
            let first = mergers.first().and_then(|merger| self.live.get(merger)).and_then(|deed| deed.into.first());
            clashes.extend(first.and_then(|unit| self.clash(ClashKind::MergerRing, *unit, &mergers)));
        }
        clashes.sort_by_key(|clash| clash.key);
        for clash in &clashes {
            for option in &clash.options {
                self.in_clash.entry(option.record).or_default().push(clash.key);
            }
        }
        clashes
    }

    /// The groups of mergers of one unit that cannot all hold.
    fn rivals(&self, mergers: &[RecordId]) -> Vec<BTreeSet<RecordId>> {
        let mut pairs = Vec::new();
        for (place, one) in mergers.iter().enumerate() {
            for other in &mergers[..place] {
                let both = self.live.get(one).zip(self.live.get(other));
                if both.is_some_and(|(one, other)| one.excludes(other)) {
                    pairs.push(BTreeSet::from([*one, *other]));
                }
            }
        }
        joined(pairs)
    }

    fn clash(&self, kind: ClashKind, unit: RecordId, mergers: &BTreeSet<RecordId>) -> Option<Clash> {
        let both: Vec<_> = mergers.iter().filter_map(|merger| self.mergers.get(merger)).collect();
        let options = both.iter().map(|(merger, fold)| {
            let mut option =
                ClashOption::record(merger, Vec::new(), said(merger, fold.decision.as_deref().unwrap_or_default()));
            option.event = fold.passed_by;
            option.claims = standing(fold, &self.overruled);
            option.after.clone_from(&fold.frontier);
            option
        });
        Some(Clash::new(kind, unit, both.first()?.0.doc, options.collect()))
    }

    /// How each merger stands on a day.
    pub(super) fn standings(&self, day: Date) -> Standings {
        let mut known = Standings::new();
        for merger in self.mergers.keys() {
            self.standing(*merger, day, &mut known);
        }
        known
    }

    fn standing(&self, merger: RecordId, day: Date, known: &mut Standings) -> MergerStanding {
        if let Some(standing) = known.get(&merger) {
            return *standing;
        }
        // Whatever rests on itself, which only a forger makes, waits for ever.
        known.insert(merger, MergerStanding::Waiting);
        let standing = match self.live.get(&merger) {
            _ if self.set_aside.contains(&merger) => MergerStanding::SetAside,
            None => MergerStanding::NotPassed,
            Some(_) if self.in_clash.contains_key(&merger) => MergerStanding::InClash,
            Some(deed) => {
                let due = deed.on.is_some_and(|on| on <= day);
                let exists = |unit: &RecordId| {
                    self.makers.get(unit).is_none_or(|makers| {
                        makers.iter().any(|maker| {
                            *maker == merger || self.standing(*maker, day, known) == MergerStanding::InForce
                        })
                    })
                };
                if deed.from.iter().chain(&deed.into).all(exists) && due {
                    MergerStanding::InForce
                } else {
                    MergerStanding::Waiting
                }
            }
        };
        known.insert(merger, standing);
        standing
    }

    /// What follows for a unit on a day; its households without those that came to it.
    pub(super) fn unit(&self, unit: &Snapshot, standings: &Standings, day: Date) -> UnitFold {
        let in_force = |merger: &RecordId| standings.get(merger) == Some(&MergerStanding::InForce);
        let touching = self.touching.get(&unit.id).map_or(&[][..], Vec::as_slice);
        let mut clashes: Vec<ClashKey> =
            touching.iter().filter_map(|merger| self.in_clash.get(merger)).flatten().copied().collect();
        clashes.sort_unstable();
        clashes.dedup();
        let (mut name, mut kind) = (unit.text(Field::NAME), unit.text(Field::UNIT_KIND));
        let mut altering: Vec<_> = touching.iter().filter(|merger| in_force(merger)).collect();
        altering.sort_by_key(|merger| (self.live[merger].on, **merger));
        let (mut named_by, mut kind_by) = (None, None);
        for merger in &altering {
            let deed = &self.live[*merger];
            let decision = || self.mergers[*merger].1.decision.clone();
            match deed.action {
                Action::Rename => (name, named_by) = (&deed.outcome, decision()),
                Action::Convert => (kind, kind_by) = (&deed.outcome, decision()),
                Action::Merge | Action::Split | Action::Dissolve => {}
            }
        }
        let makers = self.makers.get(&unit.id);
        let planned = makers.filter(|makers| !makers.iter().any(in_force)).and_then(|makers| makers.first());
        let ender = altering.iter().find(|merger| self.live[merger].action.ends());
        // Before anybody told a day, everything that is written down exists. Made units begin with their merger.
        let told = day > Date::new(1, 1, 1).expect("the first day of the calendar exists");
        let future = unit.date(Field::VALID_FROM).filter(|from| told && makers.is_none() && *from > day);
        let ended = unit.date(Field::VALID_TO).filter(|last| *last < day);
        let status = match (planned, ender, future, ended) {
            (Some(merger), ..) => UnitStatus::Planned { merger: *merger },
            (_, Some(merger), ..) => self.ended_by(**merger, day),
            (_, _, Some(from), _) => UnitStatus::Future { from },
            (.., Some(on)) => UnitStatus::Ended { on },
            (None, None, None, None) if clashes.is_empty() => UnitStatus::Active,
            (None, None, None, None) => UnitStatus::InClash,
        };
        let (name, kind) = (name.to_owned(), kind.to_owned());
        UnitFold { name, kind, named_by, kind_by, households: unit.int(Field::HOUSEHOLDS), status, clashes }
    }

    fn ended_by(&self, merger: RecordId, day: Date) -> UnitStatus {
        let (deed, fold) = (&self.live[&merger], &self.mergers[&merger].1);
        let (on, decision) = (deed.on.unwrap_or(day), fold.decision.clone().unwrap_or_default());
        match (deed.action, deed.into.first()) {
            (Action::Split, _) => UnitStatus::Split { into: deed.into.clone(), on, decision, merger },
            (_, Some(into)) => UnitStatus::Merged { into: *into, on, decision, merger },
            (_, None) => UnitStatus::Dissolved { on, decision, merger },
        }
    }

    /// Adds to units the households of what was merged into them.
    ///
    /// A new unit that says nothing itself has those of its sources, also while it is only planned. One that existed
    /// has them on top of its own number as long as that is what it was when the merger was passed; whoever set
    /// another number since then has counted them.
    pub(super) fn inherit(&self, units: &mut BTreeMap<RecordId, UnitFold>, standings: &Standings) {
        let mut counted = BTreeMap::new();
        for unit in self.leading.keys() {
            self.households(*unit, units, standings, &mut counted);
        }
        for (unit, households) in counted {
            if let Some(unit) = units.get_mut(&unit) {
                unit.households = households;
            }
        }
    }

    fn households(
        &self,
        unit: RecordId,
        units: &BTreeMap<RecordId, UnitFold>,
        standings: &Standings,
        counted: &mut BTreeMap<RecordId, Option<i64>>,
    ) -> Option<i64> {
        let own = units.get(&unit).and_then(|unit| unit.households);
        let Some(leading) = self.leading.get(&unit) else { return own };
        if let Some(known) = counted.get(&unit) {
            return *known;
        }
        // In a ring, nothing is in force.
        counted.insert(unit, own);
        let maker = self.makers.get(&unit).and_then(|makers| makers.iter().find(|id| self.live.contains_key(id)));
        let mut sum = own;
        for merger in leading {
            let deed = &self.live[merger];
            let made_here = maker == Some(merger) && own.is_none();
            let joins = maker != Some(merger)
                && deed.target_had == own
                && standings.get(merger) == Some(&MergerStanding::InForce);
            if deed.action == Action::Split || !(made_here || joins) || (own.is_none() && maker.is_none()) {
                continue;
            }
            let known: Vec<_> =
                deed.from.iter().map(|source| self.households(*source, units, standings, counted)).collect();
            // Of a new unit the sum is known only when all of it is.
            let whole = known.iter().all(Option::is_some);
            let more = known.into_iter().flatten().fold(0, i64::saturating_add);
            sum = (sum.is_some() || whole).then(|| sum.unwrap_or_default().saturating_add(more));
        }
        counted.insert(unit, sum);
        sum
    }
}

fn makes(merger: &Snapshot) -> Vec<RecordId> {
    Action::from_slug(merger.text(Field::ACTION)).map_or_else(Vec::new, |action| made(merger, action))
}

/// What a merger is passed by and no settlement passed over. Of settlements for it that did not know of each other one may
/// be passed over by somebody who had not seen the other: that one still stands.
fn standing(fold: &MergerFold, overruled: &BTreeSet<RecordId>) -> Vec<RecordId> {
    fold.passings.iter().map(|by| RecordId(by.0)).filter(|by| !overruled.contains(by)).collect()
}

/// A passed merger, by the document that passed it.
pub(super) fn said(merger: &Snapshot, decision: &str) -> Said {
    let name = merger.text(Field::INTO_NAME);
    let (vi, en) = match Action::from_slug(merger.text(Field::ACTION)) {
        Some(Action::Merge) | None if name.is_empty() => ("Phương án nhập".to_owned(), "Merger".to_owned()),
        Some(Action::Merge) | None => (format!("Phương án nhập vào {name}"), format!("Merger into {name}")),
        Some(Action::Split) => ("Phương án chia tách".to_owned(), "Split".to_owned()),
        Some(Action::Rename) => (format!("Phương án đổi tên thành {name}"), format!("Renamed {name}")),
        Some(Action::Dissolve) => ("Phương án giải thể".to_owned(), "Dissolved".to_owned()),
        Some(Action::Convert) => {
            let kind = merger.text(Field::UNIT_KIND);
            let (vi, en) = vocabulary::word("unit_kind", kind).map_or((kind, kind), |word| (word.vi, word.en));
            (format!("Phương án chuyển thành {vi}"), format!("Turned into {en}"))
        }
    };
    Said::new(format!("{vi} theo {decision}"), format!("{en} by {decision}"))
}
