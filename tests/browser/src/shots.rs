//! A picture of every page: both languages, both themes, telephone and desktop.

use std::path::Path;

use crate::browser::{Browser, Screen};
use crate::pages::{self, Shown};
use crate::stage::{Seat, Stage};

/// Takes them all, and returns how many there are.
pub(crate) fn take(stage: &Stage, folder: &Path) -> usize {
    let mut count = 0;
    for (seat, side, account) in [(Seat::HouseA, "commune", "truong"), (Seat::Province, "province", "quantri")] {
        let browser = stage.browser(account, true);
        count += all(stage, &browser, (seat, side), &pages::outside(seat), folder);
        stage.sign_in(&browser, seat, account);
        count += all(stage, &browser, (seat, side), &pages::of(stage, seat, &browser), folder);
    }
    let browser = stage.browser("new", true);
    count += all(stage, &browser, (Seat::Newcomer, "newcomer"), &pages::outside(Seat::Newcomer), folder);
    stage.close(None);
    count
}

fn all(stage: &Stage, browser: &Browser, (seat, side): (Seat, &str), pages: &[Shown], folder: &Path) -> usize {
    let mut count = 0;
    for (screen, size) in [(Screen::Desktop, "desktop"), (Screen::Phone, "phone")] {
        browser.screen(screen);
        for (lang, theme) in [("vi", "light"), ("vi", "dark"), ("en", "light"), ("en", "dark")] {
            browser.goto(&stage.at(seat, &pages[0].path));
            browser.cookie("lang", lang);
            browser.cookie("theme", theme);
            for page in pages {
                browser.goto(&stage.at(seat, &page.path));
                browser.shoot(&folder.join(format!("{side}-{}-{lang}-{theme}-{size}.png", page.name)));
                count += 1;
            }
        }
    }
    browser.screen(Screen::Desktop);
    count
}
