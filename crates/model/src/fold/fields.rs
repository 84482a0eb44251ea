//! One field written by two who did not know of each other.

use super::clash::{Clash, ClashKind, ClashOption, Settler};
use crate::record::{Field, Held, Kind, Snapshot, Value};
use crate::rules::{self, Home, Rule};
use crate::vocabulary;

/// The fields of a record with more than one value. Writing the same value twice is no clash.
///
/// A settlement writes the chosen value again after all of them, whereupon the rivals are gone by themselves.
#[must_use]
pub fn fields(snapshot: &Snapshot) -> Vec<Clash> {
    let rivalled = snapshot.fields.iter().filter(|(_, held)| held.rivals.iter().any(|rival| rival.value != held.value));
    rivalled
        .map(|(field, held)| {
            let mut options: Vec<ClashOption> = Vec::new();
            for one in std::iter::once(held).chain(&held.rivals) {
                if !options.iter().any(|option| option.value == one.value) {
                    options.push(option(snapshot, *field, one));
                }
            }
            let mut clash = Clash::new(ClashKind::SameField(*field), snapshot.id, snapshot.doc, options);
            clash.settles = settler(snapshot.kind, *field);
            clash
        })
        .collect()
}

fn option(snapshot: &Snapshot, field: Field, held: &Held) -> ClashOption {
    ClashOption {
        value: held.value.clone(),
        event: None,
        record: snapshot.id,
        claims: Vec::new(),
        after: Vec::new(),
        actor: held.actor,
        stamp: held.stamp.clone(),
        text_vi: shown(snapshot.kind, field, &held.value),
    }
}

fn settler(kind: Kind, field: Field) -> Settler {
    match rules::kind(kind).map(|rule| rule.home) {
        Some(Home::Bulletin) => Settler::ADMIN,
        Some(Home::Issues) if field == Field::CATEGORY || kind == Kind::DIRECTIVE => Settler::TRIAGE,
        _ => Settler::LEADER,
    }
}

/// A value as people read it: words instead of slugs, "(để trống)" for an emptied field.
#[must_use]
pub fn shown(kind: Kind, field: Field, value: &Value) -> String {
    let list = match (rules::kind(kind).and_then(|rule| rule.column(field)).map(|column| column.rule), field) {
        (Some(Rule::OneOf(list) | Rule::ManyOf(list)), _) => list,
        (_, Field::CATEGORY) => "issue_category",
        (_, Field::UNIT_KIND) => "unit_kind",
        _ => "",
    };
    match value {
        Value::Empty => "(để trống)".to_owned(),
        Value::Text(text) if !list.is_empty() => {
            text.split(',').map(|slug| vocabulary::vi(list, slug)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
