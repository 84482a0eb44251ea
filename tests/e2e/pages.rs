//! Accounts through the pages, as a browser without JavaScript uses them.

use data_encoding::BASE32_NOPAD;
use totp_rs::Builder;

use crate::http::{Browser, Page};
use crate::process::Place;
use crate::province::*;

const PASSWORD: &str = "trời hôm nay nhiều mây";
const OTHER: &str = "gió mùa đông bắc về";

/// A province desk with pages, and its first account's browser.
fn desk() -> (Province, Browser) {
    let mut province = Province::prepare();
    province.desk.set("HOPLUU_WEB__LISTEN", "127.0.0.1:0");
    province.desk.serve();
    let browser = set_up(&province.desk, "admin");
    (province, browser)
}

/// An office of a commune with pages, without any line.
fn office() -> (Province, Place, Browser) {
    let mut province = Province::prepare();
    province.desk.serve();
    let mut office = province.joined("a", &province.invite(SONG_CONG, "Nhà A"));
    office.set("HOPLUU_WEB__LISTEN", "127.0.0.1:0");
    office.serve();
    let browser = set_up(&office, "leader");
    (province, office, browser)
}

fn set_up(place: &Place, part: &str) -> Browser {
    let mut browser = Browser::at(&place.pages);
    let code = place.ok(&["account", "setup-code"])["setup_code"].as_str().expect("no account yet").to_owned();
    let fields = [("code", code.as_str()), ("name", "truong"), ("part", part), ("password", PASSWORD)];
    let done = browser.post("/setup", &fields);
    assert_eq!((done.status, done.location()), (303, "/"), "{}", done.body);
    browser
}

/// Makes an account on the pages; gives the password for its first sign-in.
fn add(browser: &mut Browser, name: &str, part: &str, department: &str) -> String {
    let fields = [("name", name), ("shown", ""), ("part", part), ("department", department)];
    let page = browser.fill("/accounts", "/accounts", &fields);
    assert_eq!(page.status, 200, "{}", page.body);
    let first = page.body.split_once("class=\"huge\"><code>").and_then(|(_, rest)| rest.split_once('<'));
    first.expect("a password is shown once").0.to_owned()
}

/// Somebody who has signed in and set a password of their own.
fn somebody(admin: &mut Browser, pages: &str, (name, part, department): (&str, &str, &str)) -> Browser {
    let first = add(admin, name, part, department);
    let mut browser = Browser::at(pages);
    assert_eq!(browser.sign_in(name, &first).status, 303);
    let fields = [("present", first.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
    assert_eq!(browser.fill("/account", "/account/password", &fields).location(), "/account?done=password");
    browser
}

fn alert(page: &Page) -> &str {
    let found = page.body.split_once("role=\"alert\">").and_then(|(_, rest)| rest.split_once('<'));
    found.map_or("", |(text, _)| text)
}

#[test]
fn the_first_account_is_made_on_the_pages_with_the_code_of_the_console() {
    let mut province = Province::prepare();
    province.desk.set("HOPLUU_WEB__LISTEN", "127.0.0.1:0");
    province.desk.serve();
    let mut browser = Browser::at(&province.desk.pages);
    assert!(browser.get("/").location().starts_with("/setup"));
    assert_eq!(browser.get("/login").location(), "/setup");
    assert_eq!(browser.get("/setup").status, 200);
    let wrong = [("code", "AAAA-AAAA"), ("name", "truong"), ("part", "admin"), ("password", PASSWORD)];
    let page = browser.post("/setup", &wrong);
    assert_eq!((page.status, browser.token.is_none()), (422, true));
    assert!(alert(&page).contains("hopluu account setup-code") && !page.says(PASSWORD), "{}", page.body);
    let mut browser = set_up(&province.desk, "admin");
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.get("/setup").location(), "/login");
    let done = Browser::at(&province.desk.pages).sign_in("TRUONG", PASSWORD);
    let cookie = done.header("set-cookie").expect("a session").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
}

#[test]
fn a_refused_sign_in_tells_nothing_and_many_wait() {
    let (province, _) = desk();
    let mut browser = Browser::at(&province.desk.pages);
    let wrong = browser.sign_in("truong", "không phải mật khẩu");
    let nobody = browser.sign_in("ai do", "không phải mật khẩu");
    assert_eq!((wrong.status, nobody.status), (422, 422));
    assert_eq!(alert(&wrong), alert(&nobody));
    assert!(!wrong.says("không phải mật khẩu"), "a password is not sent back");
    let many: Vec<u16> = (0..6).map(|_| browser.sign_in("ai khac", "đoán mò").status).collect();
    assert_eq!(many, [422, 422, 422, 422, 503, 503]);
    assert_eq!(browser.sign_in("truong", PASSWORD).status, 303);
}

#[test]
fn no_session_is_taken_over_and_none_outlives_its_password() {
    let (province, mut admin) = desk();
    let mut browser = Browser::at(&province.desk.pages);
    let planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    browser.token = Some(planted.clone());
    assert!(browser.get("/").location().starts_with("/login"));
    assert_eq!(browser.sign_in("truong", PASSWORD).status, 303);
    assert_ne!(browser.token, Some(planted), "a token is always a new one");
    let before = browser.clone();
    let fields = [("present", PASSWORD), ("new", OTHER), ("again", OTHER)];
    let done = browser.fill("/account", "/account/password", &fields);
    assert_eq!(done.location(), "/account?done=password", "{}", done.body);
    assert_ne!(browser.token, before.token);
    assert_eq!(browser.get("/account").status, 200);
    for mut old in [before, admin.clone()] {
        assert!(old.get("/account").location().starts_with("/login"), "the old sessions are over");
    }
    assert_eq!(admin.sign_in("truong", OTHER).status, 303);
    assert!(browser.get("/account").says("127.0.0.1"), "sessions are listed with their address");
    let csrf = browser.get("/account").hidden("csrf");
    assert_eq!(browser.post("/account/sessions", &[("csrf", &csrf)]).location(), "/account?done=revoked");
    assert!(admin.get("/").location().starts_with("/login"), "all others are revoked");
    let mut copy = browser.clone();
    assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).location(), "/login");
    assert_eq!(browser.token, None);
    assert!(copy.get("/").location().starts_with("/login"), "a copied cookie is worth nothing afterwards");
}

