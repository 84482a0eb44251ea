//! The office itself: status, devices, invitations, revocation, check-up.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::PoisonError;

use hopluu_driver::Complaint;
use hopluu_identity::RelayAt;
use hopluu_model::edit::AddCommune;
use hopluu_model::{By, DeviceId, DocId, Role, Side, Stamp, Timestamp, catalogue};
use hopluu_office::Invitee;
use hopluu_sync::LineState;
use hopluu_web::{Line, Words};
use serde_json::{Value, json};

use super::{Desk, Typed, as_json, not_found, view_failed};
use crate::client::Answer;
use crate::machine::Trouble;
use crate::opening::{PROGRAM, why};

/// Invitations live at most so long.
const MAX_DAYS: i64 = 366;
/// A commune not heard for so long counts as silent.
const SILENT_MS: i64 = 2 * 86_400_000;

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
        let (heard, alarms, broken) = {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            (live.heard.clone(), live.alarms.clone(), live.broken.clone())
        };
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

    /// The one picture of all communes, and how fresh it is.
    async fn province(
        &self,
        heard: &std::collections::BTreeMap<DeviceId, hopluu_wire::frame::Heard>,
    ) -> Result<Answer, Complaint> {
        let devices = self.with(|office, _, _| Ok(rows(office))).await?;
        let (communes, totals) = {
            let reader = self.reader();
            (
                reader.communes().map_err(|error| view_failed(&error))?,
                reader.totals(&[]).map_err(|error| view_failed(&error))?,
            )
        };
        let code = self.with(|office, _, _| {
            let province = office.mailbox().trust().roster().province();
            Ok(json!(province.map(|province| province.code.clone()).unwrap_or_default()))
        });
        let code = code.await?;
        let all = catalogue::communes_of(code.as_str().unwrap_or_default()).count();
        let now = self.clock.wall();
        let (mut connected, mut silent) = (BTreeSet::new(), Vec::new());
        for commune in &communes {
            let collection = commune.collection.to_string();
            let mine = |device: &&Value| device["collection"] == json!(collection);
            let last = devices.as_array().into_iter().flatten().filter(mine).filter_map(|device| {
                let id: DeviceId = device["device"].as_str()?.parse().ok()?;
                heard.get(&id)
            });
            let last: Vec<_> = last.collect();
            if last.iter().any(|heard| heard.connected) {
                connected.insert(collection);
            } else {
                let at = last.iter().map(|heard| heard.at).max();
                silent.push((commune.name.clone(), at));
            }
        }
        let late = silent.iter().filter(|(_, at)| at.is_none_or(|at| now.0 - at.0 > SILENT_MS)).count();
        let mut vi = format!("{}/{all} xã, phường đã kết nối\n", connected.len());
        let mut en = format!("{}/{all} communes connected\n", connected.len());
        for (name, at) in &silent {
            let since = at.map_or_else(|| "Chưa liên lạc".to_owned(), |at| format!("Chưa liên lạc từ {at}"));
            let _ = writeln!(vi, "  {name}: {since}");
            let _ = writeln!(en, "  {name}: {since}");
        }
        let _ = writeln!(
            vi,
            "{} thôn, tổ ({} đang cần thống nhất) · {} hộ · {} phiếu, {} chưa xong · Số liệu đến {now}\n{late}/{} xã, phường chưa cập nhật quá 2 ngày",
            totals.units,
            totals.units_in_clash,
            totals.households,
            totals.issues,
            totals.issues_open,
            communes.len()
        );
        let _ = writeln!(
            en,
            "{} units ({} in a clash) · {} households · {} issues, {} open · as of {now}\n{late}/{} communes silent for over 2 days",
            totals.units,
            totals.units_in_clash,
            totals.households,
            totals.issues,
            totals.issues_open,
            communes.len()
        );
        let silent: Vec<Value> =
            silent.iter().map(|(name, at)| json!({ "commune": name, "since": at.map(|at| at.0) })).collect();
        let data = json!({ "communes": all, "connected": connected.len(), "silent": silent,
            "totals": as_json(&totals), "late": late });
        Ok(Answer::new(data, vi.trim_end(), en.trim_end()))
    }

    pub(super) async fn devices(&self) -> Result<Answer, Complaint> {
        let mut rows = self.with(|office, _, _| Ok(rows(office))).await?;
        let me = self.with(|office, _, _| Ok(json!(office.mailbox().trust().device().to_string()))).await?;
        let heard = self.live.lock().unwrap_or_else(PoisonError::into_inner).heard.clone();
        let mut text = String::new();
        for row in rows.as_array_mut().into_iter().flatten() {
            let id: Option<DeviceId> = row["device"].as_str().and_then(|id| id.parse().ok());
            let known = id.and_then(|id| heard.get(&id));
            row["connected"] = json!(known.is_some_and(|heard| heard.connected));
            row["heard"] = json!(known.map(|heard| heard.at.0));
            row["backlog"] = json!(known.map(|heard| heard.backlog));
            row["program"] = json!(known.map(|heard| heard.program.clone()));
            let state = match (row["revoked"] == json!(true), known) {
                (true, _) => "đã thu hồi".to_owned(),
                (false, _) if row["device"] == me => "máy này".to_owned(),
                (false, Some(heard)) if heard.connected => "đang kết nối".to_owned(),
                (false, Some(heard)) => format!("Chưa liên lạc từ {}", heard.at),
                (false, None) => "chưa rõ".to_owned(),
            };
            let short: String = row["device"].as_str().unwrap_or_default().chars().take(8).collect();
            let _ = writeln!(
                text,
                "{short}  {} {}  {}  {state}",
                row["letter"].as_str().unwrap_or_default(),
                row["label"].as_str().unwrap_or_default(),
                if row["confirmed"] == json!(true) { "" } else { "(chờ tỉnh xác nhận)" },
            );
        }
        let text = text.trim_end().to_owned();
        Ok(Answer::new(rows, text.clone(), text))
    }

    pub(super) async fn invite(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let code = typed.must("commune")?.to_owned();
        let commune = catalogue::commune(&code).ok_or_else(|| not_found("xã, phường", "commune", &code))?;
        let days = typed.number("days").unwrap_or(14).clamp(1, MAX_DAYS);
        let mut relay = self.profile.relay.clone();
        if let Some(address) = typed.owned("address") {
            relay = RelayAt { addresses: vec![address], ..relay };
        }
        let at = self.clock.wall();
        let label = typed.must("label")?.trim().to_owned();
        let label = format!("{}, {label}", commune.full_name());
        let expires = Timestamp(at.0 + days * 86_400_000);
        let name = typed.name().to_owned();
        let qr = typed.flag("qr");
        let value = self
            .with(move |office, now, _| {
                let form = AddCommune {
                    record: office.new_record(),
                    code: commune.code.to_owned(),
                    name: commune.name.to_owned(),
                    kind: commune.kind_2025.slug().to_owned(),
                    province: commune.province.to_owned(),
                    valid_from: Some(catalogue::two_tier_day()),
                    stage: Some("live".to_owned()),
                    area_ha: None,
                    population: None,
                };
                let invitee = Invitee { commune: form, code, name: commune.full_name(), label, expires, relay };
                let stamp = Stamp { at, by: By { name, role: Role::Admin } };
                let issued = office.invite(now, invitee, stamp)?;
                Ok(json!({ "invitation": issued.text, "letter": issued.letter, "expires": expires.0,
                    "collection": issued.collection.to_string() }))
            })
            .await?;
        let text = value["invitation"].as_str().unwrap_or_default().to_owned();
        let picture = if qr { code_picture(&text) } else { String::new() };
        let letter = value["letter"].as_str().unwrap_or_default();
        Ok(Answer::new(
            value.clone(),
            format!(
                "Mã đăng ký thiết bị (dùng một lần, đến {expires}), ký hiệu {letter}:\n{text}{picture}\n\nTrên máy của xã: \
                 hopluu join <mã>"
            ),
            format!(
                "Enrolment code (single use, until {expires}), letter {letter}:\n{text}{picture}\n\nOn the \
                     commune's machine: hopluu join <code>"
            ),
        ))
    }

    pub(super) async fn revoke(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let (prefix, reason) = (typed.must("device")?.to_ascii_uppercase(), typed.must("reason")?.to_owned());
        let value = self
            .with(move |office, now, wall| {
                let all = office.devices();
                let mut named =
                    all.iter().filter(|row| row.device.to_string().starts_with(&prefix) && prefix.len() >= 4);
                let (Some(row), None) = (named.next(), named.next()) else {
                    return Err(Trouble::Refused(not_found("thiết bị", "device", &prefix)));
                };
                let device = row.device;
                office.revoke(now, device, &reason, wall)?;
                Ok(json!({ "device": device.to_string() }))
            })
            .await?;
        let short: String = value["device"].as_str().unwrap_or_default().chars().take(8).collect();
        Ok(Answer::new(
            value,
            format!(
                "Đã thu hồi {short}. Những gì tỉnh đã nhận trước đó vẫn giữ; từ nay thiết bị này không ghi được nữa."
            ),
            format!("{short} is revoked. What the province had received is kept; it can write nothing more."),
        ))
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

fn rows(office: &hopluu_office::Office) -> Value {
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
    let line = match data["line"].as_str() {
        Some("settled") => Line::Settled,
        Some("catching_up") => Line::CatchingUp,
        Some("broken") => Line::Broken,
        _ => Line::Offline,
    };
    hopluu_web::line(line, data["backlog"].as_u64().unwrap_or(0))
}

/// The invitation as a QR code for a terminal.
fn code_picture(text: &str) -> String {
    match qrcode::QrCode::new(text.as_bytes()) {
        Ok(code) => format!("\n\n{}", code.render::<char>().quiet_zone(true).module_dimensions(2, 1).build()),
        Err(error) => format!("\n({})", why(&error)),
    }
}
