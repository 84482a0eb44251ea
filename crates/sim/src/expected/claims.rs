//! Facts of a commune that exclude each other: one unit in two mergers, mergers in a ring, a post with too many holders.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{EventId, EventKind, Field, Kind, RecordId, Value};

use super::paper::{Happened, Paper};
use super::{Listed, POST_HOLDERS};

/// What mergers take, and into what.
type Plans = BTreeMap<RecordId, (BTreeSet<RecordId>, RecordId)>;

/// Units in two passed mergers, and rings.
pub(super) fn mergers(register: &Paper<'_>) -> Vec<Listed> {
    let passed_over: BTreeSet<RecordId> =
        register.events.iter().filter(|event| event.settles()).flat_map(Happened::passed_over).collect();
    let mut plans: Plans = BTreeMap::new();
    for merger in register.of_kind(Kind::MERGER) {
        let into = register.shown(merger, Field::INTO).and_then(Value::as_id);
        let from = register.shown(merger, Field::FROM).map_or(&[][..], Value::as_ids);
        if let Some(into) = into.filter(|_| stands(register, merger, &passed_over)) {
            plans.insert(merger, (from.iter().copied().filter(|unit| *unit != into).collect(), into));
        }
    }
    let mut listed = BTreeSet::new();
    for unit in plans.values().flat_map(|(from, _)| from) {
        listed.insert(("unit_twice", takers(&plans, *unit)));
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

/// Whether a merger is passed, by its passing or by a settlement for it that nobody passed over.
fn stands(register: &Paper<'_>, merger: RecordId, passed_over: &BTreeSet<RecordId>) -> bool {
    let of_it: Vec<&Happened<'_>> = register
        .events
        .iter()
        .filter(|event| event.record == merger && (event.kind == EventKind::MERGER_PASS || event.settles()))
        .collect();
    let seen: BTreeSet<&EventId> = of_it.iter().flat_map(|event| event.after).collect();
    of_it.iter().filter(|event| !seen.contains(&event.id)).any(|event| !passed_over.contains(&RecordId(event.id.0)))
}

/// The mergers that end a unit.
fn takers(plans: &Plans, unit: RecordId) -> BTreeSet<RecordId> {
    plans.iter().filter(|(_, (from, _))| from.contains(&unit)).map(|(merger, _)| *merger).collect()
}

/// The mergers into which a merger leads.
fn all_ahead(plans: &Plans, merger: RecordId) -> BTreeSet<RecordId> {
    let mut ahead = BTreeSet::new();
    let mut open = vec![merger];
    while let Some(next) = open.pop() {
        open.extend(takers(plans, plans[&next].1).into_iter().filter(|taker| ahead.insert(*taker)));
    }
    ahead
}

/// Posts with more holders than they may have. All holdings of these worlds are for the same days.
pub(super) fn posts(register: &Paper<'_>, people: &Paper<'_>) -> Vec<Listed> {
    let settlements: Vec<&Happened<'_>> = people.events.iter().filter(|event| event.settles()).collect();
    let passed_over: BTreeSet<RecordId> = settlements.iter().flat_map(|event| event.passed_over()).collect();
    let mut held: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    for holding in people.of_kind(Kind::HOLDING) {
        let for_it = settlements.iter().filter(|event| event.record == holding).map(|event| RecordId(event.id.0));
        let stands = std::iter::once(holding).chain(for_it).any(|carrier| !passed_over.contains(&carrier));
        if let Some(post) = people.shown(holding, Field::POST).and_then(Value::as_id).filter(|_| stands) {
            held.entry(post).or_default().insert(holding);
        }
    }
    let person = |holding: &RecordId| people.shown(*holding, Field::PERSON);
    held.retain(|post, holdings| {
        let people: BTreeSet<_> = holdings.iter().map(person).collect();
        let most = register.shown(*post, Field::MAX_HOLDERS).and_then(Value::as_int);
        most.is_some_and(|most| i64::try_from(people.len()).unwrap_or(i64::MAX) > most)
    });
    held.values().map(|holdings| among(POST_HOLDERS, holdings)).collect()
}

fn among(kind: &str, records: &BTreeSet<RecordId>) -> Listed {
    Listed { kind: kind.to_owned(), record: None, options: records.iter().map(RecordId::to_string).collect() }
}
