//! One document in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId as AmActor, Automerge, Change, ChangeHash as AmHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
};
use hopluu_model::id::MAX_CHANGE;
use hopluu_model::{ActorId, ChangeHash, Clock, DocId, Edit, Field, RecordId, Tip, Write};

use crate::blob::{self, Creation, EventBlob, SetValue};
use crate::error::DocumentError;
use crate::genesis::{Genesis, genesis, is_genesis};
use crate::guard;
use crate::parked::Parked;
use crate::read::bytes_of;

/// One automerge document with the layout of this room.
pub struct Document {
    pub(crate) doc: DocId,
    pub(crate) am: Automerge,
    pub(crate) records: ObjId,
    pub(crate) events: ObjId,
    /// What is applied, kept beside automerge because asking it means walking the whole history.
    clock: Clock,
    /// Changes whose parents are not here yet; automerge never sees them before.
    parked: Parked,
    /// Records and events that were written to since these heads.
    pub(crate) touched: (BTreeSet<[u8; 16]>, BTreeSet<[u8; 16]>),
    pub(crate) since: Vec<ChangeHash>,
}

/// A change just written, not yet on any disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The change as automerge writes it, uncompressed.
    pub raw: Vec<u8>,
    /// Its sequence number in the author chain.
    pub seq: u64,
    /// Its hash.
    pub hash: ChangeHash,
    /// The hash of the author's change before it.
    pub parent: Option<ChangeHash>,
}

/// A change from outside whose hash was verified against its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its verified hash.
    pub hash: ChangeHash,
    /// The raw, uncompressed change.
    pub raw: Vec<u8>,
}

/// What became of changes from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many were applied, counting those that had been parked.
    pub applied: usize,
    /// How many wait for their parents now.
    pub parked: usize,
    /// Changes that must not be fed to automerge, each with the reason.
    pub unfit: Vec<(ChangeHash, String)>,
}

impl Document {
    /// Begins a document that holds nothing yet.
    #[must_use]
    pub fn begin(doc: DocId) -> Self {
        let Genesis { am, records, events } = genesis(&doc);
        Self::of(doc, am, (records, events), Clock::default())
    }

    /// Loads what [`Document::save`] wrote on this machine.
    ///
    /// # Errors
    /// [`DocumentError::Load`] for damaged bytes, [`DocumentError::Foreign`] for another document's.
    pub fn load(doc: DocId, saved: &[u8]) -> Result<Self, DocumentError> {
        let load = |reason: String| DocumentError::Load { doc, reason };
        let am = catch_unwind(AssertUnwindSafe(|| Automerge::load(saved)))
            .map_err(|_| load("panic".to_owned()))?
            .map_err(|error| load(error.to_string()))?;
        let Genesis { records, events, am: first } = genesis(&doc);
        let known = first.get_heads().iter().all(|hash| am.get_change_meta_by_hash(hash).is_some());
        if !known || am.get(ROOT, "id").ok().flatten().is_none() {
            return Err(DocumentError::Foreign { doc });
        }
        // Object ids carry an index into the document's own actor table, so they are looked up anew.
        let find = |id: &ObjId| match id {
            ObjId::Id(counter, actor, _) => am.import_obj(&format!("{counter}@{}", actor.to_hex_string())),
            ObjId::Root => Ok(ObjId::Root),
        };
        let (records, events) = match (find(&records), find(&events)) {
            (Ok(records), Ok(events)) => (records, events),
            (Err(error), _) | (_, Err(error)) => return Err(load(error.to_string())),
        };
        let clock = walk(&am);
        Ok(Self::of(doc, am, (records, events), clock))
    }

    fn of(doc: DocId, am: Automerge, (records, events): (ObjId, ObjId), clock: Clock) -> Self {
        let (parked, touched) = (Parked::default(), Default::default());
        let mut document = Self { doc, am, records, events, clock, parked, touched, since: Vec::new() };
        document.since = document.heads();
        document
    }

    /// Says that somebody shows the document as it is now: [`Document::moved_since`] these heads stays quick.
    pub fn follow(&mut self) {
        self.touched = Default::default();
        self.since = self.heads();
    }

