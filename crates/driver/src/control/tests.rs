use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

const BOUND: Duration = Duration::from_secs(20);

async fn echo(request: Value) -> Value {
    json!({ "echo": request })
}

/// Runs what blocks beside a server.
async fn beside<R: Send + 'static>(path: &Path, work: impl FnOnce(&Path) -> R + Send + 'static) -> R {
    let server = tokio::spawn(Control::bind(path).unwrap().serve(echo));
    let path = path.to_owned();
    let result = tokio::task::spawn_blocking(move || work(&path)).await.unwrap();
    server.abort();
    let _ = server.await;
    result
}

#[tokio::test]
async fn a_question_is_answered_and_the_socket_goes_with_its_owner() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.sock");
    let answer = beside(&path, |path| {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o660);
        call(path, &json!({ "do": "xã" }), BOUND, "").unwrap()
    })
    .await;
    assert_eq!(answer, json!({ "echo": { "do": "xã" } }));
    assert!(!path.exists());
}

#[tokio::test]
async fn clients_do_not_wait_for_each_other_and_junk_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    beside(&dir.path().join("a.sock"), |path| {
        let mut slow = UnixStream::connect(path).unwrap();
        slow.write_all(b"{").unwrap();
        assert_eq!(call(path, &json!(1), BOUND, "").unwrap(), json!({ "echo": 1 }));
        slow.write_all(b"oops\n[2]\n").unwrap();
        let mut lines = BufReader::new(slow).lines();
        assert!(lines.next().unwrap().unwrap().contains("bad-request"));
        assert_eq!(lines.next().unwrap().unwrap(), r#"{"echo":[2]}"#);
    })
    .await;
}

#[tokio::test]
async fn a_line_without_end_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    beside(&dir.path().join("a.sock"), |path| {
        let mut stream = UnixStream::connect(path).unwrap();
        stream.write_all(&vec![b' '; MAX_LINE]).unwrap();
        let lines: Vec<String> = BufReader::new(stream).lines().map_while(Result::ok).collect();
        assert_eq!(lines, [r#"{"error":{"code":"bad-request"}}"#]);
    })
    .await;
}

#[tokio::test]
async fn leavings_are_removed_and_a_living_socket_is_respected() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.sock");
    drop(UnixListener::bind(&path).unwrap());
    let error = call(&path, &json!(1), BOUND, "start it with: x serve").unwrap_err();
    assert!(matches!(error, ControlError::NotRunning { .. }));
    assert!(error.to_string().ends_with("start it with: x serve"), "{error}");

    let _first = Control::bind(&path).unwrap();
    assert!(matches!(Control::bind(&path), Err(ControlError::InUse { .. })));
    let long = dir.path().join("x".repeat(200));
    assert!(matches!(Control::bind(&long), Err(ControlError::TooLongPath { .. })));
}

#[tokio::test]
async fn silence_ends_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.sock");
    let _mute = UnixListener::bind(&path).unwrap();
    let call = tokio::task::spawn_blocking(move || call(&path, &json!(1), Duration::from_millis(20), ""));
    assert!(matches!(call.await.unwrap(), Err(ControlError::TimedOut { .. })));
}
