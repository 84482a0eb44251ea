//! axe-core finds nothing on any page, in either theme.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages::{self, Shown};
use crate::stage::{Seat, Stage};

/// All rules of WCAG 2.2 AA that axe can check, size of targets among them, which it leaves out by itself.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    for (const fold of document.querySelectorAll('main details')) fold.open = true;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    axe.run(document, { runOnly: { type: 'tag', values: tags }, rules: { 'target-size': { enabled: true } },
                        resultTypes: ['violations'] })
        .then(found => done(found.violations.map(one => ({
            rule: one.id, help: one.help, where: one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)),
            why: one.nodes[0].failureSummary }))), error => done([{ rule: 'axe failed', help: String(error) }]));";

pub(crate) fn play(stage: &Stage) {
    let mut findings = Vec::new();
    let mut looked = 0;
    for (seat, account) in [(Seat::HouseA, "truong"), (Seat::Province, "quantri")] {
        let browser = stage.browser(account, true);
        for page in pages::outside(seat) {
            looked += themes(stage, &browser, seat, &page, &mut findings);
        }
        stage.sign_in(&browser, seat, account);
        let all = pages::of(stage, seat, &browser);
        let missing = pages::missing(&browser.run(pages::LINKS, &Value::Null), &all);
        assert!(missing.is_empty(), "the list of pages lacks {missing:?}");
        for page in &all {
            looked += themes(stage, &browser, seat, page, &mut findings);
        }
    }
    let browser = stage.browser("new", true);
    for page in pages::outside(Seat::Newcomer) {
        looked += themes(stage, &browser, Seat::Newcomer, &page, &mut findings);
    }
    println!("        axe looked {looked} times");
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

fn themes(stage: &Stage, browser: &Browser, seat: Seat, page: &Shown, findings: &mut Vec<String>) -> usize {
    let themes = ["light", "dark"];
    for theme in themes {
        browser.goto(&stage.at(seat, &page.path));
        browser.cookie("theme", theme);
        browser.goto(&stage.at(seat, &page.path));
        let status = browser.run("return performance.getEntriesByType('navigation')[0].responseStatus", &Value::Null);
        let wanted = if page.path == "/no-such-page" { 404 } else { 200 };
        if status != wanted {
            findings.push(format!("{seat:?} {}: the page answers {status}", page.path));
        }
        browser.run(&stage.axe, &Value::Null);
        let found = browser.run_async(RUN, &json!({}));
        for one in found.as_array().into_iter().flatten() {
            findings.push(format!(
                "{seat:?} {} {theme}: {}: {} {}\n    {}",
                page.path,
                one["rule"].as_str().unwrap_or_default(),
                one["help"].as_str().unwrap_or_default(),
                one["where"],
                one["why"].as_str().unwrap_or_default().replace('\n', "\n    ")
            ));
        }
    }
    themes.len()
}
