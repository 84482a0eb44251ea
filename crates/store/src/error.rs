//! What can go wrong with a store, by what failed.

use std::io;

use hopluu_model::id::{ActorId, DocId};

use crate::index::IndexError;

/// Says what failed in a store and whether waiting helps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused or failed an operation on a segment file.
    #[error("cannot {what} {name:?}")]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// The file, or `.` for the directory.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The disk is full: nothing new can be promised, everything promised stays.
    #[error("the disk is full (cannot {what} {name:?})")]
    Full {
        /// The operation, as a verb.
        what: &'static str,
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file system became read-only, as worn memory cards do.
    #[error("the disk is read-only (cannot {what} {name:?})")]
    ReadOnly {
        /// The operation, as a verb.
        what: &'static str,
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier append or sync failed; the store takes nothing more until it is opened again.
    #[error("the store stopped after an earlier failure and must be opened again")]
    Poisoned,
    /// The record is there, but its bytes are not those that were written.
    #[error("record {number} is damaged on disk")]
    Damaged {
        /// Its number.
        number: u64,
    },
    /// The change does not follow what is held: something between is missing.
    #[error("{doc} of {actor:?}: {first} does not follow {held}")]
    Gap {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The highest sequence number held or staged.
        held: u64,
        /// The first one offered.
        first: u64,
    },
    /// The change adds nothing to what is held.
    #[error("{doc} of {actor:?}: {last} adds nothing to {held}")]
    Overlap {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The highest sequence number held or staged.
        held: u64,
        /// The last one offered.
        last: u64,
    },
    /// The change names another parent than the one held: two histories of one author.
    #[error("{doc} of {actor:?}: {first} names another parent than the change held")]
    Fork {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The first one offered.
        first: u64,
    },
    /// The record is larger than the journal takes.
    #[error("a record of {bytes} bytes is larger than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest size taken.
        limit: usize,
    },
    /// The record could not be written as bytes.
    #[error("cannot encode the record")]
    Encode {
        /// What the encoder said.
        source: postcard::Error,
    },
    /// A segment was written by a newer program.
    #[error("segment {name:?} has layout {version}, newer than this program")]
    NewerLayout {
        /// The file.
        name: String,
        /// The layout found.
        version: u16,
    },
    /// A segment belongs to another journal: two data directories were mixed.
    #[error("segment {name:?} belongs to another journal")]
    ForeignSegment {
        /// The file.
        name: String,
    },
    /// The index failed; the journal is unharmed and a new index can be built from it.
    #[error("the index failed")]
    Index(#[from] IndexError),
}

impl StoreError {
    /// Whether opening the store again later may succeed without anybody's repair.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Full { .. } | Self::ReadOnly { .. } | Self::Poisoned | Self::Index(_) => true,
            Self::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::Interrupted
                    | io::ErrorKind::WouldBlock
                    | io::ErrorKind::TimedOut
                    | io::ErrorKind::ResourceBusy
            ),
            _ => false,
        }
    }

    /// Sorts an error of the system into disk full, read-only and all others.
    pub(crate) fn io(what: &'static str, name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { what, name, source },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { what, name, source },
            _ => Self::Io { what, name, source },
        }
    }

    /// Whether writing is what failed, so that reading may go on.
    pub(crate) fn only_stops_writing(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::ReadOnly { .. })
    }
}
