//! A contiguous run of one author's changes in one document, ending at a signed head.

use std::cell::RefCell;

use hopluu_model::{ActorId, ChangeHash, DocId, Signature};
use serde::{Deserialize, Serialize};

use crate::change::{self, BadChange};
use crate::reader::Reader;
use crate::{MAX_CHANGE, MAX_INFLATED, MAX_PACK};

const STORED: u8 = 0;
const ZSTD: u8 = 1;
/// Higher levels cost the relay time and win little on packs of 4 KiB.
const LEVEL: i32 = 3;
/// Stripped bytes that usually fill a pack.
const FIRST_TRY: usize = 2 * MAX_PACK;
/// So often a better end is looked for.
const TRIES: usize = 4;

thread_local! {
    /// Making these takes longer than using them on a pack.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> =
        RefCell::new(zstd::bulk::Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> =
        RefCell::new(zstd::bulk::Decompressor::new().ok());
}

/// A run of changes as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// Sequence number of the first change.
    pub first: u64,
    /// How many changes it holds, at least 1.
    pub count: u16,
    /// The author's signature over the last change.
    pub signature: Signature,
    /// Whether it holds an edit that travels before everything else. A hint, not signed.
    pub urgent: bool,
    /// First byte 0: stripped changes as they are; 1: the same, compressed by zstd.
    pub body: Vec<u8>,
}

/// One change that may go into a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The raw change.
    pub raw: Vec<u8>,
    /// Its hash.
    pub hash: ChangeHash,
    /// The author's signature over it, where the holder has one: a pack can only end here.
    pub signature: Option<Signature>,
    /// Whether it travels before everything else.
    pub urgent: bool,
}

/// What a pack holds, rebuilt. The signature is not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The changes in order: raw bytes and hash.
    pub changes: Vec<(Vec<u8>, ChangeHash)>,
}

impl Opened {
    /// The hash the signature must be over.
    #[must_use]
    pub fn head(&self) -> ChangeHash {
        self.changes.last().map_or(ChangeHash([0; 32]), |(_, hash)| *hash)
    }
}

/// Why a pack cannot be opened or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPack {
    /// No changes, or more than the body holds.
    #[error("the pack does not hold the changes it names")]
    Count,
    /// The body does not inflate, or inflates too far.
    #[error("the body cannot be inflated within {MAX_INFLATED} bytes")]
    Inflate,
    /// A change inside is malformed.
    #[error("a change inside is malformed")]
    Change(#[from] BadChange),
}

impl Pack {
    /// The sequence number of the last change.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.first.saturating_add(u64::from(self.count).saturating_sub(1))
    }

    /// Cuts the largest pack from `runs` that stays within [`MAX_PACK`], or holds a single change, and ends
    /// at a signed head. `None` when no change is signed within reach.
    ///
    /// # Errors
    /// [`BadPack::Change`] when a run is no plain change.
    pub fn cut(
        doc: DocId,
        actor: ActorId,
        first: u64,
        parent: Option<ChangeHash>,
        runs: &[Run],
    ) -> Result<Option<Self>, BadPack> {
        // Compression makes about half of it; a longer run is tried only as far as it can still fit.
        let mut ends: Vec<(usize, usize, Signature)> = Vec::new();
        let mut plain = Vec::new();
        let mut own = parent;
        for (place, run) in runs.iter().enumerate().take(usize::from(u16::MAX)) {
            if plain.len() + run.raw.len() > MAX_INFLATED - MAX_CHANGE && !ends.is_empty() {
                break;
            }
            change::strip(&run.raw, own.as_ref(), &mut plain)?;
            own = Some(run.hash);
            if let Some(signature) = run.signature {
                ends.push((place + 1, plain.len(), signature));
            }
        }
        let make = |(count, len, signature): (usize, usize, Signature)| {
            let count = u16::try_from(count).unwrap_or(u16::MAX);
            let urgent = runs[..usize::from(count)].iter().any(|run| run.urgent);
            Self { doc, actor, first, count, signature, urgent, body: encode_body(&plain[..len]) }
        };
        let Some(&shortest) = ends.first() else { return Ok(None) };
        // Between what is known to fit and what is known not to, by proportion: each try compresses everything anew.
        let (mut low, mut high, mut reach) = (0, ends.len(), FIRST_TRY);
        let mut best = None;
        for _ in 0..TRIES {
            let within = ends.partition_point(|(_, len, _)| *len <= reach);
            let place = within.saturating_sub(1).clamp(low, high - 1);
            let tried = make(ends[place]);
            let (len, body) = (ends[place].1, tried.body.len());
            if body <= MAX_PACK {
                best = Some(tried);
                low = place + 1;
            } else {
                high = place;
            }
            if low >= high || (body <= MAX_PACK && body * 8 >= MAX_PACK * 7) {
                break;
            }
            reach = len * MAX_PACK / body.max(1) * 31 / 32;
        }
        Ok(Some(best.unwrap_or_else(|| make(shortest))))
    }

    /// Rebuilds the changes. `parent` is the hash of the author's change before [`Pack::first`].
    ///
    /// # Errors
    /// [`BadPack`]; never panics and never inflates beyond [`MAX_INFLATED`].
    pub fn open(&self, parent: Option<ChangeHash>) -> Result<Opened, BadPack> {
        let plain = decode_body(&self.body)?;
        let mut reader = Reader(&plain);
        let mut changes = Vec::new();
        let mut own = parent;
        for place in 0..u64::from(self.count) {
            let stripped = reader.len().and_then(|len| reader.take(len)).ok_or(BadPack::Count)?;
            let seq = self.first.checked_add(place).ok_or(BadPack::Count)?;
            if seq > 1 && !change::is_linked(stripped) {
                return Err(BadChange::Unlinked.into());
            }
            let (raw, hash) = change::rebuild(stripped, &self.actor, seq, own.as_ref())?;
            own = Some(hash);
            changes.push((raw, hash));
        }
        if changes.is_empty() || !reader.0.is_empty() || self.first == 0 {
            return Err(BadPack::Count);
        }
        Ok(Opened { changes })
    }
}

