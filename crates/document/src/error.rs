//! What can go wrong with a document.

use hopluu_model::{ChangeHash, DocId, Field, RecordId};

/// Why a document could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Saved bytes do not load; drop them and rebuild from the changes.
    #[error("the saved copy of {doc} cannot be loaded: {reason}")]
    Load {
        /// The document.
        doc: DocId,
        /// What automerge says.
        reason: String,
    },
    /// The saved bytes belong to another document.
    #[error("the saved copy is not one of {doc}")]
    Foreign {
        /// The document that was asked for.
        doc: DocId,
    },
    /// An edit names a record that the document does not hold.
    #[error("{doc} holds no record {record}")]
    NoRecord {
        /// The document.
        doc: DocId,
        /// The record named.
        record: RecordId,
    },
    /// An edit is too large to travel as one change.
    #[error("the edit takes {bytes} bytes, more than the {limit} a change may have; split it")]
    TooLarge {
        /// Size of the change.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The edit would change nothing.
    #[error("the edit changes nothing")]
    Nothing,
    /// A change broke the document in memory; it must be dropped and rebuilt without that change.
    #[error("a change broke {doc}")]
    Broken {
        /// The document.
        doc: DocId,
        /// The change, when it is known for certain.
        culprit: Option<ChangeHash>,
    },
    /// automerge refused a write of our own.
    #[error("{doc} cannot be written (field {field:?}): {reason}")]
    Write {
        /// The document.
        doc: DocId,
        /// The field being written, if it was one.
        field: Option<Field>,
        /// What automerge says.
        reason: String,
    },
}
