//! The messages of a conversation.
//!
//! A frame is one version byte, one kind byte and a postcard body; the transport puts its length in front.
//! Unknown kinds are skipped, so that an old program can listen to a newer one. A changed body needs a new
//! kind or version, never a new golden file.
//!
//! A conversation in words: the office says [`Hello`] with its cursor and the digest of what it holds, and
//! right behind it sends [`Frame::Pack`]s the relay has not acknowledged. The relay says [`Welcome`]; where
//! the cursor is good it sends what came after it and a [`Frame::Mark`]. It answers each pack with
//! [`Frame::Held`] once it is on disk. When the digests still differ, the office asks [`Frame::Compare`],
//! gets [`Frame::Digests`], and both exchange [`Frame::ClockOf`] for the documents that differ; each then
//! asks the other for what it lacks with [`Frame::Want`].
//!
//! Pictures go the same way in small: who holds one that the other may lack says [`Frame::Offer`]; who wants one says
//! [`Frame::Need`], from the piece where it stopped, and again while pieces come: the answer is a few [`Frame::Piece`]s
//! for each, or [`Frame::Absent`]. A relay that has all of it on disk says [`Frame::Have`]. All of it begins
//! when an office that has to do with pictures says [`Frame::Pictures`] and its relay answers with the same: a program of
//! before says nothing, and hears no more.

use hopluu_model::{ActorId, ChangeHash, Clock, DeviceId, DocId, PictureKey, Signature, Timestamp, Tip};
use serde::{Deserialize, Serialize};

use crate::MAX_FRAME;
use crate::digest::Digest;
use crate::pack::Pack;

const VERSION: u8 = 1;

/// Which stream a frame goes by; a lower one is never kept waiting by a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Conversation and urgent edits.
    Control = 0,
    /// Edits of the day.
    Edits = 1,
    /// History and first sync.
    History = 2,
    /// Pictures, and what is said about them.
    Attachments = 3,
}

/// A place in somebody's journal: valid only while the whole of it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The journal's id.
    pub journal: [u8; 16],
    /// Fingerprint of the scope that was read.
    pub scope: [u8; 8],
    /// Everything up to this record was taken.
    pub number: u64,
    /// The journal's running hash there.
    pub chain: [u8; 8],
}

/// Codes with which a conversation ends ([`Frame::Bye`]). Never given a new meaning.
pub mod bye {
    /// The two ends speak no common version of the protocol.
    pub const VERSION: u8 = 1;
    /// A frame could not be read.
    pub const MALFORMED: u8 = 2;
    /// The roster does not name the device.
    pub const UNKNOWN: u8 = 4;
    /// The relay belongs to no province yet.
    pub const UNOWNED: u8 = 5;
    /// The device was revoked.
    pub const REVOKED: u8 = 6;
}

/// The office's greeting; rides in the first flight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Lowest and highest protocol version spoken.
    pub protocol: (u8, u8),
    /// Roster version held; 0 for none.
    pub roster: u64,
    /// Where it stopped reading the relay's journal.
    pub cursor: Option<Cursor>,
    /// Digest of everything held in scope.
    pub digest: Digest,
    /// Digest of the receipts a province desk has given; zero for others.
    pub receipts: Digest,
    /// How many edits wait here that the relay has not acknowledged, for the list of devices.
    pub backlog: u32,
    /// Version of the program, for the list of devices.
    pub program: String,
}

/// The relay's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol version both speak.
    pub protocol: u8,
    /// Roster version held; 0 for none.
    pub roster: u64,
    /// The relay's wall clock.
    pub now: Timestamp,
    /// Whether what follows the cursor will be sent (or nothing follows it).
    pub tail: bool,
    /// Whether the digests agree.
    pub equal: bool,
    /// Whether the receipts agree.
    pub receipts_equal: bool,
    /// The place from which everything new will be sent.
    pub cursor: Cursor,
}

/// A desk's signed word that it shows an author's changes up to one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// Shown up to this sequence number.
    pub seq: u64,
    /// Hash of that change.
    pub hash: ChangeHash,
    /// The desk's time.
    pub at: Timestamp,
    /// The province desk's device.
    pub desk: DeviceId,
    /// Its signature over [`Receipt::statement`].
    pub signature: Signature,
}

impl Receipt {
    /// The bytes a desk signs.
    #[must_use]
    pub fn statement(doc: &DocId, actor: &ActorId, tip: &Tip, at: Timestamp) -> Vec<u8> {
        let mut bytes = b"hopluu shown 1\0".to_vec();
        bytes.extend_from_slice(&doc.to_bytes());
        bytes.extend_from_slice(&actor.0);
        bytes.extend_from_slice(&tip.seq.to_be_bytes());
        bytes.extend_from_slice(&tip.hash.0);
        bytes.extend_from_slice(&at.0.to_be_bytes());
        bytes
    }
}

/// Word that a change is not accepted, for its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalNotice {
    /// The document.
    pub doc: DocId,
    /// The author.
    pub actor: ActorId,
    /// The first change refused; all later ones of this author fall with it.
    pub seq: u64,
    /// Its hash, where it could be computed.
    pub hash: ChangeHash,
    /// Stable code of the reason.
    pub reason: u8,
    /// The reason in words.
    pub text: String,
}

