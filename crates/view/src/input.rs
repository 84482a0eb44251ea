//! What the view is fed.

use hopluu_model::{ActorId, ChangeHash, Clock, Date, DocId, Event, RecordId, Side, Snapshot, Timestamp};

/// What several documents say now; folded in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// One entry per document that moved.
    pub docs: Vec<DocUpdate>,
}

/// What one document says now that it did not say before.
#[derive(Debug, Clone)]
pub struct DocUpdate {
    /// The document.
    pub doc: DocId,
    /// Its heads after the update; stored in the same transaction.
    pub heads: Vec<ChangeHash>,
    /// Whether `records`, `events`, `touches` and `seen` are all there is: rows not named are dropped first.
    pub rebuild: bool,
    /// Full current snapshots of the records that moved.
    pub records: Vec<Snapshot>,
    /// Events that are new; one already known changes nothing.
    pub events: Vec<Event>,
    /// Which change last touched a record, per author.
    pub touches: Vec<Touch>,
    /// Which changes a province event descends from.
    pub seen: Vec<Seen>,
    /// When the newest of these changes was received from elsewhere, by the clock of the receiving
    /// machine; `None` for what was typed here.
    pub received_at: Option<Timestamp>,
}

impl DocUpdate {
    /// Begins an update that says nothing yet.
    #[must_use]
    pub fn new(doc: DocId, heads: Vec<ChangeHash>) -> Self {
        Self {
            doc,
            heads,
            rebuild: false,
            records: Vec::new(),
            events: Vec::new(),
            touches: Vec::new(),
            seen: Vec::new(),
            received_at: None,
        }
    }
}

/// One author's last change to a record. The highest number wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// The record that was written, or to which an event was appended.
    pub record: RecordId,
    /// The author chain.
    pub actor: ActorId,
    /// Number of the change in that chain.
    pub seq: u64,
    /// The side of the signing device.
    pub side: Side,
}

/// A province event on a record descends from an author's changes up to a number. The highest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The record the event happened to.
    pub record: RecordId,
    /// The author whose changes the event's writer had.
    pub actor: ActorId,
    /// The highest of them.
    pub seq: u64,
}

/// How far others have got. A clock given replaces the one known for its document, so that a holder
/// who comes back with less is believed.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// What relays hold, joined over all relays.
    pub at_relay: Vec<(DocId, Clock)>,
    /// What the province desk's receipt says it shows, and when it said so.
    pub shown: Vec<(DocId, Clock, Timestamp)>,
    /// The newest day that a relay or the province signed, as of which units and holdings are shown; an
    /// earlier one than the day known changes nothing.
    pub today: Option<Date>,
    /// Author chains of this office; added to those known.
    pub mine: Vec<ActorId>,
    /// Changes that were not accepted; added to those known.
    pub refused: Vec<Refusal>,
    /// Refusals that hold no longer.
    pub lifted: Vec<(DocId, ActorId, u64)>,
}

/// A change that was not accepted. It stops its author's chain: all later changes of it wait behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The document.
    pub doc: DocId,
    /// The author chain.
    pub actor: ActorId,
    /// The number of the refused change.
    pub seq: u64,
    /// A stable code, for help and translations.
    pub code: String,
    /// The reason, as people read it.
    pub text: String,
}
