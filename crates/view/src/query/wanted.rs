//! A filter made ready to be asked of every issue in memory.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::fold::IssueState;
use hopluu_model::{CollectionId, Date, Side, Timestamp};
use rusqlite::Connection;

use crate::derive::names::{document_word, search_query};
use crate::derive::rules::Rules;
use crate::derive::today;
use crate::facts::{Fact, Facts, NO_DAY, Name, short};
use crate::query::filter::{IssueFilter, Linked, Pile, Sort};
use crate::{Error, Result};

/// A search within so many communes begins with their documents.
const COMMUNES: usize = 8;
/// Within so many working days a deadline is near.
const SOON: u16 = 2;

/// The day as of which is asked, and the working calendar.
pub(crate) struct Now {
    /// The newest day that somebody trusted has signed.
    pub(crate) today: Date,
    /// The same as days since 1970.
    pub(crate) day: i32,
    /// What the bulletin says.
    pub(crate) rules: Rules,
}

impl Now {
    pub(crate) fn of(connection: &Connection) -> Result<Self> {
        let today = today(connection)?;
        Ok(Self { today, day: short(today.days()), rules: Rules::last(connection)? })
    }

    /// The last of so many working days after today.
    pub(crate) fn in_working_days(&self, days: u16) -> i32 {
        short(self.rules.plus_working_days(self.today, days).days())
    }
}

/// A filter whose words are the numbers of the facts. A slug that no issue has matches none.
pub(crate) struct Wanted<'a> {
    filter: &'a IssueFilter,
    now: &'a Now,
    collections: Option<Vec<Name>>,
    states: Option<Vec<IssueState>>,
    category: Option<Option<Name>>,
    cause: Option<Option<Name>>,
    lead: Option<Option<Name>>,
    common: Option<Option<Name>>,
    /// By name of helpers or lead: whether the wanted department is it or among them.
    department: Option<Vec<bool>>,
    account: Option<Name>,
    due: Option<(i32, i32)>,
    soon: i32,
    days: (i32, i32),
    silent: Option<BTreeSet<Name>>,
    found: Option<Found>,
}

impl<'a> Wanted<'a> {
    /// Makes a filter ready.
    pub(crate) fn new(connection: &Connection, facts: &Facts, filter: &'a IssueFilter, now: &'a Now) -> Result<Self> {
        let name = |text: &String| if text.is_empty() { Some(Name::NONE) } else { facts.names.find(text.as_bytes()) };
        let collections = filter.collections.iter().filter_map(|id| facts.names.find(&id.0)).collect();
        let old = filter.older_than.map_or(i64::MAX, |days| now.today.days().saturating_sub(days.into()));
        let to = filter.to.map_or(i64::MAX, |day| day.days()).min(old);
        Ok(Self {
            filter,
            now,
            collections: (!filter.collections.is_empty()).then_some(collections),
            states: (!filter.states.is_empty()).then(|| filter.states.clone()),
            category: filter.category.as_ref().map(name),
            cause: filter.cause.as_ref().map(name),
            lead: filter.lead.as_ref().map(name),
            common: match &filter.common {
                Some(Linked::To(id)) => Some(facts.names.find(&id.0)),
                _ => None,
            },
            department: filter.department.as_ref().map(|slug| involved(facts, slug)),
            account: filter.account.as_ref().and_then(name),
            due: filter.due_within.map(|days| (now.day, now.in_working_days(days))),
            soon: now.in_working_days(SOON),
            days: (filter.from.map_or(i32::MIN, |day| short(day.days())), short(to)),
            silent: filter.silent.map(|days| silent(connection, facts, now, days)).transpose()?,
            found: found(connection, filter)?,
        })
    }

    /// Whether an issue is wanted.
    pub(crate) fn takes(&self, fact: &Fact) -> bool {
        self.takes_in_any_pile(fact) && self.filter.pile.is_none_or(|pile| self.is_in(fact, pile))
    }