/// How far somebody has got with a document, with the beginning of each hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockOf {
    /// The document.
    pub doc: DocId,
    /// Author, sequence number, full hash.
    pub entries: Vec<(ActorId, u64, ChangeHash)>,
    /// Whether the other side should answer with its own.
    pub answer: bool,
}

impl ClockOf {
    /// The entries as a clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.entries.iter().map(|(actor, seq, hash)| (*actor, Tip { seq: *seq, hash: *hash })).collect()
    }
}

/// What a relay knows of a device's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The device.
    pub device: DeviceId,
    /// When the relay last heard it, by the relay's clock.
    pub at: Timestamp,
    /// Whether it is connected.
    pub connected: bool,
    /// How many edits waited there at its last greeting.
    pub backlog: u32,
    /// The version of its program.
    pub program: String,
}

/// Every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The office's greeting.
    Hello(Hello),
    /// The relay's answer.
    Welcome(Box<Welcome>),
    /// The end of a conversation, with the reason and when to come again.
    Bye {
        /// Stable code.
        code: u8,
        /// The reason in words.
        text: String,
        /// Come again after so many milliseconds.
        retry_after_ms: u32,
    },
    /// Asks for roster entries after a version.
    RosterAsk {
        /// The version held.
        after: u64,
    },
    /// Roster entries in order, and the signed head.
    Roster {
        /// Encoded entries.
        entries: Vec<Vec<u8>>,
        /// Encoded signed head.
        head: Vec<u8>,
    },
    /// Provisional joins, encoded.
    Joins(Vec<Vec<u8>>),
    /// A device asks to be taken in.
    Join(Vec<u8>),
    /// The answer: encoded by the identity room.
    JoinAnswer(Vec<u8>),
    /// A province claims a relay that has none yet.
    Claim(Vec<u8>),
    /// The relay is bound; or not, with the reason.
    Claimed {
        /// Whether the relay now belongs to this province.
        ok: bool,
        /// The reason where it does not.
        text: String,
    },
    /// Changes.
    Pack(Box<Pack>),
    /// Changes are on disk here.
    Held {
        /// The document.
        doc: DocId,
        /// Author, sequence number, hash.
        entries: Vec<(ActorId, u64, ChangeHash)>,
    },
    /// A pack did not attach: send from here.
    From {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The number of the first change wanted.
        next: u64,
    },
    /// Everything in scope up to this place of my journal was sent on this stream.
    Mark(Cursor),
    /// Asks for changes of others.
    Want {
        /// The document.
        doc: DocId,
        /// The author.
        actor: ActorId,
        /// The number of the first change wanted.
        from: u64,
    },
    /// Do we hold the same?
    Compare {
        /// Digest of everything held in scope.
        digest: Digest,
    },
    /// We do, as of this place of my journal.
    Equal(Cursor),
    /// We do not: these are my documents.
    Digests {
        /// Documents and the beginning of the digest of their clocks.
        docs: Vec<(DocId, [u8; 8])>,
        /// Whether the list ends here.
        last: bool,
    },
    /// How far I have got with a document.
    ClockOf(ClockOf),
    /// What a province desk shows.
    Shown(Receipt),
    /// A change that is not accepted.
    Refused(RefusalNotice),
    /// When the relay last heard which devices (for a province desk).
    Presence(Vec<Heard>),
    /// I keep pictures: said by an office that has to do with some, and answered by its relay.
    Pictures {
        /// The name of their folder: under another one I may have lost what I acknowledged.
        folder: [u8; 16],
        /// Whether what I held at the place of your cursor is held still.
        intact: bool,
    },
    /// I hold this picture, if you lack it.
    Offer {
        /// The picture.
        picture: PictureKey,
        /// Its bytes.
        size: u32,
    },
    /// Send me a few pieces of this picture.
    Need {
        /// The picture.
        picture: PictureKey,
        /// The first piece I lack.
        from: u32,
    },
    /// A piece of a picture.
    Piece {
        /// The picture.
        picture: PictureKey,
        /// Its number, from 0.
        index: u32,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// All of this picture is on my disk.
    Have {
        /// The picture.
        picture: PictureKey,
    },
    /// I do not hold this picture, and do not take it now.
    Absent {
        /// The picture.
        picture: PictureKey,
        /// Offer it again, or ask again, after so many milliseconds.
        retry_after_ms: u32,
    },
    /// A kind of a later version: skipped.
    Unknown(u8),
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// Longer than [`MAX_FRAME`].
    #[error("the frame is longer than {MAX_FRAME} bytes")]
    TooLong,
    /// Shorter than its two leading bytes.
    #[error("the frame is empty")]
    Empty,
    /// A version this program does not read.
    #[error("the frame has version {0}, this program reads {VERSION}; update it")]
    Version(u8),
    /// The body does not fit its kind.
    #[error("the body of a frame of kind {0} is malformed")]
    Body(u8),
}

