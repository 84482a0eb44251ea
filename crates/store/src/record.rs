//! What the journal keeps, and how it is written.
//!
//! A payload is a version byte (1), a kind byte, and the fields with postcard in the order below. Kinds and versions
//! of a newer program are carried along unread; fields may be added at the end of a kind, never changed.

use hopluu_model::id::{ActorId, ChangeHash, DeviceId, DocId, DocKind, Signature};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::segment::LaneName;

const VERSION: u8 = 1;

/// Something that must not be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// A change made here, with the edit it came from.
    Local {
        /// The document.
        doc: DocId,
        /// The author chain.
        actor: ActorId,
        /// Its sequence number.
        seq: u64,
        /// Its hash.
        hash: ChangeHash,
        /// The change before it in the chain; `None` for the first.
        parent: Option<ChangeHash>,
        /// The device's signature over it.
        signature: Signature,
        /// Whether it travels before everything else.
        urgent: bool,
        /// The raw change.
        raw: Vec<u8>,
        /// The edit it came from, opaque here.
        edit: Vec<u8>,
    },
    /// A run of changes as it travelled.
    Pack {
        /// The document.
        doc: DocId,
        /// The author chain.
        actor: ActorId,
        /// First sequence number.
        first: u64,
        /// Last sequence number.
        last: u64,
        /// Hash of the last change.
        head: ChangeHash,
        /// The change before the first; `None` when the run begins the chain, or when it is not known.
        parent: Option<ChangeHash>,
        /// Who handed it over.
        from: DeviceId,
        /// The pack, opaque here.
        bytes: Vec<u8>,
    },
    /// An entry of the roster, or several.
    Roster {
        /// The version reached with it.
        version: u64,
        /// The entries, opaque here.
        bytes: Vec<u8>,
    },
    /// A device that joined on an invitation.
    Join {
        /// The device.
        device: DeviceId,
        /// Its proof, opaque here.
        bytes: Vec<u8>,
    },
    /// A signed receipt of the province desk: shown there.
    Shown {
        /// The document.
        doc: DocId,
        /// The author chain.
        actor: ActorId,
        /// Shown up to this sequence number.
        seq: u64,
        /// Hash of that change.
        hash: ChangeHash,
        /// The receipt, opaque here.
        bytes: Vec<u8>,
    },
    /// What a relay acknowledged to hold of a document.
    AtRelay {
        /// The relay.
        relay: DeviceId,
        /// The document.
        doc: DocId,
        /// Per author the sequence number and hash held there.
        entries: Vec<(ActorId, u64, ChangeHash)>,
        /// Whether these entries replace all known before: the relay came back with less.
        replace: bool,
    },
    /// A change that was refused.
    Refusal {
        /// The document.
        doc: DocId,
        /// The author chain.
        actor: ActorId,
        /// Its sequence number.
        seq: u64,
        /// Its hash.
        hash: ChangeHash,
        /// The author's device.
        author: DeviceId,
        /// Why, as a code.
        reason: u8,
        /// Why, in words.
        text: String,
    },
    /// From here on nothing of the chain is held beyond this sequence number.
    Cut {
        /// The document.
        doc: DocId,
        /// The author chain.
        actor: ActorId,
        /// The last sequence number that may stay; 0 drops the whole chain.
        seq: u64,
    },
    /// Something this machine must remember; the latest value of a key holds.
    Fact {
        /// Its name.
        key: String,
        /// Its value, opaque here.
        value: Vec<u8>,
    },
    /// A note on what was repaired.
    Repair {
        /// What was done.
        text: String,
    },
}

/// The kind of a record, as written before its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tag {
    /// [`Record::Local`].
    Local,
    /// [`Record::Pack`].
    Pack,
    /// [`Record::Roster`].
    Roster,
    /// [`Record::Join`].
    Join,
    /// [`Record::Shown`].
    Shown,
    /// [`Record::AtRelay`].
    AtRelay,
    /// [`Record::Refusal`].
    Refusal,
    /// [`Record::Cut`].
    Cut,
    /// [`Record::Fact`].
    Fact,
    /// [`Record::Repair`].
    Repair,
    /// Written by a newer program.
    Unknown,
}

/// Says that a payload of a known kind is not what that kind looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadPayload;

