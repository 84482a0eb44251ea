//! A decision about units in three steps, without JavaScript, and the register on two days.

use hopluu_tests::process::until;
use serde_json::{Value, json};

use crate::stage::{Seat, Stage};

const FIRST: &str = "Xóm Bờ Sông";
const SECOND: &str = "Xóm Bãi Dâu";
const MADE: &str = "Xóm Sông Dâu";
const DECISION: &str = "17/NQ-HĐND (mẫu)";

pub(crate) fn play(stage: &Stage) {
    for (name, homes) in [(FIRST, 61), (SECOND, 74)] {
        stage.ask(Seat::HouseA, "unit.add", json!({ "name": name, "kind": "xom", "households": homes }), None);
    }
    let house = stage.browser("truong", false);
    stage.sign_in(&house, Seat::HouseA, "truong");
    house.goto(&stage.at(Seat::HouseA, "/units"));
    house.click("a[href='/mergers/new']");
    house.fill("#q", "xom b");
    house.click("button[value=find]");
    for name in [FIRST, SECOND] {
        tick(&house, name);
    }
    house.click("button[value='2']");
    house.fill("#decision", DECISION);
    house.fill("#effective", "mai");
    house.fill("#name-1", MADE);
    house.click("button[value='3']");
    house.sees(".fault", "Ngày không đúng");
    assert_eq!((house.value("#name-1"), house.value("#decision")), (MADE.to_owned(), DECISION.to_owned()));
    house.fill("#effective", "01/11/2026");
    house.click("button[value='3']");
    house.sees("main", "135");
    house.click("button[value=pass]");
    house.sees("#state", "Đã thông qua");
    house.sees("#state", "Có hiệu lực");

    // The register as it is, as it was, and at the province as well.
    house.goto(&stage.at(Seat::HouseA, "/units?q=xom+b"));
    house.sees("#units", "Đã nhập vào");
    house.fill("#at", "31/10/2026");
    house.click("form.filters button");
    let before = house.read("#units");
    assert!(before.contains(FIRST) && !before.contains("Đã nhập vào"), "{before}");
    house.goto(&stage.at(Seat::HouseA, "/units?q=song+dau&state=now"));
    house.click("#units th a");
    house.sees("#kin", FIRST);
    house.sees("#facts", "135");
    stage.in_step();
    until("the province knows the merger", || {
        let listed: Value = stage.ask(Seat::Province, "merger.list", json!({ "commune": "05518" }), None);
        listed.to_string().contains(DECISION).then_some(())
    });
    let desk = stage.signed_in(Seat::Province, "hanh");
    desk.goto(&stage.at(Seat::Province, "/mergers?commune=05518"));
    desk.sees("#mergers", DECISION);
}

fn tick(browser: &crate::browser::Browser, name: &str) {
    let found = browser.run(
        "const label = [...document.querySelectorAll('label.tick')].find(one => one.innerText.includes(arguments[0])); \
         return label?.querySelector('input')?.value ?? null",
        &json!(name),
    );
    let value = found.as_str().unwrap_or_else(|| panic!("{name} is not offered")).to_owned();
    browser.click(&format!("input[name=from][value='{value}']"));
}
