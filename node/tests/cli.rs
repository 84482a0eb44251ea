//! The command line without an office behind it. The rest is shown end to end, in the package `hopluu-tests`.

use std::process::{Command, Output};

use serde_json::Value;

fn hopluu(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hopluu")).args(arguments).output().expect("the program runs")
}

fn json(arguments: &[&str]) -> Value {
    let output = hopluu(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

fn complaint(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = hopluu(&[arguments, &["--json"]].concat());
    assert!(output.stdout.is_empty(), "standard output holds answers only");
    let said: Value = serde_json::from_slice(&output.stderr).expect("JSON on standard error");
    (output.status.code(), said["error"].clone())
}

#[test]
fn places_need_no_office() {
    let listed = json(&["places", "list", "19"]);
    assert_eq!(listed["communes"].as_array().map(Vec::len), Some(92));
    let (before, after) =
        (json(&["places", "at", "2025-06-30", "05518"]), json(&["places", "at", "01/07/2025", "05518"]));
    assert_ne!(before[0]["name"], after[0]["name"], "nearly every code got another meaning that day");
    let found = json(&["places", "find", "19", "song cong"]);
    assert_eq!(found[0]["name"], "Phường Sông Công");
    assert_eq!(json(&["places", "find", "19", "SÔNG CÔNG"]), found);
    let (exit, error) = complaint(&["places", "list", "99"]);
    assert_eq!((exit, &error["code"]), (Some(8), &"no-place".into()));
}

#[test]
fn a_directory_without_an_office_is_named_with_the_next_step() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().to_str().expect("a plain path");
    for (command, exit, code) in
        [("serve", 7, "not-set-up"), ("status", 3, "not-running"), ("doctor", 3, "not-running")]
    {
        let (ended, error) = complaint(&[command, "--dir", path]);
        assert_eq!((ended, &error["code"], &error["exit"]), (Some(exit), &code.into(), &exit.into()));
        assert!(error["vi"].as_str().is_some_and(|text| text.contains("hopluu")), "{error}");
    }
}

#[test]
fn settings_say_where_they_come_from_and_mistakes_are_named() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().to_str().expect("a plain path");
    std::fs::write(dir.path().join("config.toml"), "[line]\nidle_s = 20\n").expect("a file");
    let shown = json(&["config", "show", "--dir", path]);
    assert_eq!(shown["line.idle_s"]["value"], "20");
    assert!(shown["line.idle_s"]["origin"].as_str().is_some_and(|origin| origin.contains("config.toml")), "{shown}");
    std::fs::write(dir.path().join("config.toml"), "[line]\nidles = 20\n").expect("a file");
    let (exit, error) = complaint(&["config", "check", "--dir", path]);
    assert_eq!((exit, &error["code"]), (Some(4), &"bad-settings".into()));
    assert!(error["cause"].as_str().is_some_and(|cause| cause.contains("idles")), "{error}");
}

#[test]
fn help_speaks_both_languages_and_lists_the_ends() {
    let help = hopluu(&["--help"]);
    let text = String::from_utf8(help.stdout).expect("UTF-8");
    assert!(help.status.success() && text.contains("Mã kết thúc") && text.contains("Exit codes"), "{text}");
    assert_eq!(hopluu(&["dance"]).status.code(), Some(2));
    assert_eq!(hopluu(&["unit", "merge", "--into", "x"]).status.code(), Some(2));
}
