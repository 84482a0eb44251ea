//! Changes that came by line and are on disk, on their way into documents and view.
//!
//! A few are shown with the commit that made them durable. Many are not: while history pours in, the line and the people
//! at this machine go first, and documents and view follow in slices once it is quiet, or after a while.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_document::{Applied, Document, DocumentError, Incoming, Moved};
use hopluu_model::{ChangeHash, DocId, Sides, Tick, Timestamp};
use hopluu_view::DocUpdate;

use crate::documents::Slot;
use crate::error::OfficeError;
use crate::office::{Office, update_from};

/// So many changes are shown at once.
const FEW: usize = 256;
/// More wait until nothing has come for so long.
const QUIET_MS: u64 = 50;
/// But no longer than this.
const LONGEST_MS: u64 = 2_000;
/// Documents of one slice; in between the line is served.
const SLICE: usize = 24;
/// Fewer documents are not worth a second thread.
const SIDE_BY_SIDE: usize = 4;

/// What waits to be shown.
#[derive(Default)]
pub(crate) struct Arrivals {
    docs: BTreeMap<DocId, Vec<Incoming>>,
    changes: usize,
    /// When the first and the last of them came.
    since: Tick,
    last: Tick,
    /// Their time has come.
    flowing: bool,
}

impl Arrivals {
    pub(crate) fn put(&mut self, now: Tick, doc: DocId, changes: impl ExactSizeIterator<Item = Incoming>) {
        if self.docs.is_empty() {
            self.since = now;
            self.flowing = false;
        }
        self.last = now;
        self.changes += changes.len();
        self.docs.entry(doc).or_default().extend(changes);
    }

    pub(crate) fn holds(&self, doc: &DocId) -> bool {
        self.docs.contains_key(doc)
    }

    /// When they are to be shown.
    pub(crate) fn due(&self) -> Option<Tick> {
        if self.docs.is_empty() {
            return None;
        }
        let at_once = self.flowing || self.changes <= FEW;
        Some(if at_once { self.since } else { self.last.plus(QUIET_MS).min(self.since.plus(LONGEST_MS)) })
    }

    /// What is to be shown now: a slice of what is due, and always what came for these documents. The view must never
    /// remember heads of a document that lack what is on disk.
    pub(crate) fn take(&mut self, now: Tick, also: &BTreeSet<DocId>) -> Vec<(DocId, Vec<Incoming>)> {
        self.flowing = self.due().is_some_and(|due| due <= now);
        let ready = if self.flowing { SLICE } else { 0 };
        let mut wanted: BTreeSet<DocId> = self.docs.keys().take(ready).copied().collect();
        wanted.extend(also);
        let taken: Vec<_> = wanted.into_iter().filter_map(|doc| Some((doc, self.docs.remove(&doc)?))).collect();
        self.changes -= taken.iter().map(|(_, changes)| changes.len()).sum::<usize>();
        taken
    }
}

/// One document on its way from what the view shows to what is on disk.
pub(crate) struct Task {
    pub(crate) doc: DocId,
    pub(crate) slot: Slot,
    pub(crate) incoming: Vec<Incoming>,
    /// What the view shows of it.
    known: Option<Vec<ChangeHash>>,
    done: Option<(Result<Applied, DocumentError>, Moved)>,
}

impl Task {
    fn run(&mut self, sides: &dyn Sides) {
        let document: &mut Document = &mut self.slot.document;
        let applied = document.apply(std::mem::take(&mut self.incoming));
        let moved = match (&applied, &self.known) {
            (Err(_), _) => Moved::default(),
            (Ok(_), Some(known)) => document.moved_since(known, sides),
            (Ok(_), None) => document.everything(sides),
        };
        self.done = Some((applied, moved));
    }
}

