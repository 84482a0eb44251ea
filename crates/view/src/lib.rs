//! The picture for people: SQLite tables folded from documents; search, lists, totals.
//!
//! The view is a cache. It is fed [`Batch`]es of what the documents say now and [`Marks`] of how far
//! others have got; it stores both with the heads it shows in one transaction, and can be deleted and
//! rebuilt at any time. Which state an issue or a unit is in comes from the folds of `hopluu_model`
//! alone; this room only keeps the answers where they can be found quickly.
//!
//! * [`View`] writes: [`View::open`], [`View::fold`], [`View::mark`], [`View::forget`].
//! * [`Reader`] answers questions through a connection of its own.

mod cell;
mod changes;
mod derive;
mod dump;
mod error;
mod facts;
mod fold;
mod input;
mod load;
mod marks;
mod open;
pub mod query;
mod schema;

pub use error::Error;
pub use fold::Folded;
pub use input::{Batch, DocUpdate, Marks, Refusal, Seen, Touch};
pub use open::{Opened, Reader, Settings, View};

/// What this room returns.
pub type Result<T> = std::result::Result<T, Error>;
