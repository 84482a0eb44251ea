//! What the province desk decides about machines: invite, revoke, take over.

use hopluu_driver::Complaint;
use hopluu_identity::{RelayAt, RootKey};
use hopluu_model::edit::AddCommune;
use hopluu_model::{By, Role, Stamp, Timestamp, catalogue};
use hopluu_office::{Invitee, Issued};
use serde_json::{Value, json};

use super::{Desk, Typed, not_found};
use crate::client::Answer;
use crate::machine::Trouble;
use crate::opening::why;

/// Invitations live at most so long.
const MAX_DAYS: i64 = 366;

impl Desk {
    pub(super) async fn invite(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let days = typed.number("days").unwrap_or(14).clamp(1, MAX_DAYS);
        let mut relay = self.profile.relay.clone();
        if let Some(address) = typed.owned("address") {
            relay = RelayAt { addresses: vec![address], ..relay };
        }
        let at = self.clock.wall();
        let expires = Timestamp(at.0 + days * 86_400_000);
        let label = typed.must("label")?.trim().to_owned();
        let qr = typed.flag("qr");
        let value = if typed.flag("spare") {
            let label = format!("{}, {label}", self.profile.label);
            self.with(move |office, now, _| {
                Ok(issued(&office.invite_spare(now, label, (relay, expires), at)?, expires))
            })
            .await?
        } else {
            let code = typed.must("commune")?.to_owned();
            let stamp = Stamp { at, by: By { name: typed.name().to_owned(), role: Role::Admin } };
            self.invite_commune(code, (label, expires), relay, stamp).await?
        };
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

    async fn invite_commune(
        &self,
        code: String,
        (label, expires): (String, Timestamp),
        relay: RelayAt,
        stamp: Stamp,
    ) -> Result<Value, Complaint> {
        let commune = catalogue::commune(&code).ok_or_else(|| not_found("xã, phường", "commune", &code))?;
        let label = format!("{}, {label}", commune.full_name());
        self.with(move |office, now, _| {
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
            Ok(issued(&office.invite(now, invitee, stamp)?, expires))
        })
        .await
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

    /// This spare machine becomes the desk.
    pub(super) async fn take_over(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        let root = RootKey::from_words(typed.must("words")?).map_err(|error| {
            let notice = error.notice();
            Complaint::new(hopluu_driver::Exit::Refused, notice.slug, notice.vi, notice.en)
        })?;
        let label = self.profile.label.clone();
        let value = self
            .with(move |office, now, wall| {
                office.take_over(now, &root, &label, wall)?;
                Ok(json!({ "desk": office.mailbox().trust().device().to_string() }))
            })
            .await?;
        Ok(Answer::new(
            value,
            "Máy này nay là bàn tỉnh. Hãy thu hồi máy cũ bằng: hopluu revoke",
            "This machine is the desk now. Revoke the old one with: hopluu revoke",
        ))
    }
}

fn issued(issued: &Issued, expires: Timestamp) -> Value {
    json!({ "invitation": issued.text, "letter": issued.letter, "expires": expires.0,
        "collection": issued.collection.to_string() })
}

/// The invitation as a QR code for a terminal.
fn code_picture(text: &str) -> String {
    match qrcode::QrCode::new(text.as_bytes()) {
        Ok(code) => format!("\n\n{}", code.render::<char>().quiet_zone(true).module_dimensions(2, 1).build()),
        Err(error) => format!("\n({})", why(&error)),
    }
}
