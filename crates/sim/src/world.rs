//! The world: machines, lines and one queue of what happens next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use hopluu_identity::{Notice, RootKey};
use hopluu_mailbox::Mailbox;
use hopluu_model::{ActorId, CollectionId, DocId, Edit, PictureKey, Side, Tick, Timestamp};
use hopluu_office::{Office, OfficeError, Submitted};
use hopluu_sync::LineState;

use crate::dice::Dice;
use crate::expected::Memory;
use crate::hazard::Fired;
use crate::lines::{End, Lines};
use crate::log::EventLog;
use crate::machine::{Disk, Machine, Papers};
use crate::peer::{BEGINNING, Peer, PeerId, Promise, WallClock};
use crate::pictures::Hung;

/// Something that happens at its time.
pub(crate) enum Happening {
    /// A machine asked to be woken.
    Wake { peer: PeerId, life: u32 },
    /// A machine commits what it took.
    Commit { peer: PeerId, life: u32 },
    /// A machine tries to open its store again.
    Recover { peer: PeerId, life: u32 },
    /// A dial came to nothing.
    DialFailed { peer: PeerId, life: u32 },
    /// An end of a line is told that it is up.
    Up { conn: u64, end: End },
    /// Its early data was refused.
    EarlyRejected { conn: u64 },
    /// An end of a line is told that the handshake is complete.
    Confirmed { conn: u64, end: End },
    /// A frame left its sender's queue.
    Drained { conn: u64, end: End, class: u8, bytes: usize },
    /// A frame arrives.
    Frame { conn: u64, end: End, bytes: Vec<u8> },
    /// An end of a line is told that it is over.
    Down { conn: u64, end: End },
    /// A goodbye had its time.
    Closed { conn: u64 },
    /// Somebody sends a copy of early data again.
    Replay { conn: u64 },
    /// Nothing was heard on a line for too long.
    Break { conn: u64 },
    /// A line that is there for a part of every hour comes or goes.
    Flap { peer: PeerId, up: bool },
}

/// Where the world bends the code of the house on purpose: what takes longer, stops short or gets less room than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whims {
    /// How many of a hundred commits take seconds.
    pub slow_commit_percent: u64,
    /// How many of a hundred drains stop after a few outputs; the rest comes later.
    pub short_batch_percent: u64,
    /// How many of a hundred wakes come late.
    pub late_wake_percent: u64,
    /// How many bytes of documents an office keeps open.
    pub cache_bytes: usize,
    /// How long a segment of the journal is.
    pub segment_bytes: u64,
    /// How many bytes of index wait in memory, to be lost with the power.
    pub behind_bytes: usize,
}

impl Default for Whims {
    fn default() -> Self {
        Self {
            slow_commit_percent: 0,
            short_batch_percent: 0,
            late_wake_percent: 0,
            cache_bytes: 2 * 1024 * 1024,
            // Small, so that short stories fill several.
            segment_bytes: 64 * 1024,
            behind_bytes: 16 * 1024,
        }
    }
}

/// A province in memory, driven by one seed on a virtual clock.
///
/// Nothing happens but through [`World::run_for`] and its sisters; between two calls a story types edits, cuts lines
/// and pulls plugs. The same seed and the same calls give the same [`World::log`], byte for byte.
pub struct World {
    pub(crate) now: Tick,
    pub(crate) dice: Dice,
    pub(crate) peers: Vec<Peer>,
    pub(crate) lines: Lines,
    pub(crate) log: EventLog,
    pub(crate) queue: BTreeMap<(Tick, u64), Happening>,
    order: u64,
    pub(crate) promises: Vec<Promise>,
    /// What was typed, for working out what must be shown of it.
    pub(crate) memory: Memory,
    pub(crate) violations: Vec<String>,
    pub(crate) notices: Vec<(PeerId, Notice)>,
    pub(crate) alarms: Vec<(PeerId, String)>,
    /// The furthest the relay ever held a chain on disk.
    pub(crate) relay_held: BTreeMap<(DocId, ActorId), u64>,
    /// The furthest the desk ever had a chain applied and on disk.
    pub(crate) desk_shown: BTreeMap<(DocId, ActorId), u64>,
    pub(crate) relay: Option<PeerId>,
    pub(crate) desk: Option<PeerId>,
    pub(crate) province: Option<CollectionId>,
    pub(crate) root: Option<RootKey>,
    pub(crate) communes: BTreeMap<String, CollectionId>,
    /// What was seen of sentences, for those that must not fall back.
    pub(crate) seen_ranks: BTreeMap<(PeerId, usize), u8>,
    /// Edits older than the last loss of a disk: their sentences may go back when offices learn of it.
    pub(crate) excused: usize,
    /// Some disk was lost, damaged or replaced by an older one, or some office went to another relay.
    pub(crate) had_losses: bool,
    pub(crate) frames: u64,
    /// Devices that the desk has revoked.
    pub(crate) revoked: BTreeSet<hopluu_model::DeviceId>,
    /// Chains that were forged, or written where their author has no business.
    pub(crate) forbidden: BTreeSet<(DocId, ActorId)>,
    /// Authors who gave one number to two changes.
    pub(crate) forked: BTreeSet<ActorId>,
    pub(crate) fired: Fired,
    pub(crate) whims: Whims,
    /// The pictures that offices kept.
    pub(crate) pictures: Vec<Hung>,
    /// Of these, those whose only copy was taken away.
    pub(crate) gone_pictures: BTreeSet<PictureKey>,
}

