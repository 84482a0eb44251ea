//! The disk for real: what a power cut, a worn card and a killed program may leave, made by the thousand from a seed.
//!
//! - [`images`]: a real store works over a disk that writes down everything asked of it; at every operation the power
//!   is cut in every way a disk allows, and the store is opened again.
//! - [`flips`]: single bits, truncations and lost segments at rest, in the journal and in the index.
//! - [`kill`]: the real programs under load, killed at random moments.

pub mod book;
pub mod copies;
pub mod dice;
pub mod flips;
pub mod images;
pub mod kill;
pub mod oracle;
pub mod platter;
pub mod trace;
pub mod watch;
pub mod work;
pub mod world;

use hopluu_store::StoreError;

/// A promise that did not hold, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(chain(&error))
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self(chain(&error))
    }
}

/// Joins an error with its sources.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// Passes when a promise holds.
///
/// # Errors
/// The promise, when it does not.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken(otherwise())) }
}
