//! Every page of both sides, in one list: axe, the telephone and the pictures all go by it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

/// A page somebody can open.
pub(crate) struct Shown {
    /// What pictures of it are called.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: String,
}

/// Pages of both sides.
const BOTH: &[&str] = &[
    "/",
    "/issues",
    "/issues/new",
    "/settle",
    "/directives",
    "/notices",
    "/totals",
    "/totals?from=30/06/2025&to=01/07/2025",
    "/books",
    "/books/site",
    "/books/equipment",
    "/commune",
    "/units",
    "/mergers",
    "/people",
    "/import",
    "/import/indicator",
    "/posts",
    "/leavers",
    "/boards",
    "/transfers",
    "/status",
    "/account",
    "/accounts",
    "/audit",
    "/audit/records",
    "/common",
    "/no-such-page",
];
/// Pages of the province alone.
const PROVINCE: &[&str] =
    &["/issues?pile=overdue", "/overview", "/devices", "/invitations", "/bulletin", "/bulletin/department"];
/// Pages of a commune alone.
const COMMUNE: &[&str] = &["/mergers/new"];
/// Pages that the first link of its kind on another page leads to: their name, that page, and the link.
const BEHIND: &[(&str, &str, &str)] = &[
    ("one-account", "/accounts", "main a[href^='/accounts/']"),
    ("one-common", "/common", "main a[href^='/common/']"),
    ("one-person", "/people", "#people a[href^='/people/']"),
    ("one-unit", "/units", "#units th a"),
    ("one-merger", "/mergers", "#mergers th a"),
];
/// Those of the province alone.
const BEHIND_PROVINCE: &[(&str, &str, &str)] = &[
    ("one-commune", "/commune", "#communes th a"),
    ("revoke", "/devices", "main a[href$='/revoke']"),
    ("one-department", "/bulletin/department", "main a[href^='/bulletin/department/']"),
];
/// Pages before anybody is signed in.
const OUTSIDE: &[&str] = &["/login"];
/// The page of an office that has no account yet.
const SET_UP: &str = "/setup";

/// What whoever may see all of a side and has signed in finds there: all of the above, two issues, something to settle.
pub(crate) fn of(stage: &Stage, seat: Seat, browser: &Browser) -> Vec<Shown> {
    let one = |path: &str| Shown { name: name(path), path: path.to_owned() };
    let mut pages: Vec<Shown> = match seat {
        Seat::Province => BOTH.iter().chain(PROVINCE).copied().map(one).collect(),
        _ => BOTH.iter().chain(COMMUNE).copied().map(one).collect(),
    };
    let more = if seat == Seat::Province { BEHIND_PROVINCE } else { &[] };
    for (name, from, link) in BEHIND.iter().chain(more) {
        browser.goto(&stage.at(seat, from));
        let path = browser.run("return document.querySelector(arguments[0])?.getAttribute('href')", &json!(link));
        let path = path.as_str().unwrap_or_else(|| panic!("{seat:?}: {from} has no {link}")).to_owned();
        pages.push(Shown { name: (*name).into(), path });
    }
    let rows = stage.ask(seat, "issue.list", json!({ "limit": 50 }), None)["rows"].clone();
    let with = |state: &str| {
        let rows = rows.as_array().into_iter().flatten();
        let found = rows.into_iter().find(|row| row["state"] == state);
        found.and_then(|row| row["code"].as_str()).map(|code| format!("/issues/{code}"))
    };
    for state in ["new", "answered"] {
        let path = with(state).unwrap_or_else(|| panic!("{seat:?} has no issue that is {state}"));
        pages.push(Shown { name: format!("issue-{state}"), path });
    }
    let clashes = stage.ask(seat, "settle.list", json!({}), None);
    let key = clashes[0]["key"].as_str().expect("something is to be settled");
    pages.push(Shown { name: "clash".into(), path: format!("/settle/{key}") });
    pages
}

/// What anybody finds.
pub(crate) fn outside(seat: Seat) -> Vec<Shown> {
    let paths = if seat == Seat::Newcomer { &[SET_UP] } else { OUTSIDE };
    paths.iter().map(|path| Shown { name: name(path), path: (*path).to_owned() }).collect()
}

/// The addresses the navigation of the open page leads to.
pub(crate) const LINKS: &str =
    "return [...document.querySelectorAll('.top a[href^=\"/\"]')].map(a => a.getAttribute('href'))";

/// What the navigation leads to and the list above lacks.
pub(crate) fn missing(links: &Value, pages: &[Shown]) -> Vec<String> {
    let links = links.as_array().into_iter().flatten().filter_map(Value::as_str);
    links.filter(|link| pages.iter().all(|page| page.path != *link)).map(str::to_owned).collect()
}

fn name(path: &str) -> String {
    let name: String = path.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "start".to_owned() } else { name.to_owned() }
}
