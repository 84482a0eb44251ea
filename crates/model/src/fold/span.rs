//! From which day to which a unit counts, so that a total on any day is a question about rows.

use std::collections::{BTreeMap, BTreeSet};

use super::merger::MergerFold;
use super::register::{UnitFold, UnitStatus, is_known, planned};
use crate::id::RecordId;
use crate::record::{Field, Snapshot};
use crate::time::Date;

/// Days on which a unit exists and is the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The unit.
    pub unit: RecordId,
    /// The first of these days.
    pub since: Date,
    /// The last of these days; the last day of the calendar when no end is known.
    pub until: Date,
    /// Slug of its kind.
    pub kind: String,
    /// Its households.
    pub households: Option<i64>,
    /// Whether it stands in a clash, and counts as before it.
    pub in_clash: bool,
    /// How it ended after these days: `merged`, `split`, `dissolved`, `ended`; empty when it did not.
    pub ending: &'static str,
}

/// The days on which each unit counts, in order: what [`super::register`] says, for every day at once.
#[must_use]
pub fn spans(units: &[Snapshot], mergers: &[(Snapshot, MergerFold)]) -> Vec<Span> {
    let (plan, _) = planned(mergers);
    let units: Vec<&Snapshot> = units.iter().filter(|unit| is_known(unit, &plan)).collect();
    let first = Date::new(1, 1, 1).expect("the first day of the calendar exists");
    let last = first.plus_days(i64::MAX);
    let mut days = BTreeSet::from([first, first.plus_days(1)]);
    days.extend(plan.days());
    days.extend(units.iter().filter_map(|unit| unit.date(Field::VALID_FROM)));
    days.extend(units.iter().filter_map(|unit| unit.date(Field::VALID_TO)).map(|day| day.plus_days(1)));
    let mut open: BTreeMap<RecordId, Span> = BTreeMap::new();
    let mut done = Vec::new();
    for day in days {
        let standings = plan.standings(day);
        let mut folds: BTreeMap<RecordId, UnitFold> =
            units.iter().map(|unit| (unit.id, plan.unit(unit, &standings, day))).collect();
        plan.inherit(&mut folds, &standings);
        for (unit, fold) in folds {
            let now = fold.counts().then(|| Span {
                unit,
                since: day,
                until: last,
                in_clash: fold.status == UnitStatus::InClash,
                kind: fold.kind,
                households: fold.households,
                ending: "",
            });
            let goes_on = |span: &Span| {
                now.as_ref().is_some_and(|now| {
                    (&now.kind, now.households, now.in_clash) == (&span.kind, span.households, span.in_clash)
                })
            };
            if open.get(&unit).is_some_and(goes_on) {
                continue;
            }
            if let Some(mut before) = open.remove(&unit) {
                before.until = day.plus_days(-1);
                before.ending = if now.is_some() { "" } else { ending(&fold.status) };
                done.push(before);
            }
            open.extend(now.map(|span| (unit, span)));
        }
    }
    done.extend(open.into_values());
    done.sort();
    done
}

fn ending(status: &UnitStatus) -> &'static str {
    match status {
        UnitStatus::Merged { .. } => "merged",
        UnitStatus::Split { .. } => "split",
        UnitStatus::Dissolved { .. } => "dissolved",
        UnitStatus::Ended { .. } => "ended",
        UnitStatus::Active | UnitStatus::InClash | UnitStatus::Planned { .. } | UnitStatus::Future { .. } => "",
    }
}
