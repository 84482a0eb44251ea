//! What is held, lent to the engine for the length of a call.

use std::cell::Cell;

use hopluu_identity::sha256;
use hopluu_model::{ActorId, ChangeHash, Clock, CollectionId, DeviceId, DocId, DocKind, PictureKey, Side, Tip};
use hopluu_store::{Entry, Record, Refused, Store, StoreError, Tag};
use hopluu_sync::{Passed, PictureState, Shelf, TailItem};
use hopluu_wire::digest::{Digest, digest_of_clock, digest_of_scope};
use hopluu_wire::frame::{Cursor, Frame, Receipt, RefusalNotice};
use hopluu_wire::{Pack, pack::Run};

use crate::clocks::RelayClocks;
use crate::pictures::{Gallery, state_of};
use crate::quarantine::QUARANTINED;
use crate::trust::Trust;

/// So many raw bytes are gathered for one pack; it is cut where 4 KiB of it are full.
const GATHER: usize = 24 * 1024;
/// Runs of a chain looked up at once.
const RUNS: usize = 256;
/// Bytes of roster entries in one message; a longer log travels in several, all naming the same head.
const PART: usize = 40 * 1024;

/// Store, trust, pictures and what the relay acknowledged, as one shelf.
pub(crate) struct Held<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) trust: &'a Trust,
    pub(crate) relay: &'a RelayClocks,
    pub(crate) gallery: &'a Gallery,
    /// Set when the store could not answer: what was said in that belief must not leave.
    pub(crate) fault: &'a Cell<Option<StoreError>>,
}

/// Logs a store's fault where people ask how things stand: as if it were not held.
pub(crate) fn or_absent<T: Default>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| {
        tracing::error!(error = %error, "the store cannot answer");
        T::default()
    })
}

impl Held<'_> {
    /// Answers as if it were not held, and sees to it that the answer goes nowhere.
    fn or_absent<T: Default>(&self, answer: Result<T, StoreError>) -> T {
        answer.unwrap_or_else(|error| {
            self.fault.set(Some(error));
            T::default()
        })
    }

    fn reads(&self, device: &DeviceId, doc: &DocId) -> bool {
        // Whatever this machine holds is in its own scope: nothing else is let in.
        self.trust.is_mine(device) || self.trust.may_read(device, doc)
    }
}