macro_rules! frames {
    ($($kind:literal => $variant:ident $pattern:tt $value:expr => |$body:ident: $type:ty| $make:expr;)*) => {
        impl Frame {
            /// Writes the frame: version, kind, body.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                match self {
                    $(Self::$variant $pattern => body($kind, $value),)*
                    Self::Unknown(kind) => vec![VERSION, *kind],
                }
            }

            /// Reads a frame; a kind of a later version becomes [`Frame::Unknown`].
            ///
            /// # Errors
            /// [`BadFrame`]; never panics, whatever the bytes.
            pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
                if bytes.len() > MAX_FRAME {
                    return Err(BadFrame::TooLong);
                }
                let [version, kind, rest @ ..] = bytes else { return Err(BadFrame::Empty) };
                if *version != VERSION {
                    return Err(BadFrame::Version(*version));
                }
                match *kind {
                    $($kind => read::<$type>(*kind, rest).map(|$body| $make),)*
                    kind => Ok(Self::Unknown(kind)),
                }
            }
        }
    };
}

frames! {
    1 => Hello(hello) hello => |hello: Hello| Self::Hello(hello);
    2 => Welcome(welcome) welcome => |welcome: Welcome| Self::Welcome(Box::new(welcome));
    3 => Bye { code, text, retry_after_ms } &(code, text, retry_after_ms)
        => |b: (u8, String, u32)| Self::Bye { code: b.0, text: b.1, retry_after_ms: b.2 };
    4 => RosterAsk { after } after => |after: u64| Self::RosterAsk { after };
    5 => Roster { entries, head } &(entries, head)
        => |b: (Vec<Vec<u8>>, Vec<u8>)| Self::Roster { entries: b.0, head: b.1 };
    6 => Joins(joins) joins => |joins: Vec<Vec<u8>>| Self::Joins(joins);
    7 => Join(join) join => |join: Vec<u8>| Self::Join(join);
    8 => JoinAnswer(answer) answer => |answer: Vec<u8>| Self::JoinAnswer(answer);
    9 => Claim(claim) claim => |claim: Vec<u8>| Self::Claim(claim);
    10 => Claimed { ok, text } &(ok, text) => |b: (bool, String)| Self::Claimed { ok: b.0, text: b.1 };
    11 => Pack(pack) pack => |pack: Pack| Self::Pack(Box::new(pack));
    12 => Held { doc, entries } &(doc, entries)
        => |b: (DocId, Vec<(ActorId, u64, ChangeHash)>)| Self::Held { doc: b.0, entries: b.1 };
    13 => From { doc, actor, next } &(doc, actor, next)
        => |b: (DocId, ActorId, u64)| Self::From { doc: b.0, actor: b.1, next: b.2 };
    14 => Mark(cursor) cursor => |cursor: Cursor| Self::Mark(cursor);
    15 => Want { doc, actor, from } &(doc, actor, from)
        => |b: (DocId, ActorId, u64)| Self::Want { doc: b.0, actor: b.1, from: b.2 };
    16 => Compare { digest } digest => |digest: Digest| Self::Compare { digest };
    17 => Equal(cursor) cursor => |cursor: Cursor| Self::Equal(cursor);
    18 => Digests { docs, last } &(docs, last)
        => |b: (Vec<(DocId, [u8; 8])>, bool)| Self::Digests { docs: b.0, last: b.1 };
    19 => ClockOf(clock) clock => |clock: ClockOf| Self::ClockOf(clock);
    20 => Shown(receipt) receipt => |receipt: Receipt| Self::Shown(receipt);
    21 => Refused(notice) notice => |notice: RefusalNotice| Self::Refused(notice);
    22 => Presence(heard) heard => |heard: Vec<Heard>| Self::Presence(heard);
    23 => Pictures { folder, intact } &(folder, intact)
        => |b: ([u8; 16], bool)| Self::Pictures { folder: b.0, intact: b.1 };
    24 => Offer { picture, size } &(picture, size)
        => |b: (PictureKey, u32)| Self::Offer { picture: b.0, size: b.1 };
    25 => Need { picture, from } &(picture, from) => |b: (PictureKey, u32)| Self::Need { picture: b.0, from: b.1 };
    26 => Piece { picture, index, bytes } &(picture, index, bytes)
        => |b: (PictureKey, u32, Vec<u8>)| Self::Piece { picture: b.0, index: b.1, bytes: b.2 };
    27 => Have { picture } picture => |picture: PictureKey| Self::Have { picture };
    28 => Absent { picture, retry_after_ms } &(picture, retry_after_ms)
        => |b: (PictureKey, u32)| Self::Absent { picture: b.0, retry_after_ms: b.1 };
}

fn body<T: Serialize + ?Sized>(kind: u8, value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![VERSION, kind]).expect("writing to memory cannot fail")
}

fn read<T: for<'de> Deserialize<'de>>(kind: u8, bytes: &[u8]) -> Result<T, BadFrame> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(|_| BadFrame::Body(kind))?;
    if rest.is_empty() { Ok(value) } else { Err(BadFrame::Body(kind)) }
}
