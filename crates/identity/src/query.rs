//! Questions to the roster.

use hopluu_model::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, Side, Tip};

use crate::entry::{Enrolled, InvitationId, Invited};
use crate::key::prefix_of;
use crate::ledger::{Collection, Province};
use crate::letter::Letter;
use crate::roster::Roster;

impl Roster {
    /// The province, once anything is held.
    #[must_use]
    pub fn province(&self) -> Option<&Province> {
        self.ledger.province.as_ref()
    }

    /// The key of the desk in force.
    #[must_use]
    pub fn desk(&self) -> Option<DeviceId> {
        self.ledger.desk()
    }

    /// Whether this key was ever the desk's; old receipts and invitations stay good.
    #[must_use]
    pub fn was_desk(&self, key: &DeviceId) -> bool {
        self.ledger.desks.iter().any(|(_, desk)| desk == key)
    }

    /// All desks so far, the one in force last.
    pub fn desks(&self) -> impl Iterator<Item = DeviceId> {
        self.ledger.desks.iter().map(|(_, desk)| *desk)
    }

    /// A confirmed device, revoked or not.
    #[must_use]
    pub fn device(&self, device: &DeviceId) -> Option<&Enrolled> {
        self.ledger.devices.get(device)
    }

    /// The confirmed device whose actors begin with these bytes.
    #[must_use]
    pub fn device_by_prefix(&self, prefix: &[u8; 8]) -> Option<&Enrolled> {
        self.device(self.ledger.prefixes.get(prefix)?)
    }

    /// All confirmed devices, revoked ones included, by key.
    pub fn devices(&self) -> impl Iterator<Item = &Enrolled> {
        self.ledger.devices.values()
    }

    /// The side of a confirmed device's actor, revoked or not.
    #[must_use]
    pub fn side_of_actor(&self, actor: &ActorId) -> Option<Side> {
        self.device_by_prefix(&prefix_of(actor)).map(|device| device.side)
    }

    /// All communes' collections, by id.
    pub fn collections(&self) -> impl Iterator<Item = (&CollectionId, &Collection)> {
        self.ledger.collections.iter()
    }

    /// A commune's collection.
    #[must_use]
    pub fn collection(&self, id: &CollectionId) -> Option<&Collection> {
        self.ledger.collections.get(id)
    }

    /// The collection of the commune with this official code.
    #[must_use]
    pub fn commune_collection(&self, code: &str) -> Option<CollectionId> {
        let mut collections = self.ledger.collections.iter();
        collections.find(|(_, collection)| collection.commune_code == code).map(|(id, _)| *id)
    }

    /// Years in which issues may be born, ascending.
    pub fn open_years(&self) -> impl DoubleEndedIterator<Item = u16> {
        self.ledger.years.iter().copied()
    }

    /// Whether issues may be born in this year.
    #[must_use]
    pub fn is_open(&self, year: u16) -> bool {
        self.ledger.years.contains(&year)
    }

    /// What an invitation allows, used or not.
    #[must_use]
    pub fn invitation(&self, id: &InvitationId) -> Option<&Invited> {
        self.ledger.invitations.get(id).map(|state| &state.invited)
    }

    /// The confirmed device that used an invitation up.
    #[must_use]
    pub fn used_by(&self, id: &InvitationId) -> Option<DeviceId> {
        self.ledger.invitations.get(id)?.used_by
    }

    /// Invitations that nobody confirmed has used and that were not withdrawn, expired ones included.
    pub fn open_invitations(&self) -> impl Iterator<Item = &Invited> {
        let states = self.ledger.invitations.values();
        states.filter(|state| state.used_by.is_none() && !state.withdrawn).map(|state| &state.invited)
    }

    /// Whether an invitation was withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self, id: &InvitationId) -> bool {
        self.ledger.invitations.get(id).is_some_and(|state| state.withdrawn)
    }

    /// Whether a device, confirmed or not, is revoked.
    #[must_use]
    pub fn is_revoked(&self, device: &DeviceId) -> bool {
        self.ledger.revoked.contains_key(device)
    }

    /// Why a device was revoked.
    #[must_use]
    pub fn revocation_reason(&self, device: &DeviceId) -> Option<&str> {
        self.ledger.revoked.get(device).map(|cut| cut.reason.as_str())
    }

    /// The last change of a revoked device's chain that counts; `None` when none does or it is not revoked.
    #[must_use]
    pub fn cut(&self, device: &DeviceId, doc: &DocId, actor: &ActorId) -> Option<Tip> {
        self.ledger.revoked.get(device)?.tips.get(&(*doc, *actor)).copied()
    }

    /// The change that a ruling kept of a fork.
    #[must_use]
    pub fn ruling(&self, doc: &DocId, actor: &ActorId, seq: u64) -> Option<ChangeHash> {
        self.ledger.rulings.get(&(*doc, *actor, seq)).copied()
    }

    /// The relays in use with their addresses, by key.
    pub fn relays(&self) -> impl Iterator<Item = (&DeviceId, &[String])> {
        let relays = self.ledger.relays.iter().filter(|(_, addresses)| !addresses.is_empty());
        relays.map(|(key, addresses)| (key, addresses.as_slice()))
    }

    /// Letters ever given in a collection, by invitation or enrolment, ascending.
    pub fn letters(&self, collection: &CollectionId) -> impl Iterator<Item = Letter> {
        self.ledger.letters.get(collection).into_iter().flatten().copied()
    }

    /// The letter for the next invitation to a collection; it was never given before.
    #[must_use]
    pub fn next_letter(&self, collection: &CollectionId) -> Letter {
        self.ledger.next_letter(collection)
    }

    /// Number of entries this program does not understand; above 0 it should be updated.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.ledger.unread
    }
}
