//! Who is asked about. Names are for those who may read personal records, and every look is written down; figures are
//! for all.

use hopluu_model::text::search_key;
use hopluu_model::{CollectionId, Date};
use hopluu_view::query::{BoardRow, LeaverRow, PersonDetail, PersonRow, Staff, TransferRow};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::day;
use crate::{Desk, Power, Refusal, Who};

/// Which people. Every field may be left out or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Code of the commune; must be named at the province.
    pub commune: String,
    /// The day; today when absent.
    pub at: String,
    /// With these words in the name, with or without accents.
    pub search: String,
    /// Of one category (slug).
    pub category: String,
    /// `serving`, `concurrent`, `over` (more posts than one may hold), `idle` (in service without a post), `left`, or
    /// `clash`.
    pub show: String,
}

/// Which leavers. Every field may be left out or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct LeaverQuery {
    /// Code of the commune; must be named at the province.
    pub commune: String,
    /// For one reason (slug).
    pub reason: String,
    /// With the benefit in one state (slug); `none` when nothing is said of it.
    pub benefit: String,
    /// `yes` for those who were thanked, `no` for the others.
    pub thanked: String,
    /// Left on this day or later.
    pub from: String,
    /// Left on this day or earlier.
    pub to: String,
}

impl LeaverQuery {
    fn holds(&self, row: &LeaverRow, (from, to): (Option<Date>, Option<Date>)) -> bool {
        let thanked = match self.thanked.as_str() {
            "yes" => row.thanked_on.is_some(),
            "no" => row.thanked_on.is_none(),
            _ => true,
        };
        let benefit = match self.benefit.as_str() {
            "" => true,
            "none" => row.benefit.is_empty(),
            state => row.benefit == state,
        };
        (self.reason.is_empty() || row.reason == self.reason)
            && benefit
            && thanked
            && from.is_none_or(|from| from <= row.on)
            && to.is_none_or(|to| row.on <= to)
    }
}

impl Desk {
    /// People and posts of a commune on a day: all figures, and the people wanted; without names for those who may not
    /// read personal records. `None` when no people of it are known.
    ///
    /// # Errors
    /// When no commune is named at the province, the day is none, or the look cannot be written down.
    pub async fn staff(&self, who: &Who, query: &StaffQuery) -> Result<Option<Staff>, Refusal> {
        let collection = self.one_commune(Some(&query.commune))?;
        let Some(mut staff) = self.reader().staff(collection, day(Some(&query.at))?)? else { return Ok(None) };
        if !self.looks(who, &collection.to_string()).await? {
            forget_names(&mut staff);
        }
        let key = search_key(&query.search);
        let words: Vec<&str> = key.split(' ').filter(|word| !word.is_empty()).collect();
        let as_of = staff.as_of;
        staff.people.retain(|row| {
            let name = search_key(&row.name);
            (query.category.is_empty() || row.category == query.category)
                && words.iter().all(|word| name.contains(word))
                && shown(row, &query.show, as_of)
        });
        Ok(Some(staff))
    }

    /// One person by any of their records.
    ///
    /// # Errors
    /// When whoever asks may not read personal records, nobody of that id is known here, or the look cannot be written
    /// down.
    pub async fn person(&self, who: &Who, id: &str, at: &str) -> Result<PersonDetail, Refusal> {
        self.allow(who, Power::Personal)?;
        let none = || Refusal::not_found("người", "person", id);
        let found = self.reader().person(id.trim().parse().map_err(|_| none())?, day(Some(at))?)?;
        let detail = found.ok_or_else(none)?;
        self.saw_person(who, &detail.person.id.to_string()).await?;
        Ok(detail)
    }

    /// A person by name or id of this commune, as of a day: for commands.
    ///
    /// # Errors
    /// As [`Desk::person`]; and when several have that name.
    pub async fn person_named(&self, who: &Who, typed: &str, at: &str) -> Result<PersonDetail, Refusal> {
        if self.is_province() || typed.trim().len() == 32 {
            return self.person(who, typed, at).await;
        }
        let id = super::person(&self.own_staff(None)?, typed)?.id;
        self.person(who, &id.to_string(), at).await
    }

    /// Those who left a commune or will, by day; without names for those who may not read personal records.
    ///
    /// # Errors
    /// When no commune is named at the province, a day is none, or the look cannot be written down.
    pub async fn leavers(&self, who: &Who, query: &LeaverQuery) -> Result<Vec<LeaverRow>, Refusal> {
        let collection = self.one_commune(Some(&query.commune))?;
        let days = (day(Some(&query.from))?, day(Some(&query.to))?);
        let mut rows = self.reader().leavers(collection)?.unwrap_or_default();
        rows.retain(|row| query.holds(row, days));
        if !self.looks(who, &collection.to_string()).await? {
            rows.iter_mut().for_each(|row| row.name.clear());
        }
        Ok(rows)
    }

    /// The boards of a commune on a day; without names for those who may not read personal records.
    ///
    /// # Errors
    /// As [`Desk::staff`].
    pub async fn boards(&self, who: &Who, commune: &str, at: &str) -> Result<Vec<BoardRow>, Refusal> {
        let collection = self.one_commune(Some(commune))?;
        let mut boards = self.reader().boards(collection, day(Some(at))?)?;
        if !self.looks(who, &collection.to_string()).await? {
            boards.iter_mut().flat_map(|board| &mut board.members).for_each(|member| member.name.clear());
        }
        Ok(boards)
    }

    /// The transfers out of this commune; at the province out of all or one. Without names for those who may not read
    /// personal records.
    ///
    /// # Errors
    /// When the commune is not known, or the look cannot be written down.
    pub async fn transfers(&self, who: &Who, commune: &str) -> Result<Vec<TransferRow>, Refusal> {
        let collection: Option<CollectionId> = self.collection_of(Some(commune))?;
        let mut rows = self.reader().transfers(collection)?;
        let about = collection.map_or_else(|| "transfers".to_owned(), |collection| collection.to_string());
        if !rows.is_empty() && !self.looks(who, &about).await? {
            rows.iter_mut().for_each(|row| row.name.clear());
        }
        Ok(rows)
    }

    /// Whether whoever asks may see names; when so, it is written down that they look.
    async fn looks(&self, who: &Who, about: &str) -> Result<bool, Refusal> {
        if !who.part.may(Power::Personal) {
            return Ok(false);
        }
        self.saw_person(who, about).await?;
        Ok(true)
    }
}

fn shown(row: &PersonRow, show: &str, day: Date) -> bool {
    match show {
        "serving" => row.seats > 0,
        "concurrent" => row.seats > 1,
        "over" => row.over,
        "idle" => row.seats == 0 && row.serves(day),
        "left" => row.left.is_some_and(|left| left <= day),
        "clash" => row.in_clash,
        _ => true,
    }
}

fn forget_names(staff: &mut Staff) {
    staff.people.iter_mut().for_each(|row| row.name.clear());
    let seats = staff.posts.iter_mut().flat_map(|post| &mut post.seats);
    seats.flat_map(|seat| &mut seat.holders).for_each(String::clear);
}
