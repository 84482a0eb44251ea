//! The journal and its index: what a machine must not lose, and how it finds it again.
//!
//! The journal is the truth: append-only segments over a small [`Files`] trait, one sync per commit before anything is
//! promised. The index over a small [`Index`] trait is a cache beside it. [`Store`] is both behind one door, with a
//! folder of [`Pictures`] beside them; [`contract`] and [`picture_contract`] say as tests what every backend must keep.
//!
//! ```
//! use hopluu_store::{MemoryFiles, MemoryIndex, Options, Record, Store};
//!
//! let (files, index) = (MemoryFiles::new(), MemoryIndex::new());
//! let (mut store, _) = Store::open(Box::new(files), Box::new(index), Options::new([7; 16]))?;
//! store.append(&Record::Fact { key: "desk/name".into(), value: b"Hop Luu".to_vec() })?;
//! assert_eq!(store.fact("desk/name")?, None);
//! store.commit()?;
//! assert_eq!(store.fact("desk/name")?, Some(b"Hop Luu".to_vec()));
//! # Ok::<(), hopluu_store::StoreError>(())
//! ```

mod behind;
pub mod contract;
mod error;
mod files;
mod fold;
mod index;
mod journal;
mod keys;
mod lane;
mod memory_files;
mod overlay;
pub mod picture_contract;
mod pictures;
mod read;
mod record;
mod recovery;
mod segment;
mod shelf;
mod store;

pub use behind::WriteBehind;
pub use error::StoreError;
pub use files::{File, Files};
pub use index::{Batch, Bounds, Index, IndexError, MAX_VALUE, MemoryIndex, Order, Pair, Span};
pub use journal::End;
pub use memory_files::{MemoryFiles, Operation};
pub use pictures::{
    FolderId, LEFT_TO_EDITS, PictureError, PictureHeld, PictureQuota, Pictures, PieceFate, UNSYNCED, picture_id,
};
pub use read::{Missing, Refused, Run};
pub use record::{Record, Tag};
pub use recovery::{CutTail, Stretch};
pub use segment::{Chain, JournalId, LaneName, MAX_PAYLOAD};
pub use shelf::Snapshot;
pub use store::{Committed, Entry, IndexFate, Options, Recovery, Store};
