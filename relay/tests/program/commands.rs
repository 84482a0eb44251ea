use rustix::process::Signal;

use crate::process::{Place, Running, run, run_json};

fn code(arguments: &[&str]) -> (i32, String) {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().expect("it ends by itself"), text)
}

#[test]
fn a_relay_is_set_up_once_and_says_what_comes_next() {
    let place = Place::init();
    assert!(place.ticket.starts_with("HLR1-"), "{}", place.ticket);
    let (exit, text) = code(&["init", "--dir", place.path(), "--address", "relay.example:4747"]);
    assert_eq!(exit, 6);
    assert!(text.contains("[dir-exists]") && text.contains("Hãy chọn thư mục khác"), "{text}");

    let fresh = place.dir.with_file_name("fresh");
    let output = run(&["init", "--dir", fresh.to_str().unwrap(), "--address", "relay.example:5000", "--lang", "en"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("HLR1-") && text.contains("hopluu-relay serve --dir"), "{text}");
    let shown = run_json(&["config", "show", "--dir", fresh.to_str().unwrap(), "--json"]);
    let bind = shown.as_array().unwrap().iter().find(|setting| setting["key"] == "relay.bind").unwrap();
    assert_eq!(bind["value"], "[::]:5000");
    assert!(bind["origin"].as_str().unwrap().starts_with("file "), "{bind}");
}

#[test]
fn it_serves_answers_and_stops_when_asked() {
    let place = Place::init();
    let (exit, text) = code(&["status", "--dir", place.path(), "--lang", "en"]);
    assert_eq!(exit, 3);
    assert!(text.contains("Start it with: hopluu-relay serve"), "{text}");

    let running = Running::serve(&place);
    let status = run_json(&["status", "--dir", place.path(), "--json"]);
    assert_eq!((&status["store"], &status["roster_version"], &status["owner"]), (&"ok".into(), &0.into(), &().into()));
    assert_eq!(status["address"], *running.address);
    let devices = run_json(&["devices", "--dir", place.path(), "--json"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(0));

    let (exit, text) = code(&["serve", "--dir", place.path()]);
    assert_eq!(exit, 5, "{text}");
    assert!(text.contains("[data-dir-in-use]"), "{text}");

    assert_eq!(running.stop(Signal::TERM), Some(0));
    assert!(!place.dir.join("relay.sock").exists());
    assert_eq!(Running::serve(&place).stop(Signal::INT), Some(0));
}

#[test]
fn after_a_power_cut_it_just_starts() {
    let place = Place::init();
    Running::serve(&place).kill();
    assert!(place.dir.join("relay.sock").exists());
    assert_eq!(Running::serve(&place).stop(Signal::TERM), Some(0));
}

#[test]
fn mistakes_have_codes_of_their_own() {
    let place = Place::init();
    assert_eq!(code(&["serve", "--dir", "/nowhere/at/all"]).0, 7);
    assert_eq!(code(&["dance"]).0, 2);
    assert_eq!(code(&["config", "check", "--dir", place.path()]).0, 0);
    let config = place.dir.join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("bind = ", "bond = ")).unwrap();
    let (exit, text) = code(&["config", "check", "--dir", place.path()]);
    assert_eq!(exit, 4);
    assert!(text.contains("relay.bond") && text.contains("[bad-settings]"), "{text}");

    std::fs::remove_file(config).unwrap();
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(code(&["serve", "--dir", place.path(), "--bind", &address]).0, 9);
}
