//! A picture goes along with an issue.

use serde_json::json;

use crate::browser::Browser;
use crate::stage::{Seat, Stage};
use crate::stories::report::fill_in;

pub(crate) fn play(stage: &Stage) {
    let house = stage.signed_in(Seat::HouseA, "lan");
    // Any picture does; that of a screen is at hand.
    let file = stage.place(Seat::HouseA).dir.with_extension("png");
    house.shoot(&file);
    house.goto(&stage.at(Seat::HouseA, "/issues/new"));
    house.attach("#picture", &file);
    let code = fill_in(&house, "Biển hiệu trụ sở bị gió giật rơi một góc");
    shows(&house, &stage.at(Seat::HouseA, &format!("/issues/{code}")));

    let desk = stage.signed_in(Seat::Province, "hanh");
    desk.goto(&stage.at(Seat::Province, "/issues?sort=newest"));
    desk.sees("#list", &code);
    shows(&desk, &stage.at(Seat::Province, &format!("/issues/{code}")));
}

/// Waits until the picture of an issue is there to be looked at.
fn shows(browser: &Browser, issue: &str) {
    let wide = "
        const picture = document.querySelector('#what .picture img');
        picture?.scrollIntoView();
        return Boolean(picture && picture.complete && picture.naturalWidth >= 300);";
    browser.reloads(issue, "the picture", |browser| browser.run(wide, &json!({})) == true);
}
