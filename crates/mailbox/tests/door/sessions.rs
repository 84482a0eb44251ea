//! Conversations: who may have one, where it goes on, how it ends.

use hopluu_identity::revocations;
use hopluu_mailbox::Output;
use hopluu_store::MemoryFiles;
use hopluu_wire::Frame;
use hopluu_wire::frame::{Cursor, RefusalNotice};

use crate::rig::*;

fn goodbye(outputs: &[Output]) -> Option<u8> {
    outputs.iter().find_map(|output| if let Output::Close { code, .. } = output { Some(*code) } else { None })
}

#[test]
fn a_cursor_counts_only_while_everything_in_it_does() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    rig.send(a, &chain.pack(1, 2));
    let (_, heard) = rig.enter(B, None);
    let place = welcome(&heard).cursor;
    rig.send(a, &chain.pack(3, 3));
    let voided = [
        None,
        Some(Cursor { journal: [0; 16], ..place }),
        Some(Cursor { chain: [0; 8], ..place }),
        Some(Cursor { scope: [0; 8], ..place }),
        Some(Cursor { number: place.number + 1, ..place }),
        Some(Cursor { number: place.number + 100, ..place }),
    ];
    for cursor in voided {
        let (_, heard) = rig.enter(B, cursor);
        assert!(!welcome(&heard).tail, "{cursor:?}");
        assert!(!heard.iter().any(|frame| matches!(frame, Frame::Pack(_))), "nothing is sent on a guess");
    }
    let (_, heard) = rig.enter(B, Some(place));
    assert!(welcome(&heard).tail);
    let packs: Vec<u64> =
        heard.iter().filter_map(|frame| if let Frame::Pack(pack) = frame { Some(pack.first) } else { None }).collect();
    assert_eq!(packs, [3], "only what came after it");
    let (_, heard) = rig.enter(OTHER, Some(place));
    assert!(!welcome(&heard).tail, "another scope");

    let mut rig = rig.crash();
    let (_, heard) = rig.enter(B, Some(place));
    assert!(welcome(&heard).tail, "a restart changes nothing");
}

#[test]
fn a_relay_with_an_empty_disk_voids_all_cursors_and_is_refilled() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    rig.send(a, &chain.pack(1, 3));
    let (_, heard) = rig.enter(B, None);
    let place = welcome(&heard).cursor;

    let mut rig = Rig::on(MemoryFiles::new());
    let (b, heard) = rig.enter(B, Some(place));
    assert!(matches!(heard.as_slice(), [Frame::RosterAsk { after: 0 }]), "{heard:?}");
    let outputs = rig.give(b, &province());
    let heard = frames(&outputs, b);
    assert!(!welcome(&heard).tail && !welcome(&heard).equal);
    assert_eq!(acknowledged(&rig.send(b, &chain.pack(1, 3)), &chain), Some(3));
}

#[test]
fn a_stranger_hears_a_reason_and_nothing_else() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 1);
    rig.send(a, &chain.pack(1, 1));
    let conn = rig.up(STRANGER);
    let outputs = rig.hear(conn, &hello(0, None));
    assert!(goodbye(&outputs).is_some());
    assert!(matches!(frames(&outputs, conn).as_slice(), [Frame::Bye { .. }]), "{outputs:?}");

    let conn = rig.up(STRANGER);
    for frame in [
        Frame::Want { doc: chain.doc, actor: chain.actor, from: 1 },
        Frame::Compare { digest: [0; 16] },
        Frame::RosterAsk { after: 0 },
        Frame::Pack(Box::new(chain.pack(1, 1))),
    ] {
        assert!(rig.say(conn, &frame).is_empty(), "{frame:?}");
    }
    let notice = RefusalNotice {
        doc: chain.doc,
        actor: chain.actor,
        seq: 1,
        hash: chain.hash(1),
        reason: 1,
        text: "dài".repeat(12_000),
    };
    let ended = (0..20).any(|_| goodbye(&rig.hear(conn, &Frame::Refused(notice.clone()))).is_some());
    assert!(ended, "what is kept of strangers has a bound");
}

#[test]
fn a_malformed_frame_ends_one_conversation_and_no_other() {
    let mut rig = Rig::new();
    let (b, _) = rig.enter(B, None);
    for bytes in [vec![], vec![1], vec![9, 1, 2], vec![1, 11, 3], vec![1, 12, 0xff, 0xff, 0xff, 0xff, 0xff]] {
        let (a, _) = rig.enter(A, None);
        let outputs = rig.bytes(a, bytes);
        assert!(goodbye(&outputs).is_some() && frames(&outputs, b).is_empty(), "{outputs:?}");
    }
    let (a, _) = rig.enter(A, None);
    let outputs = rig.bytes(a, vec![1, 250, 1, 2, 3]);
    assert!(outputs.is_empty(), "a kind of a later version is skipped");
    let chain = Chain::of(B, issues(TAN_LAP), 1);
    assert_eq!(acknowledged(&rig.send(b, &chain.pack(1, 1)), &chain), Some(1));
}

#[test]
fn a_revoked_device_is_sent_away_at_its_next_frame_and_its_cut_holds() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (b, _) = rig.enter(B, None);
    let (desk, _) = rig.enter(DESK, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    rig.send(a, &chain.pack(1, 1));
    let mut roster = province();
    let tip = hopluu_model::Tip { seq: 1, hash: chain.hash(1) };
    let cut = [hopluu_identity::CutAt { doc: chain.doc, actor: chain.actor, tip }];
    for body in revocations(key(A).id(), &cut, "mất máy") {
        decree(&mut roster, &body);
    }
    let outputs = rig.give(desk, &roster);
    let told = frames(&outputs, a).iter().any(|frame| matches!(frame, Frame::Bye { .. }));
    let outputs = rig.hear(a, &Frame::Pack(Box::new(chain.pack(2, 3))));
    assert!(told || goodbye(&outputs).is_some());
    assert_eq!(rig.held(&chain), 1);
    // Nor by way of a sister office.
    let heard = refused(&rig.send(b, &chain.pack(2, 3)));
    assert_eq!((heard.len(), rig.held(&chain)), (1, 1));
    let mut rig = rig.crash();
    let conn = rig.up(A);
    let outputs = rig.hear(conn, &hello(roster.version(), None));
    assert!(goodbye(&outputs).is_some(), "{outputs:?}");
    assert!(!frames(&outputs, conn).iter().any(|frame| matches!(frame, Frame::Welcome(_))));
}

#[test]
fn hello_that_comes_twice_or_early_changes_nothing() {
    let mut rig = Rig::new();
    let (conn, first) = rig.enter(A, None);
    let end = rig.end();
    let again = rig.say(conn, &hello(province().version(), None));
    assert_eq!(welcome(&first).cursor, welcome(&again).cursor);
    assert_eq!(rig.end(), end);
}