    /// The document as one chunk, a cache: the changes are the truth. Parked changes are not in it.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.am.save()
    }

    /// The document's id.
    #[must_use]
    pub fn id(&self) -> DocId {
        self.doc
    }

    /// The hashes no other change follows.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.am.get_heads().iter().map(|hash| ChangeHash(hash.0)).collect();
        heads.sort_unstable();
        heads
    }

    /// What is applied, per author; genesis is not counted.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How far each author's chain lies under a change, itself included. Empty when it is not here.
    pub(crate) fn under(&self, hash: AmHash) -> BTreeMap<ActorId, u64> {
        if self.am.get_change_meta_by_hash(&hash).is_none() {
            return BTreeMap::new();
        }
        let mut under: BTreeMap<ActorId, u64> = self.clock.0.iter().map(|(actor, tip)| (*actor, tip.seq)).collect();
        for meta in self.am.get_changes_meta(&[hash]) {
            if let Some(seq) = ActorId::from_slice(meta.actor.to_bytes()).and_then(|actor| under.get_mut(&actor)) {
                *seq = (*seq).min(meta.seq - 1);
            }
        }
        under
    }

    /// How many changes wait for their parents.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Writes an edit as one change of the given author. It is in memory only: append it to the journal
    /// before anything else, and drop the document when that fails. Records and events that have begun already are
    /// left as they are, so that an edit written twice adds nothing.
    ///
    /// # Errors
    /// [`DocumentError::NoRecord`], [`DocumentError::TooLarge`], [`DocumentError::Nothing`]; in each case
    /// the document is unchanged.
    pub fn write(&mut self, actor: ActorId, edit: &Edit) -> Result<Written, DocumentError> {
        let doc = self.doc;
        self.am.set_actor(AmActor::from(actor.0.as_slice()));
        let mut objects = self.objects_of(edit)?;
        let writes: Vec<&Write> = edit.writes().iter().filter(|write| !self.has_begun(write)).collect();
        for write in &writes {
            match write {
                Write::Create { record, .. } | Write::Set { record, .. } => self.touched.0.insert(record.0),
                Write::Append { event, .. } => self.touched.1.insert(event.0),
            };
        }
        let (records, events) = (self.records.clone(), self.events.clone());
        let mut tx = self.am.transaction();
        for write in writes {
            if let Err((field, reason)) = perform(&mut tx, edit, write, (&records, &events), &mut objects) {
                tx.rollback();
                return Err(DocumentError::Write { doc, field, reason });
            }
        }
        let (Some(hash), _) = tx.commit_with(CommitOptions::default().with_time(edit.stamp().at.0)) else {
            return Err(DocumentError::Nothing);
        };
        let change = self.am.get_last_local_change().expect("the change was committed above");
        let written = Written {
            raw: change.raw_bytes().to_vec(),
            seq: change.seq(),
            hash: ChangeHash(hash.0),
            parent: self.own_parent(&change),
        };
        if written.raw.len() > MAX_CHANGE {
            // A committed change cannot be taken back, so the state before it is made anew.
            self.am = self.am.fork_at(change.deps()).map_err(|_| DocumentError::Broken { doc, culprit: None })?;
            return Err(DocumentError::TooLarge { bytes: written.raw.len(), limit: MAX_CHANGE });
        }
        self.clock.raise(actor, Tip { seq: written.seq, hash: written.hash });
        Ok(written)
    }

    /// The objects of the records an edit gives values to.
    fn objects_of(&self, edit: &Edit) -> Result<Vec<(RecordId, ObjId)>, DocumentError> {
        let mut objects = Vec::new();
        for write in edit.writes() {
            if let Write::Set { record, .. } = write {
                let begins = |other: &Write| matches!(other, Write::Create { record: new, .. } if new == record);
                match self.record_object(*record) {
                    Some(object) => objects.push((*record, object)),
                    None if edit.writes().iter().any(begins) => {}
                    None => return Err(DocumentError::NoRecord { doc: self.doc, record: *record }),
                }
            }
        }
        Ok(objects)
    }

    /// Whether a write would begin what is there already.
    fn has_begun(&self, write: &Write) -> bool {
        match write {
            Write::Create { record, .. } => self.record_object(*record).is_some(),
            Write::Append { event, .. } => matches!(self.am.get(&self.events, blob::key(&event.0)), Ok(Some(_))),
            Write::Set { .. } => false,
        }
    }

    fn own_parent(&self, change: &Change) -> Option<ChangeHash> {
        let own = |hash: &&AmHash| {
            self.am.get_change_meta_by_hash(hash).is_some_and(|meta| *meta.actor == *change.actor_id())
        };
        change.deps().iter().find(own).map(|hash| ChangeHash(hash.0))
    }

    /// Feeds changes from outside, in any order; those whose parents are missing are parked.
    ///
    /// # Errors
    /// [`DocumentError::Broken`] when automerge panicked or refused: drop this document, rebuild it.
    pub fn apply(&mut self, incoming: Vec<Incoming>) -> Result<Applied, DocumentError> {
        let mut applied = Applied::default();
        let containers = guard::Containers::new(&self.records, &self.events);
        for Incoming { hash, raw } in incoming {
            if self.am.get_change_meta_by_hash(&AmHash(hash.0)).is_some() {
                continue;
            }
            match guard::parse(&raw, &containers) {
                Ok(checked) if checked.change.hash().0 == hash.0 => self.parked.put(checked),
                Ok(_) => applied.unfit.push((hash, "its bytes have another hash".to_owned())),
                Err(unfit) => applied.unfit.push((hash, unfit.to_string())),
            }
        }
        let (ready, touched) = self.parked.take_ready((&self.am, &containers), &mut applied.unfit);
        applied.parked = self.parked.len();
        applied.applied = ready.len();
        if ready.is_empty() {
            return Ok(applied);
        }
        let culprit = if let [only] = ready.as_slice() { Some(ChangeHash(only.hash().0)) } else { None };
        let broken = || DocumentError::Broken { doc: self.doc, culprit };
        let tips: Vec<_> = ready
            .iter()
            .filter_map(|change| {
                let tip = Tip { seq: change.seq(), hash: ChangeHash(change.hash().0) };
                Some((ActorId::from_slice(change.actor_id().to_bytes())?, tip))
            })
            .collect();
        let first = if self.clock.len() > ready.len() as u64 { 1 } else { ready.len() };
        let am = &mut self.am;
        catch_unwind(AssertUnwindSafe(|| feed(am, ready, first))).map_err(|_| broken())?.map_err(|_| broken())?;
        for (actor, tip) in tips {
            self.clock.raise(actor, tip);
        }
        let rewritten: Vec<_> = touched.objects.iter().filter_map(|object| self.record_at(object)).collect();
        self.touched.0.extend(rewritten.into_iter().chain(touched.records));
        self.touched.1.extend(touched.events);
        Ok(applied)
    }
}

