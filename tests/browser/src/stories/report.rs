//! An issue's way: reported offline, and back with its answer.

use serde_json::Value;

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

const WHAT: &str = "Công chức mới điều động về chưa được cấp chữ ký số, hồ sơ đất đai chờ ký";
const ANSWER: &str = "Đã cấp chữ ký số, đề nghị xã nhận tại Trung tâm phục vụ hành chính công";

pub(crate) fn play(stage: &Stage) {
    let house = stage.signed_in(Seat::HouseA, "lan");
    let desk = stage.signed_in(Seat::Province, "hanh");
    desk.goto(&stage.at(Seat::Province, "/issues?sort=newest"));

    stage.cut();
    house.goto(&stage.at(Seat::HouseA, "/"));
    house.click("a.button.main[href='/issues/new']");
    let code = fill_in(&house, WHAT);
    house.sees(".note-ok", "Đã lưu tại máy này");
    house.sees("#what .way", "Đã lưu tại máy này");
    assert!(!desk.read("#list").contains(&code), "nothing can have arrived yet");

    stays(&desk);
    stays(&house);
    stage.heal();
    desk.sees("#list", &code);
    stayed(&desk);
    house.sees("#what .way", "Tỉnh đã nhận");

    desk.click(&format!("#list a[href='/issues/{code}']"));
    desk.unfold("details:has(#receive-category)");
    desk.click(&step("receive"));
    desk.sees("#what", "Đã tiếp nhận");
    desk.unfold("details:has(#lead)");
    desk.click("#lead option:nth-of-type(2)");
    desk.click(&step("forward"));
    desk.sees("#what", "Đã chuyển đơn vị");
    desk.unfold("details:has(#answer)");
    desk.fill("#answer", ANSWER);
    desk.click(&step("answer"));
    desk.sees("#story", ANSWER);

    house.sees("#story", ANSWER);
    stayed(&house);
    stays(&desk);
    house.unfold("details:has(#solved)");
    house.click(&step("solved"));
    house.sees(".note-ok", "Đã lưu tại máy này");
    desk.sees("#story", "Xác nhận đã xong");
    stayed(&desk);
}

/// The button of a step on an issue's page.
pub(super) fn step(event: &str) -> String {
    format!("form:has(input[name=event][value={event}]) .acts button")
}

/// Fills in the report form that is open, sends it, and gives the code.
pub(super) fn fill_in(browser: &Browser, what: &str) -> String {
    browser.click("#category option[value=chu_ky_so]");
    browser.fill("#text", what);
    browser.click("main form .acts button.main");
    browser.sees("#what .said", what);
    browser.read("h1 .code")
}

/// From here on a page may only follow the news.
fn stays(browser: &Browser) {
    browser.run("window.stayed = true", &Value::Null);
}

/// It was not loaded anew since.
fn stayed(browser: &Browser) {
    let stayed = browser.run("return window.stayed === true", &Value::Null);
    assert_eq!(stayed, true, "{} loaded its page anew", browser.name);
}
