//! A real mailbox over files in memory, and what it has promised so far.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::OnceLock;

use hopluu_identity::{actor_prefix, prefix_of};
use hopluu_mailbox::{Input, LocalChange, Mailbox, Output, Role, Setup};
use hopluu_model::{ActorId, Clock, DocId, Tick, Timestamp, Tip};
use hopluu_store::{File, Files, MemoryFiles, MemoryIndex, Operation, Options, PictureQuota, Pictures, Store};
use hopluu_sync::ConnId;
use hopluu_wire::{Class, Frame, MAX_FRAME};

use crate::chain::Chain;
use crate::province::{A, B, DESK, NOON, RELAY, anchor, key, relay_at, ticket};
use crate::samples::{history, pictures, receipt, whole_roster};

/// What may wait in a line before no more bulk is handed to it; one message may go beyond.
const BULK: usize = 64 * 1024 + MAX_FRAME;
/// What may follow from one message, whatever it says.
const ANSWER: usize = 512 * 1024;

/// Files by name.
type Content = Vec<(String, Vec<u8>)>;

/// Which machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The relay of the province.
    Relay,
    /// The honest office.
    Office,
}

/// A running machine.
pub struct Machine {
    pub(crate) kind: Kind,
    pub(crate) mailbox: Mailbox,
    files: MemoryFiles,
    index: MemoryIndex,
    pub(crate) now: Tick,
    /// Acknowledged to somebody, or told to be on disk.
    promised: BTreeMap<(DocId, ActorId), Tip>,
    clocks: BTreeMap<DocId, Clock>,
    /// Bulk that waits in the lines.
    waiting: BTreeMap<(ConnId, u8), usize>,
    failing: bool,
}

impl Machine {
    /// A machine that knows the roster and holds a part of the history.
    #[must_use]
    pub fn begin(kind: Kind) -> Self {
        static DISKS: OnceLock<[Content; 2]> = OnceLock::new();
        let disks = DISKS.get_or_init(|| [Kind::Relay, Kind::Office].map(|kind| Self::furnished(kind).disk()));
        Self::on(kind, lay_out(&disks[kind as usize]), MemoryIndex::new())
    }

    /// Feeds one piece of news; nothing leaves before the commit.
    ///
    /// # Panics
    /// When it is taken badly: a finding.
    pub fn feed(&mut self, input: Input) {
        let fed = self.mailbox.handle(self.now, self.wall(), input);
        assert!(fed.is_ok() || self.failing, "{:?}: {:?}", self.kind, fed);
        assert!(self.mailbox.poll().is_none(), "nothing leaves before it is on disk");
        if fed.is_err() {
            self.reopen(true);
        }
    }

    /// Puts everything on disk and gives what leaves. `None` when the disk failed and the machine began anew.
    ///
    /// # Panics
    /// When what leaves is not true, not readable or without bound: a finding.
    pub fn commit(&mut self) -> Option<Vec<Output>> {
        let done = self.mailbox.commit(self.now);
        assert!(done.is_ok() || self.failing, "{:?}: {done:?}", self.kind);
        if done.is_err() {
            self.reopen(true);
            return None;
        }
        let outputs: Vec<Output> = std::iter::from_fn(|| self.mailbox.poll()).collect();
        let mut bytes = 0;
        for output in &outputs {
            if let Output::Send { conn, class, bytes: sent } = output {
                bytes += sent.len();
                self.check_sent(*conn, *class, sent);
            }
        }
        assert!(bytes <= ANSWER, "{bytes} bytes follow from one message");
        self.check_clocks();
        Some(outputs)
    }

    /// The line took so much.
    pub fn drained(&mut self, conn: ConnId, class: u8, bytes: usize) {
        if let Some(waiting) = self.waiting.get_mut(&(conn, class)) {
            *waiting = waiting.saturating_sub(bytes);
        }
        self.feed(Input::Drained { conn, class, bytes });
    }

