//! What was written about a unit by somebody who did not know that it had been merged away.

use super::deed::Action;
use super::merger::MergerFold;
use super::register::{MergerStanding, RegisterFold};
use crate::id::RecordId;
use crate::record::{Field, Snapshot, Value};

/// A source of a merger in force that says something else now than when the merger was passed. The unit in which it
/// lives on has what it says now; nothing is to be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The merger.
    pub merger: RecordId,
    /// The source.
    pub unit: RecordId,
    /// What differs: its name or its households.
    pub field: Field,
    /// What was known when the merger was passed.
    pub then: Value,
    /// What it says now.
    pub now: Value,
}

/// Finds late edits of the sources of mergers in force; mergers whose passing did not say what was known find none.
pub(super) fn late<'a>(mergers: impl Iterator<Item = &'a (Snapshot, MergerFold)>, fold: &RegisterFold) -> Vec<Late> {
    let ends = |merger: &Snapshot| Action::from_slug(merger.text(Field::ACTION)).is_some_and(Action::ends);
    let mut found = Vec::new();
    for (merger, own) in mergers.filter(|(merger, _)| ends(merger)) {
        let from = merger.get(Field::FROM).map_or(&[][..], Value::as_ids);
        // A list that changed after the passing is a clash of its own: its places no longer tell the units apart.
        if fold.mergers.get(&merger.id) != Some(&MergerStanding::InForce) || own.known.names.len() != from.len() {
            continue;
        }
        let households = own.known.households.iter().copied().chain(std::iter::repeat(None));
        for ((unit, name), had) in from.iter().zip(&own.known.names).zip(households) {
            let Some(now) = fold.units.get(unit) else { continue };
            let mut note = |field, then, now| found.push(Late { merger: merger.id, unit: *unit, field, then, now });
            if now.name != *name {
                note(Field::NAME, Value::Text(name.clone()), Value::Text(now.name.clone()));
            }
            if now.households != had && own.known.households.len() == from.len() {
                let value = |number: Option<i64>| number.map_or(Value::Empty, Value::Int);
                note(Field::HOUSEHOLDS, value(had), value(now.households));
            }
        }
    }
    found
}
