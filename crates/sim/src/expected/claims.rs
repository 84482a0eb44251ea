//! Facts of a commune that exclude each other: one unit in two mergers, mergers in a ring, a function in two buildings.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Date, EventId, EventKind, Field, Kind, RecordId, Value};

use super::paper::{Happened, Paper};
use super::{Listed, joined};

/// What a passed merger does.
pub(super) struct Plan {
    /// Whether it ends its units; else it gives them this name or kind.
    pub(super) ends: bool,
    alters: Option<(Field, Value)>,
    /// Whether it makes several of one, among which the households are shared out by hand.
    pub(super) splits: bool,
    pub(super) from: BTreeSet<RecordId>,
    pub(super) into: BTreeSet<RecordId>,
    pub(super) on: Option<Date>,
    /// The own households of an existing target when it was passed.
    pub(super) target_had: Option<i64>,
}

pub(super) type Plans = BTreeMap<RecordId, Plan>;

/// Units in two passed mergers, and rings.
pub(super) fn mergers(register: &Paper<'_>) -> Vec<Listed> {
    let plans = plans(register);
    let mut listed = BTreeSet::new();
    for unit in plans.values().flat_map(|plan| &plan.from) {
        let mut pairs = Vec::new();
        for (one, plan) in plans.iter().filter(|(_, plan)| plan.from.contains(unit)) {
            for (other, rival) in plans.iter().filter(|(other, plan)| *other != one && plan.from.contains(unit)) {
                if excludes(plan, rival) || excludes(rival, plan) {
                    pairs.push(BTreeSet::from([*one, *other]));
                }
            }
        }
        listed.extend(joined(pairs).into_iter().map(|group| ("unit_twice", group)));
    }
    for merger in plans.keys() {
        let ahead = all_ahead(&plans, *merger);
        listed.insert((
            "merger_ring",
            ahead.iter().copied().filter(|other| all_ahead(&plans, *other).contains(merger)).collect(),
        ));
    }
    let several = listed.into_iter().filter(|(_, mergers)| mergers.len() > 1);
    several.map(|(kind, mergers)| among(kind, &mergers)).collect()
}

/// The mergers that are passed and were not passed over.
pub(super) fn plans(register: &Paper<'_>) -> Plans {
    let passed_over: BTreeSet<RecordId> =
        register.events.iter().filter(|event| event.settles()).flat_map(Happened::passed_over).collect();
    let mut plans = Plans::new();
    for merger in register.of_kind(Kind::MERGER).filter(|merger| stands(register, *merger, &passed_over)) {
        let said = |field| register.shown(merger, field);
        let action = said(Field::ACTION).and_then(Value::as_text).unwrap_or("merge");
        let alters = match action {
            "rename" => said(Field::INTO_NAME).map(|name| (Field::NAME, name.clone())),
            "convert" => said(Field::UNIT_KIND).map(|kind| (Field::UNIT_KIND, kind.clone())),
            _ => None,
        };
        let into = match action {
            "split" => said(Field::PARTS).map_or(&[][..], Value::as_ids).iter().copied().collect(),
            _ => said(Field::INTO).and_then(Value::as_id).into_iter().collect::<BTreeSet<_>>(),
        };
        let from = said(Field::FROM).map_or(&[][..], Value::as_ids);
        let passing =
            register.events.iter().find(|event| event.record == merger && event.kind == EventKind::MERGER_PASS);
        let told = |field| passing.and_then(|event| event.get(field));
        let on = told(Field::EFFECTIVE_ON).and_then(Value::as_date);
        let target_had = told(Field::HOUSEHOLDS).and_then(Value::as_int);
        let from = from.iter().copied().filter(|unit| !into.contains(unit)).collect();
        let (ends, splits) = (alters.is_none(), action == "split");
        plans.insert(merger, Plan { ends, alters, splits, from, into, on, target_had });
    }
    plans
}

/// Whether the first ends a unit that the second ends or has any say about later, or both say otherwise of one day.
fn excludes(one: &Plan, other: &Plan) -> bool {
    if one.ends {
        return other.ends || other.on >= one.on;
    }
    let differ = one.alters != other.alters && one.on == other.on;
    let same = one.alters.as_ref().map(|(field, _)| field) == other.alters.as_ref().map(|(field, _)| field);
    !other.ends && same && differ
}

/// The name of a unit: that of the last renaming in force, or `None` when none is.
pub(super) fn renamed(register: &Paper<'_>, unit: RecordId, in_force: &BTreeSet<RecordId>) -> Option<String> {
    let plans = plans(register);
    let of_it = plans.iter().filter(|(merger, plan)| plan.from.contains(&unit) && in_force.contains(merger));
    let names = of_it.filter_map(|(merger, plan)| match &plan.alters {
        Some((Field::NAME, Value::Text(name))) => Some((plan.on, *merger, name.clone())),
        _ => None,
    });
    names.max().map(|(.., name)| name)
}

