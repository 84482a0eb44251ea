//! What a province looks like after some days of work: a commune's units and people, issues of every kind, something to
//! be settled.

use hopluu_tests::http;
use hopluu_tests::process::until;
use serde_json::{Value, json};

use crate::stage::{Seat, Stage};

/// Where it is reported, category, cause, what, what would help, urgent, and how far it has come.
type Issue = (Seat, &'static str, &'static str, &'static str, &'static str, bool, &'static [&'static str]);

const ISSUES: &[Issue] = &[
    (
        Seat::HouseA,
        "tru_so",
        "khach_quan",
        "Trụ sở cũ của phường Thắng Lợi xuống cấp, mái dột ở phòng tiếp dân và kho lưu trữ",
        "Bố trí kinh phí sửa mái trước mùa mưa, cho tạm chuyển kho lưu trữ sang Nhà A",
        false,
        &[],
    ),
    (
        Seat::HouseB,
        "thiet_bi",
        "khach_quan",
        "Trung tâm phục vụ hành chính công có 2 máy quét cho 7 quầy, người dân phải chờ lâu vào thứ Hai",
        "Cấp thêm 3 máy quét hai mặt",
        false,
        &["receive"],
    ),
    (
        Seat::HouseA,
        "chu_ky_so",
        "khach_quan",
        "Phó Chủ tịch mới được điều động chưa có chữ ký số, 34 hồ sơ đất đai đang chờ ký",
        "Cấp chứng thư số trong tuần",
        true,
        &["receive", "forward", "start"],
    ),
    (
        Seat::HouseB,
        "chu_ky_so",
        "chua_ro",
        "Chữ ký số của ba công chức báo hết hạn, không gia hạn được trên cổng",
        "",
        false,
        &["receive", "forward", "answer"],
    ),
    (
        Seat::Newcomer,
        "thiet_bi",
        "chu_quan",
        "Máy tính cấp năm 2014 không cài được phần mềm một cửa bản mới",
        "Thay 5 máy theo thứ tự ưu tiên gửi kèm",
        false,
        &["receive", "forward", "ask"],
    ),
    (
        Seat::Newcomer,
        "tru_so",
        "khach_quan",
        "Chưa có lối đi cho người khuyết tật vào bộ phận một cửa",
        "",
        false,
        &["refuse"],
    ),
    (Seat::HouseA, "thiet_bi", "khach_quan", "Máy in mã vạch hỏng đầu in, đang viết tay phiếu hẹn", "", true, &[]),
];

const ANSWER: &str = "Sở đã gửi danh sách gia hạn, đề nghị xã đăng nhập lại sau 24 giờ và báo kết quả";
const ASK: &str = "Đề nghị xã gửi số sê-ri và năm cấp của từng máy";
const DIRECTIVE: (&str, &str) = (
    "Rà soát chữ ký số của công chức mới điều động",
    "Lập danh sách công chức chưa có hoặc sắp hết hạn chữ ký số, gửi về Sở Khoa học và Công nghệ",
);
const NOTICE: (&str, &str) = (
    "Bảo trì hệ thống một cửa tối thứ Bảy",
    "Hệ thống một cửa dừng từ 20 giờ đến 23 giờ thứ Bảy. Các xã, phường nhận hồ sơ giấy nếu cần.",
);
const COMMON: (&str, &str) = (
    "Cổng dịch vụ công không nhận tệp lớn hơn 10 MB",
    "Nhiều xã, phường không tải được bản vẽ lên cổng; người dân phải nộp bản giấy",
);
const UNIT: &str = "Tổ dân phố Làng Sắn";
const DRAFTED: [&str; 2] = ["Tổ dân phố Bờ Hồ 1", "Tổ dân phố Bờ Hồ 2"];

