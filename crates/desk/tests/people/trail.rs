//! What must be answered for.

use hopluu_desk::{Deed, Part, TrailQuery, Who};
use hopluu_model::Side;

use crate::rig::{ELSEWHERE, HERE, HOUR, PASSWORD, Room, code, wait};

fn deeds(room: &Room, search: &str) -> Vec<Deed> {
    let query = TrailQuery { search: search.into(), limit: 500, ..TrailQuery::default() };
    wait(room.desk.trail(&room.keeper(), query)).expect("may read").rows.into_iter().map(|row| row.deed).collect()
}

#[test]
fn what_people_do_is_written_with_time_and_address() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let id = room.add("lan", "clerk");
    let _ = room.sign_in_with("lan", "không phải mật khẩu", "", ELSEWHERE);
    let _ = room.sign_in_with("mật khẩu gõ nhầm ô", PASSWORD, "", ELSEWHERE);
    let session = room.desk.session(&signed_in.token).expect("a session");
    wait(room.desk.exported(&session.who, "issues", 12)).expect("may be saved");
    wait(room.desk.disable_account(&session.who, id, true)).expect("keeps the accounts");
    let query = TrailQuery::default();
    let page = wait(room.desk.trail(&session.who, query)).expect("a leader may read");
    let told: Vec<(Deed, &str, &str)> =
        page.rows.iter().map(|row| (row.deed, row.by.as_str(), row.about.as_str())).collect();
    let boss = "Trần Thị Trưởng";
    assert_eq!(
        told,
        [
            (Deed::Disabled, boss, "lan"),
            (Deed::Exported, boss, "issues"),
            (Deed::Missed, "", ""),
            (Deed::Missed, "", "lan"),
            (Deed::AccountMade, "dòng lệnh", "lan"),
            (Deed::SetUp, boss, boss),
        ]
    );
    assert_eq!((page.rows[0].from, page.rows[3].from, page.rows[4].from), (Some(HERE), Some(ELSEWHERE), None));
    assert!(page.rows.iter().all(|row| row.at.0 > 0) && page.next.is_none());
    assert!(!room.facts("trail/").contains("gõ nhầm"), "what was typed as a name may be a password");
    let room = room.again();
    assert_eq!(deeds(&room, "").len(), 6);
    assert_eq!(deeds(&room, "TRUONG issues"), [Deed::Exported]);
}

#[test]
fn only_who_answers_for_it_reads_the_trail() {
    let (room, _) = Room::founded(Side::Province);
    for part in Part::ALL {
        let may = matches!(part, Part::Leader | Part::Auditor | Part::Admin);
        let read = wait(room.desk.trail(&Who::new("ai đó", part), TrailQuery::default()));
        assert_eq!(code(read) == "done", may, "{part:?}");
    }
}

#[test]
fn looking_at_a_person_is_written_once_in_a_while() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let who = room.desk.session(&signed_in.token).expect("a session").who;
    for _ in 0..10 {
        wait(room.desk.saw_person(&who, "p1")).expect("may look");
    }
    wait(room.desk.saw_person(&who, "p2")).expect("may look");
    assert_eq!(deeds(&room, ""), [Deed::SawPerson, Deed::SawPerson, Deed::SetUp]);
    room.pass(HOUR);
    wait(room.desk.saw_person(&who, "p1")).expect("may look");
    assert_eq!(deeds(&room, "p1").len(), 2);
    let refused = wait(room.desk.saw_person(&Who::new("khách", Part::ReadOnly), "p1"));
    assert_eq!(code(refused), "forbidden");
}

#[test]
fn the_trail_turns_and_guessing_pushes_nothing_out() {
    let (room, signed_in) = Room::founded(Side::Commune);
    let who = room.desk.session(&signed_in.token).expect("a session").who;
    for n in 0..4_100usize {
        wait(room.desk.exported(&who, "issues", n)).expect("may be saved");
    }
    assert_eq!(room.facts("trail/deed/").lines().count(), 4_000);
    let first = wait(room.desk.trail(&who, TrailQuery { limit: 50, ..TrailQuery::default() })).expect("may read");
    assert_eq!((first.rows.len(), first.total, first.rows[0].text.as_str()), (50, 4_000, "4099"));
    let query = TrailQuery { before: first.next, limit: 50, ..TrailQuery::default() };
    let second = wait(room.desk.trail(&who, query)).expect("may read");
    assert_eq!(second.rows[0].text, "4049");
    let room = room.again();
    wait(room.desk.exported(&who, "units", 1)).expect("may be saved");
    let query = TrailQuery { deed: Some("exported".into()), search: "units".into(), ..TrailQuery::default() };
    assert_eq!(wait(room.desk.trail(&who, query)).expect("may read").total, 1);
    assert_eq!(room.facts("trail/deed/").lines().count(), 4_000, "the ring goes on where it was");
}
