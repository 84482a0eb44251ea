//! Lists of issues, piles, and one issue with its history.

use std::collections::BTreeMap;

use hopluu_model::fold;
use hopluu_model::text::IssueCode;
use hopluu_model::{EventId, Kind, RecordId};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::Result;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::filter::{IssueFilter, Pile};
use crate::query::history::{self, EventRow, RecordRow};
use crate::query::issue_row::{IssueRow, Rows};
use crate::query::wanted::{self, Now, Wanted};
use crate::query::{ClashRow, clashes, plain};

/// A page of a list of issues.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssuePage {
    /// How many there are on all pages.
    pub total: u64,
    /// Those of this page, in the order wanted.
    pub rows: Vec<IssueRow>,
}

/// How many issues lie in each pile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PileCounts(BTreeMap<Pile, u64>);

impl PileCounts {
    /// How many lie in one.
    #[must_use]
    pub fn of(&self, pile: Pile) -> u64 {
        self.0.get(&pile).copied().unwrap_or(0)
    }
}

/// One issue with all there is about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueDetail {
    /// As lists show it.
    pub issue: IssueRow,
    /// Its fields.
    pub record: RecordRow,
    /// What happened, causes before effects.
    pub events: Vec<EventRow>,
    /// State events without effect: shown, not counted.
    #[serde(serialize_with = "plain::texts")]
    pub void: Vec<EventId>,
    /// What the next state event must name in `after`.
    #[serde(serialize_with = "plain::texts")]
    pub frontier: Vec<EventId>,
    /// The event that links it to its common problem, for whoever takes the link back.
    #[serde(serialize_with = "plain::some_text")]
    pub common_by: Option<EventId>,
    /// What is to be settled.
    pub clashes: Vec<ClashRow>,
}

impl Reader {
    /// A page of issues.
    ///
    /// # Errors
    /// When the database fails.
    pub fn issues(&self, filter: &IssueFilter) -> Result<IssuePage> {
        self.ask_facts(|connection, facts| {
            let now = Now::of(connection)?;
            let wanted = Wanted::new(connection, facts, filter, &now)?;
            let (total, found) = wanted::page(facts, &wanted, filter);
            let mut rows = Rows::new(connection, &now);
            let rows = found.into_iter().filter_map(|n| rows.read(n).transpose());
            Ok(IssuePage { total, rows: rows.map(|both| both.map(|(row, _)| row)).collect::<Result<_>>()? })
        })
    }

    /// How many of the issues wanted lie in each pile; the filter's own pile, order and page do not matter.
    ///
    /// # Errors
    /// When the database fails.
    pub fn pile_counts(&self, filter: &IssueFilter) -> Result<PileCounts> {
        self.ask_facts(|connection, facts| {
            let now = Now::of(connection)?;
            let wanted = Wanted::new(connection, facts, filter, &now)?;
            let mut counts = Pile::ALL.map(|pile| (pile, 0));
            for fact in facts.rows().iter().filter(|fact| wanted.takes_in_any_pile(fact)) {
                for (pile, count) in &mut counts {
                    *count += u64::from(wanted.is_in(fact, *pile));
                }
            }
            Ok(PileCounts(counts.into_iter().collect()))
        })
    }

    /// One issue by its code as people type it, or by at least four digits of its id; `None` when there is
    /// none, or several begin with these digits.
    ///
    /// # Errors
    /// When the database fails.
    pub fn issue(&self, typed: &str) -> Result<Option<IssueDetail>> {
        self.ask(|connection| {
            let Some((no, n, id)) = find(connection, typed)? else { return Ok(None) };
            let now = Now::of(connection)?;
            let Some((issue, snapshot)) = Rows::new(connection, &now).read(n)? else { return Ok(None) };
            let fold = fold::issue(snapshot.doc, &load::events(connection, no, id)?);
            Ok(Some(IssueDetail {
                issue,
                record: snapshot.into(),
                events: history::events_in_order(connection, no, id)?,
                void: fold.void,
                frontier: fold.frontier,
                common_by: fold.common_by,
                clashes: clashes::of_record(connection, no, id)?,
            }))
        })
    }
}

/// Document, row number and id of the one issue meant.
fn find(connection: &Connection, typed: &str) -> Result<Option<(DocNo, i64, RecordId)>> {
    let mut found = Vec::new();
    if let Ok(code) = typed.parse::<IssueCode>() {
        let mut statement = connection
            .prepare_cached("select doc, n, record from issue where code = ? order by doc, record limit 1")?;
        let mut rows = statement.query([code.to_string()])?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?, load::record_id(row, 2)?));
        }
    } else if let Some((low, high)) = history::id_range(typed) {
        let mut statement = connection.prepare_cached(
            "select doc, n, id from record where id between ? and ? and kind = ? order by id, doc limit 2",
        )?;
        let mut rows = statement.query(params![low, high, Kind::ISSUE.0])?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?, load::record_id(row, 2)?));
        }
    }
    Ok(if let [one] = found[..] { Some(one) } else { None })
}
