//! Every page of both sides, in one list: axe, the telephone and the pictures all go by it.

use serde_json::{Value, json};

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
    "/units",
    "/people",
    "/status",
    "/account",
    "/accounts",
    "/audit",
    "/no-such-page",
];
/// Pages of the province alone.
const PROVINCE: &[&str] = &["/issues?pile=overdue", "/overview", "/common", "/devices", "/bulletin"];
/// Pages before anybody is signed in.
const OUTSIDE: &[&str] = &["/login"];

/// What whoever may see all of a side finds there; two issues and something to be settled among it.
pub(crate) fn of(stage: &Stage, seat: Seat) -> Vec<Shown> {
    let one = |path: &str| Shown { name: name(path), path: path.to_owned() };
    let mut pages: Vec<Shown> = match seat {
        Seat::Newcomer => return vec![one("/setup")],
        Seat::Province => BOTH.iter().chain(PROVINCE).copied().map(one).collect(),
        Seat::HouseA | Seat::HouseB => BOTH.iter().copied().map(one).collect(),
    };
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
pub(crate) fn outside() -> Vec<Shown> {
    OUTSIDE.iter().map(|path| Shown { name: name(path), path: (*path).to_owned() }).collect()
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
