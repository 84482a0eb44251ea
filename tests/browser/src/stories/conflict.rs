//! Two houses write differently while they are apart; the leader settles it.

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

const UNIT: &str = "Tổ dân phố Cải Đan";

pub(crate) fn play(stage: &Stage) {
    let (a, b) = (stage.signed_in(Seat::HouseA, "truong"), stage.signed_in(Seat::HouseB, "binh"));
    a.goto(&stage.at(Seat::HouseA, "/units"));
    a.unfold("details:has(#u-name)");
    a.fill("#u-name", UNIT);
    a.fill("#u-homes", "64");
    a.click("form:has(#u-name) button.main");
    a.sees("#units", UNIT);
    b.goto(&stage.at(Seat::HouseB, "/units"));
    b.sees("#units", UNIT);
    stage.in_step();

    stage.cut();
    for (browser, homes) in [(&a, "71"), (&b, "75")] {
        browser.click("#units th a");
        browser.fill("#f-households", homes);
        browser.click("form:has(#f-households) button.main");
        browser.sees(".note-ok", "Đã lưu tại máy này");
        browser.sees("#facts", homes);
        browser.click("h1 + p a");
        browser.sees("#units td.num", homes);
    }
    stage.heal();
    for browser in [&a, &b] {
        browser.sees("#nav-settle", "(1)");
        browser.sees("#units", "Cần thống nhất");
    }

    b.click("#nav-settle");
    b.sees("#clashes", UNIT);
    a.click("#nav-settle");
    a.click("#clashes a");
    let options = [a.read(".choice:nth-of-type(1) h2"), a.read(".choice:nth-of-type(2) h2")];
    assert!(options.iter().any(|option| option.contains("71")) && options.iter().any(|option| option.contains("75")));
    let right = if options[0].contains("75") { 1 } else { 2 };
    a.click(&format!(".choice:nth-of-type({right}) button"));
    a.sees(".note-ok", "Đã thống nhất");
    empties(&a);
    empties(&b);
    a.goto(&stage.at(Seat::HouseA, "/units"));
    a.sees("#units td.num", "75");
}

fn empties(browser: &Browser) {
    browser.sees("#clashes", "Không có việc nào cần thống nhất");
    browser.sees("#nav-settle", "(0)");
}
