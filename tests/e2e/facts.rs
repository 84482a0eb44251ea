//! Facts of public texts, loaded by a person at running offices.

use crate::process::until;
use crate::province::*;

/// The file of this repository.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/facts/seed_facts.json");

#[test]
fn who_loads_the_facts_of_a_commune_finds_them_at_the_province() {
    let province = Province::found();
    let office = province.office("a", TRAI_CAU);
    assert_eq!(office.refused(&["import", "facts", FILE]), (8, "forbidden".to_owned()), "a clerk passes no decisions");
    let leader = ["--role", "leader", "import", "facts", FILE];
    let loaded = office.ok(&leader);
    assert_eq!(loaded["places"][0]["name"], "Hợp Tiến");
    assert!(loaded["edits"].as_u64() > Some(0));
    assert_eq!(office.ok(&leader)["edits"], 0, "loading it again adds nothing");
    let asked = ["totals", "--commune", TRAI_CAU, "--from", "30/06/2025", "--to", "2025-07-01"];
    until("what was loaded to be in the totals", || {
        let sums = province.desk.ok(&asked);
        let after = &sums["after"];
        (after["posts"] == 21 && after["left"] == 14 && after["people"] == 7).then_some(())
    });
    let of_province = province.desk.ok(&["import", "facts", FILE]);
    assert_eq!(of_province["places"][0]["name"], "Thái Nguyên");
    let elsewhere = ["--role", "leader", "import", "facts", FILE, "--place", "99999"];
    assert_eq!(office.refused(&elsewhere), (8, "no-facts".to_owned()));
}