/// Lets some days of work have happened.
pub(crate) fn up(stage: &Stage) {
    stage.ask(Seat::HouseA, "commune", json!({ "code": "05518", "seed": 19 }), None);
    for issue in ISSUES {
        progress(stage, issue);
    }
    stage.in_step();
    clash(stage, UNIT);
    drafted(stage);
    bulletin(stage);
    stage.in_step();
}

/// Two units that are to be merged once their households were asked.
fn drafted(stage: &Stage) {
    for name in DRAFTED {
        stage.ask(Seat::HouseA, "unit.add", json!({ "name": name, "kind": "to_dan_pho", "households": 88 }), None);
    }
    let merger = json!({ "action": "merge", "from": DRAFTED, "names": [{ "name": "Tổ dân phố Bờ Hồ" }] });
    stage.ask(Seat::HouseA, "merger.new", merger, None);
}

/// What the province says to everybody.
fn bulletin(stage: &Stage) {
    let mut desk = http::Browser::at(&stage.place(Seat::Province).pages);
    desk.sign_in("quantri", stage.password());
    let typed: &[(&str, &[(&str, &str)])] = &[
        ("/directives", &[("name", DIRECTIVE.0), ("text", DIRECTIVE.1), ("due", "31/12/2026")]),
        ("/bulletin/notice", &[("name", NOTICE.0), ("text", NOTICE.1)]),
        ("/common", &[("name", COMMON.0), ("text", COMMON.1), ("category", "phan_mem")]),
    ];
    for (path, fields) in typed {
        let said = desk.fill(path, path, fields);
        assert_eq!(said.status, 303, "{path}: {}", said.body);
    }
    until("the notice arrives", || {
        let mut house = http::Browser::at(&stage.place(Seat::HouseA).pages);
        house.sign_in("lan", stage.password());
        house.get("/notices").says(NOTICE.0).then_some(())
    });
}

fn progress(stage: &Stage, (seat, category, cause, text, proposal, urgent, steps): &Issue) {
    let form = json!({
        "category": category, "cause": cause, "text": text, "urgent": urgent,
        "proposal": Some(proposal).filter(|proposal| !proposal.is_empty()),
        "place": null, "commune": null,
    });
    // A leader's word needs nobody's approval.
    let code = stage.ask(*seat, "issue.report", form, Some("leader"))["code"].as_str().unwrap_or_default().to_owned();
    let known = |seat: Seat| {
        let listed = stage.ask(seat, "issue.list", json!({ "limit": 50 }), None);
        listed.to_string().contains(&code).then_some(())
    };
    until("an issue arrives", || known(Seat::Province));
    for step in *steps {
        let mut form = json!({ "code": code, "event": step });
        match *step {
            "forward" => form["lead"] = json!("so_khcn"),
            "answer" => form["text"] = json!(ANSWER),
            "ask" => form["text"] = json!(ASK),
            "refuse" => form["reason"] = json!("Việc này do xã chủ động bố trí trong dự toán năm"),
            _ => {}
        }
        stage.ask(Seat::Province, "issue.move", form, Some("triage"));
    }
}

/// Two houses correct the households of one unit while they are apart.
pub(crate) fn clash(stage: &Stage, unit: &str) {
    let says = |seat: Seat, what: &str| {
        let listed: Value = stage.ask(seat, what, json!({}), None);
        listed.to_string().contains(unit).then_some(())
    };
    stage.ask(Seat::HouseA, "unit.add", json!({ "name": unit, "kind": "to_dan_pho", "households": 40 }), None);
    until("the unit arrives", || says(Seat::HouseB, "unit.list"));
    stage.in_step();
    stage.cut();
    for (seat, homes) in [(Seat::HouseA, 41), (Seat::HouseB, 42)] {
        stage.ask(seat, "unit.households", json!({ "unit": unit, "households": homes }), None);
    }
    stage.heal();
    for seat in [Seat::HouseA, Seat::Province] {
        until("the clash is listed", || says(seat, "settle.list"));
    }
}
