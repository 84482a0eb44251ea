//! An issue as lists show it.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::{self, IssueState};
use hopluu_model::{By, CollectionId, Date, DocId, DocKind, Field, Kind, RecordId, Snapshot, Timestamp, Value};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Serialize, Serializer};

use crate::derive::names::sort_key;
use crate::fold::shown_document;
use crate::load::{self, DocNo};
use crate::query::history::find;
use crate::query::sentence::{self, Sentence};
use crate::query::wanted::Now;
use crate::query::{book, plain};
use crate::{Error, Result};

/// A unit in which another one lives on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceNext {
    /// Its id.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its name.
    pub name: String,
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
    /// The name of the commune; empty when the view does not hold it.
    pub commune: String,
    /// Its official code.
    pub commune_code: String,
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
    /// Slugs of the departments that help.
    pub helpers: Vec<String>,
    /// Slug of the cause.
    pub cause: String,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// Entered by the province on the commune's behalf, which has not confirmed that.
    pub unconfirmed: bool,
    /// What is difficult.
    pub text: String,
    /// What would help.
    pub proposal: String,
    /// The unit, building or equipment concerned.
    #[serde(serialize_with = "plain::some_text")]
    pub place: Option<RecordId>,
    /// Its name; empty when none is named or the view does not hold it.
    pub place_name: String,
    /// The names of the units in which it lives on, when it has been merged away or split; else empty.
    pub place_now: String,
    /// These units: one after mergers, several after a split. The issue itself stays with the unit it names.
    pub place_next: Vec<PlaceNext>,
    /// Whether the unit it names is gone.
    pub place_gone: bool,
    /// The issue it doubles.
    #[serde(serialize_with = "plain::some_text")]
    pub other: Option<RecordId>,
    /// The common problem to which it is linked.
    #[serde(serialize_with = "plain::some_text")]
    pub common: Option<RecordId>,
    /// The name of that problem.
    pub common_name: String,
    /// The picture that belongs to it.
    pub picture: Option<Picture>,
    /// When it arrived at the province desk.
    pub arrived: Option<Timestamp>,
    /// When it was first answered.
    pub answered: Option<Timestamp>,
    /// When the commune first said that it is solved, by the commune's clock.
    pub solved: Option<Timestamp>,
    /// Working days in which it must be answered; of two categories in a clash the stricter.
    pub deadline_days: Option<i64>,
    /// The last day on which an answer is in time; `None` before it arrived.
    #[serde(serialize_with = "plain::some_text")]
    pub due: Option<Date>,
    /// Whether the deadline rests, because the commune was asked and its reply has not arrived.
    pub paused: bool,
    /// Whether the first answer was in time; `None` before there was one.
    pub met: Option<bool>,
    /// Whether it should have been answered before today and was not.
    pub overdue: bool,
    /// Working days from today to the due day while the deadline runs; negative when it is overdue.
    pub days_left: Option<i64>,
    /// The day by which the commune should reply to what it was asked.
    #[serde(serialize_with = "plain::some_text")]
    pub reply_due: Option<Date>,
    /// Entered when, by the author's clock.
    pub at: Timestamp,
    /// Who reported it.
    pub by: By,
    /// How many clashes on it are to be settled.
    pub clashes: u32,
    /// How far it has travelled.
    pub sentence: Sentence,
}

/// A picture that travels beside its issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Its SHA-256 in hexadecimal.
    pub hash: String,
    /// Its size in bytes.
    pub size: u32,
}

