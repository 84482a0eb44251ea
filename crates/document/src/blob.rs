//! Bytes of creations, values and events inside a document.
//!
//! Each blob: one byte 0 (*plain*), one byte layout version, then postcard. Readers skip blobs of a
//! later version and of a sealing they do not know; they stay in the document untouched.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use hopluu_model::{By, EventId, EventKind, Field, Kind, RecordId, Role, Stamp, Timestamp, Value};
use serde::{Deserialize, Serialize};

const PLAIN: u8 = 0;
const VERSION: u8 = 1;

/// What is written once when a record begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creation {
    /// What the record is.
    pub kind: Kind,
    /// Entered when and by whom.
    pub stamp: Entered,
    /// Its first values.
    pub fields: Vec<(Field, Value)>,
}

/// A value that replaced an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetValue {
    /// Entered when and by whom.
    pub stamp: Entered,
    /// The value.
    pub value: Value,
}

/// An event as it lies in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBlob {
    /// The record it happened to.
    pub record: RecordId,
    /// What happened.
    pub kind: EventKind,
    /// Entered when and by whom.
    pub stamp: Entered,
    /// State events seen.
    pub after: Vec<EventId>,
    /// What it says.
    pub fields: Vec<(Field, Value)>,
}

/// A [`Stamp`] on disk: the moment, the name, the role's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered(i64, String, Role);

impl Entered {
    /// The same a millisecond later.
    pub(crate) fn a_moment_later(self) -> Self {
        Self(self.0.saturating_add(1), self.1, self.2)
    }
}

impl From<&Stamp> for Entered {
    fn from(stamp: &Stamp) -> Self {
        Self(stamp.at.0, stamp.by.name.clone(), stamp.by.role)
    }
}

impl From<Entered> for Stamp {
    fn from(Entered(at, name, role): Entered) -> Self {
        Self { at: Timestamp(at), by: By { name, role } }
    }
}

/// Writes a blob.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![PLAIN, VERSION]).expect("writing to memory cannot fail")
}

/// Reads a blob; `None` for a sealed one, a later version, or junk.
#[must_use]
pub fn decode<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Option<T> {
    match bytes {
        [PLAIN, VERSION, body @ ..] => postcard::from_bytes(body).ok(),
        _ => None,
    }
}

/// The last value given to a field at creation wins, as it would in a form.
#[must_use]
pub fn by_field(fields: Vec<(Field, Value)>) -> BTreeMap<Field, Value> {
    fields.into_iter().collect()
}

/// The key of a record or event: its 16 bytes in base64url, 22 characters.
#[must_use]
pub fn key(id: &[u8; 16]) -> String {
    BASE64URL_NOPAD.encode(id)
}

/// Reads a key; `None` when it is none of ours.
#[must_use]
pub fn read_key(key: &str) -> Option<[u8; 16]> {
    BASE64URL_NOPAD.decode(key.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_sealed_and_later_blobs_are_skipped() {
        let value = SetValue {
            stamp: Entered(5, "van-thu".into(), Role::Clerk),
            value: Value::Text("Tổ dân phố 2".into()),
        };
        let bytes = encode(&value);
        assert_eq!(decode::<SetValue>(&bytes), Some(value));
        assert_eq!(decode::<SetValue>(&[]), None);
        assert_eq!(decode::<SetValue>(&[1, 1, 0]), None);
        assert_eq!(decode::<SetValue>(&[0, 2, 0]), None);
        assert_eq!(decode::<SetValue>(&bytes[..bytes.len() - 3]), None);
        assert_eq!(read_key(&key(&[9; 16])), Some([9; 16]));
        assert_eq!(read_key("xyz"), None);
    }
}
