//! What of the bulletin the rows of issues depend on: days of categories, the calendar, days to reply.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Calendar, Date, Field, Kind, Snapshot, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::load;
use crate::{Error, Result};

/// Milliseconds of a day, and by how many Vietnam is ahead of UTC.
const DAY_MS: i64 = 86_400_000;
const AHEAD_MS: i64 = 7 * 3_600_000;

/// The rules by which rows of issues were derived last, kept so that a bulletin that moves derives anew only what
/// depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// Working days by category.
    pub(crate) days: BTreeMap<String, i64>,
    /// Working days in which a commune should reply.
    pub(crate) reply_days: u16,
    /// After so many days of which nothing was received a commune is silent.
    pub(crate) silent_days: u32,
    /// The days on which offices work.
    pub(crate) calendar: Calendar,
}

/// What two sets of rules do not agree on.
#[derive(Debug)]
pub(crate) struct Changed {
    /// Categories with other days.
    categories: BTreeSet<String>,
    /// Days that are worked in one of them only, since 1970.
    days: BTreeSet<i64>,
    /// Whether communes have other days to reply.
    reply: bool,
}

/// What of the row of an issue tells whether rules that changed move it.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    /// Its category.
    pub(crate) category: &'a str,
    /// Whether two categories clash on it.
    pub(crate) in_clash: bool,
    /// The day it arrived.
    pub(crate) arrived: i64,
    /// The last day to which working days were counted from there.
    pub(crate) last: Option<i64>,
    /// The commune's last day to reply.
    pub(crate) reply_due: Option<i64>,
}

impl Changed {
    /// Whether a row may have to be derived anew.
    pub(crate) fn moves(&self, span: &Span<'_>) -> bool {
        let counted = span.last.filter(|last| span.arrived < *last).map(|last| span.arrived + 1..=last);
        self.categories.contains(span.category)
            || (span.in_clash && !self.categories.is_empty())
            || (self.reply && span.reply_due.is_some())
            || counted.is_some_and(|days| self.days.range(days).next().is_some())
            || span.reply_due.is_some_and(|last| self.days.range(..=last).next().is_some())
    }
}

/// What the bulletin says of days, or the first set where it says nothing.
fn calendar(days: &[Snapshot]) -> Calendar {
    if days.is_empty() { Calendar::first() } else { Calendar::of(days) }
}

/// What a day of the calendar says when offices work on it.
pub(crate) const WORKING: &str = "working";

/// The number of a rule of the province; of two records of one rule the first by name and id holds.
pub(crate) fn setting(settings: &[Snapshot], slug: &str, otherwise: u32) -> u32 {
    let found = settings.iter().filter(|record| record.text(Field::SLUG) == slug);
    found.filter_map(|record| u32::try_from(record.int(Field::COUNT)?).ok()).next().unwrap_or(otherwise)
}

/// The day of a moment in Vietnam, as days since 1970.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.0.saturating_add(AHEAD_MS).div_euclid(DAY_MS)
}

impl Default for Rules {
    fn default() -> Self {
        Self { days: BTreeMap::new(), reply_days: 3, silent_days: 2, calendar: Calendar::first() }
    }
}

impl Rules {
    /// What the bulletin says now.
    pub(crate) fn now(connection: &Connection) -> Result<Self> {
        let categories = load::bulletin(connection, Kind::CATEGORY)?;
        let days = categories
            .iter()
            .filter_map(|category| Some((category.text(Field::SLUG).to_owned(), category.int(Field::DEADLINE_DAYS)?)));
        let settings = load::bulletin(connection, Kind::SETTING)?;
        let first = Self::default();
        let reply_days = setting(&settings, "reply_days", first.reply_days.into());
        Ok(Self {
            days: days.collect(),
            reply_days: u16::try_from(reply_days).unwrap_or(u16::MAX),
            silent_days: setting(&settings, "silent_days", first.silent_days),
            calendar: calendar(&load::bulletin(connection, Kind::DAY)?),
        })
    }

    /// The rules by which all rows were derived last.
    pub(crate) fn last(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached("select rules from ruled")?;
        let rules: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        match rules {
            Some(rules) => serde_json::from_str(&rules).map_err(|_| Error::Unreadable("rules")),
            None => Ok(Self::default()),
        }
    }

    /// Remembers them as those by which all rows are derived.
    pub(crate) fn put(&self, tx: &Connection) -> Result<()> {
        tx.execute("insert or replace into ruled(one, rules) values (1, ?)", [serde_json::to_string(self)?])?;
        Ok(())
    }

    /// What differs from other rules.
    pub(crate) fn changed(&self, before: &Self) -> Changed {
        let all = self.days.keys().chain(before.days.keys());
        let days = |one: &BTreeSet<Date>, other: &BTreeSet<Date>| {
            one.symmetric_difference(other).map(|day| day.days()).collect::<Vec<_>>()
        };
        let (now, then) = (&self.calendar, &before.calendar);
        let mut moved = days(&now.holidays, &then.holidays);
        moved.extend(days(&now.working, &then.working));
        Changed {
            categories: all.filter(|slug| self.days.get(*slug) != before.days.get(*slug)).cloned().collect(),
            days: moved.into_iter().collect(),
            reply: self.reply_days != before.reply_days,
        }
    }

    /// Working days in which an issue of a category must be answered.
    pub(crate) fn days(&self, category: &str) -> Option<u16> {
        self.days.get(category).and_then(|days| u16::try_from(*days).ok())
    }

    /// How many working days lie between two moments.
    pub(crate) fn working_days(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.working_days_until(from.date(), to.date()).max(0)
    }

    /// The last of so many working days after a day.
    pub(crate) fn plus_working_days(&self, day: Date, days: u16) -> Date {
        self.calendar.plus_working_days(day, days)
    }

    /// How many working days lie after a day up to and with another; negative when that one is past.
    pub(crate) fn working_days_until(&self, day: Date, other: Date) -> i64 {
        self.calendar.working_days_until(day, other)
    }
}
