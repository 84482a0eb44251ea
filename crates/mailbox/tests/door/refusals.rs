//! Changes that are not accepted: who hears of it, and for how long.

use hopluu_identity::{Body, new_actor};
use hopluu_model::{DocId, DocKind, Tip};
use hopluu_wire::frame::Receipt;
use hopluu_wire::{Frame, Pack};

use crate::rig::*;

/// A pack that cannot be opened, or whose signature is wrong.
const BAD_PACK: u8 = 60;

#[test]
fn a_wrong_signature_is_told_to_the_sender_and_refuses_nobody_for_good() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let doc = issues(TAN_LAP);
    let chain = Chain::of(A, doc, 2);
    let end = rig.end();
    let unsigned = Pack { signature: NO_SIGNATURE, ..chain.pack(1, 2) };
    let by_another = Chain::signed(actor(A), B, doc, (2, b"columns")).pack(1, 2);
    let of_elsewhere = Pack { doc: DocId::new(TAN_LAP, DocKind::Register), ..chain.pack(1, 2) };
    let of_another_number = Pack { count: 1, ..chain.pack(1, 2) };
    for pack in [unsigned, by_another, of_elsewhere, of_another_number] {
        assert_eq!(refused(&rig.send(conn, &pack)), [(BAD_PACK, 1)]);
    }
    assert_eq!((rig.end(), rig.mailbox.store().refusals(None).unwrap().len()), (end, 0));
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(1, 2)), &chain), Some(2), "the true one is taken");
}

#[test]
fn other_bytes_have_another_hash_and_no_signature_fits() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let chain = Chain::of(A, issues(TAN_LAP), 2);
    let pack = chain.pack(1, 2);
    for place in 0..pack.body.len() {
        let mut damaged = pack.clone();
        damaged.body[place] ^= 0x10;
        let heard = rig.send(conn, &damaged);
        assert_eq!(refused(&heard), [(BAD_PACK, 1)], "flip at {place}");
    }
    // The right bytes behind another parent are another chain too.
    rig.send(conn, &chain.pack(1, 1));
    let elsewhere = Chain::signed(actor(A), A, issues(TAN_LAP), (2, b"otherwise"));
    assert_eq!(refused(&rig.send(conn, &elsewhere.pack(2, 2))), [(BAD_PACK, 2)]);
    assert_eq!(rig.held(&chain), 1);
}

#[test]
fn a_commune_cannot_write_in_another_and_is_told_so_for_good() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(OTHER, None);
    let chain = Chain::of(OTHER, issues(TAN_LAP), 2);
    let heard = refused(&rig.send(conn, &chain.pack(1, 2)));
    assert_eq!(heard.len(), 1);
    assert_ne!(heard[0].0, BAD_PACK);
    assert_eq!(rig.held(&chain), 0);
    let mut rig = rig.crash();
    let (_, again) = rig.enter(OTHER, None);
    assert_eq!(refused(&again), heard, "at every greeting, until program or roster change");
    let (_, others) = rig.enter(A, None);
    assert_eq!(refused(&others), [], "it is nobody else's business");
}

#[test]
fn the_provinces_documents_are_closed_to_communes() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    for doc in [DocId::new(PROVINCE, DocKind::Bulletin), issues(PROVINCE), DocId::new(TAN_LAP, DocKind::Bulletin)] {
        let chain = Chain::of(A, doc, 1);
        let heard = refused(&rig.send(conn, &chain.pack(1, 1)));
        assert!(heard.len() == 1 && heard[0].0 != BAD_PACK, "{doc}: {heard:?}");
        assert_eq!(rig.held(&chain), 0, "{doc}");
    }
    let open = Chain::of(A, DocId::new(TAN_LAP, DocKind::People), 1);
    assert_eq!(acknowledged(&rig.send(conn, &open.pack(1, 1)), &open), Some(1));
    let (desk, _) = rig.enter(DESK, None);
    let bulletin = Chain::of(DESK, DocId::new(PROVINCE, DocKind::Bulletin), 1);
    assert_eq!(acknowledged(&rig.send(desk, &bulletin.pack(1, 1)), &bulletin), Some(1));
}

#[test]
fn a_year_that_is_not_open_yet_waits_for_the_roster_that_opens_it() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let (desk, _) = rig.enter(DESK, None);
    let chain = Chain::of(A, DocId::new(TAN_LAP, DocKind::Issues(2027)), 1);
    let heard = rig.send(conn, &chain.pack(1, 1));
    assert!(matches!(heard.as_slice(), [Frame::RosterAsk { .. }]), "{heard:?}");
    assert_eq!((rig.held(&chain), rig.mailbox.store().refusals(None).unwrap().len()), (0, 0));
    let mut roster = province();
    decree(&mut roster, &Body::OpenYear { year: 2027 });
    let outputs = rig.give(desk, &roster);
    let again = Frame::From { doc: chain.doc, actor: chain.actor, next: 1 };
    let want = Frame::Want { doc: chain.doc, actor: chain.actor, from: 1 };
    let asked = frames(&outputs, conn).into_iter().any(|frame| frame == again || frame == want);
    assert!(asked, "{:?}", frames(&outputs, conn));
    assert_eq!(acknowledged(&rig.send(conn, &chain.pack(1, 1)), &chain), Some(1));
}

#[test]
fn an_author_that_no_roster_names_gets_a_question_for_the_roster() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(B, None);
    let nobody = new_actor(&key(STRANGER).id(), [1; 8]);
    let chain = Chain::signed(nobody, STRANGER, issues(TAN_LAP), (1, b"columns"));
    let heard = rig.send(conn, &chain.pack(1, 1));
    assert!(matches!(heard.as_slice(), [Frame::RosterAsk { .. }]), "{heard:?}");
    assert_eq!(rig.held(&chain), 0);
}

#[test]
fn only_the_desks_word_counts_as_shown() {
    let mut rig = Rig::new();
    let (conn, _) = rig.enter(A, None);
    let (desk, _) = rig.enter(DESK, None);
    let chain = Chain::of(A, issues(TAN_LAP), 2);
    rig.send(conn, &chain.pack(1, 2));
    let (doc, actor) = (chain.doc, chain.actor);
    let receipt = |seed: u8, claimed: u8, seq: u64, said: u64| {
        let tip = |seq: u64| Tip { seq, hash: chain.hash(2) };
        let signature = key(seed).sign(&Receipt::statement(&doc, &actor, &tip(said), NOON));
        Receipt { doc, actor, seq, hash: chain.hash(2), at: NOON, desk: key(claimed).id(), signature }
    };
    let shown = |rig: &Rig| rig.mailbox.store().shown(&doc).unwrap().seq(&actor);
    let end = rig.end();
    for forged in
        [receipt(A, A, 2, 2), receipt(A, DESK, 2, 2), receipt(STRANGER, STRANGER, 2, 2), receipt(DESK, DESK, 2, 1)]
    {
        rig.say(conn, &Frame::Shown(forged));
        assert_eq!((shown(&rig), rig.end()), (0, end));
    }
    let outputs = rig.hear(desk, &Frame::Shown(receipt(DESK, DESK, 2, 2)));
    assert_eq!(shown(&rig), 2);
    assert!(frames(&outputs, conn).iter().any(|frame| matches!(frame, Frame::Shown(_))), "and its author hears it");
    let mut rig = rig.crash();
    assert_eq!(shown(&rig), 2);
    let (_, heard) = rig.enter(B, None);
    assert!(heard.iter().any(|frame| matches!(frame, Frame::Shown(_))), "kept for those who were away");
}
