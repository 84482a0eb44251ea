//! One machine of the world with its disk, its papers, its clock and what was promised at it.

use hopluu_model::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, Side, Tick, Timestamp};
use hopluu_office::Office;

use crate::machine::{Disk, Machine, Papers};

/// A machine of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub(crate) usize);

/// The true time at the beginning of every world: 22 November 2026 in the morning.
pub const BEGINNING: Timestamp = Timestamp(1_795_309_200_000);

/// How wrong a wall clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallClock {
    /// Wrong by so many milliseconds.
    Off(i64),
    /// It began at 1970 when the machine was started.
    Since1970,
}

/// An edit of which a page said *saved here*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// Where it was typed.
    pub at: PeerId,
    /// The document.
    pub doc: DocId,
    /// The author chain.
    pub actor: ActorId,
    /// Its number there.
    pub seq: u64,
    /// Its hash.
    pub hash: ChangeHash,
    /// Whether every disk that held it is gone; nobody can be asked for it.
    pub gone: bool,
}

/// A machine of the world.
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) device: DeviceId,
    pub(crate) disk: Disk,
    pub(crate) papers: Papers,
    pub(crate) machine: Option<Machine>,
    /// Its store failed; it is opened again by itself.
    pub(crate) is_broken: bool,
    pub(crate) clock: WallClock,
    /// When it was started last.
    pub(crate) started: Tick,
    /// Counts starts; events of an earlier life are dropped.
    pub(crate) life: u32,
    pub(crate) wake_at: Option<Tick>,
    pub(crate) commit_due: bool,
    /// Typed and not yet committed.
    pub(crate) typed: Vec<Promise>,
    /// Somebody damaged its disk: it may miss what it promised, and says so.
    pub(crate) is_damaged: bool,
    /// A relay that is no longer there once the weather is fine.
    pub(crate) is_passing: bool,
    /// Its power fails with the next sync that does.
    pub(crate) dies_in_sync: bool,
    /// Nobody meant to let it in.
    pub(crate) is_stranger: bool,
    /// The text it joined by.
    pub(crate) invitation: Option<String>,
    /// It stands still until then.
    pub(crate) paused_until: Tick,
    /// Packs of its lines that somebody on the way kept.
    pub(crate) overheard: Vec<Vec<u8>>,
    /// Power fails before this output from now on.
    pub(crate) power_fails_in: Option<u64>,
    /// The relay takes its early data next time.
    pub(crate) has_ticket: bool,
    /// Running number of issues.
    pub(crate) issues: u32,
    /// What it writes, as its invitation says.
    pub(crate) home: Option<Home>,
}

/// What an office writes.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) collection: CollectionId,
    /// Official code of commune or province.
    pub(crate) code: String,
    /// Its office letter.
    pub(crate) letter: String,
    pub(crate) side: Side,
}

impl Peer {
    pub(crate) fn new(name: &str, papers: Papers) -> Self {
        Self {
            name: name.to_owned(),
            device: papers.key.id(),
            disk: Disk::default(),
            papers,
            machine: None,
            is_broken: false,
            clock: WallClock::Off(0),
            started: Tick(0),
            life: 0,
            wake_at: None,
            commit_due: false,
            typed: Vec::new(),
            is_damaged: false,
            is_passing: false,
            dies_in_sync: false,
            is_stranger: false,
            invitation: None,
            paused_until: Tick(0),
            overheard: Vec::new(),
            power_fails_in: None,
            has_ticket: false,
            issues: 0,
            home: None,
        }
    }

    pub(crate) fn wall(&self, now: Tick) -> Timestamp {
        let since = |tick: u64| i64::try_from(tick).unwrap_or(i64::MAX);
        match self.clock {
            WallClock::Off(off) => Timestamp(BEGINNING.0 + since(now.0) + off),
            WallClock::Since1970 => Timestamp(since(now.since(self.started))),
        }
    }

    pub(crate) fn office(&self) -> Option<&Office> {
        match &self.machine {
            Some(Machine::Office(office)) => Some(office),
            Some(Machine::Relay(_)) | None => None,
        }
    }

    pub(crate) fn office_mut(&mut self) -> Option<&mut Office> {
        match &mut self.machine {
            Some(Machine::Office(office)) => Some(office),
            Some(Machine::Relay(_)) | None => None,
        }
    }
}