impl Shelf for Held<'_> {
    fn scope(&self, device: &DeviceId) -> Vec<(DocId, Digest)> {
        let docs = self.or_absent(self.store.docs());
        let mine = docs.into_iter().filter(|doc| self.reads(device, doc));
        let digests = mine.map(|doc| (doc, self.clock(&doc)));
        let mut scope: Vec<_> = digests.filter(|(_, clock)| !clock.is_empty()).collect();
        scope.sort_by_key(|(doc, _)| *doc);
        scope.into_iter().map(|(doc, clock)| (doc, digest_of_clock(&clock))).collect()
    }

    fn may_read(&self, device: &DeviceId, doc: &DocId) -> bool {
        self.reads(device, doc)
    }

    /// What others refuse of our own is not offered again, and not compared: it would differ for ever.
    fn clock(&self, doc: &DocId) -> Clock {
        self.or_absent(offered(self.store, self.trust, doc))
    }

    fn tip(&self, doc: &DocId, actor: &ActorId) -> Option<Tip> {
        self.or_absent(self.store.tip(doc, actor))
    }

    fn written_at(&self, doc: &DocId, actor: &ActorId, seq: u64) -> u64 {
        self.or_absent(self.store.runs(doc, actor, seq, 1)).first().map_or(u64::MAX, |run| run.number)
    }

    fn owns(&self, device: &DeviceId, actor: &ActorId) -> bool {
        self.trust.owns(device, actor)
    }

    fn pack(&mut self, doc: &DocId, actor: &ActorId, from: u64) -> Option<Pack> {
        self.or_absent(cut(self.store, doc, actor, from))
    }

    fn unacknowledged(&self, _relay: &DeviceId) -> Vec<(DocId, ActorId, u64)> {
        let me = self.trust.device();
        let mut behind = Vec::new();
        for doc in self.or_absent(self.store.docs()) {
            for (actor, tip) in &self.clock(&doc).0 {
                let held = self.relay.seq(&doc, actor);
                if tip.seq > held && self.trust.owns(&me, actor) {
                    behind.push((doc, *actor, held));
                }
            }
        }
        behind
    }

    fn acknowledged(&self, _relay: &DeviceId, doc: &DocId, actor: &ActorId) -> u64 {
        self.relay.seq(doc, actor)
    }

    fn after(&self, number: u64, limit: usize) -> (Vec<TailItem>, u64) {
        let entries = self.or_absent(self.store.after(number, limit));
        let last = entries.last().map_or_else(|| self.store.end().number.max(number), |entry| entry.number);
        (entries.iter().filter_map(|entry| self.tail_item(entry)).collect(), last)
    }

    fn item(&mut self, number: u64) -> Option<Frame> {
        match self.or_absent(self.store.read(number))? {
            Record::Shown { bytes, .. } => Some(Frame::Shown(postcard::from_bytes::<Receipt>(&bytes).ok()?)),
            Record::Refusal { doc, actor, seq, hash, reason, text, .. } => {
                Some(Frame::Refused(RefusalNotice { doc, actor, seq, hash, reason, text }))
            }
            _ => None,
        }
    }

    fn here(&self, device: &DeviceId) -> Cursor {
        let end = self.store.end();
        Cursor { journal: self.journal(), scope: self.scope_hash(device), number: end.number, chain: end.chain }
    }

    fn place(&self, device: &DeviceId, number: u64) -> Option<Cursor> {
        let chain = self.or_absent(self.store.chain_at(number))?;
        Some(Cursor { journal: self.journal(), scope: self.scope_hash(device), number, chain })
    }

    fn cursor(&self, relay: &DeviceId) -> Option<Cursor> {
        let bytes = self.or_absent(self.store.cache_get(&cursor_key(relay)))?;
        postcard::from_bytes(&bytes).ok()
    }

    fn roster_version(&self) -> u64 {
        self.trust.roster.version()
    }

    fn roster_after(&mut self, version: u64) -> Vec<Frame> {
        let Some(head) = self.trust.roster.head() else { return Vec::new() };
        let (mut parts, mut bytes) = (Vec::new(), PART);
        for entry in self.trust.roster.entries_after(version) {
            bytes += entry.len();
            if bytes > PART {
                bytes = entry.len();
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut() {
                Vec::push(part, entry.to_vec());
            }
        }
        parts.into_iter().map(|entries| Frame::Roster { entries, head: head.to_bytes() }).collect()
    }

    fn standing(&mut self, device: &DeviceId) -> Vec<Frame> {
        let mut frames = Vec::new();
        for doc in self.or_absent(self.store.docs_shown()) {
            if self.reads(device, &doc) {
                let numbers = self.or_absent(self.store.shown_records(&doc));
                frames.extend(numbers.into_iter().filter_map(|number| self.item(number)));
            }
        }
        frames
    }

    fn refusals(&mut self, device: &DeviceId) -> Vec<Frame> {
        let mut frames = Vec::new();
        for refusal in self.or_absent(self.store.refusals(None)) {
            if refusal.author == *device && self.trust.still_refuses(&refusal) {
                frames.extend(self.item(refusal.number));
            }
        }
        frames
    }

    fn receipts_digest(&self) -> Digest {
        let mut shown: Vec<(DocId, Digest)> = Vec::new();
        for doc in self.or_absent(self.store.docs_shown()) {
            let clock = self.or_absent(self.store.shown(&doc));
            if !clock.is_empty() {
                shown.push((doc, digest_of_clock(&clock)));
            }
        }
        match self.trust.side_of(&self.trust.device()) {
            // A commune gives no receipts; zero asks for none to be compared.
            Some(Side::Commune) => [0; 16],
            Some(Side::Province) | None => digest_of_scope(shown.iter().map(|(doc, digest)| (doc, digest))),
        }
    }

    fn receipts(&mut self) -> Vec<Frame> {
        let docs = self.or_absent(self.store.docs_shown());
        let numbers: Vec<u64> = docs.iter().flat_map(|doc| self.or_absent(self.store.shown_records(doc))).collect();
        numbers.into_iter().filter_map(|number| self.item(number)).collect()
    }

    fn oversees(&self, desk: &DeviceId, device: &DeviceId) -> bool {
        desk != device && self.trust.side_of(desk) == Some(Side::Province)
    }

    fn folder(&self) -> Option<[u8; 16]> {
        self.store.pictures().map(hopluu_store::Pictures::folder)
    }

    fn has_pictures(&self) -> bool {
        self.gallery.is_any()
    }

    fn sees(&self, device: &DeviceId, collection: &CollectionId) -> bool {
        // Pictures belong to records, which are read by whoever reads all of a collection.
        self.reads(device, &DocId::new(*collection, DocKind::Register))
    }

    fn picture(&self, key: &PictureKey) -> PictureState {
        state_of(self.store, key)
    }

    fn piece(&mut self, key: &PictureKey, index: u32) -> Option<Vec<u8>> {
        self.store.pictures_mut()?.piece(key, index)
    }

    fn has_room(&self, key: &PictureKey, size: u32, device: &DeviceId) -> bool {
        self.store.pictures().is_some_and(|pictures| pictures.has_room(key, size, device))
    }

    fn wanted(&self, passed: Passed<'_>) -> Option<(PictureKey, u32)> {
        self.gallery.wanted(passed)
    }

    fn unsent(&self, passed: Passed<'_>) -> Option<(PictureKey, u32)> {
        let is_whole = |key: &PictureKey| matches!(state_of(self.store, key), PictureState::Whole(_));
        let key = self.gallery.unsent(&|key| passed(key) || !is_whole(key))?;
        let PictureState::Whole(size) = state_of(self.store, &key) else { return None };
        Some((key, size))
    }
}

