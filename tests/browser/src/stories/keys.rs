//! Without a mouse: from the sign-in to a report, and through the province's inbox.

use serde_json::json;

use crate::browser::{Browser, DOWN, ENTER, TAB};
use crate::stage::{Seat, Stage};

const WHAT: &str = "Điện chập chờn, máy chủ tự tắt hai lần trong sáng nay";
/// More stops than this on the way to something is too many.
const STOPS: usize = 60;

pub(crate) fn play(stage: &Stage) {
    let house = stage.browser("lan", true);
    house.goto(&stage.at(Seat::HouseA, "/login"));
    sign_in(stage, &house, "lan");
    tab_to(&house, "a[href='/issues/new']");
    house.press(&ENTER.to_string());
    house.sees("h1", "Báo khó khăn, vướng mắc");
    tab_to(&house, "#category");
    house.press(&DOWN.to_string());
    tab_to(&house, "#text");
    house.press(WHAT);
    tab_to(&house, "main form .acts button.main");
    house.press(&ENTER.to_string());
    house.sees("#what .said", WHAT);
    let code = house.read("h1 .code");

    let second = json!({ "category": "thiet_bi", "cause": "chua_ro", "text": "Máy chấm công không nhận vân tay" });
    let second = stage.ask(Seat::HouseA, "issue.report", second, None)["code"].as_str().unwrap_or_default().to_owned();

    let desk = stage.browser("hanh", true);
    desk.goto(&stage.at(Seat::Province, "/login?next=%2Fissues%3Fpile%3Dnew"));
    sign_in(stage, &desk, "hanh");
    desk.sees("#list", &code);
    desk.sees("#list", &second);
    desk.press("jxjx");
    let picked = "return document.querySelectorAll('#list :checked').length";
    assert_eq!(desk.run(picked, &json!({})), 2, "j goes on and x picks");
    desk.press("kx");
    assert_eq!(desk.run(picked, &json!({})), 1, "k goes back and x lets go");
    desk.press("x");
    tab_to(&desk, "#bulk button");
    desk.press(&ENTER.to_string());
    desk.sees("section[role=status]", "Đã lưu");
    assert_eq!(desk.run("return document.querySelectorAll('section[role=status] .b-done').length", &json!({})), 2);
    desk.goto(&stage.at(Seat::Province, "/issues?sort=newest"));
    desk.press("j");
    desk.press(&ENTER.to_string());
    desk.sees("#story", "Gửi về tỉnh");
}

fn sign_in(stage: &Stage, browser: &Browser, account: &str) {
    // The first field has the focus.
    browser.press(account);
    browser.press(&TAB.to_string());
    browser.press(stage.password());
    browser.press(&ENTER.to_string());
    browser.sees(".me", "·");
}

/// Goes on with Tab until something has the focus; every stop on the way can be seen.
fn tab_to(browser: &Browser, css: &str) {
    let looks = "
        const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
        const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || at === document.body;
        const shown = box.bottom > 0 && box.top < innerHeight;
        return [at.matches(arguments[0]), drawn && shown, at.outerHTML.slice(0, 100)];";
    for _ in 0..STOPS {
        let at = browser.run(looks, &json!(css));
        assert_eq!(at[1], true, "{}: one cannot see that the focus is on {}", browser.name, at[2]);
        if at[0] == true {
            return;
        }
        browser.press(&TAB.to_string());
    }
    panic!("{} does not come to {css} with {STOPS} times Tab", browser.name);
}
