//! A relay's mailbox on memory, spoken to in frames.

use std::io::ErrorKind;

use hopluu_identity::{
    Body, DeviceKey, Enrolled, Founding, RelayAt, RelayTicket, RootKey, Roster, change_statement, new_actor, root_hash,
    sha256,
};
use hopluu_mailbox::{Input, Mailbox, Output, Role, Setup};
use hopluu_model::{ActorId, ChangeHash, CollectionId, DocId, DocKind, Side, Signature, Tick, Timestamp};
use hopluu_store::{MemoryFiles, MemoryIndex, Operation, Options, PictureQuota, Pictures, Store};
use hopluu_sync::ConnId;
use hopluu_wire::frame::{Cursor, Hello, Welcome};
use hopluu_wire::{Frame, Pack, Run};

pub(crate) const NOON: Timestamp = Timestamp(1_795_331_100_000);
pub(crate) const PROVINCE: CollectionId = CollectionId([0xaa; 16]);
pub(crate) const TAN_LAP: CollectionId = CollectionId([1; 16]);
pub(crate) const BINH_AN: CollectionId = CollectionId([2; 16]);

/// The desk; two offices of Tân Lập; one of Bình An; a stranger; the relay.
pub(crate) const DESK: u8 = 100;
pub(crate) const A: u8 = 11;
pub(crate) const B: u8 = 12;
pub(crate) const OTHER: u8 = 13;
pub(crate) const STRANGER: u8 = 77;
const RELAY: u8 = 200;

pub(crate) fn key(seed: u8) -> DeviceKey {
    DeviceKey::from_seed([seed; 32])
}

pub(crate) fn actor(seed: u8) -> ActorId {
    new_actor(&key(seed).id(), [7; 8])
}

pub(crate) fn issues(collection: CollectionId) -> DocId {
    DocId::new(collection, DocKind::Issues(2026))
}

/// Two communes, the year 2026 open.
pub(crate) fn province() -> Roster {
    let root = RootKey::from_entropy([1; 32]);
    let founding = Founding {
        province_code: "19".into(),
        name: "Thái Nguyên".into(),
        collection: PROVINCE,
        root: root.id(),
        next_root: root_hash(&RootKey::from_entropy([2; 32]).id()),
        desk: key(DESK).id(),
        relays: vec![relay_at()],
    };
    let mut roster = Roster::found(founding, NOON, root.key(), &key(DESK)).expect("a sound founding");
    let commune = |id, code: &str, name: &str| Body::Collection { id, commune_code: code.into(), name: name.into() };
    decree(&mut roster, &commune(TAN_LAP, "05518", "Xã Tân Lập"));
    decree(&mut roster, &commune(BINH_AN, "05521", "Xã Bình An"));
    decree(&mut roster, &Body::OpenYear { year: 2026 });
    for (seed, collection) in [(A, TAN_LAP), (B, TAN_LAP), (OTHER, BINH_AN)] {
        let letter = roster.next_letter(&collection);
        let label = "trụ sở".to_owned();
        let key = key(seed).id();
        let device = Enrolled { key, collection, side: Side::Commune, letter, label, invitation: None };
        decree(&mut roster, &Body::Device(device));
    }
    roster
}

pub(crate) fn decree(roster: &mut Roster, body: &Body) {
    roster.append(body, NOON, &key(DESK)).expect("a sound entry");
}

pub(crate) fn relay_at() -> RelayAt {
    RelayAt { key: key(RELAY).id(), addresses: vec!["relay.example:4747".into()] }
}

/// A change by the letter of the storage format, with made-up columns: a mailbox never reads them.
pub(crate) fn change(actor: ActorId, seq: u64, parent: Option<ChangeHash>, columns: &[u8]) -> (Vec<u8>, ChangeHash) {
    let uleb = |number: usize| {
        let (low, high) = (u8::try_from(number & 0x7f).expect("7 bits"), u8::try_from(number >> 7).expect("small"));
        if high == 0 { vec![low] } else { vec![low | 0x80, high] }
    };
    let mut body = uleb(usize::from(parent.is_some()));
    body.extend(parent.iter().flat_map(|hash| hash.0));
    body.extend(uleb(16));
    body.extend(actor.0);
    body.extend(uleb(usize::try_from(seq).expect("small")));
    body.extend(columns);
    let hashed = [vec![1], uleb(body.len()), body].concat();
    let hash = ChangeHash(sha256(&hashed));
    ([&[0x85, 0x6f, 0x4a, 0x83], &hash.0[..4], &hashed].concat(), hash)
}

