//! People in office: who is asked about, who begins and ends to hold a post, who leaves, who goes to another commune.
//!
//! Plain corrections of their records go through the verbs for all records; here is what needs more than a field. What
//! the province limits is told as a [`Warning`] and done all the same; what cannot be is refused.

mod asked;
mod disputed;
mod holdings;
mod leaving;
mod transfers;

use hopluu_model::{CollectionId, Date, Desk as EditDesk, DocId, DocKind};
use hopluu_view::query::{HoldingRow, PersonRow, PostRow, Staff};
use serde::Serialize;
use utoipa::ToSchema;

pub use asked::{LeaverQuery, StaffQuery};
pub use holdings::{BeginHolding, EndHolding, NewPerson};
pub use leaving::{Leave, MarkLeavers, Marked};
pub use transfers::{AskTransfer, DecideTransfer};

use crate::{Desk, Power, Refusal, Who, Why};

/// Something that is done and of which the province should still hear less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// A stable word for programs.
    pub code: &'static str,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Warning {
    fn new(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, vi: vi.into(), en: en.into() }
    }
}

/// What was saved, and what should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Done {
    /// The record.
    pub id: String,
    /// What is beyond a limit, or looks like something known.
    pub warnings: Vec<Warning>,
}

impl Desk {
    /// Where the people of this commune are written.
    pub(crate) fn at_people(&self, who: &Who) -> Result<EditDesk, Refusal> {
        self.allow(who, Power::Write)?;
        if self.is_province() {
            return Err(Refusal::new(
                Why::Refused,
                "commune-only",
                "Hồ sơ cán bộ do xã, phường nhập. Hãy làm ở văn phòng của xã, phường.",
                "Communes keep their people themselves. Do it at the commune's office.",
            ));
        }
        self.at(who, people_of(self.about().collection))
    }

    /// The people and posts of this commune on a day.
    fn own_staff(&self, day: Option<Date>) -> Result<Staff, Refusal> {
        let staff = self.reader().staff(self.about().collection, day)?;
        staff.ok_or_else(|| {
            Refusal::new(
                Why::NotFound,
                "no-people",
                "Chưa có hồ sơ cán bộ nào. Hãy thêm người trước.",
                "There is nobody yet. Add people first.",
            )
        })
    }
}

fn people_of(collection: CollectionId) -> DocId {
    DocId::new(collection, DocKind::People)
}

/// The day typed; `None` when nothing was.
fn day(typed: Option<&str>) -> Result<Option<Date>, Refusal> {
    let typed = typed.map(str::trim).filter(|day| !day.is_empty());
    typed.map(str::parse).transpose().map_err(|error| Refusal::bad_date(&error))
}

/// The day typed, which must be there.
fn must_day(typed: &str) -> Result<Date, Refusal> {
    typed.trim().parse().map_err(|error| Refusal::bad_date(&error))
}

/// A text that was typed; `None` when it is empty.
fn some(typed: Option<String>) -> Option<String> {
    typed.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The only one of several whose name or the beginning of whose id was typed; a whole name before a beginning.
fn one<'a, T>(
    all: impl Iterator<Item = &'a T> + Clone,
    typed: &str,
    (name, id): (impl Fn(&T) -> Vec<String>, impl Fn(&T) -> String),
) -> Option<&'a T> {
    let key = hopluu_model::text::search_key(typed);
    let typed = typed.trim().to_lowercase();
    let begins = |it: &&T| typed.len() >= 4 && id(it).starts_with(&typed);
    let exact = |it: &&T| name(it).iter().any(|name| hopluu_model::text::search_key(name) == key);
    let only = |mut found: Box<dyn Iterator<Item = &'a T> + '_>| found.next().filter(|_| found.next().is_none());
    only(Box::new(all.clone().filter(begins))).or_else(|| only(Box::new(all.filter(exact))))
}

/// A person by name or id.
fn person<'a>(staff: &'a Staff, typed: &str) -> Result<&'a PersonRow, Refusal> {
    let found = one(staff.people.iter(), typed, (|row| vec![row.name.clone()], |row| row.id.to_string()));
    found.ok_or_else(|| Refusal::not_found("người", "person", typed))
}

/// A post by title, slug or id.
fn post<'a>(staff: &'a Staff, typed: &str) -> Result<&'a PostRow, Refusal> {
    let named = |row: &PostRow| vec![row.name.clone(), row.slug.clone()];
    let found = one(staff.posts.iter(), typed, (named, |row| row.id.to_string()));
    found.ok_or_else(|| Refusal::not_found("chức danh", "post", typed))
}

/// A holding by id, with the person.
fn holding<'a>(staff: &'a Staff, typed: &str) -> Result<(&'a PersonRow, &'a HoldingRow), Refusal> {
    let all: Vec<&HoldingRow> = staff.people.iter().flat_map(|person| &person.holdings).collect();
    let found = one(all.iter().copied(), typed, (|_: &HoldingRow| Vec::new(), |row| row.id.to_string()));
    let of = |row: &HoldingRow| staff.people.iter().find(|person| person.holdings.iter().any(|own| own.id == row.id));
    found.and_then(|row| Some((of(row)?, row))).ok_or_else(|| Refusal::not_found("bố trí", "holding", typed))
}