/// Reads rows of issues, and the names in them once for all rows of a page.
pub(crate) struct Rows<'a> {
    connection: &'a Connection,
    now: &'a Now,
    communes: BTreeMap<CollectionId, (String, String)>,
    commons: BTreeMap<RecordId, String>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(connection: &'a Connection, now: &'a Now) -> Self {
        Self { connection, now, communes: BTreeMap::new(), commons: BTreeMap::new() }
    }

    /// Reads the issue whose record has a row number, with its record.
    pub(crate) fn read(&mut self, n: i64) -> Result<Option<(IssueRow, Snapshot)>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "select {}, i.doc, i.state, i.category, i.lead, i.helpers, i.other, i.common, i.arrived, i.answered,
               i.solved, i.due, i.paused, i.met, i.reply_due, i.unconfirmed, i.urgent,
               (select count(*) from clash c where c.doc = i.doc and c.record = i.record)
             from issue i join record r on r.n = i.n join document d on d.n = r.doc where i.n = ?",
            load::RECORD
        ))?;
        let mut rows = statement.query([n])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let snapshot = load::snapshot(row)?;
        let no: DocNo = row.get(8)?;
        let mut issue = issue_row(row, &snapshot)?;
        self.fill(&mut issue, no, &snapshot)?;
        Ok(Some((issue, snapshot)))
    }

    /// What lies in other rows or depends on the day.
    fn fill(&mut self, issue: &mut IssueRow, no: DocNo, snapshot: &Snapshot) -> Result<()> {
        let (connection, now) = (self.connection, self.now);
        issue.sentence = sentence::of_record(connection, no, issue.id)?;
        let mut days = now.rules.days(&issue.category);
        if issue.clashes > 0 {
            let fold = fold::issue(snapshot.doc, &load::events(connection, no, issue.id)?);
            days = fold::days_allowed(snapshot, &fold, |category| now.rules.days(category));
        }
        issue.deadline_days = days.map(i64::from);
        let running = issue.due.filter(|_| issue.open && !issue.paused && issue.met.is_none());
        issue.overdue = running.is_some_and(|due| due < now.today);
        issue.days_left = running.map(|due| now.rules.working_days_until(now.today, due));
        (issue.commune, issue.commune_code) = self.commune(issue.collection)?;
        if let Some(common) = issue.common {
            issue.common_name = self.common(common)?;
        }
        if let Some(place) = issue.place {
            let named = named_place(connection, issue.collection, place)?;
            (issue.place_name, issue.place_gone) = (named.name, named.is_gone);
            let names: Vec<&str> = named.next.iter().map(|next| next.name.as_str()).collect();
            issue.place_now = names.join(", ");
            issue.place_next = named.next;
        }
        Ok(())
    }

    fn commune(&mut self, id: CollectionId) -> Result<(String, String)> {
        if let Some(known) = self.communes.get(&id) {
            return Ok(known.clone());
        }
        let mut statement = self.connection.prepare_cached(&format!(
            "select {} from document d cross join record r on r.doc = d.n
             where d.collection = ? and d.kind = ? and r.kind = ? order by r.sort, r.id limit 1",
            load::RECORD
        ))?;
        let mut rows = statement.query(params![id.0, DocKind::Register.to_bytes(), Kind::COMMUNE.0])?;
        let names = match rows.next()? {
            Some(row) => {
                let commune = load::snapshot(row)?;
                (commune.text(Field::NAME).to_owned(), commune.text(Field::COMMUNE_CODE).to_owned())
            }
            None => Default::default(),
        };
        self.communes.insert(id, names.clone());
        Ok(names)
    }

    fn common(&mut self, id: RecordId) -> Result<String> {
        if let Some(known) = self.commons.get(&id) {
            return Ok(known.clone());
        }
        let mut statement = self.connection.prepare_cached("select name from record where id = ? limit 1")?;
        let name: Option<String> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        let name = name.unwrap_or_default();
        self.commons.insert(id, name.clone());
        Ok(name)
    }
}

/// What is known of a place.
#[derive(Default)]
struct NamedPlace {
    name: String,
    is_gone: bool,
    next: Vec<PlaceNext>,
}