/// Feeds changes in batches that double. automerge keeps the values of a document just loaded in one piece, and copies
/// what lies behind each insertion of a batch: 300 changes onto 10,000 took 330 MB at once, and 1 MB in this way.
fn feed(am: &mut Automerge, mut changes: Vec<Change>, first: usize) -> Result<(), automerge::AutomergeError> {
    let mut size = first.max(1);
    while !changes.is_empty() {
        let rest = changes.split_off(size.min(changes.len()));
        am.apply_changes(std::mem::replace(&mut changes, rest))?;
        size *= 2;
    }
    Ok(())
}

/// The clock of a document that was just loaded.
fn walk(am: &Automerge) -> Clock {
    let mut clock = Clock::default();
    for meta in am.get_changes_meta(&[]) {
        if is_genesis(&meta.actor) {
            continue;
        }
        if let Some(actor) = ActorId::from_slice(meta.actor.to_bytes()) {
            clock.raise(actor, Tip { seq: meta.seq, hash: ChangeHash(meta.hash.0) });
        }
    }
    clock
}

type WriteFault = (Option<Field>, String);

fn perform(
    tx: &mut automerge::transaction::Transaction<'_>,
    edit: &Edit,
    write: &Write,
    (records, events): (&ObjId, &ObjId),
    objects: &mut Vec<(RecordId, ObjId)>,
) -> Result<(), WriteFault> {
    let plain = |error: automerge::AutomergeError| (None, error.to_string());
    match write {
        Write::Create { record, kind, fields } => {
            let creation = Creation { kind: *kind, stamp: edit.stamp().into(), fields: fields.clone() };
            let object = tx.put_object(records, blob::key(&record.0), ObjType::Map).map_err(plain)?;
            tx.put(&object, guard::CREATION, ScalarValue::Bytes(blob::encode(&creation))).map_err(plain)?;
            objects.push((*record, object));
            Ok(())
        }
        Write::Set { record, field, value } => {
            let found = objects.iter().find(|(id, _)| id == record);
            let (_, object) = found.ok_or_else(|| (Some(*field), "no such record".to_owned()))?;
            let key = field.0.to_string();
            let mut set = SetValue { stamp: edit.stamp().into(), value: value.clone() };
            let known = tx.get_all(object, key.as_str()).map_err(plain)?;
            if known.len() > 1 && known.last().is_some_and(|(known, _)| bytes_of(known) == Some(&blob::encode(&set))) {
                // automerge writes no value again that wins already; it deletes its rivals, which no reader takes.
                set.stamp = set.stamp.a_moment_later();
            }
            let put = tx.put(object, key, ScalarValue::Bytes(blob::encode(&set)));
            put.map_err(|error| (Some(*field), error.to_string()))
        }
        Write::Append { event, record, kind, after, fields } => {
            let stamp = edit.stamp().into();
            let event_blob =
                EventBlob { record: *record, kind: *kind, stamp, after: after.clone(), fields: fields.clone() };
            tx.put(events, blob::key(&event.0), ScalarValue::Bytes(blob::encode(&event_blob))).map_err(plain)
        }
    }
}
