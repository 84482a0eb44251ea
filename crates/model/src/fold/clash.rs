//! What cannot both hold, until somebody named settles it.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

use crate::digest;
use crate::id::{ActorId, DocId, EventId, RecordId};
use crate::record::{Event, Field, Role, Side, Snapshot, Stamp, Value};

/// Names a clash: the same on every machine that sees the same options, another as soon as an option is added.
///
/// Whoever settles by key therefore never overwrites what they have not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClashKey([u8; 10]);

impl ClashKey {
    fn of(kind: ClashKind, record: RecordId, options: &[ClashOption]) -> Self {
        let mut parts: Vec<Vec<u8>> = options.iter().map(ClashOption::identity).collect();
        parts.sort_unstable();
        parts.dedup();
        parts.push(kind.slug().into_bytes());
        parts.push(record.0.to_vec());
        let hash = digest::fnv128(parts.iter().map(Vec::as_slice)).to_be_bytes();
        let mut key = [0; 10];
        key.copy_from_slice(&hash[..10]);
        Self(key)
    }
}

/// Four groups of four: `k7m2-...`, for addresses and the telephone.
impl fmt::Display for ClashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32_NOPAD.encode(&self.0).to_ascii_lowercase();
        let groups: Vec<_> = (0..4).map(|group| &text[group * 4..group * 4 + 4]).collect();
        f.write_str(&groups.join("-"))
    }
}

/// Says that a text names no clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a clash")]
pub struct BadClashKey;

impl FromStr for ClashKey {
    type Err = BadClashKey;

    fn from_str(text: &str) -> Result<Self, BadClashKey> {
        let plain: String = text.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let bytes = BASE32_NOPAD.decode(plain.as_bytes()).map_err(|_| BadClashKey)?;
        Ok(Self(bytes.try_into().map_err(|_| BadClashKey)?))
    }
}

/// What cannot both hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClashKind {
    /// An issue reopened beside solved or withdrawn.
    IssueReopened,
    /// An issue called a double or refused beside work on it.
    IssueRefused,
    /// An issue given to two departments.
    IssueLead,
    /// An issue put into two categories.
    IssueCategory,
    /// A merger passed beside withdrawn, failed or annulled.
    MergerOutcome,
    /// A merger agreed to beside failed.
    MergerConsent,
    /// A merger passed twice on different terms.
    MergerTerms,
    /// A merger asked about or passed for another list of units than it has now.
    MergerSources,
    /// One unit in two passed mergers.
    UnitTwice,
    /// Passed mergers that lead round in a ring.
    MergerRing,
    /// More people in a post than may hold it.
    PostHolders,
    /// Somebody who left and holds a post later.
    LeaverHolds,
    /// One person left twice, on other days or for other reasons.
    LeaverTwice,
    /// Two records of what may be one person.
    PersonTwice,
    /// One function in two buildings.
    SiteFunction,
    /// One field written by two who did not know of each other.
    SameField(Field),
}

impl ClashKind {
    pub(super) fn settler(self) -> Settler {
        match self {
            Self::IssueRefused | Self::IssueLead | Self::IssueCategory => Settler::TRIAGE,
            _ => Settler::LEADER,
        }
    }
}

/// Who may settle a clash. The side is enforced by every machine, the role by the form. The province's admin may
/// settle what a commune leaves lying, with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Settler {
    /// The side.
    pub side: Side,
    /// The role.
    pub role: Role,
}

impl Settler {
    /// The commune's leader.
    pub const LEADER: Self = Self { side: Side::Commune, role: Role::Leader };
    /// Triage of the province.
    pub const TRIAGE: Self = Self { side: Side::Province, role: Role::Triage };
    /// The province's admin.
    pub const ADMIN: Self = Self { side: Side::Province, role: Role::Admin };

    /// Whether a side may settle, given whether it names a reason.
    #[must_use]
    pub fn admits(self, side: Side, with_reason: bool) -> bool {
        side == self.side || (side == Side::Province && with_reason)
    }
}

/// One of the things that cannot all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClashOption {
    /// The value of a field, or the records that are chosen together; [`Value::Empty`] where an event or one record
    /// is chosen.
    pub value: Value,
    /// The event that says it, where there is one.
    pub event: Option<EventId>,
    /// The record on which a settlement for this option is written.
    pub record: RecordId,
    /// What a settlement names when it weighs this option: ids of events or records; empty for values of a field.
    pub claims: Vec<RecordId>,
    /// The state events a settlement for this option follows.
    pub after: Vec<EventId>,
    /// The author chain it came by.
    pub actor: ActorId,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// What the option is.
    pub text: Said,
}

/// One sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Said {
    /// Says something in both languages.
    #[must_use]
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// A name or a number, which both languages say alike.
    #[must_use]
    pub fn both(text: &str) -> Self {
        Self::new(text, text)
    }
}

impl ClashOption {
    pub(super) fn event(event: &Event, after: &[EventId], text: Said) -> Self {
        Self {
            value: Value::Empty,
            event: Some(event.id),
            record: event.record,
            claims: vec![RecordId(event.id.0)],
            after: after.to_vec(),
            actor: event.actor,
            stamp: event.stamp.clone(),
            text,
        }
    }

    pub(super) fn record(snapshot: &Snapshot, claims: Vec<RecordId>, text: Said) -> Self {
        Self {
            value: Value::Empty,
            event: None,
            record: snapshot.id,
            claims,
            after: Vec::new(),
            actor: snapshot.actor,
            stamp: snapshot.stamp.clone(),
            text,
        }
    }

    fn identity(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.claims.iter().flat_map(|claim| claim.0).collect();
        if self.claims.is_empty() {
            bytes.extend_from_slice(&self.actor.0);
            bytes.extend_from_slice(&self.stamp.at.0.to_be_bytes());
            bytes.extend_from_slice(format!("{:?}", self.value).as_bytes());
        }
        bytes
    }
}

/// Things that cannot all hold, and who settles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Its name.
    pub key: ClashKey,
    /// What sort it is.
    pub kind: ClashKind,
    /// The record it is listed under.
    pub record: RecordId,
    /// That record's document.
    pub doc: DocId,
    /// What may be chosen; at least two, but one for [`ClashKind::MergerSources`], which is to be confirmed.
    pub options: Vec<ClashOption>,
    /// Who may settle it.
    pub settles: Settler,
    /// What else tells it apart: the function of [`ClashKind::SiteFunction`]; else empty.
    pub topic: String,
}

impl Clash {
    pub(super) fn new(kind: ClashKind, record: RecordId, doc: DocId, mut options: Vec<ClashOption>) -> Self {
        options.sort_by_cached_key(ClashOption::identity);
        let key = ClashKey::of(kind, record, &options);
        Self { key, kind, record, doc, options, settles: kind.settler(), topic: String::new() }
    }

    /// Tells clashes of the same options apart, as when two buildings claim two functions.
    pub(super) fn set_topic(&mut self, topic: &str) {
        topic.clone_into(&mut self.topic);
        let hash = digest::fnv128([&self.key.0[..], topic.as_bytes()]).to_be_bytes();
        self.key.0.copy_from_slice(&hash[..10]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        let key = ClashKey([7, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
        let text = key.to_string();
        assert_eq!(text.len(), 19);
        assert_eq!(text.to_uppercase().replace('-', "").parse(), Ok(key));
        for junk in ["", "abcd", "not a key at all!", "aaaa-aaaa-aaaa-aaaa-aaaa"] {
            assert_eq!(junk.parse::<ClashKey>(), Err(BadClashKey), "{junk}");
        }
    }
}
