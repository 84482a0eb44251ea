//! One frame of each kind, and the bounds of a frame.

use hopluu_model::{
    ActorId, ChangeHash, CollectionId, DeviceId, DocId, DocKind, PictureId, PictureKey, Signature, Timestamp,
};
use hopluu_wire::frame::{BadFrame, ClockOf, Cursor, Frame, Heard, Hello, Receipt, RefusalNotice, Welcome};
use hopluu_wire::{MAX_FRAME, Pack};

pub(crate) const DOC: DocId = DocId { collection: CollectionId([1; 16]), kind: DocKind::Issues(2026) };
pub(crate) const ACTOR: ActorId = ActorId([2; 16]);
const HASH: ChangeHash = ChangeHash([3; 32]);
const DEVICE: DeviceId = DeviceId([4; 32]);
const PICTURE: PictureKey = PictureKey { collection: CollectionId([1; 16]), id: PictureId([11; 32]) };
const SIGNATURE: Signature = Signature([5; 64]);
const CURSOR: Cursor = Cursor { journal: [6; 16], scope: [7; 8], number: 300, chain: [8; 8] };
const NOON: Timestamp = Timestamp(1_795_331_100_000);

/// One of each kind, by name.
pub(crate) fn all() -> Vec<(&'static str, Frame)> {
    let entries = vec![(ACTOR, 12, HASH)];
    let hello = Hello {
        protocol: (1, 1),
        roster: 5,
        cursor: Some(CURSOR),
        digest: [9; 16],
        receipts: [10; 16],
        backlog: 3,
        program: "0.1.0".into(),
    };
    let welcome =
        Welcome { protocol: 1, roster: 5, now: NOON, tail: true, equal: false, receipts_equal: true, cursor: CURSOR };
    let pack =
        Pack { doc: DOC, actor: ACTOR, first: 7, count: 2, signature: SIGNATURE, urgent: true, body: vec![0, 1, 2, 3] };
    let receipt = Receipt { doc: DOC, actor: ACTOR, seq: 12, hash: HASH, at: NOON, desk: DEVICE, signature: SIGNATURE };
    let notice =
        RefusalNotice { doc: DOC, actor: ACTOR, seq: 12, hash: HASH, reason: 7, text: "Chưa mở sổ".into() };
    let heard = Heard { device: DEVICE, at: NOON, connected: true, backlog: 3, program: "0.1.0".into() };
    vec![
        ("hello", Frame::Hello(hello)),
        ("welcome", Frame::Welcome(Box::new(welcome))),
        ("bye", Frame::Bye { code: 6, text: "thu hồi".into(), retry_after_ms: 60_000 }),
        ("roster-ask", Frame::RosterAsk { after: 4 }),
        ("roster", Frame::Roster { entries: vec![vec![1, 2], vec![3]], head: vec![4; 3] }),
        ("joins", Frame::Joins(vec![vec![1], vec![2, 3]])),
        ("join", Frame::Join(vec![1, 2, 3])),
        ("join-answer", Frame::JoinAnswer(vec![0])),
        ("claim", Frame::Claim(vec![9; 4])),
        ("claimed", Frame::Claimed { ok: false, text: "đã có chủ".into() }),
        ("pack", Frame::Pack(Box::new(pack))),
        ("held", Frame::Held { doc: DOC, entries: entries.clone() }),
        ("from", Frame::From { doc: DOC, actor: ACTOR, next: 8 }),
        ("mark", Frame::Mark(CURSOR)),
        ("want", Frame::Want { doc: DOC, actor: ACTOR, from: 8 }),
        ("compare", Frame::Compare { digest: [9; 16] }),
        ("equal", Frame::Equal(CURSOR)),
        ("digests", Frame::Digests { docs: vec![(DOC, [1; 8])], last: true }),
        ("clock-of", Frame::ClockOf(ClockOf { doc: DOC, entries, answer: true })),
        ("shown", Frame::Shown(receipt)),
        ("refused", Frame::Refused(notice)),
        ("presence", Frame::Presence(vec![heard])),
        ("pictures", Frame::Pictures { folder: [12; 16], intact: true }),
        ("offer", Frame::Offer { picture: PICTURE, size: 300_000 }),
        ("need", Frame::Need { picture: PICTURE, from: 4 }),
        ("piece", Frame::Piece { picture: PICTURE, index: 4, bytes: vec![1, 2, 3] }),
        ("have", Frame::Have { picture: PICTURE }),
        ("absent", Frame::Absent { picture: PICTURE, retry_after_ms: 30_000 }),
    ]
}

#[test]
fn every_frame_is_read_back() {
    for (name, frame) in all() {
        assert_eq!(Frame::decode(&frame.encode()), Ok(frame), "{name}");
    }
}

#[test]
fn the_list_above_holds_every_kind() {
    let known: Vec<u8> = all().iter().map(|(_, frame)| frame.encode()[1]).collect();
    for kind in 0..=u8::MAX {
        let read = Frame::decode(&[1, kind]);
        assert_eq!(read == Ok(Frame::Unknown(kind)), !known.contains(&kind), "kind {kind} has no frame above");
    }
}

#[test]
fn kinds_of_later_versions_are_skipped_and_later_versions_named() {
    assert_eq!(Frame::decode(&[1, 200, 1, 2, 3]), Ok(Frame::Unknown(200)));
    assert_eq!(Frame::decode(&[2, 1]), Err(BadFrame::Version(2)));
    assert_eq!(Frame::decode(&[]), Err(BadFrame::Empty));
    assert_eq!(Frame::decode(&[1]), Err(BadFrame::Empty));
}

#[test]
fn a_frame_has_one_spelling_and_one_length() {
    for (name, frame) in all() {
        let mut bytes = frame.encode();
        let kind = bytes[1];
        for cut in 2..bytes.len() {
            assert_eq!(Frame::decode(&bytes[..cut]), Err(BadFrame::Body(kind)), "{name} cut at {cut}");
        }
        bytes.push(0);
        assert_eq!(Frame::decode(&bytes), Err(BadFrame::Body(kind)), "{name} with more behind");
    }
}

#[test]
fn nothing_longer_than_a_frame_is_looked_at() {
    let mut bytes = vec![0; MAX_FRAME + 1];
    bytes[..2].copy_from_slice(&[1, 200]);
    assert_eq!(Frame::decode(&bytes), Err(BadFrame::TooLong));
    assert_eq!(Frame::decode(&bytes[..MAX_FRAME]), Ok(Frame::Unknown(200)));
}

#[test]
fn a_length_that_lies_allocates_nothing() {
    // A list of u64::MAX joins in twelve bytes.
    let mut bytes = vec![1, 6];
    bytes.extend([0xff; 9]);
    bytes.push(1);
    assert_eq!(Frame::decode(&bytes), Err(BadFrame::Body(6)));
}
