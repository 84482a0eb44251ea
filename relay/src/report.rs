//! What is told of a running relay.

use std::collections::BTreeMap;
use std::fmt::Write;

use hopluu_driver::Lang;
use hopluu_identity::{Anchor, Enrolled, Province};
use hopluu_mailbox::Mailbox;
use hopluu_model::record::Side;
use hopluu_model::{DeviceId, Tick, Timestamp};
use serde::{Deserialize, Serialize};

use crate::PROGRAM;
use crate::presence::{Presence, Seen};

/// How a relay stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) device: String,
    pub(crate) program: String,
    /// Where it listens.
    pub(crate) address: String,
    /// `ok`, or `recovering` while the store cannot be used.
    pub(crate) store: String,
    pub(crate) owner: Option<Owner>,
    pub(crate) roster_version: u64,
    pub(crate) devices: usize,
    pub(crate) connections: usize,
    pub(crate) documents: usize,
    /// The last record's number.
    pub(crate) journal_number: u64,
    pub(crate) journal_bytes: u64,
    pub(crate) uptime_ms: u64,
    /// Resident memory, where the system tells.
    pub(crate) memory_kib: Option<u64>,
}

/// Whose relay it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Owner {
    /// What invitations and the province's root vouch for.
    pub(crate) anchor: String,
    /// Code and name, once its roster is here.
    pub(crate) province: Option<(String, String)>,
}

/// One device of the roster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DeviceLine {
    pub(crate) device: String,
    pub(crate) letter: String,
    pub(crate) label: String,
    pub(crate) collection: String,
    pub(crate) side: String,
    /// `confirmed`, `waiting` or `revoked`.
    pub(crate) state: String,
    pub(crate) connected: bool,
    /// Milliseconds since 1970 by the relay's clock; `None` when not heard since the relay's start.
    pub(crate) last_heard: Option<i64>,
    pub(crate) backlog: Option<u32>,
    pub(crate) program: Option<String>,
}

/// Gathers what the machine knows; address, journal size and memory are for others to fill in.
pub(crate) fn status(
    device: DeviceId,
    owner: Option<Anchor>,
    mailbox: Option<&Mailbox>,
    connections: usize,
    now: Tick,
) -> Status {
    let roster = mailbox.map(|mailbox| mailbox.trust().roster());
    let province = roster.and_then(|roster| roster.province());
    let named = |province: &Province| (province.code.clone(), province.name.clone());
    let anchor = |anchor: Anchor| data_encoding::HEXLOWER_PERMISSIVE.encode(&anchor.0);
    Status {
        device: device.to_string(),
        program: PROGRAM.to_owned(),
        address: String::new(),
        store: if mailbox.is_some_and(|mailbox| !mailbox.store().is_poisoned()) { "ok" } else { "recovering" }.into(),
        owner: owner.map(|owner| Owner { anchor: anchor(owner), province: province.map(named) }),
        roster_version: roster.map_or(0, |roster| roster.version()),
        devices: roster.map_or(0, |roster| roster.devices().count()),
        connections,
        documents: mailbox.and_then(|mailbox| mailbox.store().docs().ok()).map_or(0, |docs| docs.len()),
        journal_number: mailbox.map_or(0, |mailbox| mailbox.store().end().number),
        journal_bytes: 0,
        uptime_ms: now.0,
        memory_kib: None,
    }
}

/// All devices of the roster and those that wait for it.
pub(crate) fn devices(mailbox: &Mailbox, presence: &Presence) -> Vec<DeviceLine> {
    let (roster, provisional) = (mailbox.trust().roster(), mailbox.trust().provisional());
    let seen = presence.all();
    let confirmed = roster.devices().map(|device| {
        let state = if roster.is_revoked(&device.key) { "revoked" } else { "confirmed" };
        device_line(device, state, &seen)
    });
    let waiting = provisional.waiting(roster).map(|device| device_line(&device.enrolled, "waiting", &seen));
    confirmed.chain(waiting).collect()
}

