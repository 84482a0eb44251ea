//! Somebody leaves, the seat is vacant, somebody else is given it; two houses give one seat to two people.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

const FIRST: &str = "Nguyễn Văn Mẫu 951";
const SECOND: &str = "Nguyễn Thị Mẫu 952";

/// A seat: its post, its unit and the unit's name.
struct Place {
    post: String,
    unit: String,
    named: String,
}

pub(crate) fn play(stage: &Stage) {
    let staff = || stage.ask(Seat::HouseA, "post.list", json!({}), None);
    if rows(&staff()["posts"]).is_empty() {
        stage.ask(Seat::HouseA, "commune", json!({ "code": "05518", "seed": 19 }), None);
    }
    let (a, b) = (stage.signed_in(Seat::HouseA, "truong"), stage.signed_in(Seat::HouseB, "binh"));
    let before = staff()["vacant"].as_i64().unwrap_or_default();
    let (person, left) = leaves(stage, &a);
    assert_eq!(staff()["vacant"], before + 1, "the seat of {person} is vacant");
    a.goto(&stage.at(Seat::HouseA, "/posts?show=vacant"));
    a.sees("#posts", &left.named);

    let first = add(stage, &a, Seat::HouseA, FIRST);
    give(stage, &a, Seat::HouseA, (&first, &left));
    assert_eq!(staff()["vacant"], before);
    stage.in_step();
    two_heads(stage, (&a, &b), &first);
}

/// Somebody who holds one post of a unit leaves, on their own page.
fn leaves(stage: &Stage, browser: &Browser) -> (String, Place) {
    let people = stage.ask(Seat::HouseA, "person.list", json!({ "show": "serving" }), None);
    let one = |row: &&Value| row["seats"] == 1 && row["in_clash"] == false && row["holdings"][0]["unit"].is_string();
    let row = rows(&people["people"]).into_iter().find(|row| one(&row)).expect("somebody holds one post of a unit");
    let held = &row["holdings"][0];
    let place = Place { post: text(&held["post"]), unit: text(&held["unit"]), named: text(&held["unit_name"]) };
    let name = text(&row["name"]);
    browser.goto(&stage.at(Seat::HouseA, "/people"));
    browser.fill("#search", &name);
    browser.click("form.filters button");
    browser.click("#people tbody a[href^='/people/']");
    browser.sees("h1", &name);
    browser.unfold("details:has(#l-on)");
    browser.fill("#l-on", "01/07/2026");
    browser.click("form:has(#l-on) button.main");
    browser.sees(".note-ok", "Đã lưu tại máy này");
    browser.sees("#person", "01/07/2026");
    (name, place)
}

/// Adds a person; gives the address of their page.
fn add(stage: &Stage, browser: &Browser, seat: Seat, name: &str) -> String {
    browser.goto(&stage.at(seat, "/people"));
    browser.unfold("details:has(#p-name)");
    browser.fill("#p-name", name);
    browser.click("form:has(#p-name) button.main");
    browser.sees("h1", name);
    let address = browser.address();
    let path = address.split_once("/people/").and_then(|(_, rest)| rest.split('?').next());
    format!("/people/{}", path.expect("a page of their own"))
}

fn give(stage: &Stage, browser: &Browser, seat: Seat, (person, place): (&str, &Place)) {
    browser.goto(&stage.at(seat, person));
    browser.unfold("details:has(#b-from)");
    browser.click(&format!("#b-post option[value='{}']", place.post));
    browser.click(&format!("#b-unit option[value='{}']", place.unit));
    browser.fill("#b-from", "01/08/2026");
    browser.click("form:has(#b-from) button.main");
    browser.sees(".note-ok", "Đã lưu");
    browser.sees("#person", &place.named);
}

/// Cut off from each other, each house gives the same vacant seat to somebody; the leader settles it.
fn two_heads(stage: &Stage, (a, b): (&Browser, &Browser), first: &str) {
    let posts = stage.ask(Seat::HouseA, "post.list", json!({}), None);
    let vacant = rows(&posts["posts"]).into_iter().filter(|post| post["max_holders"] == 1).find_map(|post| {
        let seats = rows(&post["seats"]).into_iter();
        let seat = seats.clone().find(|seat| rows(&seat["holdings"]).is_empty() && seat["unit"].is_string())?;
        Some(Place { post: text(&post["id"]), unit: text(&seat["unit"]), named: text(&seat["unit_name"]) })
    });
    let place = vacant.expect("the demonstration leaves a seat of units vacant");
    stage.cut();
    give(stage, a, Seat::HouseA, (first, &place));
    let second = add(stage, b, Seat::HouseB, SECOND);
    give(stage, b, Seat::HouseB, (&second, &place));
    stage.heal();
    let key = |seat| {
        let listed = stage.ask(seat, "settle.list", json!({}), None);
        let row = rows(&listed).into_iter().find(|row| row["kind"] == "post_holders");
        row.map(|row| text(&row["key"]))
    };
    for seat in [Seat::HouseA, Seat::HouseB, Seat::Province] {
        hopluu_tests::process::until("the clash is listed", || key(seat));
    }
    a.goto(&stage.at(Seat::HouseA, &format!("/settle/{}", key(Seat::HouseA).expect("it is listed"))));
    let options = [1, 2].map(|place| a.read(&format!(".choice:nth-of-type({place})")));
    assert!(options.iter().any(|option| option.contains(FIRST)), "{options:?}");
    let right = if options[0].contains(SECOND) { 1 } else { 2 };
    a.click(&format!(".choice:nth-of-type({right}) button"));
    a.sees(".note-ok", "Đã thống nhất");
    hopluu_tests::process::until("it is settled everywhere", || key(Seat::Province).is_none().then_some(()));
    b.goto(&stage.at(Seat::HouseB, "/posts"));
    b.reloads(&stage.at(Seat::HouseB, &second), "the chosen one holds it", |browser| {
        browser.read("#person").contains(&place.named)
    });
    let holds = stage.ask(Seat::HouseB, "post.list", json!({}), None).to_string();
    assert!(holds.contains(SECOND), "the seat is the chosen one's");
}

fn rows(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
