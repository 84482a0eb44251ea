//! A person enters the service, begins to hold a post, and ceases to.

use hopluu_model::edit::{AddHolding, AddPerson, EndHolding as End};
use hopluu_model::text::search_key;
use hopluu_model::{Date, RecordId};
use hopluu_view::query::{PersonRow, PostRow, Staff, UnitRow};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Done, Warning, day, holding, must_day, person, post, some};
use crate::{Desk, Refusal, Who, Why};

/// A person to add.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewPerson {
    /// Their name, and nothing else that belongs to the citizen.
    pub name: String,
    /// Slug of the category of staff.
    pub category: String,
    /// In service since.
    pub since: Option<String>,
}

/// A post to give.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct BeginHolding {
    /// Who, by name or id.
    pub person: String,
    /// Which post, by title, slug or id.
    pub post: String,
    /// In which unit, by name or id, for posts of units.
    pub unit: Option<String>,
    /// `main` or `concurrent`; when absent the first post is the main one.
    pub tenure: Option<String>,
    /// First day.
    pub from: String,
    /// Last day, when it is known.
    pub to: Option<String>,
}

/// A post to take back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct EndHolding {
    /// The holding, by id.
    pub holding: String,
    /// Last day.
    pub on: String,
    /// Slug of the reason (`exit_reason`).
    pub reason: Option<String>,
}

impl Desk {
    /// Adds a person; warns when the name is known.
    ///
    /// # Errors
    /// When this is the province, whoever asks may not write, or what is wrong with the form.
    pub async fn add_person(&self, who: &Who, new: NewPerson) -> Result<Done, Refusal> {
        let at = self.at_people(who)?;
        let valid_from = day(new.since.as_deref())?;
        let key = search_key(&new.name);
        let staff = self.reader().staff(self.about().collection, None)?;
        let namesake = staff.iter().flat_map(|staff| &staff.people).find(|row| search_key(&row.name) == key);
        let warnings = namesake.map(|row| {
            Warning::new(
                "namesake",
                format!("Đã có người tên {}. Nếu là một người, đề nghị ghi hồ sơ này là nhập nhầm.", row.name),
                format!(
                    "{} is known already. If it is the same person, mark this record as entered by mistake.",
                    row.name
                ),
            )
        });
        let warnings: Vec<Warning> = warnings.into_iter().collect();
        let NewPerson { name, category, .. } = new;
        self.write(at, move |office| {
            let record = office.new_record();
            Ok((AddPerson { record, name, category, valid_from }, Done { id: record.to_string(), warnings }))
        })
        .await
    }

    /// Gives somebody a post; warns when they hold more than one may, or a unit pays more titles than it may.
    ///
    /// # Errors
    /// When person, post or unit are not known, the person has left, the seat is taken, the unit is gone without a
    /// successor, or what is wrong with the form.
    pub async fn begin_holding(&self, who: &Who, begin: BeginHolding) -> Result<Done, Refusal> {
        let at = self.at_people(who)?;
        let from = must_day(&begin.from)?;
        let to = day(begin.to.as_deref())?;
        let staff = self.own_staff(Some(from))?;
        let (person, post) = (person(&staff, &begin.person)?, post(&staff, &begin.post)?);
        let mut warnings = Vec::new();
        let unit = match some(begin.unit) {
            Some(unit) => Some(seat_in(self.unit(&unit)?, from, &mut warnings)?),
            None if post.scope == "unit" => return Err(unit_missing()),
            None => None,
        };
        may_sit(person, (post, unit), from)?;
        let tenure = some(begin.tenure).unwrap_or_else(|| {
            let has_main = person.holdings.iter().any(|held| held.in_force && held.tenure == "main");
            if has_main { "concurrent".to_owned() } else { "main".to_owned() }
        });
        warnings.extend(over(&staff, person, (post, unit)));
        let (person, post) = (person.id, post.id);
        self.write(at, move |office| {
            let record = office.new_record();
            let form = AddHolding { record, person, post, unit, tenure, from: Some(from), to };
            Ok((form, Done { id: record.to_string(), warnings }))
        })
        .await
    }

    /// Ends a holding on a day; returns its id.
    ///
    /// # Errors
    /// When there is no such holding, it began later, or whoever asks may not write.
    pub async fn end_holding(&self, who: &Who, end: EndHolding) -> Result<Done, Refusal> {
        let at = self.at_people(who)?;
        let on = must_day(&end.on)?;
        let staff = self.own_staff(None)?;
        let (_, held) = holding(&staff, &end.holding)?;
        if held.from.is_some_and(|from| on < from) {
            return Err(Refusal::new(
                Why::Refused,
                "ends-before-it-begins",
                "Ngày thôi giữ chức danh sớm hơn ngày bắt đầu. Kiểm tra lại ngày; nếu nhập nhầm, ghi bố trí này là nhập nhầm.",
                "It would end before it began. Check the day; if it was entered by mistake, mark it so.",
            ));
        }
        let (holding, reason) = (held.id, some(end.reason));
        self.write(at, move |_| {
            Ok((End { holding, on, reason }, Done { id: holding.to_string(), warnings: Vec::new() }))
        })
        .await
    }
}

