//! Names of documents, authors, records and changes.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};

use crate::digest;

/// The largest change that may exist, in raw bytes. Limits of texts keep every edit below it.
pub const MAX_CHANGE: usize = 16 * 1024;

/// Says that a text is no identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {what}")]
pub struct BadId {
    /// The kind of identifier that was expected.
    pub what: &'static str,
    /// The text that was given, cut to 64 characters.
    pub text: String,
}

fn bad(what: &'static str, text: &str) -> BadId {
    BadId { what, text: text.chars().take(64).collect() }
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Borrows the raw bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Reads raw bytes; `None` when the length differs.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Some(Self(bytes.try_into().ok()?))
            }

            /// The first eight hexadecimal digits, for logs and lists.
            #[must_use]
            pub fn short(&self) -> String {
                HEXLOWER_PERMISSIVE.encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER_PERMISSIVE.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.short())
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| bad($what, text))?;
                Self::from_slice(&bytes).ok_or_else(|| bad($what, text))
            }
        }
    };
}

bytes_id!(
    /// All documents of one commune, or of the province. Random; codes and names are its attributes.
    CollectionId, 16, "collection id");
bytes_id!(
    /// The author of a gapless chain of changes: 8 bytes of the device key's hash, 8 random bytes.
    ActorId, 16, "actor id");
bytes_id!(
    /// A record inside a document: 128 random bits.
    RecordId, 16, "record id");

impl RecordId {
    /// The id of what follows from this record: always the same for one label, so that a repetition adds nothing.
    #[must_use]
    pub fn derived(self, label: &str) -> Self {
        Self(digest::fnv128([&self.0[..], label.as_bytes()]).to_be_bytes())
    }
}
bytes_id!(
    /// An event inside a document: 128 random bits.
    EventId, 16, "event id");
bytes_id!(
    /// The SHA-256 by which automerge names a change.
    ChangeHash, 32, "change hash");
bytes_id!(
    /// A picture: the SHA-256 of its bytes. The same bytes are the same picture everywhere.
    PictureId, 32, "picture id");

/// The largest picture that is kept and travels, in bytes.
pub const MAX_PICTURE: usize = 512 * 1024;
/// How much of a picture travels, and is written, at once.
pub const PIECE: usize = 16 * 1024;

/// How many pieces a picture of so many bytes has.
#[must_use]
pub fn pieces_of(size: u32) -> u32 {
    size.div_ceil(PIECE as u32)
}

/// A picture of a collection: who may see it is a matter of the collection, so equal bytes of two are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PictureKey {
    /// Whose picture it is.
    pub collection: CollectionId,
    /// Which one.
    pub id: PictureId,
}

impl fmt::Display for PictureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/picture-{}", self.collection.short(), self.id.short())
    }
}

/// A machine: its Ed25519 public key. Written in base32, because people compare it by eye.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub [u8; 32]);

impl DeviceId {
    /// Borrows the raw public key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first eight base32 characters, for logs and lists.
    #[must_use]
    pub fn short(&self) -> String {
        BASE32_NOPAD.encode(&self.0[..5])
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({})", self.short())
    }
}

impl FromStr for DeviceId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let upper = text.trim().to_ascii_uppercase();
        let bytes = BASE32_NOPAD.decode(upper.as_bytes()).map_err(|_| bad("device id", text))?;
        Ok(Self(bytes.try_into().map_err(|_| bad("device id", text))?))
    }
}

/// An Ed25519 signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", HEXLOWER_PERMISSIVE.encode(&self.0[..4]))
    }
}

impl Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (left, right) = self.0.split_at(32);
        let halves: (&[u8; 32], &[u8; 32]) =
            (left.try_into().map_err(serde::ser::Error::custom)?, right.try_into().map_err(serde::ser::Error::custom)?);
        halves.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (left, right) = <([u8; 32], [u8; 32])>::deserialize(deserializer)?;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&left);
        bytes[32..].copy_from_slice(&right);
        Ok(Self(bytes))
    }
}

/// Which document of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DocKind {
    /// The commune itself, units, mergers, sites.
    Register,
    /// Persons and what they hold: the only place with personal data.
    People,
    /// Issues born in a year.
    Issues(u16),
    /// What the province gives to all: categories, departments, notices.
    Bulletin,
}

impl DocKind {
    /// Three bytes: a tag and, for issues, the year in big endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 3] {
        match self {
            Self::Register => [0, 0, 0],
            Self::People => [1, 0, 0],
            Self::Issues(year) => {
                let [high, low] = year.to_be_bytes();
                [2, high, low]
            }
            Self::Bulletin => [3, 0, 0],
        }
    }

    /// Reads what [`DocKind::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 3]) -> Option<Self> {
        match bytes {
            [0, 0, 0] => Some(Self::Register),
            [1, 0, 0] => Some(Self::People),
            [2, high, low] => Some(Self::Issues(u16::from_be_bytes([high, low]))),
            [3, 0, 0] => Some(Self::Bulletin),
            _ => None,
        }
    }
}

impl fmt::Display for DocKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register => f.write_str("register"),
            Self::People => f.write_str("people"),
            Self::Issues(year) => write!(f, "issues-{year}"),
            Self::Bulletin => f.write_str("bulletin"),
        }
    }
}

/// One document: its collection and its kind. Nothing else is needed to make its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocId {
    /// Whose document it is.
    pub collection: CollectionId,
    /// Which one.
    pub kind: DocKind,
}

impl DocId {
    /// Length of [`DocId::to_bytes`].
    pub const LEN: usize = 19;

    /// Names a document.
    #[must_use]
    pub fn new(collection: CollectionId, kind: DocKind) -> Self {
        Self { collection, kind }
    }

    /// Collection, then kind: sorts documents of one collection together.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..16].copy_from_slice(&self.collection.0);
        bytes[16..].copy_from_slice(&self.kind.to_bytes());
        bytes
    }

    /// Reads what [`DocId::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let (collection, kind) = bytes.split_at_checked(16)?;
        Some(Self {
            collection: CollectionId::from_slice(collection)?,
            kind: DocKind::from_bytes(kind.try_into().ok()?)?,
        })
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.collection.short(), self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_survive_their_bytes() {
        for kind in [DocKind::Register, DocKind::People, DocKind::Issues(2026), DocKind::Bulletin] {
            let doc = DocId::new(CollectionId([7; 16]), kind);
            assert_eq!(DocId::from_slice(&doc.to_bytes()), Some(doc));
        }
        assert_eq!(DocId::from_slice(&[0; 18]), None);
        assert_eq!(DocKind::from_bytes([9, 0, 0]), None);
    }

    #[test]
    fn texts_are_read_back_and_junk_is_named() {
        let device = DeviceId([3; 32]);
        assert_eq!(device.to_string().to_lowercase().parse(), Ok(device));
        let picture = PictureId([0xab; 32]);
        assert_eq!((picture.to_string().parse(), picture.to_string().len()), (Ok(picture), 64));
        let error = "không".parse::<RecordId>().unwrap_err();
        assert_eq!(error.to_string(), "\"không\" is not a valid record id");
    }
}
