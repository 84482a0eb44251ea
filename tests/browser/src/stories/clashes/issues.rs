//! Issues: what two houses of a commune, or two machines of the province, do with one of them.

use hopluu_tests::process::until;
use serde_json::{Value, json};

use super::mergers::said;
use super::{Author, BINH, Case, HANH, LAN, MINH};
use crate::stage::{Seat, Stage};

const STORY: [&str; 3] = ["/issues/{}", "#story", "Đã thống nhất"];

pub(super) const REOPENED: &[Case] = &[Case {
    before: |stage| {
        let code = reported(stage, "Phần mềm một cửa không in được giấy hẹn");
        moves(stage, HANH, &code, json!({ "event": "receive" }));
        moves(stage, HANH, &code, json!({ "event": "forward", "lead": "so_khcn" }));
        moves(stage, HANH, &code, json!({ "event": "answer", "text": "Đã cập nhật mẫu in, đề nghị xã kiểm tra" }));
        code
    },
    apart: [
        |stage, code| moves(stage, LAN, code, json!({ "event": "solved" })),
        |stage, code| moves(stage, BINH, code, json!({ "event": "reopen", "reason": "Nhà B vẫn chưa in được" })),
    ],
    says: "Đã giải quyết",
    choose: "Đã giải quyết",
    then: STORY,
}];

pub(super) const REFUSED: &[Case] = &[Case {
    before: |stage| {
        let code = reported(stage, "Đề nghị bổ sung ghế chờ cho người dân");
        moves(stage, HANH, &code, json!({ "event": "receive" }));
        code
    },
    apart: [
        |stage, code| moves(stage, HANH, code, json!({ "event": "refuse", "reason": "Xã chủ động bố trí" })),
        |stage, code| moves(stage, MINH, code, json!({ "event": "forward", "lead": "so_tai_chinh" })),
    ],
    says: "Không thuộc thẩm quyền",
    choose: "Đã chuyển đơn vị",
    then: STORY,
}];

pub(super) const LEAD: &[Case] = &[Case {
    before: |stage| {
        let code = reported(stage, "Chưa rõ đơn vị nào cấp máy ký số cho công chức mới");
        moves(stage, HANH, &code, json!({ "event": "receive" }));
        code
    },
    apart: [
        |stage, code| moves(stage, HANH, code, json!({ "event": "forward", "lead": "so_khcn" })),
        |stage, code| moves(stage, MINH, code, json!({ "event": "forward", "lead": "so_noi_vu" })),
    ],
    says: "Đơn vị chủ trì: Sở Nội vụ",
    choose: "Đơn vị chủ trì: Sở Khoa học và Công nghệ",
    then: STORY,
}];

pub(super) const CATEGORY: &[Case] = &[Case {
    before: |stage| reported(stage, "Phòng máy chủ ẩm, hai thiết bị hỏng trong tháng"),
    apart: [
        |stage, code| moves(stage, HANH, code, json!({ "event": "receive", "category": "thiet_bi" })),
        |stage, code| moves(stage, MINH, code, json!({ "event": "receive", "category": "tru_so" })),
    ],
    says: "trang thiết bị",
    choose: "trang thiết bị",
    then: STORY,
}];

/// Reports an issue; gives its code as soon as the province knows it.
fn reported(stage: &Stage, text: &str) -> String {
    let form = json!({ "category": "phan_mem", "cause": "khach_quan", "text": text });
    let code = said(stage, LAN, "issue.report", form)["code"].as_str().unwrap_or_default().to_owned();
    until("the issue arrives", || {
        let listed: Value = stage.ask(Seat::Province, "issue.list", json!({ "limit": 50 }), None);
        listed.to_string().contains(&code).then_some(())
    });
    code
}

fn moves(stage: &Stage, author: Author, code: &str, mut step: Value) {
    step["code"] = json!(code);
    said(stage, author, "issue.move", step);
}
