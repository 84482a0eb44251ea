//! The words of the domain: places, units, mergers, people, posts, sites, issues, edits, folds, time.
//!
//! This room knows nobody. Everything here is a value: parsed once, valid from then on, the same on
//! every machine. It reads no clock, draws no dice and does no IO.
//!
//! * [`id`], [`clock`] name documents, authors and how far somebody has got with them.
//! * [`record`] is the one shape in which every record and event is kept, sent and shown.
//! * [`edit`] is what a form or a command becomes; only valid edits can be built.

pub mod clock;
pub mod edit;
pub mod id;
pub mod record;
pub mod time;

pub use clock::{Clock, Tip};
pub use edit::{Edit, Fault, Faults, Write};
pub use id::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, DocKind, EventId, RecordId, Signature};
pub use record::{By, Event, EventKind, Field, Held, Kind, Role, Side, Sides, Snapshot, Stamp, Value};
pub use time::{Date, Tick, Timestamp};
