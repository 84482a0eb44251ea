//! The one picture of all issues: by what they are about, whose they are and how long they take.

use std::collections::BTreeMap;

use hopluu_model::fold::IssueState;
use hopluu_model::{CollectionId, Date, Field, Kind, Timestamp, vocabulary};
use rusqlite::Connection;
use serde::Serialize;

use crate::Result;
use crate::facts::{Fact, Facts, NO_COUNT, NO_DAY, Name};
use crate::load;
use crate::open::Reader;
use crate::query::filter::IssueFilter;
use crate::query::wanted::{self, Now, Wanted};
use crate::query::{plain, totals};

/// So many weeks are shown, the one of today last.
pub const WEEKS: usize = 26;

/// From how many days on an age begins; each ends where the next begins.
const AGES: [u32; 6] = [0, 4, 8, 15, 31, 91];

/// What the issues wanted come to, as of the newest day known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The day.
    #[serde(serialize_with = "plain::text")]
    pub as_of: Date,
    /// All of them together.
    pub all: Sum,
    /// By state; only states that occur, in the order of rank.
    pub by_state: Vec<Cell>,
    /// By category: those of the bulletin by name, then others that occur.
    pub by_category: Vec<Cell>,
    /// By cause; only causes that occur.
    pub by_cause: Vec<Cell>,
    /// By leading department: those of the bulletin by name, then others that occur; the key of those that nobody
    /// leads is empty.
    pub by_department: Vec<Cell>,
    /// The open ones by age: the key says from how many days on, counted since they were reported.
    pub by_age: Vec<Cell>,
    /// By commune, by name; those without issues too.
    pub communes: Vec<CommuneCell>,
    /// By week, oldest first.
    pub weeks: Vec<Week>,
    /// From arrival to the first answer.
    pub first_answer: Spread,
    /// From arrival to the day on which the commune first said that it is solved, by the commune's clock.
    pub solution: Spread,
    /// How many communes were silent for longer than the province allows, among those of which anything was received.
    pub silent: u32,
}

/// How many issues, and how many of them still want something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// All.
    pub issues: u32,
    /// With whom somebody still has to do something.
    pub open: u32,
    /// Open, and cannot wait.
    pub urgent: u32,
    /// Should have been answered before today.
    pub overdue: u32,
    /// Answered at some time.
    pub answered: u32,
    /// Of those answered, how many in time.
    pub met: u32,
}

/// One part of the picture, with the list behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// What it is: a slug, or a number of days.
    pub key: String,
    /// Its name in Vietnamese; empty where the key says it.
    pub name: String,
    /// How many.
    pub sum: Sum,
    /// The list behind it.
    pub filter: IssueFilter,
}

/// One commune in the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommuneCell {
    /// Whose.
    #[serde(serialize_with = "plain::text")]
    pub collection: CollectionId,
    /// Its name.
    pub name: String,
    /// Its official code.
    pub code: String,
    /// How many issues.
    pub sum: Sum,
    /// When the newest change from elsewhere was received here; `None` when nothing ever was.
    pub received_at: Option<Timestamp>,
    /// For how many days nothing was received.
    pub silent_days: Option<u32>,
    /// Whether that is longer than the province allows.
    pub is_silent: bool,
    /// The list behind it.
    pub filter: IssueFilter,
}

/// One week, Monday to Sunday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday.
    #[serde(serialize_with = "plain::text")]
    pub monday: Date,
    /// Issues reported in it.
    pub reported: u32,
    /// Issues first answered in it.
    pub answered: u32,
    /// Issues first called solved in it.
    pub solved: u32,
    /// The list of those reported in it.
    pub filter: IssueFilter,
}

/// How long something took, in whole working days of the province's calendar; 0 is the same day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many issues are measured.
    pub issues: u32,
    /// The middle one.
    pub median: Option<u16>,
    /// Nine of ten took no longer.
    pub p90: Option<u16>,
}

impl Reader {
    /// The picture of the issues wanted; order and page do not matter. The filter of a cell is the one given with the
    /// cell's own condition.
    ///
    /// # Errors
    /// When the database fails.
    pub fn overview(&self, filter: &IssueFilter) -> Result<Overview> {
        self.ask_facts(|connection, facts| {
            let now = Now::of(connection)?;
            let wanted = Wanted::new(connection, facts, filter, &now)?;
            let mut tally = Tally::new(facts, &now);
            facts.rows().iter().filter(|fact| wanted.takes(fact)).for_each(|fact| tally.add(fact));
            let base = IssueFilter { limit: 0, offset: 0, ..filter.clone() };
            Picture { connection, facts, now: &now, base, tally }.overview()
        })
    }
}

