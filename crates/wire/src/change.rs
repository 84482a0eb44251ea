//! The outside of an automerge change: enough to hash it, chain it, strip it and rebuild it.
//!
//! Layout of a plain change chunk (automerge storage format):
//!
//! ```text
//! magic 85 6f 4a 83 | checksum 4 | type 01 | uleb length | body
//! body: uleb n, n x 32 parents | uleb len, actor | uleb seq | rest (start op, time, ..., columns)
//! hash = SHA-256(type | length | body); checksum = its first 4 bytes
//! ```
//!
//! The stripped form leaves out magic, checksum, type, length, actor, seq and the author's own parent:
//! the receiver knows them from the chain it holds.

use hopluu_model::{ActorId, ChangeHash};
use ring::digest::{SHA256, digest};

use crate::MAX_CHANGE;
use crate::reader::{Reader, put_uleb};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const PLAIN_CHANGE: u8 = 1;
const HASHED_FROM: usize = 8;
/// No honest change has more parents: each is a head somebody held at once.
const MAX_PARENTS: usize = 256;

/// Why bytes are no change we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// Longer than [`MAX_CHANGE`].
    #[error("the change is longer than {MAX_CHANGE} bytes")]
    TooLong,
    /// Compressed, or another kind of chunk.
    #[error("the bytes are not a plain change chunk")]
    Chunk,
    /// Cut short or malformed.
    #[error("the change is malformed")]
    Malformed,
    /// The checksum does not fit the content.
    #[error("the change does not match its checksum")]
    Checksum,
    /// It does not name the author's change before it, so a signature over it would not vouch for that one.
    #[error("the change does not go on from the author's change before it")]
    Unlinked,
}

/// What can be known of a change without automerge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// Its verified hash.
    pub hash: ChangeHash,
    /// Its parents, in the order they are written.
    pub parents: Vec<ChangeHash>,
    /// Its author.
    pub actor: ActorId,
    /// Its number in the author's chain.
    pub seq: u64,
    /// Everything behind the sequence number.
    rest: &'a [u8],
}

/// Reads a raw change and verifies its checksum.
///
/// # Errors
/// [`BadChange`]; never panics, whatever the bytes.
pub fn parse(raw: &[u8]) -> Result<Parsed<'_>, BadChange> {
    if raw.len() > MAX_CHANGE {
        return Err(BadChange::TooLong);
    }
    let mut reader = Reader(raw);
    if reader.take(4) != Some(&MAGIC) {
        return Err(BadChange::Chunk);
    }
    let checksum = reader.take(4).ok_or(BadChange::Malformed)?;
    if reader.take(1) != Some(&[PLAIN_CHANGE]) {
        return Err(BadChange::Chunk);
    }
    if reader.len().ok_or(BadChange::Malformed)? != reader.0.len() {
        return Err(BadChange::Malformed);
    }
    let hash = hash_of(&raw[HASHED_FROM..]);
    if hash.0[..4] != *checksum {
        return Err(BadChange::Checksum);
    }
    read_body(&mut reader, hash).ok_or(BadChange::Malformed)
}

fn read_body<'a>(reader: &mut Reader<'a>, hash: ChangeHash) -> Option<Parsed<'a>> {
    let count = reader.len()?;
    if count > MAX_PARENTS {
        return None;
    }
    let parents = (0..count).map(|_| ChangeHash::from_slice(reader.take(32)?)).collect::<Option<_>>()?;
    let actor_len = reader.len()?;
    let actor = ActorId::from_slice(reader.take(actor_len)?)?;
    let seq = reader.uleb()?;
    Some(Parsed { hash, parents, actor, seq, rest: reader.0 })
}

fn hash_of(hashed: &[u8]) -> ChangeHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, hashed).as_ref());
    ChangeHash(hash)
}

/// Appends the stripped form of a change to `out`, with its length in front.
///
/// # Errors
/// [`BadChange`] when `raw` is no plain change.
pub(crate) fn strip(raw: &[u8], own_parent: Option<&ChangeHash>, out: &mut Vec<u8>) -> Result<(), BadChange> {
    let parsed = parse(raw)?;
    let own = own_parent.and_then(|own| parsed.parents.iter().position(|parent| parent == own));
    let mut body = Vec::with_capacity(parsed.rest.len() + 40);
    // 0: the own parent is not among the parents; n: it stands at place n - 1.
    put_uleb(&mut body, own.map_or(0, |place| place as u64 + 1));
    put_uleb(&mut body, (parsed.parents.len() - usize::from(own.is_some())) as u64);
    for (place, parent) in parsed.parents.iter().enumerate() {
        if Some(place) != own {
            body.extend_from_slice(&parent.0);
        }
    }
    body.extend_from_slice(parsed.rest);
    put_uleb(out, body.len() as u64);
    out.extend_from_slice(&body);
    Ok(())
}

