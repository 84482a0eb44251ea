//! What only the province desk does: founding, inviting, revoking.

use hopluu_identity::{Body, CutAt, Founding, Invitation, RelayAt, Roster, Wanted, revocations};
use hopluu_model::edit::{AddCommune, Form};
use hopluu_model::{CollectionId, DeviceId, DocId, DocKind, Side, Stamp, Tick, Timestamp};

use crate::error::OfficeError;
use crate::office::Office;

/// Who is invited.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// The form of the commune's own record, when the commune has no collection yet; it names code and name.
    pub commune: AddCommune,
    /// Official code of the commune.
    pub code: String,
    /// Name of the commune, as people say it.
    pub name: String,
    /// Where the office stands.
    pub label: String,
    /// Last moment of use.
    pub expires: Timestamp,
    /// The relay it will call.
    pub relay: RelayAt,
}

/// An invitation that was drawn up. It works once the relay has the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The text to hand over; whoever has it may enrol one machine.
    pub text: String,
    /// The commune's collection.
    pub collection: CollectionId,
    /// The letter the office will have.
    pub letter: String,
}

impl Office {
    /// Founds the province: the first entries of the roster.
    ///
    /// # Errors
    /// When the roster refuses or the store fails.
    pub fn found(
        &mut self,
        now: Tick,
        founding: Founding,
        root: &hopluu_identity::RootKey,
        at: Timestamp,
    ) -> Result<(), OfficeError> {
        let desk = self.mailbox.trust().key();
        let roster = Roster::found(founding, at, root.key(), desk).map_err(hopluu_mailbox::MailboxError::Entry)?;
        self.mailbox.found(roster)?;
        let year = u16::try_from(at.date().year()).unwrap_or(0);
        Ok(self.mailbox.decree(now, &Body::OpenYear { year }, at)?)
    }

    /// Opens a year for new issues.
    ///
    /// # Errors
    /// When this is not the desk or the store fails.
    pub fn open_year(&mut self, now: Tick, year: u16, at: Timestamp) -> Result<(), OfficeError> {
        Ok(self.mailbox.decree(now, &Body::OpenYear { year }, at)?)
    }

    /// Invites one office. A commune's first invitation founds its collection and writes its own record.
    ///
    /// # Errors
    /// When this is not the desk, the roster refuses, or the store fails.
    pub fn invite(&mut self, now: Tick, invitee: Invitee, stamp: Stamp) -> Result<Issued, OfficeError> {
        let at = stamp.at;
        let known = self.mailbox.trust().roster().commune_collection(&invitee.code);
        let collection = match known {
            Some(collection) => collection,
            None => {
                let id = CollectionId(self.actors.draw());
                let body = Body::Collection { id, commune_code: invitee.code.clone(), name: invitee.name.clone() };
                self.mailbox.decree(now, &body, at)?;
                let desk = hopluu_model::edit::Desk {
                    doc: DocId::new(id, DocKind::Register),
                    stamp,
                    side: Side::Province,
                    made_up: false,
                };
                match invitee.commune.edit(&desk) {
                    Ok(edit) => {
                        self.submit(&edit)?;
                    }
                    Err(faults) => tracing::error!(%faults, "the commune's own record cannot be written"),
                }
                id
            }
        };
        let wanted = Wanted { collection, label: invitee.label, expires: invitee.expires, relay: invitee.relay };
        self.issue(now, wanted, at)
    }

    /// Invites a second machine of the province: it sees everything, and can take over from a dead desk.
    ///
    /// # Errors
    /// When this is not the desk, the roster refuses, or the store fails.
    pub fn invite_spare(
        &mut self,
        now: Tick,
        label: String,
        (relay, expires): (RelayAt, Timestamp),
        at: Timestamp,
    ) -> Result<Issued, OfficeError> {
        let province = self.mailbox.trust().roster().province().ok_or(OfficeError::NotFounded)?.collection;
        self.issue(now, Wanted { collection: province, label, expires, relay }, at)
    }

    /// Makes this machine the province's desk, by the recovery words of the root.
    ///
    /// # Errors
    /// When this is no machine of the province, the words are not those of the root in force, or the store fails.
    pub fn take_over(
        &mut self,
        now: Tick,
        root: &hopluu_identity::RootKey,
        label: &str,
        at: Timestamp,
    ) -> Result<(), OfficeError> {
        Ok(self.mailbox.take_over(now, root, label, at)?)
    }

    fn issue(&mut self, now: Tick, wanted: Wanted, at: Timestamp) -> Result<Issued, OfficeError> {
        let (secret, collection) = (self.actors.draw(), wanted.collection);
        let trust = self.mailbox.trust();
        let invitation =
            Invitation::issue(trust.roster(), wanted, secret, trust.key()).ok_or(OfficeError::NotFounded)?;
        let body = invitation.entry();
        let letter = invitation.invited().letter.to_string();
        self.mailbox.decree(now, &body, at)?;
        Ok(Issued { text: invitation.to_text(), collection, letter })
    }

    /// Revokes a device: what this desk holds of it now is all that counts of it from here on.
    ///
    /// # Errors
    /// [`OfficeError::NoDevice`]; when this is not the desk; or the store's failure.
    pub fn revoke(&mut self, now: Tick, device: DeviceId, reason: &str, at: Timestamp) -> Result<(), OfficeError> {
        if !self.devices().iter().any(|row| row.device == device) {
            return Err(OfficeError::NoDevice(device.short()));
        }
        let mut cut = Vec::new();
        for doc in self.mailbox.store().docs()? {
            for (actor, tip) in self.mailbox.store().clock(&doc)?.0 {
                if hopluu_identity::prefix_of(&actor) == hopluu_identity::actor_prefix(&device) {
                    cut.push(CutAt { doc, actor, tip });
                }
            }
        }
        for body in revocations(device, &cut, reason) {
            self.mailbox.decree(now, &body, at)?;
        }
        Ok(())
    }
}
