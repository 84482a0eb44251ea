//! People in office from the command line: added, given posts, thanked, sent to another commune by the province.

use serde_json::{Value, json};

use crate::process::{Place, until};
use crate::province::*;

const MAN: &str = "Nguyễn Văn Mẫu 901";
const WOMAN: &str = "Nguyễn Thị Mẫu 902";

fn person(office: &Place, name: &str) -> Option<Value> {
    let staff = office.ok(&["person", "list", "--search", name]);
    staff["people"].as_array().and_then(|people| people.first().cloned())
}

#[test]
fn people_begin_leave_are_thanked_and_go_elsewhere() {
    let province = Province::found();
    let here = province.office("a", SONG_CONG);
    let there = province.office("b", TRAI_CAU);
    for (office, code) in [(&here, SONG_CONG), (&there, TRAI_CAU)] {
        office.ask("commune", json!({ "code": code }), None).expect("a demonstration");
    }
    for name in [MAN, WOMAN] {
        let added = here.ok(&["person", "add", name, "--category", "khong_chuyen_trach"]);
        assert_eq!(added["warnings"], json!([]), "{added}");
    }
    let again = here.ok(&["person", "add", MAN, "--category", "cong_chuc"]);
    assert_eq!(again["warnings"][0]["code"], "namesake");
    assert_eq!(here.refused(&["person", "show", MAN]).1, "not-found", "two have that name");

    let posts = here.ok(&["post", "list", "--vacant"]);
    let free = |post: &Value| {
        let seats = post["seats"].as_array()?;
        let seat = seats.iter().find(|seat| seat["holdings"] == json!([]) && seat["unit"].is_string())?;
        Some((post["id"].as_str()?.to_owned(), seat["unit"].as_str()?.to_owned()))
    };
    let (post, unit) = posts["posts"].as_array().and_then(|all| all.iter().find_map(free)).expect("a vacant seat");
    let begin = ["holding", "begin", WOMAN, &post, "--unit", &unit, "--from", "2026-01-01"];
    let held = here.ok(&begin)["id"].as_str().expect("an id").to_owned();
    assert_eq!(here.refused(&begin), (8, "holds-it".to_owned()));
    assert_eq!(here.refused(&["holding", "end", &held, "--on", "2025-01-01"]).1, "ends-before-it-begins");
    assert_eq!(here.ok(&["person", "show", WOMAN])["person"]["seats"], 1);

    assert_eq!(here.refused(&["person", "transfer", WOMAN, "--to", "99999", "--on", "2026-02-01"]).1, "not-found");
    let asked = here.ok(&["person", "transfer", WOMAN, "--to", TRAI_CAU, "--on", "2026-02-01"]);
    let id = asked["id"].as_str().expect("an id").to_owned();
    assert_eq!(here.refused(&["transfer", "approve", &id, "--role", "leader"]).1, "forbidden");
    until("the province is asked", || {
        let rows = province.desk.ok(&["transfer", "list"]);
        rows["transfers"].as_array().is_some_and(|rows| rows.iter().any(|row| row["id"] == id.as_str())).then_some(())
    });
    until("the other commune is known", || {
        let known = province.desk.run(&["post", "list", "--commune", TRAI_CAU, "--json"]);
        known.status.success().then_some(())
    });
    province.desk.ok(&["transfer", "approve", &id]);
    assert_eq!(province.desk.refused(&["transfer", "refuse", &id, "--reason", "nhầm"]).1, "decided-already");
    until("she arrives", || person(&there, WOMAN));
    let left = until("she has left", || person(&here, WOMAN).filter(|row| row["left"] == "2026-02-01"));
    assert_eq!((&left["reason"], &left["holdings"][0]["ending"]), (&json!("dieu_dong"), &json!("left")));

    let marked = here.ok(&["person", "thank", WOMAN, "--on", "05/02/2026", "--gift", "Quà kỷ niệm"]);
    assert_eq!(marked["marked"], 1);
    let thanked = here.ok(&["person", "leavers", "--thanked", "yes"]);
    assert_eq!(thanked["leavers"][0]["gift"], "Quà kỷ niệm");
    assert_eq!(here.refused(&["person", "thank", MAN, "--gift", "Quà"]).1, "not-found", "he has not left");
    assert_eq!(here.ok(&["board", "list"])["boards"], json!([]));
}
