//! What is typed is kept by the office, not by the browser.

use crate::stage::{Seat, Stage};

const WHAT: &str = "Máy quét hỏng từ thứ Hai, chưa có máy thay";

pub(crate) fn play(stage: &Stage) {
    let first = stage.signed_in(Seat::HouseA, "lan");
    first.goto(&stage.at(Seat::HouseA, "/issues/new"));
    first.click("#category option[value=thiet_bi]");
    first.fill("#text", WHAT);
    first.sees("[data-draft-said]", "Đã lưu nháp tại máy của cơ quan");

    let second = stage.signed_in(Seat::HouseA, "lan");
    second.goto(&stage.at(Seat::HouseA, "/issues/new"));
    assert_eq!(second.value("#text"), WHAT);
    assert_eq!(second.value("#category"), "thiet_bi");

    let other = stage.signed_in(Seat::HouseA, "truong");
    other.goto(&stage.at(Seat::HouseA, "/issues/new"));
    assert_eq!(other.value("#text"), "", "a draft is its author's alone");

    // A page that is left while somebody types sends the rest on its way out.
    second.fill("#text", &format!("{WHAT} (tầng 2)"));
    second.goto(&stage.at(Seat::HouseA, "/issues"));
    first.reloads(&stage.at(Seat::HouseA, "/issues/new"), "the draft follows", |first| {
        first.value("#text").ends_with("(tầng 2)")
    });
    first.click("main form .acts button.main");
    first.sees("#what .said", "(tầng 2)");
    second.goto(&stage.at(Seat::HouseA, "/issues/new"));
    assert_eq!(second.value("#text"), "", "what was sent is no draft any more");
}
