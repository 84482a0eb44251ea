//! An invitation as the text that lets one machine in.

use std::fmt;

use hopluu_model::{CollectionId, DeviceId, Side, Signature, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::{Body, InvitationId, Invited, MAX_RELAYS, MAX_TEXT, RelayAt};
use crate::join::Join;
use crate::key::{DeviceKey, sha256, statement, verify};
use crate::letter::Letter;
use crate::roster::{Anchor, Roster};
use crate::text::{Kind, TextError, read, write};

/// What a machine needs to begin: whom to trust, whom to call, what it will be.
///
/// It is enough to start working offline at once. Whoever holds the text may enrol one machine, so it is
/// handled like a key; `Debug` hides the secret. Newcomers have no desk key yet: they trust the text because
/// of the way it came, and check the desk's signature when the roster has arrived ([`Invitation::verify`]).
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    terms: Terms,
    signature: Signature,
}

/// What the desk decides about a new invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The collection the machine will write; the province's own makes it a province desk.
    pub collection: CollectionId,
    /// Where the office stands, such as `Xã Tân Lập, trụ sở 1`.
    pub label: String,
    /// Last moment of use, by the relay's clock.
    pub expires: Timestamp,
    /// The relay to call first.
    pub relay: RelayAt,
}

impl Invitation {
    /// Draws up an invitation with the next letter of its collection; `None` before the province is founded.
    ///
    /// The text works once [`Invitation::entry`] is appended to the roster and the relay has it.
    /// `secret` is 16 bytes drawn elsewhere, never used twice.
    #[must_use]
    pub fn issue(roster: &Roster, wanted: Wanted, secret: [u8; 16], desk: &DeviceKey) -> Option<Self> {
        let province = roster.province()?.collection;
        let terms = Terms {
            relay: wanted.relay,
            anchor: roster.anchor(),
            province,
            collection: wanted.collection,
            side: if wanted.collection == province { Side::Province } else { Side::Commune },
            letter: roster.next_letter(&wanted.collection),
            label: wanted.label,
            expires: wanted.expires,
            secret,
        };
        let signature = desk.sign(&terms.statement());
        Some(Self { terms, signature })
    }

    /// The roster entry that makes the invitation known. It holds no secret.
    #[must_use]
    pub fn entry(&self) -> Body {
        Body::Invitation(self.invited())
    }

    /// The text to hand over: `HL1-` and groups of five.
    #[must_use]
    pub fn to_text(&self) -> String {
        write(Kind::Invitation, &(&self.terms, &self.signature))
    }

    /// Reads a text that was scanned, pasted or typed.
    ///
    /// # Errors
    /// Says whether it is no such text, the other kind, of another version, or mistyped.
    pub fn from_text(text: &str) -> Result<Self, TextError> {
        let (terms, signature): (Terms, Signature) = read(Kind::Invitation, text)?;
        let within = terms.label.len() <= MAX_TEXT
            && terms.relay.addresses.len() <= MAX_RELAYS
            && terms.relay.addresses.iter().all(|address| address.len() <= MAX_TEXT);
        if within { Ok(Self { terms, signature }) } else { Err(TextError::WrongVersion) }
    }

    /// Checks against the roster that the province's desk made it and that it says there what it says here.
    ///
    /// # Errors
    /// [`TextError::BadSignature`] when not; nobody should go on with such a text.
    pub fn verify(&self, roster: &Roster) -> Result<(), TextError> {
        let statement = self.terms.statement();
        let signed = roster.desks().any(|desk| verify(&desk, &statement, &self.signature));
        let same = roster.invitation(&self.id()).is_none_or(|known| *known == self.invited());
        if signed && same { Ok(()) } else { Err(TextError::BadSignature) }
    }

    /// Checks the expiry by the relay's time, which is the only one that counts.
    ///
    /// # Errors
    /// [`TextError::Expired`] after its last moment.
    pub fn check_fresh(&self, relay_now: Timestamp) -> Result<(), TextError> {
        if relay_now > self.terms.expires { Err(TextError::Expired) } else { Ok(()) }
    }

    /// Signs a device's key with the one-time key.
    #[must_use]
    pub fn join(&self, device: DeviceId, at: Timestamp) -> Join {
        Join::sign(self.terms.province, device, at, &self.terms.one_time())
    }

    /// Its name in the roster.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        InvitationId::of(&self.terms.one_time().id())
    }

    /// The relay to call.
    #[must_use]
    pub fn relay(&self) -> &RelayAt {
        &self.terms.relay
    }

    /// What the roster must begin with.
    #[must_use]
    pub fn anchor(&self) -> Anchor {
        self.terms.anchor
    }

    /// The province's own collection.
    #[must_use]
    pub fn province(&self) -> CollectionId {
        self.terms.province
    }

    /// What it allows, as the roster says it: collection, side, letter, label, expiry.
    #[must_use]
    pub fn invited(&self) -> Invited {
        let terms = &self.terms;
        Invited {
            key: terms.one_time().id(),
            collection: terms.collection,
            side: terms.side,
            letter: terms.letter,
            label: terms.label.clone(),
            expires: terms.expires,
        }
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation").field("invited", &self.invited()).finish_non_exhaustive()
    }
}

/// The order of the fields is part of the format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Terms {
    relay: RelayAt,
    anchor: Anchor,
    province: CollectionId,
    collection: CollectionId,
    side: Side,
    letter: Letter,
    label: String,
    expires: Timestamp,
    secret: [u8; 16],
}

impl Terms {
    fn statement(&self) -> Vec<u8> {
        let bytes = postcard::to_stdvec(self).expect("terms hold nothing postcard cannot write");
        statement("invitation", &[&bytes])
    }

    /// Sixteen bytes are enough to be unguessable and spare a line of typing.
    fn one_time(&self) -> DeviceKey {
        DeviceKey::from_seed(sha256(&statement("one-time key", &[&self.secret])))
    }
}