/// Everything counted in one pass.
struct Tally<'a> {
    now: &'a Now,
    all: Sum,
    by_state: BTreeMap<IssueState, Sum>,
    by_cause: Vec<Sum>,
    by_category: Vec<Sum>,
    by_lead: Vec<Sum>,
    by_collection: Vec<Sum>,
    by_age: [Sum; AGES.len()],
    /// The Monday of the first week.
    first: i32,
    weeks: [[u32; 3]; WEEKS],
    answers: Vec<u32>,
    solutions: Vec<u32>,
}

impl<'a> Tally<'a> {
    fn new(facts: &Facts, now: &'a Now) -> Self {
        let none = vec![Sum::default(); facts.names.texts().count()];
        // 1 January 1970 was a Thursday.
        let monday = now.day - (now.day + 3).rem_euclid(7);
        Self {
            now,
            all: Sum::default(),
            by_state: BTreeMap::new(),
            by_cause: none.clone(),
            by_category: none.clone(),
            by_lead: none.clone(),
            by_collection: none,
            by_age: Default::default(),
            first: monday - 7 * (i32::try_from(WEEKS).unwrap_or(0) - 1),
            weeks: [[0; 3]; WEEKS],
            answers: Vec::new(),
            solutions: Vec::new(),
        }
    }

    fn add(&mut self, fact: &Fact) {
        let today = self.now.day;
        self.all.add(fact, today);
        self.by_state.entry(fact.state).or_default().add(fact, today);
        let names = [
            (&mut self.by_cause, fact.cause),
            (&mut self.by_category, fact.category),
            (&mut self.by_lead, fact.lead),
            (&mut self.by_collection, fact.collection),
        ];
        for (sums, name) in names {
            sums[name.place()].add(fact, today);
        }
        let day = fact.day();
        if fact.is_open {
            self.by_age[age(today, day)].add(fact, today);
        }
        for (column, day) in [day, fact.answered, fact.solved].into_iter().enumerate() {
            let week = usize::try_from(day.saturating_sub(self.first)).ok().map(|days| days / 7);
            if let Some(week) = week.and_then(|week| self.weeks.get_mut(week)).filter(|_| day != NO_DAY) {
                week[column] += 1;
            }
        }
        for (days, counts) in [(fact.answer_days, &mut self.answers), (fact.solve_days, &mut self.solutions)] {
            if days != NO_COUNT {
                let place = usize::try_from(days).unwrap_or(0);
                if counts.len() <= place {
                    counts.resize(place + 1, 0);
                }
                counts[place] += 1;
            }
        }
    }
}

impl Sum {
    pub(crate) fn add(&mut self, fact: &Fact, today: i32) {
        self.issues += 1;
        self.open += u32::from(fact.is_open);
        self.urgent += u32::from(fact.is_open && fact.is_urgent);
        self.overdue += u32::from(fact.is_overdue(today));
        self.answered += u32::from(fact.answered != NO_DAY);
        self.met += u32::from(fact.is_met == Some(true));
    }
}

/// The last age that has begun.
fn age(today: i32, day: i32) -> usize {
    let days = u32::try_from(today.saturating_sub(day)).unwrap_or(0);
    AGES.iter().rposition(|from| *from <= days).unwrap_or(0)
}

/// The day on which those of an age were reported first and last.
fn days_of_age(today: Date, age: usize) -> (Option<Date>, Option<Date>) {
    let before = |days: u32| today.plus_days(-i64::from(days));
    (AGES.get(age + 1).map(|next| before(next - 1)), (age > 0).then(|| before(AGES[age])))
}

/// Narrows a filter to what was reported between two days.
fn between(filter: &mut IssueFilter, from: Option<Date>, to: Option<Date>) {
    filter.from = filter.from.max(from);
    filter.to = match (filter.to, to) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}

fn spread(counts: &[u32]) -> Spread {
    let issues: u32 = counts.iter().sum();
    let at = |tenths: u32| {
        let rank = (u64::from(issues) * u64::from(tenths)).div_ceil(10).max(1);
        let mut sum = 0;
        let days = counts.iter().position(|count| {
            sum += u64::from(*count);
            sum >= rank
        });
        days.and_then(|days| u16::try_from(days).ok())
    };
    Spread { issues, median: at(5), p90: at(9) }
}

/// Puts what was counted into words and lists.
struct Picture<'a> {
    connection: &'a Connection,
    facts: &'a Facts,
    now: &'a Now,
    base: IssueFilter,
    tally: Tally<'a>,
}

