//! The days on which offices work: Monday to Friday, but for holidays and days worked in exchange.
//!
//! Which those are is data of the province, kept in its bulletin ([`Kind::DAY`]); nobody else knows them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::{Field, Kind, Snapshot, Value};
use crate::time::Date;

/// A holiday, as the list `day_kind` of the vocabulary calls it.
const HOLIDAY: &str = "holiday";

/// The working days of a province.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Days from Monday to Friday on which offices rest.
    pub holidays: BTreeSet<Date>,
    /// Days on which offices work whatever else is said of them: of two records of one day the stricter holds.
    pub working: BTreeSet<Date>,
}

impl Calendar {
    /// The calendar that records of the bulletin make; records of other kinds are left out.
    #[must_use]
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Snapshot>) -> Self {
        let mut calendar = Self::default();
        for day in records.into_iter().filter(|record| record.kind == Kind::DAY) {
            if let Some(on) = day.get(Field::ON).and_then(Value::as_date) {
                calendar.note(on, day.text(Field::STATE));
            }
        }
        calendar
    }

    /// The calendar of the first set, as long as no bulletin says otherwise.
    #[must_use]
    pub fn first() -> Self {
        let mut calendar = Self::default();
        for (on, kind, _) in first_days() {
            calendar.note(on, kind);
        }
        calendar
    }

    fn note(&mut self, on: Date, kind: &str) {
        if kind == HOLIDAY {
            self.holidays.insert(on)
        } else {
            self.working.insert(on)
        };
    }

    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        self.working.contains(&day) || !(day.is_weekend() || self.holidays.contains(&day))
    }

    /// The last of so many working days after a day: the deadline of what arrived then.
    #[must_use]
    pub fn plus_working_days(&self, day: Date, days: u16) -> Date {
        self.after_days(day, days, |_| false)
    }

    /// As [`Self::plus_working_days`], passing over the days on which a clock stands still.
    pub(crate) fn after_days(&self, from: Date, days: u16, paused: impl Fn(Date) -> bool) -> Date {
        let (mut day, mut left) = (from, days);
        while left > 0 {
            let next = day.plus_days(1);
            if next == day {
                break;
            }
            day = next;
            left -= u16::from(self.is_working_day(day) && !paused(day));
        }
        day
    }

    /// How many working days lie after a day up to and with another; negative when that one is past.
    #[must_use]
    pub fn working_days_until(&self, day: Date, other: Date) -> i64 {
        let (from, to, sign) = if day <= other { (day, other, 1) } else { (other, day, -1) };
        let first = from.plus_days(1);
        if first > to {
            return 0;
        }
        let rest = self.holidays.range(first..=to).filter(|day| !day.is_weekend() && !self.working.contains(day));
        let extra = self.working.range(first..=to).filter(|day| day.is_weekend());
        let count = |days: usize| i64::try_from(days).unwrap_or(i64::MAX);
        sign * (from.weekdays_until(to) - count(rest.count()) + count(extra.count()))
    }
}

/// The first set: days, slugs of `day_kind` and names, in the order of the calendar.
pub fn first_days() -> impl Iterator<Item = (Date, &'static str, &'static str)> {
    let rows = include_str!("../data/calendar.csv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split(';');
        Some((cells.next()?.parse().ok()?, cells.next()?, cells.next()?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary;

    fn day(year: i16, month: u8, of: u8) -> Date {
        Date::new(year, month, of).unwrap()
    }

    #[test]
    fn the_first_set_is_whole_and_says_nothing_twice() {
        let days: Vec<_> = first_days().collect();
        assert_eq!(days.len(), include_str!("../data/calendar.csv").lines().count() - 1);
        assert!(days.is_sorted_by(|one, other| one.0 < other.0));
        for (on, kind, name) in &days {
            assert!(vocabulary::word("day_kind", kind).is_some() && !name.is_empty(), "{on}");
            assert_eq!(on.is_weekend(), *kind == "working", "{on} is listed without need");
        }
    }

    #[test]
    fn weekends_without_a_calendar() {
        let plain = Calendar::default();
        let friday = day(2026, 11, 20);
        assert_eq!(plain.plus_working_days(friday, 3), day(2026, 11, 25));
        assert_eq!(plain.plus_working_days(friday, 0), friday);
        let sunday = friday.plus_days(2);
        assert_eq!((plain.working_days_until(friday, sunday), plain.working_days_until(sunday, friday)), (0, 0));
        assert_eq!(plain.working_days_until(day(2026, 11, 27), friday), -5);
        assert_eq!(plain.plus_working_days(day(9999, 12, 30), 365), day(9999, 12, 31));
    }

    #[test]
    fn tet_and_days_worked_in_exchange() {
        let calendar = Calendar::first();
        // Arrived on the last Friday before Tết 2026: the next working day is ten days later.
        let friday = day(2026, 2, 13);
        assert_eq!(calendar.plus_working_days(friday, 1), day(2026, 2, 23));
        assert_eq!(calendar.working_days_until(friday, day(2026, 2, 22)), 0);
        // Monday 31 August is off, Saturday 22 August is worked instead.
        assert!(calendar.is_working_day(day(2026, 8, 22)) && !calendar.is_working_day(day(2026, 8, 31)));
        assert_eq!(calendar.plus_working_days(day(2026, 8, 21), 1), day(2026, 8, 22));
        assert_eq!(calendar.plus_working_days(day(2026, 8, 28), 1), day(2026, 9, 3));
        assert_eq!(calendar.working_days_until(day(2026, 8, 20), day(2026, 9, 3)), 8);
    }

    #[test]
    fn of_two_records_of_one_day_the_stricter_holds() {
        let mut calendar = Calendar::default();
        let monday = day(2026, 8, 31);
        calendar.note(monday, "holiday");
        assert!(!calendar.is_working_day(monday));
        calendar.note(monday, "working");
        assert!(calendar.is_working_day(monday));
        assert_eq!(calendar.working_days_until(day(2026, 8, 30), monday), 1);
    }

    proptest! {
        #[test]
        fn counting_and_adding_agree(
            start in 0_i64..700, days in 0_u16..300,
            holidays in prop::collection::btree_set(0_i64..1_000, 0..40),
            working in prop::collection::btree_set(0_i64..1_000, 0..40),
        ) {
            let on = |days: i64| day(2026, 1, 1).plus_days(days);
            let calendar = Calendar {
                holidays: holidays.into_iter().map(on).collect(),
                working: working.into_iter().map(on).collect(),
            };
            let from = on(start);
            let to = calendar.plus_working_days(from, days);
            prop_assert_eq!(calendar.working_days_until(from, to), i64::from(days));
            prop_assert_eq!(calendar.working_days_until(to, from), -i64::from(days));
            let counted = (1..).map(|more| from.plus_days(more)).take_while(|day| *day <= to);
            prop_assert_eq!(counted.filter(|day| calendar.is_working_day(*day)).count(), usize::from(days));
        }
    }
}
