//! What is measured with browsers: from "Gửi" to the province's open page, and what pages weigh.

use std::time::Duration;

use hopluu_tests::process::until;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages;
use crate::stage::{Seat, Stage};

const RUNS: usize = 10;

/// Measures all of it and prints it.
pub(crate) fn print(stage: &Stage) {
    let (house, desk) = (stage.signed_in(Seat::HouseA, "truong"), stage.signed_in(Seat::Province, "hanh"));
    desk.goto(&stage.at(Seat::Province, "/issues?sort=newest"));
    for (line, way) in [("loopback", 0), ("300 ms one way", 300)] {
        stage.delay(Duration::from_millis(way));
        let mut times: Vec<i64> =
            (0..RUNS).map(|run| reported(stage, &house, &desk, &format!("Đo {line} {run}"))).collect();
        times.sort_unstable();
        let (fastest, slowest) = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
        println!(
            "from Gửi to the province's open page, {line}: p50 {} ms ({fastest}-{slowest}), {RUNS} runs",
            times[RUNS / 2]
        );
    }
    stage.heal();
    for (seat, account) in [(Seat::HouseA, "truong"), (Seat::Province, "quantri")] {
        weigh(stage, seat, account);
    }
    stage.close(None);
}

/// Milliseconds between pressing the button in one browser and the row in the other; both have the same clock.
fn reported(stage: &Stage, house: &Browser, desk: &Browser, what: &str) -> i64 {
    house.goto(&stage.at(Seat::HouseA, "/issues/new"));
    house.click("#category option[value=chu_ky_so]");
    house.fill("#text", what);
    // The name of a window outlives its page.
    house.run(
        "document.querySelector('form[data-draft]').addEventListener('submit', () => { window.name = Date.now(); })",
        &json!({}),
    );
    let watch = "
        window.came = null;
        window.watch?.disconnect();
        window.watch = new MutationObserver(() => {
            if (!window.came && document.getElementById('list').textContent.includes(arguments[0])) window.came = Date.now();
        });
        window.watch.observe(document.body, { childList: true, subtree: true });";
    desk.run(watch, &json!(what));
    house.click("main form .acts button.main");
    let came = until("the row on the open page", || desk.run("return window.came", &json!({})).as_i64());
    let left = house.run("return Number(window.name)", &json!({})).as_i64();
    came - left.expect("the form was sent")
}

/// What all pages of a side weigh as they travel, compressed.
fn weigh(stage: &Stage, seat: Seat, account: &str) {
    let browser = stage.signed_in(seat, account);
    browser.devtools("Network.enable", &json!({}));
    browser.devtools("Network.setCacheDisabled", &json!({ "cacheDisabled": true }));
    let sum = "
        const [page] = performance.getEntriesByType('navigation'), parts = performance.getEntriesByType('resource');
        const own = parts.filter(part => part.name.includes('/assets/'));
        return [page.encodedBodySize, own.reduce((sum, part) => sum + part.encodedBodySize, 0)];";
    let mut weights: Vec<(i64, i64, String)> = Vec::new();
    for page in pages::of(stage, seat, &browser) {
        browser.goto(&stage.at(seat, &page.path));
        let both: Value = browser.run(sum, &json!({}));
        weights.push((both[0].as_i64().unwrap_or(0), both[1].as_i64().unwrap_or(0), page.path));
    }
    weights.sort();
    let (Some(heaviest), middle) = (weights.last(), &weights[weights.len() / 2]) else { return };
    println!(
        "{seat:?}: {} pages; HTML gzip: median {} B, heaviest {} B ({}); CSS, JS and icon on first load: {} B; first load at most {} B",
        weights.len(),
        middle.0,
        heaviest.0,
        heaviest.2,
        heaviest.1,
        heaviest.0 + heaviest.1
    );
}