impl Picture<'_> {
    fn overview(&self) -> Result<Overview> {
        let communes = self.communes()?;
        let tally = &self.tally;
        Ok(Overview {
            as_of: self.now.today,
            all: tally.all,
            by_state: self.by_state(),
            by_category: self
                .by_slug(&tally.by_category, Kind::CATEGORY, |filter, slug| filter.category = Some(slug))?,
            by_cause: self.by_cause(),
            by_department: self.by_slug(&tally.by_lead, Kind::DEPARTMENT, |filter, slug| filter.lead = Some(slug))?,
            by_age: self.by_age(),
            silent: u32::try_from(communes.iter().filter(|commune| commune.is_silent).count()).unwrap_or(u32::MAX),
            communes,
            weeks: self.weeks(),
            first_answer: spread(&tally.answers),
            solution: spread(&tally.solutions),
        })
    }

    fn cell(&self, (key, name): (&str, &str), sum: Sum, narrow: impl FnOnce(&mut IssueFilter)) -> Cell {
        let mut filter = self.base.clone();
        narrow(&mut filter);
        Cell { key: key.to_owned(), name: name.to_owned(), sum, filter }
    }

    fn by_state(&self) -> Vec<Cell> {
        let cell = |(state, sum): (&IssueState, &Sum)| {
            self.cell((state.slug(), state.vi()), *sum, |filter| filter.states = vec![*state])
        };
        self.tally.by_state.iter().map(cell).collect()
    }

    fn by_cause(&self) -> Vec<Cell> {
        let occurring = self.facts.names.all().zip(&self.tally.by_cause).filter(|(_, sum)| sum.issues > 0);
        let cell = |(name, sum): (Name, &Sum)| {
            let slug = self.facts.names.text(name);
            let words = vocabulary::vi("issue_cause", slug);
            self.cell((slug, words), *sum, |filter| filter.cause = Some(slug.to_owned()))
        };
        occurring.map(cell).collect()
    }

    /// Cells of the slugs of a kind of the bulletin, then of others that occur.
    fn by_slug(&self, sums: &[Sum], kind: Kind, narrow: fn(&mut IssueFilter, String)) -> Result<Vec<Cell>> {
        let names = &self.facts.names;
        let mut cells: Vec<Cell> = Vec::new();
        let mut listed = vec![false; sums.len()];
        for record in load::bulletin(self.connection, kind)? {
            let slug = record.text(Field::SLUG);
            let place = names.find(slug.as_bytes()).map(Name::place);
            if cells.iter().any(|cell| cell.key == slug) {
                continue;
            }
            let sum = place.and_then(|place| sums.get(place)).copied().unwrap_or_default();
            if let Some(listed) = place.and_then(|place| listed.get_mut(place)) {
                *listed = true;
            }
            if sum.issues > 0 || record.get(Field::VALID_TO).is_none() {
                let slug = slug.to_owned();
                cells.push(self.cell((&slug, record.text(Field::NAME)), sum, |filter| narrow(filter, slug.clone())));
            }
        }
        for (name, sum) in names.all().zip(sums).filter(|(name, sum)| sum.issues > 0 && !listed[name.place()]) {
            let slug = names.text(name).to_owned();
            cells.push(self.cell((&slug, ""), *sum, |filter| narrow(filter, slug.clone())));
        }
        Ok(cells)
    }

    fn by_age(&self) -> Vec<Cell> {
        let cell = |(age, sum): (usize, &Sum)| {
            let (from, to) = days_of_age(self.now.today, age);
            self.cell((&AGES[age].to_string(), ""), *sum, |filter| {
                filter.open = Some(true);
                between(filter, from, to);
            })
        };
        self.tally.by_age.iter().enumerate().map(cell).collect()
    }

    fn weeks(&self) -> Vec<Week> {
        let mut weeks = Vec::with_capacity(WEEKS);
        for (place, [reported, answered, solved]) in self.tally.weeks.iter().enumerate() {
            let monday = Date::from_days(i64::from(self.tally.first) + 7 * i64::try_from(place).unwrap_or(0));
            let mut filter = self.base.clone();
            between(&mut filter, Some(monday), Some(monday.plus_days(6)));
            let (reported, answered, solved) = (*reported, *answered, *solved);
            weeks.push(Week { monday, reported, answered, solved, filter });
        }
        weeks
    }

    fn communes(&self) -> Result<Vec<CommuneCell>> {
        let received = wanted::received(self.connection)?;
        let allowed = self.now.rules.silent_days;
        let mut cells: Vec<CommuneCell> = Vec::new();
        for commune in totals::communes(self.connection)? {
            let id = commune.doc.collection;
            let is_wanted = self.base.collections.is_empty() || self.base.collections.contains(&id);
            if !is_wanted || cells.iter().any(|cell| cell.collection == id) {
                continue;
            }
            let name = self.facts.names.find(&id.0);
            let received_at = received.get(&id).copied();
            let days = received_at.map(|at| self.now.today.days() - at.date().days());
            let silent_days = days.map(|days| u32::try_from(days.max(0)).unwrap_or(u32::MAX));
            cells.push(CommuneCell {
                collection: id,
                name: commune.text(Field::NAME).to_owned(),
                code: commune.text(Field::COMMUNE_CODE).to_owned(),
                sum: name.map_or_else(Sum::default, |name| self.tally.by_collection[name.place()]),
                received_at,
                silent_days,
                is_silent: silent_days.is_some_and(|days| days > allowed),
                filter: IssueFilter { collections: vec![id], ..self.base.clone() },
            });
        }
        Ok(cells)
    }
}