impl World {
    /// Begins an empty world.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            now: Tick(1_000),
            dice: Dice::new(seed),
            peers: Vec::new(),
            lines: Lines::default(),
            log: EventLog::default(),
            queue: BTreeMap::new(),
            order: 0,
            promises: Vec::new(),
            memory: Memory::default(),
            violations: Vec::new(),
            notices: Vec::new(),
            alarms: Vec::new(),
            relay_held: BTreeMap::new(),
            desk_shown: BTreeMap::new(),
            relay: None,
            desk: None,
            province: None,
            root: None,
            communes: BTreeMap::new(),
            seen_ranks: BTreeMap::new(),
            excused: 0,
            had_losses: false,
            frames: 0,
            revoked: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            forked: BTreeSet::new(),
            fired: Fired::default(),
            whims: Whims::default(),
            pictures: Vec::new(),
            gone_pictures: BTreeSet::new(),
        }
    }

    /// The true time, as a tick.
    #[must_use]
    pub fn now(&self) -> Tick {
        self.now
    }

    /// The true time, as a clock that was never wrong shows it.
    #[must_use]
    pub fn true_time(&self) -> Timestamp {
        Timestamp(BEGINNING.0 + i64::try_from(self.now.0).unwrap_or(i64::MAX))
    }

    /// Everything that happened.
    #[must_use]
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// Promises that were found broken on the way.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// What machines told the people in front of them.
    #[must_use]
    pub fn notices(&self) -> &[(PeerId, Notice)] {
        &self.notices
    }

    /// What machines told ops.
    #[must_use]
    pub fn alarms(&self) -> &[(PeerId, String)] {
        &self.alarms
    }

    /// Every edit of which a page said *saved here*.
    #[must_use]
    pub fn promises(&self) -> &[Promise] {
        &self.promises
    }

    /// How often each kind of thing went wrong so far.
    #[must_use]
    pub fn fired(&self) -> &Fired {
        &self.fired
    }

    /// Bends the code of the house from here on.
    pub fn set_whims(&mut self, whims: Whims) {
        self.whims = whims;
    }

    /// The world's dice, for stories that draw.
    pub fn dice(&mut self) -> &mut Dice {
        &mut self.dice
    }

    /// Puts a machine into the world, switched off.
    pub fn add(&mut self, name: &str, papers: Papers) -> PeerId {
        self.peers.push(Peer::new(name, papers));
        PeerId(self.peers.len() - 1)
    }

    /// The name of a machine.
    #[must_use]
    pub fn name(&self, peer: PeerId) -> &str {
        &self.peers[peer.0].name
    }

    /// The key of a machine.
    #[must_use]
    pub fn device(&self, peer: PeerId) -> hopluu_model::DeviceId {
        self.peers[peer.0].device
    }

    /// Whether a machine runs on the copy of another's card.
    #[must_use]
    pub fn is_twin(&self, peer: PeerId) -> bool {
        self.peers[..peer.0].iter().any(|other| other.device == self.peers[peer.0].device)
    }

    /// All machines.
    pub fn peers(&self) -> impl Iterator<Item = PeerId> + use<> {
        (0..self.peers.len()).map(PeerId)
    }

    /// The disk of a machine; clones share it.
    #[must_use]
    pub fn disk(&self, peer: PeerId) -> Disk {
        self.peers[peer.0].disk.clone()
    }

    /// What a machine keeps beside its journal.
    pub fn papers(&mut self, peer: PeerId) -> &mut Papers {
        &mut self.peers[peer.0].papers
    }

    /// Sets a machine's wall clock.
    pub fn set_clock(&mut self, peer: PeerId, clock: WallClock) {
        self.peers[peer.0].clock = clock;
    }

    /// The wall clock of a machine.
    #[must_use]
    pub fn wall(&self, peer: PeerId) -> Timestamp {
        self.peers[peer.0].wall(self.now)
    }

    /// The office of a machine.
    ///
    /// # Panics
    /// When it is off or a relay: a mistake of the story.
    #[must_use]
    pub fn office(&self, peer: PeerId) -> &Office {
        self.peers[peer.0].office().expect("a story asks offices that run")
    }

    /// The mailbox of a machine; `None` while it is off.
    #[must_use]
    pub fn mailbox(&self, peer: PeerId) -> Option<&Mailbox> {
        self.peers[peer.0].machine.as_ref().map(Machine::mailbox)
    }

    /// Whether a machine runs and its store works.
    #[must_use]
    pub fn is_running(&self, peer: PeerId) -> bool {
        let peer = &self.peers[peer.0];
        peer.machine.is_some() && !peer.is_broken
    }

    /// Whether a machine runs though its store failed.
    #[must_use]
    pub fn is_broken(&self, peer: PeerId) -> bool {
        self.peers[peer.0].is_broken
    }

    /// How a machine stands, in one line.
    #[must_use]
    pub fn state(&self, peer: PeerId) -> String {
        let one = &self.peers[peer.0];
        let Some(mailbox) = self.mailbox(peer) else { return "off".to_owned() };
        // Looking must not bring an ordered fault of the index nearer.
        let fails_in = one.disk.index_fails_in.swap(0, Ordering::Relaxed);
        let state = Self::state_of(one, mailbox);
        one.disk.index_fails_in.store(fails_in, Ordering::Relaxed);
        state
    }

    fn state_of(one: &Peer, mailbox: &Mailbox) -> String {
        let store = mailbox.store();
        let docs = store.docs().unwrap_or_default();
        let held: u64 = docs.iter().filter_map(|doc| store.clock(doc).ok()).map(|clock| clock.len()).sum();
        let line = one.office().and_then(|office| office.standing().line);
        format!(
            "{}, roster {}, record {}, {} documents with {held} changes, backlog {}, line {}",
            if one.is_broken { "store failed" } else { "runs" },
            mailbox.trust().roster().version(),
            store.end().number,
            docs.len(),
            mailbox.backlog(),
            line.map_or_else(|| "-".to_owned(), |line| format!("{line:?}"))
        )
    }

    /// Whether an office holds what the relay holds, as far as it knows.
    #[must_use]
    pub fn is_settled(&self, peer: PeerId) -> bool {
        self.peers[peer.0].office().is_some_and(|office| {
            let standing = office.standing();
            standing.line == Some(LineState::Settled) && standing.backlog == 0
        })
    }

    /// Writes an edit at an office. It is promised once the machine has committed, a moment later.
    ///
    /// # Errors
    /// What the office says; a store that failed is opened again by itself.
    ///
    /// # Panics
    /// When the machine is off or a relay: a mistake of the story.
    pub fn submit(&mut self, peer: PeerId, edit: &Edit) -> Result<Submitted, OfficeError> {
        let one = &mut self.peers[peer.0];
        let office = one.office_mut().expect("a story types at offices that run");
        let done = office.submit(edit);
        match &done {
            Ok(written) => {
                let Submitted { doc, actor, seq } = *written;
                let tip = office.mailbox().store().tip(&doc, &actor).ok().flatten();
                let hash = tip.map_or(hopluu_model::ChangeHash([0; 32]), |tip| tip.hash);
                one.typed.push(Promise { at: peer, doc, actor, seq, hash, gone: false });
                let side = one.home.as_ref().map_or(Side::Commune, |home| home.side);
                self.memory.typed(hash, side, edit);
                self.note(peer, &format!("types {seq} of {} in {doc}", actor.short()));
                self.due_commit(peer);
            }
            Err(error) => {
                let text = crate::chain(error);
                self.note(peer, &format!("cannot type: {text}"));
                if error.needs_reopening() {
                    self.fail(peer, &text);
                }
            }
        }
        done
    }

    /// Lets an office do something of the desk: invite, revoke, open a year.
    ///
    /// # Errors
    /// What the office says.
    ///
    /// # Panics
    /// When the machine is off or a relay: a mistake of the story.
    pub fn at_desk<T>(
        &mut self,
        peer: PeerId,
        act: impl FnOnce(&mut Office, Tick, Timestamp) -> Result<T, OfficeError>,
    ) -> Result<T, OfficeError> {
        let (now, wall) = (self.now, self.wall(peer));
        let office = self.peers[peer.0].office_mut().expect("a story asks offices that run");
        let done = act(office, now, wall);
        self.due_commit(peer);
        done
    }

    /// Lets so many milliseconds pass.
    pub fn run_for(&mut self, milliseconds: u64) {
        self.run_until(self.now.plus(milliseconds));
    }

    /// Lets time pass up to a tick.
    pub fn run_until(&mut self, end: Tick) {
        while let Some((&(at, _), _)) = self.queue.first_key_value() {
            if at > end {
                break;
            }
            if let Some(((at, _), happening)) = self.queue.pop_first() {
                self.now = self.now.max(at);
                self.happen(happening);
            }
        }
        self.now = self.now.max(end);
    }

    /// Lets time pass until something holds, looking every second; says whether it does within so many seconds.
    pub fn run_until_met(&mut self, seconds: u64, mut met: impl FnMut(&Self) -> bool) -> bool {
        for _ in 0..seconds {
            if met(self) {
                return true;
            }
            self.run_for(1_000);
        }
        met(self)
    }

    pub(crate) fn note(&mut self, peer: PeerId, what: &str) {
        let name = &self.peers[peer.0].name;
        self.log.line(self.now, name, what);
    }

    pub(crate) fn push(&mut self, at: Tick, happening: Happening) {
        self.order += 1;
        self.queue.insert((at.max(self.now), self.order), happening);
    }

    fn happen(&mut self, happening: Happening) {
        if let Some(until) = self.paused(&happening) {
            return self.push(until, happening);
        }
        match happening {
            Happening::Wake { peer, life } => {
                let one = &mut self.peers[peer.0];
                if one.life == life && one.wake_at.is_some_and(|at| at <= self.now) {
                    one.wake_at = None;
                    self.feed(peer, hopluu_mailbox::Input::Wake);
                }
            }
            Happening::Commit { peer, life } => {
                if self.peers[peer.0].life == life {
                    self.commit(peer);
                }
            }
            Happening::Recover { peer, life } => {
                if self.peers[peer.0].life == life {
                    self.recover(peer);
                }
            }
            Happening::DialFailed { peer, life } => {
                if self.peers[peer.0].life == life {
                    self.feed(peer, hopluu_mailbox::Input::Down { conn: None });
                }
            }
            Happening::Up { conn, end } => self.line_up(conn, end),
            Happening::EarlyRejected { conn } => self.early_rejected(conn),
            Happening::Confirmed { conn, end } => self.confirmed(conn, end),
            Happening::Drained { conn, end, class, bytes } => self.drained(conn, end, (class, bytes)),
            Happening::Frame { conn, end, bytes } => self.arrive(conn, end, bytes),
            Happening::Down { conn, end } => self.line_down(conn, end),
            Happening::Closed { conn } => self.closed(conn),
            Happening::Replay { conn } => self.replay(conn),
            Happening::Break { conn } => self.idle(conn),
            Happening::Flap { peer, up } => self.flapped(peer, up),
        }
    }

    /// Until when the machine that something happens to stands still.
    fn paused(&self, happening: &Happening) -> Option<Tick> {
        let peer = match happening {
            Happening::Wake { peer, .. }
            | Happening::Commit { peer, .. }
            | Happening::Recover { peer, .. }
            | Happening::DialFailed { peer, .. } => *peer,
            Happening::Up { conn, end }
            | Happening::Confirmed { conn, end }
            | Happening::Drained { conn, end, .. }
            | Happening::Frame { conn, end, .. }
            | Happening::Down { conn, end } => self.lines.conns.get(conn)?.peer(*end),
            Happening::EarlyRejected { conn } => self.lines.conns.get(conn)?.caller,
            Happening::Closed { .. } | Happening::Replay { .. } | Happening::Break { .. } | Happening::Flap { .. } => {
                return None;
            }
        };
        let until = self.peers[peer.0].paused_until;
        (until > self.now).then_some(until)
    }
}
