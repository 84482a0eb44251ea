//! The roster: the province's signed, hash-chained log.
//!
//! The root signs the founding and whoever replaces the desk; the desk signs the head, and thereby all
//! entries. Whoever holds a roster knows one thing beforehand: the [`Anchor`] from the invitation. What
//! travels is the entries after a version and the newest head.

use hopluu_model::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::chain::{Link, Run, Signing, check_root, signing_root};
use crate::entry::{Body, Content, Founding, MAX_ENTRY, RosterEntry, SignedHead, entry_hash};
use crate::key::{DeviceKey, sha256, statement};
use crate::ledger::Ledger;
use crate::refusal::{Fault, RosterError};

/// Most entries that [`Roster::extend`] takes at once.
pub const MAX_ENTRIES: usize = 65_536;

/// What a newcomer knows of a province before it has seen the roster: one hash over a root and its promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Anchor(pub [u8; 32]);

impl Anchor {
    /// Joins a root and the promise of the next.
    #[must_use]
    pub fn of(root: &DeviceId, next_root: &[u8; 32]) -> Self {
        Self(sha256(&statement("anchor", &[root.as_bytes(), next_root])))
    }
}

/// What an extension changed, so that the caller can look again at what it refused or showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extended {
    /// Version before.
    pub from: u64,
    /// Version now; equal to `from` when nothing was new.
    pub to: u64,
    /// The new bodies in order, without those this program does not know.
    pub bodies: Vec<Body>,
}

/// The chain, its newest head, and what it all adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    anchor: Anchor,
    chain: Vec<Link>,
    head: Option<SignedHead>,
    pub(crate) ledger: Ledger,
}

impl Roster {
    /// An empty roster that will take the chain under this anchor only.
    #[must_use]
    pub fn new(anchor: Anchor) -> Self {
        Self { anchor, chain: Vec::new(), head: None, ledger: Ledger::default() }
    }

    /// Founds a province.
    ///
    /// # Errors
    /// When a key is not the one the founding names, or a text is too long.
    pub fn found(founding: Founding, at: Timestamp, root: &DeviceKey, desk: &DeviceKey) -> Result<Self, RosterError> {
        if founding.root != root.id() {
            return Err(RosterError::NotTheSigner);
        }
        let mut roster = Self::new(Anchor::of(&founding.root, &founding.next_root));
        let body = Body::Found(founding);
        if !body.within_limits() {
            return Err(RosterError::Fault(Fault::TooLong));
        }
        roster.write(&body, at, Some(root), desk)?;
        Ok(roster)
    }

    /// Appends an entry of the desk and signs the new head.
    ///
    /// The caller puts entry and head on disk before anybody sees them: a desk that forgets what it
    /// published and writes that version anew raises the alarm everywhere.
    ///
    /// # Errors
    /// When the key is not the desk's, the body needs the root, or it would not do what is meant.
    pub fn append(&mut self, body: &Body, at: Timestamp, desk: &DeviceKey) -> Result<Extended, RosterError> {
        if signing_root(body).is_some() || self.ledger.desk() != Some(desk.id()) {
            return Err(RosterError::NotTheSigner);
        }
        self.checked_write(body, at, None, desk)
    }

    /// Appends an entry that needs the root: a new desk (which signs the head itself), or the promised root.
    ///
    /// # Errors
    /// When root or desk are not the ones in force after the entry, or the body needs no root.
    pub fn append_as_root(
        &mut self,
        body: &Body,
        at: Timestamp,
        root: &DeviceKey,
        desk: &DeviceKey,
    ) -> Result<Extended, RosterError> {
        let expected = match signing_root(body) {
            Some(Signing::Itself(named)) => Some(named),
            Some(Signing::InForce) => self.ledger.root(),
            None => None,
        };
        let seated = if let Body::Desk { key, .. } = body { Some(*key) } else { self.ledger.desk() };
        if expected != Some(root.id()) || seated != Some(desk.id()) {
            return Err(RosterError::NotTheSigner);
        }
        self.checked_write(body, at, Some(root), desk)
    }

    /// The raw entries after a version, in order; travels together with [`Roster::head`].
    pub fn entries_after(&self, version: u64) -> impl Iterator<Item = &[u8]> {
        let skip = usize::try_from(version).unwrap_or(usize::MAX);
        self.chain.iter().skip(skip).map(|link| link.bytes.as_slice())
    }

