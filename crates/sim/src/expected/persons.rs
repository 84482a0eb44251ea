//! Which records are of one person, by what people answered about each two of one name.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::text::search_key;
use hopluu_model::{Field, Kind, RecordId, Value};

use super::paper::Paper;
use super::{Listed, PERSON_TWICE};

/// What is known of records that may be of one person.
#[derive(Default)]
pub(super) struct Same {
    /// The clashes.
    pub(super) listed: Vec<Listed>,
    doubles: BTreeMap<RecordId, RecordId>,
}

impl Same {
    /// The record under which a person is known; in a ring, itself.
    pub(super) fn kept(&self, person: RecordId) -> RecordId {
        let (mut at, mut seen) = (person, BTreeSet::from([person]));
        while let Some(next) = self.doubles.get(&at) {
            if !seen.insert(*next) {
                return person;
            }
            at = *next;
        }
        at
    }
}

/// Asks about each two records, of all that there are.
pub(super) fn same(people: &Paper<'_>) -> Same {
    let persons: Vec<RecordId> = people.of_kind(Kind::PERSON).collect();
    let mut same = Same::default();
    let mut pairs = Vec::new();
    for (place, one) in persons.iter().enumerate() {
        for other in &persons[place + 1..] {
            pairs.push((*one, *other, answers(people, &persons, *one, *other)));
        }
    }
    for (one, other, answers) in &pairs {
        if let [answer] = answers.iter().collect::<Vec<_>>()[..]
            && answer.len() == 1
        {
            let (kept, double) = if answer.contains(one) { (*one, *other) } else { (*other, *one) };
            same.doubles.entry(double).or_insert(kept);
        }
    }
    let is_double = |person: RecordId| same.kept(person) != person;
    let open = pairs.iter().filter(|(one, other, answers)| match answers.iter().collect::<Vec<_>>()[..] {
        [] => alike(people, *one, *other) && !is_double(*one) && !is_double(*other),
        [answer] if answer.len() == 1 => !is_double(if answer.contains(one) { *other } else { *one }),
        [_] => false,
        _ => true,
    });
    same.listed = open
        .map(|(one, other, _)| Listed {
            kind: PERSON_TWICE.to_owned(),
            record: None,
            options: [one, other].map(RecordId::to_string).into(),
        })
        .collect();
    same
}

fn alike(people: &Paper<'_>, one: RecordId, other: RecordId) -> bool {
    let said = |person, field| people.shown(person, field).and_then(Value::as_text).unwrap_or_default();
    let name = |person| (search_key(said(person, Field::NAME)), said(person, Field::STAFF_CATEGORY));
    people.authors.get(&one) != people.authors.get(&other) && name(one) == name(other)
}

/// The records chosen by each settlement of these two that no other settlement of them passed over.
fn answers(people: &Paper<'_>, persons: &[RecordId], one: RecordId, other: RecordId) -> BTreeSet<BTreeSet<RecordId>> {
    let about = |weighed: &[RecordId]| {
        let of_persons: BTreeSet<&RecordId> = weighed.iter().filter(|id| persons.contains(id)).collect();
        of_persons == BTreeSet::from([&one, &other])
    };
    let settled: Vec<_> = people.events.iter().filter(|event| event.settles() && about(event.weighed())).collect();
    let passed_over: BTreeSet<RecordId> = settled.iter().flat_map(|event| event.passed_over()).collect();
    let standing = settled.iter().filter(|event| !passed_over.contains(&RecordId(event.id.0)));
    standing.map(|event| event.chosen()).collect()
}
