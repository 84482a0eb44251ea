//! Real values to begin with: one of every frame, packs, a history of two authors.

use std::sync::OnceLock;

use hopluu_document::Document;
use hopluu_identity::{Claim, root_hash};
use hopluu_model::id::PIECE;
use hopluu_model::{ChangeHash, CollectionId, DocId, DocKind, PictureId, PictureKey, Signature, Timestamp, Tip};
use hopluu_store::picture_contract::picture;
use hopluu_store::picture_id;
use hopluu_wire::Frame;
use hopluu_wire::frame::{ClockOf, Cursor, Heard, Hello, Receipt, RefusalNotice, Welcome};

use crate::chain::{Chain, edits};
use crate::province::{
    A, B, BINH_AN, DESK, NEWCOMER, NOON, OTHER, TAN_LAP, invitation, issues, key, register, root, roster, ticket,
};

/// What the offices of a commune have written, and what the hijacked one may still send.
#[derive(Debug)]
pub struct History {
    /// Issues by the honest office, then by the hijacked one on top of them.
    pub issues: [Chain; 2],
    /// A register by each.
    pub registers: [Chain; 2],
    /// People: by the letter of the format, in a lane of its own.
    pub people: Chain,
    /// Another commune's.
    pub others: Chain,
    /// Written by the honest office, and sent only when all is over.
    pub last_word: Chain,
}

impl History {
    /// All chains but the last word.
    #[must_use]
    pub fn chains(&self) -> Vec<&Chain> {
        self.issues.iter().chain(&self.registers).chain([&self.people, &self.others]).collect()
    }
}

/// The history every target begins with, made once.
#[must_use]
pub fn history() -> &'static History {
    static HISTORY: OnceLock<History> = OnceLock::new();
    HISTORY.get_or_init(|| {
        let pair = |doc: DocId| {
            let mut document = Document::begin(doc);
            let honest = Chain::begin(B, 1, doc).write(B, &mut document, &edits(doc, 1, 9));
            let hijacked = Chain::begin(A, 1, doc).write(A, &mut document, &edits(doc, 31, 12));
            [honest, hijacked]
        };
        let doc = issues(TAN_LAP);
        let other = issues(BINH_AN);
        History {
            issues: pair(doc),
            registers: pair(register(TAN_LAP)),
            people: Chain::made_up(A, 2, DocId::new(TAN_LAP, DocKind::People), 5),
            others: Chain::begin(OTHER, 1, other).write(OTHER, &mut Document::begin(other), &edits(other, 1, 3)),
            last_word: Chain::begin(B, 9, doc).write(B, &mut Document::begin(doc), &edits(doc, 91, 6)),
        }
    })
}

/// A desk's word that it shows a chain up to a change.
#[must_use]
pub fn receipt(chain: &Chain, seq: usize, desk: u8) -> Receipt {
    let (doc, actor, tip) = (chain.doc, chain.actor, Tip { seq: seq as u64, hash: chain.runs[seq - 1].hash });
    let signature = key(desk).sign(&Receipt::statement(&doc, &actor, &tip, NOON));
    Receipt { doc, actor, seq: tip.seq, hash: tip.hash, at: NOON, desk: key(desk).id(), signature }
}

/// Pictures of both communes, of one piece and of several.
#[must_use]
pub fn pictures() -> &'static [(PictureKey, Vec<u8>)] {
    static PICTURES: OnceLock<Vec<(PictureKey, Vec<u8>)>> = OnceLock::new();
    PICTURES.get_or_init(|| {
        let one = |(seed, collection, bytes)| {
            let bytes = picture(seed, bytes);
            (PictureKey { collection, id: picture_id(&bytes) }, bytes)
        };
        [(1, TAN_LAP, 900), (2, TAN_LAP, 2 * PIECE), (3, TAN_LAP, 6 * PIECE + 1), (4, BINH_AN, 20_000)].map(one).into()
    })
}