/// Whether a merger is passed, by its passing or by a settlement for it that nobody passed over.
fn stands(register: &Paper<'_>, merger: RecordId, passed_over: &BTreeSet<RecordId>) -> bool {
    let moves = |event: &&Happened<'_>| matches!(event.kind.0, 21..=27) || event.settles();
    let of_it: Vec<&Happened<'_>> =
        register.events.iter().filter(|event| event.record == merger).filter(moves).collect();
    // What a settlement stands for, through others that it settled again.
    let kind = |event: &Happened<'_>| {
        let mut base = of_it.iter().find(|other| other.id == event.id).copied();
        for _ in 0..of_it.len() {
            let Some(settlement) = base.filter(|base| base.settles()) else { break };
            let chosen = settlement.get(Field::CHOSEN).and_then(Value::as_id);
            base = of_it.iter().find(|other| Some(other.id.0) == chosen.map(|id| id.0)).copied();
        }
        base.map(|base| base.kind)
    };
    let seen: BTreeSet<&EventId> = of_it.iter().flat_map(|event| event.after).collect();
    let last: Vec<&&Happened<'_>> = of_it.iter().filter(|event| !seen.contains(&event.id)).collect();
    let decides = last.iter().filter_map(|event| kind(event)).min();
    let passings = last.iter().filter(|event| kind(event) == Some(EventKind::MERGER_PASS));
    decides == Some(EventKind::MERGER_PASS)
        && passings.into_iter().any(|event| !passed_over.contains(&RecordId(event.id.0)))
}

/// What cannot both hold within one merger, and the mergers of which that is not worked out here.
pub(super) fn within(register: &Paper<'_>) -> (Vec<Listed>, BTreeSet<RecordId>) {
    let (mut listed, mut settled) = (Vec::new(), BTreeSet::new());
    for merger in register.of_kind(Kind::MERGER) {
        match super::states::merger(register, merger) {
            Some(kinds) => listed.extend(kinds.into_iter().map(|kind| among(kind, &BTreeSet::from([merger])))),
            None => {
                settled.insert(merger);
            }
        }
    }
    (listed, settled)
}

/// The mergers that end a unit.
fn takers(plans: &Plans, unit: RecordId) -> BTreeSet<RecordId> {
    plans.iter().filter(|(_, plan)| plan.ends && plan.from.contains(&unit)).map(|(merger, _)| *merger).collect()
}

/// The mergers into which a merger leads.
fn all_ahead(plans: &Plans, merger: RecordId) -> BTreeSet<RecordId> {
    let mut ahead = BTreeSet::new();
    let mut open = vec![merger];
    while let Some(next) = open.pop() {
        let into = plans[&next].into.iter().flat_map(|unit| takers(plans, *unit));
        open.extend(into.collect::<Vec<_>>().into_iter().filter(|taker| ahead.insert(*taker)));
    }
    ahead
}

/// One function in two buildings.
pub(super) fn sites(register: &Paper<'_>) -> Vec<Listed> {
    let mut claimed: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for site in register.of_kind(Kind::SITE) {
        let text = |field| register.shown(site, field).and_then(Value::as_text).unwrap_or_default();
        if text(Field::STATE) == "handed_over" {
            continue;
        }
        for function in text(Field::FUNCTIONS).split(',').filter(|slug| !slug.is_empty()) {
            if stands_by(register, site, Some(function)) {
                claimed.entry(function.to_owned()).or_default().insert(site);
            }
        }
    }
    claimed.values().filter(|sites| sites.len() > 1).map(|sites| among("site_function", sites)).collect()
}

/// Whether a record, or a settlement for it about this, was passed over by nobody.
pub(super) fn stands_by(paper: &Paper<'_>, record: RecordId, topic: Option<&str>) -> bool {
    let about =
        |event: &&Happened<'_>| event.settles() && event.get(Field::FUNCTIONS).and_then(Value::as_text) == topic;
    let settlements: Vec<_> = paper.events.iter().filter(about).collect();
    let for_it = settlements.iter().filter(|event| event.record == record).map(|event| RecordId(event.id.0));
    let passed_over: BTreeSet<RecordId> = settlements.iter().flat_map(|event| event.passed_over()).collect();
    std::iter::once(record).chain(for_it).any(|carrier| !passed_over.contains(&carrier))
}

pub(super) fn among(kind: &str, records: &BTreeSet<RecordId>) -> Listed {
    Listed { kind: kind.to_owned(), record: None, options: records.iter().map(RecordId::to_string).collect() }
}
