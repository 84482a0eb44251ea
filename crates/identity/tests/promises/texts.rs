//! Invitations and relay tickets in people's hands.

use hopluu_identity::invitation::{Invitation, Wanted};
use hopluu_identity::{Body, Claim, ClaimError, RelayAt, RelayTicket, Roster, TextError, root_hash};
use hopluu_model::{Side, Timestamp};
use proptest::prelude::*;

use crate::province::*;

pub(crate) fn invitation(roster: &Roster) -> Invitation {
    let wanted = Wanted {
        collection: TAN_LAP,
        label: "Xã Tân Lập, trụ sở 2".into(),
        expires: NOON,
        relay: RelayAt { key: key(200).id(), addresses: vec!["relay.example:4433".into()] },
    };
    Invitation::issue(roster, wanted, [5; 16], &desk()).unwrap()
}

pub(crate) fn ticket() -> RelayTicket {
    let relay = RelayAt { key: key(200).id(), addresses: vec!["relay.example:4433".into()] };
    RelayTicket { relay, token: [6; 16] }
}

#[test]
fn an_invitation_survives_the_hands_of_people() {
    let invitation = invitation(&province());
    let text = invitation.to_text();
    assert!(text.len() < 520, "{} characters", text.len());
    let handled = [
        text.to_lowercase(),
        text.replace('-', " \n"),
        text.replace('-', "\u{2013}"),
        text.replace('-', ""),
        text.replace('0', "o").replace('1', "l").replace('V', "u"),
        format!("\u{feff}  {text}\r\n"),
    ];
    for text in handled {
        assert_eq!(Invitation::from_text(&text).as_ref(), Ok(&invitation), "{text}");
    }
    assert_eq!((invitation.invited().side, invitation.invited().letter.to_string()), (Side::Commune, "B".into()));
}

#[test]
fn every_fault_of_a_text_has_its_own_answer() {
    let text = invitation(&province()).to_text();
    let answer = |text: &str| Invitation::from_text(text).unwrap_err();
    assert_eq!(answer(""), TextError::Unknown);
    assert_eq!(answer("xin chào"), TextError::Unknown);
    assert_eq!(answer(&"HL1".repeat(5000)), TextError::Unknown);
    assert_eq!(answer(&ticket().to_text()), TextError::OtherKind);
    assert_eq!(RelayTicket::from_text(&text).unwrap_err(), TextError::OtherKind);
    assert_eq!(answer(&text.replacen("HL1", "HL2", 1)), TextError::WrongVersion);
    assert_eq!(answer(&text[..text.len() - 1]), TextError::Typo);
    assert_eq!(answer(&text[..text.len() - 6]), TextError::Typo);
    assert_eq!(answer(&format!("{text}Đ")), TextError::Typo);
    let fresh = invitation(&province());
    assert_eq!(fresh.check_fresh(NOON), Ok(()));
    assert_eq!(fresh.check_fresh(Timestamp(NOON.0 + 1)), Err(TextError::Expired));
}

#[test]
fn a_newcomer_checks_the_desk_once_the_roster_is_there() {
    let mut roster = province();
    let good = invitation(&roster);
    append(&mut roster, &good.entry()).unwrap();
    let mut newcomer = Roster::new(good.anchor());
    follow(&roster, &mut newcomer).unwrap();
    assert_eq!(good.verify(&newcomer), Ok(()));
    let join = good.join(key(20).id(), NOON);
    assert!(newcomer.check_join(&join).is_ok());

    let wanted = Wanted {
        collection: PROVINCE,
        label: String::new(),
        expires: NOON,
        relay: RelayAt { key: key(1).id(), addresses: vec![] },
    };
    let forged = Invitation::issue(&roster, wanted, [7; 16], &key(66)).unwrap();
    assert_eq!(forged.verify(&newcomer), Err(TextError::BadSignature));
}

#[test]
fn secrets_stay_out_of_logs() {
    let shown = format!("{:?} {:?}", invitation(&province()), ticket());
    assert!(!shown.contains("5, 5, 5") && !shown.contains("6, 6, 6"), "{shown}");
}

#[test]
fn a_relay_is_claimed_by_one_province() {
    let read = RelayTicket::from_text(&ticket().to_text()).unwrap();
    assert_eq!(read, ticket());
    let claim = Claim::sign(&read, root(1).key(), root_hash(&root(2).id()));
    let claim = Claim::from_bytes(&claim.to_bytes()).unwrap();
    let owner = claim.check(&ticket(), None).unwrap();
    assert_eq!(owner, province().anchor());
    assert_eq!(claim.check(&ticket(), Some(owner)), Ok(owner));

    let other = Claim::sign(&read, root(3).key(), [0; 32]);
    assert_eq!(other.check(&ticket(), Some(owner)), Err(ClaimError::Taken));
    let moved = Claim { next_root: [1; 32], ..claim.clone() };
    assert_eq!(moved.check(&ticket(), None), Err(ClaimError::BadSignature));
    let guessed = Claim { token: [0; 16], ..claim };
    assert_eq!(guessed.check(&ticket(), None), Err(ClaimError::WrongToken));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_wrong_character_is_a_typo(place in 4usize..1000, with in "[0-9A-HJKMNP-TV-Z]") {
        let text = invitation(&province()).to_text();
        let place = 4 + place % (text.len() - 4);
        prop_assume!(text.as_bytes()[place] != b'-' && text[place..=place] != with);
        let mut wrong = text.clone();
        wrong.replace_range(place..=place, &with);
        prop_assert_eq!(Invitation::from_text(&wrong), Err(TextError::Typo));
    }

    #[test]
    fn any_text_is_answered(text in ".{0,80}", tail in "[0-9A-Z-]{0,80}") {
        for text in [text.clone(), format!("HL1-{text}"), format!("HL1-{tail}"), format!("HLR1{tail}")] {
            prop_assert!(Invitation::from_text(&text).is_err());
            prop_assert!(RelayTicket::from_text(&text).is_err());
        }
    }
}

#[test]
fn a_used_text_and_its_entry_agree() {
    let roster = province();
    let invitation = invitation(&roster);
    let Body::Invitation(entry) = invitation.entry() else { panic!("an invitation's entry is an invitation") };
    assert_eq!(entry.id(), invitation.id());
    assert_eq!(invitation.join(key(20).id(), NOON).invitation, invitation.id());
}
