//! The commune itself, its buildings, and fields of records.

use serde_json::json;

use super::mergers::{said, units};
use super::{Author, BINH, Case, LAN};
use crate::stage::{Seat, Stage};

pub(super) const STAGE: &[Case] = &[Case {
    before: itself,
    apart: [
        |stage, id| sets(stage, LAN, id, ("stage", "preparing")),
        |stage, id| sets(stage, BINH, id, ("stage", "trial")),
    ],
    says: "vận hành thử nghiệm",
    choose: "vận hành thử nghiệm",
    then: ["/books/commune", "main", "vận hành thử nghiệm"],
}];

pub(super) const TYPE: &[Case] = &[Case {
    before: itself,
    apart: [
        |stage, id| sets(stage, LAN, id, ("commune_type", "xa")),
        |stage, id| sets(stage, BINH, id, ("commune_type", "dac_khu")),
    ],
    says: "đặc khu",
    choose: "đặc khu",
    then: ["/books/commune", "main", "đặc khu"],
}];

pub(super) const UNIT_NAME: &[Case] = &[Case {
    before: |stage| units(stage, &["Xóm Tên Gõ"]),
    apart: [|stage, _| renames(stage, LAN, "Xóm Tên Gò"), |stage, _| renames(stage, BINH, "Xóm Tên Gồ")],
    says: "Xóm Tên Gò",
    choose: "Xóm Tên Gò",
    then: ["/units?q=ten+go", "#units", "Xóm Tên Gò"],
}];

/// Called a mistake here, written of there.
pub(super) const MISTAKE: &[Case] = &[Case {
    before: |stage| {
        let fields = json!({ "name": "Trụ sở Ghi Nhầm", "state": "in_use" });
        let added = said(stage, LAN, "record.add", json!({ "kind": "site", "fields": fields }));
        added["id"].as_str().unwrap_or_default().to_owned()
    },
    apart: [
        |stage, id| {
            let form = json!({ "kind": "site", "record": id, "void": true, "reason": "Nhập hai lần" });
            said(stage, LAN, "record.void", form);
        },
        |stage, id| {
            said(stage, BINH, "record.set", json!({ "kind": "site", "record": id, "fields": { "capacity": "40" } }));
        },
    ],
    says: "Không nhầm: giữ lại bản ghi này",
    choose: "Không nhầm: giữ lại bản ghi này",
    then: ["/books/site", "main", "Trụ sở Ghi Nhầm"],
}];

pub(super) const SITE_FUNCTION: &[Case] = &[Case {
    before: |_| String::new(),
    apart: [|stage, _| builds(stage, LAN, "Trụ sở Thắng Lợi"), |stage, _| builds(stage, BINH, "Trụ sở Phố Cò")],
    says: "Trụ sở Thắng Lợi",
    choose: "Trụ sở Phố Cò",
    then: ["/books/site", "main", "Trụ sở Phố Cò"],
}];

/// The stories behind this one find the commune as it was.
pub(super) fn as_it_was(stage: &Stage) {
    let id = itself(stage);
    sets(stage, LAN, &id, ("stage", "live"));
    sets(stage, LAN, &id, ("commune_type", "phuong"));
}

/// The commune's own record, which came with the first invitation.
fn itself(stage: &Stage) -> String {
    let book = stage.ask(Seat::HouseA, "record.list", json!({ "kind": "commune" }), None);
    book[0]["id"].as_str().expect("the commune has a record").to_owned()
}

fn sets(stage: &Stage, author: Author, record: &str, (field, value): (&str, &str)) {
    said(stage, author, "record.set", json!({ "kind": "commune", "record": record, "fields": { field: value } }));
}

fn renames(stage: &Stage, author: Author, name: &str) {
    said(stage, author, "unit.set", json!({ "unit": "Xóm Tên Gõ", "fields": [format!("name={name}")] }));
}

fn builds(stage: &Stage, author: Author, name: &str) {
    let fields = json!({ "name": name, "functions": "trung_tam_pvhcc", "state": "in_use" });
    said(stage, author, "record.add", json!({ "kind": "site", "fields": fields }));
}
