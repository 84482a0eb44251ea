//! What lists and sums ask of every issue, kept in memory: about sixty bytes each.
//!
//! The table `issue` is the truth; a [`Facts`] is read from it once and then follows by the numbers of its rows. So a
//! question with any filter looks at each issue once, in memory, instead of leafing through the file; only the rows of
//! the page that is shown are read from it.

mod names;

use std::collections::BTreeMap;

use hopluu_model::Timestamp;
use hopluu_model::fold::IssueState;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::derive::rules::day_of;
use crate::load::DocNo;
use crate::{Error, Result};

pub(crate) use names::{Name, Names};

/// Stands where there is no day.
pub(crate) const NO_DAY: i32 = i32::MIN;
/// Stands where there is no number of days.
pub(crate) const NO_COUNT: i16 = -1;
/// In `slots`: no issue has this row number.
const NOWHERE: u32 = u32::MAX;

/// What lists and sums ask of one issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Row number of its record.
    pub(crate) n: u32,
    /// When it arrived, or was entered while it has not.
    pub(crate) moment: i64,
    pub(crate) state: IssueState,
    pub(crate) is_open: bool,
    pub(crate) is_urgent: bool,
    pub(crate) is_paused: bool,
    pub(crate) is_met: Option<bool>,
    pub(crate) is_unconfirmed: bool,
    /// Names of a collection, of slugs, of records and of accounts.
    pub(crate) collection: Name,
    pub(crate) category: Name,
    pub(crate) cause: Name,
    pub(crate) lead: Name,
    /// All helpers together, as one name.
    pub(crate) helpers: Name,
    pub(crate) common: Name,
    pub(crate) reporter: Name,
    pub(crate) holder: Name,
    /// Days since 1970, or [`NO_DAY`].
    pub(crate) due: i32,
    pub(crate) reply_due: i32,
    pub(crate) answered: i32,
    pub(crate) solved: i32,
    /// Working days from arrival, or [`NO_COUNT`].
    pub(crate) answer_days: i16,
    pub(crate) solve_days: i16,
}

impl Fact {
    /// The day it was reported.
    pub(crate) fn day(&self) -> i32 {
        short(day_of(Timestamp(self.moment)))
    }

    /// Whether the clock of its deadline runs: nobody has answered, and nothing is asked of the commune.
    pub(crate) fn is_running(&self) -> bool {
        self.is_open && !self.is_paused && self.is_met.is_none() && self.due != NO_DAY
    }

    /// Whether it should have been answered before a day.
    pub(crate) fn is_overdue(&self, today: i32) -> bool {
        self.is_running() && self.due < today
    }

    /// Whether it waits for the leader of its commune, and does not count yet.
    pub(crate) fn is_submitted(&self) -> bool {
        self.state == IssueState::Submitted
    }
}

/// All issues that the view holds.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The highest number of a row that was taken in, and the epoch: a row that goes begins another one.
    seen: Option<(i64, i64)>,
    rows: Vec<Fact>,
    /// Row number of a record to its place in `rows`.
    slots: Vec<u32>,
    pub(crate) names: Names,
    collections: BTreeMap<DocNo, Name>,
}

const COLUMNS: &str = "n, doc, state, open, urgent, paused, met, unconfirmed, category, cause, lead, helpers, common,
   reporter, holder, moment, due, reply_due, answered, solved, answer_days, solve_days";

impl Facts {
    /// Takes in what moved since the last question.
    pub(crate) fn follow(&mut self, connection: &Connection) -> Result<()> {
        let number: i64 =
            connection.prepare_cached("select coalesce(max(number), 0) from issue")?.query_row([], |row| row.get(0))?;
        let epoch: Option<i64> =
            connection.prepare_cached("select number from epoch")?.query_row([], |row| row.get(0)).optional()?;
        let now = (number, epoch.unwrap_or(0));
        let from = match self.seen {
            Some(seen) if seen == now => return Ok(()),
            Some((seen, epoch)) if epoch == now.1 && seen < number => seen,
            _ => {
                *self = Self::default();
                let count: i64 = connection.query_row("select count(*) from issue", [], |row| row.get(0))?;
                self.rows.reserve_exact(usize::try_from(count).unwrap_or(0));
                0
            }
        };
        // All of them are read as they lie; what moved is found by number.
        let those = if from == 0 { "where ?1 = 0 order by n" } else { "where number > ?1" };
        let mut statement = connection.prepare_cached(&format!("select {COLUMNS} from issue {those}"))?;
        let mut rows = statement.query([from])?;
        while let Some(row) = rows.next()? {
            let fact = self.read(connection, row)?;
            self.put(fact);
        }
        self.seen = Some(now);
        Ok(())
    }

