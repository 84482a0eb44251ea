//! Forms about posts and the people who hold them. Persons, holdings and leavers live in `people`.

use super::draft::{Draft, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::RecordId;
use crate::record::{Field, Kind, Value};
use crate::time::Date;

/// A post that people hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPost {
    /// The new record's id.
    pub record: RecordId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub name: String,
    /// Slug of its system: `dang`, `chinh_quyen`, `mttq`, `doan_the`.
    pub system: String,
    /// `commune` or `unit`: a post of units is held once in each.
    pub scope: String,
    /// How many may hold it at once; `None` means any number.
    pub max_holders: Option<i64>,
}

impl Form for AddPost {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::SLUG, typed(&self.slug)),
            (Field::NAME, typed(&self.name)),
            (Field::SYSTEM, typed(&self.system)),
            (Field::SCOPE, typed(&self.scope)),
            (Field::MAX_HOLDERS, maybe(self.max_holders, Value::Int)),
        ];
        draft.create(self.record, Kind::POST, fields);
        draft.done()
    }
}

/// A person in office: a name and a category, nothing of the citizen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPerson {
    /// The new record's id.
    pub record: RecordId,
    /// Name.
    pub name: String,
    /// Slug of the category of staff.
    pub category: String,
    /// In service since.
    pub valid_from: Option<Date>,
}

impl Form for AddPerson {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::NAME, typed(&self.name)),
            (Field::STAFF_CATEGORY, typed(&self.category)),
            (Field::VALID_FROM, maybe(self.valid_from, Value::Date)),
        ];
        draft.create(self.record, Kind::PERSON, fields);
        draft.done()
    }
}

/// A person begins to hold a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddHolding {
    /// The new record's id.
    pub record: RecordId,
    /// Who.
    pub person: RecordId,
    /// Which post.
    pub post: RecordId,
    /// In which unit, for posts of units.
    pub unit: Option<RecordId>,
    /// `main` or `concurrent`.
    pub tenure: String,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Form for AddHolding {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::PERSON, Value::Id(self.person)),
            (Field::POST, Value::Id(self.post)),
            (Field::UNIT, maybe(self.unit, Value::Id)),
            (Field::TENURE, typed(&self.tenure)),
            (Field::VALID_FROM, maybe(self.from, Value::Date)),
            (Field::VALID_TO, maybe(self.to, Value::Date)),
        ];
        draft.create(self.record, Kind::HOLDING, fields);
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            draft.fault(Field::VALID_TO, FaultKind::Malformed);
        }
        draft.done()
    }
}

/// A person ceases to hold a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndHolding {
    /// The holding.
    pub holding: RecordId,
    /// Last day.
    pub on: Date,
    /// Slug of the reason (`exit_reason`).
    pub reason: Option<String>,
}

impl Form for EndHolding {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.set(self.holding, Kind::HOLDING, Field::VALID_TO, &Value::Date(self.on));
        if let Some(reason) = &self.reason {
            draft.set(self.holding, Kind::HOLDING, Field::REASON, &typed(reason));
        }
        draft.done()
    }
}

/// A person leaves the service; holds nothing from that day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddLeaver {
    /// The new record's id.
    pub record: RecordId,
    /// Who.
    pub person: RecordId,
    /// Slug of the reason (`exit_reason`).
    pub reason: String,
    /// The first day out of service.
    pub on: Date,
    /// Slug of how far the benefit has got (`benefit_state`).
    pub benefit: Option<String>,
    /// The document that says so.
    pub decision: Option<String>,
}

impl Form for AddLeaver {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::PERSON, Value::Id(self.person)),
            (Field::REASON, typed(&self.reason)),
            (Field::ON, Value::Date(self.on)),
            (Field::BENEFIT, typed(self.benefit.as_deref().unwrap_or_default())),
            (Field::DECISION, typed(self.decision.as_deref().unwrap_or_default())),
        ];
        draft.create(self.record, Kind::LEAVER, fields);
        draft.done()
    }
}

/// What was done for a person who left; what is not named stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkLeaver {
    /// The leaving.
    pub leaver: RecordId,
    /// Slug of how far the benefit has got (`benefit_state`).
    pub benefit: Option<String>,
    /// The day they were thanked.
    pub thanked_on: Option<Date>,
    /// What they were given.
    pub gift: Option<String>,
}

impl Form for MarkLeaver {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let said = [
            (Field::BENEFIT, self.benefit.as_deref().map(typed)),
            (Field::THANKED_ON, self.thanked_on.map(Value::Date)),
            (Field::GIFT, self.gift.as_deref().map(typed)),
        ];
        if said.iter().all(|(_, value)| value.is_none()) {
            draft.fault(Field::BENEFIT, FaultKind::Missing);
        }
        for (field, value) in said {
            if let Some(value) = value {
                draft.set(self.leaver, Kind::LEAVER, field, &value);
            }
        }
        draft.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::test_desk;
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    #[test]
    fn persons_never_enter_the_register() {
        let form = AddPerson {
            record: RecordId([1; 16]),
            name: "Nguyễn Văn Mẫu 014".into(),
            category: "khong_chuyen_trach".into(),
            valid_from: None,
        };
        let register = test_desk(DocKind::Register, Side::Commune, Role::Clerk);
        assert_eq!(form.edit(&register).unwrap_err().0[0].what, FaultKind::OtherDocument);
        let people = test_desk(DocKind::People, Side::Commune, Role::Clerk);
        assert!(form.edit(&people).is_ok());
        let numbered = AddPerson { name: "Nguyễn Văn Mẫu 019084001234".into(), ..form };
        assert_eq!(numbered.edit(&people).unwrap_err().0[0].what, FaultKind::CitizenNumber);
    }

    #[test]
    fn only_what_is_named_is_marked() {
        let desk = test_desk(DocKind::People, Side::Commune, Role::Clerk);
        let form = MarkLeaver { leaver: RecordId([1; 16]), benefit: None, thanked_on: None, gift: None };
        assert_eq!(form.edit(&desk).unwrap_err().0[0].what, FaultKind::Missing);
        let form = MarkLeaver { benefit: Some("paid".into()), thanked_on: Date::new(2026, 1, 31), ..form };
        assert_eq!(form.edit(&desk).unwrap().writes().len(), 2);
        assert!(MarkLeaver { benefit: Some("?".into()), ..form }.edit(&desk).is_err());
    }

    #[test]
    fn a_holding_ends_after_it_began() {
        let desk = test_desk(DocKind::People, Side::Commune, Role::Clerk);
        let (from, to) = (Date::new(2026, 2, 1), Date::new(2026, 1, 31));
        let id = |n| RecordId([n; 16]);
        let form =
            AddHolding { record: id(1), person: id(2), post: id(3), unit: None, tenure: "main".into(), from, to };
        assert!(form.edit(&desk).unwrap_err().of(Field::VALID_TO).is_some());
        assert!(AddHolding { to: from, ..form }.edit(&desk).is_ok());
    }
}
