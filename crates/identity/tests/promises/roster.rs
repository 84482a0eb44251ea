//! The roster as offices, relays and thieves meet it.

use crate::province::*;
use hopluu_identity::{Body, Fault, Letter, Roster, RosterError, SignedHead, root_hash};
use hopluu_model::Side;
use proptest::prelude::*;

#[test]
fn a_newcomer_follows_the_whole_chain_and_answers_alike() {
    let desk = province();
    let mut office = newcomer(&desk);
    let extended = follow(&desk, &mut office).unwrap();
    assert_eq!((extended.from, extended.to), (0, 6));
    assert_eq!(office, desk);
    assert_eq!(office.commune_collection("05518"), Some(TAN_LAP));
    assert_eq!(office.open_years().collect::<Vec<_>>(), [2026]);
    assert_eq!(office.side_of_actor(&actor(11)), Some(Side::Commune));
    assert_eq!(office.side_of_actor(&actor(100)), Some(Side::Province));
    assert_eq!(office.side_of_actor(&actor(99)), None);
    assert_eq!(office.relays().count(), 1);
}

#[test]
fn a_foreign_root_is_refused() {
    let mut office = Roster::new(hopluu_identity::Anchor([9; 32]));
    assert_eq!(follow(&province(), &mut office), Err(RosterError::Foreign));
    assert_eq!(office.version(), 0);
}

#[test]
fn two_heads_of_one_version_alarm_and_change_nothing() {
    let mut ours = province();
    let mut theirs = ours.clone();
    append(&mut ours, &Body::OpenYear { year: 2027 }).unwrap();
    append(&mut theirs, &Body::OpenYear { year: 2028 }).unwrap();
    let before = ours.clone();
    let head_only = ours.extend::<Vec<u8>>(&[], theirs.head().unwrap());
    assert!(matches!(head_only, Err(RosterError::Alarm { version: 7, .. })), "{head_only:?}");
    // The other history went on: its next entries name a past that is not ours.
    append(&mut theirs, &Body::OpenYear { year: 2029 }).unwrap();
    let longer = follow(&theirs, &mut ours);
    assert!(matches!(longer, Err(RosterError::Alarm { version: 7, .. })), "{longer:?}");
    let all: Vec<_> = theirs.entries_after(0).collect();
    let longest = ours.extend(&all, theirs.head().unwrap());
    assert!(matches!(longest, Err(RosterError::Alarm { version: 7, .. })), "{longest:?}");
    assert_eq!(ours, before);
}

#[test]
fn nobody_but_the_desk_can_raise_the_alarm() {
    let mut ours = province();
    let head = ours.head().unwrap().clone();
    let forged = SignedHead { hash: [5; 32], ..head };
    assert_eq!(ours.extend::<Vec<u8>>(&[], &forged), Err(RosterError::HeadSignature { version: 6 }));
}

#[test]
fn an_older_head_of_our_chain_changes_nothing() {
    let old = province();
    let mut new = old.clone();
    append(&mut new, &Body::OpenYear { year: 2027 }).unwrap();
    let before = new.clone();
    let entries: Vec<_> = old.entries_after(2).collect();
    let extended = new.extend(&entries, old.head().unwrap()).unwrap();
    assert_eq!((extended.from, extended.to), (7, 7));
    assert_eq!(new, before);
}

#[test]
fn missing_entries_are_asked_for() {
    let desk = province();
    let mut office = newcomer(&desk);
    let late: Vec<_> = desk.entries_after(3).collect();
    let error = office.extend(&late, desk.head().unwrap()).unwrap_err();
    assert_eq!(error, RosterError::Gap { have: 0 });
    assert!(error.is_transient());
    assert_eq!(office.extend::<Vec<u8>>(&[], desk.head().unwrap()), Err(RosterError::Gap { have: 0 }));
}

#[test]
fn a_dead_desk_is_replaced_with_the_root_and_can_then_do_nothing() {
    let mut roster = province();
    let mut office = roster.clone();
    let new = key(101);
    let body = Body::Desk { key: new.id(), label: "bàn tỉnh mới".into() };
    assert_eq!(roster.append(&body, NOON, &desk()), Err(RosterError::NotTheSigner));
    assert_eq!(roster.append_as_root(&body, NOON, root(3).key(), &new), Err(RosterError::NotTheSigner));
    roster.append_as_root(&body, NOON, root(1).key(), &new).unwrap();
    assert_eq!(append(&mut roster, &Body::OpenYear { year: 2027 }), Err(RosterError::NotTheSigner));
    let revoke = Body::Revoke { device: desk().id(), cut: vec![], reason: "hỏng".into() };
    roster.append(&revoke, NOON, &new).unwrap();
    follow(&roster, &mut office).unwrap();
    assert_eq!(office.desk(), Some(new.id()));
    assert_eq!(office.device(&new.id()).unwrap().letter, Letter(1));

    let mut thief = province();
    append(&mut thief, &Body::OpenYear { year: 1999 }).unwrap();
    let forged = office.extend::<Vec<u8>>(&[], thief.head().unwrap());
    assert_eq!(forged, Err(RosterError::HeadSignature { version: 7 }));
}

