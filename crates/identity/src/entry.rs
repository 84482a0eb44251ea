//! One entry of the roster, its bytes, and the signed head that vouches for all of them.
//!
//! Bytes of an entry: the version byte 1, then in postcard its number, the hash of the entry before, the
//! time, the body (as bytes of its own) and, where needed, the root's signature. The hash of an entry covers
//! all its bytes. A body begins with its kind; kinds and fields are only ever added at the end, so that an
//! older program can follow the chain past what it does not know.

use hopluu_model::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, Side, Signature, Timestamp, Tip};
use serde::{Deserialize, Serialize};

use crate::key::{DeviceKey, sha256, statement, verify};
use crate::letter::Letter;

/// Longest entry in bytes; longer ones are refused unread.
pub const MAX_ENTRY: usize = 32 * 1024;
/// Most chain ends in one [`Body::Revoke`]; [`revocations`] splits longer cuts.
pub const MAX_CUT: usize = 256;
/// Longest name, label, reason or address in bytes.
pub const MAX_TEXT: usize = 256;
/// Most addresses of one relay, and most relays at the founding.
pub const MAX_RELAYS: usize = 16;

const ENTRY_VERSION: u8 = 1;
const HEAD_VERSION: u8 = 1;
/// How many kinds of body this program knows; higher ones are kept as bytes.
const KNOWN_KINDS: u8 = 11;

/// What an entry says. The order of the variants is part of the format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// The province begins. Always and only the first entry; signed by the root it names.
    Found(Founding),
    /// A new province desk takes over. Signed by the root in force. Also enrols the desk as a device.
    Desk {
        /// The new desk's key.
        key: DeviceId,
        /// Where it stands.
        label: String,
    },
    /// A new root takes over. Signed by the new root, whose hash was promised before.
    NewRoot {
        /// The root that was promised.
        root: DeviceId,
        /// The promise of the one after.
        next_root: [u8; 32],
    },
    /// A relay and where it is reached; a later entry for the same key replaces the addresses, none retires it.
    Relay(RelayAt),
    /// A commune's collection; a later entry with the same id changes code and name.
    Collection {
        /// The collection.
        id: CollectionId,
        /// Official code of the commune, with leading zeros.
        commune_code: String,
        /// Name of the commune.
        name: String,
    },
    /// Issues born in this year may be written from now on.
    OpenYear {
        /// The year.
        year: u16,
    },
    /// Whoever holds the one-time key may enrol one device.
    Invitation(Invited),
    /// The device is confirmed, for life.
    Device(Enrolled),
    /// The invitation may no longer be used; devices already confirmed stay.
    Withdraw {
        /// Which invitation.
        invitation: InvitationId,
    },
    /// Nothing of this device counts beyond the cut. Several entries add up; they only ever raise the cut.
    Revoke {
        /// The device, confirmed or not.
        device: DeviceId,
        /// Up to where its chains count; a chain that is not listed does not count at all.
        cut: Vec<CutAt>,
        /// Why, in words.
        reason: String,
    },
    /// Decides a fork: of two changes with one author and number, this one counts.
    Ruling {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The number that was given twice.
        seq: u64,
        /// The change that counts.
        keep: ChangeHash,
    },
}

/// How a province begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founding {
    /// Official code of the province, with leading zeros.
    pub province_code: String,
    /// Name of the province.
    pub name: String,
    /// The province's own collection.
    pub collection: CollectionId,
    /// The offline root.
    pub root: DeviceId,
    /// [`crate::root_hash`] of the root after it.
    pub next_root: [u8; 32],
    /// The first desk: signs heads, and is the first device, with letter A.
    pub desk: DeviceId,
    /// The first relays.
    pub relays: Vec<RelayAt>,
}

/// A relay and where it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayAt {
    /// The relay's key, pinned by everybody.
    pub key: DeviceId,
    /// `host:port`, best first.
    pub addresses: Vec<String>,
}

/// Names an invitation: derived from its one-time public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InvitationId(pub [u8; 16]);

impl InvitationId {
    /// The name of the invitation that this one-time key may use up.
    #[must_use]
    pub fn of(one_time: &DeviceId) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&sha256(&statement("invitation id", &[one_time.as_bytes()]))[..16]);
        Self(id)
    }
}

/// What an invitation allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The one-time public key.
    pub key: DeviceId,
    /// The collection the device will write.
    pub collection: CollectionId,
    /// Commune or province.
    pub side: Side,
    /// The office letter, reserved from here on.
    pub letter: Letter,
    /// Where the office stands, such as `Xã Tân Lập, trụ sở 1`.
    pub label: String,
    /// Last moment of use, by the relay's clock.
    pub expires: Timestamp,
}

impl Invited {
    /// The name of this invitation.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        InvitationId::of(&self.key)
    }
}

/// A confirmed device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The device.
    pub key: DeviceId,
    /// Its collection.
    pub collection: CollectionId,
    /// Commune or province.
    pub side: Side,
    /// Its office letter.
    pub letter: Letter,
    /// Where it stands.
    pub label: String,
    /// The invitation it used up.
    pub invitation: Option<InvitationId>,
}

/// The last change of one chain that still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutAt {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// Number and hash of the last change that counts.
    pub tip: Tip,
}

