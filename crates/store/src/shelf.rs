//! The shelf beside the journal: snapshots of documents and named caches. They live in the index alone, survive
//! restarts as a rule, and are gone after any rebuild; nothing may depend on them.
//!
//! A thing is cut into parts of at most 4,096 bytes under `base key, part number (u32)`. Part 0 begins with a head:
//! total length (u32) and CRC-32 (u32) of the whole; a thing that does not verify is answered as absent.

use hopluu_model::id::DocId;

use crate::error::StoreError;
use crate::index::{Batch, Index, IndexError, MAX_VALUE};
use crate::keys;
use crate::store::Store;

const HEAD: usize = 8;

/// A document as it was saved, and how far it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What the caller wrote to tell how far it goes.
    pub clock: Vec<u8>,
    /// The saved document.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Puts a saved document on the shelf, in place of an earlier one.
    ///
    /// # Errors
    /// When the index fails.
    pub fn put_snapshot(&mut self, doc: &DocId, clock: &[u8], bytes: &[u8]) -> Result<(), StoreError> {
        let len = u32::try_from(clock.len()).unwrap_or(u32::MAX);
        let whole = [&len.to_be_bytes(), clock, bytes].concat();
        Ok(put(self.over.applied_mut(), &keys::snapshot(doc), &whole)?)
    }

    /// Takes a copy of a saved document; `None` when there is none or it does not verify.
    ///
    /// # Errors
    /// When the index fails.
    pub fn snapshot(&self, doc: &DocId) -> Result<Option<Snapshot>, StoreError> {
        let Some(mut whole) = get(self.over.applied(), &keys::snapshot(doc))? else { return Ok(None) };
        let clock_len = whole.first_chunk::<4>().map_or(usize::MAX, |len| u32::from_be_bytes(*len) as usize);
        let Some(end) = clock_len.checked_add(4).filter(|end| *end <= whole.len()) else { return Ok(None) };
        let bytes = whole.split_off(end);
        Ok(Some(Snapshot { clock: whole.split_off(4), bytes }))
    }

    /// Takes a saved document off the shelf.
    ///
    /// # Errors
    /// When the index fails.
    pub fn drop_snapshot(&mut self, doc: &DocId) -> Result<(), StoreError> {
        Ok(drop_parts(self.over.applied_mut(), &keys::snapshot(doc))?)
    }

    /// Caches a value by name, in place of an earlier one. Lost on a rebuild.
    ///
    /// # Errors
    /// When the index fails.
    pub fn cache_put(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        Ok(put(self.over.applied_mut(), &keys::cached(key), value)?)
    }

    /// Reads a cached value.
    ///
    /// # Errors
    /// When the index fails.
    pub fn cache_get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(get(self.over.applied(), &keys::cached(key))?)
    }

    /// Forgets a cached value.
    ///
    /// # Errors
    /// When the index fails.
    pub fn cache_drop(&mut self, key: &str) -> Result<(), StoreError> {
        Ok(drop_parts(self.over.applied_mut(), &keys::cached(key))?)
    }
}

fn part_key(base: &[u8], part: usize) -> Vec<u8> {
    [base, &u32::try_from(part).unwrap_or(u32::MAX).to_be_bytes()].concat()
}

fn parts(total: usize) -> usize {
    (HEAD + total).div_ceil(MAX_VALUE)
}

/// Total length and checksum from part 0.
fn head(index: &dyn Index, base: &[u8]) -> Result<Option<(usize, u32, Vec<u8>)>, IndexError> {
    let Some(first) = index.get(&part_key(base, 0))? else { return Ok(None) };
    let Some((head, _)) = first.split_first_chunk::<HEAD>() else { return Ok(None) };
    let [a, b, c, d, e, f, g, h] = *head;
    Ok(Some((u32::from_be_bytes([a, b, c, d]) as usize, u32::from_be_bytes([e, f, g, h]), first)))
}

fn put(index: &mut dyn Index, base: &[u8], whole: &[u8]) -> Result<(), IndexError> {
    let total = u32::try_from(whole.len()).map_err(|source| IndexError::new("put so much into", source))?;
    let old = head(index, base)?.map_or(0, |(total, ..)| parts(total));
    let bytes = [&total.to_be_bytes(), &crc32fast::hash(whole).to_be_bytes(), whole].concat();
    let mut batch: Batch = (parts(whole.len())..old).map(|part| (part_key(base, part), None)).collect();
    for (part, value) in bytes.chunks(MAX_VALUE).enumerate() {
        batch.insert(part_key(base, part), Some(value.to_vec()));
    }
    index.apply(&batch)
}

fn get(index: &dyn Index, base: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
    let Some((total, crc, mut bytes)) = head(index, base)? else { return Ok(None) };
    for part in 1..parts(total) {
        let Some(value) = index.get(&part_key(base, part))? else { return Ok(None) };
        bytes.extend_from_slice(&value);
    }
    bytes.drain(..HEAD);
    Ok((bytes.len() == total && crc32fast::hash(&bytes) == crc).then_some(bytes))
}

fn drop_parts(index: &mut dyn Index, base: &[u8]) -> Result<(), IndexError> {
    let old = head(index, base)?.map_or(0, |(total, ..)| parts(total));
    index.apply(&(0..old).map(|part| (part_key(base, part), None)).collect())
}
