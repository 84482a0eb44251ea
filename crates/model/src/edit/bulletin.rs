//! Forms of the bulletin: what the province gives to all. Only the province writes it.

use super::draft::{Draft, Typed, maybe, typed};
use super::{Desk, Edit, Faults, Form};
use crate::id::RecordId;
use crate::record::{Field, Kind, Value};

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
}

impl Form for AddCategory {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut fields = named(&self.slug, &self.name, self.name_en.as_deref());
        fields.push((Field::DEADLINE_DAYS, Value::Int(self.deadline_days)));
        fields.push((Field::LEAD, maybe(self.lead.clone(), Value::Text)));
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
}

impl Form for AddDepartment {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        begin(desk, self.record, Kind::DEPARTMENT, named(&self.slug, &self.name, self.name_en.as_deref()))
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

fn named(slug: &str, name: &str, name_en: Option<&str>) -> Typed {
    vec![(Field::SLUG, typed(slug)), (Field::NAME, typed(name)), (Field::NAME_EN, maybe(name_en, typed))]
}

fn begin(desk: &Desk, record: RecordId, kind: Kind, fields: Typed) -> Result<Edit, Faults> {
    let mut draft = Draft::new(desk);
    draft.create(record, kind, fields);
    draft.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{FaultKind, test_desk};
    use crate::id::DocKind;
    use crate::record::{Role, Side};

    #[test]
    fn communes_only_read_the_bulletin() {
        let form = AddDepartment {
            record: RecordId([1; 16]),
            slug: "so_noi_vu".into(),
            name: "Sở Nội vụ".into(),
            name_en: None,
        };
        assert!(form.edit(&test_desk(DocKind::Bulletin, Side::Province, Role::Admin)).is_ok());
        let faults = form.edit(&test_desk(DocKind::Bulletin, Side::Commune, Role::Leader)).unwrap_err();
        assert_eq!(faults.0[0].what, FaultKind::OtherSide);
    }
}