/// Splits a revocation with a long cut into bodies that each fit an entry; append all, then publish the head.
#[must_use]
pub fn revocations(device: DeviceId, cut: &[CutAt], reason: &str) -> Vec<Body> {
    let body = |cut: &[CutAt]| Body::Revoke { device, cut: cut.to_vec(), reason: reason.to_owned() };
    if cut.is_empty() { vec![body(cut)] } else { cut.chunks(MAX_CUT).map(body).collect() }
}

/// A body this program knows, or the bytes of one it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Understood.
    Known(Body),
    /// Written by a newer program; carried along unread.
    Unknown(Vec<u8>),
}

/// One entry of the chain, as decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Its number, from 1 without gaps.
    pub version: u64,
    /// [`entry_hash`] of the entry before; zeros for the first.
    pub prev: [u8; 32],
    /// When the desk wrote it, by the desk's clock.
    pub at: Timestamp,
    /// What it says.
    pub content: Content,
    /// The root's signature, where the body needs one.
    pub root_signature: Option<Signature>,
}

impl RosterEntry {
    /// Encodes an entry, signed by a root when one is given.
    pub(crate) fn encode(link: (u64, [u8; 32]), at: Timestamp, body: &Body, root: Option<&DeviceKey>) -> Vec<u8> {
        let (version, prev) = link;
        let body = postcard::to_stdvec(body).expect("bodies hold nothing postcard cannot write");
        let root = root.map(|root| root.sign(&root_statement(version, &prev, at, &body)));
        let envelope = Envelope { version, prev, at, body, root };
        let bytes = postcard::to_extend(&envelope, vec![ENTRY_VERSION]);
        bytes.expect("envelopes hold nothing postcard cannot write")
    }

    /// Reads an entry; `None` for junk, for what exceeds the limits, and for other versions of the format.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[ENTRY_VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
        if bytes.len() > MAX_ENTRY {
            return None;
        }
        let (envelope, []) = postcard::take_from_bytes::<Envelope>(rest).ok()? else { return None };
        let content = if *envelope.body.first()? < KNOWN_KINDS {
            let body: Body = postcard::from_bytes(&envelope.body).ok()?;
            Content::Known(body.within_limits().then_some(body)?)
        } else {
            Content::Unknown(envelope.body)
        };
        let Envelope { version, prev, at, root, .. } = envelope;
        Some(Self { version, prev, at, content, root_signature: root })
    }
}

/// Whether a root signed the entry with these bytes.
pub(crate) fn signed_by_root(bytes: &[u8], root: &DeviceId) -> bool {
    let Some(Envelope { version, prev, at, body, root: Some(signature) }) =
        bytes.get(1..).and_then(|rest| postcard::from_bytes(rest).ok())
    else {
        return false;
    };
    verify(root, &root_statement(version, &prev, at, &body), &signature)
}

/// The hash of an entry's bytes, which the next entry and the head name.
#[must_use]
pub fn entry_hash(bytes: &[u8]) -> [u8; 32] {
    sha256(&statement("roster entry", &[bytes]))
}

/// The desk's word for a version: one signature that vouches for the whole chain up to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// Number of the last entry.
    pub version: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// By the desk in force at that version.
    pub signature: Signature,
}

impl SignedHead {
    pub(crate) fn sign(version: u64, hash: [u8; 32], desk: &DeviceKey) -> Self {
        Self { version, hash, signature: desk.sign(&head_statement(version, &hash)) }
    }

    /// Whether this desk signed it.
    #[must_use]
    pub fn signed_by(&self, desk: &DeviceId) -> bool {
        verify(desk, &head_statement(self.version, &self.hash), &self.signature)
    }

    /// A version byte and postcard.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![HEAD_VERSION]).expect("heads hold nothing postcard cannot write")
    }

    /// Reads what [`SignedHead::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[HEAD_VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
        let (head, []) = postcard::take_from_bytes(rest).ok()? else { return None };
        Some(head)
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    version: u64,
    prev: [u8; 32],
    at: Timestamp,
    body: Vec<u8>,
    root: Option<Signature>,
}

fn root_statement(version: u64, prev: &[u8; 32], at: Timestamp, body: &[u8]) -> Vec<u8> {
    statement("roster root", &[&version.to_be_bytes(), prev, &at.0.to_be_bytes(), body])
}

fn head_statement(version: u64, hash: &[u8; 32]) -> Vec<u8> {
    statement("roster head", &[&version.to_be_bytes(), hash])
}

impl Body {
    /// Whether lists and texts are short enough to be written and read.
    pub(crate) fn within_limits(&self) -> bool {
        let short = |text: &String| text.len() <= MAX_TEXT;
        let relay = |relay: &RelayAt| relay.addresses.len() <= MAX_RELAYS && relay.addresses.iter().all(short);
        match self {
            Self::Found(founding) => {
                short(&founding.province_code)
                    && short(&founding.name)
                    && founding.relays.len() <= MAX_RELAYS
                    && founding.relays.iter().all(relay)
            }
            Self::Relay(at) => relay(at),
            Self::Collection { commune_code, name, .. } => short(commune_code) && short(name),
            Self::Desk { label, .. } => short(label),
            Self::Invitation(invited) => short(&invited.label),
            Self::Device(enrolled) => short(&enrolled.label),
            Self::Revoke { cut, reason, .. } => cut.len() <= MAX_CUT && short(reason),
            Self::NewRoot { .. } | Self::OpenYear { .. } | Self::Withdraw { .. } | Self::Ruling { .. } => true,
        }
    }
}
