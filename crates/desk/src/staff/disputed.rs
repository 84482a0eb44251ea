//! Whom a clash is about. Its sentences name nobody, since lists of clashes are for all; whoever settles must know.

use hopluu_model::fold::ClashKind;
use hopluu_model::{Date, Field, Kind, RecordId, Value};
use hopluu_view::query::{ClashRow, OptionRow, PersonRow, Staff};

use crate::{Desk, Power, Refusal, Who};

/// Takes the names out of the options of a clash about somebody's name, for those who may not read personal records.
pub fn hide_names(who: &Who, clash: &mut ClashRow) {
    if clash.record_kind != Kind::PERSON || who.part.may(Power::Personal) {
        return;
    }
    if clash.kind == ClashKind::SameField(Field::NAME).slug() {
        for option in &mut clash.options {
            "Một họ tên".clone_into(&mut option.text);
            "A name".clone_into(&mut option.text_en);
        }
    }
}

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

#[cfg(test)]
mod tests {
    use hopluu_model::CollectionId;

    use super::*;
    use crate::Part;

    #[test]
    fn names_that_differ_are_shown_to_those_who_may_read_them() {
        let option = |name: &str| OptionRow {
            text: name.to_owned(),
            text_en: name.to_owned(),
            record: String::new(),
            at: 0,
            by: "lan".to_owned(),
            role: "clerk".to_owned(),
            actor: String::new(),
        };
        let clash = ClashRow {
            key: String::new(),
            kind: "same_field:name".to_owned(),
            text: String::new(),
            text_en: String::new(),
            consequence: String::new(),
            consequence_en: String::new(),
            collection: CollectionId([1; 16]),
            record: RecordId([1; 16]),
            name: String::new(),
            record_kind: Kind::PERSON,
            settler: "commune".to_owned(),
            topic: String::new(),
            options: vec![option("Nguyễn Văn Mẫu 014"), option("Nguyễn Văn Mẫu 015")],
        };
        for (part, named) in [(Part::Leader, true), (Part::ReadOnly, false), (Part::Handler, false)] {
            let mut shown = clash.clone();
            hide_names(&Who::new("lan", part), &mut shown);
            assert_eq!(shown.options.iter().all(|option| option.text.contains("Mẫu")), named, "{part:?}");
        }
        let mut unit = ClashRow { record_kind: Kind::UNIT, ..clash };
        hide_names(&Who::new("lan", Part::ReadOnly), &mut unit);
        assert!(unit.options[0].text.contains("Mẫu"), "units are no secret");
    }
}
