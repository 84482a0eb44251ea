//! How a province takes possession of a fresh relay.

use std::fmt;

use hopluu_model::{DeviceId, Signature};
use serde::{Deserialize, Serialize};

use crate::entry::{MAX_RELAYS, MAX_TEXT, RelayAt};
use crate::key::{DeviceKey, sha256, statement, verify};
use crate::notice::Notice;
use crate::roster::Anchor;
use crate::text::{Kind, TextError, read, write};

/// What a fresh relay prints: where it is, its key, and the token that lets one province claim it.
///
/// Whoever holds the text first owns the relay, so `Debug` hides the token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayTicket {
    /// The relay.
    pub relay: RelayAt,
    /// Proves that the claimant has seen the ticket; 16 random bytes drawn by the relay.
    pub token: [u8; 16],
}

impl RelayTicket {
    /// The text to hand over: `HLR1-` and groups of five.
    #[must_use]
    pub fn to_text(&self) -> String {
        write(Kind::RelayTicket, self)
    }

    /// Reads a text that was pasted or typed.
    ///
    /// # Errors
    /// Says whether it is no such text, the other kind, of another version, or mistyped.
    pub fn from_text(text: &str) -> Result<Self, TextError> {
        let ticket: Self = read(Kind::RelayTicket, text)?;
        let addresses = &ticket.relay.addresses;
        let within = addresses.len() <= MAX_RELAYS && addresses.iter().all(|address| address.len() <= MAX_TEXT);
        if within { Ok(ticket) } else { Err(TextError::WrongVersion) }
    }
}

impl fmt::Debug for RelayTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayTicket").field("relay", &self.relay).finish_non_exhaustive()
    }
}

/// A root claims a relay for its province. Sent only over a line on which the relay's key is pinned.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// From the ticket.
    pub token: [u8; 16],
    /// The province's root.
    pub root: DeviceId,
    /// The promise of the next.
    pub next_root: [u8; 32],
    /// By the root.
    pub signature: Signature,
}

/// Why a relay does not let itself be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The token is not the one the relay printed.
    #[error("the claim's token is not this relay's")]
    WrongToken,
    /// The root did not sign it for this relay.
    #[error("the claim is not signed by its root for this relay")]
    BadSignature,
    /// Another province was first.
    #[error("another province has claimed this relay")]
    Taken,
}

impl ClaimError {
    /// What to tell the person at the province desk.
    #[must_use]
    pub const fn notice(self) -> Notice {
        match self {
            Self::WrongToken => Notice::new(
                40,
                "claim-token",
                "Mã trạm không đúng với trạm này. Hãy lấy lại mã do trạm in ra khi cài đặt.",
                "The ticket is not this relay's. Take the one the relay printed when it was set up.",
            ),
            Self::BadSignature => Notice::new(
                41,
                "claim-signature",
                "Trạm không nhận được chữ ký gốc của tỉnh. Hãy thử lại với đúng các từ khôi phục.",
                "The relay did not get the province root's signature. Try again with the right recovery words.",
            ),
            Self::Taken => Notice::new(
                42,
                "claim-taken",
                "Trạm này đã thuộc về một tỉnh khác. Hãy cài đặt một trạm mới.",
                "Another province owns this relay. Set up a new one.",
            ),
        }
    }
}

impl Claim {
    /// Signs a claim on the relay that printed the ticket.
    #[must_use]
    pub fn sign(ticket: &RelayTicket, root: &DeviceKey, next_root: [u8; 32]) -> Self {
        let message = claim_statement(&ticket.relay.key, &ticket.token, &root.id(), &next_root);
        Self { token: ticket.token, root: root.id(), next_root, signature: root.sign(&message) }
    }

    /// Decides at the relay; the same province may claim again, as its answer may have been lost.
    ///
    /// # Errors
    /// Each reason is its own, see [`ClaimError`].
    pub fn check(&self, ticket: &RelayTicket, owner: Option<Anchor>) -> Result<Anchor, ClaimError> {
        // Hashes are compared, so that the time taken tells nothing about the token.
        if sha256(&self.token) != sha256(&ticket.token) {
            return Err(ClaimError::WrongToken);
        }
        let message = claim_statement(&ticket.relay.key, &self.token, &self.root, &self.next_root);
        if !verify(&self.root, &message, &self.signature) {
            return Err(ClaimError::BadSignature);
        }
        let anchor = Anchor::of(&self.root, &self.next_root);
        if owner.is_some_and(|owner| owner != anchor) { Err(ClaimError::Taken) } else { Ok(anchor) }
    }

    /// A version byte and postcard.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![CLAIM_VERSION]).expect("claims hold nothing postcard cannot write")
    }

    /// Reads what [`Claim::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[CLAIM_VERSION], rest) = bytes.split_first_chunk::<1>()? else { return None };
        let (claim, []) = postcard::take_from_bytes(rest).ok()? else { return None };
        Some(claim)
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("root", &self.root).finish_non_exhaustive()
    }
}

const CLAIM_VERSION: u8 = 1;

fn claim_statement(relay: &DeviceId, token: &[u8; 16], root: &DeviceId, next_root: &[u8; 32]) -> Vec<u8> {
    statement("relay claim", &[relay.as_bytes(), token, root.as_bytes(), next_root])
}
