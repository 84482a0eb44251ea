//! What a form or a command becomes. An [`Edit`] can only be built valid.

use crate::id::{DocId, EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Stamp, Value};

/// The longest text a field may hold, in characters.
pub const MAX_TEXT: usize = 4_000;
/// The longest name, in characters.
pub const MAX_NAME: usize = 120;

/// One thing an edit does to a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Write {
    /// Begins a record; what is written once is packed together.
    Create {
        /// The new record's id, drawn at random.
        record: RecordId,
        /// What it is.
        kind: Kind,
        /// Its first values.
        fields: Vec<(Field, Value)>,
    },
    /// Gives a field a new value.
    Set {
        /// The record.
        record: RecordId,
        /// The field.
        field: Field,
        /// The value.
        value: Value,
    },
    /// Appends an event.
    Append {
        /// The event's id, drawn at random.
        event: EventId,
        /// The record it happens to.
        record: RecordId,
        /// What happens.
        kind: EventKind,
        /// For state events: the state events of this record seen so far.
        after: Vec<EventId>,
        /// What it says.
        fields: Vec<(Field, Value)>,
    },
}

/// A valid edit of one document: becomes exactly one automerge change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Edit {
    pub(crate) doc: DocId,
    pub(crate) stamp: Stamp,
    pub(crate) urgent: bool,
    pub(crate) writes: Vec<Write>,
}

impl Edit {
    /// The document it belongs to.
    #[must_use]
    pub fn doc(&self) -> DocId {
        self.doc
    }

    /// Entered when and by whom.
    #[must_use]
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Whether it travels before everything else.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.urgent
    }

    /// What it does, in order.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
}

/// One thing wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Fault {
    /// The field that must be mended.
    pub field: Field,
    /// What is wrong with it.
    pub what: FaultKind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Nothing was typed.
    #[error("must not be empty")]
    Missing,
    /// Too many characters.
    #[error("longer than {0} characters")]
    TooLong(usize),
    /// Not one of the values allowed.
    #[error("not one of the values allowed")]
    Unknown,
    /// A number out of its bounds.
    #[error("must lie between {0} and {1}")]
    OutOfRange(i64, i64),
    /// Names the record itself, or the same one twice.
    #[error("names the same record twice")]
    Repeated,
    /// Too few were named.
    #[error("names fewer than {0}")]
    TooFew(usize),
    /// A character that no form produces.
    #[error("contains control characters")]
    Control,
}

/// All that is wrong with what was typed, in the order of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Faults(pub Vec<Fault>);
