//! A telephone of 360x740: nothing runs off the side, and fingers hit what they aim at.

use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::pages::{self, Shown};
use crate::stage::{Seat, Stage};

/// What is wider than the screen, or smaller than a finger. A box or a dot is as large as its label.
const FAULTS: &str = "
    for (const fold of document.querySelectorAll('main details')) fold.open = true;
    const faults = [], root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        const wide = [...document.querySelectorAll('body *')].filter(part =>
            part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest('.scroll'));
        faults.push(`is ${root.scrollWidth} wide: ` + wide.slice(0, 3).map(part => part.outerHTML.slice(0, 90)).join(' '));
    }
    const targets = 'button, .button, summary, nav a, .tiles a, select, textarea, input:not([type=hidden])';
    for (let part of document.querySelectorAll(targets)) {
        const shown = part;
        if (part.matches('[type=checkbox], [type=radio]')) part = part.closest('label') ?? part;
        const { width, height } = part.getBoundingClientRect();
        if (!width && !height || getComputedStyle(part).visibility === 'hidden') continue;
        if (height < 43.5 || width < 43.5) {
            faults.push(`${Math.round(width)}x${Math.round(height)}: ${shown.outerHTML.slice(0, 120)}`);
        }
    }
    return faults;";

pub(crate) fn play(stage: &Stage) {
    let mut findings = Vec::new();
    for (seat, account) in [(Seat::HouseA, "truong"), (Seat::Province, "quantri")] {
        let browser = stage.browser(account, true);
        browser.screen(Screen::Phone);
        for page in pages::outside(seat) {
            look(stage, &browser, seat, &page, &mut findings);
        }
        stage.sign_in(&browser, seat, account);
        for page in pages::of(stage, seat, &browser) {
            look(stage, &browser, seat, &page, &mut findings);
        }
        menu(stage, &browser, seat);
    }
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

fn look(stage: &Stage, browser: &Browser, seat: Seat, page: &Shown, findings: &mut Vec<String>) {
    browser.goto(&stage.at(seat, &page.path));
    let found = browser.run(FAULTS, &json!({}));
    let found = found.as_array().into_iter().flatten().filter_map(Value::as_str);
    findings.extend(found.map(|fault| format!("{seat:?} {} {fault}", page.path)));
}

fn menu(stage: &Stage, browser: &Browser, seat: Seat) {
    browser.goto(&stage.at(seat, "/"));
    assert_eq!(browser.read(".nav a[href='/units']"), "", "the menu is closed at first");
    browser.click(".menu > summary");
    browser.click(".nav a[href='/units']");
    browser.sees("h1", "Thôn, tổ dân phố");
}
