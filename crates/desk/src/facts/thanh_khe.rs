//! The ward of Thanh Khê Tây, 2022: 57 groups with their heads, and no council.

use hopluu_model::{Date, Field, Kind, Value};
use serde::Deserialize;

use super::FactPlace;
use super::book::{Book, text};
use super::cao_bang::Today;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seed {
    ward: Ward,
    groups: Vec<Group>,
    regime: Regime,
    issues: Vec<Issue>,
}

#[derive(Debug, Clone, Deserialize)]
struct Ward {
    old_code: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    today: Today,
}

#[derive(Debug, Clone, Deserialize)]
struct Group {
    id: String,
    kind: String,
    name: String,
    head_label: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Regime {
    has_ward_council: bool,
    from: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Issue {
    id: String,
    category: String,
    cause: String,
    text: String,
}

impl Seed {
    pub(super) fn places(&self) -> Vec<FactPlace> {
        vec![FactPlace {
            text: "003",
            code: self.ward.old_code.clone(),
            name: self.ward.name.clone(),
            kind: self.ward.kind.clone(),
            province: "48",
            today: self.ward.today.codes(),
        }]
    }

    pub(super) fn write(&self, book: &mut Book<'_>) {
        let head = book.post("to_truong", "Tổ trưởng tổ dân phố", true, Some(1));
        for group in &self.groups {
            let unit = book.unit(&group.id, &group.name, &group.kind, None);
            let person = book.person(&format!("head {}", group.id), &group.head_label, "khong_chuyen_trach");
            book.hold(person, head, Some(unit), None);
        }
        if let Ok(from) = self.regime.from.parse::<Date>() {
            let council = Value::Bool(self.regime.has_ward_council);
            let fields = vec![
                (Field::COUNCIL, council),
                (Field::VALID_FROM, Value::Date(from)),
                (Field::DECISION, text("119/2020/QH14")),
            ];
            book.record("regime", Kind::REGIME, fields);
        }
        for issue in &self.issues {
            book.issue(&issue.id, (&issue.category, &issue.cause), &issue.text);
        }
    }
}
