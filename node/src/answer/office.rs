//! The office itself: status, devices, invitations, revocation, check-up.

use std::fmt::Write as _;
use std::sync::PoisonError;

use hopluu_driver::Complaint;
use hopluu_model::{DeviceId, DocId, Side};
use hopluu_sync::LineState;
use hopluu_web::{Line, Words};
use serde_json::{Value, json};

use super::{Desk, view_failed};
use crate::client::Answer;
use crate::opening::{PROGRAM, why};

impl Desk {
    pub(super) async fn status(&self) -> Result<Answer, Complaint> {
        let standing = self
            .with(|office, _, _| {
                let standing = office.standing();
                Ok(json!({
                    "device": standing.device.to_string(), "documents": standing.documents, "journal": standing.journal,
                    "backlog": standing.backlog, "roster": standing.roster, "confirmed": standing.confirmed,
                    "line": line(standing.line),
                    "enrolment": office.mailbox().trust().enrolment().map(enrolment),
                }))
            })
            .await;
        let mut data = match standing {
            Ok(standing) => standing,
            // While the store is being opened again people still want to know.
            Err(complaint) => json!({ "line": "broken", "error": complaint.to_json() }),
        };
        let (heard, alarms, broken, turned_away) = {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            (live.heard.clone(), live.alarms.clone(), live.broken.clone(), live.turned_away.clone())
        };
        // A goodbye counts only while there is no line.
        let turned_away = turned_away.filter(|_| data["line"] == json!("offline") || data["line"] == json!("dialling"));
        data["turned_away"] = json!(turned_away);
        data["label"] = json!(self.profile.label);
        data["letter"] = json!(self.profile.letter);
        data["side"] = json!(if self.profile.side == Side::Province { "province" } else { "commune" });
        data["alarms"] = json!(alarms);
        data["broken"] = json!(broken);
        data["program"] = json!(PROGRAM);
        let clashes = self.reader().clashes(self.collection_of(None)?).map_err(|error| view_failed(&error))?.len();
        data["clashes"] = json!(clashes);
        let words = line_words(&data);
        let mut vi = format!("{} · {}\n{}\n", self.profile.label, self.profile.letter, words.vi);
        let mut en = format!("{} · {}\n{}\n", self.profile.label, self.profile.letter, words.en);
        if self.profile.side == Side::Province {
            let picture = self.province(&heard).await?;
            let _ = writeln!(vi, "{}", picture.vi);
            let _ = writeln!(en, "{}", picture.en);
            data["province"] = picture.data;
        }
        let _ = write!(vi, "Cần thống nhất ({clashes})");
        let _ = write!(en, "To be settled ({clashes})");
        Ok(Answer::new(data, vi, en))
    }

    pub(super) async fn devices(&self) -> Result<Answer, Complaint> {
        let mut rows = self.with(|office, _, _| Ok(rows(office))).await?;
        let me = self.with(|office, _, _| Ok(json!(office.mailbox().trust().device().to_string()))).await?;
        let heard = self.live.lock().unwrap_or_else(PoisonError::into_inner).heard.clone();
        let mut text = Words::new("", "");
        for row in rows.as_array_mut().into_iter().flatten() {
            let id: Option<DeviceId> = row["device"].as_str().and_then(|id| id.parse().ok());
            let known = id.and_then(|id| heard.get(&id));
            row["connected"] = json!(known.is_some_and(|heard| heard.connected));
            row["heard"] = json!(known.map(|heard| heard.at.0));
            row["backlog"] = json!(known.map(|heard| heard.backlog));
            row["program"] = json!(known.map(|heard| heard.program.clone()));
            let state = match (row["revoked"] == json!(true), known) {
                (true, _) => Words::new("đã thu hồi", "revoked"),
                (false, _) if row["device"] == me => Words::new("máy này", "this machine"),
                (false, Some(heard)) if heard.connected => Words::new("đang kết nối", "connected"),
                (false, Some(heard)) => {
                    Words::new(format!("Chưa liên lạc từ {}", heard.at), format!("silent since {}", heard.at))
                }
                (false, None) => Words::new("chưa rõ", "not known"),
            };
            let short: String = row["device"].as_str().unwrap_or_default().chars().take(8).collect();
            let (letter, label) =
                (row["letter"].as_str().unwrap_or_default(), row["label"].as_str().unwrap_or_default());
            let waits = if row["confirmed"] == json!(true) {
                ("", "")
            } else {
                (" (chờ tỉnh xác nhận)", " (not confirmed yet)")
            };
            let _ = writeln!(text.vi, "{short}  {letter} {label}{}  {}", waits.0, state.vi);
            let _ = writeln!(text.en, "{short}  {letter} {label}{}  {}", waits.1, state.en);
        }
        Ok(Answer::new(rows, text.vi.trim_end(), text.en.trim_end()))
    }

