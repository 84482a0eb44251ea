//! The fields of an entry of the bulletin as a form has them, made from the table of its kind.

use std::collections::BTreeMap;

use hopluu_desk::Refusal;
use hopluu_model::rules::{self, Rule};
use hopluu_model::{Field, Kind, Snapshot, Value};

use crate::names::Names;
use crate::page::Page;
use crate::posted::Fields;

/// One field of a form.
pub(crate) struct Entry {
    /// Slug of the field, by which it is sent.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) input: Input,
    pub(crate) value: String,
    pub(crate) must: bool,
    /// What is wrong with what was typed.
    pub(crate) fault: Option<String>,
}

/// How it is typed.
pub(crate) enum Input {
    Line,
    Text,
    Number {
        least: i64,
        most: i64,
    },
    Day,
    Tick,
    /// Slug and name of each.
    Choice(Vec<(String, String)>),
}

/// The fields of a kind that are typed here: those of a new record, or those of one that may still change.
pub(crate) fn columns(kind: Kind, is_new: bool) -> impl Iterator<Item = &'static rules::Column> {
    let all = rules::kind(kind).map_or(&[][..], |rule| rule.columns);
    // What the links and the one answer say is written by them.
    let by_hand = move |field: Field| kind != Kind::COMMON || !matches!(field, Field::COUNT | Field::ANSWER);
    all.iter().filter(move |column| by_hand(column.field) && (is_new || !column.fixed))
}

/// The form of a new record, or of one that is there, with what was typed and refused in place of what holds.
pub(crate) fn entries(
    (page, names): (&Page, &Names),
    kind: Kind,
    record: Option<&Snapshot>,
    (typed, refused): (&Fields, Option<&Refusal>),
) -> Vec<Entry> {
    let entry = |column: &rules::Column| {
        let name = column.field.to_string();
        let value = match (refused, record) {
            (Some(_), _) => typed.text(&name).to_owned(),
            (None, Some(record)) => record.get(column.field).map(said).unwrap_or_default(),
            (None, None) => String::new(),
        };
        Entry {
            label: label(page, kind, column.field),
            input: input(page, names, kind, column),
            value,
            must: column.must,
            fault: page.fault(refused, &name),
            name,
        }
    };
    columns(kind, record.is_none()).map(entry).collect()
}

/// What a form brought for those fields, by field. A box that is not ticked is not sent, and means no.
pub(crate) fn typed(kind: Kind, is_new: bool, fields: &Fields) -> BTreeMap<Field, String> {
    columns(kind, is_new).map(|column| (column.field, fields.text(&column.field.to_string()).to_owned())).collect()
}

/// What a field is called: by its kind where the same field means another thing.
pub(crate) fn label(page: &Page, kind: Kind, field: Field) -> String {
    let slug = match (kind, field) {
        (Kind::SETTING, Field::SLUG) => "rule".to_owned(),
        (Kind::SETTING, Field::TEXT) => "rule_text".to_owned(),
        (Kind::DAY, Field::STATE) => "day_kind".to_owned(),
        (_, field) => field.to_string(),
    };
    page.x("field", &slug)
}

fn input(page: &Page, names: &Names, kind: Kind, column: &rules::Column) -> Input {
    let categories =
        || names.categories.iter().filter(|row| !row.retired).map(|row| (row.slug.clone(), names.category(&row.slug)));
    let departments = || {
        names.departments.iter().filter(|row| !row.retired).map(|row| (row.slug.clone(), names.department(&row.slug)))
    };
    match (column.rule, column.field) {
        (_, Field::CATEGORY) => Input::Choice(categories().collect()),
        (_, Field::LEAD) => Input::Choice(departments().collect()),
        (_, Field::SLUG) if kind == Kind::SETTING => {
            Input::Choice(RULES.iter().map(|slug| ((*slug).to_owned(), page.x("rule", slug))).collect())
        }
        (Rule::OneOf(list), _) => Input::Choice(
            names.words(list).into_iter().map(|(slug, name)| (slug.to_owned(), name.to_owned())).collect(),
        ),
        (Rule::Text(_), _) => Input::Text,
        (Rule::Int(least, most), _) => Input::Number { least, most },
        (Rule::Date, _) => Input::Day,
        (Rule::Bool, _) => Input::Tick,
        _ => Input::Line,
    }
}

/// The rules a province may set.
const RULES: [&str; 12] = [
    "close_days",
    "reply_days",
    "silent_days",
    "settle_days",
    "hotline",
    "concurrent_most",
    "paid_titles_most",
    "body_council",
    "body_no_council",
    "upper_name",
    "unit_kind_phuong",
    "unit_kind_xa",
];

/// A value as the form's own input has it.
fn said(value: &Value) -> String {
    match value {
        Value::Bool(yes) => if *yes { "1" } else { "" }.to_owned(),
        Value::Date(day) => day.vi(),
        other => other.to_string(),
    }
}

/// A value as a list shows it.
pub(crate) fn shown((page, names): (&Page, &Names), kind: Kind, field: Field, record: &Snapshot) -> String {
    match (field, record.get(field)) {
        (_, None) => String::new(),
        (Field::CATEGORY, Some(value)) => names.category(&value.to_string()),
        (Field::LEAD, Some(value)) => names.department(&value.to_string()),
        (Field::SLUG, Some(value)) if kind == Kind::SETTING => page.x("rule", &value.to_string()),
        (Field::STATE, Some(value)) => names.word("day_kind", &value.to_string()),
        (_, Some(Value::Bool(yes))) => if *yes { page.t("yes") } else { page.t("no") }.to_owned(),
        (_, Some(Value::Int(number))) => page.number(*number),
        (_, Some(Value::Date(day))) => page.date(day),
        (_, Some(value)) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_the_fields_of_its_kind_and_changes_only_what_may_change() {
        let fields = |kind, is_new| columns(kind, is_new).map(|column| column.field).collect::<Vec<_>>();
        assert_eq!(fields(Kind::COMMON, true), [Field::NAME, Field::TEXT, Field::CATEGORY, Field::VALID_TO]);
        assert!(fields(Kind::CATEGORY, true).contains(&Field::SLUG));
        assert!(!fields(Kind::CATEGORY, false).contains(&Field::SLUG));
        assert_eq!(fields(Kind::DAY, false), [Field::STATE, Field::NAME]);
    }

    #[test]
    fn every_field_has_its_words() {
        let page = Page::default();
        for kind in super::super::KINDS {
            for column in columns(kind, true) {
                assert_ne!(label(&page, kind, column.field), column.field.to_string(), "{kind}");
            }
        }
        for rule in RULES {
            assert_ne!(page.x("rule", rule), rule);
        }
    }
}
