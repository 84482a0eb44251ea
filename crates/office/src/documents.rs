//! Documents in memory, opened when needed, within a bound of bytes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hopluu_document::{Document, DocumentError, Incoming};
use hopluu_mailbox::{QUARANTINED, changes_of};
use hopluu_model::{ChangeHash, Clock, DocId};
use hopluu_store::{Store, StoreError};

use crate::error::OfficeError;

/// A loaded document takes about so many times its saved size.
const LOADED: usize = 16;
/// A document is saved to the shelf after so many changes.
const UNSAVED: usize = 512;

pub(crate) struct Slot {
    pub(crate) document: Document,
    /// The heads the view was last told.
    shown: Vec<ChangeHash>,
    /// Its size as last saved; grows by what is applied.
    saved_bytes: usize,
    unsaved: usize,
    used: u64,
}

/// The open documents.
pub(crate) struct Documents {
    open: BTreeMap<DocId, Slot>,
    budget: usize,
    uses: u64,
}

impl Documents {
    pub(crate) fn new(budget: usize) -> Self {
        Self { open: BTreeMap::new(), budget, uses: 0 }
    }

    /// The document, loaded from the shelf and the journal if it is not open.
    pub(crate) fn get(&mut self, store: &Store, doc: DocId) -> Result<&mut Document, OfficeError> {
        self.uses += 1;
        let slot = match self.open.entry(doc) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(place) => {
                let (document, saved_bytes) = load(store, doc)?;
                place.insert(Slot { document, shown: Vec::new(), saved_bytes, unsaved: 0, used: 0 })
            }
        };
        slot.used = self.uses;
        Ok(&mut slot.document)
    }

    /// Takes a document out, to be fed elsewhere what has just arrived. What is lost on the way is loaded anew.
    pub(crate) fn lend(
        &mut self,
        store: &Store,
        doc: DocId,
        mut incoming: Vec<Incoming>,
    ) -> Result<(Slot, Vec<Incoming>), OfficeError> {
        self.uses += 1;
        let mut slot = match self.open.remove(&doc) {
            Some(slot) => slot,
            None => {
                let (document, saved_bytes) = from_shelf(store, doc)?;
                Slot { document, shown: Vec::new(), saved_bytes, unsaved: 0, used: 0 }
            }
        };
        // More may be held than came: the shelf was behind, or a repair gave chains back what damage had cut off.
        if store.clock(&doc)?.len() != slot.document.clock().len() + incoming.len() as u64 {
            incoming = held_beyond(store, &doc, slot.document.clock())?;
        }
        slot.used = self.uses;
        slot.unsaved += incoming.len();
        slot.saved_bytes += incoming.iter().map(|change| change.raw.len()).sum::<usize>() / 4;
        Ok((slot, incoming))
    }

    pub(crate) fn give_back(&mut self, doc: DocId, slot: Slot) {
        self.open.insert(doc, slot);
    }

    /// Accounts for changes that were applied, so that memory and the shelf keep up.
    pub(crate) fn grew(&mut self, doc: &DocId, changes: usize, bytes: usize) {
        if let Some(slot) = self.open.get_mut(doc) {
            slot.unsaved += changes;
            slot.saved_bytes += bytes / 4;
        }
    }

    /// The heads the view was last told; `None` when this is not known.
    pub(crate) fn shown(&self, doc: &DocId) -> Option<&[ChangeHash]> {
        self.open.get(doc).map(|slot| slot.shown.as_slice()).filter(|heads| !heads.is_empty())
    }

    pub(crate) fn set_shown(&mut self, doc: &DocId, heads: Vec<ChangeHash>) {
        if let Some(slot) = self.open.get_mut(doc) {
            slot.shown = heads;
            slot.document.follow();
        }
    }

    /// Forgets a document; it is made anew from the journal at its next use.
    pub(crate) fn drop(&mut self, doc: &DocId) {
        self.open.remove(doc);
    }

    pub(crate) fn drop_all(&mut self) {
        self.open.clear();
    }

    pub(crate) fn put(&mut self, doc: DocId, document: Document, saved_bytes: usize) {
        self.uses += 1;
        let used = self.uses;
        self.open.insert(doc, Slot { document, shown: Vec::new(), saved_bytes, unsaved: UNSAVED, used });
    }

    /// Puts long-unsaved documents on the shelf, and closes those used longest ago until the rest fits.
    pub(crate) fn tidy(&mut self, store: &mut Store, all: bool) -> Result<(), StoreError> {
        for (doc, slot) in &mut self.open {
            if slot.unsaved >= UNSAVED || (all && slot.unsaved > 0) {
                save(store, doc, slot)?;
            }
        }
        while self.open.len() > 1 && self.bytes() > self.budget {
            let Some(oldest) = self.open.iter().min_by_key(|(_, slot)| slot.used).map(|(doc, _)| *doc) else { break };
            if let Some(mut slot) = self.open.remove(&oldest)
                && slot.unsaved > 0
            {
                save(store, &oldest, &mut slot)?;
            }
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.open.values().map(|slot| slot.saved_bytes * LOADED).sum()
    }
}

