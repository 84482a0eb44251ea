//! Bytes that travel: changes without what the receiver can rebuild, packs, clocks, digests, frames.
//!
//! Nothing here trusts its input: every length is bounded before anything is allocated, junk is an error and
//! never a panic. What the bytes mean for a conversation is the business of the sync room; whether a change
//! is admitted is the business of the identity room.

pub mod change;
pub mod digest;
pub mod frame;
pub mod pack;
mod reader;

pub use change::{BadChange, Parsed};
pub use digest::{Digest, digest_of_clock, digest_of_scope};
pub use frame::{BadFrame, Class, Frame};
pub use pack::{BadPack, Opened, Pack, Run};

pub use hopluu_model::id::MAX_CHANGE;

/// A pack's body aims at most at this many bytes, so that a cut costs at most one pack.
pub const MAX_PACK: usize = 4 * 1024;
/// No pack inflates beyond this.
pub const MAX_INFLATED: usize = 64 * 1024;
/// The largest frame.
pub const MAX_FRAME: usize = 80 * 1024;
