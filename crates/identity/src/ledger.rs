//! What the roster's entries add up to.
//!
//! Folding is total and only ever adds: an entry under a good signature is never refused for what it says,
//! it takes effect as far as the rules allow (first device with a key, first ruling of a fork, highest cut).
//! So programs of different age never get stuck on one another's entries. The desk itself does not write
//! entries without effect: [`Ledger::fault`] tells it before.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, Side, Tip};

use crate::entry::{Body, CutAt, Enrolled, Founding, InvitationId, Invited};
use crate::key::actor_prefix;
use crate::letter::Letter;
use crate::refusal::Fault;
use crate::root::root_hash;

/// A commune's collection as the roster describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Official code of the commune, with leading zeros.
    pub commune_code: String,
    /// Name of the commune.
    pub name: String,
}

/// The province as it was founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// Official code, with leading zeros.
    pub code: String,
    /// Name.
    pub name: String,
    /// The province's own collection.
    pub collection: CollectionId,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) reason: String,
    pub(crate) tips: BTreeMap<(DocId, ActorId), Tip>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvitationState {
    pub(crate) invited: Invited,
    pub(crate) used_by: Option<DeviceId>,
    pub(crate) withdrawn: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) province: Option<Province>,
    /// Roots in force one after the other, each with the promise of the next.
    pub(crate) roots: Vec<(DeviceId, [u8; 32])>,
    /// Desks in force, each with the version from which on.
    pub(crate) desks: Vec<(u64, DeviceId)>,
    pub(crate) relays: BTreeMap<DeviceId, Vec<String>>,
    pub(crate) collections: BTreeMap<CollectionId, Collection>,
    pub(crate) years: BTreeSet<u16>,
    pub(crate) invitations: BTreeMap<InvitationId, InvitationState>,
    pub(crate) devices: BTreeMap<DeviceId, Enrolled>,
    pub(crate) prefixes: BTreeMap<[u8; 8], DeviceId>,
    pub(crate) letters: BTreeMap<CollectionId, BTreeSet<Letter>>,
    pub(crate) revoked: BTreeMap<DeviceId, Cut>,
    pub(crate) rulings: BTreeMap<(DocId, ActorId, u64), ChangeHash>,
    pub(crate) unread: u64,
}

impl Ledger {
    pub(crate) fn desk(&self) -> Option<DeviceId> {
        self.desks.last().map(|(_, desk)| *desk)
    }

    pub(crate) fn root(&self) -> Option<DeviceId> {
        self.roots.last().map(|(root, _)| *root)
    }

    pub(crate) fn province_collection(&self) -> Option<CollectionId> {
        self.province.as_ref().map(|province| province.collection)
    }

    pub(crate) fn next_letter(&self, collection: &CollectionId) -> Letter {
        self.letters.get(collection).and_then(BTreeSet::last).map_or(Letter::FIRST, |last| last.next())
    }

    /// Folds one more body.
    pub(crate) fn fold(&mut self, version: u64, body: &Body) {
        match body {
            Body::Found(founding) => self.found(version, founding),
            Body::Desk { key, label } => self.seat_desk(version, *key, label.clone()),
            Body::NewRoot { root, next_root } => self.roots.push((*root, *next_root)),
            Body::Relay(at) => {
                self.relays.insert(at.key, at.addresses.clone());
            }
            Body::Collection { id, commune_code, name } => {
                let collection = Collection { commune_code: commune_code.clone(), name: name.clone() };
                self.collections.insert(*id, collection);
            }
            Body::OpenYear { year } => {
                self.years.insert(*year);
            }
            Body::Invitation(invited) => self.invite(invited),
            Body::Device(enrolled) => self.enrol(enrolled),
            Body::Withdraw { invitation } => {
                if let Some(state) = self.invitations.get_mut(invitation) {
                    state.withdrawn = true;
                }
            }
            Body::Revoke { device, cut, reason } => self.revoke(*device, cut, reason),
            Body::Ruling { doc, actor, seq, keep } => {
                self.rulings.entry((*doc, *actor, *seq)).or_insert(*keep);
            }
        }
    }

    /// Says why the desk should not append this body.
    pub(crate) fn fault(&self, body: &Body) -> Option<Fault> {
        if !body.within_limits() {
            return Some(Fault::TooLong);
        }
        match body {
            Body::Found(_) => Some(Fault::Founding),
            Body::NewRoot { root, .. } => {
                let promised = self.roots.last().is_some_and(|(_, promise)| *promise == root_hash(root));
                (!promised).then_some(Fault::NotPromised)
            }
            Body::Desk { key, .. } => match self.devices.get(key) {
                Some(device) => (device.side != Side::Province).then_some(Fault::WrongSide),
                None => self.known_prefix(key).then_some(Fault::DeviceThere),
            },
            Body::Collection { id, .. } => {
                (self.province_collection() == Some(*id)).then_some(Fault::UnknownCollection)
            }
            Body::Invitation(invited) => self.invitation_fault(invited),
            Body::Device(enrolled) => self.device_fault(enrolled),
            Body::Withdraw { invitation } => {
                let usable = self.invitations.get(invitation).is_some_and(|state| state.used_by.is_none());
                (!usable).then_some(Fault::InvitationUnfit)
            }
            Body::Revoke { device, cut, .. } => self.revoke_fault(device, cut),
            Body::Ruling { doc, actor, seq, .. } => {
                self.rulings.contains_key(&(*doc, *actor, *seq)).then_some(Fault::Decided)
            }
            Body::Relay(_) | Body::OpenYear { .. } => None,
        }
    }

