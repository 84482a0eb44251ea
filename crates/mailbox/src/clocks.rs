//! What the relay acknowledged to hold, in memory and on its way to the journal.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{ActorId, ChangeHash, Clock, DeviceId, DocId, Tick, Tip};
use hopluu_store::Record;

/// Acknowledgements need no sync of their own: after a power cut they may fall back, never run ahead.
const LATE_MS: u64 = 5_000;

/// The relay's held clocks as last heard. Read from the journal at start, document by document.
#[derive(Debug, Default)]
pub(crate) struct RelayClocks {
    clocks: BTreeMap<DocId, Clock>,
    /// Documents whose clock moved since it was written down, and whether it must be written as a whole.
    moved: BTreeMap<DocId, (BTreeSet<ActorId>, bool)>,
    due: Option<Tick>,
}

impl RelayClocks {
    pub(crate) fn load(clocks: BTreeMap<DocId, Clock>) -> Self {
        Self { clocks, moved: BTreeMap::new(), due: None }
    }

    pub(crate) fn seq(&self, doc: &DocId, actor: &ActorId) -> u64 {
        self.clocks.get(doc).map_or(0, |clock| clock.seq(actor))
    }

    pub(crate) fn clock(&self, doc: &DocId) -> Clock {
        self.clocks.get(doc).cloned().unwrap_or_default()
    }

    /// Takes what a relay said. Returns whether anything moved.
    pub(crate) fn take(&mut self, now: Tick, doc: DocId, entries: &[(ActorId, u64, ChangeHash)], whole: bool) -> bool {
        let clock = self.clocks.entry(doc).or_default();
        let before = clock.clone();
        if whole {
            *clock = Clock::default();
        }
        for (actor, seq, hash) in entries {
            clock.raise(*actor, Tip { seq: *seq, hash: *hash });
        }
        if *clock == before {
            return false;
        }
        let moved = self.moved.entry(doc).or_default();
        moved.0.extend(entries.iter().map(|(actor, ..)| *actor));
        moved.1 |= !clock.covers(&before);
        self.due.get_or_insert(now.plus(LATE_MS));
        true
    }

    pub(crate) fn due(&self) -> Option<Tick> {
        self.due
    }

    /// The journal records of all that moved since the last call.
    pub(crate) fn records(&mut self, relay: DeviceId) -> Vec<Record> {
        self.due = None;
        let moved = std::mem::take(&mut self.moved);
        let record = |(doc, (actors, replace)): (DocId, (BTreeSet<ActorId>, bool))| {
            let clock = self.clocks.get(&doc)?;
            let told = clock.0.iter().filter(|(actor, _)| replace || actors.contains(actor));
            let entries = told.map(|(actor, tip)| (*actor, tip.seq, tip.hash)).collect();
            Some(Record::AtRelay { relay, doc, entries, replace })
        };
        moved.into_iter().filter_map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hopluu_model::{CollectionId, DocKind};

    #[test]
    fn a_relay_that_came_back_with_less_replaces_what_was_known() {
        let doc = DocId::new(CollectionId([1; 16]), DocKind::Register);
        let (actor, hash) = (ActorId([2; 16]), ChangeHash([3; 32]));
        let mut clocks = RelayClocks::default();
        assert!(clocks.take(Tick(0), doc, &[(actor, 5, hash)], false));
        assert!(!clocks.take(Tick(1), doc, &[(actor, 4, hash)], false), "an older word changes nothing");
        assert_eq!(clocks.due(), Some(Tick(LATE_MS)));
        let relay = DeviceId([9; 32]);
        let entries = vec![(actor, 5, hash)];
        assert_eq!(clocks.records(relay), vec![Record::AtRelay { relay, doc, entries, replace: false }]);
        assert_eq!(clocks.records(relay), vec![]);
        assert!(clocks.take(Tick(2), doc, &[], true));
        assert_eq!(clocks.records(relay), vec![Record::AtRelay { relay, doc, entries: vec![], replace: true }]);
        assert_eq!(clocks.seq(&doc, &actor), 0);
    }
}