/// The chain of one device in one document.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) doc: DocId,
    pub(crate) actor: ActorId,
    runs: Vec<Run>,
}

impl Chain {
    /// So many changes, each signed by its author.
    pub(crate) fn of(seed: u8, doc: DocId, count: u64) -> Self {
        Self::signed(actor(seed), seed, doc, (count, b"columns"))
    }

    /// The same under any name, with any key and content.
    pub(crate) fn signed(actor: ActorId, signer: u8, doc: DocId, (count, columns): (u64, &[u8])) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for seq in 1..=count {
            let (raw, hash) = change(actor, seq, runs.last().map(|run| run.hash), columns);
            let signature = Some(key(signer).sign(&change_statement(&doc, &actor, seq, &hash)));
            runs.push(Run { raw, hash, signature, urgent: false });
        }
        Self { doc, actor, runs }
    }

    /// The changes from one number to another as a pack.
    pub(crate) fn pack(&self, first: usize, last: usize) -> Pack {
        let parent = first.checked_sub(2).map(|place| self.runs[place].hash);
        let runs = &self.runs[first - 1..last];
        Pack::cut(self.doc, self.actor, first as u64, parent, runs).expect("sound").expect("signed")
    }

    pub(crate) fn hash(&self, seq: usize) -> ChangeHash {
        self.runs[seq - 1].hash
    }
}

/// A relay's mailbox and its disk.
pub(crate) struct Rig {
    pub(crate) mailbox: Mailbox,
    files: MemoryFiles,
    pub(crate) pictures: MemoryFiles,
    now: Tick,
    next: u64,
}

impl Rig {
    /// A relay of the province that knows its roster.
    pub(crate) fn new() -> Self {
        let mut rig = Self::on(MemoryFiles::new());
        let (desk, _) = rig.enter(DESK, None);
        rig.give(desk, &province());
        rig
    }

    /// A relay on a disk, its index gone.
    pub(crate) fn on(files: MemoryFiles) -> Self {
        Self::beside(files, MemoryFiles::new())
    }

    /// The same with pictures beside it.
    pub(crate) fn beside(files: MemoryFiles, pictures: MemoryFiles) -> Self {
        let options = Options { segment_bytes: 1 << 18, ..Options::new([3; 16]) };
        let opened = Store::open(Box::new(files.clone()), Box::new(MemoryIndex::new()), options);
        let (store, recovery) = opened.expect("a sound journal");
        assert!(recovery.is_whole());
        let quota = PictureQuota { total: 4 << 20, collection: 1 << 20, device: 1 << 20 };
        let folder = Pictures::open(Box::new(pictures.clone()), quota, [5; 16]).expect("a folder");
        let store = store.with_pictures(folder);
        let ticket = RelayTicket { relay: relay_at(), token: [9; 16] };
        let anchor = province().anchor();
        let setup = Setup {
            key: key(RELAY),
            role: Role::Relay { ticket, owner: Some(anchor) },
            anchor,
            enrolment: None,
            program: "thử".into(),
            seed: 1,
        };
        let mailbox = Mailbox::open(store, setup).expect("a sound store");
        Self { mailbox, files, pictures, now: Tick(0), next: 1 }
    }

    /// Cuts the power and starts again.
    pub(crate) fn crash(self) -> Self {
        let (files, pictures) = (self.files.clone(), self.pictures.clone());
        drop(self.mailbox);
        files.crash();
        pictures.crash();
        Self::beside(files, pictures)
    }

    /// Makes the disk fail, or whole again.
    pub(crate) fn disk(&self, fails: bool) {
        self.files.break_down(Operation::Sync, fails.then_some(ErrorKind::Other));
    }

    /// A device comes in and says hello; gives what it hears.
    pub(crate) fn enter(&mut self, seed: u8, cursor: Option<Cursor>) -> (ConnId, Vec<Frame>) {
        let conn = self.up(seed);
        let roster = province().version();
        let heard = self.say(conn, &hello(roster, cursor));
        (conn, heard)
    }

    /// A connection that has said nothing yet.
    pub(crate) fn up(&mut self, seed: u8) -> ConnId {
        let conn = ConnId(self.next);
        self.next += 1;
        self.feed(Input::Up { conn, peer: key(seed).id() });
        self.feed(Input::Confirmed { conn });
        conn
    }

