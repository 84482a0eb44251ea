//! The links of the roster's chain: whether entries hold together, and what needs the root's hand.

use hopluu_model::DeviceId;

use crate::entry::{Body, RosterEntry, SignedHead, entry_hash, signed_by_root};
use crate::ledger::Ledger;
use crate::refusal::RosterError;
use crate::root::root_hash;

/// One entry as it is held: its bytes and their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: [u8; 32],
}

/// Entries that hold together among themselves.
pub(crate) struct Run {
    pub(crate) links: Vec<(RosterEntry, Link)>,
}

impl Run {
    /// Reads entries; `None` when there are none.
    pub(crate) fn read<E: AsRef<[u8]>>(entries: &[E], have: u64) -> Result<Option<Self>, RosterError> {
        let mut links: Vec<(RosterEntry, Link)> = Vec::with_capacity(entries.len());
        for bytes in entries.iter().map(AsRef::as_ref) {
            let version = links.last().map_or(have, |(entry, _)| entry.version) + 1;
            let entry = RosterEntry::decode(bytes).ok_or(RosterError::Unreadable { version })?;
            match links.last() {
                None if entry.version == 0 => return Err(RosterError::Unreadable { version }),
                None if entry.version > have + 1 => return Err(RosterError::Gap { have }),
                Some((_, last)) if entry.version != version || entry.prev != last.hash => {
                    return Err(RosterError::Broken { version });
                }
                None | Some(_) => {
                    links.push((entry, Link { bytes: bytes.to_vec(), hash: entry_hash(bytes) }));
                }
            }
        }
        Ok(if links.is_empty() { None } else { Some(Self { links }) })
    }

    pub(crate) fn first(&self) -> u64 {
        self.links.first().map_or(0, |(entry, _)| entry.version)
    }

    pub(crate) fn prev(&self) -> [u8; 32] {
        self.links.first().map_or([0; 32], |(entry, _)| entry.prev)
    }

    pub(crate) fn ends_at(&self, head: &SignedHead) -> Result<(), RosterError> {
        let ends =
            self.links.last().is_some_and(|(entry, link)| (entry.version, link.hash) == (head.version, head.hash));
        if ends { Ok(()) } else { Err(RosterError::Broken { version: head.version }) }
    }
}

pub(crate) enum Signing {
    /// The root that the body itself names.
    Itself(DeviceId),
    /// The root in force before the entry.
    InForce,
}

pub(crate) fn signing_root(body: &Body) -> Option<Signing> {
    match body {
        Body::Found(founding) => Some(Signing::Itself(founding.root)),
        Body::NewRoot { root, .. } => Some(Signing::Itself(*root)),
        Body::Desk { .. } => Some(Signing::InForce),
        Body::Relay(_)
        | Body::Collection { .. }
        | Body::OpenYear { .. }
        | Body::Invitation(_)
        | Body::Device(_)
        | Body::Withdraw { .. }
        | Body::Revoke { .. }
        | Body::Ruling { .. } => None,
    }
}

/// The founding comes first and once, and what only a root may do carries its signature.
pub(crate) fn check_root(ledger: &Ledger, version: u64, body: &Body, bytes: &[u8]) -> Result<(), RosterError> {
    if matches!(body, Body::Found(_)) != (version == 1) {
        return Err(RosterError::Foreign);
    }
    let root = match signing_root(body) {
        None => return Ok(()),
        Some(Signing::InForce) => ledger.root(),
        Some(Signing::Itself(root)) => Some(root),
    };
    let promised = if let Body::NewRoot { root, .. } = body {
        ledger.roots.last().is_some_and(|(_, promise)| *promise == root_hash(root))
    } else {
        true
    };
    if promised && root.is_some_and(|root| signed_by_root(bytes, &root)) {
        Ok(())
    } else {
        Err(RosterError::RootSignature { version })
    }
}
