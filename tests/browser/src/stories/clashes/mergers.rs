//! Units, and decisions about them.

use serde_json::{Value, json};

use super::{Author, BINH, Case, LAN};
use crate::stage::Stage;

const DAY: &str = "01/11/2026";

pub(super) const UNIT_TWICE: &[Case] = &[
    Case {
        before: |stage| units(stage, &["Xóm Lệch Một", "Xóm Lệch Hai", "Xóm Lệch Ba", "Xóm Lệch Bốn"]),
        apart: [
            |stage, _| merged(stage, LAN, &["Xóm Lệch Một", "Xóm Lệch Hai"], ("Xóm Lệch Ba", "71/NQ-HĐND (mẫu)")),
            |stage, _| merged(stage, BINH, &["Xóm Lệch Hai", "Xóm Lệch Bốn"], ("Xóm Lệch Ba", "72/NQ-HĐND (mẫu)")),
        ],
        says: "71/NQ-HĐND (mẫu)",
        choose: "72/NQ-HĐND (mẫu)",
        then: ["/units?q=lech+hai", "#units", "72/NQ-HĐND (mẫu)"],
    },
    // Renamed here, merged away there.
    Case {
        before: |stage| units(stage, &["Xóm Đổi Một", "Xóm Đổi Hai", "Xóm Đổi Ba"]),
        apart: [
            |stage, _| merged(stage, LAN, &["Xóm Đổi Một", "Xóm Đổi Hai"], ("Xóm Đổi Ba", "73/NQ-HĐND (mẫu)")),
            |stage, _| {
                let name = json!([{ "name": "Xóm Hòa Bình" }]);
                let form = json!({ "action": "rename", "from": ["Xóm Đổi Hai"], "names": name });
                passed(stage, BINH, form, "74/NQ-HĐND (mẫu)");
            },
        ],
        says: "73/NQ-HĐND (mẫu)",
        choose: "Phương án đổi tên thành Xóm Hòa Bình",
        then: ["/units?q=hoa+binh", "#units", "Xóm Hòa Bình"],
    },
];

pub(super) const RING: &[Case] = &[Case {
    before: |stage| units(stage, &["Xóm Vòng Một", "Xóm Vòng Hai"]),
    apart: [
        |stage, _| dissolved(stage, LAN, ("Xóm Vòng Một", "Xóm Vòng Hai"), "75/NQ-HĐND (mẫu)"),
        |stage, _| dissolved(stage, BINH, ("Xóm Vòng Hai", "Xóm Vòng Một"), "76/NQ-HĐND (mẫu)"),
    ],
    says: "76/NQ-HĐND (mẫu)",
    choose: "75/NQ-HĐND (mẫu)",
    then: ["/units?q=vong+mot", "#units", "Xóm Vòng Hai"],
}];

pub(super) const OUTCOME: &[Case] = &[Case {
    before: |stage| drafted(stage, ["Xóm Dừng Một", "Xóm Dừng Hai"]),
    apart: [
        |stage, merger| passes(stage, LAN, merger, ("77/NQ-HĐND (mẫu)", DAY)),
        |stage, merger| moved(stage, BINH, json!({ "id": merger, "event": "withdraw", "reason": "Chờ quy hoạch" })),
    ],
    says: "77/NQ-HĐND (mẫu)",
    choose: "Dừng",
    then: ["/mergers/{}", "#story", "Đã thống nhất"],
}];

pub(super) const CONSENT: &[Case] = &[Case {
    before: |stage| {
        let merger = drafted(stage, ["Xóm Ý Một", "Xóm Ý Hai"]);
        moved(stage, LAN, json!({ "id": merger, "event": "consult" }));
        merger
    },
    apart: [
        |stage, merger| moved(stage, LAN, json!({ "id": merger, "event": "agree" })),
        |stage, merger| moved(stage, BINH, json!({ "id": merger, "event": "fail" })),
    ],
    says: "Đạt đồng thuận",
    choose: "Đạt đồng thuận",
    then: ["/mergers/{}", "#state", "Đạt đồng thuận"],
}];

pub(super) const TERMS: &[Case] = &[Case {
    before: |stage| drafted(stage, ["Xóm Số Một", "Xóm Số Hai"]),
    apart: [
        |stage, merger| passes(stage, LAN, merger, ("78/NQ-HĐND (mẫu)", DAY)),
        |stage, merger| passes(stage, BINH, merger, ("79/NQ-HĐND (mẫu)", "01/12/2026")),
    ],
    says: "78/NQ-HĐND (mẫu)",
    choose: "79/NQ-HĐND (mẫu)",
    then: ["/mergers/{}", "#state", "01/12/2026"],
}];

pub(super) const SOURCES: &[Case] = &[Case {
    before: |stage| {
        units(stage, &["Xóm Thêm Ba"]);
        drafted(stage, ["Xóm Thêm Một", "Xóm Thêm Hai"])
    },
    apart: [
        |stage, merger| passes(stage, LAN, merger, ("80/NQ-HĐND (mẫu)", DAY)),
        |stage, merger| {
            let from = json!(["Xóm Thêm Một", "Xóm Thêm Hai", "Xóm Thêm Ba"]);
            said(stage, BINH, "merger.units", json!({ "id": merger, "from": from }));
        },
    ],
    says: "Đã thông qua với danh sách hiện nay (3 đơn vị)",
    choose: "Đã thông qua",
    then: ["/mergers/{}", "#state", "Xóm Thêm Ba"],
}];

/// Adds units; nothing else is to be known of them.
pub(super) fn units(stage: &Stage, names: &[&str]) -> String {
    for name in names {
        said(stage, LAN, "unit.add", json!({ "name": name, "kind": "xom", "households": 100 }));
    }
    String::new()
}

pub(super) fn said(stage: &Stage, (seat, name, role): Author, what: &str, form: Value) -> Value {
    stage.ask_as(seat, (name, role), what, form)
}

fn passed(stage: &Stage, author: Author, mut form: Value, decision: &str) {
    form["pass"] = json!(true);
    form["decision"] = json!(decision);
    form["effective"] = json!(DAY);
    said(stage, author, "merger.new", form);
}

fn merged(stage: &Stage, author: Author, from: &[&str], (into, decision): (&str, &str)) {
    passed(stage, author, json!({ "action": "merge", "from": from, "into": into }), decision);
}

fn dissolved(stage: &Stage, author: Author, (unit, into): (&str, &str), decision: &str) {
    passed(stage, author, json!({ "action": "dissolve", "from": [unit], "into": into }), decision);
}

/// Two units that a draft would merge; gives the draft's id.
fn drafted(stage: &Stage, from: [&str; 2]) -> String {
    units(stage, &from);
    let name = format!("{} (mới)", from[0]);
    let form = json!({ "action": "merge", "from": from, "names": [{ "name": name }] });
    said(stage, LAN, "merger.new", form)["merger"].as_str().unwrap_or_default().to_owned()
}

fn moved(stage: &Stage, author: Author, step: Value) {
    said(stage, author, "merger.move", step);
}

fn passes(stage: &Stage, author: Author, merger: &str, (decision, effective): (&str, &str)) {
    moved(stage, author, json!({ "id": merger, "event": "pass", "decision": decision, "effective": effective }));
}
