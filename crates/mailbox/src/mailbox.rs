//! The machine: one door in, one commit, one drain out.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

use hopluu_identity::{Anchor, Claim, DeviceKey, Enrolment, Notice, RelayTicket, RosterError};
use hopluu_model::{ActorId, ChangeHash, Clock, DeviceId, DocId, PictureKey, Tick, Timestamp, Tip};
use hopluu_store::{Record, Store, StoreError};
use hopluu_sync::{Config, ConnId, Engine, Input as EngineInput, Output as EngineOutput, Standing};
use hopluu_wire::Class;
use hopluu_wire::frame::{Cursor, Frame, Heard};

use crate::clocks::RelayClocks;
use crate::gate::{Gate, Peers};
use crate::held::{Held, cursor_key, offered, or_absent};
use crate::news::{Arrived, Declined};
use crate::pictures::Gallery;
use crate::trust::Trust;

/// What this machine is.
#[derive(Debug, Clone)]
pub enum Role {
    /// Reached by all; stores and hands on.
    Relay {
        /// What it printed when it was set up; a province claims it with this.
        ticket: RelayTicket,
        /// The province that owns it, once one does.
        owner: Option<Anchor>,
    },
    /// Keeps a line to a relay.
    Office {
        /// The relay.
        relay: DeviceId,
        /// A claim to make before anything else, until the relay has answered it.
        claim: Option<Claim>,
    },
}

/// What a mailbox begins with.
pub struct Setup {
    /// This device's key.
    pub key: DeviceKey,
    /// What it is.
    pub role: Role,
    /// The province it trusts; for a relay without owner any anchor will do.
    pub anchor: Anchor,
    /// How far its enrolment has got.
    pub enrolment: Option<Enrolment>,
    /// Version of the program, told to others.
    pub program: String,
    /// Spreads dialling; the same seed gives the same run.
    pub seed: u64,
}

/// News for the mailbox.
#[derive(Debug)]
pub enum Input {
    /// A connection stands; its handshake may still be under way.
    Up {
        /// The connection.
        conn: ConnId,
        /// Whose key it was made with.
        peer: DeviceId,
    },
    /// Its handshake is complete.
    Confirmed {
        /// The connection.
        conn: ConnId,
    },
    /// What was sent before the handshake was thrown away.
    EarlyRejected {
        /// The connection.
        conn: ConnId,
    },
    /// A connection ended, or dialling failed (`None`).
    Down {
        /// The connection.
        conn: Option<ConnId>,
    },
    /// A frame came.
    Frame {
        /// The connection.
        conn: ConnId,
        /// Its bytes.
        bytes: Vec<u8>,
        /// Whether it came before the handshake was complete, and so may be a replay.
        early: bool,
    },
    /// The transport took bytes.
    Drained {
        /// The connection.
        conn: ConnId,
        /// Their class.
        class: u8,
        /// How many.
        bytes: usize,
    },
    /// Time passed.
    Wake,
}

/// Work for the driver and news for the room above, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Make a connection to the relay.
    Dial {
        /// The relay.
        relay: DeviceId,
    },
    /// Hand a message to the transport.
    Send {
        /// The connection.
        conn: ConnId,
        /// Its stream.
        class: Class,
        /// The encoded frame.
        bytes: Vec<u8>,
    },
    /// End a connection.
    Close {
        /// The connection.
        conn: ConnId,
        /// Stable code.
        code: u8,
        /// The reason in words.
        text: String,
    },
    /// Write down who owns this relay, before anything that follows.
    Owned(Anchor),
    /// Write down how far the enrolment has got, before anything that follows.
    Enrolled(Box<Enrolment>),
    /// The claim was answered; it need not be made again.
    Claimed {
        /// Whether the relay is ours.
        ok: bool,
        /// Why not.
        text: String,
    },
    /// Something to tell the people in front of the machine.
    Tell(Notice),
    /// Changes arrived and are on disk.
    Arrived(Arrived),
    /// A chain fell back to a cut: the document must be rebuilt.
    Withdrawn {
        /// The document.
        doc: DocId,
    },
    /// What the relay holds of a document moved.
    AtRelay {
        /// The document.
        doc: DocId,
    },
    /// What the province desk shows of a document moved.
    Shown {
        /// The document.
        doc: DocId,
        /// The desk's time.
        at: Timestamp,
    },
    /// A change of somebody of this collection is not accepted.
    Declined(Declined),
    /// More of a picture is here, or the relay holds it now, or no longer.
    Picture(PictureKey),
    /// The roster moved.
    RosterMoved,
    /// What the relay knows of devices.
    Heard(Vec<Heard>),
    /// The other end does not speak with this machine; see [`hopluu_wire::frame::bye`].
    TurnedAway {
        /// The code.
        code: u8,
        /// The reason in words.
        text: String,
    },
    /// Two chains of one author differ, or somebody shows a roster that differs from ours: ops must look.
    Alarm(String),
}