    /// Whether a device with this key's actor prefix is there.
    pub(crate) fn known_prefix(&self, key: &DeviceId) -> bool {
        self.prefixes.contains_key(&actor_prefix(key))
    }

    fn found(&mut self, version: u64, founding: &Founding) {
        self.province = Some(Province {
            code: founding.province_code.clone(),
            name: founding.name.clone(),
            collection: founding.collection,
        });
        self.roots.push((founding.root, founding.next_root));
        self.relays.extend(founding.relays.iter().map(|relay| (relay.key, relay.addresses.clone())));
        self.seat_desk(version, founding.desk, founding.name.clone());
    }

    fn seat_desk(&mut self, version: u64, key: DeviceId, label: String) {
        self.desks.push((version, key));
        let Some(collection) = self.province_collection() else { return };
        let letter = self.next_letter(&collection);
        self.enrol(&Enrolled { key, collection, side: Side::Province, letter, label, invitation: None });
    }

    fn invite(&mut self, invited: &Invited) {
        self.letters.entry(invited.collection).or_default().insert(invited.letter);
        let state = InvitationState { invited: invited.clone(), used_by: None, withdrawn: false };
        self.invitations.entry(invited.id()).or_insert(state);
    }

    fn enrol(&mut self, enrolled: &Enrolled) {
        if self.devices.contains_key(&enrolled.key) || self.known_prefix(&enrolled.key) {
            return;
        }
        self.letters.entry(enrolled.collection).or_default().insert(enrolled.letter);
        self.prefixes.insert(actor_prefix(&enrolled.key), enrolled.key);
        if let Some(state) = enrolled.invitation.and_then(|id| self.invitations.get_mut(&id)) {
            state.used_by.get_or_insert(enrolled.key);
        }
        self.devices.insert(enrolled.key, enrolled.clone());
    }

    fn revoke(&mut self, device: DeviceId, cut: &[CutAt], reason: &str) {
        let standing = self.revoked.entry(device).or_default();
        if standing.reason.is_empty() {
            reason.clone_into(&mut standing.reason);
        }
        for CutAt { doc, actor, tip } in cut {
            let held = standing.tips.entry((*doc, *actor)).or_insert(*tip);
            if tip.seq > held.seq {
                *held = *tip;
            }
        }
    }

    fn side_fits(&self, side: Side, collection: &CollectionId) -> Option<Fault> {
        let of_province = self.province_collection() == Some(*collection);
        match side {
            Side::Province => (!of_province).then_some(Fault::WrongSide),
            Side::Commune if of_province => Some(Fault::WrongSide),
            Side::Commune => (!self.collections.contains_key(collection)).then_some(Fault::UnknownCollection),
        }
    }

    fn letter_taken(&self, collection: &CollectionId, letter: Letter) -> bool {
        self.letters.get(collection).is_some_and(|letters| letters.contains(&letter))
    }

    fn invitation_fault(&self, invited: &Invited) -> Option<Fault> {
        if self.invitations.contains_key(&invited.id()) {
            return Some(Fault::InvitationThere);
        }
        self.side_fits(invited.side, &invited.collection)
            .or_else(|| self.letter_taken(&invited.collection, invited.letter).then_some(Fault::LetterTaken))
    }

    fn device_fault(&self, enrolled: &Enrolled) -> Option<Fault> {
        if self.known_prefix(&enrolled.key) {
            return Some(Fault::DeviceThere);
        }
        if let Some(fault) = self.side_fits(enrolled.side, &enrolled.collection) {
            return Some(fault);
        }
        let Some(id) = enrolled.invitation else {
            return self.letter_taken(&enrolled.collection, enrolled.letter).then_some(Fault::LetterTaken);
        };
        let fits = self.invitations.get(&id).is_some_and(|state| {
            let invited = &state.invited;
            let same = (invited.collection, invited.side, invited.letter)
                == (enrolled.collection, enrolled.side, enrolled.letter);
            same && !state.withdrawn && state.used_by.is_none()
        });
        (!fits).then_some(Fault::InvitationUnfit)
    }

    fn revoke_fault(&self, device: &DeviceId, cut: &[CutAt]) -> Option<Fault> {
        if self.desk() == Some(*device) {
            return Some(Fault::DeskRevoked);
        }
        let standing = self.revoked.get(device)?;
        let lowers = |at: &CutAt| {
            let held = standing.tips.get(&(at.doc, at.actor));
            held.is_some_and(|held| at.tip.seq < held.seq || (at.tip.seq == held.seq && at.tip != *held))
        };
        cut.iter().any(lowers).then_some(Fault::CutLowered)
    }
}
