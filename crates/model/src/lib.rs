//! The words of the domain: places, units, mergers, people, posts, sites, issues, edits, folds, time.
//!
//! This room knows nobody. Everything here is a value: parsed once, valid from then on, the same on
//! every machine. It reads no clock, draws no dice and does no IO.
//!
//! * [`id`], [`clock`] name documents, authors and how far somebody has got with them.
//! * [`record`] is the one shape in which every record and event is kept, sent and shown.
//! * [`rules`] says which fields each kind of record and event has, and who may write them.
//! * [`edit`] is what a form or a command becomes; only valid edits can be built.
//! * [`fold`] derives what holds from what happened: states, units on a day, what is to be settled.
//! * [`calendar`] tells on which days offices work.
//! * [`catalogue`] holds the official lists of provinces and communes, [`demo`] makes up data that rings true.
//! * [`text`] and [`vocabulary`] hold typed text and the words of the forms.
//!
//! # Adding an entity
//!
//! 1. `record.rs`: one line in `Kind`, and lines in `Field` for what it says that nothing said before. Numbers are
//!    never reused; readers keep unknown ones, so old offices pass the new entity on.
//! 2. `rules/records.rs`: its row, that is where it lives and which field holds what (a label in `rules/label.rs`, in
//!    both languages, for each new field). From here on [`edit::AddRecord`], [`edit::SetField`] and [`edit::read`] know it.
//! 3. `rules/book.rs`: which of its fields tell two records apart, whether two of one key are only a warning, and, where
//!    a new field points at records, at which. With that alone it is entered, corrected, listed and marked as a mistake:
//!    `hopluu record`, `/api/v1/records/{kind}`, history and search, for whoever keeps the document it lives in.
//! 4. Only when more follows from it than its fields say: a form in `edit/`, a fold in `fold/`, a question in the view.
//!
//! The regime of a commune (with or without a council, from which day) took: its number and `council` in `record.rs`; its
//! three columns in `rules/records.rs`; two labels in `rules/label.rs`; a line of keys in `rules/book.rs`. That the body
//! which passes a merger follows from it is the only code of its own.
//!
//! Events go the same way (`EventKind`, `rules/events.rs`); what follows from them is a fold in `fold/`.

pub mod calendar;
pub mod catalogue;
mod chain;
pub mod clock;
pub mod demo;
mod digest;
pub mod edit;
pub mod fold;
pub mod id;
pub mod record;
pub mod rules;
pub mod text;
pub mod time;
mod value;
pub mod vocabulary;

pub use calendar::Calendar;
pub use chain::chain;
pub use clock::{Clock, Tip};
pub use edit::{Desk, Edit, Fault, FaultKind, Faults, Form, Write};
pub use id::{
    ActorId, ChangeHash, CollectionId, DeviceId, DocId, DocKind, EventId, PictureId, PictureKey, RecordId, Signature,
};
pub use record::{By, Event, EventKind, Field, Held, Kind, Role, Side, Sides, Snapshot, Stamp, Value};
pub use time::{Date, Tick, Timestamp};
