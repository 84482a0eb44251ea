//! The first change of a document, derived from its id alone.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ScalarValue};
use hopluu_model::{ChangeHash, DocId};

/// The actor of every genesis; no device can have it, since devices sign what they write.
const GENESIS_ACTOR: [u8; 16] = *b"hopluu-genesis-1";

/// A document that holds nothing but its containers.
pub(crate) struct Genesis {
    pub(crate) am: Automerge,
    pub(crate) records: ObjId,
    pub(crate) events: ObjId,
}

/// Makes the same bytes on every machine: fixed actor, time 0, the document's id inside.
pub(crate) fn genesis(doc: &DocId) -> Genesis {
    let mut am = Automerge::new().with_actor(ActorId::from(GENESIS_ACTOR.as_slice()));
    let mut tx = am.transaction();
    let made = tx.put(ROOT, "id", ScalarValue::Bytes(doc.to_bytes().to_vec())).and_then(|()| {
        Ok((tx.put_object(ROOT, "records", ObjType::Map)?, tx.put_object(ROOT, "events", ObjType::Map)?))
    });
    let (records, events) = made.expect("an empty map takes any key");
    tx.commit_with(CommitOptions::default().with_time(0));
    Genesis { am, records, events }
}

/// The hash of a document's first change, which never travels.
#[must_use]
pub fn genesis_hash(doc: &DocId) -> ChangeHash {
    let heads = genesis(doc).am.get_heads();
    ChangeHash(heads.first().expect("genesis makes one change").0)
}

pub(crate) fn is_genesis(actor: &ActorId) -> bool {
    actor.to_bytes() == GENESIS_ACTOR
}
