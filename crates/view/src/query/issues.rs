//! Lists of issues, and one issue with its history.

use std::collections::BTreeMap;

use hopluu_model::fold::{self, IssueState};
use hopluu_model::text::IssueCode;
use hopluu_model::{By, CollectionId, DocId, EventId, Field, Kind, RecordId, Snapshot, Timestamp, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params, params_from_iter};
use serde::{Serialize, Serializer};

use crate::derive::names::search_query;
use crate::load::{self, DocNo};
use crate::open::Reader;
use crate::query::history::{self, EventRow, RecordRow};
use crate::query::sentence::{self, Sentence};
use crate::query::{ClashRow, clashes, plain};
use crate::{Error, Result};

/// Which issues are wanted; what is `None` or empty does not matter.
#[derive(Debug, Clone, Default)]
pub struct IssueFilter {
    /// Of one commune, or of the province.
    pub collection: Option<CollectionId>,
    /// In one state.
    pub state: Option<IssueState>,
    /// Only those with whom somebody still has to do something, or only the others.
    pub open: Option<bool>,
    /// In one category (slug).
    pub category: Option<String>,
    /// With one leading department (slug).
    pub lead: Option<String>,
    /// With these words, with or without accents.
    pub search: String,
    /// How many at most; 0 means fifty.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u32,
}

/// A page of a list of issues.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssuePage {
    /// How many there are on all pages.
    pub total: u64,
    /// Those of this page: open before done, urgent before others, newest first.
    pub rows: Vec<IssueRow>,
}

/// An issue as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueRow {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// The document it was born in.
    #[serde(skip)]
    pub doc: DocId,
    /// The code that is read out on the telephone.
    pub code: String,
    /// Its state.
    #[serde(serialize_with = "state_slug")]
    pub state: IssueState,
    /// Whether somebody still has to do something.
    pub open: bool,
    /// Slug of its category: triage's, else the reported one.
    pub category: String,
    /// Slug of the leading department.
    pub lead: Option<String>,
    /// Slug of the cause.
    pub cause: String,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// What is difficult.
    pub text: String,
    /// What would help.
    pub proposal: String,
    /// The unit or building concerned.
    #[serde(serialize_with = "plain::some_text")]
    pub place: Option<RecordId>,
    /// The issue it doubles.
    #[serde(serialize_with = "plain::some_text")]
    pub other: Option<RecordId>,
    /// When it arrived at the province desk.
    pub arrived: Option<Timestamp>,
    /// When it was first answered.
    pub answered: Option<Timestamp>,
    /// Working days in which it must be answered; of two categories in a clash the stricter.
    pub deadline_days: Option<i64>,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who reported it.
    pub by: By,
    /// How many clashes on it are to be settled.
    pub clashes: u32,
    /// How far it has travelled.
    pub sentence: Sentence,
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
    /// What is to be settled.
    pub clashes: Vec<ClashRow>,
}

impl Reader {
    /// A page of issues.
    ///
    /// # Errors
    /// When the database fails.
    pub fn issues(&self, filter: &IssueFilter) -> Result<IssuePage> {
        let (condition, values) = conditions(filter);
        self.ask(|connection| {
            let sql = format!("select count(*) from issue i where {condition}");
            let total: i64 =
                connection.prepare_cached(&sql)?.query_row(params_from_iter(values.iter()), |row| row.get(0))?;
            let limit = if filter.limit == 0 { 50 } else { filter.limit };
            let page = format!(
                "select i.doc, i.record from issue i where {condition}
                 order by i.open desc, i.urgent desc, i.moment desc, i.record limit {limit} offset {}",
                filter.offset
            );
            let mut statement = connection.prepare_cached(&page)?;
            let found = statement
                .query_map(params_from_iter(values.iter()), |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?)))?
                .collect::<rusqlite::Result<Vec<(DocNo, [u8; 16])>>>()?;
            let deadlines = deadlines(connection)?;
            let rows =
                found.into_iter().filter_map(|(no, id)| read(connection, no, RecordId(id), &deadlines).transpose());
            let rows = rows.map(|both| both.map(|(row, _)| row)).collect::<Result<_>>()?;
            Ok(IssuePage { total: u64::try_from(total).unwrap_or(0), rows })
        })
    }

    /// One issue by its code as people type it, or by at least four digits of its id; `None` when there is
    /// none, or several begin with these digits.
    ///
    /// # Errors
    /// When the database fails.
    pub fn issue(&self, typed: &str) -> Result<Option<IssueDetail>> {
        self.ask(|connection| {
            let Some((no, id)) = find(connection, typed)? else { return Ok(None) };
            let Some((issue, snapshot)) = read(connection, no, id, &deadlines(connection)?)? else { return Ok(None) };
            let fold = fold::issue(snapshot.doc, &load::events(connection, no, id)?);
            Ok(Some(IssueDetail {
                issue,
                record: snapshot.into(),
                events: history::events_in_order(connection, no, id)?,
                void: fold.void,
                frontier: fold.frontier,
                clashes: clashes::of_record(connection, no, id)?,
            }))
        })
    }
}