fn device_line(device: &Enrolled, state: &str, seen: &BTreeMap<DeviceId, Seen>) -> DeviceLine {
    let seen = seen.get(&device.key);
    let side = match device.side {
        Side::Commune => "commune",
        Side::Province => "province",
    };
    DeviceLine {
        device: device.key.to_string(),
        letter: device.letter.to_string(),
        label: device.label.clone(),
        collection: device.collection.to_string(),
        side: side.to_owned(),
        state: state.to_owned(),
        connected: seen.is_some_and(|seen| seen.connections > 0),
        last_heard: seen.map(|seen| seen.at.0),
        backlog: seen.map(|seen| seen.backlog),
        program: seen.map(|seen| seen.program.clone()),
    }
}

impl Status {
    /// As lines for a terminal.
    pub(crate) fn to_lines(&self, lang: Lang) -> String {
        let owner = match &self.owner {
            None => lang.pick("chưa thuộc tỉnh nào", "belongs to no province yet").to_owned(),
            Some(Owner { province: Some((code, name)), .. }) => format!("{name} ({code})"),
            Some(Owner { anchor, .. }) => {
                format!("{} {}", lang.pick("tỉnh có mã gốc", "province with anchor"), &anchor[..8.min(anchor.len())])
            }
        };
        let store = match self.store.as_str() {
            "ok" => lang.pick("tốt", "ok"),
            _ => lang.pick("đang mở lại", "being opened again"),
        };
        let minutes = self.uptime_ms / 60_000;
        let uptime = format!("{}:{:02}", minutes / 60, minutes % 60);
        let memory = self.memory_kib.map_or("-".to_owned(), |kib| format!("{} MiB", kib / 1024));
        let rows = [
            (lang.pick("Máy", "Device"), self.device.clone()),
            (lang.pick("Phiên bản", "Program"), self.program.clone()),
            (lang.pick("Địa chỉ", "Address"), self.address.clone()),
            (lang.pick("Tỉnh", "Province"), owner),
            (lang.pick("Danh bạ", "Roster"), format!("v{}, {}", self.roster_version, self.devices)),
            (lang.pick("Kết nối", "Connections"), self.connections.to_string()),
            (lang.pick("Kho dữ liệu", "Store"), store.to_owned()),
            (lang.pick("Nhật ký", "Journal"), format!("#{}, {} KiB", self.journal_number, self.journal_bytes / 1024)),
            (lang.pick("Tài liệu", "Documents"), self.documents.to_string()),
            (lang.pick("Đã chạy", "Uptime"), uptime),
            (lang.pick("Bộ nhớ", "Memory"), memory),
        ];
        let lines: Vec<String> = rows.iter().map(|(name, value)| format!("{name:<12} {value}")).collect();
        lines.join("\n")
    }
}

/// As a table for a terminal.
pub(crate) fn devices_to_lines(devices: &[DeviceLine], lang: Lang) -> String {
    if devices.is_empty() {
        return lang.pick("Danh bạ chưa có máy nào.", "The roster names no device yet.").to_owned();
    }
    let mut text = String::new();
    for device in devices {
        let state = match device.state.as_str() {
            "confirmed" => lang.pick("đã xác nhận", "confirmed"),
            "waiting" => lang.pick("chờ xác nhận", "waiting"),
            _ => lang.pick("đã thu hồi", "revoked"),
        };
        let heard = match (device.connected, device.last_heard) {
            (true, _) => lang.pick("đang kết nối", "connected").to_owned(),
            (false, Some(at)) => format!("{} {}", lang.pick("lần cuối", "last"), Timestamp(at)),
            (false, None) => lang.pick("chưa thấy", "not heard").to_owned(),
        };
        let waiting = device.backlog.map_or("-".to_owned(), |backlog| backlog.to_string());
        let program = device.program.as_deref().unwrap_or("-");
        let short = &device.device[..8.min(device.device.len())];
        let (letter, label, backlog) = (&device.letter, &device.label, lang.pick("chờ gửi", "backlog"));
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{short}  {letter:>2}  {label}\n    {state}; {heard}; {backlog} {waiting}; {program}");
    }
    text.trim_end().to_owned()
}
