//! The devices that are in but not yet confirmed, and how a relay lets them in.

use std::collections::BTreeMap;

use hopluu_model::{DeviceId, Timestamp};

use crate::entry::InvitationId;
use crate::join::{Join, JoinError, ProvisionalDevice};
use crate::key::actor_prefix;
use crate::roster::Roster;

/// A relay's answer to a join that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Welcome {
    /// First on this invitation: keep it on disk, pass it on, then answer.
    New(ProvisionalDevice),
    /// The same device asked before, or is confirmed.
    Again(ProvisionalDevice),
}

/// A relay decides on a join, by its own clock.
///
/// Expiry only hinders the first use: a device that was accepted may ask again at any time.
///
/// # Errors
/// Each reason is its own, see [`JoinError`].
pub fn decide(
    roster: &Roster,
    provisional: &Provisional,
    join: &Join,
    relay_now: Timestamp,
) -> Result<Welcome, JoinError> {
    let device = roster.check_join(join)?;
    if roster.device(&join.device).is_some() {
        return Ok(Welcome::Again(device));
    }
    match provisional.holder(&join.invitation) {
        Some(holder) if holder != join.device => Err(JoinError::Used),
        Some(_) => Ok(Welcome::Again(device)),
        None if roster.invitation(&join.invitation).is_some_and(|invited| invited.expires < relay_now) => {
            Err(JoinError::Expired)
        }
        None => Ok(Welcome::New(device)),
    }
}

/// The devices that joined and are not yet confirmed, beside a roster.
///
/// Of two devices on one invitation the first that was kept stays, until the roster confirms one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisional {
    by_invitation: BTreeMap<InvitationId, ProvisionalDevice>,
    by_prefix: BTreeMap<[u8; 8], InvitationId>,
}

impl Provisional {
    /// Keeps a join if it is good and the first on its invitation. Returns whether anything is new.
    ///
    /// # Errors
    /// See [`Roster::check_join`]; [`JoinError::Used`] when another device was first, and
    /// [`JoinError::DeviceThere`] when the device waits on another invitation.
    pub fn keep(&mut self, roster: &Roster, join: &Join) -> Result<bool, JoinError> {
        let device = roster.check_join(join)?;
        if roster.device(&join.device).is_some() {
            return Ok(false);
        }
        match self.holder(&join.invitation) {
            Some(holder) if holder != join.device => return Err(JoinError::Used),
            Some(_) => return Ok(false),
            None => {}
        }
        let prefix = actor_prefix(&join.device);
        if self.by_prefix.contains_key(&prefix) {
            return Err(JoinError::DeviceThere);
        }
        self.by_prefix.insert(prefix, join.invitation);
        self.by_invitation.insert(join.invitation, device);
        Ok(true)
    }

    /// Who holds an invitation provisionally.
    #[must_use]
    pub fn holder(&self, invitation: &InvitationId) -> Option<DeviceId> {
        self.by_invitation.get(invitation).map(|device| device.join.device)
    }

    /// The waiting device whose actors begin with these bytes, as far as this roster still allows it.
    #[must_use]
    pub fn by_prefix(&self, roster: &Roster, prefix: &[u8; 8]) -> Option<&ProvisionalDevice> {
        let device = self.by_invitation.get(self.by_prefix.get(prefix)?)?;
        let id = &device.join.invitation;
        let superseded = roster.device_by_prefix(prefix).is_some() || roster.used_by(id).is_some();
        (!superseded && !roster.is_withdrawn(id)).then_some(device)
    }

    /// All joins held, to pass on and to write down.
    pub fn joins(&self) -> impl Iterator<Item = &Join> {
        self.by_invitation.values().map(|device| &device.join)
    }

    /// The devices that wait for the desk, as far as this roster still allows them.
    pub fn waiting(&self, roster: &Roster) -> impl Iterator<Item = &ProvisionalDevice> {
        self.by_prefix.keys().filter_map(|prefix| self.by_prefix(roster, prefix))
    }

    /// Forgets what the roster has decided: confirmed devices and those that came second.
    pub fn settle(&mut self, roster: &Roster) {
        self.by_invitation.retain(|id, _| roster.used_by(id).is_none() && !roster.is_withdrawn(id));
        self.by_prefix.retain(|_, id| self.by_invitation.contains_key(id));
    }
}
