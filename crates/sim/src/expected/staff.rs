//! Who left, who holds what although they left, and which posts are crowded.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Date, Field, Kind, RecordId, Value};

use super::claims::{among, stands_by};
use super::ends::Ends;
use super::paper::Paper;
use super::persons::Same;
use super::{Listed, POST_HOLDERS};

pub(super) const LEAVER_TWICE: &str = "leaver_twice";
pub(super) const LEAVER_HOLDS: &str = "leaver_holds";

/// Leavings that nobody passed over: by person, then by day and reason.
type Leavings<'p> = BTreeMap<RecordId, BTreeMap<(Date, &'p str), BTreeSet<RecordId>>>;

/// A holding that nobody passed over, on the days on which it counts.
struct Held {
    holding: RecordId,
    person: RecordId,
    seat: (RecordId, Option<RecordId>),
    from: Option<Date>,
    to: Option<Date>,
    /// Whether something else ends it than its own word.
    is_cut: bool,
}

impl Held {
    fn on(&self, day: Option<Date>) -> bool {
        let Some(day) = day else { return self.from.is_none() };
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to < from)
    }

    fn end(&mut self, last: Date) {
        if self.to.is_none_or(|to| to > last) {
            (self.to, self.is_cut) = (Some(last), true);
        }
    }
}

/// A person, a post, a unit; the first day and the last.
pub(super) type Seat = (RecordId, RecordId, Option<RecordId>, Option<Date>, Option<Date>);

/// What follows from a commune's people.
pub(super) struct Staff {
    pub(super) listed: Vec<Listed>,
    /// The first day out of service of those who left.
    pub(super) left: BTreeMap<RecordId, Date>,
    /// Who sits where by each holding, and on which days.
    pub(super) seats: BTreeMap<RecordId, Seat>,
}

pub(super) fn staff(register: &Paper<'_>, people: &Paper<'_>, same: &Same, ends: &Ends) -> Staff {
    let leavings = leavings(people, same);
    let mut listed: BTreeSet<Listed> = BTreeSet::new();
    let first = |same: &BTreeSet<RecordId>| same.first().copied().expect("a leaving is written in a record");
    for said in leavings.values().filter(|said| said.len() > 1) {
        listed.insert(among(LEAVER_TWICE, &said.values().map(first).collect()));
    }
    let mut all = held((register, people), same, ends);
    for held in &mut all {
        let Some(((on, _), gone)) = leavings.get(&held.person).and_then(BTreeMap::first_key_value) else { continue };
        let says_beyond = !held.is_cut && held.to.is_some_and(|to| to > *on);
        if !held.is_empty() && (held.from.is_some_and(|from| from >= *on) || says_beyond) {
            listed.insert(among(LEAVER_HOLDS, &BTreeSet::from([first(gone), held.holding])));
        } else {
            held.end(on.plus_days(-1));
        }
    }
    listed.extend(crowded(register, &all));
    let left = leavings.iter().filter_map(|(person, said)| Some((*person, said.keys().next()?.0))).collect();
    let seat = |held: &Held| (held.person, held.seat.0, held.seat.1, held.from, held.to);
    let seats = all.iter().map(|held| (held.holding, seat(held))).collect();
    Staff { listed: listed.into_iter().collect(), left, seats }
}

fn leavings<'p>(people: &'p Paper<'_>, same: &Same) -> Leavings<'p> {
    let mut leavings = Leavings::new();
    for leaver in people.of_kind(Kind::LEAVER).filter(|leaver| stands_by(people, *leaver, None)) {
        let said = |field| people.shown(leaver, field);
        let person = said(Field::PERSON).and_then(Value::as_id).filter(|person| !people.is_mistake(*person));
        let (Some(person), Some(on)) = (person, said(Field::ON).and_then(Value::as_date)) else { continue };
        let reason = said(Field::REASON).and_then(Value::as_text).unwrap_or_default();
        leavings.entry(same.kept(person)).or_default().entry((on, reason)).or_default().insert(leaver);
    }
    leavings
}

fn held((register, people): (&Paper<'_>, &Paper<'_>), same: &Same, ends: &Ends) -> Vec<Held> {
    let mut all = Vec::new();
    for holding in people.of_kind(Kind::HOLDING).filter(|holding| stands_by(people, *holding, None)) {
        let said = |field| people.shown(holding, field);
        let record = |field| said(field).and_then(Value::as_id);
        let (Some(person), Some(post)) = (record(Field::PERSON), record(Field::POST)) else { continue };
        if people.is_mistake(person) || register.is_mistake(post) {
            continue;
        }
        let day = |field| said(field).and_then(Value::as_date);
        let (from, to) = (day(Field::VALID_FROM), day(Field::VALID_TO));
        let mut unit = record(Field::UNIT);
        // What begins in a unit that is gone sits in the unit that took its place by then.
        while let Some((_, Some(next))) = unit.and_then(|unit| ends.get(&unit)).filter(|end| Some(end.0) <= from) {
            unit = Some(*next);
        }
        let mut held = Held { holding, person: same.kept(person), seat: (post, unit), from, to, is_cut: false };
        if let Some((on, _)) = unit.and_then(|unit| ends.get(&unit)) {
            held.end(on.plus_days(-1));
        }
        all.push(held);
    }
    all
}

/// Posts with more people on one day than may hold them, among those who hold them on such a day.
fn crowded(register: &Paper<'_>, all: &[Held]) -> Vec<Listed> {
    let mut seats: BTreeMap<_, Vec<&Held>> = BTreeMap::new();
    for held in all.iter().filter(|held| !held.is_empty()) {
        seats.entry(held.seat).or_default().push(held);
    }
    let mut listed = Vec::new();
    for ((post, _), sitting) in seats {
        let Some(most) = register.shown(post, Field::MAX_HOLDERS).and_then(Value::as_int) else { continue };
        let crowds = sitting.iter().filter_map(|first| {
            let there = sitting.iter().filter(|held| held.on(first.from));
            let (people, holdings): (BTreeSet<_>, BTreeSet<_>) = there.map(|held| (held.person, held.holding)).unzip();
            (i64::try_from(people.len()).unwrap_or(i64::MAX) > most).then_some(holdings)
        });
        listed.extend(super::joined(crowds.collect()).iter().map(|holdings| among(POST_HOLDERS, holdings)));
    }
    listed
}
