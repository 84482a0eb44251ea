//! What the province desk decides about machines: invite, revoke, take over.

use hopluu_identity::{RelayAt, RootKey};
use hopluu_model::edit::AddCommune;
use hopluu_model::{By, Role, Side, Stamp, Timestamp, catalogue};
use hopluu_office::{DeviceRow, Invitee, Issued};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Desk, Power, Refusal, Who, Why};

/// Invitations live at most so long.
const MAX_DAYS: u32 = 366;
/// And so long when nobody says otherwise.
const DAYS: u32 = 14;
const DAY_MS: i64 = 86_400_000;

/// Who is to be invited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct Invite {
    /// Official code of the commune.
    pub commune: Option<String>,
    /// A spare machine of the province instead.
    pub spare: bool,
    /// Where the machine will stand.
    pub label: String,
    /// Days of validity, 1 to 366; 14 when absent.
    pub days: Option<u32>,
    /// A relay address to write into the invitation, in place of the known ones.
    pub address: Option<String>,
}

/// An invitation that was drawn up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invited {
    /// The text to hand over; whoever has it may enrol one machine.
    pub invitation: String,
    /// The letter the office will have.
    pub letter: String,
    /// Last moment of use.
    #[schema(value_type = i64)]
    pub expires: Timestamp,
    /// The commune's collection.
    pub collection: String,
    /// What the machine will be called.
    pub label: String,
}

/// One device of the roster and how its line stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceState {
    /// Its key.
    pub device: String,
    /// Its collection.
    pub collection: String,
    /// `commune` or `province`.
    pub side: &'static str,
    /// Its office letter.
    pub letter: String,
    /// Where it stands.
    pub label: String,
    /// Whether the roster has confirmed it.
    pub confirmed: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether it is the one that answers.
    pub this: bool,
    /// Whether it has a line just now.
    pub connected: bool,
    /// When it was last heard.
    #[schema(value_type = Option<i64>)]
    pub heard: Option<Timestamp>,
    /// How many of its edits wait there, when it was last heard.
    pub backlog: Option<u32>,
    /// Version of its program, when it was last heard.
    pub program: Option<String>,
}

impl Desk {
    /// The devices of the roster and those that wait for it, with their lines as the relay told.
    ///
    /// # Errors
    /// When the office cannot answer.
    pub async fn devices(&self) -> Result<Vec<DeviceState>, Refusal> {
        let (me, rows) = self.with(|office, _, _| Ok((office.mailbox().trust().device(), office.devices()))).await?;
        let heard = self.live().heard;
        let state = |row: DeviceRow| {
            let line = heard.get(&row.device);
            DeviceState {
                this: row.device == me,
                device: row.device.to_string(),
                collection: row.collection.to_string(),
                side: if row.side == Side::Province { "province" } else { "commune" },
                letter: row.letter,
                label: row.label,
                confirmed: row.confirmed,
                revoked: row.revoked,
                connected: line.is_some_and(|line| line.connected),
                heard: line.map(|line| line.at),
                backlog: line.map(|line| line.backlog),
                program: line.map(|line| line.program.clone()),
            }
        };
        Ok(rows.into_iter().map(state).collect())
    }

    /// The communes of this province that can be invited: code and full name.
    ///
    /// # Errors
    /// When this is not the province, or the office cannot answer.
    pub async fn invitable(&self) -> Result<Vec<(String, String)>, Refusal> {
        if !self.is_province() {
            return Err(Refusal::not_desk());
        }
        let code = self.province_code().await?;
        Ok(catalogue::communes_of(&code).map(|commune| (commune.code.to_owned(), commune.full_name())).collect())
    }

    /// The official code of the province; empty before it is founded.
    pub(crate) async fn province_code(&self) -> Result<String, Refusal> {
        self.with(|office, _, _| {
            let province = office.mailbox().trust().roster().province();
            Ok(province.map(|province| province.code.clone()).unwrap_or_default())
        })
        .await
    }

