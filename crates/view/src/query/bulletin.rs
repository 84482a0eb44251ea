//! What the province gives to all: categories, departments, the calendar, rules, notices, lessons, common problems.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{Date, Field, Kind, RecordId, Snapshot, Timestamp, Value};
use rusqlite::Connection;
use serde::Serialize;

use crate::derive::rules::setting;
use crate::derive::today;
use crate::facts::{Facts, Name};
use crate::load;
use crate::open::Reader;
use crate::query::plain;
use crate::{Result, derive};

/// A category of issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its English name; empty when there is none.
    pub name_en: String,
    /// Working days in which an issue must be answered.
    pub deadline_days: Option<i64>,
    /// The department that usually leads (slug); empty when there is none.
    pub lead: String,
    /// Whether the leader of the commune approves an issue before it leaves.
    pub approval: bool,
    /// The last day on which forms offer it.
    #[serde(serialize_with = "plain::some_text")]
    pub valid_to: Option<Date>,
    /// Whether that day is past.
    pub retired: bool,
}

/// A department of the province.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Department {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its English name; empty when there is none.
    pub name_en: String,
    /// Its telephone at the desk; empty when there is none.
    pub phone: String,
    /// The last day on which it is offered.
    #[serde(serialize_with = "plain::some_text")]
    pub valid_to: Option<Date>,
    /// Whether that day is past.
    pub retired: bool,
}

/// A kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitKind {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its English name; empty when there is none.
    pub name_en: String,
    /// Whether forms offer it no longer.
    pub retired: bool,
}

/// Something the province tells all communes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its title.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The day it is about.
    #[serde(serialize_with = "plain::some_text")]
    pub on: Option<Date>,
    /// The last day on which it is shown.
    #[serde(serialize_with = "plain::some_text")]
    pub valid_to: Option<Date>,
    /// Whether that day is past.
    pub retired: bool,
    /// Entered when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A text to copy, or a lesson learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its title.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The category it belongs to (slug); empty when there is none.
    pub category: String,
    /// Whether it is shown no longer.
    pub retired: bool,
    /// Entered when.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A day of the calendar that is not as its weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayRow {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub on: Date,
    /// Whether offices work on it.
    pub working: bool,
    /// What day it is; empty when nothing is said.
    pub name: String,
}

/// The rules of a province, with those of the first set where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Working days after which an answered issue is closed.
    pub close_days: u32,
    /// Working days in which a commune should reply to what it was asked.
    pub reply_days: u32,
    /// Days of silence after which a commune is called silent.
    pub silent_days: u32,
    /// Working days after which the province's admin may settle what a commune leaves lying.
    pub settle_days: u32,
    /// Whom to telephone about what is urgent and cannot be sent; empty when nothing is said.
    pub hotline: String,
    /// The records that say so, by slug: what a form changes.
    #[serde(serialize_with = "records")]
    pub records: BTreeMap<String, RecordId>,
}

/// A problem that several communes share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommonProblem {
    /// Its record.
    #[serde(serialize_with = "plain::text")]
    pub id: RecordId,
    /// Its title.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The category it belongs to (slug); empty when there is none.
    pub category: String,
    /// The answer that serves all; empty before there is one.
    pub answer: String,
    /// How many communes share it, as the province wrote for all to see.
    pub count: Option<i64>,
    /// How many communes the issues linked to it here are of: at the province all that share it.
    pub communes: u32,
    /// How many issues are linked to it here.
    pub issues: u32,
    /// How many of them are open.
    pub open: u32,
    /// Whether it is shown no longer.
    pub retired: bool,
    /// Entered when.
    pub at: Timestamp,
}

