//! Why a data directory could not be opened.

use std::io;
use std::path::PathBuf;

use hopluu_store::StoreError;

/// Says why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the directory open.
    #[error("the data directory {} is in use by another process", .dir.display())]
    Locked {
        /// The data directory.
        dir: PathBuf,
    },
    /// A newer program wrote the directory.
    #[error("the data directory {} has layout {found:?}, newer than this program", .dir.display())]
    NewerLayout {
        /// The data directory.
        dir: PathBuf,
        /// What its layout file says.
        found: String,
    },
    /// The system refused an operation on the directory.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal could not be opened.
    #[error("cannot open the store in {}", .dir.display())]
    Store {
        /// The data directory.
        dir: PathBuf,
        /// What failed in it.
        source: StoreError,
    },
}

impl OpenError {
    /// Whether trying again later may succeed without anybody's repair.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Locked { .. } => true,
            Self::NewerLayout { .. } => false,
            Self::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::Interrupted)
            }
            Self::Store { source, .. } => source.is_transient(),
        }
    }
}
