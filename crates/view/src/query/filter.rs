//! Which issues are wanted, and in which order.

use hopluu_model::fold::IssueState;
use hopluu_model::{CollectionId, Date, RecordId, Side};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::query::plain;

/// Which issues are wanted; what is `None` or empty does not matter.
///
/// The same filter asks for a page ([`crate::Reader::issues`]), for the piles ([`crate::Reader::pile_counts`]) and for
/// the picture ([`crate::Reader::overview`]), whose cells give back the filter of the list behind them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssueFilter {
    /// Whose desk asks. The province never sees what still waits for a commune's leader; [`Pile::Mine`] differs too.
    pub desk: Side,
    /// The account that asks, for [`Pile::Mine`].
    pub account: Option<String>,
    /// Of these communes; of all when none is named.
    #[serde(serialize_with = "plain::texts")]
    pub collections: Vec<CollectionId>,
    /// In one of these states.
    #[serde(serialize_with = "states")]
    pub states: Vec<IssueState>,
    /// In one pile.
    pub pile: Option<Pile>,
    /// Only those with whom somebody still has to do something, or only the others.
    pub open: Option<bool>,
    /// In one category (slug).
    pub category: Option<String>,
    /// Of one cause (slug).
    pub cause: Option<String>,
    /// Led by one department (slug); an empty slug wants those that nobody leads.
    pub lead: Option<String>,
    /// Led or helped by one department (slug).
    pub department: Option<String>,
    /// Only those that cannot wait, or only the others.
    pub urgent: Option<bool>,
    /// To be answered within so many working days from today, today included, and not overdue.
    pub due_within: Option<u16>,
    /// Reported on this day or later: the day it arrived at the province desk, or was entered while it has not.
    #[serde(serialize_with = "plain::some_text")]
    pub from: Option<Date>,
    /// Reported on this day or earlier.
    #[serde(serialize_with = "plain::some_text")]
    pub to: Option<Date>,
    /// Reported at least so many days of the calendar ago.
    pub older_than: Option<u32>,
    /// Only of communes of which nothing was received for more than so many days.
    pub silent: Option<u32>,
    /// Linked to a common problem.
    pub common: Option<Linked>,
    /// With these words, with or without accents.
    pub search: String,
    /// In which order.
    pub sort: Sort,
    /// How many at most; 0 means fifty.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u32,
}

impl Default for IssueFilter {
    fn default() -> Self {
        Self {
            desk: Side::Province,
            account: None,
            collections: Vec::new(),
            states: Vec::new(),
            pile: None,
            open: None,
            category: None,
            cause: None,
            lead: None,
            department: None,
            urgent: None,
            due_within: None,
            from: None,
            to: None,
            older_than: None,
            silent: None,
            common: None,
            search: String::new(),
            sort: Sort::Urgency,
            limit: 0,
            offset: 0,
        }
    }
}

impl IssueFilter {
    /// All issues of one commune, as its own desk sees them.
    #[must_use]
    pub fn of_commune(collection: CollectionId) -> Self {
        Self { desk: Side::Commune, collections: vec![collection], ..Self::default() }
    }
}

/// Whether an issue belongs to a common problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Linked {
    /// To any.
    Any,
    /// To none.
    None,
    /// To this one.
    To(#[serde(serialize_with = "plain::text")] RecordId),
}

/// The order of a list. What else is equal goes by the time it came into the view, newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Open before done, urgent before others, newest first.
    #[default]
    Urgency,
    /// Reported last first.
    Newest,
    /// Reported first first.
    Oldest,
    /// Due first first; what has no deadline that runs comes last.
    Due,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Urgency, Self::Newest, Self::Oldest, Self::Due];

    /// The name by which it stands in addresses.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Due => "due",
        }
    }

    /// Finds an order by its name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.slug() == slug)
    }
}

/// A pile on a desk: what waits for somebody. An issue may lie in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pile {
    /// Reported, and not taken in by triage.
    New,
    /// Taken in, and nobody leads.
    Unassigned,
    /// A department has it, and it is neither answered nor waiting for the commune.
    Doing,
    /// Should have been answered before today.
    Overdue,
    /// To be answered today or within the two working days that follow.
    DueSoon,
    /// Waits for the commune, which was asked.
    WaitingCommune,
    /// Waits for the commune, which should have replied before today.
    ReplyLate,
    /// Answered, and the commune has not confirmed.
    Answered,
    /// Entered by the province on the commune's behalf, which has not confirmed that.
    Unconfirmed,
    /// Submitted, and the leader of the commune has not let it go; for a commune's desk only.
    ToApprove,
    /// Cannot wait, and is not answered.
    Urgent,
    /// Of the account that asks, and open: at a commune what it reported, at the province what it moved last.
    Mine,
}

impl Pile {
    /// All of them, in the order of desks.
    pub const ALL: [Self; 12] = [
        Self::New,
        Self::Unassigned,
        Self::Doing,
        Self::Overdue,
        Self::DueSoon,
        Self::WaitingCommune,
        Self::ReplyLate,
        Self::Answered,
        Self::Unconfirmed,
        Self::ToApprove,
        Self::Urgent,
        Self::Mine,
    ];

    /// The name by which it stands in addresses.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unassigned => "unassigned",
            Self::Doing => "doing",
            Self::Overdue => "overdue",
            Self::DueSoon => "due_soon",
            Self::WaitingCommune => "waiting_commune",
            Self::ReplyLate => "reply_late",
            Self::Answered => "answered",
            Self::Unconfirmed => "unconfirmed",
            Self::ToApprove => "to_approve",
            Self::Urgent => "urgent",
            Self::Mine => "mine",
        }
    }

    /// Finds a pile by its name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pile| pile.slug() == slug)
    }
}

fn states<S: Serializer>(states: &[IssueState], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(states.len()))?;
    for state in states {
        list.serialize_element(state.slug())?;
    }
    list.end()
}
