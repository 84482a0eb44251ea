//! What must be true while the line is bad, and once it was fine for a while.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::people::{Saved, Typed};
use super::world::NAMES;
use crate::process::Place;

/// Checks, while all goes on, that what a house shows as arrived is at the desk. Truth only grows, so the house is
/// asked first.
///
/// # Errors
/// What was said too early.
pub(super) fn nothing_ahead(house: &Place, desk: &Place) -> Result<(), String> {
    let told: Vec<String> = rows(&list(house)?)
        .iter()
        .filter(|row| is_there(row))
        .map(|row| row["code"].as_str().unwrap_or_default().to_owned())
        .collect();
    let Some(code) = told.last() else { return Ok(()) };
    let one = house.ask("issue.show", json!({ "code": code }), None)?;
    let shown: BTreeSet<String> = rows(&list(desk)?).iter().map(|row| row["code"].to_string()).collect();
    if let Some(early) = told.iter().find(|code| !shown.contains(&json!(code).to_string())) {
        return Err(format!("{early} is shown as arrived before the desk shows it"));
    }
    if is_there(&one["issue"]) {
        let there = events(&desk.ask("issue.show", json!({ "code": code }), None)?);
        if let Some(early) = events(&one).difference(&there).next() {
            return Err(format!("{code} is shown as arrived, but its event {early} is not at the desk"));
        }
    }
    Ok(())
}

/// Checks whether all is as it must be in the end: equal, complete, arrived, and without alarms.
///
/// # Errors
/// What is not so yet.
pub(super) fn all_is_well(offices: [&Place; 3], typed: &[Typed]) -> Result<(), String> {
    let mut digests = Vec::new();
    for (office, name) in offices.iter().zip(NAMES) {
        let status = office.ask("status", json!({}), None)?;
        if status["line"] != "settled" || status["backlog"] != 0 {
            return Err(format!("{name}: line {}, backlog {}", status["line"], status["backlog"]));
        }
        if status["alarms"] != json!([]) || status["broken"] != Value::Null {
            return Err(format!("{name}: alarms {}, broken {}", status["alarms"], status["broken"]));
        }
        let doctor = office.ask("doctor", json!({}), None)?;
        let bad = |check: &&Value| check["good"] != true && check["check"] != "disk";
        if let Some(bad) = rows_of(&doctor["checks"]).iter().find(bad) {
            return Err(format!("{name}: doctor says {bad}"));
        }
        digests.push(office.ask("digest", json!({}), None)?);
    }
    equal_heads(&digests)?;
    nobody_wrote_more(&digests, typed)?;
    equal_records(offices)?;
    for office in offices {
        holds_all(office, typed)?;
    }
    Ok(())
}

fn equal_heads(digests: &[Value]) -> Result<(), String> {
    let [desk, houses @ ..] = digests else { return Err("no digests".to_owned()) };
    for (house, name) in houses.iter().zip(&NAMES[1..]) {
        for (doc, state) in house["documents"].as_object().into_iter().flatten() {
            if desk["documents"][doc] != *state {
                return Err(format!("{name} and the desk differ in {doc}: {state} / {}", desk["documents"][doc]));
            }
        }
    }
    if houses.windows(2).all(|pair| pair[0]["documents"] == pair[1]["documents"]) {
        Ok(())
    } else {
        Err("both houses hold different documents".to_owned())
    }
}

/// Every device's changes as all others count them: at least what was answered as saved.
fn nobody_wrote_more(digests: &[Value], typed: &[Typed]) -> Result<(), String> {
    for (number, typed) in typed.iter().enumerate().skip(1) {
        let own = digests[number]["own"].as_str().unwrap_or_default();
        let counts: Vec<u64> =
            digests.iter().map(|digest| digest["devices"][own].as_u64().unwrap_or_default()).collect();
        let saved = u64::try_from(typed.saved.len()).unwrap_or(u64::MAX);
        if counts.iter().any(|count| *count != counts[0]) || counts[0] < saved {
            return Err(format!("changes of {} as all count them: {counts:?}; saved {saved}", NAMES[number]));
        }
    }
    Ok(())
}

