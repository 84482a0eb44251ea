//! A small province: a relay, the desk of Thái Nguyên, and offices.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Place, until};

/// Phường Sông Công.
pub const SONG_CONG: &str = "05518";
/// Xã Trại Cau.
pub const TRAI_CAU: &str = "05662";

/// One province on loopback. Dropped, everything ends.
pub struct Province {
    /// The relay.
    pub relay: Place,
    /// The province desk.
    pub desk: Place,
    /// The relay's ticket, as `init` printed it.
    pub ticket: String,
    /// Where the relay listens.
    pub address: String,
    /// The recovery words.
    pub words: String,
    root: TempDir,
}

impl Province {
    /// Founds it; relay and desk run.
    pub fn found() -> Self {
        let mut province = Self::prepare();
        province.relay.serve();
        province.desk.serve();
        settled(&province.desk);
        province
    }

    /// Founds it; nothing runs yet.
    pub fn prepare() -> Self {
        // Given free by whoever drops this socket; the relay keeps it through its restarts.
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port");
        Self::prepare_behind(&port.to_string(), &port.to_string())
    }

    /// The same with a relay that listens at `bind` and is reached at `address`.
    pub fn prepare_behind(bind: &str, address: &str) -> Self {
        let root = tempfile::Builder::new().prefix("hl").tempdir().expect("a temporary directory");
        let relay = Place::new("hopluu-relay", root.path().join("relay"));
        let made = relay.ok(&["init", "--address", address, "--bind", bind]);
        let (ticket, address) = (made["ticket"].as_str().expect("a ticket").to_owned(), bind.to_owned());
        let desk = Place::new("hopluu", root.path().join("tinh"));
        let founded = desk.ok(&["province", "init", "--province", "19", "--relay", &ticket]);
        assert_eq!(founded["name"], "Tỉnh Thái Nguyên");
        let words = founded["recovery_words"].as_str().expect("words").to_owned();
        Self { relay, desk, ticket, address, words, root }
    }

    /// A path below the province's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Keeps the province's folder when it is dropped; says where it is.
    pub fn keep(&mut self) -> PathBuf {
        self.root.disable_cleanup(true);
        self.root.path().to_owned()
    }

    /// Lets the desk invite an office of a commune.
    #[must_use]
    pub fn invite(&self, commune: &str, label: &str) -> String {
        let invited = self.desk.ok(&["invite", "--commune", commune, "--label", label]);
        invited["invitation"].as_str().expect("an invitation").to_owned()
    }

    /// An office that was given an invitation and does not run yet.
    pub fn joined(&self, name: &str, invitation: &str) -> Place {
        let office = Place::new("hopluu", self.path(name));
        office.ok(&["join", invitation]);
        office
    }

    /// An office of a commune that runs and is in step with the relay.
    pub fn office(&self, name: &str, commune: &str) -> Place {
        let mut office = self.joined(name, &self.invite(commune, name));
        office.serve();
        until("the office is confirmed", || (office.ok(&["status"])["confirmed"] == true).then_some(()));
        settled(&office);
        office
    }
}

/// Waits until an office holds what its relay holds and has nothing left to send.
pub fn settled(office: &Place) {
    until("a settled line", || {
        let status = office.ok(&["status"]);
        (status["line"] == "settled" && status["backlog"] == 0).then_some(())
    });
}

/// Reports an issue and gives its code.
pub fn report(office: &Place, text: &str) -> String {
    let said = office.ok(&["issue", "report", "--category", "chu_ky_so", text]);
    said["code"].as_str().expect("a code").to_owned()
}

/// The issues an office shows, by code: text and sentence.
pub fn issues(office: &Place) -> Vec<(String, String, String)> {
    let page = office.ok(&["issue", "list", "--limit", "500"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = page["rows"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<_> =
        rows.iter().map(|row| (text(&row["code"]), text(&row["text"]), text(&row["sentence"]["state"]))).collect();
    all.sort();
    all
}

/// Waits until an office shows an issue with this sentence.
pub fn sentence(office: &Place, code: &str, wanted: &str) {
    until(&format!("{code} is {wanted}"), || {
        issues(office).iter().any(|(known, _, state)| known == code && state == wanted).then_some(())
    });
}

/// Waits until an office shows an issue.
pub fn arrived(office: &Place, code: &str) {
    until(&format!("{code} arrives"), || issues(office).iter().any(|(known, ..)| known == code).then_some(()));
}

/// Names of the units an office shows, with their households.
pub fn units(office: &Place) -> Vec<(String, i64)> {
    let listed = office.ok(&["unit", "list"]);
    let rows = listed["units"].as_array().cloned().unwrap_or_default();
    let row =
        |row: &Value| (row["name"].as_str().unwrap_or_default().to_owned(), row["households"].as_i64().unwrap_or(-1));
    let mut all: Vec<_> = rows.iter().map(row).collect();
    all.sort();
    all
}