    /// All of them, in no order.
    pub(crate) fn rows(&self) -> &[Fact] {
        &self.rows
    }

    /// The issue whose record has a row number.
    pub(crate) fn get(&self, n: i64) -> Option<&Fact> {
        let slot = self.slots.get(usize::try_from(n).ok()?)?;
        self.rows.get(usize::try_from(*slot).ok()?)
    }

    fn put(&mut self, fact: Fact) {
        let place = usize::try_from(fact.n).unwrap_or(usize::MAX);
        if self.slots.len() <= place {
            self.slots.resize(place.saturating_add(1), NOWHERE);
        }
        match self.rows.get_mut(usize::try_from(self.slots[place]).unwrap_or(usize::MAX)) {
            Some(row) => *row = fact,
            None => {
                self.slots[place] = u32::try_from(self.rows.len()).unwrap_or(NOWHERE);
                self.rows.push(fact);
            }
        }
    }

    fn read(&mut self, connection: &Connection, row: &Row<'_>) -> Result<Fact> {
        let state = row.get_ref(2)?.as_str().map_err(|_| Error::Unreadable("state"))?;
        let mut name = |column: usize| -> Result<Name> {
            Ok(self.names.of(row.get_ref(column)?.as_bytes_or_null().map_err(|_| Error::Unreadable("issue"))?))
        };
        let (category, cause, lead, helpers) = (name(8)?, name(9)?, name(10)?, name(11)?);
        let (common, reporter, holder) = (name(12)?, name(13)?, name(14)?);
        let moment_day = |column: usize| -> Result<i32> {
            Ok(row.get::<_, Option<i64>>(column)?.map_or(NO_DAY, |at| short(day_of(Timestamp(at)))))
        };
        let day = |column: usize| -> Result<i32> { Ok(row.get::<_, Option<i32>>(column)?.unwrap_or(NO_DAY)) };
        let count = |column: usize| -> Result<i16> {
            let days: Option<i64> = row.get(column)?;
            Ok(days.map_or(NO_COUNT, |days| i16::try_from(days).unwrap_or(i16::MAX)))
        };
        Ok(Fact {
            n: row.get(0)?,
            state: IssueState::from_slug(state).ok_or(Error::Unreadable("state"))?,
            is_open: row.get(3)?,
            is_urgent: row.get(4)?,
            is_paused: row.get(5)?,
            is_met: row.get(6)?,
            is_unconfirmed: row.get(7)?,
            category,
            cause,
            lead,
            helpers,
            common,
            reporter,
            holder,
            moment: row.get(15)?,
            due: day(16)?,
            reply_due: day(17)?,
            answered: moment_day(18)?,
            solved: moment_day(19)?,
            answer_days: count(20)?,
            solve_days: count(21)?,
            collection: self.collection_of(connection, row.get(1)?)?,
        })
    }

    fn collection_of(&mut self, connection: &Connection, doc: DocNo) -> Result<Name> {
        if let Some(name) = self.collections.get(&doc) {
            return Ok(*name);
        }
        let id: Vec<u8> = connection
            .prepare_cached("select collection from document where n = ?")?
            .query_row([doc], |row| row.get(0))?;
        let name = self.names.of(Some(&id));
        self.collections.insert(doc, name);
        Ok(name)
    }
}

/// A number of days, which never leaves the calendar.
pub(crate) fn short(days: i64) -> i32 {
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN + 1 } else { i32::MAX })
}
