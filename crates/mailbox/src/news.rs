//! What the holder tells the room above it.

use hopluu_model::{ActorId, ChangeHash, DeviceId, DocId};

/// Changes that were verified, admitted and are on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// The number of the first.
    pub first: u64,
    /// Raw bytes and verified hash, in order.
    pub changes: Vec<(Vec<u8>, ChangeHash)>,
}

/// A change of ours that others do not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// The first change declined.
    pub seq: u64,
    /// Whose change it is.
    pub author: DeviceId,
    /// Stable code of the reason.
    pub reason: u8,
    /// The reason in words.
    pub text: String,
}