fn encode_body(plain: &[u8]) -> Vec<u8> {
    let packed = COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(plain).ok());
    let packed = packed.unwrap_or_default();
    let (coding, bytes) =
        if !packed.is_empty() && packed.len() < plain.len() { (ZSTD, packed.as_slice()) } else { (STORED, plain) };
    let mut body = Vec::with_capacity(bytes.len() + 1);
    body.push(coding);
    body.extend_from_slice(bytes);
    body
}

fn decode_body(body: &[u8]) -> Result<Vec<u8>, BadPack> {
    match body {
        [STORED, plain @ ..] if plain.len() <= MAX_INFLATED => Ok(plain.to_vec()),
        [ZSTD, packed @ ..] => {
            let plain = DECOMPRESSOR.with_borrow_mut(|d| d.as_mut()?.decompress(packed, MAX_INFLATED).ok());
            plain.ok_or(BadPack::Inflate)
        }
        _ => Err(BadPack::Inflate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::tests::made_up;
    use hopluu_model::{CollectionId, DocKind};

    fn chain(count: usize, size: usize) -> (DocId, ActorId, Vec<Run>) {
        let doc = DocId::new(CollectionId([1; 16]), DocKind::Register);
        let actor = ActorId([2; 16]);
        let mut parent: Option<ChangeHash> = None;
        let mut noise = 1u64;
        let runs = (1..=count as u64).map(|seq| {
            let rest: Vec<u8> = (0..size)
                .map(|_| {
                    noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seq);
                    (noise >> 60) as u8
                })
                .collect();
            let parents: Vec<_> = parent.into_iter().collect();
            let (raw, hash) = made_up(actor, seq, &parents, &rest);
            parent = Some(hash);
            Run { raw, hash, signature: Some(Signature([3; 64])), urgent: false }
        });
        let runs = runs.collect();
        (doc, actor, runs)
    }

    #[test]
    fn a_pack_holds_as_much_as_fits_and_opens_again() {
        let (doc, actor, runs) = chain(200, 120);
        let pack = Pack::cut(doc, actor, 1, None, &runs).unwrap().unwrap();
        assert!(pack.body.len() <= MAX_PACK && pack.count > 20, "{} changes in {} bytes", pack.count, pack.body.len());
        let opened = pack.open(None).unwrap();
        for (run, (raw, hash)) in runs.iter().zip(&opened.changes) {
            assert_eq!((&run.raw, run.hash), (raw, *hash));
        }
        let next = Pack::cut(doc, actor, pack.last() + 1, Some(opened.head()), &runs[usize::from(pack.count)..]);
        assert_eq!(next.unwrap().unwrap().first, pack.last() + 1);
    }

    #[test]
    fn a_pack_ends_at_a_signed_head_only() {
        let (doc, actor, mut runs) = chain(9, 10);
        for run in &mut runs {
            run.signature = None;
        }
        assert_eq!(Pack::cut(doc, actor, 1, None, &runs), Ok(None));
        runs[4].signature = Some(Signature([5; 64]));
        assert_eq!(Pack::cut(doc, actor, 1, None, &runs).unwrap().unwrap().count, 5);
    }

    #[test]
    fn a_single_large_change_goes_alone() {
        let (doc, actor, runs) = chain(3, 12_000);
        let pack = Pack::cut(doc, actor, 1, None, &runs).unwrap().unwrap();
        assert_eq!(pack.count, 1);
        assert!(pack.open(None).is_ok());
    }

    #[test]
    fn bombs_and_lies_are_errors() {
        let (doc, actor, runs) = chain(3, 40);
        let pack = Pack::cut(doc, actor, 1, None, &runs).unwrap().unwrap();
        let bomb = zstd::bulk::compress(&vec![0; MAX_INFLATED * 4], 3).unwrap();
        let with = |body: Vec<u8>, count| Pack { body, count, ..pack.clone() };
        assert_eq!(with([&[ZSTD][..], &bomb].concat(), 1).open(None), Err(BadPack::Inflate));
        assert_eq!(with(vec![9, 9], 1).open(None), Err(BadPack::Inflate));
        assert_eq!(with(vec![], 1).open(None), Err(BadPack::Inflate));
        assert_eq!(with(pack.body.clone(), 4).open(None), Err(BadPack::Count));
        assert_eq!(with(pack.body.clone(), 2).open(None), Err(BadPack::Count));
        assert_eq!(with(vec![STORED], 0).open(None), Err(BadPack::Count));
    }
}
