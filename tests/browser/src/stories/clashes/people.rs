//! People, what they hold, and how they leave.

use serde_json::{Value, json};

use super::mergers::{said, units};
use super::{Author, BINH, Case, LAN};
use crate::browser::Browser;
use crate::stage::{Seat, Stage};

pub(super) const POST_HOLDERS: &[Case] = &[Case {
    before: |stage| {
        post(stage, ("chuc_danh_mot", "Chức danh thử một", "commune"));
        person(stage, LAN, "Nguyễn Văn Mẫu 971");
        person(stage, LAN, "Nguyễn Văn Mẫu 972")
    },
    apart: [
        |stage, _| holds(stage, LAN, "Nguyễn Văn Mẫu 971", json!({ "post": "chuc_danh_mot", "from": "01/07/2026" })),
        |stage, _| holds(stage, BINH, "Nguyễn Văn Mẫu 972", json!({ "post": "chuc_danh_mot", "from": "15/07/2026" })),
    ],
    says: "Bố trí giữ chức danh từ ngày 15/07/2026",
    choose: "15/07/2026",
    then: ["/people/{}", "#person", "Chức danh thử một"],
}];

pub(super) const LEAVER_HOLDS: &[Case] = &[Case {
    before: |stage| {
        post(stage, ("chuc_danh_hai", "Chức danh thử hai", "commune"));
        person(stage, LAN, "Nguyễn Văn Mẫu 973")
    },
    apart: [
        |stage, _| leaves(stage, LAN, "Nguyễn Văn Mẫu 973", "nghi_huu"),
        |stage, _| holds(stage, BINH, "Nguyễn Văn Mẫu 973", json!({ "post": "chuc_danh_hai", "from": "01/08/2026" })),
    ],
    says: "Bố trí giữ chức danh từ ngày 01/08/2026",
    choose: "Đã nghỉ từ ngày 01/07/2026",
    then: ["/people/{}", "#person", "01/07/2026"],
}];

pub(super) const LEAVER_TWICE: &[Case] = &[Case {
    before: |stage| person(stage, LAN, "Nguyễn Văn Mẫu 974"),
    apart: [
        |stage, _| leaves(stage, LAN, "Nguyễn Văn Mẫu 974", "nghi_huu"),
        |stage, _| leaves(stage, BINH, "Nguyễn Văn Mẫu 974", "nghi_che_do"),
    ],
    says: "Đã nghỉ từ ngày 01/07/2026: nghỉ hưu",
    choose: "nghỉ hưu",
    then: ["/people/{}", "#person", "nghỉ hưu"],
}];

pub(super) const PERSON_TWICE: &[Case] = &[Case {
    before: |_| String::new(),
    apart: [
        |stage, _| drop(person(stage, LAN, "Nguyễn Văn Mẫu 975")),
        |stage, _| drop(person(stage, BINH, "NGUYEN VAN MAU 975")),
    ],
    says: "Hai người khác nhau",
    choose: "Giữ hồ sơ",
    then: ["/people?search=mau+975", "#people", "975"],
}];

/// No clash: what somebody is given in a unit that was merged away meanwhile, they hold in its successor.
pub(super) fn before_its_unit_goes(stage: &Stage) -> String {
    units(stage, &["Xóm Chức Một", "Xóm Chức Hai"]);
    post(stage, ("truong_xom_thu", "Trưởng xóm thử", "unit"));
    person(stage, LAN, "Nguyễn Văn Mẫu 976")
}

pub(super) fn while_its_unit_goes(stage: &Stage) {
    let names = json!([{ "name": "Xóm Hợp Chức" }]);
    let form = json!({ "action": "merge", "from": ["Xóm Chức Một", "Xóm Chức Hai"], "names": names, "pass": true,
        "decision": "81/NQ-HĐND (mẫu)", "effective": "01/07/2026" });
    said(stage, LAN, "merger.new", form);
    let seat = json!({ "post": "truong_xom_thu", "unit": "Xóm Chức Hai", "from": "01/08/2026" });
    holds(stage, BINH, "Nguyễn Văn Mẫu 976", seat);
}

pub(super) fn after_its_unit_went(stage: &Stage, browser: &Browser, person: &str) {
    browser.goto(&stage.at(Seat::HouseA, &format!("/people/{person}")));
    browser.sees("#person", "Trưởng xóm thử");
    browser.sees("#person", "Xóm Hợp Chức");
}

fn post(stage: &Stage, (slug, name, scope): (&str, &str, &str)) {
    let fields = json!({ "slug": slug, "name": name, "system": "chinh_quyen", "scope": scope, "max_holders": "1" });
    said(stage, LAN, "record.add", json!({ "kind": "post", "fields": fields }));
}

fn person(stage: &Stage, author: Author, name: &str) -> String {
    let added = said(stage, author, "person.add", json!({ "name": name, "category": "khong_chuyen_trach" }));
    added["id"].as_str().unwrap_or_default().to_owned()
}

fn holds(stage: &Stage, author: Author, person: &str, mut seat: Value) {
    seat["person"] = json!(person);
    said(stage, author, "holding.begin", seat);
}

fn leaves(stage: &Stage, author: Author, person: &str, reason: &str) {
    said(stage, author, "person.leave", json!({ "person": person, "reason": reason, "on": "01/07/2026" }));
}
