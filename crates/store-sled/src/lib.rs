//! A store on a real disk: segment files, the index on sled, one process per data directory.
//!
//! [`open_store`] is the way in. The journal alone is the truth; sled is never trusted with anything that cannot be
//! built again from it, and no state of its files keeps a store from opening.

mod error;
mod files;
mod index;
mod layout;
mod lock;
mod open;

pub use error::OpenError;
pub use files::DiskFiles;
pub use index::SledIndex;
pub use lock::DirLock;
pub use open::{IndexHome, Opened, Settings, open_store};
