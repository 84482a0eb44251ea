//! Keeping accounts.

use hopluu_desk::{AccountChange, NewAccount, Part, Who};
use hopluu_model::Side;

use crate::rig::{PASSWORD, Room, code, wait};

fn new(name: &str, part: &str) -> NewAccount {
    NewAccount { name: name.into(), part: part.into(), password: Some(PASSWORD.into()), ..NewAccount::default() }
}

fn change(part: &str) -> AccountChange {
    AccountChange { part: Some(part.into()), ..AccountChange::default() }
}

#[test]
fn only_who_keeps_accounts_may_touch_them() {
    let (room, _) = Room::founded(Side::Commune);
    let id = room.add("lan", "clerk");
    for part in [Part::Clerk, Part::ReadOnly, Part::Triage, Part::Handler, Part::Auditor, Part::Ops] {
        let who = Who::new("ai đó", part);
        let desk = &room.desk;
        assert_eq!(code(wait(desk.accounts(&who))), "forbidden");
        assert_eq!(code(wait(desk.add_account(&who, new("hai", "clerk")))), "forbidden");
        assert_eq!(code(wait(desk.change_account(&who, id, change("leader")))), "forbidden");
        assert_eq!(code(wait(desk.give_password(&who, id, None))), "forbidden");
        assert_eq!(code(wait(desk.disable_account(&who, id, true))), "forbidden");
        assert_eq!(code(wait(desk.take_totp_away(&who, id))), "forbidden");
        assert_eq!(code(wait(desk.totp_begin(&who, id))), "forbidden");
        assert_eq!(code(wait(desk.sessions(&who, None, ""))), "forbidden");
        assert_eq!(code(wait(desk.sessions(&who, Some(id), ""))), "forbidden");
        assert_eq!(code(wait(desk.find_account(&who, "lan"))), "forbidden");
    }
}

#[test]
fn names_are_unique_however_they_are_written() {
    let (room, _) = Room::founded(Side::Commune);
    let (keeper, id) = (room.keeper(), room.add("Hòa", "clerk"));
    for taken in ["hoà", "HOA", " Hoa ", "Trần Thị Trưởng"] {
        assert_eq!(code(wait(room.desk.add_account(&keeper, new(taken, "clerk")))), "name-taken", "{taken}");
    }
    for bad in ["", "   ", "\u{202e}nal", "<b>", "012345678901", "a\nb"] {
        assert_eq!(code(wait(room.desk.add_account(&keeper, new(bad, "clerk")))), "bad-name", "{bad:?}");
    }
    assert_eq!(code(wait(room.desk.add_account(&keeper, new("hai", "admin")))), "bad-part");
    assert_eq!(code(wait(room.desk.add_account(&keeper, new("hai", "king")))), "bad-part");
    let rename = AccountChange { shown: Some("Phạm Thị Hòa".into()), ..AccountChange::default() };
    wait(room.desk.change_account(&keeper, id, rename)).expect("a free name");
    let rows = wait(room.desk.accounts(&keeper)).expect("may list");
    let row = rows.iter().find(|row| row.id == id).expect("still there");
    assert_eq!((row.name.as_str(), row.shown.as_str(), row.made_by.as_str()), ("Hòa", "Phạm Thị Hòa", "dòng lệnh"));
    assert_eq!(wait(room.desk.find_account(&keeper, "HOA")), Ok(id));
    assert_eq!(wait(room.desk.find_account(&keeper, &id.to_string())), Ok(id));
    assert_eq!(code(wait(room.desk.find_account(&keeper, "ai"))), "not-found");
}

