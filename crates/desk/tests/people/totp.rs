//! The second factor of the province's accounts.

use data_encoding::BASE32_NOPAD;
use hopluu_desk::{Desk, Part, Session};
use hopluu_model::Side;
use totp_rs::Builder;

use crate::rig::{ELSEWHERE, HERE, PASSWORD, Room, code, wait};

/// What the telephone shows now.
fn telephone(desk: &Desk, secret: &str) -> String {
    let bytes = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    let totp = Builder::new().with_secret(bytes).build().expect("a long secret");
    totp.generate(u64::try_from(desk.wall().0 / 1_000).expect("after 1970")).to_string()
}

fn admin() -> (Room, Session) {
    let (room, signed_in) = Room::founded(Side::Province);
    let session = room.desk.session(&signed_in.token).expect("a session");
    (room, session)
}

#[test]
fn a_telephone_is_joined_and_asked_from_then_on() {
    let (room, session) = admin();
    let begun = wait(room.desk.totp_begin(&session.who, session.account)).expect("at the province");
    assert!(begun.url.contains(&begun.secret) && begun.url.starts_with("otpauth://totp/"));
    assert_eq!(code(wait(room.desk.totp_confirm(&session.who, session.account, "000000"))), "wrong-code");
    assert_eq!(code(room.sign_in("truong", PASSWORD)), "done", "nothing is asked before it is confirmed");
    let shown = telephone(&room.desk, &begun.secret);
    assert_eq!(code(wait(room.desk.totp_confirm(&session.who, session.account, &shown))), "done");
    assert_eq!(code(wait(room.desk.totp_begin(&session.who, session.account))), "has-totp");

    assert_eq!(code(room.sign_in("truong", PASSWORD)), "not-signed-in");
    assert_eq!(code(room.sign_in_with("truong", PASSWORD, &shown, HERE)), "not-signed-in", "it was used");
    room.pass(30_000);
    let next = telephone(&room.desk, &begun.secret);
    assert_eq!(code(room.sign_in_with("truong", "không phải", &next, HERE)), "not-signed-in");
    assert_eq!(code(room.sign_in_with("truong", PASSWORD, &next, HERE)), "done");
    let room = room.again();
    assert_eq!(code(room.sign_in_with("truong", PASSWORD, &next, ELSEWHERE)), "not-signed-in", "even after a restart");
    room.pass(60_000);
    let next = telephone(&room.desk, &begun.secret);
    assert_eq!(code(room.sign_in_with("truong", PASSWORD, &next, HERE)), "done");
}

#[test]
fn a_part_that_must_use_codes_is_told_so() {
    let (room, session) = admin();
    wait(room.desk.require_totp(&session.who, vec![Part::Admin])).expect("keeps the accounts");
    assert_eq!(room.desk.totp_parts(), [Part::Admin]);
    let signed_in = room.sign_in("truong", PASSWORD).expect("right");
    let session = room.desk.session(&signed_in.token).expect("a session");
    assert!(session.needs_totp);
    let begun = wait(room.desk.totp_begin(&session.who, session.account)).expect("at the province");
    let shown = telephone(&room.desk, &begun.secret);
    wait(room.desk.totp_confirm(&session.who, session.account, &shown)).expect("right");
    assert!(!room.desk.session(&signed_in.token).expect("a session").needs_totp);
    assert_eq!(code(wait(room.desk.totp_remove(&session, PASSWORD))), "totp-required");
    wait(room.desk.require_totp(&session.who, Vec::new())).expect("keeps the accounts");
    assert_eq!(code(wait(room.desk.totp_remove(&session, "không phải"))), "wrong-password");
    assert_eq!(code(wait(room.desk.totp_remove(&session, PASSWORD))), "done");
    assert_eq!(code(room.sign_in("truong", PASSWORD)), "done");
}

#[test]
fn a_lost_telephone_is_taken_away_by_who_keeps_accounts() {
    let (room, admin) = admin();
    let id = room.add("lan", "triage");
    let who = room.desk.session(&room.sign_in("lan", PASSWORD).expect("right").token).expect("a session").who;
    let begun = wait(room.desk.totp_begin(&who, id)).expect("one's own");
    let shown = telephone(&room.desk, &begun.secret);
    wait(room.desk.totp_confirm(&who, id, &shown)).expect("right");
    assert_eq!(code(wait(room.desk.totp_begin(&who, admin.account))), "forbidden", "not another's");
    assert_eq!(code(room.sign_in("lan", PASSWORD)), "not-signed-in");
    wait(room.desk.take_totp_away(&admin.who, id)).expect("keeps the accounts");
    assert_eq!(code(room.sign_in("lan", PASSWORD)), "done");
}

#[test]
fn a_commune_has_no_codes() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let session = room.desk.session(&signed_in.token).expect("a session");
    assert_eq!(code(wait(room.desk.totp_begin(&session.who, session.account))), "no-totp-here");
    assert_eq!(code(wait(room.desk.require_totp(&session.who, vec![Part::Leader]))), "no-totp-here");
}