fn equal_records(offices: [&Place; 3]) -> Result<(), String> {
    let mut seen: Vec<[Value; 3]> = Vec::new();
    for (office, name) in offices.iter().zip(NAMES) {
        let listed = list(office)?;
        if name != NAMES[0]
            && let Some(late) = rows(&listed).iter().find(|row| !is_there(row))
        {
            return Err(format!("{name} shows {} as {}", late["code"], late["sentence"]));
        }
        let issues = rows(&listed).iter().map(without_sentence).collect();
        let args = json!({ "commune": crate::province::SONG_CONG });
        let units = office.ask("unit.list", args, None)?;
        let units = rows_of(&units["units"]).iter().map(without_sentence).collect();
        seen.push([issues, units, office.ask("settle.list", json!({}), None)?]);
    }
    for (other, name) in seen.iter().zip(NAMES).skip(1) {
        for (place, what) in ["issues", "units", "clashes"].iter().enumerate() {
            if other[place] != seen[0][place] {
                let (one, two) = apart(&other[place], &seen[0][place]);
                return Err(format!("{name} and the desk show different {what}: {one} / {two}"));
            }
        }
    }
    Ok(())
}

fn holds_all(office: &Place, typed: &[Typed]) -> Result<(), String> {
    let shown: BTreeMap<String, String> =
        rows(&list(office)?).iter().map(|row| (bare(&row["code"]), bare(&row["text"]))).collect();
    let units = office.ask("unit.list", json!({ "commune": crate::province::SONG_CONG }), None)?;
    let units: BTreeMap<String, String> =
        rows_of(&units["units"]).iter().map(|row| (bare(&row["id"]), bare(&row["name"]))).collect();
    let mut wanted: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for saved in typed.iter().flat_map(|typed| &typed.saved) {
        let held = match saved {
            Saved::Issue { code, text } => shown.get(code) == Some(text),
            Saved::Unit { id, name } => units.get(id) == Some(name),
            Saved::Event { code, event } => {
                wanted.entry(code).or_default().push(event);
                true
            }
            Saved::Field => true,
        };
        if !held {
            return Err(format!("LOST at {}: {saved:?}", office.dir.display()));
        }
    }
    for (code, wanted) in wanted {
        let there = events(&office.ask("issue.show", json!({ "code": code }), None)?);
        if let Some(lost) = wanted.iter().find(|event| !there.contains(**event)) {
            return Err(format!("LOST at {}: event {lost} of {code}", office.dir.display()));
        }
    }
    Ok(())
}

fn list(office: &Place) -> Result<Value, String> {
    office.ask("issue.list", json!({ "limit": 500 }), None)
}

fn rows(page: &Value) -> &[Value] {
    rows_of(&page["rows"])
}

fn rows_of(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn is_there(row: &Value) -> bool {
    matches!(row["sentence"]["state"].as_str(), Some("at_province" | "seen"))
}

fn events(detail: &Value) -> BTreeSet<String> {
    rows_of(&detail["events"]).iter().map(|event| bare(&event["id"])).collect()
}

fn bare(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// How far something has travelled is told to its writer alone.
fn without_sentence(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        fields.remove("sentence");
    }
    row
}

/// The first two that differ.
fn apart(one: &Value, other: &Value) -> (Value, Value) {
    let (mine, theirs) = (rows_of(one), rows_of(other));
    let place = mine.iter().zip(theirs).position(|(mine, theirs)| mine != theirs);
    let place = place.unwrap_or(mine.len().min(theirs.len()));
    let at = |rows: &[Value]| rows.get(place).cloned().unwrap_or_default();
    (at(mine), at(theirs))
}