    /// What an unwatched box should be asked: disk, journal, line, clock, roster.
    pub(super) async fn doctor(&self) -> Result<Answer, Complaint> {
        let wall = self.clock.wall();
        let journal = self
            .with(|office, _, _| {
                let store = office.mailbox().store();
                let missing = store.missing().map_err(hopluu_office::OfficeError::from)?;
                Ok(json!({ "end": store.end().number, "missing": missing.len(), "poisoned": store.is_poisoned() }))
            })
            .await;
        let status = self.status().await?.data;
        let mut checks: Vec<(&str, bool, String)> = Vec::new();
        match journal {
            Ok(journal) => {
                let lost = journal["missing"].as_u64().unwrap_or(0);
                checks.push(("journal", lost == 0, format!("{} bản ghi, {lost} chỗ khuyết", journal["end"])));
            }
            Err(complaint) => checks.push(("journal", false, complaint.vi)),
        }
        match rustix::fs::statvfs(".") {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
                checks.push(("disk", free > 200, format!("còn {free} MiB")));
            }
            Err(error) => checks.push(("disk", false, why(&error))),
        }
        checks.push(("clock", wall.date().year() >= 2025, format!("{wall}")));
        checks.push(("roster", status["roster"].as_u64().unwrap_or(0) > 0, format!("phiên bản {}", status["roster"])));
        checks.push(("line", status["line"] == json!("settled"), line_words(&status).vi));
        let faults = checks.iter().filter(|(_, good, _)| !good).count();
        let mut text = String::new();
        for (name, good, what) in &checks {
            let _ = writeln!(text, "{} {name}: {what}", if *good { "ok " } else { "!! " });
        }
        let rows: Vec<Value> =
            checks.iter().map(|(name, good, what)| json!({ "check": name, "good": good, "what": what })).collect();
        let text = text.trim_end().to_owned();
        Ok(Answer::new(json!({ "checks": rows, "faults": faults }), text.clone(), text))
    }

    /// How this office's documents stand, and how much each device wrote: for comparing offices.
    pub(super) async fn digest(&self) -> Result<Answer, Complaint> {
        let value = self
            .with(|office, _, _| {
                let store = office.mailbox().store();
                let (mut docs, mut devices) = (serde_json::Map::new(), std::collections::BTreeMap::new());
                let mut edits = 0;
                for doc in store.docs().map_err(hopluu_office::OfficeError::from)? {
                    let clock = store.clock(&doc).map_err(hopluu_office::OfficeError::from)?;
                    edits += clock.len();
                    let digest = hex(&hopluu_wire::digest_of_clock(&clock));
                    docs.insert(name(&doc), json!({ "changes": clock.len(), "digest": digest }));
                    for (actor, tip) in clock.0 {
                        *devices.entry(hex(&hopluu_identity::prefix_of(&actor))).or_insert(0) += tip.seq;
                    }
                }
                let own = hex(&hopluu_identity::actor_prefix(&office.mailbox().trust().device()));
                Ok(json!({ "documents": docs, "changes": edits, "devices": devices, "own": own }))
            })
            .await?;
        let text = value.to_string();
        Ok(Answer::new(value, text.clone(), text))
    }
}

fn name(doc: &DocId) -> String {
    format!("{}/{}", doc.collection, doc.kind)
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

pub(super) fn rows(office: &hopluu_office::Office) -> Value {
    let row = |row: hopluu_office::DeviceRow| {
        json!({ "device": row.device.to_string(), "collection": row.collection.to_string(), "letter": row.letter,
            "label": row.label, "confirmed": row.confirmed, "revoked": row.revoked,
            "side": if row.side == Side::Province { "province" } else { "commune" } })
    };
    office.devices().into_iter().map(row).collect()
}

fn line(state: Option<LineState>) -> &'static str {
    match state {
        None | Some(LineState::Offline { .. }) => "offline",
        Some(LineState::Dialling) => "dialling",
        Some(LineState::CatchingUp) => "catching_up",
        Some(LineState::Settled) => "settled",
    }
}

fn enrolment(enrolment: &hopluu_identity::Enrolment) -> Value {
    use hopluu_identity::Enrolment as E;
    match enrolment {
        E::Asked(_) => json!({ "state": "asked" }),
        E::Waiting(_) => json!({ "state": "waiting" }),
        E::Confirmed(_) => json!({ "state": "confirmed" }),
        E::Refused(_, reason) => {
            let notice = reason.notice();
            json!({ "state": "refused", "code": notice.slug, "vi": notice.vi, "en": notice.en })
        }
    }
}

/// The line in words, from what `status` says of it.
fn line_words(data: &Value) -> Words {
    if data["enrolment"]["state"] == json!("refused") {
        let text = |key: &str| data["enrolment"][key].as_str().unwrap_or_default().to_owned();
        return Words::new(format!("Không được ghi danh: {}", text("vi")), format!("Not enrolled: {}", text("en")));
    }
    if let (Some(code), Some(said)) = (data["turned_away"][0].as_u64(), data["turned_away"][1].as_str()) {
        return hopluu_web::turned_away(u8::try_from(code).unwrap_or(0), said);
    }
    let line = match data["line"].as_str() {
        Some("settled") => Line::Settled,
        Some("catching_up") => Line::CatchingUp,
        Some("broken") => Line::Broken,
        _ => Line::Offline,
    };
    hopluu_web::line(line, data["backlog"].as_u64().unwrap_or(0))
}
