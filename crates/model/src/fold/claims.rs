//! Exclusive facts that are records: who of several claimants holds, given the settlements.
//!
//! A settlement is written on the record it chooses and names all it weighed. A claimant stands as long as one of its
//! carriers (the record itself, or a settlement for it) has not been weighed and passed over. Settlements that differ
//! concurrently leave a carrier on both sides, and so reopen the clash.

use std::collections::{BTreeMap, BTreeSet};

use super::clash::Settler;
use super::history::losers;
use crate::id::RecordId;
use crate::record::{Event, EventKind, Field};

pub(super) struct Claims {
    carriers: BTreeMap<RecordId, BTreeSet<RecordId>>,
    overruled: BTreeSet<RecordId>,
}

impl Claims {
    /// Reads the settlements about a topic; others and those of the wrong side are passed over.
    pub(super) fn new(events: &[Event], topic: &str) -> Self {
        let mut claims = Self { carriers: BTreeMap::new(), overruled: BTreeSet::new() };
        let settlements = events.iter().filter(|event| {
            event.kind == EventKind::SETTLE
                && !event.fields.contains_key(&Field::FIELD)
                && event.text(Field::FUNCTIONS) == topic
                && Settler::LEADER.admits(event.side, !event.text(Field::REASON).is_empty())
        });
        for event in settlements {
            claims.carriers.entry(event.record).or_default().insert(RecordId(event.id.0));
            claims.overruled.extend(losers(event));
        }
        claims
    }

    /// The carriers of a record that nobody passed over; none when it was set aside.
    pub(super) fn standing(&self, record: RecordId) -> Vec<RecordId> {
        let settlements = self.carriers.get(&record).into_iter().flatten().copied();
        std::iter::once(record).chain(settlements).filter(|carrier| !self.overruled.contains(carrier)).collect()
    }
}