#[test]
fn the_last_who_keeps_accounts_stays() {
    let (room, _) = Room::founded(Side::Commune);
    let keeper = room.keeper();
    let first = wait(room.desk.find_account(&keeper, "truong")).expect("the first account");
    room.add("lan", "clerk");
    assert_eq!(code(wait(room.desk.disable_account(&keeper, first, true))), "last-keeper");
    assert_eq!(code(wait(room.desk.change_account(&keeper, first, change("clerk")))), "last-keeper");
    let second = room.add("it", "it_contact");
    assert_eq!(code(wait(room.desk.change_account(&keeper, first, change("clerk")))), "done");
    assert_eq!(code(wait(room.desk.disable_account(&keeper, second, true))), "last-keeper");
    assert_eq!(code(wait(room.desk.change_account(&keeper, first, change("leader")))), "done");
    assert_eq!(code(wait(room.desk.disable_account(&keeper, second, true))), "done");
    assert_eq!(code(room.sign_in("it", PASSWORD)), "not-signed-in");
    assert_eq!(code(wait(room.desk.disable_account(&keeper, second, false))), "done");
    assert_eq!(code(room.sign_in("it", PASSWORD)), "done");
}

#[test]
fn a_password_that_was_drawn_is_to_be_changed() {
    let (room, _) = Room::founded(Side::Province);
    let keeper = room.keeper();
    let made = NewAccount { department: Some("so_noi_vu".into()), password: None, ..new("lan", "handler") };
    let made = wait(room.desk.add_account(&keeper, made)).expect("a good account");
    let first = made.first_password.expect("one was drawn");
    let session = room.desk.session(&room.sign_in("lan", &first).expect("it works").token).expect("a session");
    assert!(session.must_change);
    assert_eq!(session.who.department.as_deref(), Some("so_noi_vu"));
    let changed = |present: &str, new: &str| wait(room.desk.change_password(&session, present, new));
    assert_eq!(code(changed("không phải", PASSWORD)), "wrong-password");
    assert_eq!(code(changed(&first, "ngắn")), "bad-password");
    assert_eq!(code(changed(&first, &first)), "bad-password");
    let token = changed(&first, PASSWORD).expect("a good password").token;
    assert!(!room.desk.session(&token).expect("the new session").must_change);
    assert_eq!(code(room.sign_in("lan", &first)), "not-signed-in");

    let given = wait(room.desk.give_password(&keeper, made.id, None)).expect("may be given");
    assert!(room.desk.session(&token).is_none(), "a reset signs out everywhere");
    assert_eq!(code(room.sign_in("lan", PASSWORD)), "not-signed-in");
    assert_eq!(code(room.sign_in("lan", &given.first_password.expect("drawn"))), "done");
    let set = wait(room.desk.give_password(&keeper, made.id, Some("gió mùa đông bắc".into()))).expect("may be set");
    assert_eq!(set.first_password, None);
    let token = room.sign_in("lan", "gió mùa đông bắc").expect("it was set").token;
    assert!(!room.desk.session(&token).expect("a session").must_change);
}

#[test]
fn guessing_ones_own_password_in_an_open_browser_waits_too() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let session = room.desk.session(&signed_in.token).expect("a session");
    let tries: Vec<&str> =
        (0..6).map(|_| code(wait(room.desk.change_password(&session, "đoán", "gió mùa đông bắc")))).collect();
    assert_eq!(tries, ["wrong-password", "wrong-password", "wrong-password", "wrong-password", "wait", "wait"]);
}

#[test]
fn accounts_outlive_the_program_and_what_failed_is_not_there() {
    let (room, _) = Room::founded(Side::Commune);
    room.add("lan", "clerk");
    room.fail_next_sync();
    assert_eq!(code(wait(room.desk.add_account(&room.keeper(), new("hai", "clerk")))), "not-saved");
    room.reopen();
    let names = |room: &Room| -> Vec<String> {
        wait(room.desk.accounts(&room.keeper())).expect("may list").into_iter().map(|row| row.name).collect()
    };
    assert_eq!(names(&room), ["lan", "truong"]);
    assert_eq!(code(wait(room.desk.add_account(&room.keeper(), new("hai", "clerk")))), "done");
    let room = room.again();
    assert_eq!(names(&room), ["hai", "lan", "truong"]);
    assert_eq!(code(room.sign_in("hai", PASSWORD)), "done");
}