/// A unit, a building or equipment of a commune by name, and the units that exist in which it lives on, by name.
fn named_place(connection: &Connection, collection: CollectionId, place: RecordId) -> Result<NamedPlace> {
    let Some(register) = shown_document(connection, DocId::new(collection, DocKind::Register))? else {
        return Ok(NamedPlace::default());
    };
    let mut statement = connection.prepare_cached(
        "select r.name, coalesce(u.status, ''), u.successor from record r
         left join unit u on u.doc = r.doc and u.record = r.id where r.doc = ? and r.id = ?",
    )?;
    let mut named = NamedPlace::default();
    let (mut seen, mut open) = (BTreeSet::from([place]), vec![place]);
    while let Some(at) = open.pop() {
        let mut rows = statement.query(params![register, at.as_bytes()])?;
        let Some(row) = rows.next()? else { continue };
        let (name, status): (String, String) = (row.get(0)?, row.get(1)?);
        let points = row.get_ref(2)?.as_blob_or_null().ok().flatten().and_then(RecordId::from_slice);
        let next = match (status.as_str(), points) {
            ("merged", Some(into)) => vec![into],
            ("split", Some(merger)) => {
                let merger = load::record(connection, register, merger)?;
                merger.iter().filter_map(|merger| merger.get(Field::PARTS)).flat_map(Value::as_ids).copied().collect()
            }
            _ => Vec::new(),
        };
        let is_gone = matches!(status.as_str(), "merged" | "split" | "dissolved" | "ended");
        if at == place {
            (named.name, named.is_gone) = (name, is_gone);
            if named.name.is_empty()
                && let Some((_, record)) = find(connection, place)?
            {
                named.name = book::title(connection, &record)?;
            }
        } else if !is_gone {
            named.next.push(PlaceNext { id: at, name });
        }
        open.extend(next.into_iter().filter(|next| seen.insert(*next)));
    }
    named.next.sort_by_cached_key(|next| (sort_key(&next.name), next.id));
    Ok(named)
}

fn issue_row(row: &Row<'_>, snapshot: &Snapshot) -> Result<IssueRow> {
    let slug: String = row.get(9)?;
    let state = IssueState::from_slug(&slug).ok_or(Error::Unreadable("state"))?;
    let record =
        |column: usize| -> Result<Option<RecordId>> { Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(RecordId)) };
    let moment = |column: usize| -> Result<Option<Timestamp>> { Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp)) };
    let day = |column: usize| -> Result<Option<Date>> { Ok(row.get::<_, Option<i64>>(column)?.map(Date::from_days)) };
    let helpers: Option<String> = row.get(12)?;
    Ok(IssueRow {
        id: snapshot.id,
        collection: snapshot.doc.collection,
        doc: snapshot.doc,
        commune: String::new(),
        commune_code: String::new(),
        code: snapshot.text(Field::CODE).to_owned(),
        state,
        open: state.is_open(),
        category: row.get(10)?,
        lead: row.get(11)?,
        helpers: helpers.unwrap_or_default().split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
        cause: snapshot.text(Field::CAUSE).to_owned(),
        urgent: row.get(23)?,
        unconfirmed: row.get(22)?,
        text: snapshot.text(Field::TEXT).to_owned(),
        proposal: snapshot.text(Field::PROPOSAL).to_owned(),
        place: snapshot.get(Field::PLACE).and_then(Value::as_id),
        place_name: String::new(),
        place_now: String::new(),
        place_next: Vec::new(),
        place_gone: false,
        other: record(13)?.filter(|_| state == IssueState::Duplicate),
        common: record(14)?,
        common_name: String::new(),
        picture: picture(snapshot),
        arrived: moment(15)?,
        answered: moment(16)?,
        solved: moment(17)?,
        deadline_days: None,
        due: day(18)?,
        paused: row.get(19)?,
        met: row.get(20)?,
        overdue: false,
        days_left: None,
        reply_due: day(21)?,
        at: snapshot.stamp.at,
        by: snapshot.stamp.by.clone(),
        clashes: row.get(24)?,
        sentence: Sentence::Saved,
    })
}

fn picture(snapshot: &Snapshot) -> Option<Picture> {
    let hash = snapshot.text(Field::PICTURE);
    let size = u32::try_from(snapshot.int(Field::PICTURE_SIZE)?).ok()?;
    (!hash.is_empty()).then(|| Picture { hash: hash.to_owned(), size })
}

fn state_slug<S: Serializer>(state: &IssueState, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(state.slug())
}
