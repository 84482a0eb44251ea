//! Who has left, when leavings differ, and who holds something although they left.

use std::collections::BTreeMap;

use super::super::claims::Claims;
use super::super::clash::{Clash, ClashKind, ClashOption, Said};
use super::seats::Claim;
use super::{Ending, there};
use crate::id::RecordId;
use crate::record::{Field, Kind, Snapshot};
use crate::time::Date;
use crate::vocabulary;

/// A leaving that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// Its record.
    pub record: RecordId,
    /// Other records that say the same.
    pub doubles: Vec<RecordId>,
    /// The first day out of service: "nghỉ từ ngày".
    pub on: Date,
    /// Slug of the reason (`exit_reason`).
    pub reason: String,
    /// Whether another record says otherwise, until that is settled.
    pub in_clash: bool,
}

/// Leavings that nobody passed over: by person, then by day and reason. The earliest of a person counts.
pub(super) struct Leavings<'a> {
    of: BTreeMap<RecordId, BTreeMap<(Date, &'a str), Vec<Written<'a>>>>,
}

struct Written<'a> {
    leaver: &'a Snapshot,
    carriers: Vec<RecordId>,
}

impl<'a> Leavings<'a> {
    /// `kept` names the record under which a person is known; none when the person was a mistake.
    pub(super) fn new(leavers: &'a [Snapshot], settled: &Claims, kept: impl Fn(RecordId) -> Option<RecordId>) -> Self {
        let mut leavings = Self { of: BTreeMap::new() };
        let unique: BTreeMap<RecordId, &Snapshot> = there(leavers, Kind::LEAVER).map(|it| (it.id, it)).collect();
        for leaver in unique.into_values() {
            let person = leaver.id(Field::PERSON).and_then(&kept);
            let (Some(person), Some(on)) = (person, leaver.date(Field::ON)) else { continue };
            let carriers = settled.standing(leaver.id);
            if carriers.is_empty() {
                continue;
            }
            let of_person = leavings.of.entry(person).or_default();
            of_person.entry((on, leaver.text(Field::REASON))).or_default().push(Written { leaver, carriers });
        }
        leavings
    }

    /// Leavings of one person that differ in day or reason.
    pub(super) fn clashes(&self) -> impl Iterator<Item = Clash> {
        self.of.values().filter(|said| said.len() > 1).filter_map(|said| {
            let options: Vec<_> = said.iter().filter_map(|((on, reason), same)| option(same, *on, reason)).collect();
            let first = said.values().flatten().map(|said| said.leaver).min_by_key(|leaver| leaver.id)?;
            Some(Clash::new(ClashKind::LeaverTwice, first.id, first.doc, options))
        })
    }

    /// Ends a holding with the leaving of its person, or lists that both cannot be.
    pub(super) fn end(&self, claim: &mut Claim<'_>) -> Option<Clash> {
        let said = self.of.get(&claim.person)?;
        let ((on, _), same) = said.first_key_value()?;
        if !claim.is_empty() && (claim.from.is_some_and(|from| from >= *on) || claim.says_beyond(*on)) {
            let mut gone = option(same, *on, "")?;
            // Whoever decides that somebody did not leave means every leaving of theirs.
            gone.claims.extend(said.values().skip(1).flatten().flat_map(|said| said.carriers.iter().copied()));
            let (record, doc) = (claim.holding.id, claim.holding.doc);
            return Some(Clash::new(ClashKind::LeaverHolds, record, doc, vec![gone, claim.option()]));
        }
        claim.end(on.plus_days(-1), Ending::Left);
        None
    }

    pub(super) fn stand(self) -> BTreeMap<RecordId, Leaving> {
        let stands = self.of.into_iter().filter_map(|(person, said)| {
            let in_clash = said.len() > 1;
            let ((on, reason), same) = said.into_iter().next()?;
            let mut records = same.iter().map(|said| said.leaver.id);
            let record = records.next()?;
            let doubles = records.collect();
            Some((person, Leaving { record, doubles, on, reason: reason.to_owned(), in_clash }))
        });
        stands.collect()
    }
}

fn option(same: &[Written<'_>], on: Date, reason: &str) -> Option<ClashOption> {
    let first = same.first()?;
    let carriers = same.iter().flat_map(|said| said.carriers.iter().copied()).collect();
    Some(ClashOption::record(first.leaver, carriers, said(on, reason)))
}

/// A leaving, which names nobody; without its reason when that is empty.
pub(in crate::fold) fn said(on: Date, reason: &str) -> Said {
    let word = vocabulary::word("exit_reason", reason);
    let why = |text: Option<&str>| text.map_or_else(String::new, |text| format!(": {text}"));
    let vi = format!("Đã nghỉ từ ngày {}{}", on.vi(), why(word.map(|word| word.vi)));
    Said::new(vi, format!("Left on {on}{}", why(word.map(|word| word.en))))
}