    /// Gives a roster, as a device does that knows a newer one.
    pub(crate) fn give(&mut self, conn: ConnId, roster: &Roster) -> Vec<Output> {
        let entries = roster.entries_after(0).map(<[u8]>::to_vec).collect();
        let head = roster.head().expect("a founded province").to_bytes();
        self.hear(conn, &Frame::Roster { entries, head })
    }

    /// Says a frame; gives what is answered on the same connection after the commit.
    pub(crate) fn say(&mut self, conn: ConnId, frame: &Frame) -> Vec<Frame> {
        frames(&self.hear(conn, frame), conn)
    }

    /// Says a frame; gives everything that follows from it.
    pub(crate) fn hear(&mut self, conn: ConnId, frame: &Frame) -> Vec<Output> {
        self.bytes(conn, frame.encode())
    }

    pub(crate) fn bytes(&mut self, conn: ConnId, bytes: Vec<u8>) -> Vec<Output> {
        self.feed(Input::Frame { conn, bytes, early: false })
    }

    /// Sends a pack; gives the answers.
    pub(crate) fn send(&mut self, conn: ConnId, pack: &Pack) -> Vec<Frame> {
        self.say(conn, &Frame::Pack(Box::new(pack.clone())))
    }

    /// Feeds without a commit.
    pub(crate) fn stage(&mut self, conn: ConnId, frame: &Frame) -> Vec<Output> {
        self.now = self.now.plus(10);
        let bytes = frame.encode();
        self.mailbox.handle(self.now, NOON, Input::Frame { conn, bytes, early: false }).expect("a sound store");
        self.drain()
    }

    pub(crate) fn commit(&mut self) -> Result<Vec<Output>, hopluu_mailbox::MailboxError> {
        self.mailbox.commit(self.now)?;
        Ok(self.drain())
    }

    pub(crate) fn feed(&mut self, input: Input) -> Vec<Output> {
        self.now = self.now.plus(10);
        self.mailbox.handle(self.now, NOON, input).expect("a sound store");
        self.commit().expect("a sound disk")
    }

    fn drain(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.mailbox.poll()).collect()
    }

    pub(crate) fn held(&self, chain: &Chain) -> u64 {
        self.mailbox.store().tip(&chain.doc, &chain.actor).expect("a sound index").map_or(0, |tip| tip.seq)
    }

    pub(crate) fn end(&self) -> u64 {
        self.mailbox.store().end().number
    }
}

pub(crate) fn hello(roster: u64, cursor: Option<Cursor>) -> Frame {
    let (digest, receipts, program) = ([0; 16], [0; 16], "thử".to_owned());
    Frame::Hello(Hello { protocol: (1, 1), roster, cursor, digest, receipts, backlog: 0, program })
}

/// What is sent on a connection.
pub(crate) fn frames(outputs: &[Output], to: ConnId) -> Vec<Frame> {
    let sent = outputs.iter().filter_map(|output| match output {
        Output::Send { conn, bytes, .. } if *conn == to => Some(Frame::decode(bytes).expect("our own frame")),
        _ => None,
    });
    sent.collect()
}

pub(crate) fn welcome(heard: &[Frame]) -> &Welcome {
    let found = heard.iter().find_map(|frame| if let Frame::Welcome(welcome) = frame { Some(welcome) } else { None });
    found.expect("a welcome")
}

/// The reasons and numbers of refusals heard.
pub(crate) fn refused(heard: &[Frame]) -> Vec<(u8, u64)> {
    let reason =
        |frame: &Frame| if let Frame::Refused(notice) = frame { Some((notice.reason, notice.seq)) } else { None };
    heard.iter().filter_map(reason).collect()
}

/// Up to which change a chain is acknowledged.
pub(crate) fn acknowledged(heard: &[Frame], chain: &Chain) -> Option<u64> {
    let mut last = None;
    for frame in heard {
        if let Frame::Held { doc, entries } = frame
            && *doc == chain.doc
        {
            let mine = entries.iter().filter(|(actor, ..)| *actor == chain.actor);
            last = last.max(mine.map(|(_, seq, _)| *seq).max());
        }
    }
    last
}

pub(crate) const NO_SIGNATURE: Signature = Signature([0; 64]);
