//! What people type and what they read.

use serde_json::Value;

use crate::process::Place;
use crate::province::*;

#[test]
fn vietnamese_in_any_spelling_is_kept_in_one_and_found_without_accents() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    // "Đường điện ở xóm Trại bị hỏng", letters and accents apart, as some keyboards and all Macs write it.
    let apart = "\u{110}u\u{31b}o\u{31b}\u{300}ng d\u{302}ie\u{302}\u{323}n o\u{31b}\u{309} xo\u{301}m Tra\u{323}i bi\u{323} ho\u{309}ng";
    let apart = apart.replace("d\u{302}", "\u{111}");
    let whole = "Đường điện ở xóm Trại bị hỏng";
    assert_ne!(apart, whole);
    let code = report(&a, &apart);
    assert!(issues(&a).iter().any(|(_, text, _)| text == whole), "{:?}", issues(&a));
    arrived(&province.desk, &code);
    for office in [&a, &province.desk] {
        for search in ["duong dien", "ĐƯỜNG ĐIỆN", "xom trai", apart.as_str()] {
            let found = office.ok(&["issue", "list", "--search", search]);
            assert_eq!(found["total"], 1, "{search}");
        }
        assert_eq!(office.ok(&["issue", "list", "--search", "cau phao"])["total"], 0);
    }
}

#[test]
fn what_is_not_valid_is_refused_with_its_reason_and_nothing_is_written() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    let invalid = (8, "invalid".to_owned());
    let long = "ệ".repeat(4_001);
    assert_eq!(a.refused(&["issue", "report", "--category", "tru_so", &long]), invalid);
    assert_eq!(a.refused(&["issue", "report", "--category", "tru_so", "  "]), invalid);
    assert_eq!(a.refused(&["unit", "add", &"Tổ ".repeat(100)]), invalid);
    assert_eq!(a.refused(&["unit", "add", "Tổ dân phố 1", "--households=-5"]), invalid);
    assert_eq!(a.refused(&["issue", "report", "--category", "tru_so", "x", "--as", &"a".repeat(60)]), invalid);
    // The role of the other side.
    assert_eq!(a.refused(&["issue", "report", "--category", "tru_so", "x", "--role", "triage"]), invalid);
    let code = report(&a, &"ệ".repeat(4_000));
    assert_eq!(a.refused(&["issue", "move", &code, "receive"]), invalid);
    assert_eq!(a.refused(&["issue", "show", "05518-Z-9999"]), (8, "not-found".to_owned()));
    assert_eq!(issues(&a).len(), 1);
    arrived(&province.desk, &code);
    assert_eq!(issues(&province.desk)[0].1, "ệ".repeat(4_000));
}

#[test]
fn every_answer_is_json_and_every_end_has_its_code() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    a.ok(&["unit", "add", "Tổ dân phố 1", "--households", "50"]);
    report(&a, "Thiếu máy quét");
    for arguments in [
        &["status"][..],
        &["devices"],
        &["issue", "list"],
        &["unit", "list"],
        &["settle", "list"],
        &["config", "show"],
        &["config", "check"],
        &["places", "list", "19"],
        &["places", "at", "2025-06-30", "05518"],
        &["places", "changes", "Tỉnh Thái Nguyên"],
        &["places", "find", "19", "song cong"],
    ] {
        assert!(!a.ok(arguments).is_null(), "{arguments:?}");
    }
    assert_eq!(a.ok(&["doctor"])["faults"], 0);
    for arguments in [&["status"][..], &["devices"], &["config", "show"]] {
        assert!(!province.relay.ok(arguments).is_null(), "{arguments:?}");
    }

    let exit = |place: &Place, arguments: &[&str]| place.run(arguments).status.code();
    assert_eq!(exit(&a, &["dance"]), Some(2));
    assert_eq!(exit(&a, &["--version"]), Some(0));
    let nobody = Place::new("hopluu", province.path("nobody"));
    assert_eq!(nobody.refused(&["serve"]), (7, "not-set-up".to_owned()));
    assert_eq!(nobody.refused(&["status"]).0, 3);
    let mut odd = province.joined("odd", &province.invite(SONG_CONG, "Nhà B"));
    odd.set("HOPLUU_LINE__IDLE_S", "soon");
    assert_eq!(odd.refused(&["serve"]), (4, "bad-settings".to_owned()));
    odd.set("HOPLUU_LINE__IDLE_S", "2");
    assert_eq!(odd.refused(&["status"]), (3, "not-running".to_owned()));
    odd.serve();
    std::fs::remove_file(odd.dir.join("office.sock")).expect("it was there");
    assert_eq!(odd.refused(&["status"]).0, 3);
    assert_eq!(odd.refused(&["serve"]).0, 5, "the directory is still in use");
}

#[test]
fn both_languages_are_spoken() {
    let province = Province::found();
    let a = province.office("a", SONG_CONG);
    let said = |arguments: &[&str]| {
        let output = a.run(arguments);
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert!(said(&["status"]).contains("Đã kết nối"), "{}", said(&["status"]));
    assert!(said(&["status", "--lang", "en"]).contains("Connected"), "{}", said(&["status", "--lang", "en"]));
    let (vi, en) = (said(&["issue", "show", "x"]), said(&["issue", "show", "x", "--lang", "en"]));
    assert!(vi.contains("Không tìm thấy") && vi.contains("[not-found]"), "{vi}");
    assert!(en.contains("was found") && en.contains("[not-found]"), "{en}");
    let shown: Value = a.ok(&["config", "show"]);
    assert_eq!(shown["line.idle_s"]["value"], "2");
    assert!(shown["line.idle_s"]["origin"].as_str().is_some_and(|origin| origin.contains("HOPLUU_LINE__IDLE_S")));
}
