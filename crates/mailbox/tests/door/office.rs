//! The same door at an office.

use hopluu_mailbox::{Input, Mailbox, Output, Role, Setup};
use hopluu_model::{Tick, Tip};
use hopluu_store::{MemoryFiles, MemoryIndex, Options, PictureQuota, Pictures, Store};
use hopluu_sync::ConnId;
use hopluu_wire::Frame;
use hopluu_wire::frame::{Cursor, Receipt, Welcome};

use crate::rig::*;

pub(crate) const LINE: ConnId = ConnId(1);

/// An office with a line on which it has greeted.
pub(crate) fn office(pictures: Pictures) -> Mailbox {
    let opened = Store::open(Box::new(MemoryFiles::new()), Box::new(MemoryIndex::new()), Options::new([4; 16]));
    let relay = relay_at().key;
    let setup = Setup {
        key: key(A),
        role: Role::Office { relay, claim: None },
        anchor: province().anchor(),
        enrolment: None,
        program: "thử".into(),
        seed: 1,
    };
    let mut office =
        Mailbox::open(opened.expect("an empty disk").0.with_pictures(pictures), setup).expect("a sound store");
    feed(&mut office, Input::Up { conn: LINE, peer: relay });
    feed(&mut office, Input::Confirmed { conn: LINE });
    office
}

pub(crate) fn feed(office: &mut Mailbox, input: Input) -> Vec<Output> {
    office.handle(Tick(10), NOON, input).expect("a sound store");
    office.commit(Tick(10)).expect("a sound disk");
    std::iter::from_fn(|| office.poll()).collect()
}

pub(crate) fn hear(office: &mut Mailbox, frame: &Frame) -> Vec<Output> {
    feed(office, Input::Frame { conn: LINE, bytes: frame.encode(), early: false })
}

/// The relay answers the greeting.
pub(crate) fn welcomed(office: &mut Mailbox) -> Vec<Output> {
    let cursor = Cursor { journal: [3; 16], scope: [0; 8], number: 0, chain: [0; 8] };
    let (tail, equal, receipts_equal) = (true, true, true);
    let welcome = Welcome { protocol: 1, roster: 0, now: NOON, tail, equal, receipts_equal, cursor };
    hear(office, &Frame::Welcome(Box::new(welcome)))
}

#[test]
fn receipts_that_overtake_the_roster_are_kept_until_it_has_come() {
    let chain = Chain::of(B, issues(TAN_LAP), 2);
    let (doc, actor) = (chain.doc, chain.actor);
    let receipt = |seed: u8, seq: usize| {
        let (tip, seq) = (Tip { seq: seq as u64, hash: chain.hash(seq) }, seq as u64);
        let signature = key(seed).sign(&Receipt::statement(&doc, &actor, &tip, NOON));
        Receipt { doc, actor, seq, hash: tip.hash, at: NOON, desk: key(seed).id(), signature }
    };
    let folder = Pictures::open(Box::new(MemoryFiles::new()), PictureQuota::office(0), [1; 16]);
    let mut office = office(folder.expect("an empty folder"));
    for early in [receipt(DESK, 1), receipt(STRANGER, 2)] {
        let outputs = hear(&mut office, &Frame::Shown(early));
        assert!(!outputs.iter().any(|output| matches!(output, Output::Shown { .. })));
    }
    let roster = province();
    let entries = roster.entries_after(0).map(<[u8]>::to_vec).collect();
    let head = roster.head().expect("a founded province").to_bytes();
    let outputs = hear(&mut office, &Frame::Roster { entries, head });
    assert!(outputs.contains(&Output::Shown { doc, at: NOON }), "{outputs:?}");
    assert_eq!(office.store().shown(&doc).unwrap().seq(&actor), 1, "the stranger's word counts for nothing");
}
