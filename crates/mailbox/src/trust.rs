//! Whom this machine trusts, and what it may say in its own name.

use hopluu_identity::{
    Admitted, Anchor, DeviceKey, Enrolment, Join, Provisional, Refused, Roster, SignedHead, admit, author,
    may_read_doc, prefix_of, standing,
};
use hopluu_model::{ActorId, DeviceId, DocId, Side, Tip};

/// The roster, the devices that wait for it, this machine's key and how far its own enrolment has got.
pub struct Trust {
    pub(crate) key: DeviceKey,
    pub(crate) roster: Roster,
    pub(crate) provisional: Provisional,
    pub(crate) enrolment: Option<Enrolment>,
    /// Damage may have taken the end of the roster from this machine: until a relay has told its own, a desk that wrote
    /// on would give one number to two entries.
    pub(crate) in_doubt: bool,
}

impl Trust {
    pub(crate) fn new(key: DeviceKey, anchor: Anchor, enrolment: Option<Enrolment>) -> Self {
        Self { key, roster: Roster::new(anchor), provisional: Provisional::default(), enrolment, in_doubt: false }
    }

    /// The province's roster as far as it is known here.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The devices that joined and wait for the desk.
    #[must_use]
    pub fn provisional(&self) -> &Provisional {
        &self.provisional
    }

    /// This machine.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.key.id()
    }

    /// This machine's key.
    #[must_use]
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// How far the enrolment of this machine has got; `None` for relays and the first desk.
    #[must_use]
    pub fn enrolment(&self) -> Option<&Enrolment> {
        self.enrolment.as_ref()
    }

    /// Whether this machine is the desk that may extend the roster.
    #[must_use]
    pub fn is_desk(&self) -> bool {
        self.roster.desk() == Some(self.key.id())
    }

    /// Whether this machine speaks for the province.
    #[must_use]
    pub fn is_province(&self) -> bool {
        self.side_of(&self.key.id()) == Some(Side::Province)
    }

    /// The side of an author, as the roster says; a commune's when it is not known yet.
    #[must_use]
    pub fn side(&self, actor: &ActorId) -> Side {
        author(&self.roster, &self.provisional, actor).map_or(Side::Commune, |(device, _)| device.side)
    }

    /// Whether the roster names the device of an author, or it is this one.
    #[must_use]
    pub fn is_author(&self, actor: &ActorId) -> bool {
        self.author_of(actor).is_some()
    }

    pub(crate) fn side_of(&self, device: &DeviceId) -> Option<Side> {
        standing(&self.roster, &self.provisional, device).map(|(device, _)| device.side)
    }

    pub(crate) fn is_known(&self, device: &DeviceId) -> bool {
        standing(&self.roster, &self.provisional, device).is_some()
    }

    pub(crate) fn may_read(&self, device: &DeviceId, doc: &DocId) -> bool {
        may_read_doc(&self.roster, &self.provisional, device, doc)
    }

    /// This machine writes and reads its own scope from the first moment, before any roster has reached it.
    pub(crate) fn is_mine(&self, device: &DeviceId) -> bool {
        *device == self.key.id()
    }

    pub(crate) fn author_of(&self, actor: &ActorId) -> Option<DeviceId> {
        if self.owns(&self.key.id(), actor) {
            return Some(self.key.id());
        }
        author(&self.roster, &self.provisional, actor).map(|(device, _)| device.key)
    }

    pub(crate) fn admit(&self, doc: &DocId, actor: &ActorId, tip: &Tip) -> Result<Admitted, Refused> {
        admit(&self.roster, &self.provisional, doc, actor, tip)
    }

    /// Whether a refusal still holds: what a roster refused, a newer one may admit.
    pub(crate) fn still_refuses(&self, refused: &hopluu_store::Refused) -> bool {
        let tip = Tip { seq: refused.seq, hash: refused.hash };
        Refused::from_code(refused.reason).is_none() || self.admit(&refused.doc, &refused.actor, &tip).is_err()
    }

    pub(crate) fn owns(&self, device: &DeviceId, actor: &ActorId) -> bool {
        hopluu_identity::actor_prefix(device) == prefix_of(actor)
    }

    /// Takes roster entries as they travel; `None` when they add nothing.
    pub(crate) fn extend(
        &mut self,
        entries: &[Vec<u8>],
        head: &SignedHead,
    ) -> Result<Option<hopluu_identity::Extended>, hopluu_identity::RosterError> {
        let extended = self.roster.extend(entries, head)?;
        self.provisional.settle(&self.roster);
        Ok((extended.to > extended.from).then_some(extended))
    }

    pub(crate) fn joins(&self) -> Vec<&Join> {
        self.provisional.joins().collect()
    }
}