/// The unit that takes a holding which begins on a day: the successor of one that is gone.
fn seat_in(unit: UnitRow, from: Date, warnings: &mut Vec<Warning>) -> Result<RecordId, Refusal> {
    let Some(ended) = unit.ended_on.filter(|ended| *ended <= from) else { return Ok(unit.id) };
    if unit.lives_in == unit.id {
        return Err(Refusal::new(
            Why::Refused,
            "unit-gone",
            format!("{} đã kết thúc từ ngày {}. Hãy chọn đơn vị khác.", unit.name, ended.vi()),
            format!("{} ended on {ended}. Choose another unit.", unit.name),
        ));
    }
    warnings.push(Warning::new(
        "unit-merged",
        format!(
            "{} đã nhập vào {} từ ngày {}; bố trí được ghi ở đơn vị mới.",
            unit.name,
            unit.lives_in_name,
            ended.vi()
        ),
        format!("{} went into {} on {ended}; the post is held there.", unit.name, unit.lives_in_name),
    ));
    Ok(unit.lives_in)
}

/// Whether a person may sit there at all.
fn may_sit(person: &PersonRow, (post, unit): (&PostRow, Option<RecordId>), from: Date) -> Result<(), Refusal> {
    if let Some(left) = person.left.filter(|left| *left <= from) {
        return Err(Refusal::new(
            Why::Refused,
            "has-left",
            format!(
                "{} đã nghỉ từ ngày {}. Nếu người này trở lại, ghi hồ sơ nghỉ là nhập nhầm trước.",
                person.name,
                left.vi()
            ),
            format!("{} left on {left}. If they are back, mark the leaving as entered by mistake first.", person.name),
        ));
    }
    let Some(seat) = post.seats.iter().find(|seat| seat.unit == unit) else { return Ok(()) };
    let others = seat.people.iter().filter(|holder| **holder != person.id).count();
    if seat.people.contains(&person.id) {
        return Err(Refusal::new(
            Why::Refused,
            "holds-it",
            format!("{} đang giữ chức danh này. Không cần nhập lại.", person.name),
            format!("{} holds this post already; there is nothing to enter.", person.name),
        ));
    }
    if post.max_holders.is_some_and(|most| i64::try_from(others).unwrap_or(i64::MAX) >= most) {
        let holders = seat.holders.join(", ");
        return Err(Refusal::new(
            Why::Refused,
            "seat-taken",
            format!("Ngày {} chức danh này do {holders} giữ. Ghi thôi giữ chức danh trước, rồi bố trí lại.", from.vi()),
            format!("On {from} {holders} holds this post. End that first, then give it again."),
        ));
    }
    Ok(())
}

fn over(staff: &Staff, person: &PersonRow, (post, unit): (&PostRow, Option<RecordId>)) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let limits = staff.limits;
    let held = person.seats + 1;
    if held > limits.concurrent_most as usize {
        let most = limits.concurrent_most;
        warnings.push(Warning::new(
            "concurrent-most",
            format!("{} giữ {held} chức danh; quy định tối đa {most}. Đề nghị kiểm tra lại.", person.name),
            format!("{} holds {held} posts; the rule is at most {most}. Check it.", person.name),
        ));
    }
    let is_held = |row: &&PostRow| row.seats.iter().any(|seat| seat.unit == unit && !seat.is_vacant());
    let titles = staff.posts.iter().filter(|row| row.paid && row.id != post.id).filter(is_held).count() + 1;
    if unit.is_some() && post.paid && titles > limits.paid_titles_most as usize {
        let most = limits.paid_titles_most;
        warnings.push(Warning::new(
            "paid-titles-most",
            format!("Đơn vị này có {titles} chức danh hưởng phụ cấp; quy định tối đa {most}. Đề nghị kiểm tra lại."),
            format!("The unit has {titles} paid posts; the rule is at most {most}. Check it."),
        ));
    }
    warnings
}

fn unit_missing() -> Refusal {
    Refusal::new(
        Why::Refused,
        "which-unit",
        "Chức danh này thuộc thôn, tổ dân phố. Hãy chọn thôn, tổ dân phố.",
        "This is a post of units. Name the unit.",
    )
}
