//! Device keys, what they sign, and the author names made from them.

use std::fmt;

use hopluu_model::{ActorId, ChangeHash, DeviceId, DocId, Signature};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// Signs for one device: an Ed25519 key made from a seed that is drawn elsewhere.
///
/// `Debug` shows the public half only. The seed leaves through [`DeviceKey::seed`] alone, for the key file.
pub struct DeviceKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    id: DeviceId,
}

impl DeviceKey {
    /// Makes the key of a seed; the same seed gives the same key for ever.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are an Ed25519 seed");
        let public = pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes");
        Self { seed, pair, id: DeviceId(public) }
    }

    /// The public half, by which the device is known.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// Signs a message. Callers sign statements that name their purpose, never bytes from outside.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.pair.sign(message);
        Signature(signature.as_ref().try_into().expect("an Ed25519 signature has 64 bytes"))
    }

    /// The secret seed, to be written to the key file and nowhere else.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }
}

impl Clone for DeviceKey {
    fn clone(&self) -> Self {
        Self::from_seed(self.seed)
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Tells whether a device signed exactly this message. Junk keys and signatures are simply `false`.
#[must_use]
pub fn verify(device: &DeviceId, message: &[u8], signature: &Signature) -> bool {
    UnparsedPublicKey::new(&ED25519, device.as_bytes()).verify(message, &signature.0).is_ok()
}

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// The eight bytes with which every actor of a device begins: the start of its public key's SHA-256.
#[must_use]
pub fn actor_prefix(device: &DeviceId) -> [u8; 8] {
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&sha256(device.as_bytes())[..8]);
    prefix
}

/// The prefix that an actor claims; whose it is, only the roster knows.
#[must_use]
pub fn prefix_of(actor: &ActorId) -> [u8; 8] {
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&actor.0[..8]);
    prefix
}

/// Names a fresh author of a device.
///
/// The random half is drawn at the first edit after every start and after every failed append, so that a
/// restored backup or a cloned card never continues an old chain.
#[must_use]
pub fn new_actor(device: &DeviceId, random: [u8; 8]) -> ActorId {
    let mut actor = [0; 16];
    actor[..8].copy_from_slice(&actor_prefix(device));
    actor[8..].copy_from_slice(&random);
    ActorId(actor)
}

/// The bytes that a device signs for one change.
///
/// Fixed length: purpose and version, collection and document (19), actor (16), sequence number (8, big
/// endian), full hash (32). The hash holds the parents, so one signature vouches for the chain so far.
#[must_use]
pub fn change_statement(doc: &DocId, actor: &ActorId, seq: u64, hash: &ChangeHash) -> Vec<u8> {
    statement("change", &[&doc.to_bytes(), actor.as_bytes(), &seq.to_be_bytes(), hash.as_bytes()])
}

/// Version of everything that is signed in this room; a new meaning takes a new number.
const STATEMENT_VERSION: u8 = 1;

/// Joins parts under a purpose, so that what was signed for one purpose never counts for another.
///
/// At most the last part may vary in length; otherwise two lists of parts could give the same bytes.
pub(crate) fn statement(purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("hopluu {purpose}\0").into_bytes();
    bytes.push(STATEMENT_VERSION);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use hopluu_model::{CollectionId, DocKind};

    use super::*;

    #[test]
    fn a_signature_counts_for_its_message_and_key_only() {
        let key = DeviceKey::from_seed([1; 32]);
        let other = DeviceKey::from_seed([2; 32]);
        let signature = key.sign(b"water");
        assert!(verify(&key.id(), b"water", &signature));
        assert!(!verify(&key.id(), b"Water", &signature));
        assert!(!verify(&other.id(), b"water", &signature));
        assert!(!verify(&DeviceId([0xff; 32]), b"water", &signature));
        assert_eq!(DeviceKey::from_seed(*key.seed()).id(), key.id());
    }

    #[test]
    fn the_seed_is_never_printed() {
        let shown = format!("{:?}", DeviceKey::from_seed([0xab; 32]));
        assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"), "{shown}");
    }

    #[test]
    fn actors_begin_with_their_device() {
        let device = DeviceKey::from_seed([3; 32]).id();
        let actor = new_actor(&device, [9; 8]);
        assert_eq!(prefix_of(&actor), actor_prefix(&device));
        assert_ne!(actor, new_actor(&device, [8; 8]));
    }

    #[test]
    fn every_part_of_a_change_is_signed() {
        let doc = |kind| DocId::new(CollectionId([1; 16]), kind);
        let base = change_statement(&doc(DocKind::Register), &ActorId([2; 16]), 3, &ChangeHash([4; 32]));
        let others = [
            change_statement(&doc(DocKind::People), &ActorId([2; 16]), 3, &ChangeHash([4; 32])),
            change_statement(&doc(DocKind::Register), &ActorId([3; 16]), 3, &ChangeHash([4; 32])),
            change_statement(&doc(DocKind::Register), &ActorId([2; 16]), 4, &ChangeHash([4; 32])),
            change_statement(&doc(DocKind::Register), &ActorId([2; 16]), 3, &ChangeHash([5; 32])),
        ];
        assert!(others.iter().all(|other| *other != base && other.len() == base.len()));
    }
}