    /// The same, whatever pile is wanted.
    pub(crate) fn takes_in_any_pile(&self, fact: &Fact) -> bool {
        let filter = self.filter;
        let is = |wanted: &Option<Option<Name>>, name: Name| wanted.is_none_or(|wanted| wanted == Some(name));
        (filter.desk == Side::Commune || !fact.is_submitted())
            && filter.open.is_none_or(|open| open == fact.is_open)
            && filter.urgent.is_none_or(|urgent| urgent == fact.is_urgent)
            && self.collections.as_ref().is_none_or(|names| names.contains(&fact.collection))
            && self.states.as_ref().is_none_or(|states| states.contains(&fact.state))
            && is(&self.category, fact.category)
            && is(&self.cause, fact.cause)
            && is(&self.lead, fact.lead)
            && is(&self.common, fact.common)
            && self.is_linked(fact)
            && self.department.as_ref().is_none_or(|those| those[fact.lead.place()] || those[fact.helpers.place()])
            && self.due.is_none_or(|(from, to)| fact.is_running() && (from..=to).contains(&fact.due))
            && (self.days == (i32::MIN, i32::MAX) || (self.days.0..=self.days.1).contains(&fact.day()))
            && self.silent.as_ref().is_none_or(|names| names.contains(&fact.collection))
            && self.found.as_ref().is_none_or(|found| found.holds(fact.n))
    }

    /// Whether an issue lies in a pile: the one place where this is said.
    pub(crate) fn is_in(&self, fact: &Fact, pile: Pile) -> bool {
        let state = fact.state;
        let is_past_triage = fact.is_open && state != IssueState::New && !fact.is_submitted();
        let is_waiting = matches!(state, IssueState::Asked | IssueState::Answered);
        match pile {
            Pile::New => state == IssueState::New,
            Pile::Unassigned => is_past_triage && !is_waiting && !fact.lead.is_some(),
            Pile::Doing => is_past_triage && !is_waiting && fact.lead.is_some(),
            Pile::Overdue => fact.is_overdue(self.now.day),
            Pile::DueSoon => fact.is_running() && (self.now.day..=self.soon).contains(&fact.due),
            Pile::WaitingCommune => state == IssueState::Asked,
            Pile::ReplyLate => state == IssueState::Asked && fact.reply_due != NO_DAY && fact.reply_due < self.now.day,
            Pile::Answered => state == IssueState::Answered,
            Pile::Unconfirmed => fact.is_unconfirmed && fact.is_open,
            Pile::ToApprove => self.filter.desk == Side::Commune && fact.is_submitted(),
            Pile::Urgent => fact.is_urgent && fact.is_open && state != IssueState::Answered,
            Pile::Mine => {
                let whose = if self.filter.desk == Side::Commune { fact.reporter } else { fact.holder };
                fact.is_open && whose.is_some() && self.account == Some(whose)
            }
        }
    }

    fn is_linked(&self, fact: &Fact) -> bool {
        match self.filter.common {
            Some(Linked::Any) => fact.common.is_some(),
            Some(Linked::None) => !fact.common.is_some(),
            Some(Linked::To(_)) | None => true,
        }
    }
}

/// The rows of a page: those at an offset of all that are wanted, in order; and how many are wanted.
pub(crate) fn page(facts: &Facts, wanted: &Wanted<'_>, filter: &IssueFilter) -> (u64, Vec<i64>) {
    let mut found: Vec<(u64, u32)> =
        facts.rows().iter().filter(|fact| wanted.takes(fact)).map(|fact| (key(fact, filter.sort), fact.n)).collect();
    let total = found.len();
    let limit = if filter.limit == 0 { 50 } else { filter.limit };
    let from = usize::try_from(filter.offset).unwrap_or(usize::MAX).min(total);
    let to = from.saturating_add(usize::try_from(limit).unwrap_or(usize::MAX)).min(total);
    let backwards = |one: &(u64, u32), other: &(u64, u32)| other.cmp(one);
    // Only what comes before the end of the page, and not what comes before it, has to be in order.
    if to < total {
        found.select_nth_unstable_by(to, backwards);
        found.truncate(to);
    }
    if 0 < from && from < found.len() {
        found.select_nth_unstable_by(from, backwards);
    }
    let shown = found.get_mut(from..).unwrap_or_default();
    shown.sort_unstable_by(backwards);
    (u64::try_from(total).unwrap_or(u64::MAX), shown.iter().map(|(_, n)| i64::from(*n)).collect())
}