impl Office {
    /// Feeds documents what came for them, several side by side, and reads what moved.
    pub(crate) fn receive(
        &mut self,
        arrived: Vec<(DocId, Vec<Incoming>)>,
        wall: Timestamp,
    ) -> Result<Vec<DocUpdate>, OfficeError> {
        let mut tasks = Vec::with_capacity(arrived.len());
        for (doc, incoming) in arrived {
            let known = match self.documents.shown(&doc) {
                Some(heads) => Some(heads.to_vec()),
                None => self.view.heads(doc)?,
            };
            let (slot, incoming) = self.documents.lend(self.mailbox.store(), doc, incoming)?;
            tasks.push(Task { doc, slot, incoming, known, done: None });
        }
        let trust = self.mailbox.trust();
        run(&mut tasks, &|actor: &hopluu_model::ActorId| trust.side(actor));
        let mut updates = Vec::with_capacity(tasks.len());
        for Task { doc, slot, known, done, .. } in tasks {
            self.documents.give_back(doc, slot);
            let moved = match done {
                Some((Ok(applied), moved)) => {
                    for (hash, why) in applied.unfit {
                        self.quarantine(doc, hash, &why)?;
                    }
                    Some(moved)
                }
                Some((Err(DocumentError::Broken { .. }), _)) | None => {
                    self.rebuild(doc)?;
                    None
                }
                Some((Err(error), _)) => return Err(error.into()),
            };
            updates.push(match moved {
                Some(moved) => {
                    let heads = self.documents.get(self.mailbox.store(), doc)?.heads();
                    update_from(self.mailbox.trust(), (doc, heads), known.is_none(), (moved, Some(wall)))
                }
                None => self.update_of(doc, Some(wall))?,
            });
        }
        Ok(updates)
    }
}

/// Runs them on two threads when that is worth it; the outcome is the same.
fn run(tasks: &mut [Task], sides: &(dyn Sides + Sync)) {
    if tasks.len() < SIDE_BY_SIDE {
        tasks.iter_mut().for_each(|task| task.run(sides));
        return;
    }
    let (left, right) = tasks.split_at_mut(tasks.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| right.iter_mut().for_each(|task| task.run(sides)));
        left.iter_mut().for_each(|task| task.run(sides));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use hopluu_model::{CollectionId, DocKind};

    fn doc(number: u8) -> DocId {
        DocId::new(CollectionId([number; 16]), DocKind::Register)
    }

    fn changes(count: usize) -> std::vec::IntoIter<Incoming> {
        vec![Incoming { hash: ChangeHash([0; 32]), raw: Vec::new() }; count].into_iter()
    }

    #[test]
    fn a_few_are_shown_at_once() {
        let mut arrivals = Arrivals::default();
        assert_eq!(arrivals.due(), None);
        arrivals.put(Tick(7), doc(1), changes(FEW));
        assert_eq!(arrivals.take(Tick(7), &BTreeSet::new()).len(), 1);
        assert_eq!(arrivals.due(), None);
    }

    #[test]
    fn many_wait_until_it_is_quiet_or_for_a_while() {
        let mut arrivals = Arrivals::default();
        for number in 0..100 {
            arrivals.put(Tick(u64::from(number)), doc(number), changes(FEW));
        }
        assert!(arrivals.take(Tick(99), &BTreeSet::new()).is_empty());
        assert_eq!(arrivals.due(), Some(Tick(99 + QUIET_MS)));
        let mut slices = Vec::new();
        while let Some(due) = arrivals.due() {
            slices.push(arrivals.take(due.max(Tick(99 + QUIET_MS)), &BTreeSet::new()).len());
        }
        assert_eq!(slices, [24, 24, 24, 24, 4]);
        arrivals.put(Tick(5_000), doc(1), changes(FEW + 1));
        arrivals.put(Tick(5_000 + LONGEST_MS), doc(2), changes(1));
        assert_eq!(arrivals.due(), Some(Tick(5_000 + LONGEST_MS)), "a line that is never quiet hides nothing for long");
    }

    #[test]
    fn what_came_for_a_document_that_is_shown_now_is_shown_with_it() {
        let mut arrivals = Arrivals::default();
        arrivals.put(Tick(0), doc(1), changes(FEW));
        arrivals.put(Tick(0), doc(2), changes(FEW));
        let taken = arrivals.take(Tick(0), &[doc(2), doc(3)].into());
        assert_eq!(taken.into_iter().map(|(doc, _)| doc).collect::<Vec<_>>(), [doc(2)]);
        assert!(arrivals.holds(&doc(1)));
    }
}
