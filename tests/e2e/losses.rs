//! Disks that are gone, or hold junk.

use std::fs;

use crate::process::{Place, until};
use crate::province::*;

fn wipe(place: &Place, names: &[&str]) {
    for name in names {
        let path = place.dir.join(name);
        if path.is_dir() {
            fs::remove_dir_all(path).expect("it was there");
        } else {
            fs::remove_file(path).expect("it was there");
        }
    }
}

#[test]
fn a_relay_that_lost_everything_is_refilled_without_a_command() {
    let mut province = Province::found();
    let (a, b) = (province.office("a", SONG_CONG), province.office("b", TRAI_CAU));
    let codes = [report(&a, "Chưa được cấp chữ ký số"), report(&b, "Thiếu máy quét hồ sơ")];
    for code in &codes {
        arrived(&province.desk, code);
    }
    a.ok(&["unit", "add", "Tổ dân phố 2 (Phố Cò)", "--households", "118"]);
    settled(&a);
    settled(&b);

    province.relay.kill();
    wipe(&province.relay, &["journal", "index"]);
    let later = report(&a, "Viết khi trạm đang hỏng");
    province.relay.serve();
    sentence(&a, &later, "at_province");
    arrived(&province.desk, &later);
    settled(&b);

    // Refilled for true: a newcomer with an empty disk gets everything from it alone.
    province.desk.stop();
    let status = province.relay.ok(&["status"]);
    assert!(status["roster_version"].as_u64() > Some(0), "{status}");
    province.desk.serve();
    let c = province.office("c", SONG_CONG);
    arrived(&c, &codes[0]);
    arrived(&c, &later);
    until("the unit", || (units(&c) == units(&a)).then_some(()));
}

#[test]
fn an_office_that_lost_everything_joins_again() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    let code = report(&a, "Chưa được cấp chữ ký số");
    a.ok(&["unit", "add", "Tổ dân phố 2 (Phố Cò)", "--households", "118"]);
    arrived(&province.desk, &code);
    settled(&a);
    let (all, before) = (issues(&a), units(&a));
    a.kill();
    fs::remove_dir_all(&a.dir).expect("it was there");

    let again = province.office("a2", SONG_CONG);
    until("everything is back", || (issues(&again) == all && units(&again) == before).then_some(()));
    let next = report(&again, "Máy mới");
    assert_ne!(next, code);
    arrived(&province.desk, &next);
}

#[test]
fn index_and_view_are_rebuilt_from_the_journal() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    let code = report(&a, "Chưa được cấp chữ ký số");
    sentence(&a, &code, "at_province");
    let all = issues(&a);
    a.stop();
    wipe(&a, &["index"]);
    a.serve();
    assert_eq!(issues(&a), all);

    a.kill();
    wipe(&a, &["view.sqlite"]);
    a.serve();
    assert_eq!(issues(&a), all);

    a.kill();
    let mut spoilt = 0;
    for entry in fs::read_dir(a.dir.join("index")).expect("an index").flatten() {
        if entry.path().is_file() {
            fs::write(entry.path(), b"rac".repeat(3_000)).expect("it can be written");
            spoilt += 1;
        }
    }
    assert!(spoilt > 0);
    fs::write(a.dir.join("view.sqlite"), b"rac".repeat(3_000)).expect("it can be written");
    a.serve();
    assert_eq!(issues(&a), all);
    let next = report(&a, "Vẫn làm việc");
    sentence(&a, &next, "at_province");
}

#[test]
fn a_backup_that_is_put_back_forks_nothing() {
    let province = Province::found();
    let (mut a, b) = (province.office("a", SONG_CONG), province.office("b", SONG_CONG));
    let first = report(&a, "Trước bản sao lưu");
    sentence(&a, &first, "at_province");
    a.stop();
    let backup = province.path("backup");
    copy(&a.dir, &backup);
    a.serve();
    let lost = report(&a, "Sau bản sao lưu");
    sentence(&a, &lost, "at_province");
    a.kill();
    fs::remove_dir_all(&a.dir).expect("it was there");
    copy(&backup, &a.dir);
    a.serve();
    let next = report(&a, "Từ bản sao lưu");
    for code in [&first, &lost, &next] {
        sentence(&a, code, "at_province");
    }
    until("all offices show the same", || {
        let (a, b, desk) = (issues(&a), issues(&b), issues(&province.desk));
        (a.len() == 3 && a == b && a == desk).then_some(())
    });
    for place in [&a, &b, &province.desk] {
        assert_eq!(place.ok(&["status"])["alarms"], serde_json::json!([]));
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().expect("a type") {
            kind if kind.is_dir() => copy(&path, &target),
            kind if kind.is_file() => drop(fs::copy(&path, &target).expect("a copy")),
            // The socket.
            _ => {}
        }
    }
}
