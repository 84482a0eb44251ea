//! Which units are gone, from which day, and what took their place.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Date, Field, Kind, RecordId, Value};

use super::Listed;
use super::claims::{Plan, Plans, plans};
use super::paper::Paper;

/// For each unit that ends its first day without it, and the unit in its place, when there is exactly one.
pub(super) type Ends = BTreeMap<RecordId, (Date, Option<RecordId>)>;

/// What the decisions that are in force make of the units.
pub(super) struct Fates {
    pub(super) ends: Ends,
    /// The units into which each unit goes, directly.
    pub(super) became: BTreeMap<RecordId, BTreeSet<RecordId>>,
    /// The units that some decision makes, and those of them that no decision has made by then.
    pub(super) made: BTreeSet<RecordId>,
    pub(super) planned: BTreeSet<RecordId>,
    pub(super) households: BTreeMap<RecordId, Option<i64>>,
    /// The mergers, splits and dissolutions that are in force.
    pub(super) in_force: Vec<RecordId>,
}

/// What they make of them by a day.
pub(super) fn fates(register: &Paper<'_>, clashing: &[Listed], day: Date) -> Fates {
    let plans = plans(register);
    let makers = makers(register);
    let in_force = in_force(&plans, &makers, (clashing, day));
    let made = makers.keys().copied().collect();
    let planned = makers.iter().filter(|(_, makers)| makers.is_disjoint(&in_force)).map(|(unit, _)| *unit).collect();
    let households = households(register, &plans, (&makers, &in_force));
    let mut fates =
        Fates { ends: Ends::new(), became: BTreeMap::new(), made, planned, households, in_force: Vec::new() };
    let mut ending: Vec<_> = in_force.iter().filter(|merger| plans[merger].ends).collect();
    ending.sort_by_key(|merger| (plans[*merger].on, **merger));
    fates.in_force = ending.iter().map(|merger| **merger).collect();
    for merger in ending {
        let plan = &plans[merger];
        let Some(on) = plan.on else { continue };
        let one = if plan.splits { None } else { plan.into.first().copied() };
        // A unit that was a mistake neither exists nor ends.
        for unit in plan.from.iter().filter(|unit| !register.is_mistake(**unit)) {
            if !fates.ends.contains_key(unit) {
                fates.ends.insert(*unit, (on, one));
                fates.became.insert(*unit, plan.into.clone());
            }
        }
    }
    for unit in register.of_kind(Kind::UNIT).filter(|unit| !fates.ends.contains_key(unit)).collect::<Vec<_>>() {
        if let Some(last) = register.shown(unit, Field::VALID_TO).and_then(Value::as_date) {
            fates.ends.insert(unit, (last.plus_days(1), None));
        }
    }
    fates
}

/// The decisions that are in force on a day, of all sorts.
pub(super) fn holding_on(register: &Paper<'_>, clashing: &[Listed], day: Date) -> BTreeSet<RecordId> {
    in_force(&plans(register), &makers(register), (clashing, day))
}

/// The decisions, passed or not, that make each unit that some decision makes.
fn makers(register: &Paper<'_>) -> BTreeMap<RecordId, BTreeSet<RecordId>> {
    let mut makers: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    for merger in register.of_kind(Kind::MERGER) {
        let text = |field| register.shown(merger, field).and_then(Value::as_text).unwrap_or_default();
        let (action, named) = (text(Field::ACTION), !text(Field::INTO_NAME).is_empty());
        let made: Vec<RecordId> = match action {
            "merge" | "" if named => register.shown(merger, Field::INTO).and_then(Value::as_id).into_iter().collect(),
            "split" => register.shown(merger, Field::PARTS).map_or(&[][..], Value::as_ids).to_vec(),
            _ => Vec::new(),
        };
        for unit in made {
            makers.entry(unit).or_default().insert(merger);
        }
    }
    makers
}

/// The decisions that are in force on a day: those without a clash whose units all exist by then.
fn in_force(
    plans: &Plans,
    makers: &BTreeMap<RecordId, BTreeSet<RecordId>>,
    (clashing, day): (&[Listed], Date),
) -> BTreeSet<RecordId> {
    let clashes = |merger: &RecordId| clashing.iter().any(|listed| listed.options.contains(&merger.to_string()));
    let mut in_force = BTreeSet::new();
    loop {
        let exists = |merger: &RecordId, unit: &RecordId| {
            makers.get(unit).is_none_or(|makers| makers.iter().any(|maker| maker == merger || in_force.contains(maker)))
        };
        let more: Vec<RecordId> = plans
            .iter()
            .filter(|(merger, plan)| {
                plan.on.is_some_and(|on| on <= day) && !clashes(merger) && !in_force.contains(*merger)
            })
            .filter(|(merger, plan)| plan.from.iter().chain(&plan.into).all(|unit| exists(merger, unit)))
            .map(|(merger, _)| *merger)
            .collect();
        if more.is_empty() {
            return in_force;
        }
        in_force.extend(more);
    }
}

/// The households of every unit: its own, and on top of them those of what went into it.
fn households(
    register: &Paper<'_>,
    plans: &Plans,
    (makers, in_force): (&BTreeMap<RecordId, BTreeSet<RecordId>>, &BTreeSet<RecordId>),
) -> BTreeMap<RecordId, Option<i64>> {
    let own = |unit| register.shown(unit, Field::HOUSEHOLDS).and_then(Value::as_int);
    let maker = |unit: &RecordId| makers.get(unit)?.iter().find(|maker| plans.contains_key(maker));
    let joins = |merger: &RecordId, unit: RecordId| match maker(&unit) {
        // Who says nothing of a new unit means the sum; who says a number means that.
        Some(maker) if maker == merger => own(unit).is_none(),
        maker => {
            let is_known = own(unit).is_some() || maker.is_some();
            is_known && plans[merger].target_had == own(unit) && in_force.contains(merger)
        }
    };
    let mut all: BTreeMap<RecordId, Option<i64>> = register.of_kind(Kind::UNIT).map(|unit| (unit, own(unit))).collect();
    // What went into what went into a unit is counted after as many rounds as there are decisions.
    for _ in 0..=plans.len() {
        let before = all.clone();
        for (unit, households) in &mut all {
            let joining: Vec<&Plan> = plans
                .iter()
                .filter(|(merger, plan)| !plan.splits && plan.into.contains(unit) && joins(merger, *unit))
                .map(|(_, plan)| plan)
                .collect();
            let known = |unit: &RecordId| before.get(unit).copied().flatten();
            let is_whole = joining.iter().flat_map(|plan| &plan.from).all(|source| known(source).is_some());
            let more: i64 = joining.iter().flat_map(|plan| &plan.from).filter_map(known).sum();
            if !joining.is_empty() {
                *households =
                    if own(*unit).is_some() || is_whole { Some(own(*unit).unwrap_or(0) + more) } else { None };
            }
        }
        if before == all {
            break;
        }
    }
    all
}
