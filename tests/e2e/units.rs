//! Units and decisions about them from the command line.

use serde_json::Value;

use crate::province::*;

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn decisions_about_units_are_drafted_moved_and_seen_as_of_any_day() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    for (name, homes) in [("Xóm Đồng", "140"), ("Xóm Bãi", "60"), ("Xóm Bến", "55")] {
        a.ok(&["unit", "add", name, "--kind", "xom", "--households", homes]);
    }
    let split = ["split", "Xóm Đồng", "--becomes", "Xóm Đồng 1=80", "--becomes", "Xóm Đồng 2=50"];
    let seen = a.ok(&[&["merger", "preview"][..], &split].concat());
    assert_eq!((&seen["count"][1], &seen["total"][1]), (&4.into(), &245.into()));
    assert_eq!(text(&seen, "/warnings/0/code"), "sum");
    assert_eq!(a.refused(&["merger", "new", "rename", "Xóm Đồng", "Xóm Bãi", "--becomes", "Xóm Mới"]).1, "invalid");

    let new = ["merger", "new", "merge", "Xóm Bãi", "Xóm Bến", "--becomes", "Xóm Bến Bãi"];
    let id = text(&a.ok(&new), "/merger").to_owned();
    a.ok(&["merger", "consult", &id]);
    assert_eq!(a.refused(&["merger", "agree", &id]).1, "invalid", "a clerk does not say that a majority was found");
    a.ok(&["merger", "agree", &id, "--role", "leader"]);
    assert_eq!(a.refused(&["merger", "fail", &id, "--role", "leader"]).1, "not-now");
    let pass = ["merger", "pass", &id, "--role", "leader", "--decision", "00/NQ-HĐND", "--effective", "2026-01-01"];
    a.ok(&pass);
    let shown = a.ok(&["merger", "show", &id]);
    assert_eq!((text(&shown, "/merger/state"), text(&shown, "/merger/body")), ("passed", "Hội đồng nhân dân"));

    until_in_force(&a, &id);
    assert_eq!(a.refused(&["unit", "households", "Xóm Bãi", "61"]).1, "unit-merged");
    let made = a.ok(&["unit", "show", "Xóm Bến Bãi"]);
    assert_eq!((&made["unit"]["households"], made["ancestors"].as_array().map(Vec::len)), (&115.into(), Some(2)));
    let count = |at: &str| a.ok(&["unit", "list", "--at", at])["totals"]["units"].clone();
    assert_eq!((count("2025-12-31"), count("2026-01-01")), (3.into(), 2.into()));
    a.ok(&["unit", "set", "Xóm Đồng", "households=141", "population=500", "area=Bá Xuyên"]);
    assert_eq!(a.ok(&["unit", "show", "Xóm Đồng"])["unit"]["population"], 500);
    assert_eq!(a.refused(&["unit", "set", "Xóm Đồng", "khong-co=1"]).1, "bad-field");
}

fn until_in_force(office: &crate::process::Place, id: &str) {
    crate::process::until("the merger is in force", || {
        (text(&office.ok(&["merger", "show", id]), "/merger/standing") == "in_force").then_some(())
    });
}
