//! Whom a clash is about. Its sentences name nobody, since lists of clashes are for all; whoever settles must know.

use hopluu_model::{Date, Field, Kind, RecordId, Value};
use hopluu_view::query::{ClashRow, OptionRow, PersonRow, Staff};

use crate::{Desk, Power, Refusal, Who};

impl Desk {
    /// Of each option of a clash about people, in the same order, who it is and what they hold; empty for other clashes,
    /// and for those who may not read personal records. That it was looked at is written down.
    ///
    /// # Errors
    /// When the look cannot be written down, or the view fails.
    pub async fn disputed(&self, who: &Who, clash: &ClashRow) -> Result<Vec<String>, Refusal> {
        let personal = [Kind::PERSON, Kind::HOLDING, Kind::LEAVER].contains(&clash.record_kind);
        if !personal || !who.part.may(Power::Personal) {
            return Ok(Vec::new());
        }
        self.saw_person(who, &clash.collection.to_string()).await?;
        let Some(staff) = self.reader().staff(clash.collection, None)? else { return Ok(Vec::new()) };
        clash.options.iter().map(|option| self.about_option(&staff, option)).collect()
    }

    fn about_option(&self, staff: &Staff, option: &OptionRow) -> Result<String, Refusal> {
        let id: Option<RecordId> = option.record.parse().ok();
        let found = id.map(|id| self.reader().history(id)).transpose()?.flatten();
        let Some(record) = found.map(|history| history.record) else { return Ok(String::new()) };
        let field = |field| record.fields.get(&field);
        let person =
            if record.kind == Kind::PERSON { Some(record.id) } else { field(Field::PERSON).and_then(Value::as_id) };
        let row = staff.people.iter().find(|row| Some(row.id) == person);
        let name = row.map(|row| row.name.clone()).unwrap_or_default();
        let held = row.and_then(|row| row.holdings.iter().find(|held| held.id == record.id));
        let what = match held {
            Some(held) => format!("{} {}", held.post_name, held.unit_name),
            None => row.map(posts).unwrap_or_default(),
        };
        let days = [Field::VALID_FROM, Field::ON].into_iter().filter_map(|on| field(on).and_then(Value::as_date));
        let parts = [name, what.trim().to_owned()].into_iter().chain(days.map(Date::vi));
        Ok(parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
    }
}

fn posts(row: &PersonRow) -> String {
    let held: Vec<String> = row
        .holdings
        .iter()
        .filter(|held| held.in_force)
        .map(|held| format!("{} {}", held.post_name, held.unit_name))
        .collect();
    held.join("; ")
}
