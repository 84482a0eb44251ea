//! Mergers that lead round in a ring.

use std::collections::{BTreeMap, BTreeSet};

use super::deed::Deed;
use crate::id::RecordId;

/// The groups of mergers that lead back into themselves: A into B while B into A, also by detours.
pub(super) fn rings(mergers: &BTreeMap<RecordId, Deed>) -> BTreeSet<BTreeSet<RecordId>> {
    let mut taking: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for (merger, deed) in mergers.iter().filter(|(_, deed)| deed.action.ends()) {
        for source in &deed.from {
            taking.entry(*source).or_default().push(*merger);
        }
    }
    let next = |merger: &RecordId| {
        let into = mergers.get(merger).map_or(&[][..], |deed| &deed.into);
        into.iter().filter_map(|unit| taking.get(unit)).flatten()
    };
    let reach = |start: &RecordId| {
        let mut seen: BTreeSet<RecordId> = next(start).copied().collect();
        let mut open: Vec<RecordId> = seen.iter().copied().collect();
        while let Some(merger) = open.pop() {
            open.extend(next(&merger).filter(|merger| seen.insert(**merger)).copied());
        }
        seen
    };
    let reached: BTreeMap<&RecordId, BTreeSet<RecordId>> =
        mergers.keys().map(|merger| (merger, reach(merger))).collect();
    let on_ring = reached.iter().filter(|(merger, reach)| reach.contains(merger));
    on_ring
        .map(|(merger, reach)| reach.iter().filter(|other| reached[other].contains(merger)).copied().collect())
        .collect()
}