/// A greeting that knows nothing.
#[must_use]
pub fn hello(roster: u64, cursor: Option<Cursor>) -> Hello {
    let (digest, receipts, program) = ([0; 16], [0; 16], "thử".to_owned());
    Hello { protocol: (1, 1), roster, cursor, digest, receipts, backlog: 0, program }
}

/// The whole roster as it travels.
#[must_use]
pub fn whole_roster() -> Frame {
    let entries = roster().entries_after(0).map(<[u8]>::to_vec).collect();
    Frame::Roster { entries, head: roster().head().expect("a founded province").to_bytes() }
}

/// One frame of every kind, two of some.
#[must_use]
pub fn frames() -> Vec<Frame> {
    let history = history();
    let (chain, doc) = (&history.issues[1], history.issues[1].doc);
    let (actor, hash) = (chain.actor, chain.runs[0].hash);
    let cursor = Cursor { journal: [3; 16], scope: [1; 8], number: 7, chain: [2; 8] };
    let entries = vec![(actor, 3, hash), (history.issues[0].actor, 9, ChangeHash([4; 32]))];
    let welcome = Welcome { protocol: 1, roster: 9, now: NOON, tail: true, equal: false, receipts_equal: true, cursor };
    let heard = Heard { device: key(B).id(), at: NOON, connected: true, backlog: 3, program: "0.1.0".into() };
    let join = invitation().join(key(NEWCOMER).id(), NOON).to_bytes();
    let claim = Claim::sign(&ticket(), root(1).key(), root_hash(&root(2).id())).to_bytes();
    let notice = RefusalNotice { doc, actor, seq: 2, hash, reason: 61, text: "đã có thay đổi khác".into() };
    let collection = CollectionId([6; 16]);
    let picture = PictureKey { collection: TAN_LAP, id: PictureId([8; 32]) };
    let mut frames = vec![
        Frame::Hello(hello(9, None)),
        Frame::Hello(hello(0, Some(cursor))),
        Frame::Welcome(Box::new(welcome)),
        Frame::Bye { code: 4, text: "không có trong danh sách".into(), retry_after_ms: 30_000 },
        Frame::RosterAsk { after: 3 },
        whole_roster(),
        Frame::Joins(vec![join.clone(), join.clone()]),
        Frame::Join(join),
        Frame::JoinAnswer(vec![0]),
        Frame::Claim(claim),
        Frame::Claimed { ok: false, text: "trạm đã thuộc về tỉnh khác".into() },
        Frame::Held { doc, entries: entries.clone() },
        Frame::From { doc, actor, next: 4 },
        Frame::Mark(cursor),
        Frame::Want { doc, actor, from: 1 },
        Frame::Compare { digest: [5; 16] },
        Frame::Equal(cursor),
        Frame::Digests { docs: vec![(doc, [1; 8]), (DocId::new(collection, DocKind::Bulletin), [2; 8])], last: true },
        Frame::ClockOf(ClockOf { doc, entries, answer: true }),
        Frame::Shown(receipt(chain, 2, DESK)),
        Frame::Shown(Receipt { signature: Signature([0; 64]), at: Timestamp(i64::MIN), ..receipt(chain, 2, DESK) }),
        Frame::Refused(notice),
        Frame::Presence(vec![heard.clone(), heard]),
        Frame::Pictures { folder: [7; 16], intact: false },
        Frame::Offer { picture, size: 40_000 },
        Frame::Need { picture, from: 1 },
        Frame::Piece { picture, index: 0, bytes: vec![7; 300] },
        Frame::Have { picture },
        Frame::Absent { picture, retry_after_ms: 30_000 },
        Frame::Unknown(99),
    ];
    let packs = history.chains().into_iter().flat_map(|chain| [chain.pack(1, chain.runs.len()), chain.pack(2, 3)]);
    frames.extend(packs.map(|pack| Frame::Pack(Box::new(pack))));
    frames
}
