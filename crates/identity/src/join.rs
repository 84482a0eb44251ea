//! A new device joins with an invitation, without the desk being there.

use hopluu_model::{CollectionId, DeviceId, Signature, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::{Body, Enrolled, InvitationId};
use crate::key::{DeviceKey, actor_prefix, statement, verify};
use crate::notice::Notice;
use crate::roster::Roster;

const JOIN_VERSION: u8 = 1;

/// A device's wish to join: its key, signed by the invitation's one-time key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The province's collection, by which a relay sees whether it is meant.
    pub province: CollectionId,
    /// The invitation that is used up.
    pub invitation: InvitationId,
    /// The new device.
    pub device: DeviceId,
    /// When the device asked, by its own clock; shown to people, never compared.
    pub at: Timestamp,
    /// By the one-time key.
    pub signature: Signature,
}

impl Join {
    /// Signs a join with the invitation's one-time key.
    #[must_use]
    pub fn sign(province: CollectionId, device: DeviceId, at: Timestamp, one_time: &DeviceKey) -> Self {
        let invitation = InvitationId::of(&one_time.id());
        let signature = one_time.sign(&join_statement(&province, &invitation, &device, at));
        Self { province, invitation, device, at, signature }
    }

    /// A version byte and postcard.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![JOIN_VERSION]).expect("joins hold nothing postcard cannot write")
    }

    /// Reads what [`Join::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[JOIN_VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
        let (join, []) = postcard::take_from_bytes(rest).ok()? else { return None };
        Some(join)
    }

    fn is_signed_by(&self, one_time: &DeviceId) -> bool {
        verify(one_time, &join_statement(&self.province, &self.invitation, &self.device, self.at), &self.signature)
    }
}

/// Why a join is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum JoinError {
    /// The roster does not (yet) name the invitation.
    #[error("the roster does not name this invitation")]
    Unknown,
    /// Another device used the invitation first.
    #[error("another device has used this invitation")]
    Used,
    /// The invitation's time is over, by the relay's clock.
    #[error("the invitation has expired")]
    Expired,
    /// The invitation is another province's.
    #[error("the invitation belongs to another province")]
    Foreign,
    /// The device was revoked; a device has one life.
    #[error("this device was revoked")]
    Revoked,
    /// The desk took the invitation back.
    #[error("the invitation was withdrawn")]
    Withdrawn,
    /// The one-time key did not sign this device's key.
    #[error("the invitation's key did not sign this join")]
    BadSignature,
    /// The device, or one that cannot be told from it, is in the roster with another scope.
    #[error("this device already has its place in the roster")]
    DeviceThere,
}

impl JoinError {
    /// All reasons, by code.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Used,
        Self::Expired,
        Self::Foreign,
        Self::Revoked,
        Self::Withdrawn,
        Self::BadSignature,
        Self::DeviceThere,
    ];

    /// Whether asking again later may help: the relay may not have the newest roster yet.
    #[must_use]
    pub fn is_transient(self) -> bool {
        self == Self::Unknown
    }

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.notice().code == code)
    }

    /// What to tell the person in front of the machine.
    #[must_use]
    pub const fn notice(self) -> Notice {
        match self {
            Self::Unknown => Notice::new(
                20,
                "join-unknown",
                "Trạm chuyển tiếp chưa biết mã mời này. Máy sẽ tự thử lại; nếu vẫn vậy, hãy hỏi bàn tỉnh.",
                "The relay does not know this invitation yet. It is tried again by itself; if it stays, ask the province desk.",
            ),
            Self::Used => Notice::new(
                21,
                "join-used",
                "Mã mời này đã được dùng cho một máy khác. Hãy xin bàn tỉnh cấp mã mới.",
                "Another machine has used this invitation. Ask the province desk for a new one.",
            ),
            Self::Expired => Notice::new(
                22,
                "join-expired",
                "Mã mời đã hết hạn. Hãy xin bàn tỉnh cấp mã mới.",
                "The invitation has expired. Ask the province desk for a new one.",
            ),
            Self::Foreign => Notice::new(
                23,
                "join-foreign",
                "Mã mời này thuộc tỉnh khác. Hãy kiểm tra lại mã hoặc hỏi bàn tỉnh.",
                "This invitation belongs to another province. Check the text or ask the province desk.",
            ),
            Self::Revoked => Notice::new(
                24,
                "join-revoked",
                "Máy này đã bị thu hồi quyền. Hãy cài lại với khóa mới và xin mã mời mới.",
                "This machine was revoked. Install it anew with a new key and ask for a new invitation.",
            ),
            Self::Withdrawn => Notice::new(
                25,
                "join-withdrawn",
                "Bàn tỉnh đã hủy mã mời này. Hãy xin cấp mã mới.",
                "The province desk has withdrawn this invitation. Ask for a new one.",
            ),
            Self::BadSignature => Notice::new(
                26,
                "join-signature",
                "Mã mời không khớp với máy này. Hãy nhập lại mã mời.",
                "The invitation does not vouch for this machine. Enter the invitation again.",
            ),
            Self::DeviceThere => Notice::new(
                27,
                "join-device-there",
                "Khóa của máy này đã được đăng ký. Hãy cài lại với khóa mới rồi dùng mã mời.",
                "This machine's key is registered already. Install it anew with a new key, then use the invitation.",
            ),
        }
    }
}

/// A device that joined by itself and waits to be confirmed by the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionalDevice {
    /// What it will be once confirmed.
    pub enrolled: Enrolled,
    /// How it asked; kept and passed on, so that others can check it too.
    pub join: Join,
}

impl ProvisionalDevice {
    /// The entry with which the desk confirms it.
    #[must_use]
    pub fn confirmation(&self) -> Body {
        Body::Device(self.enrolled.clone())
    }
}

impl Roster {
    /// Checks a join against the roster alone: everything but who was first and the expiry.
    ///
    /// A join of a device that the roster already confirmed with this very invitation is good.
    ///
    /// # Errors
    /// Each reason is its own, see [`JoinError`].
    pub fn check_join(&self, join: &Join) -> Result<ProvisionalDevice, JoinError> {
        let province = self.province().ok_or(JoinError::Unknown)?;
        if province.collection != join.province {
            return Err(JoinError::Foreign);
        }
        let invited = self.invitation(&join.invitation).ok_or(JoinError::Unknown)?;
        if !join.is_signed_by(&invited.key) {
            return Err(JoinError::BadSignature);
        }
        if self.is_revoked(&join.device) {
            return Err(JoinError::Revoked);
        }
        match self.used_by(&join.invitation) {
            Some(device) if device != join.device => return Err(JoinError::Used),
            Some(_) => {}
            None if self.is_withdrawn(&join.invitation) => return Err(JoinError::Withdrawn),
            None if self.device_by_prefix(&actor_prefix(&join.device)).is_some() => {
                return Err(JoinError::DeviceThere);
            }
            None => {}
        }
        let invited = invited.clone();
        let enrolled = Enrolled {
            key: join.device,
            collection: invited.collection,
            side: invited.side,
            letter: invited.letter,
            label: invited.label,
            invitation: Some(join.invitation),
        };
        Ok(ProvisionalDevice { enrolled, join: join.clone() })
    }
}

fn join_statement(province: &CollectionId, invitation: &InvitationId, device: &DeviceId, at: Timestamp) -> Vec<u8> {
    statement("join", &[province.as_bytes(), &invitation.0, device.as_bytes(), &at.0.to_be_bytes()])
}
