//! What this machine remembers beside the documents: accounts, sessions, drafts, settings.

use std::sync::Arc;

use crate::error::OfficeError;
use crate::office::Office;

/// The time during which everything remembered is either committed or still waits for its commit.
///
/// A failed commit begins another life, and so does opening the office: whoever keeps a picture of the facts in memory
/// reads them anew when the life is another than when the picture was made.
#[derive(Debug, Clone, Default)]
pub struct Life(Arc<()>);

impl PartialEq for Life {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Life {}

impl Office {
    /// Remembers a fact of this machine's own under a key; durable at the next commit. The latest value of a key holds,
    /// and every one of them stays in the journal.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remember(&mut self, key: &str, value: Vec<u8>) -> Result<(), OfficeError> {
        Ok(self.mailbox.remember(key, value)?)
    }

    /// The committed value of a key.
    ///
    /// # Errors
    /// When the store fails.
    pub fn fact(&self, key: &str) -> Result<Option<Vec<u8>>, OfficeError> {
        Ok(self.mailbox.store().fact(key)?)
    }

    /// The committed facts whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// When the store fails.
    pub fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, OfficeError> {
        Ok(self.mailbox.store().facts(prefix)?)
    }

    /// The life this office is in.
    #[must_use]
    pub fn life(&self) -> Life {
        self.actors.life.clone()
    }
}
