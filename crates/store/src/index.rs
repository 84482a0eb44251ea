//! The ordered index beside the journal: a cache that can be thrown away at any time.
//!
//! Keys begin with one letter; numbers in keys are big endian, so that they sort. Values are at most
//! [`MAX_VALUE`] bytes and written with postcard unless said otherwise.
//!
//! | key | value |
//! | --- | --- |
//! | `m` `a` | the mark: layout, journal id, number up to which the index is written, chain there |
//! | `m` `d` | ranges of journal numbers known to be damaged |
//! | `n` number | where the record lies, and what `Store::after` tells of it |
//! | `d` doc | empty: something of the document is held |
//! | `c` doc actor | tip of the chain held |
//! | `r` doc actor last | a run: first, journal number, head |
//! | `o` doc actor last | a run that lost what came before it to damage: first, journal number, head, parent |
//! | `s` doc actor | shown receipt of the highest sequence: tip, journal number |
//! | `a` relay doc actor | tip a relay acknowledged |
//! | `f` doc actor seq hash | a refusal |
//! | `k` text | a fact: 0 and its value, or 1 and the journal number where it lies |
//! | `t` version number | empty: a roster record |
//! | `j` device | journal number of its join |
//! | `p` doc part | a snapshot in parts (see `shelf.rs`) |
//! | `x` length text part | something cached by name, in parts |
//!
//! A commit becomes atomic through the mark: it is written in the same batch as what the records add. Whatever lies
//! behind the mark is replayed from the journal at the next opening; an index with another journal's mark, a mark
//! beyond the journal's end, another layout or unreadable values is cleared and built anew.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The largest value an index must take, in bytes.
pub const MAX_VALUE: usize = 4096;

/// Says that an index could not do what was asked; a new one can always be built from the journal.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} the index")]
pub struct IndexError {
    /// The operation, as a verb.
    pub what: &'static str,
    /// What the backend said.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl IndexError {
    /// Wraps what a backend said about an operation.
    pub fn new(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { what, source: source.into() }
    }
}

/// The direction of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// A stretch of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The smallest key.
    pub from: Vec<u8>,
    /// The key behind the last one; `None` means up to the end.
    pub to: Option<Vec<u8>>,
    /// Direction.
    pub order: Order,
    /// At most so many pairs.
    pub limit: usize,
}

impl Span {
    /// All keys that begin with `prefix`, ascending.
    #[must_use]
    pub fn prefix(prefix: &[u8]) -> Self {
        Self { from: prefix.to_vec(), to: successor(prefix), order: Order::Ascending, limit: usize::MAX }
    }

    /// Keys that begin with `prefix` and are at least `from`, ascending.
    #[must_use]
    pub fn prefix_from(prefix: &[u8], from: Vec<u8>) -> Self {
        Self { from, ..Self::prefix(prefix) }
    }

    /// The same stretch, at most so many pairs.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The same stretch, largest key first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self { order: Order::Descending, ..self }
    }

    /// The stretch as bounds of a range; `None` when it is empty.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds<'_>> {
        match &self.to {
            Some(to) if *to <= self.from => None,
            Some(to) => Some((Bound::Included(&self.from), Bound::Excluded(to))),
            None => Some((Bound::Included(&self.from), Bound::Unbounded)),
        }
    }
}

/// Changes applied together: `Some` puts, `None` deletes.
pub type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A first and a last key, as ranges of ordered maps take them.
pub type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// A pair of key and value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// An ordered map of bytes. It need not be durable, but after a restart it must hold the effect of whole batches, a
/// prefix of those applied; if it cannot tell, it must come back empty or fail to open.
pub trait Index: Send {
    /// Reads one value.
    ///
    /// # Errors
    /// When the index is unreadable.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError>;

    /// Reads a stretch of pairs.
    ///
    /// # Errors
    /// When the index is unreadable.
    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError>;

    /// Applies all of a batch or nothing.
    ///
    /// # Errors
    /// When it could not; the index must then not be used any more.
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError>;

    /// Forgets everything.
    ///
    /// # Errors
    /// When it could not; the index must then not be used any more.
    fn clear(&mut self) -> Result<(), IndexError>;

    /// Writes to disk what it can; no promise.
    ///
    /// # Errors
    /// When it could not.
    fn flush(&mut self) -> Result<(), IndexError>;
}

/// An index in memory; clones share it.
#[derive(Clone, Default)]
pub struct MemoryIndex(Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>);

impl MemoryIndex {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index for MemoryIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        Ok(self.lock().get(key).cloned())
    }

    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        let Some(bounds) = span.bounds() else { return Ok(Vec::new()) };
        let map = self.lock();
        let range = map.range::<[u8], _>(bounds);
        let own = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
        Ok(match span.order {
            Order::Ascending => range.take(span.limit).map(own).collect(),
            Order::Descending => range.rev().take(span.limit).map(own).collect(),
        })
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        let mut map = self.lock();
        for (key, value) in batch {
            match value {
                Some(value) => map.insert(key.clone(), value.clone()),
                None => map.remove(key),
            };
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.lock().clear();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        Ok(())
    }
}

/// The smallest key that sorts behind all keys with this prefix.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if last < u8::MAX {
            next.push(last + 1);
            return Some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_bounded_both_ways() {
        let mut index = MemoryIndex::new();
        let batch: Batch = [&b"a\xff"[..], b"a\xff\x01", b"b", b"c"].map(|k| (k.to_vec(), Some(vec![1]))).into();
        index.apply(&batch).unwrap();
        let keys = |span: Span| index.scan(&span).unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys(Span::prefix(b"a\xff")), [b"a\xff".to_vec(), b"a\xff\x01".to_vec()]);
        assert_eq!(keys(Span::prefix(b"").descending().limit(2)), [b"c".to_vec(), b"b".to_vec()]);
        assert_eq!(keys(Span::prefix_from(b"b", b"c".to_vec())), Vec::<Vec<u8>>::new());
    }
}
