//! How records live in automerge documents; the only room that names automerge.
//!
//! # Layout, version 1
//!
//! ```text
//! root ── "id"       the document's 19 bytes, so that no change of one document fits another
//!      ├─ "records"  record id -> map { "c": creation blob, "<field number>": value blob }
//!      └─ "events"   event id  -> event blob
//! ```
//!
//! The three root entries come from the genesis ([`genesis_hash`]), which every machine derives for itself and which never
//! travels. Ids are random (22 characters of base64url), so two offices never create the same container.
//! Blobs are bytes that begin with 0 for *plain*, so that personal values can be sealed one day without a
//! migration; what is written once is packed into one blob ([`blob`]). A value that two offices wrote
//! without knowing of each other stays readable with both values ([`hopluu_model::Held::rivals`]).
//!
//! # The fence
//!
//! automerge panics on some crafted changes and applies some damaged ones. [`Document::apply`] therefore
//! takes only changes whose hash was checked outside, never a compressed chunk, refuses what touches
//! anything but the layout above, is spelt otherwise than automerge would, or does not go on exactly where its
//! parents end (automerge believes such changes, and then saves what it cannot load), and catches panics; after [`DocumentError::Broken`] the document must be
//! dropped and made anew from the raw changes without the culprit.

pub mod blob;
mod document;
mod error;
mod genesis;
mod guard;
mod parked;
mod read;

pub use document::{Applied, Document, Incoming, Written};
pub use error::DocumentError;
pub use genesis::genesis_hash;
pub use read::{Moved, Touch};
