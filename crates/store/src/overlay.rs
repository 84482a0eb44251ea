//! The index with a batch not yet applied lying over it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::behind::scan_through;
use crate::index::{Batch, Index, IndexError, MAX_VALUE, Pair, Span};

/// Reads through a staged batch; nothing reaches the index before [`Overlay::apply`].
pub(crate) struct Overlay {
    index: Box<dyn Index>,
    staged: Batch,
}

impl Overlay {
    pub(crate) fn new(index: Box<dyn Index>) -> Self {
        Self { index, staged: Batch::new() }
    }

    /// The index alone, without what is staged.
    pub(crate) fn applied(&self) -> &dyn Index {
        self.index.as_ref()
    }

    pub(crate) fn applied_mut(&mut self) -> &mut dyn Index {
        self.index.as_mut()
    }

    pub(crate) fn put<T: Serialize>(&mut self, key: Vec<u8>, value: &T) -> Result<(), IndexError> {
        let value = encode(value)?;
        self.put_raw(key, value);
        Ok(())
    }

    pub(crate) fn put_raw(&mut self, key: Vec<u8>, value: Vec<u8>) {
        debug_assert!(value.len() <= MAX_VALUE, "values are cut into parts before they come here");
        self.staged.insert(key, Some(value));
    }

    pub(crate) fn delete(&mut self, key: Vec<u8>) {
        self.staged.insert(key, None);
    }

    pub(crate) fn get_raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        match self.staged.get(key) {
            Some(staged) => Ok(staged.clone()),
            None => self.index.get(key),
        }
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, IndexError> {
        self.get_raw(key)?.map(|value| decode(&value)).transpose()
    }

    pub(crate) fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        scan_through(&self.staged, self.index.as_ref(), span)
    }

    /// Applies what is staged, all or nothing.
    pub(crate) fn apply(&mut self) -> Result<(), IndexError> {
        if self.staged.is_empty() {
            return Ok(());
        }
        self.index.apply(&std::mem::take(&mut self.staged))
    }

    /// Forgets what is staged.
    pub(crate) fn forget(&mut self) {
        self.staged.clear();
    }
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, IndexError> {
    postcard::to_allocvec(value).map_err(|source| IndexError::new("write a value of", source))
}

pub(crate) fn decode<T: DeserializeOwned>(value: &[u8]) -> Result<T, IndexError> {
    postcard::from_bytes(value).map_err(|source| IndexError::new("read a value of", source))
}
