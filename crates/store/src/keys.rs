//! Keys of the index; the table is at the head of `index.rs`.

use hopluu_model::id::{ActorId, ChangeHash, CollectionId, DeviceId, DocId};

pub(crate) const MARK: &[u8] = b"ma";
pub(crate) const DAMAGED: &[u8] = b"md";
pub(crate) const ENTRIES: &[u8] = b"n";
pub(crate) const DOCS: &[u8] = b"d";
pub(crate) const SHOWN: &[u8] = b"s";
pub(crate) const LEFT_BEHIND: &[u8] = b"o";
pub(crate) const REFUSALS: &[u8] = b"f";
pub(crate) const ROSTER: &[u8] = b"t";
pub(crate) const JOINS: &[u8] = b"j";

/// Length of a letter, a document and an actor.
pub(crate) const CHAIN_LEN: usize = 1 + DocId::LEN + 16;

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn chain(letter: u8, doc: &DocId, actor: &ActorId) -> Vec<u8> {
    join(&[&[letter], &doc.to_bytes(), actor.as_bytes()])
}

pub(crate) fn entry(number: u64) -> Vec<u8> {
    join(&[ENTRIES, &number.to_be_bytes()])
}

pub(crate) fn doc(doc: &DocId) -> Vec<u8> {
    join(&[DOCS, &doc.to_bytes()])
}

pub(crate) fn collection(collection: &CollectionId) -> Vec<u8> {
    join(&[DOCS, collection.as_bytes()])
}

pub(crate) fn clock(doc: &DocId) -> Vec<u8> {
    join(&[b"c", &doc.to_bytes()])
}

pub(crate) fn tip(doc: &DocId, actor: &ActorId) -> Vec<u8> {
    chain(b'c', doc, actor)
}

pub(crate) fn runs(doc: &DocId, actor: &ActorId) -> Vec<u8> {
    chain(b'r', doc, actor)
}

pub(crate) fn run(doc: &DocId, actor: &ActorId, last: u64) -> Vec<u8> {
    join(&[&runs(doc, actor), &last.to_be_bytes()])
}

pub(crate) fn left_behind(doc: &DocId, actor: &ActorId) -> Vec<u8> {
    chain(b'o', doc, actor)
}

pub(crate) fn left_behind_run(doc: &DocId, actor: &ActorId, last: u64) -> Vec<u8> {
    join(&[&left_behind(doc, actor), &last.to_be_bytes()])
}

pub(crate) fn shown(doc: &DocId) -> Vec<u8> {
    join(&[SHOWN, &doc.to_bytes()])
}

pub(crate) fn shown_tip(doc: &DocId, actor: &ActorId) -> Vec<u8> {
    chain(b's', doc, actor)
}

pub(crate) fn at_relay(relay: &DeviceId, doc: &DocId) -> Vec<u8> {
    join(&[b"a", relay.as_bytes(), &doc.to_bytes()])
}

pub(crate) fn at_relay_tip(relay: &DeviceId, doc: &DocId, actor: &ActorId) -> Vec<u8> {
    join(&[&at_relay(relay, doc), actor.as_bytes()])
}

pub(crate) fn refusals(doc: &DocId) -> Vec<u8> {
    join(&[REFUSALS, &doc.to_bytes()])
}

pub(crate) fn refusal(doc: &DocId, actor: &ActorId, seq: u64, hash: &ChangeHash) -> Vec<u8> {
    join(&[&chain(b'f', doc, actor), &seq.to_be_bytes(), hash.as_bytes()])
}

pub(crate) fn fact(key: &str) -> Vec<u8> {
    join(&[b"k", key.as_bytes()])
}

pub(crate) fn roster(version: u64, number: u64) -> Vec<u8> {
    join(&[ROSTER, &version.to_be_bytes(), &number.to_be_bytes()])
}

pub(crate) fn joined(device: &DeviceId) -> Vec<u8> {
    join(&[JOINS, device.as_bytes()])
}

pub(crate) fn snapshot(doc: &DocId) -> Vec<u8> {
    join(&[b"p", &doc.to_bytes()])
}

pub(crate) fn cached(key: &str) -> Vec<u8> {
    let len = u32::try_from(key.len()).unwrap_or(u32::MAX);
    join(&[b"x", &len.to_be_bytes(), key.as_bytes()])
}

/// The actor a key ends with.
pub(crate) fn trailing_actor(key: &[u8]) -> Option<ActorId> {
    ActorId::from_slice(key.get(key.len().checked_sub(16)?..)?)
}

/// The number a key ends with.
pub(crate) fn trailing_number(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(key.len().checked_sub(8)?..)?.try_into().ok()?))
}
