//! Reading records and events out of a document.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use automerge::{ChangeHash as AmHash, ObjId, ReadDoc, ScalarValue, Value as AmValue, legacy};
use hopluu_model::{ActorId, Event, EventId, Field, Held, RecordId, Role, Side, Sides, Snapshot, Stamp};

use crate::blob::{self, Creation, EventBlob, SetValue};
use crate::document::Document;
use crate::genesis::is_genesis;

/// Which change of an author last touched a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The record.
    pub record: RecordId,
    /// The author.
    pub actor: ActorId,
    /// Sequence number of the author's last change that still shows on the record.
    pub seq: u64,
}

/// What moved between two states of a document: whole records and the events that are new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Records whose fields changed, or that are new, as they are now.
    pub records: Vec<Snapshot>,
    /// Events that are new.
    pub events: Vec<Event>,
    /// Who touched these records, and those of the events, last.
    pub touches: Vec<Touch>,
    /// What events of the province rest on: record, author, up to which change.
    pub seen: Vec<Touch>,
}

impl Document {
    /// Reads one record; `None` when the document does not hold it or cannot read its creation.
    #[must_use]
    pub fn record(&self, id: RecordId) -> Option<Snapshot> {
        self.record_and_writes(id).map(|(snapshot, _)| snapshot)
    }

    /// A record, and all operations that show on it.
    fn record_and_writes(&self, id: RecordId) -> Option<(Snapshot, Vec<ObjId>)> {
        let object = self.record_object(id)?;
        let began = self.am.get_all(&object, crate::guard::CREATION).ok()?;
        let (blob, exid) = began.last()?;
        let creation: Creation = blob::decode(bytes_of(blob)?)?;
        let stamp: Stamp = creation.stamp.into();
        let actor = actor_of(exid)?;
        let first = |value| Held { value, stamp: stamp.clone(), actor, rivals: Vec::new() };
        let mut fields: BTreeMap<Field, Held> =
            blob::by_field(creation.fields).into_iter().map(|(field, value)| (field, first(value))).collect();
        let mut writes: Vec<ObjId> = began.iter().map(|(_, exid)| exid.clone()).collect();
        for key in self.am.keys(&object).filter(|key| key != crate::guard::CREATION) {
            let all = self.am.get_all(&object, &key).unwrap_or_default();
            writes.extend(all.iter().map(|(_, exid)| exid.clone()));
            let Some(field) = key.parse().ok().map(Field) else { continue };
            if let Some(held) = held(&all) {
                fields.insert(field, held);
            }
        }
        Some((Snapshot { doc: self.doc, id, kind: creation.kind, stamp, actor, fields }, writes))
    }

    /// Reads one event; `None` when the document does not hold it or cannot read it.
    #[must_use]
    pub fn event(&self, id: EventId, sides: &dyn Sides) -> Option<Event> {
        self.event_and_write(id, sides).map(|(event, _)| event)
    }

    fn event_and_write(&self, id: EventId, sides: &dyn Sides) -> Option<(Event, ObjId)> {
        let (blob, exid) = self.am.get(&self.events, blob::key(&id.0)).ok()??;
        let event: EventBlob = blob::decode(bytes_of(&blob)?)?;
        let actor = actor_of(&exid)?;
        let event = Event {
            id,
            record: event.record,
            kind: event.kind,
            after: event.after,
            fields: blob::by_field(event.fields),
            stamp: event.stamp.into(),
            actor,
            side: sides.side(&actor),
        };
        Some((event, exid))
    }

    /// Everything the document holds, in the order of the ids.
    #[must_use]
    pub fn everything(&self, sides: &dyn Sides) -> Moved {
        let ids = |object: &ObjId| self.am.keys(object).filter_map(|key| blob::read_key(&key)).collect();
        let records: BTreeSet<[u8; 16]> = ids(&self.records);
        let events: BTreeSet<[u8; 16]> = ids(&self.events);
        self.gather(&records, &events, sides)
    }

    /// What moved since the document had these heads; everything when it never had them.
    #[must_use]
    pub fn moved_since(&self, heads: &[hopluu_model::ChangeHash], sides: &dyn Sides) -> Moved {
        let before: Vec<AmHash> = heads.iter().map(|hash| AmHash(hash.0)).collect();
        if before.is_empty() || before.iter().any(|hash| self.am.get_change_meta_by_hash(hash).is_none()) {
            return self.everything(sides);
        }
        if heads == self.since {
            return self.gather(&self.touched.0, &self.touched.1, sides);
        }
        // automerge tells nothing of a rival that comes or goes beside a winner that stays. It also walks the whole
        // document, which is why what is written is noted above.
        let mut records = self.rewritten_since(&before);
        let mut events = BTreeSet::new();
        for patch in self.am.diff(&before, &self.am.get_heads()) {
            // The object's path names the record; a put into a container names it by its key.
            let key = match patch.path.get(1) {
                Some((_, automerge::Prop::Map(key))) => Some(key.clone()),
                _ => match &patch.action {
                    automerge::PatchAction::PutMap { key, .. } => Some(key.clone()),
                    _ => None,
                },
            };
            let in_events = patch.obj == self.events;
            if let Some(id) = key.as_deref().and_then(blob::read_key) {
                if in_events {
                    events.insert(id)
                } else {
                    records.insert(id)
                };
            }
        }
        self.gather(&records, &events, sides)
    }

