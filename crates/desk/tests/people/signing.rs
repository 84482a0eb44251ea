//! The first account, signing in, and whoever guesses.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hopluu_desk::{Part, SetUp};
use hopluu_model::Side;

use crate::rig::{ELSEWHERE, HERE, PASSWORD, Room, code, wait};

fn first(code: &str, name: &str, part: &str, password: &str) -> SetUp {
    SetUp { code: code.into(), name: name.into(), shown: String::new(), part: part.into(), password: password.into() }
}

#[test]
fn the_code_on_the_console_makes_the_first_account_once() {
    let room = Room::at(Side::Commune);
    assert_eq!(room.desk.needs_set_up(), None, "nothing was read yet");
    let drawn = wait(room.desk.open_people()).expect("a sound office").expect("no account yet");
    assert_eq!(drawn.len(), 9);
    let again = wait(room.desk.open_people()).expect("a sound office");
    assert_eq!(again.as_deref(), Some(drawn.as_str()), "asking draws no other");
    let room = room.again();
    let kept = wait(room.desk.open_people()).expect("a sound office").expect("still none");
    assert_eq!(kept, drawn, "nor does a restart");
    let set_up = |typed| code(wait(room.desk.set_up(typed, HERE, "thử")));
    assert_eq!(set_up(first("AAAA-BBBB", "lan", "leader", PASSWORD)), "wrong-setup-code");
    assert_eq!(set_up(first(&drawn, "lan", "clerk", PASSWORD)), "bad-first-part");
    assert_eq!(set_up(first(&drawn, "lan", "admin", PASSWORD)), "bad-part");
    assert_eq!(set_up(first(&drawn, "lan", "leader", "ngắn")), "bad-password");
    assert_eq!(set_up(first(&drawn, "", "leader", PASSWORD)), "bad-name");
    let typed = drawn.to_lowercase().replace('-', " ");
    assert_eq!(set_up(first(&typed, "lan", "leader", PASSWORD)), "done");
    assert_eq!(set_up(first(&drawn, "hai", "leader", PASSWORD)), "set-up-already");
    assert_eq!(room.desk.needs_set_up(), Some(false));
    assert_eq!(wait(room.desk.open_people()), Ok(None));
    assert!(!room.facts("accounts/").contains(&drawn), "the code is spent");
}

#[test]
fn the_set_up_code_cannot_be_guessed_quickly() {
    let room = Room::at(Side::Commune);
    wait(room.desk.open_people()).expect("a sound office");
    let tries: Vec<&str> = (0..8)
        .map(|_| code(wait(room.desk.set_up(first("AAAA-AAAA", "lan", "leader", PASSWORD), HERE, "thử"))))
        .collect();
    assert_eq!(tries[..4], ["wrong-setup-code"; 4]);
    assert_eq!(tries[4..], ["wait"; 4]);
}

#[test]
fn whoever_knows_name_and_password_is_let_in_however_they_type() {
    let (room, _) = Room::founded(Side::Commune);
    room.add("Nguyễn Văn Mẫu", "clerk");
    let decomposed = "NGUYE\u{302}\u{303}N VA\u{306}N MA\u{302}\u{303}U";
    for name in ["nguyen van mau", "Nguyễn Văn Mẫu", decomposed, "  nguyễn  văn mẫu"] {
        let signed_in = room.sign_in(name, PASSWORD).expect("the right password");
        let session = room.desk.session(&signed_in.token).expect("a session");
        assert_eq!((session.who.name.as_str(), session.who.part), ("Nguyễn Văn Mẫu", Part::Clerk));
        assert_eq!(session.who.from, Some(HERE));
        assert!(!session.must_change && !session.needs_totp);
    }
}

#[test]
fn a_refusal_tells_nothing_and_is_the_same_for_all() {
    let (room, _) = Room::founded(Side::Commune);
    let id = room.add("lan", "clerk");
    let wrong = room.sign_in("lan", "không phải mật khẩu").expect_err("a wrong password");
    let nobody = room.sign_in("ai do", PASSWORD).expect_err("a wrong name");
    wait(room.desk.disable_account(&room.keeper(), id, true)).expect("may be disabled");
    let disabled = room.sign_in("lan", PASSWORD).expect_err("a disabled account");
    assert_eq!(wrong, nobody);
    assert_eq!(wrong, disabled);
    assert_eq!(wrong.code, "not-signed-in");
}

#[test]
fn guessing_waits_longer_and_longer_but_never_for_good() {
    let (room, _) = Room::founded(Side::Commune);
    room.add("lan", "clerk");
    let mut longest = 0;
    for n in 0..200u8 {
        let from = IpAddr::from([10, 1, 1, n]);
        let Err(refusal) = room.sign_in_with("lan", "đoán mò thôi mà", "", from) else { panic!("guessed") };
        if refusal.code == "wait" {
            let seconds: u64 = refusal.en.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("s");
            longest = longest.max(seconds);
            room.set_wall(0);
            room.pass(seconds * 1_000);
            if seconds == 60 {
                break;
            }
        }
    }
    assert_eq!(longest, 60);
    assert_eq!(code(room.sign_in_with("lan", PASSWORD, "", ELSEWHERE)), "done", "the owner comes in all the same");
}

#[test]
fn the_owner_at_the_usual_desk_does_not_wait_for_a_strangers_tries() {
    let (room, _) = Room::founded(Side::Commune);
    room.add("lan", "clerk");
    room.sign_in("lan", PASSWORD).expect("the right password");
    for n in 0..12u8 {
        let _ = room.sign_in_with("lan", "đoán mò thôi mà", "", IpAddr::from([10, 1, 1, n]));
    }
    assert_eq!(code(room.sign_in_with("lan", PASSWORD, "", ELSEWHERE)), "wait");
    assert_eq!(code(room.sign_in("lan", PASSWORD)), "done");
}

#[test]
fn nothing_that_signs_in_is_kept_as_it_is() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let other = room.sign_in("truong", PASSWORD).expect("the right password");
    let kept = room.facts("");
    assert!(kept.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
    for secret in [PASSWORD, &signed_in.token, &other.token] {
        assert!(!kept.contains(secret));
    }
    let tokens: BTreeSet<&str> = [&signed_in.token, &other.token].into_iter().map(String::as_str).collect();
    assert_eq!(tokens.len(), 2, "every sign-in has a token of its own");
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(9_000), "ă"] {
        assert!(room.desk.session(token).is_none());
    }
    assert_eq!(format!("{other:?}"), "SignedIn(..)");
}
