//! Who is signed in, where, and for how long.

use hopluu_desk::{AccountChange, SignedIn};
use hopluu_model::Side;

use crate::rig::{DAY_MS, ELSEWHERE, HERE, HOUR, NOON, PASSWORD, Room, code, wait};

fn stands(room: &Room, signed_in: &SignedIn) -> bool {
    room.desk.session(&signed_in.token).is_some()
}

#[test]
fn a_restart_signs_nobody_out_and_signing_out_does() {
    let (room, first) = Room::founded(Side::Commune);
    let second = room.sign_in("truong", PASSWORD).expect("the right password");
    let before = room.desk.session(&first.token).expect("a session");
    let room = room.again();
    let after = room.desk.session(&first.token).expect("still a session");
    assert_eq!((&after.id, &after.csrf), (&before.id, &before.csrf), "forms that stand open still fit");
    assert_ne!(after.csrf, room.desk.session(&second.token).expect("another").csrf);
    wait(room.desk.sign_out(&after)).expect("may sign out");
    assert!(!stands(&room, &first) && stands(&room, &second));
    wait(room.desk.sign_out(&after)).expect("twice does nothing");
    let room = room.again();
    assert!(!stands(&room, &first) && stands(&room, &second));
}

#[test]
fn sessions_are_listed_and_revoked() {
    let (room, first) = Room::founded(Side::Commune);
    room.pass(1_000);
    let second = room.sign_in_with("truong", PASSWORD, "", ELSEWHERE).expect("the right password");
    let lan = room.add("lan", "clerk");
    let other = room.sign_in("lan", PASSWORD).expect("the right password");
    let session = room.desk.session(&first.token).expect("a session");
    let own = wait(room.desk.sessions(&session.who, session.who.account, &session.id)).expect("one's own");
    assert_eq!(own.iter().map(|row| (row.current, row.from)).collect::<Vec<_>>(), [(false, ELSEWHERE), (true, HERE)]);
    assert!(own.iter().all(|row| row.name == "Trần Thị Trưởng" && !first.token.contains(&row.id)));
    let all = wait(room.desk.sessions(&session.who, None, "")).expect("keeps the accounts");
    assert_eq!(all.len(), 3);

    let clerk = room.desk.session(&other.token).expect("a session");
    assert_eq!(code(wait(room.desk.revoke_session(&clerk.who, &session.id))), "not-found", "not theirs");
    assert!(stands(&room, &first));
    assert_eq!(wait(room.desk.revoke_others(&session)), Ok(1));
    assert!(stands(&room, &first) && !stands(&room, &second) && stands(&room, &other));
    wait(room.desk.revoke_session(&session.who, &clerk.id)).expect("keeps the accounts");
    assert!(!stands(&room, &other));
    assert_eq!(wait(room.desk.sessions(&session.who, Some(lan), "")), Ok(Vec::new()));
}

#[test]
fn a_new_password_or_part_leaves_no_old_session() {
    let (room, first) = Room::founded(Side::Commune);
    let (keeper, id) = (room.keeper(), room.add("lan", "clerk"));
    let (one, two) = (room.sign_in("lan", PASSWORD).expect("right"), room.sign_in("lan", PASSWORD).expect("right"));
    let session = room.desk.session(&one.token).expect("a session");
    let fresh = wait(room.desk.change_password(&session, PASSWORD, "gió mùa đông bắc")).expect("a good password");
    assert!(!stands(&room, &one) && !stands(&room, &two) && stands(&room, &fresh));
    assert!(stands(&room, &first), "others stay");
    let late = wait(room.desk.change_password(&session, "gió mùa đông bắc", PASSWORD));
    assert_eq!(code(late), "wrong-password", "a session that ended changes nothing");

    let shown = AccountChange { shown: Some("Lan Anh".into()), ..AccountChange::default() };
    wait(room.desk.change_account(&keeper, id, shown)).expect("a free name");
    assert!(stands(&room, &fresh), "a name changes no rights");
    let part = AccountChange { part: Some("leader".into()), ..AccountChange::default() };
    wait(room.desk.change_account(&keeper, id, part)).expect("may be changed");
    assert!(!stands(&room, &fresh));
    let again = room.sign_in("lan", "gió mùa đông bắc").expect("right");
    wait(room.desk.disable_account(&keeper, id, true)).expect("may be disabled");
    assert!(!stands(&room, &again));
}

#[test]
fn being_at_work_is_written_down_once_an_hour() {
    let (room, first) = Room::founded(Side::Commune);
    let look = |room: &Room| {
        let session = room.desk.session(&first.token).expect("a session");
        wait(room.desk.seen(&session)).expect("may be saved");
        session.due
    };
    let end = room.end();
    assert!((0..50).all(|_| !look(&room)), "it was written at the sign-in");
    assert_eq!(room.end(), end);
    room.pass(HOUR);
    let stale = room.desk.session(&first.token).expect("a session");
    assert!(look(&room) && !look(&room));
    let end = room.end();
    wait(room.desk.seen(&stale)).expect("another page of the same moment");
    assert_eq!(room.end(), end, "writes nothing more");
}

#[test]
fn idle_sessions_end_by_days_of_use_and_no_clock_can_end_them() {
    let (room, idle) = Room::founded(Side::Commune);
    room.add("lan", "clerk");
    let busy = room.sign_in("lan", PASSWORD).expect("right");
    // The clock goes mad for a day: nothing happens to anybody.
    for wall in [0, NOON + 40 * 365 * DAY_MS, 5, NOON] {
        room.set_wall(wall);
        wait(room.desk.seen(&room.desk.session(&busy.token).expect("a session"))).expect("may be saved");
        assert!(stands(&room, &idle));
    }
    let mut room = room;
    for day in 1..=14 {
        room = room.again();
        room.set_wall(NOON + day * DAY_MS);
        wait(room.desk.seen(&room.desk.session(&busy.token).expect("a session"))).expect("may be saved");
        assert!(stands(&room, &idle), "day {day}");
    }
    room.pass(25 * HOUR);
    wait(room.desk.seen(&room.desk.session(&busy.token).expect("a session"))).expect("may be saved");
    assert!(!stands(&room, &idle) && stands(&room, &busy));
}

#[test]
fn one_account_has_only_so_many_sessions() {
    let (room, first) = Room::founded(Side::Commune);
    let mut last = None;
    for _ in 0..14 {
        room.pass(1_000);
        last = Some(room.sign_in("truong", PASSWORD).expect("right"));
    }
    assert!(!stands(&room, &first) && last.is_some_and(|last| stands(&room, &last)));
    let rows = wait(room.desk.sessions(&room.keeper(), None, "")).expect("may list");
    assert_eq!(rows.len(), 12);
    let places = room.facts("session/").lines().count();
    assert_eq!(places, 12, "places are used again");
}
