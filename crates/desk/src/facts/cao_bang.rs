//! The city of Cao Bằng, 2018: two pilot communes merge their xóm and tổ dân phố.

use hopluu_model::{Date, RecordId};
use serde::Deserialize;

use super::FactPlace;
use super::book::Book;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seed {
    communes: Vec<Commune>,
}

#[derive(Debug, Clone, Deserialize)]
struct Commune {
    old_code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    unit_kind: String,
    today: Today,
    units: Vec<Unit>,
    mergers: Vec<Merger>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Today {
    communes: Vec<Successor>,
}

#[derive(Debug, Clone, Deserialize)]
struct Successor {
    code: String,
}

impl Today {
    pub(super) fn codes(&self) -> Vec<String> {
        self.communes.iter().map(|commune| commune.code.clone()).collect()
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Unit {
    id: String,
    kind: String,
    name: String,
    households: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Merger {
    id: String,
    from: Vec<String>,
    into: Into,
}

#[derive(Debug, Clone, Deserialize)]
struct Into {
    name: String,
}

/// The text says "nearly one month" after the plan of 2018-04-13.
fn effective() -> Date {
    Date::new(2018, 5, 13).expect("2018-05-13 is a day of the calendar")
}

impl Seed {
    pub(super) fn places(&self) -> Vec<FactPlace> {
        let place = |commune: &Commune| FactPlace {
            text: "000",
            code: commune.old_code.clone(),
            name: commune.name.clone(),
            kind: commune.kind.clone(),
            province: "04",
            today: commune.today.codes(),
        };
        self.communes.iter().map(place).collect()
    }

    pub(super) fn write(&self, code: &str, book: &mut Book<'_>) {
        let Some(commune) = self.communes.iter().find(|commune| commune.old_code == code) else { return };
        for unit in &commune.units {
            book.unit(&unit.id, &unit.name, &unit.kind, Some(unit.households));
        }
        for merger in &commune.mergers {
            let from: Vec<RecordId> = merger.from.iter().map(|unit| book.id(unit)).collect();
            book.decide(&merger.id, from, (&merger.into.name, &commune.unit_kind), effective());
        }
    }
}
