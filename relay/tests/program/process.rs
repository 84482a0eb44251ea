//! A relay as a process.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hopluu-relay");

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("the program runs")
}

/// Runs a command that must succeed, and reads what it printed.
pub(crate) fn run_json(arguments: &[&str]) -> Value {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

/// A relay's data directory.
pub(crate) struct Place {
    _temporary: tempfile::TempDir,
    pub(crate) dir: PathBuf,
    pub(crate) ticket: String,
}

impl Place {
    /// Sets up a relay.
    pub(crate) fn init() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary directory");
        let dir = temporary.path().join("relay");
        // Given free by whoever drops this socket; tests that serve listen at any port instead.
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port");
        let address = port.to_string();
        let made = run_json(&["init", "--dir", path(&dir), "--address", &address, "--bind", "127.0.0.1:0", "--json"]);
        let ticket = made["ticket"].as_str().expect("a ticket").to_owned();
        Self { _temporary: temporary, dir, ticket }
    }

    pub(crate) fn path(&self) -> &str {
        path(&self.dir)
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

/// A relay that runs; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
}

impl Running {
    /// Starts a relay and waits until it is ready.
    pub(crate) fn serve(place: &Place) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--dir", place.path(), "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("standard output is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("the ready line is JSON");
        assert_eq!(ready["ready"], true);
        let address = ready["address"].as_str().expect("an address").to_owned();
        Self { child, address }
    }

    /// Asks it to stop and waits for it; returns its exit code.
    pub(crate) fn stop(mut self, signal: Signal) -> Option<i32> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it is running");
        self.child.wait().expect("it ends").code()
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is running");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
