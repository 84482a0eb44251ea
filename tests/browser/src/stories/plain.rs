//! Everything works without JavaScript.

use serde_json::Value;

use crate::dress;
use crate::stage::{Seat, Stage};
use crate::stories::report::{fill_in, step};

const WHAT: &str = "Đường truyền số liệu chuyên dùng chập chờn cả tuần";
const UNIT: &str = "Xóm Khe Lim";

pub(crate) fn play(stage: &Stage) {
    let house = stage.browser("truong", false);
    stage.sign_in(&house, Seat::HouseA, "truong");
    house.goto(&stage.at(Seat::HouseA, "/"));
    assert_eq!(house.run("return document.documentElement.dataset.live ?? null", &Value::Null), Value::Null);
    house.goto(&stage.at(Seat::HouseA, "/issues/new"));
    let code = fill_in(&house, WHAT);
    house.fill("#comment", "Đã gọi nhà mạng hai lần");
    house.click("form:has(#comment) button");
    house.sees("#story", "Đã gọi nhà mạng hai lần");
    stage.in_step();

    let desk = stage.browser("hanh", false);
    stage.sign_in(&desk, Seat::Province, "hanh");
    desk.goto(&stage.at(Seat::Province, "/issues"));
    desk.fill("#f-search", "duong truyen so lieu");
    desk.click("form.filters .acts button");
    desk.sees("#list", &code);
    desk.click(&format!("#list a[href='/issues/{code}']"));
    desk.unfold("details:has(#receive-category)");
    desk.click(&step("receive"));
    desk.sees("#what", "Đã tiếp nhận");

    dress::clash(stage, UNIT);
    house.goto(&stage.at(Seat::HouseA, "/settle"));
    house.sees("#clashes", UNIT);
    house.click("#clashes a");
    house.click(".choice:nth-of-type(1) button");
    house.sees(".note-ok", "Đã thống nhất");
    house.sees("#clashes", "Không có việc nào cần thống nhất");
}
