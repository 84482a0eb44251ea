//! How the office stands, for people and for ops.

use hopluu_model::{CollectionId, DeviceId, Side};
use hopluu_sync::LineState;

use crate::office::Office;

/// How an office stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// This device.
    pub device: DeviceId,
    /// The collection it writes; `None` until the roster names it.
    pub collection: Option<CollectionId>,
    /// Its side, once the roster names it.
    pub side: Option<Side>,
    /// Its office letter.
    pub letter: Option<String>,
    /// Where it stands.
    pub label: Option<String>,
    /// Whether the roster has confirmed it.
    pub confirmed: bool,
    /// Its line.
    pub line: Option<LineState>,
    /// How many of its changes the relay has not acknowledged.
    pub backlog: u64,
    /// Documents held.
    pub documents: usize,
    /// The last record of its journal.
    pub journal: u64,
    /// Version of the roster held.
    pub roster: u64,
}

/// One device of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its key.
    pub device: DeviceId,
    /// Its collection.
    pub collection: CollectionId,
    /// Its side.
    pub side: Side,
    /// Its office letter.
    pub letter: String,
    /// Where it stands.
    pub label: String,
    /// Whether the roster has confirmed it.
    pub confirmed: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Office {
    /// How the office stands now.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let trust = self.mailbox.trust();
        let device = trust.device();
        let known = hopluu_identity::standing(trust.roster(), trust.provisional(), &device);
        Standing {
            device,
            collection: known.map(|(device, _)| device.collection),
            side: known.map(|(device, _)| device.side),
            letter: known.map(|(device, _)| device.letter.to_string()),
            label: known.map(|(device, _)| device.label.clone()),
            confirmed: known.is_some_and(|(_, confirmed)| confirmed),
            line: self.mailbox.standing().line,
            backlog: self.mailbox.backlog(),
            documents: self.mailbox.store().docs().map(|docs| docs.len()).unwrap_or_default(),
            journal: self.mailbox.store().end().number,
            roster: trust.roster().version(),
        }
    }

    /// The devices of the roster, and those that wait for it.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceRow> {
        let trust = self.mailbox.trust();
        let row = |device: &hopluu_identity::Enrolled, confirmed| DeviceRow {
            device: device.key,
            collection: device.collection,
            side: device.side,
            letter: device.letter.to_string(),
            label: device.label.clone(),
            confirmed,
            revoked: trust.roster().is_revoked(&device.key),
        };
        let confirmed = trust.roster().devices().map(|device| row(device, true));
        let waiting = trust.provisional().waiting(trust.roster()).map(|device| row(&device.enrolled, false));
        confirmed.chain(waiting).collect()
    }
}
