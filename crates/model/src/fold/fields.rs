//! One field written by two who did not know of each other.

use super::clash::{Clash, ClashKind, ClashOption, Said, Settler};
use crate::record::{Field, Held, Kind, Snapshot, Value};
use crate::rules::{self, Home, Rule};
use crate::vocabulary;

/// The fields of a record with more than one value. Writing the same value twice is no clash.
///
/// A settlement writes the chosen value again after all of them, whereupon the rivals are gone by themselves.
#[must_use]
pub fn fields(snapshot: &Snapshot) -> Vec<Clash> {
    let rivalled = snapshot.fields.iter().filter(|(field, held)| {
        // Two who called one record a mistake agree, whatever each of them saw of it.
        **field != Field::VOID_SEEN && held.rivals.iter().any(|rival| rival.value != held.value)
    });
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
        text: said(snapshot.kind, field, &held.value),
    }
}

pub(super) fn settler(kind: Kind, field: Field) -> Settler {
    match rules::kind(kind).map(|rule| rule.home) {
        Some(Home::Bulletin) => Settler::ADMIN,
        Some(Home::Issues) if field == Field::CATEGORY || kind == Kind::DIRECTIVE => Settler::TRIAGE,
        _ => Settler::LEADER,
    }
}

/// A value as people read it: words instead of slugs, "(để trống)" for an emptied field.
#[must_use]
pub fn said(kind: Kind, field: Field, value: &Value) -> Said {
    let list = match (rules::kind(kind).and_then(|rule| rule.column(field)).map(|column| column.rule), field) {
        (Some(Rule::OneOf(list) | Rule::ManyOf(list)), _) => list,
        (_, Field::CATEGORY) => "issue_category",
        (_, Field::UNIT_KIND) => "unit_kind",
        _ => "",
    };
    let words = |text: &str, of: fn(&vocabulary::Word) -> &'static str| {
        let each = text.split(',').map(|slug| vocabulary::word(list, slug).map_or(slug, of));
        each.collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::Empty => Said::new("(để trống)", "(empty)"),
        Value::Bool(yes) => {
            if *yes {
                Said::new("có", "yes")
            } else {
                Said::new("không", "no")
            }
        }
        Value::Date(date) => Said::new(date.vi(), date.to_string()),
        Value::Text(text) if !list.is_empty() => Said::new(words(text, |word| word.vi), words(text, |word| word.en)),
        other => Said::both(&other.to_string()),
    }
}
