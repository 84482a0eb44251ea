//! Who is let in, and who is not.

use std::net::UdpSocket;

use crate::process::{Place, until};
use crate::province::*;

/// Waits until an office knows how its enrolment ended.
fn refusal(office: &Place) -> String {
    until("the enrolment is refused", || {
        let status = office.ok(&["status"]);
        let enrolment = &status["enrolment"];
        (enrolment["state"] == "refused").then(|| enrolment["code"].as_str().unwrap_or_default().to_owned())
    })
}

#[test]
fn each_bad_invitation_has_its_own_message() {
    let mut province = Province::found();
    let invitation = province.invite(SONG_CONG, "Nhà A");
    settled(&province.desk);

    let nobody = Place::new("hopluu", province.path("nobody"));
    let mut mistyped = invitation.clone().into_bytes();
    let place = mistyped.len() - 9;
    mistyped[place] = if mistyped[place] == b'A' { b'B' } else { b'A' };
    let mistyped = String::from_utf8(mistyped).expect("still text");
    let (exit, code) = nobody.refused(&["join", &mistyped]);
    assert_eq!(exit, 8);
    let (exit, other) = nobody.refused(&["join", "xin chào"]);
    assert_eq!(exit, 8);
    let (exit, ticket) = nobody.refused(&["join", &province.ticket]);
    assert_eq!(exit, 8);
    assert!(code != other && other != ticket && ticket != code, "{code}, {other}, {ticket}");
    assert!(!nobody.dir.exists(), "nothing is laid down");

    let mut first = province.joined("first", &invitation.to_lowercase());
    assert_eq!(first.refused(&["join", &invitation]).0, 6);
    first.serve();
    settled(&first);
    let mut second = province.joined("second", &invitation);
    second.serve();
    assert_eq!(refusal(&second), "join-used");
    report(&second, "Vẫn ghi được tại máy");

    // A year later by the relay's clock, which is the one that counts.
    let late = province.invite(SONG_CONG, "Nhà B");
    settled(&province.desk);
    province.relay.stop();
    province.relay.set("HOPLUU_CLOCK__OFFSET_MS", "34560000000");
    province.relay.serve();
    let mut expired = province.joined("expired", &late);
    expired.serve();
    assert_eq!(refusal(&expired), "join-expired");
}

#[test]
fn another_provinces_invitation_is_refused() {
    let province = Province::found();
    settled(&province.desk);
    // Somebody else founds a province on the same relay's ticket, too late.
    let mut thief = Place::new("hopluu", province.path("thief"));
    thief.ok(&["province", "init", "--province", "20", "--relay", &province.ticket]);
    thief.serve();
    until("the thief is told", || {
        let alarms = thief.ok(&["status"])["alarms"].as_array().map_or(0, Vec::len);
        (alarms > 0).then_some(())
    });
    let commune = thief.ok(&["places", "list", "20"])["communes"][0]["code"].as_str().unwrap_or_default().to_owned();
    let invited = thief.ok(&["invite", "--commune", &commune, "--label", "Nhà A"]);
    let mut office = province.joined("foreign", invited["invitation"].as_str().expect("an invitation"));
    office.serve();
    assert_eq!(refusal(&office), "join-foreign");
}

#[test]
fn a_revoked_device_is_told_and_writes_nothing_more() {
    let province = Province::found();
    let (a, b) = (province.office("a", SONG_CONG), province.office("b", SONG_CONG));
    let before = report(&a, "Trước khi thu hồi");
    arrived(&province.desk, &before);
    arrived(&b, &before);
    let device = a.ok(&["status"])["device"].as_str().expect("a device").to_owned();
    assert_eq!(province.desk.refused(&["revoke", &device, "--reason", "Mất máy"]), (8, "confirm".to_owned()));
    assert_eq!(b.refused(&["revoke", &device, "--reason", "x", "--yes"]), (8, "not-desk".to_owned()));
    province.desk.ok(&["revoke", &device[..10], "--reason", "Mất máy", "--yes"]);
    let row = |devices: &serde_json::Value| {
        let rows = devices.as_array().cloned().unwrap_or_default();
        rows.into_iter().find(|row| row["device"] == device.as_str()).unwrap_or_default()
    };
    assert_eq!(row(&province.desk.ok(&["devices"]))["revoked"], true);
    until("the relay knows", || (row(&province.relay.ok(&["devices"]))["state"] == "revoked").then_some(()));
    until("the device knows", || {
        let status = a.ok(&["status"]);
        (status["line"] != "settled" && status.to_string().contains("revoked")).then_some(())
    });
    let after = report(&a, "Sau khi thu hồi");
    let marker = report(&b, "Nhà B vẫn làm việc");
    arrived(&province.desk, &marker);
    for place in [&b, &province.desk] {
        let codes: Vec<String> = issues(place).into_iter().map(|(code, ..)| code).collect();
        assert!(codes.contains(&before) && !codes.contains(&after), "{codes:?}");
    }
    assert!(!issues(&a).iter().any(|(code, _, state)| *code == after && state != "saved" && state != "refused"));
}

#[test]
fn junk_on_the_port_harms_nobody() {
    let mut province = Province::found();
    let a = province.office("a", SONG_CONG);
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for size in 0..1_200usize {
        let junk: Vec<u8> = (0..size).map(|place| (place * 31 + size * 7) as u8 | 0x40).collect();
        // The system may drop what it likes.
        let _ = socket.send_to(&junk, &province.address);
    }
    let code = report(&a, "Vẫn gửi được");
    sentence(&a, &code, "at_province");
    assert!(province.relay.is_up());
}