/// The place of an issue in an order: the largest comes first.
fn key(fact: &Fact, sort: Sort) -> u64 {
    const MOST: u64 = (1 << 62) - 1;
    let moment = u64::try_from(fact.moment).unwrap_or(0).min(MOST);
    match sort {
        Sort::Urgency => (u64::from(fact.is_open) << 63) | (u64::from(fact.is_urgent) << 62) | moment,
        Sort::Newest => moment,
        Sort::Oldest => MOST - moment,
        Sort::Due if fact.is_running() => MOST - u64::try_from(i64::from(fact.due) + (1 << 32)).unwrap_or(0),
        Sort::Due => 0,
    }
}

/// By name: whether it is a department, or helpers among whom it is.
fn involved(facts: &Facts, slug: &str) -> Vec<bool> {
    facts.names.texts().map(|text| text.split(',').any(|one| one == slug)).collect()
}

/// When the newest change of each collection was received from elsewhere; those of which nothing ever was are left
/// out.
pub(crate) fn received(connection: &Connection) -> Result<BTreeMap<CollectionId, Timestamp>> {
    let mut statement = connection.prepare_cached(
        "select collection, max(received_at) from document where received_at is not null group by collection",
    )?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let id = CollectionId::from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
        found.insert(id.ok_or(Error::Unreadable("collection"))?, Timestamp(row.get(1)?));
    }
    Ok(found)
}

/// The collections of which nothing was received for more than so many days.
fn silent(connection: &Connection, facts: &Facts, now: &Now, days: u32) -> Result<BTreeSet<Name>> {
    let received = received(connection)?.into_iter();
    let silent = received.filter(|(_, at)| now.today.days() - at.date().days() > i64::from(days));
    Ok(silent.filter_map(|(id, _)| facts.names.find(&id.0)).collect())
}

/// The records that hold all words typed: a bit for each row number.
struct Found(Vec<u64>);

impl Found {
    fn holds(&self, n: u32) -> bool {
        let word = usize::try_from(n / 64).ok().and_then(|place| self.0.get(place));
        word.is_some_and(|word| word & (1 << (n % 64)) != 0)
    }
}

/// `None` when nothing was typed.
fn found(connection: &Connection, filter: &IssueFilter) -> Result<Option<Found>> {
    let Some(mut query) = search_query(&filter.search) else { return Ok(None) };
    let within = &filter.collections;
    if !within.is_empty() && within.len() <= COMMUNES {
        query = format!("{} AND ({query})", of_documents(connection, within)?);
    }
    let mut statement = connection.prepare_cached("select rowid from search where search match ?")?;
    let mut rows = statement.query([query])?;
    let mut bits = Vec::new();
    while let Some(row) = rows.next()? {
        let n: u32 = row.get(0)?;
        let place = usize::try_from(n / 64).unwrap_or(0);
        if bits.len() <= place {
            bits.resize(place + 1, 0);
        }
        bits[place] |= 1 << (n % 64);
    }
    Ok(Some(Found(bits)))
}

/// The part of a search that wants records of some collections: far fewer than hold a common word.
pub(crate) fn of_documents(connection: &Connection, collections: &[CollectionId]) -> Result<String> {
    let mut statement = connection.prepare_cached("select n from document where collection = ?")?;
    let mut words = Vec::new();
    for collection in collections {
        for no in statement.query_map([collection.0], |row| row.get(0))? {
            words.push(format!("\"{}\"", document_word(no?)));
        }
    }
    // A collection of which nothing is held has no documents: then nothing is wanted.
    Ok(if words.is_empty() { format!("\"{}\"", document_word(0)) } else { format!("({})", words.join(" OR ")) })
}