#[test]
fn only_the_promised_root_follows_and_its_invitations_still_fit() {
    let mut roster = province();
    let next = |generation: u8, promise: u8| Body::NewRoot {
        root: root(generation).id(),
        next_root: root_hash(&root(promise).id()),
    };
    let thief = roster.append_as_root(&next(9, 8), NOON, root(9).key(), &desk());
    assert_eq!(thief, Err(RosterError::Fault(Fault::NotPromised)));
    let old_anchor = roster.anchor();
    roster.append_as_root(&next(2, 3), NOON, root(2).key(), &desk()).unwrap();
    assert_ne!(roster.anchor(), old_anchor);
    for anchor in [old_anchor, roster.anchor()] {
        follow(&roster, &mut Roster::new(anchor)).unwrap();
    }
}

#[test]
fn letters_are_never_given_twice() {
    let mut roster = province();
    let invitation = invited(&roster, 50, TAN_LAP);
    assert_eq!(invitation.letter.to_string(), "B");
    append(&mut roster, &Body::Invitation(invitation)).unwrap();
    assert_eq!(roster.next_letter(&TAN_LAP).to_string(), "C");
    let mut again = office(&roster, 13, TAN_LAP);
    again.letter = Letter(1);
    assert_eq!(append(&mut roster, &Body::Device(again)), Err(RosterError::Fault(Fault::LetterTaken)));
    assert_eq!(roster.next_letter(&BINH_AN).to_string(), "B");
}

#[test]
fn the_desk_is_told_before_it_writes_nonsense() {
    let mut roster = province();
    let wrong_side = hopluu_identity::Enrolled { side: Side::Province, ..office(&roster, 13, TAN_LAP) };
    let twice = office(&roster, 11, TAN_LAP);
    let unknown = office(&roster, 13, hopluu_model::CollectionId([9; 16]));
    let cases = [
        (Body::Device(wrong_side), Fault::WrongSide),
        (Body::Device(twice), Fault::DeviceThere),
        (Body::Device(unknown), Fault::UnknownCollection),
        (Body::Revoke { device: desk().id(), cut: vec![], reason: String::new() }, Fault::DeskRevoked),
        (Body::Collection { id: BINH_AN, commune_code: "x".repeat(300), name: String::new() }, Fault::TooLong),
    ];
    for (body, fault) in cases {
        assert_eq!(append(&mut roster, &body), Err(RosterError::Fault(fault)));
    }
    assert_eq!(roster, province());
}

/// A chain with everything in it: new desk, new root, revocation.
fn long_chain() -> Vec<Roster> {
    let mut states = vec![founded()];
    let mut roster = province();
    states.push(roster.clone());
    let mut step = |roster: &Roster| states.push(roster.clone());
    for year in 2030..2036 {
        append(&mut roster, &Body::OpenYear { year }).unwrap();
        step(&roster);
    }
    let invitation = invited(&roster, 50, TAN_LAP);
    append(&mut roster, &Body::Invitation(invitation)).unwrap();
    step(&roster);
    append(&mut roster, &Body::Revoke { device: key(12).id(), cut: vec![], reason: "mất máy".into() }).unwrap();
    step(&roster);
    let new_root = Body::NewRoot { root: root(2).id(), next_root: root_hash(&root(3).id()) };
    roster.append_as_root(&new_root, NOON, root(2).key(), &desk()).unwrap();
    step(&roster);
    let new_desk = Body::Desk { key: key(101).id(), label: "mới".into() };
    roster.append_as_root(&new_desk, NOON, root(2).key(), &key(101)).unwrap();
    step(&roster);
    states
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_chunking_gives_the_same_roster(stops in prop::collection::vec(0usize..12, 0..8)) {
        let states = long_chain();
        let last = states.last().unwrap();
        let mut office = newcomer(&founded());
        // Stops may go back: older heads arriving late must change nothing.
        for stop in stops.iter().map(|stop| &states[*stop % states.len()]).chain([last]) {
            let before = office.version();
            follow(stop, &mut office).unwrap();
            prop_assert_eq!(office.version(), before.max(stop.version()));
        }
        prop_assert_eq!(&office, last);
    }

    #[test]
    fn a_damaged_entry_is_never_taken(place in 0usize..10_000, bit in 0u8..8) {
        let desk = province();
        let mut entries: Vec<Vec<u8>> = desk.entries_after(0).map(<[u8]>::to_vec).collect();
        let total: usize = entries.iter().map(Vec::len).sum();
        let mut place = place % total;
        for entry in &mut entries {
            if place < entry.len() {
                entry[place] ^= 1 << bit;
                break;
            }
            place -= entry.len();
        }
        let mut office = newcomer(&desk);
        prop_assert!(office.extend(&entries, desk.head().unwrap()).is_err());
        prop_assert_eq!(office, newcomer(&desk));
    }

    #[test]
    fn junk_never_panics(junk in prop::collection::vec(any::<u8>(), 0..300)) {
        let desk = province();
        let mut office = desk.clone();
        let mut versioned = vec![1];
        versioned.extend(&junk);
        for bytes in [junk, versioned] {
            prop_assert!(office.extend(&[&bytes], desk.head().unwrap()).is_err());
            let _ = SignedHead::from_bytes(&bytes);
            let _ = hopluu_identity::Join::from_bytes(&bytes);
        }
        prop_assert_eq!(office, desk);
    }
}
