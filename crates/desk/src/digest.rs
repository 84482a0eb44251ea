//! How this office's documents stand, and how much each device wrote: for comparing offices.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hopluu_office::OfficeError;
use serde::Serialize;

use crate::{Desk, Refusal};

/// How one document stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocDigest {
    /// Changes held.
    pub changes: u64,
    /// Digest of its clock, in hexadecimal.
    pub digest: String,
}

/// What an office holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// By `collection/document`.
    pub documents: BTreeMap<String, DocDigest>,
    /// Changes of all documents.
    pub changes: u64,
    /// Changes by the beginning of their authors, that is by device, in hexadecimal.
    pub devices: BTreeMap<String, u64>,
    /// This device's own beginning.
    pub own: String,
}

impl Desk {
    /// What this office holds.
    ///
    /// # Errors
    /// When the office cannot answer.
    pub async fn holdings(&self) -> Result<Holdings, Refusal> {
        self.with(|office, _, _| {
            let own = HEXLOWER.encode(&hopluu_identity::actor_prefix(&office.mailbox().trust().device()));
            let mut held = Holdings { documents: BTreeMap::new(), changes: 0, devices: BTreeMap::new(), own };
            let store = office.mailbox().store();
            for doc in store.docs().map_err(OfficeError::from)? {
                let clock = store.clock(&doc).map_err(OfficeError::from)?;
                let (changes, digest) = (clock.len(), HEXLOWER.encode(&hopluu_wire::digest_of_clock(&clock)));
                held.changes += changes;
                held.documents.insert(format!("{}/{}", doc.collection, doc.kind), DocDigest { changes, digest });
                for (actor, tip) in clock.0 {
                    *held.devices.entry(HEXLOWER.encode(&hopluu_identity::prefix_of(&actor))).or_default() += tip.seq;
                }
            }
            Ok(held)
        })
        .await
    }
}