fn conditions(filter: &IssueFilter) -> (String, Vec<Sql>) {
    let mut conditions = vec!["true".to_owned()];
    let mut values = Vec::new();
    let mut want = |condition: &str, value: Sql| {
        conditions.push(condition.to_owned());
        values.push(value);
    };
    if let Some(collection) = filter.collection {
        let of = "i.doc in (select n from document where collection = ?)";
        want(of, Sql::Blob(collection.0.to_vec()));
    }
    if let Some(state) = filter.state {
        want("i.state = ?", Sql::Text(state.slug().to_owned()));
    }
    if let Some(open) = filter.open {
        want("i.open = ?", Sql::Integer(open.into()));
    }
    if let Some(category) = &filter.category {
        want("i.category = ?", Sql::Text(category.clone()));
    }
    if let Some(lead) = &filter.lead {
        want("i.lead = ?", Sql::Text(lead.clone()));
    }
    if let Some(query) = search_query(&filter.search) {
        let found = "(i.doc, i.record) in (select r.doc, r.id from record r
                       where r.n in (select rowid from search where search match ?))";
        want(found, Sql::Text(query));
    }
    (conditions.join(" and "), values)
}

fn find(connection: &Connection, typed: &str) -> Result<Option<(DocNo, RecordId)>> {
    let mut found = Vec::new();
    if let Ok(code) = typed.parse::<IssueCode>() {
        let mut statement =
            connection.prepare_cached("select doc, record from issue where code = ? order by doc, record limit 1")?;
        let mut rows = statement.query([code.to_string()])?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, load::record_id(row, 1)?));
        }
    } else if let Some((low, high)) = history::id_range(typed) {
        let mut statement = connection.prepare_cached(
            "select doc, id from record where id between ? and ? and kind = ? order by id, doc limit 2",
        )?;
        let mut rows = statement.query(params![low, high, Kind::ISSUE.0])?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, load::record_id(row, 1)?));
        }
    }
    Ok(if let [one] = found[..] { Some(one) } else { None })
}

/// Days by category, from the bulletin.
fn deadlines(connection: &Connection) -> Result<BTreeMap<String, i64>> {
    let categories = load::bulletin(connection, Kind::CATEGORY)?;
    let days = categories
        .iter()
        .filter_map(|category| Some((category.text(Field::SLUG).to_owned(), category.int(Field::DEADLINE_DAYS)?)));
    Ok(days.collect())
}

fn read(
    connection: &Connection,
    no: DocNo,
    id: RecordId,
    deadlines: &BTreeMap<String, i64>,
) -> Result<Option<(IssueRow, Snapshot)>> {
    let Some(snapshot) = load::record(connection, no, id)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "select state, category, lead, other, arrived, answered, urgent,
           (select count(*) from clash c where c.doc = i.doc and c.record = i.record)
         from issue i where doc = ? and record = ?",
    )?;
    let mut rows = statement.query(params![no, id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut issue = issue_row(row, &snapshot)?;
    issue.sentence = sentence::of_record(connection, no, id)?;
    let mut days = deadlines.get(&issue.category).copied();
    if issue.clashes > 0 {
        let rivals = fold::issue(snapshot.doc, &load::events(connection, no, id)?).categories;
        days = rivals.iter().filter_map(|category| deadlines.get(category).copied()).chain(days).min();
    }
    issue.deadline_days = days;
    Ok(Some((issue, snapshot)))
}

fn issue_row(row: &Row<'_>, snapshot: &Snapshot) -> Result<IssueRow> {
    let slug: String = row.get(0)?;
    let state = IssueState::from_slug(&slug).ok_or(Error::Unreadable("state"))?;
    let other: Option<[u8; 16]> = row.get(3)?;
    Ok(IssueRow {
        id: snapshot.id,
        collection: snapshot.doc.collection,
        doc: snapshot.doc,
        code: snapshot.text(Field::CODE).to_owned(),
        state,
        open: state.is_open(),
        category: row.get(1)?,
        lead: row.get(2)?,
        cause: snapshot.text(Field::CAUSE).to_owned(),
        urgent: row.get(6)?,
        text: snapshot.text(Field::TEXT).to_owned(),
        proposal: snapshot.text(Field::PROPOSAL).to_owned(),
        place: snapshot.get(Field::PLACE).and_then(Value::as_id),
        other: other.map(RecordId).filter(|_| state == IssueState::Duplicate),
        arrived: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        answered: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        deadline_days: None,
        at: snapshot.stamp.at,
        by: snapshot.stamp.by.clone(),
        clashes: row.get(7)?,
        sentence: Sentence::Saved,
    })
}

fn state_slug<S: Serializer>(state: &IssueState, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(state.slug())
}
