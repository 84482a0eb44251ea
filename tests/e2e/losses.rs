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
fn a_dead_desk_is_replaced_with_the_recovery_words() {
    let mut province = Province::found();
    let a = province.office("a", SONG_CONG);
    let before = report(&a, "Trước khi bàn tỉnh hỏng");
    arrived(&province.desk, &before);
    let invited = province.desk.ok(&["invite", "--spare", "--label", "Máy dự phòng"]);
    let mut spare = province.joined("spare", invited["invitation"].as_str().expect("an invitation"));
    spare.serve();
    arrived(&spare, &before);
    settled(&spare);
    province.desk.kill();
    fs::remove_dir_all(&province.desk.dir).expect("it was there");

    assert_eq!(spare.refused(&["invite", "--commune", TRAI_CAU, "--label", "Nhà A"]), (8, "not-desk".to_owned()));
    let wrong = province.words.split(' ').rev().collect::<Vec<_>>().join(" ");
    assert_ne!(spare.run(&["province", "take-over", &wrong]).status.code(), Some(0));
    spare.ok(&["province", "take-over", &province.words]);
    let invitation = spare.ok(&["invite", "--commune", TRAI_CAU, "--label", "Nhà A"]);
    let mut b = province.joined("b", invitation["invitation"].as_str().expect("an invitation"));
    b.serve();
    until("the spare confirms it", || (b.ok(&["status"])["confirmed"] == true).then_some(()));
    for office in [&a, &b] {
        let code = report(office, "Sau khi thay bàn tỉnh");
        sentence(office, &code, "at_province");
        spare.ok(&["issue", "move", &code, "receive"]);
        sentence(office, &code, "seen");
    }
    sentence(&a, &before, "at_province");
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
fn a_journal_with_damage_in_the_middle_is_mended_by_the_others() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    for number in 0..6 {
        let code = report(&a, &format!("Khó khăn {number}"));
        sentence(&a, &code, "at_province");
    }
    a.ok(&["unit", "add", "Tổ dân phố 2 (Phố Cò)", "--households", "118"]);
    settled(&a);
    let (all, before) = (issues(&a), units(&a));
    for part in [3, 5, 7] {
        a.stop();
        let segment = fs::read_dir(a.dir.join("journal")).expect("a journal").flatten().map(|entry| entry.path());
        let segment = segment.filter(|path| path.to_string_lossy().contains("main-")).min().expect("a segment");
        let mut bytes = fs::read(&segment).expect("it can be read");
        let written = bytes.iter().rposition(|byte| *byte != 0).expect("something was written");
        bytes[written * part / 10] ^= 0x20;
        fs::write(&segment, bytes).expect("it can be written");
        a.serve();
        until("everything is there", || (issues(&a) == all && units(&a) == before).then_some(()));
        settled(&a);
        until("nothing is missing", || (a.run(&["doctor"]).status.code() == Some(0)).then_some(()));
    }
    let next = report(&a, "Sau khi hỏng thẻ nhớ");
    sentence(&a, &next, "at_province");
    arrived(&province.desk, &next);
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