fn save(store: &mut Store, doc: &DocId, slot: &mut Slot) -> Result<(), StoreError> {
    let bytes = slot.document.save();
    slot.saved_bytes = bytes.len();
    slot.unsaved = 0;
    let clock = postcard::to_stdvec(slot.document.clock()).unwrap_or_default();
    store.put_snapshot(doc, &clock, &bytes)
}

/// The shelf's copy of a document if it is good, else an empty one; and its size.
fn from_shelf(store: &Store, doc: DocId) -> Result<(Document, usize), OfficeError> {
    let held = store.clock(&doc)?;
    let from_shelf = store.snapshot(&doc)?.and_then(|saved| {
        let bytes = saved.bytes.len();
        match Document::load(doc, &saved.bytes) {
            // Saved with an edit whose commit then failed: the journal is the truth.
            Ok(document) if !held.covers(document.clock()) => None,
            Ok(document) => Some((document, bytes)),
            Err(error) => {
                tracing::warn!(%doc, %error, "the saved copy is dropped; the document is made from its changes");
                None
            }
        }
    });
    Ok(from_shelf.unwrap_or_else(|| (Document::begin(doc), 0)))
}

/// Loads a document: the shelf's copy, then what the journal holds beyond it.
fn load(store: &Store, doc: DocId) -> Result<(Document, usize), OfficeError> {
    let (mut document, saved) = from_shelf(store, doc)?;
    let beyond = document.clock().clone();
    let incoming = held_beyond(store, &doc, &beyond)?;
    let bytes: usize = incoming.iter().map(|change| change.raw.len()).sum();
    match document.apply(incoming) {
        Ok(_) => Ok((document, saved + bytes / 4)),
        Err(DocumentError::Broken { .. }) => {
            let (document, _) = crate::rebuild::without_culprits(doc, held_beyond(store, &doc, &Clock::default())?);
            Ok((document, bytes / 4))
        }
        Err(error) => Err(error.into()),
    }
}

/// Every change the journal holds of a document beyond a clock, chain by chain, without what no document can take.
/// What others refuse for other reasons stays in the author's own document, and says so.
pub(crate) fn held_beyond(store: &Store, doc: &DocId, beyond: &Clock) -> Result<Vec<Incoming>, StoreError> {
    let mut refused = store.refusals(Some(doc))?;
    refused.retain(|refusal| refusal.reason == QUARANTINED);
    let mut incoming = Vec::new();
    for (actor, tip) in store.clock(doc)?.0 {
        let refused_from = refused.iter().filter(|refusal| refusal.actor == actor).map(|refusal| refusal.seq).min();
        let end = refused_from.map_or(tip.seq, |seq| seq.saturating_sub(1).min(tip.seq));
        let mut next = beyond.seq(&actor) + 1;
        while next <= end {
            let runs = changes_of(store, doc, &actor, next)?;
            if runs.is_empty() {
                break;
            }
            for run in runs {
                if next <= end {
                    incoming.push(Incoming { hash: run.hash, raw: run.raw });
                }
                next += 1;
            }
        }
    }
    Ok(incoming)
}