impl Held<'_> {
    fn journal(&self) -> [u8; 16] {
        self.store.journal_id()
    }

    /// A device whose scope changes must not go on from an old cursor.
    fn scope_hash(&self, device: &DeviceId) -> [u8; 8] {
        let enrolled = hopluu_identity::standing(&self.trust.roster, &self.trust.provisional, device);
        let text = enrolled.map(|(device, _)| format!("{} {:?}", device.collection, device.side)).unwrap_or_default();
        let mut short = [0; 8];
        short.copy_from_slice(&sha256(text.as_bytes())[..8]);
        short
    }

    fn tail_item(&self, entry: &Entry) -> Option<TailItem> {
        let doc = entry.doc?;
        let run = match entry.tag {
            Tag::Pack | Tag::Local => Some((entry.actor?, entry.first, entry.last)),
            Tag::Shown => None,
            Tag::Roster
            | Tag::Join
            | Tag::AtRelay
            | Tag::Refusal
            | Tag::Cut
            | Tag::Fact
            | Tag::Repair
            | Tag::Unknown => {
                return None;
            }
        };
        Some(TailItem { number: entry.number, doc, from: entry.from_device, run, bytes: entry.bytes })
    }
}

/// What a machine offers of a document: all it holds, but the ends of its own chains that are refused.
///
/// # Errors
/// When the store fails.
pub(crate) fn offered(store: &Store, trust: &Trust, doc: &DocId) -> Result<Clock, StoreError> {
    let mut clock = store.clock(doc)?;
    let me = trust.device();
    for refusal in store.refusals(Some(doc))? {
        let Refused { actor, seq, reason, .. } = &refusal;
        let is_ours = trust.owns(&me, actor) && *reason != QUARANTINED && trust.still_refuses(&refusal);
        if !is_ours || clock.seq(actor) < *seq {
            continue;
        }
        clock.0.remove(actor);
        let before = seq.saturating_sub(1);
        if before > 0
            && let Some(run) = changes_of(store, doc, actor, before)?.first()
        {
            clock.0.insert(*actor, Tip { seq: before, hash: run.hash });
        }
    }
    Ok(clock)
}

/// Where the cursor of a relay lies on the shelf of caches.
pub(crate) fn cursor_key(relay: &DeviceId) -> String {
    format!("cursor/{relay}")
}

/// Cuts the largest pack that begins with change `from` from what is stored.
pub(crate) fn cut(store: &Store, doc: &DocId, actor: &ActorId, from: u64) -> Result<Option<Pack>, StoreError> {
    let (runs, parent) = gather(store, doc, actor, from)?;
    match Pack::cut(*doc, *actor, from, parent, &runs) {
        Ok(pack) => Ok(pack),
        Err(error) => {
            tracing::error!(%doc, actor = %actor.short(), from, %error, "stored changes cannot be packed");
            Ok(None)
        }
    }
}

/// The changes of a chain from `from` on, in order, as many as are read in one go; empty at its end.
///
/// # Errors
/// When the store fails.
pub fn changes_of(store: &Store, doc: &DocId, actor: &ActorId, from: u64) -> Result<Vec<Run>, StoreError> {
    Ok(gather(store, doc, actor, from)?.0)
}

/// The changes of a chain from `from` on, as many as one pack could take, and the hash before them.
pub(crate) fn gather(store: &Store, doc: &DocId, actor: &ActorId, from: u64) -> Result<Gathered, StoreError> {
    let (mut gathered, mut parent, mut bytes) = (Vec::new(), None, 0);
    for stored in store.runs(doc, actor, from, RUNS)? {
        if bytes > GATHER {
            break;
        }
        let Some((changes, before)) = open(store, stored.number)? else { break };
        let mut previous = before;
        for (place, run) in (stored.first..).zip(changes) {
            if place < from {
                previous = Some(run.hash);
                continue;
            }
            if gathered.is_empty() {
                parent = previous;
            }
            bytes += run.raw.len();
            gathered.push(run);
        }
    }
    Ok((gathered, parent))
}

/// Changes in order and the hash before the first.
type Gathered = (Vec<Run>, Option<ChangeHash>);

/// The changes of one journal record; `None` when it cannot be read.
fn open(store: &Store, number: u64) -> Result<Option<Gathered>, StoreError> {
    match store.read(number)? {
        Some(Record::Local { raw, hash, signature, urgent, parent, .. }) => {
            Ok(Some((vec![Run { raw, hash, signature: Some(signature), urgent }], parent)))
        }
        Some(Record::Pack { bytes, parent, .. }) => {
            let Ok(pack) = postcard::from_bytes::<Pack>(&bytes) else { return Ok(None) };
            let Ok(opened) = pack.open(parent) else { return Ok(None) };
            let last = opened.changes.len();
            let runs = opened.changes.into_iter().enumerate().map(|(place, (raw, hash))| Run {
                raw,
                hash,
                signature: (place + 1 == last).then_some(pack.signature),
                urgent: pack.urgent && place + 1 == last,
            });
            Ok(Some((runs.collect(), parent)))
        }
        _ => Ok(None),
    }
}