/// Why the mailbox cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The journal or its index failed; open the store again.
    #[error("the journal cannot be used")]
    Store(#[from] StoreError),
    /// The roster in the journal does not verify.
    #[error("the roster in the journal does not verify")]
    Roster(#[source] RosterError),
    /// The roster refuses what the desk wants to write.
    #[error("the roster does not take this entry")]
    Entry(#[source] RosterError),
    /// The journal was damaged, and no relay has told yet whether the roster here is the newest.
    #[error("the journal here was damaged; the roster is compared with the relay's first")]
    InDoubt,
    /// Only the province desk may do this.
    #[error("this machine is not the province desk")]
    NotDesk,
}

impl MailboxError {
    /// Whether opening the store again, or waiting, may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::InDoubt => true,
            Self::Roster(_) | Self::Entry(_) | Self::NotDesk => false,
        }
    }
}

/// What waits for the next commit.
#[derive(Default)]
pub(crate) struct Staged {
    pub(crate) stored: Vec<(DocId, ActorId, Tip, Option<ConnId>)>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) cursor: Option<(DeviceId, Cursor)>,
    /// The roster version before it moved.
    pub(crate) roster_from: Option<u64>,
    /// Something that is not a change must be handed on.
    pub(crate) wake_tail: bool,
    /// Pieces of pictures that came, and whether they went into the folder.
    pub(crate) pieces: Vec<(ConnId, PictureKey, bool)>,
}

/// The machine.
pub struct Mailbox {
    pub(crate) store: Store,
    engine: Engine,
    pub(crate) trust: Trust,
    pub(crate) role: Role,
    pub(crate) peers: Peers,
    pub(crate) relay: RelayClocks,
    pub(crate) gallery: Gallery,
    pub(crate) staged: Staged,
    out: VecDeque<Output>,
    /// The store could not answer the engine.
    fault: Cell<Option<StoreError>>,
}

impl Mailbox {
    /// Begins on an open store: reads the roster and what is known of the relay from it.
    ///
    /// # Errors
    /// When the store fails or the roster in it does not verify.
    pub fn open(store: Store, setup: Setup) -> Result<Self, MailboxError> {
        let relay = match &setup.role {
            Role::Relay { .. } => None,
            Role::Office { relay, .. } => Some(*relay),
        };
        let device = setup.key.id();
        let engine = Engine::new(Config { device, relay, program: setup.program }, setup.seed);
        let mut trust = Trust::new(setup.key, setup.anchor, setup.enrolment);
        trust.load(&store)?;
        let (mut clocks, mut gallery) = (BTreeMap::new(), Gallery::default());
        if let Some(relay) = relay {
            gallery = Gallery::load(&store, &relay)?;
            for doc in store.docs()? {
                clocks.insert(doc, store.at_relay(&relay, &doc)?);
            }
        }
        let relay = RelayClocks::load(clocks);
        let (peers, staged, out) = (Peers::default(), Staged::default(), VecDeque::new());
        let fault = Cell::default();
        let mut mailbox = Self { store, engine, trust, role: setup.role, peers, relay, gallery, staged, out, fault };
        // A power cut may have kept a roster and torn off the cuts that were written behind it.
        let roster = &mailbox.trust.roster;
        let revoked = roster.devices().map(|device| device.key).filter(|device| roster.is_revoked(device));
        let revoked = revoked.filter(|_| !mailbox.store.is_poisoned());
        for device in revoked.collect::<Vec<_>>() {
            mailbox.withdraw(device)?;
        }
        Ok(mailbox)
    }