    /// Records from before that the changes after some heads write to.
    fn rewritten_since(&self, before: &[AmHash]) -> BTreeSet<[u8; 16]> {
        let changes = self.am.get_changes(before);
        let objects: HashSet<_> = changes
            .iter()
            .flat_map(|change| change.decode().operations)
            .filter_map(|op| match op.obj {
                legacy::ObjectId::Id(object) => Some(object),
                legacy::ObjectId::Root => None,
            })
            .collect();
        objects.iter().filter_map(|object| self.record_at(object)).collect()
    }

    /// The record that an object holds.
    pub(crate) fn record_at(&self, object: &legacy::OpId) -> Option<[u8; 16]> {
        let object = self.am.import_obj(&format!("{}@{}", object.0, object.1.to_hex_string())).ok()?;
        match self.am.parents(&object).ok()?.next()?.prop {
            automerge::Prop::Map(key) => blob::read_key(&key),
            automerge::Prop::Seq(_) => None,
        }
    }

    fn gather(&self, records: &BTreeSet<[u8; 16]>, events: &BTreeSet<[u8; 16]>, sides: &dyn Sides) -> Moved {
        let mut touches: BTreeMap<(RecordId, ActorId), u64> = BTreeMap::new();
        let mut touch = |record, actor, seq: u64| {
            let last = touches.entry((record, actor)).or_default();
            *last = seq.max(*last);
        };
        let mut resting: BTreeMap<AmHash, BTreeMap<ActorId, u64>> = BTreeMap::new();
        let mut moved = Moved::default();
        for id in records {
            let id = RecordId(*id);
            let Some((snapshot, writes)) = self.record_and_writes(id) else { continue };
            for (actor, seq) in writes.iter().filter_map(|exid| self.writer(exid)) {
                touch(id, actor, seq);
            }
            moved.records.push(snapshot);
        }
        for id in events {
            let Some((event, exid)) = self.event_and_write(EventId(*id), sides) else { continue };
            // How far a record has travelled is said of what people typed; what a program notes by itself nobody looked at.
            let typed = event.stamp.by.role != Role::Program;
            if let Some((actor, seq)) = self.writer(&exid).filter(|_| typed) {
                touch(event.record, actor, seq);
                if event.side == Side::Province
                    && let Some(hash) = self.am.hash_for_opid(&exid)
                {
                    let under = resting.entry(hash).or_insert_with(|| self.under(hash));
                    let record = event.record;
                    moved.seen.extend(under.iter().map(|(actor, seq)| Touch { record, actor: *actor, seq: *seq }));
                }
            }
            moved.events.push(event);
        }
        moved.touches = touches.into_iter().map(|((record, actor), seq)| Touch { record, actor, seq }).collect();
        moved
    }

    pub(crate) fn record_object(&self, id: RecordId) -> Option<ObjId> {
        let (value, object) = self.am.get(&self.records, blob::key(&id.0)).ok()??;
        value.is_object().then_some(object)
    }

    /// The change that made an operation: its author and sequence number.
    fn writer(&self, exid: &ObjId) -> Option<(ActorId, u64)> {
        let hash = self.am.hash_for_opid(exid)?;
        let meta = self.am.get_change_meta_by_hash(&hash)?;
        (!is_genesis(&meta.actor)).then_some(())?;
        Some((ActorId::from_slice(meta.actor.to_bytes())?, meta.seq))
    }
}

pub(crate) fn bytes_of<'a>(value: &'a AmValue<'_>) -> Option<&'a [u8]> {
    match value {
        AmValue::Scalar(scalar) => match scalar.as_ref() {
            ScalarValue::Bytes(bytes) => Some(bytes),
            _ => None,
        },
        AmValue::Object(_) => None,
    }
}

fn actor_of(exid: &ObjId) -> Option<ActorId> {
    match exid {
        ObjId::Root => None,
        ObjId::Id(_, actor, _) => ActorId::from_slice(actor.to_bytes()),
    }
}

/// The value that wins among all that were written, and the others.
fn held(all: &[(AmValue<'_>, ObjId)]) -> Option<Held> {
    let mut read: Vec<Held> = all
        .iter()
        .filter_map(|(value, exid)| {
            let set: SetValue = blob::decode(bytes_of(value)?)?;
            Some(Held { value: set.value, stamp: set.stamp.into(), actor: actor_of(exid)?, rivals: Vec::new() })
        })
        .collect();
    // The last of get_all is the winner that get would give. Equal values are no clash.
    let mut winner = read.pop()?;
    read.retain(|held| held.value != winner.value);
    winner.rivals = read;
    Some(winner)
}
