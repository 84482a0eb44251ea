//! What the books go by: what makes two records of a kind the same one, how a record is named, what a field points at.

use super::records;
use crate::record::{Field, Kind, Value};
use crate::text::normalise_line;

/// The fields that tell the records of a kind apart: what a second load of one spreadsheet goes by, and what names a
/// record that has no name. Empty for what has verbs of its own (issues, directives, mergers, transfers) and is kept
/// in no book.
#[must_use]
pub fn key(kind: Kind) -> &'static [Field] {
    KEYS.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, key)| key)
}

/// Whether several records of a kind may have one key: units and people share names, and machines of one kind in one
/// building are of several ages.
#[must_use]
pub fn may_repeat(kind: Kind) -> bool {
    matches!(kind, Kind::UNIT | Kind::PERSON | Kind::EQUIPMENT)
}

/// A value of a key as keys are compared: spaces and capitals tell nothing apart; empty where nothing is said.
#[must_use]
pub fn compared(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Empty) => String::new(),
        Some(Value::Text(text)) => normalise_line(text).to_lowercase(),
        Some(value) => value.to_string(),
    }
}

/// The fields whose values, one after the other, name a record of a kind in lists.
#[must_use]
pub fn title(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::ISSUE => &[Field::CODE],
        Kind::MERGER => &[Field::INTO_NAME],
        Kind::TRANSFER => &[Field::PERSON, Field::TO_COMMUNE],
        Kind::LEAVER => &[Field::PERSON, Field::REASON],
        Kind::HOLDING => &[Field::PERSON, Field::POST, Field::UNIT],
        kind if records::kind(kind).is_some_and(|rule| rule.column(Field::NAME).is_some_and(|name| name.must)) => {
            &[Field::NAME]
        }
        kind => key(kind),
    }
}

/// The kinds of record that a field may point at; empty when it points at none.
#[must_use]
pub fn points_at(field: Field) -> &'static [Kind] {
    match field {
        Field::PERSON | Field::CAME_FROM => &[Kind::PERSON],
        Field::POST => &[Kind::POST],
        Field::UNIT | Field::FROM | Field::INTO | Field::PARTS => &[Kind::UNIT],
        Field::SITE => &[Kind::SITE],
        Field::BOARD => &[Kind::BOARD],
        Field::PLACE => &[Kind::UNIT, Kind::SITE, Kind::EQUIPMENT],
        _ => &[],
    }
}

const KEYS: &[(Kind, &[Field])] = &[
    (Kind::COMMUNE, &[Field::COMMUNE_CODE]),
    (Kind::REGIME, &[Field::VALID_FROM]),
    (Kind::UNIT, &[Field::NAME, Field::AREA]),
    (Kind::SITE, &[Field::NAME]),
    (Kind::EQUIPMENT, &[Field::EQUIPMENT_KIND, Field::SITE]),
    (Kind::INDICATOR, &[Field::NAME, Field::PERIOD]),
    (Kind::POST, &[Field::SLUG]),
    (Kind::QUOTA, &[Field::STAFF_CATEGORY, Field::VALID_FROM]),
    (Kind::BOARD, &[Field::NAME, Field::UNIT]),
    (Kind::PERSON, &[Field::NAME, Field::STAFF_CATEGORY]),
    (Kind::HOLDING, &[Field::PERSON, Field::POST, Field::UNIT, Field::VALID_FROM]),
    (Kind::LEAVER, &[Field::PERSON]),
    (Kind::MEMBER, &[Field::BOARD, Field::PERSON, Field::VALID_FROM]),
    (Kind::CATEGORY, &[Field::SLUG]),
    (Kind::DEPARTMENT, &[Field::SLUG]),
    (Kind::UNIT_KIND, &[Field::SLUG]),
    (Kind::DAY, &[Field::ON]),
    (Kind::SETTING, &[Field::SLUG, Field::VALID_FROM]),
    (Kind::NOTICE, &[Field::NAME, Field::ON]),
    (Kind::TEMPLATE, &[Field::NAME]),
    (Kind::LESSON, &[Field::NAME]),
    (Kind::COMMON, &[Field::NAME]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rule, kind};

    #[test]
    fn keys_and_titles_are_fields_of_their_kind() {
        for (kind_, slug) in Kind::ALL {
            let rule = kind(*kind_).unwrap();
            for field in key(*kind_).iter().chain(title(*kind_)) {
                assert!(rule.column(*field).is_some(), "{slug} {field}");
            }
        }
    }

    #[test]
    fn every_field_of_records_in_a_book_says_what_it_points_at() {
        for (kind_, slug) in Kind::ALL {
            let pointing = |rule| matches!(rule, Rule::Record | Rule::Records(_));
            for column in kind(*kind_).unwrap().columns.iter().filter(|column| pointing(column.rule)) {
                assert!(column.field == Field::OTHER || !points_at(column.field).is_empty(), "{slug} {}", column.field);
            }
        }
    }
}