    /// Takes one piece of news. What follows from it leaves after the next [`Mailbox::commit`].
    ///
    /// # Errors
    /// When the store fails; open it again.
    pub fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), MailboxError> {
        if matches!(self.role, Role::Relay { .. }) {
            // A relay tells its time in every answer, and may sleep for long between inputs.
            self.drive(now, EngineInput::Clock(wall));
        }
        match input {
            Input::Up { conn, peer } => self.up(now, conn, peer),
            Input::Confirmed { conn } => self.confirmed(conn),
            Input::EarlyRejected { conn } => {
                // Who still asks to be let in has not greeted, so there is no greeting to repeat.
                if self.peers.get(conn).is_some_and(|peer| matches!(peer.gate, Gate::Open)) {
                    self.drive(now, EngineInput::EarlyRejected { conn });
                }
            }
            Input::Down { conn } => {
                if let Some(conn) = conn {
                    self.peers.remove(conn);
                }
                self.drive(now, EngineInput::Down { conn, retry_after_ms: None });
            }
            Input::Frame { conn, bytes, early } => self.frame(now, wall, conn, (bytes, early))?,
            Input::Drained { conn, class, bytes } => self.drive(now, EngineInput::Drained { conn, class, bytes }),
            Input::Wake => self.drive(now, EngineInput::Wake),
        }
        Ok(())
    }

    /// Makes everything taken so far durable, and lets out what follows from it.
    ///
    /// # Errors
    /// When the disk fails. Nothing that was promised is lost; nothing more is taken until the store was
    /// opened again.
    pub fn commit(&mut self, now: Tick) -> Result<(), MailboxError> {
        self.check_fault()?;
        let late = self.relay.due().is_some_and(|due| now >= due) || self.store.staged() > 0;
        if let (true, Role::Office { relay, .. }) = (late, &self.role) {
            for record in self.relay.records(*relay) {
                self.store.append(&record)?;
            }
        }
        if self.store.staged() > 0 {
            self.store.commit()?;
        }
        let staged = std::mem::take(&mut self.staged);
        if let Some((relay, cursor)) = staged.cursor {
            let bytes = postcard::to_stdvec(&cursor).unwrap_or_default();
            self.store.cache_put(&cursor_key(&relay), &bytes)?;
        }
        self.remember_pictures()?;
        self.out.extend(staged.outputs);
        let moved = !staged.stored.is_empty() || staged.wake_tail;
        for (doc, actor, tip, from) in staged.stored {
            self.drive(now, EngineInput::Stored { doc, actor, tip, from });
        }
        if moved {
            self.drive(now, EngineInput::Committed);
        }
        if let Some(after) = staged.roster_from {
            self.drive(now, EngineInput::RosterMoved { after });
        }
        for (conn, picture, kept) in staged.pieces {
            self.drive(now, EngineInput::Piece { conn, picture, kept });
        }
        if self.gallery.take_moved() {
            self.drive(now, EngineInput::PicturesMoved);
        }
        self.check_fault()?;
        // These rest on what was just committed.
        let more = std::mem::take(&mut self.staged);
        self.out.extend(more.outputs);
        self.staged.cursor = more.cursor;
        Ok(())
    }

    /// What was said while the store could not answer is not let out: others would believe that we hold less.
    fn check_fault(&mut self) -> Result<(), MailboxError> {
        match self.fault.take() {
            Some(error) => {
                self.out.clear();
                Err(error.into())
            }
            None => Ok(()),
        }
    }

    /// The next piece of work.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When the mailbox wants [`Input::Wake`].
    #[must_use]
    pub fn next_wake(&self) -> Option<Tick> {
        [self.engine.next_wake(), self.relay.due()].into_iter().flatten().min()
    }

    /// Writes a change made here: signed, journalled, to be sent after the next commit.
    ///
    /// # Errors
    /// When the store fails; the change must then be taken back by dropping its document from memory.
    pub fn write(&mut self, change: LocalChange) -> Result<(), MailboxError> {
        let LocalChange { doc, actor, tip, parent, raw, edit, urgent } = change;
        let statement = hopluu_identity::change_statement(&doc, &actor, tip.seq, &tip.hash);
        let signature = self.trust.key.sign(&statement);
        let Tip { seq, hash } = tip;
        self.store.append(&Record::Local { doc, actor, seq, hash, parent, signature, urgent, raw, edit })?;
        self.staged.stored.push((doc, actor, tip, None));
        Ok(())
    }

    /// Edits of this device, encoded, whose changes are not among those applied: they rest on something that
    /// is not admitted. Each is given once; the caller writes it again.
    ///
    /// # Errors
    /// When the store fails.
    pub fn own_beyond(&mut self, doc: &DocId, applied: &Clock) -> Result<Vec<Vec<u8>>, MailboxError> {
        let me = self.trust.device();
        let mut edits = Vec::new();
        for (actor, tip) in self.store.clock(doc)?.0 {
            let key = format!("carried/{}/{}/{actor}", doc.collection, doc.kind);
            let carried = self.store.fact(&key)?.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or(0u64);
            let after = applied.seq(&actor).max(carried);
            if !self.trust.owns(&me, &actor) || tip.seq <= after {
                continue;
            }
            for run in self.store.runs(doc, &actor, after + 1, usize::MAX)? {
                if let Some(Record::Local { edit, .. }) = self.store.read(run.number)? {
                    edits.push(edit);
                }
            }
            self.remember(&key, postcard::to_stdvec(&tip.seq).unwrap_or_default())?;
        }
        Ok(edits)
    }

    /// Remembers a fact of this machine's own.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remember(&mut self, key: &str, value: Vec<u8>) -> Result<(), MailboxError> {
        self.store.append(&Record::Fact { key: key.to_owned(), value })?;
        Ok(())
    }

    /// The store, for reading.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The shelf of saved documents, a cache.
    pub fn shelf(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Whom this machine trusts.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How the lines stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.engine.standing()
    }

    /// What the relay holds of a document, as last heard. What others wrote came from the relay.
    #[must_use]
    pub fn at_relay(&self, doc: &DocId) -> Clock {
        let me = self.trust.device();
        let held = or_absent(self.store.clock(doc));
        let mut clock = self.relay.clock(doc);
        for (actor, tip) in held.0 {
            if !self.trust.owns(&me, &actor) {
                clock.raise(actor, tip);
            }
        }
        clock
    }

    /// How many changes of this device the relay has not acknowledged, without those it refuses.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        let me = self.trust.device();
        let mut backlog = 0;
        for doc in or_absent(self.store.docs()) {
            for (actor, tip) in or_absent(offered(&self.store, &self.trust, &doc)).0 {
                if self.trust.owns(&me, &actor) {
                    backlog += tip.seq.saturating_sub(self.relay.seq(&doc, &actor));
                }
            }
        }
        backlog
    }

    /// Asks the engine, and keeps what it says until the next commit.
    pub(crate) fn drive(&mut self, now: Tick, input: EngineInput) {
        let Self { store, trust, relay, gallery, fault, .. } = self;
        self.engine.handle(now, input, &mut Held { store, trust, relay, gallery, fault });
        while let Some(output) = self.engine.poll() {
            match output {
                EngineOutput::Dial { relay } => self.staged.outputs.push(Output::Dial { relay }),
                EngineOutput::Send { conn, class, bytes } => {
                    self.staged.outputs.push(Output::Send { conn, class, bytes });
                }
                EngineOutput::Close { conn, code, text } => {
                    self.staged.outputs.push(Output::Close { conn, code, text });
                }
                EngineOutput::RelayHolds { doc, entries, whole, .. } => self.relay_holds(now, doc, &entries, whole),
                EngineOutput::Cursor { relay, cursor } => self.staged.cursor = Some((relay, cursor)),
                EngineOutput::RelayPictures { folder, intact, .. } => self.relay_pictures(folder, intact),
                EngineOutput::RelayPicture { picture, held, .. } => self.relay_picture(picture, held),
                EngineOutput::Heard { heard } => self.staged.outputs.push(Output::Heard(heard)),
                EngineOutput::Fork { doc, actor, seq, .. } => {
                    let text = format!("{doc}: two different changes {seq} of author {}", actor.short());
                    self.staged.outputs.push(Output::Alarm(text));
                }
            }
        }
    }

    /// The size of a picture whose pieces are expected on a connection.
    pub(crate) fn expects_piece(&self, conn: ConnId, picture: &PictureKey) -> Option<u32> {
        self.engine.expects(conn, picture)
    }

    pub(crate) fn relay_holds(&mut self, now: Tick, doc: DocId, entries: &[(ActorId, u64, ChangeHash)], whole: bool) {
        if self.relay.take(now, doc, entries, whole) {
            self.staged.outputs.push(Output::AtRelay { doc });
        }
    }

    pub(crate) fn send(&mut self, conn: ConnId, frame: &Frame) {
        self.staged.outputs.push(Output::Send { conn, class: Class::Control, bytes: frame.encode() });
    }

    pub(crate) fn close(&mut self, conn: ConnId, code: u8, text: &str, retry_after_ms: u32) {
        self.send(conn, &Frame::Bye { code, text: text.to_owned(), retry_after_ms });
        self.staged.outputs.push(Output::Close { conn, code, text: text.to_owned() });
        // Nothing more is heard from it while the goodbye leaves; the engine learns when the line is down.
        self.peers.remove(conn);
    }

    fn up(&mut self, now: Tick, conn: ConnId, peer: DeviceId) {
        let gate = match &self.role {
            Role::Office { claim: Some(_), .. } => Gate::Asking,
            Role::Office { .. } if self.is_enrolling() => Gate::Asking,
            Role::Office { .. } => Gate::Open,
            Role::Relay { .. } if self.trust.is_known(&peer) => Gate::Open,
            Role::Relay { .. } => Gate::Stranger { frames: Vec::new(), bytes: 0 },
        };
        let open = matches!(gate, Gate::Open);
        self.peers.insert(conn, peer, gate);
        if open {
            self.drive(now, EngineInput::Up { conn, peer });
        }
    }

    fn is_enrolling(&self) -> bool {
        matches!(self.trust.enrolment, Some(Enrolment::Asked(_) | Enrolment::Waiting(_)))
    }
}

/// A change made here, with the edit it came from.
#[derive(Debug, Clone)]
pub struct LocalChange {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// Its number and hash.
    pub tip: Tip,
    /// The author's change before it.
    pub parent: Option<ChangeHash>,
    /// The raw change.
    pub raw: Vec<u8>,
    /// The edit, encoded.
    pub edit: Vec<u8>,
    /// Whether it travels before everything else.
    pub urgent: bool,
}