    /// Draws up an invitation.
    ///
    /// # Errors
    /// When this is not the desk, whoever asks may not, or the commune is unknown.
    pub async fn invite(&self, who: &Who, invite: Invite) -> Result<Invited, Refusal> {
        self.only_desk(who)?;
        let days = invite.days.unwrap_or(DAYS).clamp(1, MAX_DAYS);
        let mut relay = self.about().relay.clone();
        if let Some(address) = invite.address {
            relay = RelayAt { addresses: vec![address], ..relay };
        }
        let at = self.wall();
        let expires = Timestamp(at.0 + i64::from(days) * DAY_MS);
        let label = invite.label.trim().to_owned();
        if label.is_empty() {
            return Err(Refusal::new(
                Why::Usage,
                "no-label",
                "Ghi nơi đặt máy, ví dụ: Nhà A.",
                "Say where the machine will stand, for example: Nhà A.",
            ));
        }
        if invite.spare {
            let label = format!("{}, {label}", self.about().label);
            return self
                .with(move |office, now, _| {
                    let issued = office.invite_spare(now, label.clone(), (relay, expires), at)?;
                    Ok(invited(issued, label, expires))
                })
                .await;
        }
        let stamp = Stamp { at, by: By { name: who.name.clone(), role: Role::Admin } };
        let code = invite.commune.unwrap_or_default();
        self.invite_commune(&code, (label, expires), relay, stamp).await
    }

    async fn invite_commune(
        &self,
        code: &str,
        (label, expires): (String, Timestamp),
        relay: RelayAt,
        stamp: Stamp,
    ) -> Result<Invited, Refusal> {
        let commune = catalogue::commune(code).ok_or_else(|| Refusal::not_found("xã, phường", "commune", code))?;
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
            let (code, name) = (commune.code.to_owned(), commune.full_name());
            let invitee = Invitee { commune: form, code, name, label: label.clone(), expires, relay };
            Ok(invited(office.invite(now, invitee, stamp)?, label, expires))
        })
        .await
    }

    /// Revokes a device named by the beginning of its key; returns the whole key.
    ///
    /// # Errors
    /// When this is not the desk, whoever asks may not, or none or several begin so.
    pub async fn revoke(&self, who: &Who, prefix: &str, reason: &str) -> Result<String, Refusal> {
        self.only_desk(who)?;
        let (prefix, reason) = (prefix.trim().to_ascii_uppercase(), reason.trim().to_owned());
        if reason.is_empty() {
            return Err(Refusal::new(Why::Usage, "no-reason", "Ghi lý do thu hồi.", "Say why it is revoked."));
        }
        self.with(move |office, now, wall| {
            let all = office.devices();
            let mut named = all.iter().filter(|row| row.device.to_string().starts_with(&prefix) && prefix.len() >= 4);
            let (Some(row), None) = (named.next(), named.next()) else {
                return Err(Refusal::not_found("thiết bị", "device", &prefix).into());
            };
            let device = row.device;
            office.revoke(now, device, &reason, wall)?;
            Ok(device.to_string())
        })
        .await
    }

    /// Lets only those pass who look after the machines of a province, at its desk.
    fn only_desk(&self, who: &Who) -> Result<(), Refusal> {
        if !self.is_province() {
            return Err(Refusal::not_desk());
        }
        self.allow(who, Power::Machines)
    }

    /// This spare machine becomes the desk, by the recovery words of the root; returns its key.
    ///
    /// # Errors
    /// When the words are not those of the root in force.
    pub async fn take_over(&self, words: &str) -> Result<String, Refusal> {
        let root = RootKey::from_words(words).map_err(|error| {
            let notice = error.notice();
            Refusal::new(Why::Refused, notice.slug, notice.vi, notice.en)
        })?;
        let label = self.about().label.clone();
        self.with(move |office, now, wall| {
            office.take_over(now, &root, &label, wall)?;
            Ok(office.mailbox().trust().device().to_string())
        })
        .await
    }
}

fn invited(issued: Issued, label: String, expires: Timestamp) -> Invited {
    Invited {
        invitation: issued.text,
        letter: issued.letter,
        expires,
        collection: issued.collection.to_string(),
        label,
    }
}
