//! What can go wrong with the view.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the view could not do what it was asked. Nothing is ever lost by it: the view is a cache.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database could not be opened.
    #[error("cannot open the view at {path}")]
    Open {
        /// Where it should lie.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A damaged or outdated view could not be deleted.
    #[error("cannot delete the old view at {path}")]
    Remove {
        /// The file that stays.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite failed.
    #[error("the view's database failed")]
    Sql(#[from] rusqlite::Error),
    /// A stored row cannot be read back: the file is damaged.
    #[error("the view holds an unreadable {0}")]
    Unreadable(&'static str),
    /// A value could not be written as JSON.
    #[error("a value cannot be written into the view")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    /// Whether the view should be deleted and rebuilt from the documents.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Unreadable(_))
            || matches!(self.code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Open { source, .. } | Self::Sql(source) => source.sqlite_error_code(),
            Self::Remove { .. } | Self::Unreadable(_) | Self::Json(_) => None,
        }
    }
}
