//! An index that is written behind: many small batches become one large one.
//!
//! sled writes and syncs two pages for every batch, however small. Since the journal replays whatever the index lacks,
//! nothing is lost by letting batches gather in memory first.

use std::collections::BTreeMap;

use crate::index::{Batch, Index, IndexError, Order, Pair, Span};

/// Gathers batches in memory until they are worth writing. Reads see them at once; a process that ends without
/// dropping it leaves the index as it was some batches ago.
pub struct WriteBehind {
    index: Box<dyn Index>,
    waiting: Batch,
    bytes: usize,
    limit: usize,
}

impl WriteBehind {
    /// Lets about `limit` bytes gather.
    #[must_use]
    pub fn new(index: Box<dyn Index>, limit: usize) -> Self {
        Self { index, waiting: Batch::new(), bytes: 0, limit }
    }

    fn write(&mut self) -> Result<(), IndexError> {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() { Ok(()) } else { self.index.apply(&waiting) }
    }
}

impl Index for WriteBehind {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        match self.waiting.get(key) {
            Some(waiting) => Ok(waiting.clone()),
            None => self.index.get(key),
        }
    }

    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        scan_through(&self.waiting, self.index.as_ref(), span)
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        for (key, value) in batch {
            self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
            self.waiting.insert(key.clone(), value.clone());
        }
        if self.bytes >= self.limit { self.write() } else { Ok(()) }
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.waiting.clear();
        self.bytes = 0;
        self.index.clear()
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.write()?;
        self.index.flush()
    }
}

impl Drop for WriteBehind {
    fn drop(&mut self) {
        // What cannot be written is replayed from the journal.
        let _ = self.write();
    }
}

/// Scans an index as it would be with a batch applied.
pub(crate) fn scan_through(batch: &Batch, index: &dyn Index, span: &Span) -> Result<Vec<Pair>, IndexError> {
    let Some(bounds) = span.bounds() else { return Ok(Vec::new()) };
    let mut over = batch.range::<[u8], _>(bounds).peekable();
    if over.peek().is_none() {
        return index.scan(span);
    }
    // Each deletion may take away one pair of those the index would have given.
    let deletions = over.clone().filter(|(_, value)| value.is_none()).count();
    let enough = span.clone().limit(span.limit.saturating_add(deletions));
    let mut merged: BTreeMap<_, _> = index.scan(&enough)?.into_iter().collect();
    for (key, value) in over {
        match value {
            Some(value) => merged.insert(key.clone(), value.clone()),
            None => merged.remove(key),
        };
    }
    Ok(match span.order {
        Order::Ascending => merged.into_iter().take(span.limit).collect(),
        Order::Descending => merged.into_iter().rev().take(span.limit).collect(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::MemoryIndex;

    fn batch() -> impl Strategy<Value = Batch> {
        let key = prop::collection::vec(0_u8..4, 1..4);
        prop::collection::btree_map(key, prop::option::of(prop::collection::vec(any::<u8>(), 0..3)), 0..8)
    }

    proptest! {
        #[test]
        fn reads_cannot_tell_what_is_behind(
            batches in prop::collection::vec(batch(), 1..8),
            limit in 0_usize..60,
            prefix in prop::collection::vec(0_u8..4, 0..3),
            wanted in 1_usize..6,
        ) {
            let mut plain = MemoryIndex::new();
            let written = MemoryIndex::new();
            let mut behind = WriteBehind::new(Box::new(written.clone()), limit);
            for batch in &batches {
                plain.apply(batch).unwrap();
                behind.apply(batch).unwrap();
                for span in [Span::prefix(&prefix), Span::prefix(&prefix).limit(wanted)] {
                    prop_assert_eq!(plain.scan(&span).unwrap(), behind.scan(&span).unwrap());
                    let span = span.descending();
                    prop_assert_eq!(plain.scan(&span).unwrap(), behind.scan(&span).unwrap());
                }
                prop_assert_eq!(plain.get(&prefix).unwrap(), behind.get(&prefix).unwrap());
            }
            drop(behind);
            prop_assert_eq!(plain.scan(&Span::prefix(b"")).unwrap(), written.scan(&Span::prefix(b"")).unwrap());
        }
    }
}
