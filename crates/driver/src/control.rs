//! The local socket by which commands speak with a running program.
//!
//! A Unix socket in the data directory; a request is one line of JSON, and so is its answer. Several clients at once,
//! several requests per client, one after another. A line is at most [`MAX_LINE`] bytes. What requests mean is the
//! program's business.

mod client;
mod server;

use std::io;
use std::path::PathBuf;

pub use client::call;
pub use server::Control;

/// The longest request or answer in bytes.
pub const MAX_LINE: usize = 1 << 20;

/// What failed at the local socket.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody listens at the socket.
    #[error("the program is not running in {}; {hint}", .dir.display())]
    NotRunning {
        /// The data directory.
        dir: PathBuf,
        /// How to start it, as the caller worded it.
        hint: String,
    },
    /// Another process listens at the socket already.
    #[error("another process listens at {}", .path.display())]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// The path is longer than the system takes for a socket, about 100 bytes.
    #[error("the path {} is too long for a socket; use a shorter data directory", .path.display())]
    TooLongPath {
        /// The socket.
        path: PathBuf,
    },
    /// No answer came in time.
    #[error("no answer at {} in time", .path.display())]
    TimedOut {
        /// The socket.
        path: PathBuf,
    },
    /// The answer is no line of JSON within the limit.
    #[error("the answer at {} cannot be read", .path.display())]
    BadAnswer {
        /// The socket.
        path: PathBuf,
    },
    /// The system refused an operation.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ControlError {
    /// Whether trying again later may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NotRunning { .. } | Self::InUse { .. } | Self::TimedOut { .. } => true,
            Self::TooLongPath { .. } | Self::BadAnswer { .. } | Self::Io { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests;
