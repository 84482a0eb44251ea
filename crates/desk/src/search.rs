//! Which issues are wanted, as addresses and commands say it.

use hopluu_model::fold::IssueState;
use hopluu_model::{Date, Side};
use hopluu_view::query::{IssueFilter, IssuePage, Linked, Overview, Pile, PileCounts, Sort};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::{Desk, Part, Refusal, Who, Why};

/// Which issues are wanted. Every field may be left out or empty; all of them are texts, as addresses have them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// With these words, with or without accents.
    pub search: String,
    /// In one pile (slug): `new`, `unassigned`, `overdue`, ...
    pub pile: Option<String>,
    /// In one state (slug).
    pub state: Option<String>,
    /// `yes` for those with whom somebody still has to do something, `no` for the others.
    pub open: Option<String>,
    /// In one category (slug).
    pub category: Option<String>,
    /// Of one cause (slug).
    pub cause: Option<String>,
    /// Of one commune (code), at the province.
    pub commune: Option<String>,
    /// Led by one department (slug); `none` for those that nobody leads.
    pub lead: Option<String>,
    /// Led or helped by one department (slug).
    pub department: Option<String>,
    /// `yes` for those that cannot wait, `no` for the others.
    pub urgent: Option<String>,
    /// To be answered within so many working days.
    pub due_within: Option<String>,
    /// Reported on this day or later.
    pub from: Option<String>,
    /// Reported on this day or earlier.
    pub to: Option<String>,
    /// Reported at least so many days ago.
    pub older_than: Option<String>,
    /// Only of communes that were silent for more than so many days.
    pub silent: Option<String>,
    /// Linked to a common problem: `any`, `none`, or its id.
    pub common: Option<String>,
    /// The order: `urgency`, `newest`, `oldest`, `due`.
    pub sort: Option<String>,
    /// How many at most; fifty when absent.
    pub limit: Option<u32>,
    /// How many to pass over.
    pub offset: Option<u32>,
}

/// The most rows of one page.
const MOST: u32 = 1_000;

impl Desk {
    /// The filter of what is wanted; a handler's is narrowed to their department.
    ///
    /// # Errors
    /// When a word in it is not known, or a number or date is none.
    pub fn filter(&self, who: &Who, search: &Search) -> Result<IssueFilter, Refusal> {
        let Search { pile, state, category, cause, commune, sort, .. } = search;
        let collection = self.collection_of(commune.as_deref())?;
        let department = if who.part == Part::Handler {
            // A handler without a department sees nothing.
            Some(who.department.clone().unwrap_or_else(|| "-".to_owned()))
        } else {
            said(&search.department).map(str::to_owned)
        };
        Ok(IssueFilter {
            desk: if self.is_province() { Side::Province } else { Side::Commune },
            account: Some(who.name.clone()),
            collections: collection.into_iter().collect(),
            states: one_of(state, "state", IssueState::from_slug)?.into_iter().collect(),
            pile: one_of(pile, "pile", Pile::from_slug)?,
            open: one_of(&search.open, "open", yes_no)?,
            category: said(category).map(str::to_owned),
            cause: said(cause).map(str::to_owned),
            lead: said(&search.lead).map(|slug| if slug == "none" { String::new() } else { slug.to_owned() }),
            department,
            urgent: one_of(&search.urgent, "urgent", yes_no)?,
            due_within: one_of(&search.due_within, "due_within", |text| text.parse().ok())?,
            from: day(&search.from)?,
            to: day(&search.to)?,
            older_than: one_of(&search.older_than, "older_than", |text| text.parse().ok())?,
            silent: one_of(&search.silent, "silent", |text| text.parse().ok())?,
            common: one_of(&search.common, "common", linked)?,
            search: search.search.clone(),
            sort: one_of(sort, "sort", Sort::from_slug)?.unwrap_or_default(),
            limit: search.limit.unwrap_or(50).min(MOST),
            offset: search.offset.unwrap_or(0),
        })
    }

    /// A page of issues.
    ///
    /// # Errors
    /// As [`Desk::filter`].
    pub fn issues(&self, who: &Who, search: &Search) -> Result<IssuePage, Refusal> {
        Ok(self.reader().issues(&self.filter(who, search)?)?)
    }

    /// How many of the issues wanted lie in each pile.
    ///
    /// # Errors
    /// As [`Desk::filter`].
    pub fn piles(&self, who: &Who, search: &Search) -> Result<PileCounts, Refusal> {
        Ok(self.reader().pile_counts(&self.filter(who, search)?)?)
    }

    /// The picture of the issues wanted.
    ///
    /// # Errors
    /// As [`Desk::filter`].
    pub fn overview(&self, who: &Who, search: &Search) -> Result<Overview, Refusal> {
        Ok(self.reader().overview(&self.filter(who, search)?)?)
    }
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn one_of<T>(text: &Option<String>, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
    let unknown = |text: &str| {
        let text: String = text.chars().take(80).collect();
        Refusal::new(
            Why::Usage,
            "unknown-filter",
            format!("Không hiểu điều kiện lọc {what}={text}. Bỏ điều kiện này hoặc chọn lại."),
            format!("The filter {what}={text} is not known. Leave it out or choose again."),
        )
    };
    said(text).map(|text| read(text).ok_or_else(|| unknown(text))).transpose()
}

fn day(text: &Option<String>) -> Result<Option<Date>, Refusal> {
    said(text).map(str::parse).transpose().map_err(|error| Refusal::bad_date(&error))
}

fn yes_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn linked(text: &str) -> Option<Linked> {
    match text {
        "any" => Some(Linked::Any),
        "none" => Some(Linked::None),
        id => id.parse().ok().map(Linked::To),
    }
}
