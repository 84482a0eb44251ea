//! Bytes that nobody of ours sent: an error, never a panic, never more than the bounds.

use hopluu_model::{ChangeHash, Signature};
use hopluu_wire::{Frame, MAX_CHANGE, MAX_INFLATED, Pack, change};
use proptest::prelude::*;

use crate::frames::{ACTOR, DOC, all};
use crate::packs::{chain, cut};

fn pack(count: u16, first: u64, body: Vec<u8>) -> Pack {
    Pack { doc: DOC, actor: ACTOR, first, count, signature: Signature([0; 64]), urgent: false, body }
}

/// What a pack opens to stays within its bounds.
fn bounded(pack: &Pack) {
    if let Ok(opened) = pack.open(Some(ChangeHash([1; 32]))) {
        assert_eq!(opened.changes.len(), usize::from(pack.count));
        // Rebuilding adds what was stripped: at most about 100 bytes to each.
        let bytes: usize = opened.changes.iter().map(|(raw, _)| raw.len()).sum();
        assert!(bytes <= MAX_INFLATED + 100 * opened.changes.len());
        assert!(opened.changes.iter().all(|(raw, _)| raw.len() <= MAX_CHANGE));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_of_junk_do_no_harm(kind in 0u8..35, body in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [&[1, kind][..], &body].concat();
        if let Ok(frame) = Frame::decode(&bytes) {
            // Numbers may be spelt longer than they must; what is understood stays the same.
            prop_assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
        }
    }

    #[test]
    fn damaged_frames_do_no_harm(which in 0usize..28, place in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let mut bytes = all()[which].1.encode();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(Frame::Pack(pack)) = Frame::decode(&bytes) {
            bounded(&pack);
        }
    }

    #[test]
    fn packs_of_junk_do_no_harm(
        coding in 0u8..3,
        count in 0u16..6,
        first in prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()],
        body in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        bounded(&pack(count, first, [&[coding][..], &body].concat()));
    }

    #[test]
    fn damaged_packs_are_errors_or_have_another_head(place in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let runs = chain(6, 90);
        let mut damaged = cut(&runs);
        let head = damaged.open(None).unwrap().head();
        let place = place.index(damaged.body.len());
        damaged.body[place] ^= flip;
        if let Ok(opened) = damaged.open(None) {
            // zstd may spell the same content otherwise; then nothing was damaged.
            let same = opened.changes.iter().zip(&runs).all(|((raw, _), run)| *raw == run.raw);
            prop_assert!(same || opened.head() != head);
        }
    }

    #[test]
    fn changes_of_junk_do_no_harm(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = change::parse(&body);
        let _ = change::parse(&[&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1][..], &body].concat());
    }
}