impl Reader {
    /// Categories of issues, by name; retired ones too, for what was filed under them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn categories(&self) -> Result<Vec<Category>> {
        self.listed(Kind::CATEGORY, |record, today| Category {
            id: record.id,
            slug: record.text(Field::SLUG).to_owned(),
            name: record.text(Field::NAME).to_owned(),
            name_en: record.text(Field::NAME_EN).to_owned(),
            deadline_days: record.int(Field::DEADLINE_DAYS),
            lead: record.text(Field::LEAD).to_owned(),
            approval: record.get(Field::APPROVAL) == Some(&Value::Bool(true)),
            valid_to: day(record, Field::VALID_TO),
            retired: retired(record, today),
        })
    }

    /// Departments of the province, by name; retired ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn departments(&self) -> Result<Vec<Department>> {
        self.listed(Kind::DEPARTMENT, |record, today| Department {
            id: record.id,
            slug: record.text(Field::SLUG).to_owned(),
            name: record.text(Field::NAME).to_owned(),
            name_en: record.text(Field::NAME_EN).to_owned(),
            phone: record.text(Field::PHONE).to_owned(),
            valid_to: day(record, Field::VALID_TO),
            retired: retired(record, today),
        })
    }

    /// Kinds of unit, by name; retired ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unit_kinds(&self) -> Result<Vec<UnitKind>> {
        self.listed(Kind::UNIT_KIND, |record, today| UnitKind {
            id: record.id,
            slug: record.text(Field::SLUG).to_owned(),
            name: record.text(Field::NAME).to_owned(),
            name_en: record.text(Field::NAME_EN).to_owned(),
            retired: retired(record, today),
        })
    }

    /// Notices, newest first; those past their last day too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn notices(&self) -> Result<Vec<Notice>> {
        let mut notices = self.listed(Kind::NOTICE, |record, today| Notice {
            id: record.id,
            name: record.text(Field::NAME).to_owned(),
            text: record.text(Field::TEXT).to_owned(),
            on: day(record, Field::ON),
            valid_to: day(record, Field::VALID_TO),
            retired: retired(record, today),
            at: record.stamp.at,
            by: record.stamp.by.name.clone(),
        })?;
        notices.sort_by_key(|row| Reverse((row.at, row.id)));
        Ok(notices)
    }

    /// Texts to copy, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn templates(&self) -> Result<Vec<Text>> {
        self.listed(Kind::TEMPLATE, text)
    }

    /// Lessons learnt, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lessons(&self) -> Result<Vec<Text>> {
        self.listed(Kind::LESSON, text)
    }

    /// The days that are not as their weekday says, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn calendar_days(&self) -> Result<Vec<DayRow>> {
        let days = self.listed(Kind::DAY, |record, _| {
            Some(DayRow {
                id: record.id,
                on: day(record, Field::ON)?,
                working: record.text(Field::STATE) == derive::rules::WORKING,
                name: record.text(Field::NAME).to_owned(),
            })
        })?;
        let mut days: Vec<DayRow> = days.into_iter().flatten().collect();
        days.sort_by_key(|day| (day.on, day.id));
        Ok(days)
    }

    /// The rules of the province.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rules(&self) -> Result<Rules> {
        self.ask(|connection| {
            let settings = load::bulletin(connection, Kind::SETTING)?;
            Ok(Rules {
                close_days: setting(&settings, "close_days", 5),
                reply_days: setting(&settings, "reply_days", 3),
                silent_days: setting(&settings, "silent_days", 2),
                settle_days: setting(&settings, "settle_days", 5),
                hotline: settings
                    .iter()
                    .find(|record| record.text(Field::SLUG) == "hotline")
                    .map(|record| record.text(Field::TEXT).to_owned())
                    .unwrap_or_default(),
                records: settings.iter().rev().map(|record| (record.text(Field::SLUG).to_owned(), record.id)).collect(),
            })
        })
    }

    /// Common problems, newest first, with what is linked to each in this view.
    ///
    /// # Errors
    /// When the database fails.
    pub fn common_problems(&self) -> Result<Vec<CommonProblem>> {
        self.ask_facts(|connection, facts| {
            let linked = linked(facts);
            let today = today(connection)?;
            let records = load::bulletin(connection, Kind::COMMON)?;
            let mut problems: Vec<CommonProblem> = records
                .iter()
                .map(|record| {
                    let links = facts.names.find(&record.id.0).and_then(|name| linked.get(&name));
                    common_problem(record, links.unwrap_or(&Links::default()), today)
                })
                .collect();
            problems.sort_by_key(|row| Reverse((row.at, row.id)));
            Ok(problems)
        })
    }

    /// The records of a kind of the bulletin as they are, by name: what forms show and change.
    ///
    /// # Errors
    /// When the database fails.
    pub fn bulletin(&self, kind: Kind) -> Result<Vec<Snapshot>> {
        self.ask(|connection| load::bulletin(connection, kind))
    }

    /// The records of a kind in the bulletin, by name, each as a row.
    fn listed<T>(&self, kind: Kind, row: impl Fn(&Snapshot, Date) -> T) -> Result<Vec<T>> {
        self.ask(|connection: &Connection| {
            let today = today(connection)?;
            Ok(load::bulletin(connection, kind)?.iter().map(|record| row(record, today)).collect())
        })
    }
}

/// What is linked to a common problem.
#[derive(Default)]
struct Links {
    communes: BTreeSet<Name>,
    issues: u32,
    open: u32,
}

fn linked(facts: &Facts) -> BTreeMap<Name, Links> {
    let mut linked: BTreeMap<Name, Links> = BTreeMap::new();
    for fact in facts.rows().iter().filter(|fact| fact.common.is_some()) {
        let links = linked.entry(fact.common).or_default();
        links.communes.insert(fact.collection);
        links.issues += 1;
        links.open += u32::from(fact.is_open);
    }
    linked
}

fn common_problem(record: &Snapshot, links: &Links, today: Date) -> CommonProblem {
    CommonProblem {
        id: record.id,
        name: record.text(Field::NAME).to_owned(),
        text: record.text(Field::TEXT).to_owned(),
        category: record.text(Field::CATEGORY).to_owned(),
        answer: record.text(Field::ANSWER).to_owned(),
        count: record.int(Field::COUNT),
        communes: u32::try_from(links.communes.len()).unwrap_or(u32::MAX),
        issues: links.issues,
        open: links.open,
        retired: retired(record, today),
        at: record.stamp.at,
    }
}

fn text(record: &Snapshot, today: Date) -> Text {
    Text {
        id: record.id,
        name: record.text(Field::NAME).to_owned(),
        text: record.text(Field::TEXT).to_owned(),
        category: record.text(Field::CATEGORY).to_owned(),
        retired: retired(record, today),
        at: record.stamp.at,
        by: record.stamp.by.name.clone(),
    }
}

fn day(record: &Snapshot, field: Field) -> Option<Date> {
    record.get(field).and_then(Value::as_date)
}

fn retired(record: &Snapshot, today: Date) -> bool {
    day(record, Field::VALID_TO).is_some_and(|last| last < today)
}

fn records<S: serde::Serializer>(
    records: &BTreeMap<String, RecordId>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(records.iter().map(|(slug, id)| (slug, id.to_string())))
}