#[test]
fn forms_of_elsewhere_are_not_done() {
    let (province, mut browser) = desk();
    let fields = [("name", "ke gian"), ("part", "admin")];
    assert_eq!(browser.post("/accounts", &fields).status, 403, "without the token");
    assert_eq!(browser.post("/accounts", &[&[("csrf", "AAAA")], &fields[..]].concat()).status, 403);
    let csrf = browser.get("/accounts").hidden("csrf");
    let with = [&[("csrf", csrf.as_str())], &fields[..]].concat();
    let mut other = Browser::at(&province.desk.pages);
    other.sign_in("truong", PASSWORD);
    assert_eq!(other.post("/accounts", &with).status, 403, "the token of another session");
    browser.extra = "Origin: https://evil.example\r\n".to_owned();
    assert_eq!(browser.post("/accounts", &with).status, 403, "sent from another site");
    browser.extra = "Host: evil.example\r\n".to_owned();
    assert_eq!(browser.get("/accounts").status, 421, "another name for this address");
    let listed = province.desk.ok(&["account", "list"]);
    assert_eq!(listed["accounts"].as_array().map(Vec::len), Some(1), "{listed}");
    let mut stranger = Browser::at(&province.desk.pages);
    assert!(stranger.post("/accounts", &with).location().starts_with("/login"));
}

