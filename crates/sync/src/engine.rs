//! One door in, one drain out.

use std::collections::{BTreeMap, VecDeque};

use hopluu_model::{ActorId, ChangeHash, DeviceId, DocId, PictureKey, Tick, Timestamp, Tip};
use hopluu_wire::Class;
use hopluu_wire::frame::{Cursor, Frame, Heard};

use crate::office::OfficeEnd;
use crate::relay::RelayEnd;
use crate::shelf::Shelf;

/// A connection, as the transport numbers them; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// Who this end is.
#[derive(Debug, Clone)]
pub struct Config {
    /// This device.
    pub device: DeviceId,
    /// The relay to keep a line to; `None` makes this end a relay.
    pub relay: Option<DeviceId>,
    /// Version of the program, told to the other end.
    pub program: String,
}

/// News for the engine.
#[derive(Debug)]
pub enum Input {
    /// A connection stands; its handshake may still be under way.
    Up {
        /// The connection.
        conn: ConnId,
        /// Whose key it was made with.
        peer: DeviceId,
    },
    /// What was sent before the handshake was thrown away: everything is offered again.
    EarlyRejected {
        /// The connection.
        conn: ConnId,
    },
    /// A connection ended, or could not be made.
    Down {
        /// The connection; `None` when dialling failed before there was one.
        conn: Option<ConnId>,
        /// The other end asked to wait so long, in milliseconds.
        retry_after_ms: Option<u32>,
    },
    /// A message of the conversation. Packs, pieces, roster, receipts and refusals go to the holder first.
    Frame {
        /// The connection.
        conn: ConnId,
        /// The message.
        frame: Frame,
    },
    /// The transport took bytes of a class.
    Drained {
        /// The connection.
        conn: ConnId,
        /// The class.
        class: u8,
        /// How many bytes.
        bytes: usize,
    },
    /// A chain moved and is on disk. `from` is the connection it came by.
    Stored {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The end of the chain now.
        tip: Tip,
        /// Who sent it; `None` for an edit made here.
        from: Option<ConnId>,
    },
    /// A piece of a picture that was expected went into its folder, or could not.
    Piece {
        /// Who sent it.
        conn: ConnId,
        /// The picture.
        picture: PictureKey,
        /// Whether it went in.
        kept: bool,
    },
    /// What is held or wanted of pictures changed here.
    PicturesMoved,
    /// The journal grew; everything in it is on disk.
    Committed,
    /// The roster moved on from this version: whoever is behind gets told.
    RosterMoved {
        /// The version before.
        after: u64,
    },
    /// A device must not speak any more.
    Evict {
        /// The device.
        device: DeviceId,
    },
    /// The wall clock, for the list of devices.
    Clock(Timestamp),
    /// Time passed.
    Wake,
}

/// Work for the driver, to be done in order.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A relay said what it holds of a document.
    RelayHolds {
        /// The relay.
        relay: DeviceId,
        /// The document.
        doc: DocId,
        /// Author, sequence number, hash.
        entries: Vec<(ActorId, u64, ChangeHash)>,
        /// Whether this is all it holds, replacing what was known: it may have come back with less.
        whole: bool,
    },
    /// Everything before this place of a relay's journal is on our disk.
    Cursor {
        /// The relay.
        relay: DeviceId,
        /// The place.
        cursor: Cursor,
    },
    /// A relay named its folder of pictures: what it acknowledged under another name it may have lost.
    RelayPictures {
        /// The relay.
        relay: DeviceId,
        /// The name.
        folder: [u8; 16],
        /// Whether what it held at our cursor's place is held still.
        intact: bool,
    },
    /// A relay said whether it holds a picture.
    RelayPicture {
        /// The relay.
        relay: DeviceId,
        /// The picture.
        picture: PictureKey,
        /// Whether it does.
        held: bool,
    },
    /// The relay's clock and what it knows of devices.
    Heard {
        /// What it knows.
        heard: Vec<Heard>,
    },
    /// Two chains of one author differ at a number.
    Fork {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The number.
        seq: u64,
        /// What the other end holds there.
        theirs: ChangeHash,
    },
}

/// How an office's line stands, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// No connection; the next attempt is at this tick.
    Offline {
        /// When it dials again.
        next_attempt: Tick,
    },
    /// A connection is being made.
    Dialling,
    /// Connected, but not yet known to hold the same as the relay.
    CatchingUp,
    /// Connected, and the digests of both agreed when last compared.
    Settled,
}

/// How this end stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The line of an office; `None` on a relay.
    pub line: Option<LineState>,
    /// Open connections, by device.
    pub peers: Vec<(ConnId, DeviceId)>,
}

/// The engine.
///
/// 1. Feed one input with [`Engine::handle`].
/// 2. Drain [`Engine::poll`] until it gives `None`; do each output in order.
/// 3. Ask [`Engine::next_wake`]; feed [`Input::Wake`] at that tick, or later.
///
/// Nothing else changes it. Feeding an input while outputs wait is a mistake of the driver and trips a debug
/// assertion. Same config, seed and inputs give the same outputs.
pub struct Engine {
    end: End,
    out: VecDeque<Output>,
}

/// What one turn of the engine works with.
pub(crate) struct Turn<'a> {
    pub(crate) now: Tick,
    pub(crate) shelf: &'a mut dyn Shelf,
    pub(crate) out: &'a mut VecDeque<Output>,
}

enum End {
    Office(Box<OfficeEnd>),
    Relay(RelayEnd),
}

impl Engine {
    /// Begins with no connection. An office dials at its first wake.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        let end = match config.relay {
            Some(relay) => End::Office(Box::new(OfficeEnd::new(config.device, relay, config.program, seed))),
            None => End::Relay(RelayEnd::new()),
        };
        Self { end, out: VecDeque::new() }
    }

    /// Takes one piece of news.
    pub fn handle(&mut self, now: Tick, input: Input, shelf: &mut dyn Shelf) {
        debug_assert!(self.out.is_empty(), "outputs wait to be drained");
        match &mut self.end {
            End::Office(office) => office.handle(input, &mut Turn { now, shelf, out: &mut self.out }),
            End::Relay(relay) => relay.handle(input, &mut Turn { now, shelf, out: &mut self.out }),
        }
    }

    /// The next piece of work.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When the engine wants to be woken.
    #[must_use]
    pub fn next_wake(&self) -> Option<Tick> {
        match &self.end {
            End::Office(office) => office.next_wake(),
            End::Relay(relay) => relay.next_wake(),
        }
    }

    /// The size of a picture whose pieces are expected on a connection; nobody else's are to be kept.
    #[must_use]
    pub fn expects(&self, conn: ConnId, picture: &PictureKey) -> Option<u32> {
        match &self.end {
            End::Office(office) => office.expects(conn, picture),
            End::Relay(relay) => relay.expects(conn, picture),
        }
    }

    /// How this end stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match &self.end {
            End::Office(office) => office.standing(),
            End::Relay(relay) => relay.standing(),
        }
    }
}

/// Groups what one holder is to acknowledge, by document.
pub(crate) type ByDoc = BTreeMap<DocId, Vec<(ActorId, u64, ChangeHash)>>;
