//! Forms of the bulletin: what the province gives to all. Only the province writes it.

use super::draft::{Draft, Typed, maybe, typed};
use super::{Desk, Edit, FaultKind, Faults, Form};
use crate::id::RecordId;
use crate::record::{Field, Kind, Value};
use crate::time::Date;

/// A category of issues with its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCategory {
    /// The new record's id.
    pub record: RecordId,
    /// What issues store.
    pub slug: String,
    /// In Vietnamese.
    pub name: String,
    /// In English.
    pub name_en: Option<String>,
    /// Working days in which an issue must be answered.
    pub deadline_days: i64,
    /// Slug of the department that usually leads.
    pub lead: Option<String>,
    /// Whether the commune's leader approves such issues before they count.
    pub approval: bool,
}

impl Form for AddCategory {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut fields = named(&self.slug, &self.name, self.name_en.as_deref());
        fields.push((Field::DEADLINE_DAYS, Value::Int(self.deadline_days)));
        fields.push((Field::LEAD, maybe(self.lead.clone(), Value::Text)));
        fields.push((Field::APPROVAL, maybe(self.approval.then_some(true), Value::Bool)));
        begin(desk, self.record, Kind::CATEGORY, fields)
    }
}

/// A department of the province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddDepartment {
    /// The new record's id.
    pub record: RecordId,
    /// What issues store.
    pub slug: String,
    /// In Vietnamese.
    pub name: String,
    /// In English.
    pub name_en: Option<String>,
    /// The office's telephone; never a person's own.
    pub phone: Option<String>,
}

impl Form for AddDepartment {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut fields = named(&self.slug, &self.name, self.name_en.as_deref());
        fields.push((Field::PHONE, maybe(self.phone.as_deref(), typed)));
        begin(desk, self.record, Kind::DEPARTMENT, fields)
    }
}

/// A kind of unit of this province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddUnitKind {
    /// The new record's id.
    pub record: RecordId,
    /// What units store.
    pub slug: String,
    /// In Vietnamese.
    pub name: String,
    /// In English.
    pub name_en: Option<String>,
}

impl Form for AddUnitKind {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        begin(desk, self.record, Kind::UNIT_KIND, named(&self.slug, &self.name, self.name_en.as_deref()))
    }
}

/// A day of the working calendar: a holiday, or a day off on which offices work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddDay {
    /// The new record's id.
    pub record: RecordId,
    /// The day.
    pub on: Date,
    /// Slug of what it is (`day_kind`).
    pub kind: String,
    /// What day it is.
    pub name: Option<String>,
}

impl Form for AddDay {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let fields = vec![
            (Field::ON, Value::Date(self.on)),
            (Field::STATE, typed(&self.kind)),
            (Field::NAME, maybe(self.name.as_deref(), typed)),
        ];
        begin(desk, self.record, Kind::DAY, fields)
    }
}

/// A rule of the province as data: a number, a text, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddSetting {
    /// The new record's id.
    pub record: RecordId,
    /// Which rule.
    pub slug: String,
    /// Its number.
    pub count: Option<i64>,
    /// Its text.
    pub text: Option<String>,
}

impl Form for AddSetting {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::SLUG, typed(&self.slug)),
            (Field::COUNT, maybe(self.count, Value::Int)),
            (Field::TEXT, maybe(self.text.as_deref(), typed)),
        ];
        draft.create(self.record, Kind::SETTING, fields);
        if self.count.is_none() && self.text.as_deref().is_none_or(|text| text.trim().is_empty()) {
            draft.fault(Field::COUNT, FaultKind::Missing);
        }
        draft.done()
    }
}

fn named(slug: &str, name: &str, name_en: Option<&str>) -> Typed {
    vec![(Field::SLUG, typed(slug)), (Field::NAME, typed(name)), (Field::NAME_EN, maybe(name_en, typed))]
}

pub(super) fn begin(desk: &Desk, record: RecordId, kind: Kind, fields: Typed) -> Result<Edit, Faults> {
    let mut draft = Draft::new(desk);
    draft.create(record, kind, fields);
    draft.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::test_desk;
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    #[test]
    fn communes_only_read_the_bulletin() {
        let form = AddDepartment {
            record: RecordId([1; 16]),
            slug: "so_noi_vu".into(),
            name: "Sở Nội vụ".into(),
            name_en: None,
            phone: None,
        };
        assert!(form.edit(&test_desk(DocKind::Bulletin, Side::Province, Role::Admin)).is_ok());
        let faults = form.edit(&test_desk(DocKind::Bulletin, Side::Commune, Role::Leader)).unwrap_err();
        assert_eq!(faults.0[0].what, FaultKind::OtherSide);
    }

    #[test]
    fn days_and_settings_say_something() {
        let desk = test_desk(DocKind::Bulletin, Side::Province, Role::Admin);
        let on = Date::new(2026, 2, 17).unwrap();
        let day = AddDay { record: RecordId([1; 16]), on, kind: "holiday".into(), name: Some("Tết".into()) };
        assert!(day.edit(&desk).is_ok());
        assert_eq!(AddDay { kind: "off".into(), ..day }.edit(&desk).unwrap_err().0[0].what, FaultKind::Unknown);
        let setting = AddSetting { record: RecordId([1; 16]), slug: "close_days".into(), count: Some(5), text: None };
        assert!(setting.edit(&desk).is_ok());
        let empty = AddSetting { count: None, text: Some(" ".into()), ..setting };
        assert_eq!(empty.edit(&desk).unwrap_err().of(Field::COUNT).unwrap().what, FaultKind::Missing);
    }
}
