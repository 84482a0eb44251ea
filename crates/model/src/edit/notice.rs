//! Forms of the bulletin that hold text: notices, templates, lessons, common problems.

use super::bulletin::begin;
use super::draft::{Typed, maybe, typed};
use super::{Desk, Edit, Faults, Form};
use crate::id::RecordId;
use crate::record::{Field, Kind, Value};
use crate::time::Date;

/// Something the province tells all communes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddNotice {
    /// The new record's id.
    pub record: RecordId,
    /// Its title.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The day it is about.
    pub on: Option<Date>,
    /// The last day on which it is shown.
    pub valid_to: Option<Date>,
}

impl Form for AddNotice {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut fields = titled(&self.name, &self.text);
        fields.push((Field::ON, maybe(self.on, Value::Date)));
        fields.push((Field::VALID_TO, maybe(self.valid_to, Value::Date)));
        begin(desk, self.record, Kind::NOTICE, fields)
    }
}

/// A text to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddTemplate {
    /// The new record's id.
    pub record: RecordId,
    /// Its title.
    pub name: String,
    /// What is copied.
    pub text: String,
    /// Slug of the category it serves.
    pub category: Option<String>,
}

impl Form for AddTemplate {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        begin(desk, self.record, Kind::TEMPLATE, on_topic(&self.name, &self.text, self.category.as_deref()))
    }
}

/// What was learnt, for all to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddLesson {
    /// The new record's id.
    pub record: RecordId,
    /// Its title.
    pub name: String,
    /// What was learnt.
    pub text: String,
    /// Slug of the category it is about.
    pub category: Option<String>,
}

impl Form for AddLesson {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        begin(desk, self.record, Kind::LESSON, on_topic(&self.name, &self.text, self.category.as_deref()))
    }
}

/// One difficulty of many communes. It never names them: the links lie in their issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCommon {
    /// The new record's id.
    pub record: RecordId,
    /// Its title.
    pub name: String,
    /// What is difficult.
    pub text: String,
    /// Slug of its category.
    pub category: Option<String>,
    /// How many communes share it.
    pub count: Option<i64>,
    /// The answer that serves all.
    pub answer: Option<String>,
}

impl Form for AddCommon {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut fields = on_topic(&self.name, &self.text, self.category.as_deref());
        fields.push((Field::COUNT, maybe(self.count, Value::Int)));
        fields.push((Field::ANSWER, maybe(self.answer.as_deref(), typed)));
        begin(desk, self.record, Kind::COMMON, fields)
    }
}

fn titled(name: &str, text: &str) -> Typed {
    vec![(Field::NAME, typed(name)), (Field::TEXT, typed(text))]
}

fn on_topic(name: &str, text: &str, category: Option<&str>) -> Typed {
    let mut fields = titled(name, text);
    fields.push((Field::CATEGORY, maybe(category, typed)));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{FaultKind, SetField, test_desk};
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    const RECORD: RecordId = RecordId([1; 16]);

    #[test]
    fn what_the_province_tells_has_a_title_and_a_text() {
        let desk = test_desk(DocKind::Bulletin, Side::Province, Role::Triage);
        let (name, text) = ("Lịch nghỉ Tết".to_owned(), "Các xã, phường bố trí trực.".to_owned());
        let notice = AddNotice { record: RECORD, name, text, on: None, valid_to: None };
        assert!(notice.edit(&desk).is_ok());
        let untitled = AddNotice { name: " ".into(), ..notice };
        assert_eq!(untitled.edit(&desk).unwrap_err().of(Field::NAME).unwrap().what, FaultKind::Missing);
        let (name, text, category) = ("Mẫu".to_owned(), "Kính gửi:".to_owned(), Some("tru_so".to_owned()));
        let template = AddTemplate { record: RECORD, name, text, category };
        assert!(template.edit(&desk).is_ok());
        let AddTemplate { name, text, category, .. } = template;
        let common = AddCommon { record: RECORD, name, text, category, count: Some(7), answer: None };
        assert!(common.edit(&desk).is_ok());
        assert!(common.edit(&test_desk(DocKind::Bulletin, Side::Commune, Role::Leader)).is_err());
    }

    #[test]
    fn what_serves_no_longer_is_retired_by_its_last_day() {
        let desk = test_desk(DocKind::Bulletin, Side::Province, Role::Admin);
        let kinds = [Kind::CATEGORY, Kind::DEPARTMENT, Kind::UNIT_KIND, Kind::NOTICE, Kind::TEMPLATE];
        for kind in kinds.into_iter().chain([Kind::LESSON, Kind::COMMON]) {
            let value = Value::Date(Date::new(2026, 12, 31).unwrap());
            assert!(SetField { record: RECORD, kind, field: Field::VALID_TO, value }.edit(&desk).is_ok(), "{kind}");
        }
    }
}
