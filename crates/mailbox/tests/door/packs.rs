//! Changes that come: kept, asked for from elsewhere, or dropped.

use hopluu_mailbox::Output;
use hopluu_wire::Frame;

use crate::rig::*;

#[test]
fn a_pack_is_acknowledged_after_the_disk_has_it_and_not_before() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    let early = rig.stage(conn, &Frame::Pack(Box::new(chain.pack(1, 3))));
    assert!(early.is_empty(), "{early:?}");
    let heard = frames(&rig.commit().unwrap(), conn);
    assert_eq!(acknowledged(&heard, &chain), Some(3));
    let rig = rig.crash();
    assert_eq!(rig.held(&chain), 3, "what was acknowledged survives a power cut");
}

#[test]
fn nothing_leaves_when_the_disk_fails() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 2);
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(1, 1)), &chain), Some(1));
    rig.stage(conn, &Frame::Pack(Box::new(chain.pack(2, 2))));
    rig.disk(true);
    let failed = rig.commit().unwrap_err();
    assert!(!failed.to_string().is_empty());
    assert!(rig.mailbox.poll().is_none(), "no acknowledgement");
    rig.disk(false);
    let mut rig = rig.crash();
    assert_eq!(rig.held(&chain), 1, "what was promised is there, what was not is not");
    let (conn, _) = rig.enter(A, None);
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(2, 2)), &chain), Some(2));
}

#[test]
fn a_gap_is_answered_with_where_to_begin() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 9);
    let heard = rig.send(conn, &chain.pack(4, 6));
    assert_eq!(heard, [Frame::From { doc: chain.doc, actor: chain.actor, next: 1 }]);
    rig.send(conn, &chain.pack(1, 3));
    let heard = rig.send(conn, &chain.pack(6, 9));
    assert_eq!(heard, [Frame::From { doc: chain.doc, actor: chain.actor, next: 4 }]);
    assert_eq!(rig.held(&chain), 3);
}

#[test]
fn what_is_known_is_acknowledged_and_dropped() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 6);
    rig.send(conn, &chain.pack(1, 4));
    let end = rig.end();
    for (first, last) in [(1, 4), (1, 2), (3, 4), (2, 2)] {
        assert_eq!(acknowledged(&rig.send(conn, &chain.pack(first, last)), &chain), Some(4), "{first} to {last}");
    }
    assert_eq!(rig.end(), end, "nothing was written");
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(2, 6)), &chain), Some(6), "what is new of it is kept");
    assert_eq!(rig.held(&chain), 6);
    let mut rig = rig.crash();
    assert_eq!(rig.held(&chain), 6);
    let (_, heard) = rig.enter(B, None);
    assert!(!welcome(&heard).equal);
    let (other, _) = rig.enter(B, None);
    let want = Frame::Want { doc: chain.doc, actor: chain.actor, from: 1 };
    let mut numbers = Vec::new();
    for frame in rig.say(other, &want) {
        let Frame::Pack(pack) = frame else { continue };
        let parent = pack.first.checked_sub(2).map(|place| chain.hash(usize::try_from(place).unwrap() + 1));
        let opened = pack.open(parent).unwrap();
        for ((_, hash), seq) in opened.changes.iter().zip(pack.first..) {
            assert_eq!(*hash, chain.hash(usize::try_from(seq).unwrap()));
            numbers.push(seq);
        }
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6], "and given whole to whoever wants it");
}

#[test]
fn a_sister_office_may_bring_what_the_relay_lost() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(B, None);
    let chain = Chain::of(A, issues(TAN_LAP), 3);
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(1, 3)), &chain), Some(3));
    let (conn, _) = rig.enter(OTHER, None);
    let elsewhere = Chain::of(A, hopluu_model::DocId::new(TAN_LAP, hopluu_model::DocKind::Register), 1);
    assert_eq!(refused(&rig.send(conn, &elsewhere.pack(1, 1))), [(60, 1)], "another commune may not");
    assert_eq!(rig.held(&elsewhere), 0);
}

#[test]
fn what_is_kept_is_handed_on_to_those_who_may_read_it() {
    let mut rig = Rig::new();
    let (a, _) = rig.enter(A, None);
    let (b, _) = rig.enter(B, None);
    let (other, _) = rig.enter(OTHER, None);
    let (desk, _) = rig.enter(DESK, None);
    let chain = Chain::of(A, issues(TAN_LAP), 2);
    let outputs = rig.hear(a, &Frame::Pack(Box::new(chain.pack(1, 2))));
    let packs = |conn| frames(&outputs, conn).iter().filter(|frame| matches!(frame, Frame::Pack(_))).count();
    assert_eq!((packs(a), packs(b), packs(other), packs(desk)), (0, 1, 0, 1));
}

#[test]
fn a_second_change_with_one_number_is_an_alarm_and_not_kept() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let doc = issues(TAN_LAP);
    let chain = Chain::of(A, doc, 3);
    rig.send(conn, &chain.pack(1, 3));
    let fork = Chain::signed(actor(A), A, doc, (4, b"otherwise"));
    for (first, last) in [(1, 3), (1, 4)] {
        let outputs = rig.hear(conn, &Frame::Pack(Box::new(fork.pack(first, last))));
        assert!(outputs.iter().any(|output| matches!(output, Output::Alarm(_))), "{outputs:?}");
        assert_eq!(refused(&frames(&outputs, conn)), [(61, 1)]);
    }
    let tip = rig.mailbox.store().tip(&doc, &chain.actor).unwrap().unwrap();
    assert_eq!((tip.seq, tip.hash), (3, chain.hash(3)));
}