/// Rebuilds a raw change from its stripped form; whether the hash is the right one, a signature must say.
pub(crate) fn rebuild(
    stripped: &[u8],
    actor: &ActorId,
    seq: u64,
    own_parent: Option<&ChangeHash>,
) -> Result<(Vec<u8>, ChangeHash), BadChange> {
    let body = rebuild_body(stripped, actor, seq, own_parent).ok_or(BadChange::Malformed)?;
    let mut raw = Vec::with_capacity(body.len() + 12);
    raw.extend_from_slice(&MAGIC);
    raw.extend_from_slice(&[0; 4]);
    raw.push(PLAIN_CHANGE);
    put_uleb(&mut raw, body.len() as u64);
    raw.extend_from_slice(&body);
    if raw.len() > MAX_CHANGE {
        return Err(BadChange::TooLong);
    }
    let hash = hash_of(&raw[HASHED_FROM..]);
    raw[4..8].copy_from_slice(&hash.0[..4]);
    Ok((raw, hash))
}

/// Whether a stripped change names the author's change before it, as all but the first must.
pub(crate) fn is_linked(stripped: &[u8]) -> bool {
    Reader(stripped).uleb().is_some_and(|own_place| own_place > 0)
}

fn rebuild_body(stripped: &[u8], actor: &ActorId, seq: u64, own_parent: Option<&ChangeHash>) -> Option<Vec<u8>> {
    let mut reader = Reader(stripped);
    let own_place = usize::try_from(reader.uleb()?).ok()?;
    let others = reader.len()?;
    // As many as `parse` takes: what is kept must be readable again.
    if others + usize::from(own_place > 0) > MAX_PARENTS || own_place > others + 1 {
        return None;
    }
    let mut body = Vec::with_capacity(stripped.len() + 64);
    put_uleb(&mut body, others as u64 + u64::from(own_place > 0));
    for place in 1..=others + 1 {
        if place == own_place {
            body.extend_from_slice(&own_parent?.0);
        }
        if place <= others {
            body.extend_from_slice(reader.take(32)?);
        }
    }
    put_uleb(&mut body, actor.0.len() as u64);
    body.extend_from_slice(&actor.0);
    put_uleb(&mut body, seq);
    body.extend_from_slice(reader.0);
    Some(body)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A change with made-up columns: this room never looks behind the sequence number.
    pub(crate) fn made_up(actor: ActorId, seq: u64, parents: &[ChangeHash], rest: &[u8]) -> (Vec<u8>, ChangeHash) {
        let mut stripped = Vec::new();
        put_uleb(&mut stripped, 0);
        put_uleb(&mut stripped, parents.len() as u64);
        for parent in parents {
            stripped.extend_from_slice(&parent.0);
        }
        stripped.extend_from_slice(rest);
        rebuild(&stripped, &actor, seq, None).unwrap()
    }

    #[test]
    fn stripping_and_rebuilding_gives_the_same_bytes() {
        let actor = ActorId([4; 16]);
        let own = ChangeHash([1; 32]);
        for parents in [vec![], vec![own], vec![ChangeHash([2; 32]), own], vec![own, ChangeHash([3; 32])]] {
            let (raw, hash) = made_up(actor, 7, &parents, b"columns");
            let parsed = parse(&raw).unwrap();
            assert_eq!((parsed.hash, parsed.seq, &parsed.parents), (hash, 7, &parents));
            let mut out = Vec::new();
            strip(&raw, Some(&own), &mut out).unwrap();
            let mut reader = Reader(&out);
            let len = reader.len().unwrap();
            let again = rebuild(reader.take(len).unwrap(), &actor, 7, Some(&own)).unwrap();
            assert_eq!(again, (raw, hash));
        }
    }

    #[test]
    fn damage_is_an_error() {
        let (raw, _) = made_up(ActorId([4; 16]), 1, &[], b"x");
        assert_eq!(parse(&[]), Err(BadChange::Chunk));
        assert_eq!(parse(&vec![0; MAX_CHANGE + 1]), Err(BadChange::TooLong));
        for at in 0..raw.len() {
            let mut bad = raw.clone();
            bad[at] ^= 1;
            assert!(parse(&bad).is_err(), "flip at {at}");
            assert!(parse(&raw[..at]).is_err(), "cut at {at}");
        }
        let mut deflated = raw;
        deflated[8] = 2;
        assert_eq!(parse(&deflated), Err(BadChange::Chunk));
    }
}
