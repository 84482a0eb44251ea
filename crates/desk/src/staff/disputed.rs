//! Whom a clash is about. Its sentences name nobody, since lists of clashes are for all; whoever settles must know.

use hopluu_model::fold::ClashKind;
use hopluu_model::{Date, Field, Kind, RecordId, Role, Value};
use hopluu_view::query::{ClashRow, OptionRow, PersonRow, SettlementRow, Staff};

use crate::{Desk, Power, Refusal, Who};

/// What stands instead of a name, for those who may not read personal records.
const A_NAME: [&str; 2] = ["Một họ tên", "A name"];

fn hide_names(who: &Who, clash: &mut ClashRow) {
    if clash.record_kind != Kind::PERSON || who.part.may(Power::Personal) {
        return;
    }
    if clash.kind == ClashKind::SameField(Field::NAME).slug() {
        for option in &mut clash.options {
            A_NAME[0].clone_into(&mut option.text);
            A_NAME[1].clone_into(&mut option.text_en);
        }
    }
}

impl Desk {
    /// Takes out of a clash what whoever looks may not read: names of people from the options of a clash about one, and at
    /// the province who in a commune wrote about an issue.
    pub fn hide_names(&self, who: &Who, clash: &mut ClashRow) {
        hide_names(who, clash);
        let commune = ["clerk", "leader"];
        if clash.record_kind == Kind::ISSUE && self.is_nameless(who) {
            let theirs = clash.options.iter_mut().filter(|option| commune.contains(&option.role.as_str()));
            theirs.for_each(|option| option.by.clear());
        }
    }

    /// The same for what was settled.
    pub(crate) fn hide_settled_names(&self, who: &Who, row: &mut SettlementRow) {
        if row.record_kind == Kind::PERSON && row.field == Some(Field::NAME) && !who.part.may(Power::Personal) {
            A_NAME[0].clone_into(&mut row.chosen);
            A_NAME[1].clone_into(&mut row.chosen_en);
            row.weighed.clear();
            row.weighed_en.clear();
        }
        let commune = matches!(row.by.role, Role::Clerk | Role::Leader);
        if row.record_kind == Kind::ISSUE && commune && self.is_nameless(who) {
            row.by.name.clear();
        }
    }

    /// Of each option of a clash, in the same order, what its sentence does not say: of a decision about units, which
    /// units; of people, who it is and what they hold. Empty where there is nothing more to say, and about people for
    /// those who may not read personal records; that it was looked at is written down.
    ///
    /// # Errors
    /// When the look cannot be written down, or the view fails.
    pub async fn disputed(&self, who: &Who, clash: &ClashRow) -> Result<Vec<String>, Refusal> {
        if [ClashKind::UnitTwice, ClashKind::MergerRing].iter().any(|kind| kind.slug() == clash.kind) {
            return clash.options.iter().map(|option| self.about_merger(option)).collect();
        }
        let personal = [Kind::PERSON, Kind::HOLDING, Kind::LEAVER].contains(&clash.record_kind);
        if !personal || !who.part.may(Power::Personal) {
            return Ok(Vec::new());
        }
        self.saw_person(who, &clash.collection.to_string()).await?;
        let Some(staff) = self.reader().staff(clash.collection, None)? else { return Ok(Vec::new()) };
        clash.options.iter().map(|option| self.about_option(&staff, option)).collect()
    }

    fn about_merger(&self, option: &OptionRow) -> Result<String, Refusal> {
        let id: Option<RecordId> = option.record.parse().ok();
        let Some(merger) = id.map(|id| self.reader().merger(id)).transpose()?.flatten() else {
            return Ok(String::new());
        };
        let row = merger.merger;
        let into = if row.part_names.is_empty() { row.into_name } else { row.part_names.join(", ") };
        let from = row.from_names.join(", ");
        Ok(if into.is_empty() { from } else { format!("{from} → {into}") })
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
