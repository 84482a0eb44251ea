//! One edit on its way, and back.

use crate::process::until;
use crate::province::*;

#[test]
fn an_edit_travels_and_says_truly_how_far() {
    let mut province = Province::found();
    let (a, b) = (province.office("a", SONG_CONG), province.office("b", SONG_CONG));
    let other = province.office("c", TRAI_CAU);

    // The province's desk is away: the relay has it, its sister office shows it, the desk does not yet.
    province.desk.stop();
    let code = report(&a, "Chưa được cấp chữ ký số");
    assert!(code.starts_with("05518-"), "{code}");
    sentence(&a, &code, "at_relay");
    sentence(&b, &code, "at_relay");

    province.desk.serve();
    sentence(&a, &code, "at_province");
    sentence(&province.desk, &code, "at_province");
    province.desk.ok(&["issue", "move", &code, "receive"]);
    sentence(&a, &code, "seen");
    province.desk.ok(&["issue", "move", &code, "forward", "--lead", "so_noi_vu"]);
    province.desk.ok(&["issue", "move", &code, "answer", "--text", "Đã cấp ngày 25/11/2026"]);
    until("the answer", || (a.ok(&["issue", "show", &code])["issue"]["state"] == "answered").then_some(()));
    sentence(&b, &code, "seen");

    let reply = a.ok(&["issue", "comment", &code, "Đã nhận được, xin cảm ơn"]);
    assert!(reply["event"].is_string());
    // What people did; the programs note beside it what arrived where.
    let said = |office| {
        let shown: serde_json::Value = crate::process::Place::ok(office, &["issue", "show", &code]);
        let events = shown["events"].as_array().into_iter().flatten();
        events.filter(|event| event["kind"] != "arrived").count()
    };
    until("the comment is everywhere", || (said(&b) == 5 && said(&province.desk) == 5).then_some(()));
    assert!(issues(&other).is_empty(), "another commune sees nothing of it");

    let status = province.desk.ok(&["status"]);
    assert_eq!(status["province"]["communes"], 92);
    until("two communes", || (province.desk.ok(&["status"])["province"]["connected"] == 2).then_some(()));
}

#[test]
fn two_offices_of_one_commune_disagree_and_one_settles_it() {
    let mut province = Province::found();
    let (a, b) = (province.office("a", SONG_CONG), province.office("b", SONG_CONG));
    a.ok(&["unit", "add", "Tổ dân phố 2 (Phố Cò)", "--households", "100"]);
    until("the unit", || (units(&b).len() == 1).then_some(()));
    settled(&a);
    province.relay.kill();
    a.ok(&["unit", "households", "Tổ dân phố 2 (Phố Cò)", "118"]);
    b.ok(&["unit", "households", "Tổ dân phố 2 (Phố Cò)", "121"]);
    province.relay.serve();
    for office in [&a, &b, &province.desk] {
        until("the clash is listed", || (office.ok(&["status"])["clashes"] == 1).then_some(()));
    }
    let listed = a.ok(&["settle", "list"]);
    let options = listed[0]["options"].as_array().expect("options");
    let mut texts: Vec<&str> = options.iter().filter_map(|option| option["text"].as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["118", "121"], "{listed}");
    let key = listed[0]["key"].as_str().expect("a key");
    let chosen = options.iter().position(|option| option["text"] == "121").expect("it is there") + 1;
    b.ok(&["settle", "choose", key, &chosen.to_string(), "--role", "leader"]);
    for office in [&a, &b, &province.desk] {
        until("nothing is left to settle", || (office.ok(&["status"])["clashes"] == 0).then_some(()));
    }
    assert_eq!(units(&a), [("Tổ dân phố 2 (Phố Cò)".to_owned(), 121)]);
    assert_eq!(units(&a), units(&b));
    let settled = a.ok(&["settle", "list", "--settled"]);
    assert_eq!(
        (&settled[0]["chosen"], &settled[0]["by"]["role"]),
        (&"Số hộ: 121".into(), &"Leader".into()),
        "{settled}"
    );
    assert_eq!(a.ok(&["settle", "list", "--settled", "--offset", "1"]), serde_json::json!([]));
}