    /// A line ended.
    pub fn down(&mut self, conn: ConnId) {
        self.waiting.retain(|(of, _), _| *of != conn);
        self.feed(Input::Down { conn: Some(conn) });
    }

    /// From here on the disk fails, or no more.
    pub fn break_disk(&mut self, fails: bool) {
        self.failing = fails;
        self.files.break_down(Operation::Sync, fails.then_some(ErrorKind::Other));
    }

    /// Cuts the power and starts again, with the index or without.
    ///
    /// # Panics
    /// When something promised is gone: a finding.
    pub fn reopen(&mut self, keeps_index: bool) {
        self.break_disk(false);
        self.files.crash();
        let index = if keeps_index { self.index.clone() } else { MemoryIndex::new() };
        let again = Self::on(self.kind, self.files.clone(), index);
        (self.mailbox, self.index) = (again.mailbox, again.index);
        self.waiting.clear();
        self.check_clocks();
    }

    /// Writes a chain of this machine's own.
    ///
    /// # Panics
    /// When memory fails: never.
    pub fn write(&mut self, chain: &Chain) {
        let mut parent = None;
        for (seq, (run, edit)) in (1..).zip(chain.runs.iter().zip(&chain.edits)) {
            let (doc, actor, tip) = (chain.doc, chain.actor, Tip { seq, hash: run.hash });
            let (raw, edit) = (run.raw.clone(), edit.clone());
            let change = LocalChange { doc, actor, tip, parent, raw, edit, urgent: run.urgent };
            self.mailbox.write(change).expect("a sound store");
            parent = Some(run.hash);
        }
    }

    /// Up to which change a chain is held.
    #[must_use]
    pub fn held(&self, chain: &Chain) -> usize {
        let tip = self.mailbox.store().tip(&chain.doc, &chain.actor).expect("a sound index");
        usize::try_from(tip.map_or(0, |tip| tip.seq)).unwrap_or(usize::MAX)
    }

    /// Whether somebody refused a chain for good: it stays here and says so.
    #[must_use]
    pub fn is_refused(&self, chain: &Chain) -> bool {
        let refusals = self.mailbox.refusals(Some(&chain.doc)).expect("a sound index");
        refusals.iter().any(|refusal| refusal.actor == chain.actor)
    }

    fn wall(&self) -> Timestamp {
        Timestamp(NOON.0 + i64::try_from(self.now.0 % (1 << 40)).unwrap_or(0))
    }

    fn on(kind: Kind, files: MemoryFiles, index: MemoryIndex) -> Self {
        let options = Options { segment_bytes: 1 << 18, ..Options::new([3; 16]) };
        let opened = Store::open(Box::new(files.clone()), Box::new(index.clone()), options);
        let (store, recovery) = opened.expect("a journal that lost power opens");
        assert!(recovery.is_whole(), "nothing promised is missing: {recovery:?}");
        // Pictures are no promise of a journal: each life begins with an empty folder, and room for a few.
        let folder = Pictures::open(Box::new(MemoryFiles::new()), PictureQuota::office(1 << 18), [4; 16]);
        let store = store.with_pictures(folder.expect("memory can be listed"));
        let relay = relay_at().key;
        let (seed, role) = match kind {
            Kind::Relay => (RELAY, Role::Relay { ticket: ticket(), owner: Some(anchor()) }),
            Kind::Office => (B, Role::Office { relay, claim: None }),
        };
        let (key, program) = (key(seed).clone(), "thử".to_owned());
        let setup = Setup { key, role, anchor: anchor(), enrolment: None, program, seed: 1 };
        let mut mailbox = Mailbox::open(store, setup).expect("a sound store");
        if kind == Kind::Office {
            pictures().iter().for_each(|(key, bytes)| mailbox.want_picture(*key, bytes.len() as u32));
        }
        let (promised, clocks, waiting) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { kind, mailbox, files, index, now: Tick(0), promised, clocks, waiting, failing: false }
    }

