//! Work without a line, and without a clock.

use crate::process::until;
use crate::province::*;

/// From 2026 back to the first days of 1970.
fn back_to_1970() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("this machine's clock is set");
    let day = 86_400_000;
    (day - i64::try_from(now.as_millis()).expect("before the year 292277026")).to_string()
}

#[test]
fn an_office_works_before_it_ever_had_a_line() {
    let mut province = Province::found();
    let invitation = province.invite(SONG_CONG, "Nhà A");
    settled(&province.desk);
    province.relay.kill();

    let mut a = province.joined("a", &invitation);
    a.serve();
    let code = report(&a, "Mất mạng từ sáng");
    a.ok(&["unit", "add", "Tổ dân phố 3 (Cải Đan)", "--households", "64"]);
    a.ok(&["issue", "comment", &code, "Đã báo nhà mạng"]);
    sentence(&a, &code, "saved");
    a.kill();
    a.serve();
    sentence(&a, &code, "saved");

    province.relay.serve();
    sentence(&a, &code, "at_province");
    arrived(&province.desk, &code);
}

#[test]
fn an_office_works_in_1970() {
    let mut province = Province::found();
    let invitation = province.invite(SONG_CONG, "Nhà A");
    settled(&province.desk);
    province.relay.kill();

    let mut a = province.joined("a", &invitation);
    a.set("HOPLUU_CLOCK__OFFSET_MS", &back_to_1970());
    a.serve();
    let early = report(&a, "Chưa có mạng, đồng hồ sai");
    a.ok(&["unit", "add", "Xóm Trại", "--kind", "xom", "--households", "40"]);
    province.relay.serve();
    settled(&a);
    // The roster has come, the clock is still wrong.
    let late = report(&a, "Đã có mạng, đồng hồ vẫn sai");
    for code in [&early, &late] {
        sentence(&a, code, "at_province");
        arrived(&province.desk, code);
    }
    until("the unit", || {
        let units = province.desk.ok(&["unit", "list", "--commune", SONG_CONG]);
        (units["units"].as_array().map(Vec::len) == Some(1)).then_some(())
    });
}

#[test]
fn the_desk_opens_the_new_year_and_an_old_clock_does_not_matter() {
    let mut province = Province::found();
    let a = province.office("a", SONG_CONG);
    let this_year = report(&a, "Năm nay");
    sentence(&a, &this_year, "at_province");
    province.desk.stop();
    province.desk.set("HOPLUU_CLOCK__OFFSET_MS", &(366 * 86_400_000_i64).to_string());
    province.desk.serve();
    let mut b = province.joined("b", &province.invite(SONG_CONG, "Nhà B"));
    b.set("HOPLUU_CLOCK__OFFSET_MS", &(366 * 86_400_000_i64).to_string());
    b.serve();
    settled(&b);
    let next_year = report(&b, "Năm sau");
    sentence(&b, &next_year, "at_province");
    arrived(&a, &next_year);
    let late = report(&a, "Đồng hồ còn năm trước");
    arrived(&province.desk, &late);
    let documents = |office: &crate::process::Place| office.ok(&["status"])["documents"].as_u64();
    until("a document of each year", || (documents(&a) >= Some(4)).then_some(()));
}
