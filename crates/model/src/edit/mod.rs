//! What a form or a command becomes. An [`Edit`] can only be built valid.
//!
//! Every form is a plain struct with what was typed and the ids its caller drew; [`Form::edit`] checks it against the
//! tables of [`crate::rules`] and gives an [`Edit`], or all [`Faults`] at once in the order of the form. Texts come
//! out in NFC and trimmed. A form can be asked again with the same ids: a retry adds nothing.

mod bulletin;
mod draft;
mod fault;
mod issue;
mod merger;
mod note;
mod notice;
mod pack;
mod people;
mod records;
mod register;
mod settle;
mod task;

pub use bulletin::{AddCategory, AddDay, AddDepartment, AddSetting, AddUnitKind};
pub use fault::{Fault, FaultKind, Faults};
pub use issue::{MoveIssue, ReportIssue};
pub use merger::{DecideUnits, Deed, MergeInto, MoveMerger, Part, Passing, sources_hash};
pub use note::{Arrived, Comment, Confirm, LinkCommon, UnlinkCommon};
pub use notice::{AddCommon, AddLesson, AddNotice, AddTemplate};
pub use pack::pack;
pub use people::{AddHolding, AddLeaver, AddPerson, AddPost, EndHolding, MarkLeaver};
pub use records::{AddRecord, SetField, VoidRecord, read};
pub use register::{AddCommune, AddUnit, RenameUnit, SetHouseholds};
pub use settle::Settle;
pub use task::{GiveDirective, MoveTask};

use crate::id::{DocId, EventId, RecordId};
use crate::record::{EventKind, Field, Kind, Side, Stamp, Value};

/// The longest text a field may hold, in characters.
pub const MAX_TEXT: usize = 4_000;
/// The longest name, in characters.
pub const MAX_NAME: usize = 120;
/// The largest picture an issue may carry, in bytes.
pub const MAX_PICTURE: i64 = crate::id::MAX_PICTURE as i64;
/// The longest name of an account, in characters.
pub const MAX_ACCOUNT: usize = 40;
/// The heaviest an edit may be by [`Edit::weight`], so that its change stays below 16 KiB.
pub const MAX_WEIGHT: usize = 14 * 1_024;

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

impl Write {
    /// About how many bytes it takes in a change; errs upwards.
    #[must_use]
    pub fn weight(&self) -> usize {
        let fields = |fields: &[(Field, Value)]| fields.iter().map(|(_, value)| 24 + heft(value)).sum::<usize>();
        match self {
            Self::Create { fields: all, .. } => 96 + fields(all),
            Self::Set { value, .. } => 96 + heft(value),
            Self::Append { after, fields: all, .. } => 96 + 17 * after.len() + fields(all),
        }
    }
}

fn heft(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() + 4,
        Value::Ids(ids) => 17 * ids.len() + 4,
        Value::Id(_) => 20,
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Date(_) | Value::Time(_) => 10,
    }
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

    /// About how many bytes its change takes; errs upwards and never exceeds [`MAX_WEIGHT`].
    #[must_use]
    pub fn weight(&self) -> usize {
        256 + self.stamp.by.name.len() + self.writes.iter().map(Write::weight).sum::<usize>()
    }
}

/// Where, when and by whom something is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The document it goes into.
    pub doc: DocId,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// The side of this device.
    pub side: Side,
    /// Whether the records made here are demonstration data; they say so for ever.
    pub made_up: bool,
}

/// Something filled in that can become an edit.
pub trait Form {
    /// Checks what was typed and turns it into an edit.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the form.
    fn edit(&self, desk: &Desk) -> Result<Edit, Faults>;
}

/// A desk for tests: a commune's leader.
#[cfg(test)]
pub(crate) fn test_desk(kind: crate::id::DocKind, side: Side, role: crate::record::Role) -> Desk {
    let by = crate::record::By { name: "thu".into(), role };
    let stamp = Stamp { at: crate::time::Timestamp(1_800_000_000_000), by };
    Desk { doc: DocId::new(crate::id::CollectionId([5; 16]), kind), stamp, side, made_up: false }
}
