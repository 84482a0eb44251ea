//! Accounts from the command line, and what is written down of it.

use crate::process::Place;
use crate::province::*;

const PASSWORD: &str = "trời hôm nay nhiều mây";

fn names(office: &Place) -> Vec<String> {
    let listed = office.ok(&["account", "list"]);
    let rows = listed["accounts"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn accounts_are_kept_from_the_command_line_and_passwords_leave_no_trace() {
    let province = Province::found();
    let mut a = province.office("a", SONG_CONG);
    let code = a.ok(&["account", "setup-code"])["setup_code"].as_str().expect("no account yet").to_owned();
    assert_eq!(code.len(), 9, "{code}");

    let typed = a.run_typing(&["account", "add", "truong", "--part", "leader", "--password"], PASSWORD);
    assert!(typed.status.success(), "{}", String::from_utf8_lossy(&typed.stderr));
    let drawn = a.ok(&["account", "add", "Lan", "--part", "clerk"]);
    let first = drawn["first_password"].as_str().expect("a password was drawn").to_owned();
    assert!(a.ok(&["account", "setup-code"])["setup_code"].is_null(), "no code once there are accounts");
    assert_eq!(a.refused(&["account", "add", "LÂN", "--part", "clerk"]), (8, "name-taken".to_owned()));
    assert_eq!(a.refused(&["account", "add", "hai", "--part", "admin"]), (8, "bad-part".to_owned()));
    assert_eq!(
        a.refused(&["account", "add", "hai", "--part", "clerk", "--role", "clerk"]),
        (8, "forbidden".to_owned())
    );
    assert_eq!(a.refused(&["account", "disable", "truong"]), (8, "last-keeper".to_owned()));
    assert_eq!(a.refused(&["account", "totp", "begin", "truong"]), (8, "no-totp-here".to_owned()));
    assert_eq!(a.refused(&["audit", "--deed", "dance"]).1, "unknown-deed");
    a.ok(&["account", "rename", "Lan", "--shown", "Nguyễn Thị Lan"]);
    a.ok(&["account", "rename", "Lan", "--name", "lan.nguyen"]);
    a.ok(&["account", "rename", "lan nguyen", "--name", "Lan"]);
    a.ok(&["account", "part", "lan", "leader"]);
    a.ok(&["account", "disable", "truong"]);

    a.kill();
    a.serve();
    assert_eq!(names(&a), ["Lan", "truong"]);
    assert_eq!(a.ok(&["session", "list"])["sessions"].as_array().map(Vec::len), Some(0));
    let trail = a.ok(&["audit", "--search", "nguyen thi lan"]);
    assert_eq!(trail["rows"][0]["deed"], "account_changed");
    assert_eq!(trail["rows"][0]["text"], "clerk > leader");
    let code_of = report(&a, "Chưa được cấp chữ ký số");
    let records = a.ok(&["audit", "records", "--account", "dòng lệnh"]);
    assert!(
        records["rows"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty() && rows.iter().all(|row| row["by"]["name"] == "dòng lệnh")),
        "{code_of}: {records}"
    );
    assert_eq!(a.refused(&["audit", "records", "--role", "clerk"]).1, "forbidden");
    assert_eq!(a.refused(&["audit", "records", "--from", "hôm qua"]).1, "bad-date");
    a.stop();
    let log = std::fs::read_to_string(a.log()).expect("a log");
    assert!([PASSWORD, first.as_str(), code.as_str()].iter().all(|secret| !log.contains(secret)));
}

#[test]
fn the_province_joins_a_telephone() {
    let province = Province::found();
    let desk = &province.desk;
    let typed = desk.run_typing(&["account", "add", "quan tri", "--part", "admin", "--password"], PASSWORD);
    assert!(typed.status.success(), "{}", String::from_utf8_lossy(&typed.stderr));
    let begun = desk.ok(&["account", "totp", "begin", "quan tri"]);
    assert!(begun["url"].as_str().is_some_and(|url| url.starts_with("otpauth://totp/")), "{begun}");
    assert_eq!(desk.refused(&["account", "totp", "confirm", "quan tri", "abcdef"]).1, "wrong-code");
    desk.ok(&["account", "totp", "require", "admin"]);
    assert_eq!(desk.refused(&["account", "add", "hai", "--part", "handler"]).1, "no-department");
    desk.ok(&["account", "add", "hai", "--part", "handler", "--department", "so_noi_vu"]);
}