#[test]
fn a_password_given_by_another_is_changed_before_anything_else() {
    let (province, mut admin) = desk();
    let first = add(&mut admin, "lan", "triage", "");
    let mut browser = Browser::at(&province.desk.pages);
    assert_eq!(browser.sign_in("lan", &first).status, 303);
    for path in ["/", "/issues", "/people", "/accounts", "/status"] {
        assert_eq!(browser.get(path).location(), "/account", "{path}");
    }
    let page = browser.get("/account");
    assert!(page.status == 200 && !page.says("/account/sessions"));
    let differ = [("present", first.as_str()), ("new", PASSWORD), ("again", OTHER)];
    let page = browser.fill("/account", "/account/password", &differ);
    assert_eq!(page.status, 422);
    let weak = [("present", first.as_str()), ("new", "1234567890"), ("again", "1234567890")];
    assert_eq!(browser.fill("/account", "/account/password", &weak).status, 422);
    let good = [("present", first.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
    assert_eq!(browser.fill("/account", "/account/password", &good).status, 303);
    assert_eq!(browser.get("/").status, 200);
    assert!(!admin.get("/accounts").says(&first), "it is shown once");
}

#[test]
fn parts_do_what_they_may_and_no_more() {
    let (province, mut admin) = desk();
    let pages = province.desk.pages.clone();
    let mut reader = somebody(&mut admin, &pages, ("khach", "read_only", ""));
    let mut handler = somebody(&mut admin, &pages, ("so noi vu", "handler", "so_noi_vu"));
    for browser in [&mut reader, &mut handler] {
        for path in ["/accounts", "/accounts/0123456789abcdef", "/audit", "/audit/records"] {
            assert_eq!(browser.get(path).status, 403, "{path}");
        }
        let csrf = browser.get("/account").hidden("csrf");
        assert_eq!(browser.post("/accounts", &[("csrf", &csrf), ("name", "hai"), ("part", "admin")]).status, 403);
        assert_eq!(browser.post("/accounts/codes", &[("csrf", &csrf)]).status, 403);
        assert_eq!(browser.post("/accounts/0123456789abcdef", &[("csrf", &csrf), ("what", "disable")]).status, 403);
    }
    let mut auditor = somebody(&mut admin, &pages, ("kiem tra", "auditor", ""));
    assert_eq!((auditor.get("/audit").status, auditor.get("/accounts").status), (200, 403));
}

#[test]
fn reading_accounts_write_nothing_at_a_commune() {
    let (_province, office, mut leader) = office();
    let mut reader = somebody(&mut leader, &office.pages, ("khach", "read_only", ""));
    let csrf = reader.get("/").hidden("csrf");
    assert_eq!(reader.get("/").status, 200);
    let unit = [("csrf", csrf.as_str()), ("what", "add"), ("name", "Tổ dân phố 1"), ("kind", "to_dan_pho")];
    assert_eq!(reader.post("/units", &unit).status, 403);
    assert!(units(&office).is_empty());
    let account = leader.get("/account");
    assert!(account.status == 200 && !account.says("/account/totp"), "no codes at a commune");
}

#[test]
fn hostile_names_stay_text() {
    let (province, mut admin) = desk();
    let odd = [("name", "<script>alert(1)</script>"), ("shown", ""), ("part", "triage")];
    let page = admin.fill("/accounts", "/accounts", &odd);
    assert!(page.status == 422 && !page.says("<script>alert"), "{}", page.body);
    let name = "O'Lan & 'Hoa' {{7*7}} =cmd|' /C calc'!A0";
    let mut browser = somebody(&mut admin, &province.desk.pages, (name, "auditor", ""));
    for path in ["/", "/account", "/audit"] {
        let page = browser.get(path);
        assert!(page.says("{{7*7}}") && !page.says("O'Lan & 'Hoa'"), "{path}: {}", page.body);
    }
    assert_eq!(browser.get("/audit?search=%3Cb%3E&deed=%22%3E%3Cb%3E&before=x").status, 200);
    assert!(!browser.get("/audit?search=%22%3E%3Cb%3Ex").says("\"><b>x"));
    assert_eq!(browser.get("/audit/records?record=..%2F..%2Fetc&from=x").status, 404);
    assert_eq!(admin.get("/accounts/..%2f..%2fetc").status, 404);
}

#[test]
fn a_telephone_is_joined_on_the_page_and_asked_at_sign_in() {
    let (province, mut browser) = desk();
    let begun = browser.fill("/account", "/account/totp", &[("what", "begin")]);
    assert!(begun.says("<svg") && !begun.says("<?xml"), "{}", begun.body);
    let secret = begun.body.split_once("<code>").and_then(|(_, rest)| rest.split_once('<')).expect("a secret").0;
    let bytes = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    let totp = Builder::new().with_secret(bytes).build().expect("a long secret");
    let now = || hopluu_driver::Clock::with_offset(0).wall().0.unsigned_abs() / 1_000;
    let waits = browser.fill("/account", "/account/totp", &[("what", "confirm"), ("code", "abc")]);
    assert!(waits.status == 422 && waits.says("name=\"code\""), "the code can be typed again");
    let code = totp.generate(now()).to_string();
    let done = browser.fill("/account", "/account/totp", &[("what", "confirm"), ("code", &code)]);
    assert_eq!(done.location(), "/account?done=saved", "{}", done.body);
    let mut other = Browser::at(&province.desk.pages);
    assert_eq!(other.sign_in("truong", PASSWORD).status, 422);
    // The step of this moment was used; the next one is taken half a minute early.
    let code = totp.generate(now() + 30).to_string();
    let fields = [("name", "truong"), ("password", PASSWORD), ("code", code.as_str())];
    assert_eq!(other.post("/login", &fields).status, 303);
    assert_eq!(other.fill("/account", "/account/totp", &[("what", "remove"), ("present", "sai")]).status, 422);
    let removed = other.fill("/account", "/account/totp", &[("what", "remove"), ("present", PASSWORD)]);
    assert_eq!(removed.location(), "/account?done=saved");
}

#[test]
fn whoever_answers_for_it_reads_who_did_what() {
    let (_province, office, mut leader) = office();
    let _ = Browser::at(&office.pages).sign_in("truong", "sai mật khẩu rồi");
    let lan = add(&mut leader, "Lan", "clerk", "");
    let code = report(&office, "Chưa được cấp chữ ký số");
    let trail = leader.get("/audit");
    assert!(trail.says("Đăng nhập không thành công") && trail.says("Lập tài khoản") && trail.says("127.0.0.1"));
    assert!(!trail.says(&lan) && !trail.says(PASSWORD));
    let only = leader.get("/audit?deed=account_made");
    let table = only.body.split_once("<tbody>").expect("a table").1;
    assert!(table.contains("Lan") && !table.contains("không thành công"), "{table}");
    let records = leader.get("/audit/records?account=d%C3%B2ng+l%E1%BB%87nh");
    assert!(records.says(&code) && records.says("Báo khó khăn, vướng mắc"), "{}", records.body);
    assert!(!leader.get("/audit/records?account=ai+khac").says(&code));
    assert!(leader.get("/audit").says("/audit/records"), "that it was looked at is written down");
}
