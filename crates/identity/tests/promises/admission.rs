//! Who may write and read what, and how devices come in and go.

use crate::province::*;
use hopluu_identity::{
    Access, Body, CutAt, Fault, Join, JoinError, Provisional, Refused, Roster, RosterError, Welcome, admit, decide,
    may_read, may_read_doc, revocations,
};
use hopluu_model::{ActorId, CollectionId, DocId, DocKind, Side, Timestamp};

fn judge(roster: &Roster, seed: u8, doc: DocId) -> Result<Side, Refused> {
    admit(roster, &Provisional::default(), &doc, &actor(seed), &tip(1, 1)).map(|admitted| admitted.side)
}

#[test]
fn everybody_writes_within_their_scope() {
    let roster = province();
    let doc = DocId::new;
    let elsewhere = CollectionId([9; 16]);
    let cases = [
        (11, register(TAN_LAP), Ok(Side::Commune)),
        (11, doc(TAN_LAP, DocKind::People), Ok(Side::Commune)),
        (11, doc(TAN_LAP, DocKind::Issues(2026)), Ok(Side::Commune)),
        (100, register(TAN_LAP), Ok(Side::Province)),
        (100, doc(PROVINCE, DocKind::Bulletin), Ok(Side::Province)),
        (99, register(TAN_LAP), Err(Refused::UnknownAuthor)),
        (11, register(BINH_AN), Err(Refused::OutOfScope)),
        (11, doc(PROVINCE, DocKind::Bulletin), Err(Refused::ProvinceOnly)),
        (100, register(elsewhere), Err(Refused::UnknownCollection)),
        (11, doc(TAN_LAP, DocKind::Bulletin), Err(Refused::NoSuchDocument)),
        (11, doc(TAN_LAP, DocKind::Issues(1970)), Err(Refused::YearNotOpen)),
    ];
    for (seed, doc, expected) in cases {
        assert_eq!(judge(&roster, seed, doc), expected, "{seed} {doc}");
    }
}

#[test]
fn a_revoked_device_counts_up_to_its_cut() {
    let mut roster = province();
    let cut = |seq, hash| CutAt { doc: register(TAN_LAP), actor: actor(11), tip: tip(seq, hash) };
    let revoke = |cut: &[CutAt]| revocations(key(11).id(), cut, "mất máy").remove(0);
    append(&mut roster, &revoke(&[cut(5, 5)])).unwrap();
    let judge = |roster: &Roster, doc: DocId, seq, hash| {
        admit(roster, &Provisional::default(), &doc, &actor(11), &tip(seq, hash)).map(|_| ())
    };
    assert_eq!(judge(&roster, register(TAN_LAP), 4, 44), Ok(()));
    assert_eq!(judge(&roster, register(TAN_LAP), 5, 5), Ok(()));
    assert_eq!(judge(&roster, register(TAN_LAP), 5, 6), Err(Refused::OffCut));
    assert_eq!(judge(&roster, register(TAN_LAP), 6, 6), Err(Refused::AfterCut));
    assert_eq!(judge(&roster, DocId::new(TAN_LAP, DocKind::People), 1, 1), Err(Refused::AfterCut));

    for lower in [cut(4, 4), cut(5, 6)] {
        assert_eq!(append(&mut roster, &revoke(&[lower])), Err(RosterError::Fault(Fault::CutLowered)));
    }
    append(&mut roster, &revoke(&[cut(8, 8)])).unwrap();
    assert_eq!(judge(&roster, register(TAN_LAP), 6, 6), Ok(()));
    assert_eq!(roster.cut(&key(11).id(), &register(TAN_LAP), &actor(11)), Some(tip(8, 8)));
    assert_eq!(may_read(&roster, &Provisional::default(), &key(11).id(), &TAN_LAP), Access::Nothing);
}

#[test]
fn long_cuts_are_split_and_add_up() {
    let mut roster = province();
    let cuts: Vec<_> = (0..600u16)
        .map(|n| {
            let mut actor = actor(11).0;
            actor[14..].copy_from_slice(&n.to_be_bytes());
            CutAt { doc: register(TAN_LAP), actor: ActorId(actor), tip: tip(3, 3) }
        })
        .collect();
    let bodies = revocations(key(11).id(), &cuts, "");
    assert_eq!(bodies.len(), 3);
    for body in &bodies {
        append(&mut roster, body).unwrap();
    }
    assert!(cuts.iter().all(|cut| roster.cut(&key(11).id(), &cut.doc, &cut.actor) == Some(cut.tip)));
}

#[test]
fn a_ruling_decides_a_fork_once() {
    let mut roster = province();
    let ruling = |keep: u8| Body::Ruling { doc: register(TAN_LAP), actor: actor(11), seq: 3, keep: tip(3, keep).hash };
    append(&mut roster, &ruling(7)).unwrap();
    assert_eq!(append(&mut roster, &ruling(8)), Err(RosterError::Fault(Fault::Decided)));
    let judge = |hash| admit(&roster, &Provisional::default(), &register(TAN_LAP), &actor(11), &tip(3, hash));
    assert!(judge(7).is_ok());
    assert_eq!(judge(8), Err(Refused::Overruled));
}

