//! Forms of the register: the commune itself, its units, its buildings.

use super::draft::{Draft, maybe, typed};
use super::{Desk, Edit, Faults, Form};
use crate::id::RecordId;
use crate::record::{Field, Kind, Value};
use crate::time::Date;

/// The commune's own record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCommune {
    /// The new record's id.
    pub record: RecordId,
    /// Official code, five digits; an attribute, never an identity.
    pub code: String,
    /// Bare name.
    pub name: String,
    /// Slug of its type: `xa`, `phuong`, `dac_khu`.
    pub kind: String,
    /// Code of its province, two digits.
    pub province: String,
    /// Since when it exists.
    pub valid_from: Option<Date>,
    /// How far it has got: `planned`, `preparing`, `trial`, `live`.
    pub stage: Option<String>,
    /// Area in hectares.
    pub area_ha: Option<i64>,
    /// Number of people.
    pub population: Option<i64>,
}

impl Form for AddCommune {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::COMMUNE_CODE, typed(&self.code)),
            (Field::NAME, typed(&self.name)),
            (Field::COMMUNE_TYPE, typed(&self.kind)),
            (Field::PROVINCE_CODE, typed(&self.province)),
            (Field::VALID_FROM, maybe(self.valid_from, Value::Date)),
            (Field::STAGE, maybe(self.stage.clone(), Value::Text)),
            (Field::AREA_HA, maybe(self.area_ha, Value::Int)),
            (Field::POPULATION, maybe(self.population, Value::Int)),
        ];
        draft.create(self.record, Kind::COMMUNE, fields);
        draft.done()
    }
}

/// A residential group or village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddUnit {
    /// The new record's id.
    pub record: RecordId,
    /// Name as people say it: "Tổ dân phố 2 (Phố Cò)".
    pub name: String,
    /// Slug of its kind, of the province's list.
    pub kind: String,
    /// Number of households.
    pub households: Option<i64>,
    /// Number of people.
    pub population: Option<i64>,
    /// The old unit in whose area it lies.
    pub area: Option<String>,
    /// First day.
    pub valid_from: Option<Date>,
}

impl Form for AddUnit {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        let fields = vec![
            (Field::NAME, typed(&self.name)),
            (Field::UNIT_KIND, typed(&self.kind)),
            (Field::HOUSEHOLDS, maybe(self.households, Value::Int)),
            (Field::POPULATION, maybe(self.population, Value::Int)),
            (Field::AREA, maybe(self.area.clone(), Value::Text)),
            (Field::VALID_FROM, maybe(self.valid_from, Value::Date)),
        ];
        draft.create(self.record, Kind::UNIT, fields);
        draft.done()
    }
}

/// Another name for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameUnit {
    /// The unit.
    pub unit: RecordId,
    /// Its new name.
    pub name: String,
}

impl Form for RenameUnit {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.set(self.unit, Kind::UNIT, Field::NAME, &typed(&self.name));
        draft.done()
    }
}

/// The number of households of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetHouseholds {
    /// The unit.
    pub unit: RecordId,
    /// How many there are; `None` empties the field.
    pub households: Option<i64>,
}

impl Form for SetHouseholds {
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults> {
        let mut draft = Draft::new(desk);
        draft.set(self.unit, Kind::UNIT, Field::HOUSEHOLDS, &maybe(self.households, Value::Int));
        draft.done()
    }
}
