//! Drafts live on the node.

use std::collections::BTreeMap;

use hopluu_desk::{Desk, Who};
use hopluu_model::Side;

use crate::rig::{PASSWORD, Room, code, wait};

fn fields(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("text".to_owned(), text.to_owned()), ("category".to_owned(), "chu_ky_so".to_owned())])
}

fn who(room: &Room, name: &str) -> Who {
    room.desk.session(&room.sign_in(name, PASSWORD).expect("right").token).expect("a session").who
}

fn forms(desk: &Desk, who: &Who) -> Vec<(String, String)> {
    let rows = wait(desk.drafts(who)).expect("signed in");
    rows.into_iter().map(|row| (row.form, row.key)).collect()
}

#[test]
fn a_draft_outlives_browser_and_program_and_is_its_owners_alone() {
    let (room, _) = Room::founded(Side::Commune);
    room.add("lan", "clerk");
    let (lan, boss) = (who(&room, "lan"), who(&room, "truong"));
    wait(room.desk.keep_draft(&lan, "report", "", fields("Mất mạng từ"))).expect("kept");
    room.pass(10);
    wait(room.desk.keep_draft(&lan, "comment", "05518-B-0142", fields("Đã gọi"))).expect("kept");
    let room = room.again();
    assert_eq!(wait(room.desk.draft(&lan, "report", "")), Ok(Some(fields("Mất mạng từ"))));
    assert_eq!(wait(room.desk.draft(&boss, "report", "")), Ok(None));
    assert_eq!(forms(&room.desk, &lan), [("comment".into(), "05518-B-0142".into()), ("report".into(), String::new())]);
    assert!(forms(&room.desk, &boss).is_empty());
    wait(room.desk.drop_draft(&lan, "report", "")).expect("dropped");
    assert_eq!(wait(room.desk.draft(&lan, "report", "")), Ok(None));
    let room = room.again();
    assert_eq!(forms(&room.desk, &lan), [("comment".into(), "05518-B-0142".into())]);
    assert_eq!(code(wait(room.desk.keep_draft(&room.keeper(), "report", "", fields("a")))), "no-account");
}

#[test]
fn the_same_again_writes_nothing_and_nothing_takes_it_away() {
    let (room, _) = Room::founded(Side::Commune);
    let boss = who(&room, "truong");
    wait(room.desk.keep_draft(&boss, "report", "", fields("Mất mạng"))).expect("kept");
    let end = room.end();
    for _ in 0..20 {
        wait(room.desk.keep_draft(&boss, "report", "", fields("Mất mạng"))).expect("kept");
    }
    assert_eq!(room.end(), end);
    let empty = BTreeMap::from([("text".to_owned(), "  ".to_owned())]);
    wait(room.desk.keep_draft(&boss, "report", "", empty)).expect("nothing was typed");
    assert!(forms(&room.desk, &boss).is_empty());
}

#[test]
fn drafts_are_bounded_and_use_their_places_again() {
    let (room, _) = Room::founded(Side::Commune);
    let boss = who(&room, "truong");
    let long = fields(&"ă".repeat(40_000));
    assert_eq!(code(wait(room.desk.keep_draft(&boss, "report", "", long))), "draft-too-large");
    let large = fields(&"a".repeat(60_000));
    wait(room.desk.keep_draft(&boss, "report", "", large.clone())).expect("large, and allowed");
    assert_eq!(wait(room.desk.draft(&boss, "report", "")), Ok(Some(large)));
    for n in 1..50 {
        wait(room.desk.keep_draft(&boss, "report", &n.to_string(), fields("x"))).expect("kept");
    }
    assert_eq!(code(wait(room.desk.keep_draft(&boss, "report", "51", fields("x")))), "too-many-drafts");
    assert_eq!(code(wait(room.desk.keep_draft(&boss, "report", "7", fields("y")))), "done", "one that is there");
    for n in 60..200 {
        wait(room.desk.drop_draft(&boss, "report", "7")).expect("dropped");
        wait(room.desk.keep_draft(&boss, "report", &n.to_string(), fields("x"))).expect("kept");
        wait(room.desk.drop_draft(&boss, "report", &n.to_string())).expect("dropped");
    }
    assert_eq!(room.facts("draft/").lines().count(), 50);
}