#[test]
fn communes_read_their_own_and_the_bulletin() {
    let roster = province();
    let none = Provisional::default();
    let reads = |seed: u8, collection| may_read(&roster, &none, &key(seed).id(), &collection);
    assert_eq!(reads(11, TAN_LAP), Access::Everything);
    assert_eq!(reads(11, PROVINCE), Access::Bulletin);
    assert_eq!(reads(11, BINH_AN), Access::Nothing);
    assert_eq!(reads(100, BINH_AN), Access::Everything);
    assert_eq!(reads(99, TAN_LAP), Access::Nothing);
    let doc = |kind| DocId::new(PROVINCE, kind);
    assert!(may_read_doc(&roster, &none, &key(11).id(), &doc(DocKind::Bulletin)));
    assert!(!may_read_doc(&roster, &none, &key(11).id(), &doc(DocKind::Issues(2026))));
}

fn join(device: u8, one_time: u8) -> Join {
    Join::sign(PROVINCE, key(device).id(), Timestamp(0), &key(one_time))
}

fn inviting() -> Roster {
    let mut roster = province();
    let invitation = invited(&roster, 50, TAN_LAP);
    append(&mut roster, &Body::Invitation(invitation)).unwrap();
    roster
}

#[test]
fn a_device_joins_without_the_desk_and_is_confirmed_later() {
    let mut roster = inviting();
    let mut waiting = Provisional::default();
    assert!(matches!(decide(&roster, &waiting, &join(20, 50), NOON), Ok(Welcome::New(_))));
    assert_eq!(waiting.keep(&roster, &join(20, 50)), Ok(true));
    assert!(matches!(decide(&roster, &waiting, &join(20, 50), Timestamp(i64::MAX)), Ok(Welcome::Again(_))));

    let admitted = admit(&roster, &waiting, &register(TAN_LAP), &actor(20), &tip(1, 1)).unwrap();
    assert!(!admitted.confirmed && admitted.device == key(20).id());
    assert_eq!(judge_with(&roster, &waiting, register(BINH_AN)), Err(Refused::OutOfScope));

    let confirmation = waiting.waiting(&roster).next().unwrap().confirmation();
    append(&mut roster, &confirmation).unwrap();
    assert_eq!(waiting.waiting(&roster).count(), 0);
    waiting.settle(&roster);
    assert_eq!(waiting, Provisional::default());
    assert!(admit(&roster, &waiting, &register(TAN_LAP), &actor(20), &tip(1, 1)).unwrap().confirmed);
    assert!(matches!(decide(&roster, &waiting, &join(20, 50), NOON), Ok(Welcome::Again(_))));
    assert_eq!(decide(&roster, &waiting, &join(21, 50), NOON), Err(JoinError::Used));
}

fn judge_with(roster: &Roster, waiting: &Provisional, doc: DocId) -> Result<(), Refused> {
    admit(roster, waiting, &doc, &actor(20), &tip(1, 1)).map(|_| ())
}

#[test]
fn every_refusal_of_a_join_has_its_own_reason() {
    let mut roster = inviting();
    let mut waiting = Provisional::default();
    let fresh = |join: &Join, roster: &Roster, waiting: &Provisional| decide(roster, waiting, join, NOON).unwrap_err();
    assert_eq!(fresh(&join(20, 51), &roster, &waiting), JoinError::Unknown);
    assert_eq!(fresh(&Join { province: TAN_LAP, ..join(20, 50) }, &roster, &waiting), JoinError::Foreign);
    assert_eq!(fresh(&Join { device: key(21).id(), ..join(20, 50) }, &roster, &waiting), JoinError::BadSignature);
    assert_eq!(fresh(&join(11, 50), &roster, &waiting), JoinError::DeviceThere);
    let late = Timestamp(NOON.0 + 1001);
    assert_eq!(decide(&roster, &waiting, &join(20, 50), late), Err(JoinError::Expired));
    waiting.keep(&roster, &join(20, 50)).unwrap();
    assert_eq!(fresh(&join(21, 50), &roster, &waiting), JoinError::Used);
    assert_eq!(waiting.keep(&roster, &join(21, 50)), Err(JoinError::Used));

    append(&mut roster, &Body::Revoke { device: key(20).id(), cut: vec![], reason: String::new() }).unwrap();
    assert_eq!(fresh(&join(20, 50), &roster, &waiting), JoinError::Revoked);
    assert_eq!(judge_with(&roster, &waiting, register(TAN_LAP)), Err(Refused::AfterCut));
    let invitation = join(20, 50).invitation;
    append(&mut roster, &Body::Withdraw { invitation }).unwrap();
    assert_eq!(fresh(&join(21, 50), &roster, &waiting), JoinError::Withdrawn);
    assert_eq!(judge_with(&roster, &waiting, register(TAN_LAP)), Err(Refused::UnknownAuthor));
}

#[test]
fn the_second_device_gives_way_when_the_roster_confirms_it_was_not_first() {
    let mut roster = inviting();
    let mut here = Provisional::default();
    here.keep(&roster, &join(20, 50)).unwrap();
    let other = roster.check_join(&join(21, 50)).unwrap();
    append(&mut roster, &other.confirmation()).unwrap();
    assert_eq!(judge_with(&roster, &here, register(TAN_LAP)), Err(Refused::UnknownAuthor));
}

#[test]
fn reasons_keep_their_codes() {
    let mut codes = std::collections::BTreeSet::new();
    for reason in Refused::ALL {
        assert_eq!(Refused::from_code(reason.notice().code), Some(reason));
        assert!(codes.insert(reason.notice().code));
    }
    for reason in JoinError::ALL {
        assert_eq!(JoinError::from_code(reason.notice().code), Some(reason));
        assert!(codes.insert(reason.notice().code));
    }
}
