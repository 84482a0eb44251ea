//! How far somebody has got with a document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{ActorId, ChangeHash};

/// The end of an author chain: its highest sequence number (from 1) and that change's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Sequence number of the last change; chains are numbered from 1 without gaps.
    pub seq: u64,
    /// Hash of the last change, which through its parents vouches for all before it.
    pub hash: ChangeHash,
}

/// For each author the end of the gapless chain somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock(pub BTreeMap<ActorId, Tip>);

impl Clock {
    /// The highest sequence number held of an author; 0 when nothing is held.
    #[must_use]
    pub fn seq(&self, actor: &ActorId) -> u64 {
        self.0.get(actor).map_or(0, |tip| tip.seq)
    }

    /// Raises one author's tip; a lower one changes nothing. Returns whether the clock moved.
    pub fn raise(&mut self, actor: ActorId, tip: Tip) -> bool {
        let moved = tip.seq > self.seq(&actor);
        if moved {
            self.0.insert(actor, tip);
        }
        moved
    }

    /// Whether this clock holds everything the other one does.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(actor, tip)| self.seq(actor) >= tip.seq)
    }

    /// Total number of changes held.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.values().map(|tip| tip.seq).sum()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(ActorId, Tip)> for Clock {
    fn from_iter<T: IntoIterator<Item = (ActorId, Tip)>>(iter: T) -> Self {
        Self(iter.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raising_never_goes_back() {
        let mut clock = Clock::default();
        let tip = |seq| Tip { seq, hash: ChangeHash([u8::try_from(seq).unwrap_or(0); 32]) };
        assert!(clock.raise(ActorId([1; 16]), tip(3)));
        assert!(!clock.raise(ActorId([1; 16]), tip(2)));
        assert_eq!(clock.seq(&ActorId([1; 16])), 3);
        assert!(clock.covers(&Clock::default()));
        assert!(!Clock::default().covers(&clock));
        assert_eq!(clock.len(), 3);
    }
}