    /// Takes entries (which may overlap with what is held) that end at a signed head.
    ///
    /// All or nothing. Takes a chain only as long as it is the same as ours so far; older heads of our own
    /// chain change nothing; whoever vouches as the desk for another one raises the alarm.
    ///
    /// # Errors
    /// See [`RosterError`]; the roster is then unchanged.
    pub fn extend<E: AsRef<[u8]>>(&mut self, entries: &[E], head: &SignedHead) -> Result<Extended, RosterError> {
        let have = self.version();
        if entries.len() > MAX_ENTRIES {
            return Err(RosterError::TooMany);
        }
        let Some(run) = Run::read(entries, have)? else { return self.judge_head(head) };
        run.ends_at(head)?;
        if let Some((version, ours, theirs)) = self.divergence(&run) {
            return Err(self.alarm_or(head, (version, ours, theirs), RosterError::Broken { version }));
        }
        let (mut ledger, mut bodies) = (self.ledger.clone(), Vec::new());
        let new: Vec<_> = run.links.into_iter().filter(|(entry, _)| entry.version > have).collect();
        if new.is_empty() {
            return self.judge_head(head);
        }
        for (entry, link) in &new {
            match &entry.content {
                Content::Unknown(_) if entry.version == 1 => return Err(RosterError::Foreign),
                Content::Unknown(_) => ledger.unread += 1,
                Content::Known(body) => {
                    check_root(&ledger, entry.version, body, &link.bytes)?;
                    ledger.fold(entry.version, body);
                    bodies.push(body.clone());
                }
            }
        }
        if !ledger.roots.iter().any(|(root, next)| Anchor::of(root, next) == self.anchor) {
            return Err(RosterError::Foreign);
        }
        if !ledger.desk().is_some_and(|desk| head.signed_by(&desk)) {
            return Err(RosterError::HeadSignature { version: head.version });
        }
        self.ledger = ledger;
        self.chain.extend(new.into_iter().map(|(_, link)| link));
        self.head = Some(head.clone());
        Ok(Extended { from: have, to: self.version(), bodies })
    }

    /// Number of the last entry; 0 when nothing is held yet.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.chain.len() as u64
    }

    /// The newest head, once anything is held.
    #[must_use]
    pub fn head(&self) -> Option<&SignedHead> {
        self.head.as_ref()
    }

    /// The hash of an entry; zeros for version 0, `None` beyond the head.
    #[must_use]
    pub fn hash_at(&self, version: u64) -> Option<[u8; 32]> {
        let Some(before) = version.checked_sub(1) else { return Some([0; 32]) };
        Some(self.chain.get(usize::try_from(before).ok()?)?.hash)
    }

    /// The anchor for new invitations: the root in force and its promise.
    #[must_use]
    pub fn anchor(&self) -> Anchor {
        self.ledger.roots.last().map_or(self.anchor, |(root, next)| Anchor::of(root, next))
    }

    /// The decoded entries after a version, for lists of what the desk did.
    pub fn read_after(&self, version: u64) -> impl Iterator<Item = RosterEntry> {
        self.entries_after(version).filter_map(RosterEntry::decode)
    }

    fn checked_write(
        &mut self,
        body: &Body,
        at: Timestamp,
        root: Option<&DeviceKey>,
        desk: &DeviceKey,
    ) -> Result<Extended, RosterError> {
        match self.ledger.fault(body) {
            Some(fault) => Err(RosterError::Fault(fault)),
            None => self.write(body, at, root, desk),
        }
    }

    fn write(
        &mut self,
        body: &Body,
        at: Timestamp,
        root: Option<&DeviceKey>,
        desk: &DeviceKey,
    ) -> Result<Extended, RosterError> {
        let version = self.version() + 1;
        let prev = self.chain.last().map_or([0; 32], |link| link.hash);
        let bytes = RosterEntry::encode((version, prev), at, body, root);
        if bytes.len() > MAX_ENTRY {
            return Err(RosterError::Fault(Fault::TooLong));
        }
        let head = SignedHead::sign(version, entry_hash(&bytes), desk);
        // The same door as for everybody: what the desk writes, all others will take.
        self.extend(&[bytes], &head)
    }

    /// Decides on a head without new entries.
    fn judge_head(&self, head: &SignedHead) -> Result<Extended, RosterError> {
        let have = self.version();
        match self.hash_at(head.version) {
            None => Err(RosterError::Gap { have }),
            Some(ours) if ours == head.hash => Ok(Extended { from: have, to: have, bodies: Vec::new() }),
            Some(ours) => {
                let version = head.version;
                Err(self.alarm_or(head, (version, ours, head.hash), RosterError::HeadSignature { version }))
            }
        }
    }

    /// The first place where a run contradicts what is held.
    fn divergence(&self, run: &Run) -> Option<(u64, [u8; 32], [u8; 32])> {
        let before = run.first().saturating_sub(1);
        let ends = std::iter::once((before, run.prev()));
        let links = run.links.iter().map(|(entry, link)| (entry.version, link.hash));
        ends.chain(links).find_map(|(version, theirs)| {
            let ours = self.hash_at(version)?;
            (ours != theirs).then_some((version, ours, theirs))
        })
    }

    /// Junk from anybody is only junk; it is an alarm when one of the province's desks vouched for it.
    ///
    /// A desk that was replaced and revoked can raise none, so a stolen key does not stop the province for ever.
    fn alarm_or(&self, head: &SignedHead, at: (u64, [u8; 32], [u8; 32]), otherwise: RosterError) -> RosterError {
        let (version, ours, theirs) = at;
        if self.desks().any(|desk| !self.is_revoked(&desk) && head.signed_by(&desk)) {
            RosterError::Alarm { version, ours, theirs, head: Box::new(head.clone()) }
        } else {
            otherwise
        }
    }
}