impl Record {
    /// Writes the payload: version, kind, fields.
    ///
    /// # Errors
    /// [`StoreError::Encode`] when a field cannot be written.
    pub fn encode(&self) -> Result<Vec<u8>, StoreError> {
        postcard::to_extend(self, vec![VERSION]).map_err(|source| StoreError::Encode { source })
    }

    /// Reads a payload; `None` for a kind or version this program does not know.
    pub(crate) fn decode(payload: &[u8]) -> Result<Option<Self>, BadPayload> {
        match payload {
            [] | [_] => Err(BadPayload),
            [VERSION, kind, ..] if *kind < Tag::Unknown as u8 => match postcard::take_from_bytes(&payload[1..]) {
                Ok((record, _newer_fields)) => Ok(Some(record)),
                Err(_) => Err(BadPayload),
            },
            _ => Ok(None),
        }
    }

    /// Its kind.
    #[must_use]
    pub fn tag(&self) -> Tag {
        match self {
            Self::Local { .. } => Tag::Local,
            Self::Pack { .. } => Tag::Pack,
            Self::Roster { .. } => Tag::Roster,
            Self::Join { .. } => Tag::Join,
            Self::Shown { .. } => Tag::Shown,
            Self::AtRelay { .. } => Tag::AtRelay,
            Self::Refusal { .. } => Tag::Refusal,
            Self::Cut { .. } => Tag::Cut,
            Self::Fact { .. } => Tag::Fact,
            Self::Repair { .. } => Tag::Repair,
        }
    }

    /// The document it is about, if any.
    #[must_use]
    pub fn doc(&self) -> Option<DocId> {
        match self {
            Self::Local { doc, .. }
            | Self::Pack { doc, .. }
            | Self::Shown { doc, .. }
            | Self::AtRelay { doc, .. }
            | Self::Refusal { doc, .. }
            | Self::Cut { doc, .. } => Some(*doc),
            Self::Roster { .. } | Self::Join { .. } | Self::Fact { .. } | Self::Repair { .. } => None,
        }
    }

    /// The lane it lies in: whatever is about a document with personal data lies apart.
    pub(crate) fn lane(&self) -> LaneName {
        match self.doc() {
            Some(DocId { kind: DocKind::People, .. }) => LaneName::Personal,
            _ => LaneName::Main,
        }
    }

    /// The run of changes it carries, if any.
    pub(crate) fn span(&self) -> Option<ChangeSpan> {
        match self {
            Self::Local { doc, actor, seq, hash, parent, .. } => {
                Some(ChangeSpan { doc: *doc, actor: *actor, first: *seq, last: *seq, head: *hash, parent: *parent })
            }
            Self::Pack { doc, actor, first, last, head, parent, .. } => {
                Some(ChangeSpan { doc: *doc, actor: *actor, first: *first, last: *last, head: *head, parent: *parent })
            }
            _ => None,
        }
    }
}

/// Where a run of changes sits in its chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChangeSpan {
    pub(crate) doc: DocId,
    pub(crate) actor: ActorId,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) head: ChangeHash,
    pub(crate) parent: Option<ChangeHash>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_byte_is_the_second_one_and_never_changes() {
        let note = Record::Repair { text: "đã sửa".into() };
        let bytes = note.encode().unwrap();
        assert_eq!(bytes[..2], [1, 9]);
        assert_eq!(Record::decode(&bytes), Ok(Some(note)));
        let fact = Record::Fact { key: "k".into(), value: vec![5, 6] };
        assert_eq!(fact.encode().unwrap(), [1, 8, 1, b'k', 2, 5, 6]);
    }

    #[test]
    fn newer_kinds_versions_and_fields_are_no_errors() {
        assert_eq!(Record::decode(&[1, 77, 1, 2, 3]), Ok(None));
        assert_eq!(Record::decode(&[2, 0]), Ok(None));
        let mut longer = Record::Repair { text: "x".into() }.encode().unwrap();
        longer.extend([1, 2, 3]);
        assert!(matches!(Record::decode(&longer), Ok(Some(Record::Repair { .. }))));
        assert_eq!(Record::decode(&[1, 9, 200]), Err(BadPayload));
    }
}