    /// The roster, and of the history what this machine has when a story begins.
    fn furnished(kind: Kind) -> Self {
        let mut machine = Self::on(kind, MemoryFiles::new(), MemoryIndex::new());
        let history = history();
        if kind == Kind::Office {
            machine.write(&history.issues[0]);
            machine.write(&history.registers[0]);
        }
        let conn = ConnId(1);
        let peer = key(if kind == Kind::Relay { DESK } else { RELAY }).id();
        let mut frames = vec![whole_roster()];
        if kind == Kind::Relay {
            let [honest, hijacked] = &history.issues;
            let packs = [honest.pack(1, 4), hijacked.pack(1, 5), history.others.pack(1, 2), history.people.pack(1, 3)];
            frames.extend(packs.map(|pack| Frame::Pack(Box::new(pack))));
            frames.push(Frame::Shown(receipt(honest, 2, DESK)));
        }
        machine.feed(Input::Up { conn, peer });
        machine.feed(Input::Confirmed { conn });
        for frame in frames {
            machine.feed(Input::Frame { conn, bytes: frame.encode(), early: false });
            machine.commit().expect("a sound disk");
        }
        machine
    }

    fn disk(&self) -> Content {
        let names = self.files.names().expect("memory");
        names.into_iter().filter_map(|name| Some((name.clone(), self.files.contents(&name)?))).collect()
    }

    fn check_sent(&mut self, conn: ConnId, class: Class, bytes: &[u8]) {
        assert!(bytes.len() <= MAX_FRAME, "{} bytes in one message of kind {:?}", bytes.len(), bytes.get(1));
        let frame = Frame::decode(bytes).expect("what leaves can be read");
        if class != Class::Control {
            let waiting = self.waiting.entry((conn, class as u8)).or_default();
            assert!(*waiting <= BULK, "{waiting} bytes of bulk wait in one line");
            *waiting += bytes.len();
        }
        let Frame::Held { doc, entries } = frame else { return };
        for (actor, seq, hash) in entries {
            let held = self.mailbox.store().tip(&doc, &actor).expect("a sound index");
            assert!(held.is_some_and(|held| held.seq >= seq), "acknowledged beyond what is held");
            self.promised.insert((doc, actor), Tip { seq, hash });
        }
    }

    /// What is held never gets less, also not over a power cut; but a revoked device's falls to its cut.
    fn check_clocks(&mut self) {
        let store = self.mailbox.store();
        let roster = self.mailbox.trust().roster();
        let revoked: BTreeSet<[u8; 8]> =
            [key(A).id()].iter().filter(|device| roster.is_revoked(device)).map(actor_prefix).collect();
        let falls = |actor: &ActorId| revoked.contains(&prefix_of(actor));
        for (doc, before) in &self.clocks {
            let clock = store.clock(doc).expect("a sound index");
            for (actor, tip) in before.0.iter().filter(|(actor, _)| !falls(actor)) {
                assert!(
                    clock.seq(actor) >= tip.seq,
                    "{doc}: {actor:?} went back from {} to {}",
                    tip.seq,
                    clock.seq(actor)
                );
            }
        }
        for ((doc, actor), tip) in self.promised.iter().filter(|((_, actor), _)| !falls(actor)) {
            let held = store.tip(doc, actor).expect("a sound index");
            assert!(held.is_some_and(|held| held.seq >= tip.seq), "{doc}: what was acknowledged is gone");
        }
        let docs = store.docs().expect("a sound index");
        if store.staged() == 0 {
            self.clocks = docs.into_iter().map(|doc| (doc, store.clock(&doc).expect("a sound index"))).collect();
        }
    }
}

fn lay_out(disk: &Content) -> MemoryFiles {
    let files = MemoryFiles::new();
    for (name, bytes) in disk {
        let file: Box<dyn File> = files.create(name, 1 << 18).expect("memory");
        file.write_at(0, bytes).expect("memory");
        file.sync_data().expect("memory");
    }
    files.sync_dir().expect("memory");
    files
}
