//! Two records of what may be one person.
//!
//! Persons have no number here, so two offices that enter one person make two records, and nobody but people can tell
//! them from namesakes. Records are asked about two by two: *this one is kept, the other is its double*, or *they are
//! two people*, for which a settlement chooses both. Answers that differ concurrently bring the question back.

use std::collections::{BTreeMap, BTreeSet};

use super::super::clash::{Clash, ClashKind, ClashOption, Said, Settler};
use super::super::history::{chosen, losers};
use super::there;
use crate::id::RecordId;
use crate::record::{Event, EventKind, Field, Kind, Snapshot, Value};
use crate::text::search_key;

/// Which records are doubles of which, and what is to be settled.
pub(super) struct Same {
    pub(super) doubles: BTreeMap<RecordId, RecordId>,
    pub(super) clashes: Vec<Clash>,
}

/// Two records, the smaller id first.
type Pair = (RecordId, RecordId);

/// The answers about a pair that no later answer weighed: which record is kept, or both.
type Answers<'a> = BTreeMap<&'a [RecordId], Vec<RecordId>>;

pub(super) fn fold(persons: &[Snapshot], settlements: &[Event]) -> Same {
    let persons: BTreeMap<RecordId, &Snapshot> = there(persons, Kind::PERSON).map(|it| (it.id, it)).collect();
    let answered = answers(&persons, settlements);
    let mut same = Same { doubles: doubles(&answered), clashes: Vec::new() };
    let none = Answers::new();
    for pair in alike(&persons).into_iter().chain(answered.keys().copied()).collect::<BTreeSet<_>>() {
        let answers = answered.get(&pair).unwrap_or(&none);
        let is_double = |person: RecordId| same.doubles.contains_key(&person);
        // What was answered of a double is answered of the record that was kept.
        let open = match answers.len() {
            0 => !is_double(pair.0) && !is_double(pair.1),
            1 => unheeded(pair, answers, &same.doubles),
            _ => true,
        };
        if open {
            same.clashes.push(clash(&persons, pair, answers));
        }
    }
    same
}

/// Records of one name and category that came by different author chains.
fn alike(persons: &BTreeMap<RecordId, &Snapshot>) -> Vec<Pair> {
    let mut named: BTreeMap<(String, &str), Vec<&Snapshot>> = BTreeMap::new();
    for person in persons.values() {
        let name = search_key(person.text(Field::NAME));
        named.entry((name, person.text(Field::STAFF_CATEGORY))).or_default().push(person);
    }
    let mut pairs = Vec::new();
    for group in named.values() {
        for (place, one) in group.iter().enumerate() {
            let others = group[place + 1..].iter().filter(|other| other.actor != one.actor);
            pairs.extend(others.map(|other| (one.id, other.id)));
        }
    }
    pairs
}

fn answers<'a>(persons: &BTreeMap<RecordId, &Snapshot>, settlements: &'a [Event]) -> BTreeMap<Pair, Answers<'a>> {
    let mut about: BTreeMap<Pair, Vec<&Event>> = BTreeMap::new();
    let effective = settlements.iter().filter(|event| {
        event.kind == EventKind::SETTLE
            && !event.fields.contains_key(&Field::FIELD)
            && Settler::LEADER.admits(event.side, !event.text(Field::REASON).is_empty())
    });
    for event in effective {
        let weighed = event.fields.get(&Field::WEIGHED).map_or(&[][..], Value::as_ids);
        let about_these: BTreeSet<_> = weighed.iter().filter(|id| persons.contains_key(id)).copied().collect();
        let mut two = about_these.into_iter();
        if let (Some(one), Some(other), None) = (two.next(), two.next(), two.next()) {
            about.entry((one, other)).or_default().push(event);
        }
    }
    let standing = about.into_iter().map(|(pair, events)| {
        let passed_over: BTreeSet<RecordId> = events.iter().flat_map(|event| losers(event)).collect();
        let mut answers = Answers::new();
        for event in events.iter().filter(|event| !passed_over.contains(&RecordId(event.id.0))) {
            answers.entry(chosen(event)).or_default().push(RecordId(event.id.0));
        }
        (pair, answers)
    });
    standing.collect()
}

/// Doubles by the pairs with one answer. In a ring, which only answers that knew nothing of each other make, none is one.
fn doubles(answered: &BTreeMap<Pair, Answers<'_>>) -> BTreeMap<RecordId, RecordId> {
    let mut direct: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (pair, answers) in answered.iter().filter(|(_, answers)| answers.len() == 1) {
        match answers.keys().next() {
            Some([kept]) if *kept == pair.0 => direct.entry(pair.1).or_insert(pair.0),
            Some([kept]) if *kept == pair.1 => direct.entry(pair.0).or_insert(pair.1),
            _ => continue,
        };
    }
    let end = |of: RecordId| {
        let mut at = of;
        for _ in 0..direct.len() {
            match direct.get(&at) {
                Some(next) => at = *next,
                None => return Some(at),
            }
        }
        (!direct.contains_key(&at)).then_some(at)
    };
    direct.keys().filter_map(|double| Some((*double, end(*double)?))).collect()
}

/// Whether the one answer about a pair has no effect: its double is no double, since answers led round in a ring.
fn unheeded(pair: Pair, answers: &Answers<'_>, doubles: &BTreeMap<RecordId, RecordId>) -> bool {
    match answers.keys().next() {
        Some([kept]) => {
            let double = if *kept == pair.0 { pair.1 } else { pair.0 };
            !doubles.contains_key(&double)
        }
        _ => false,
    }
}

fn clash(persons: &BTreeMap<RecordId, &Snapshot>, pair: Pair, answers: &Answers<'_>) -> Clash {
    let (one, other) = (persons[&pair.0], persons[&pair.1]);
    let claims = |first: &[RecordId]| {
        let standing = answers.get(first).into_iter().flatten();
        first.iter().chain(standing).copied().collect::<Vec<_>>()
    };
    let keep = |person: &Snapshot| ClashOption::record(person, claims(&[person.id]), kept(person.id));
    let both = [one.id, other.id];
    let mut apart = ClashOption::record(one, claims(&both), two());
    apart.value = Value::Ids(both.to_vec());
    Clash::new(ClashKind::PersonTwice, one.id, one.doc, vec![keep(one), keep(other), apart])
}

/// One record is kept.
pub(in crate::fold) fn kept(person: RecordId) -> Said {
    let short = person.short();
    Said::new(
        format!("Giữ hồ sơ {short}; hồ sơ kia là bản trùng"),
        format!("Keep record {short}; the other is its double"),
    )
}

/// Both are kept.
pub(in crate::fold) fn two() -> Said {
    Said::new("Hai người khác nhau", "Two different people")
}
