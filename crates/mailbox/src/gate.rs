//! Who may speak, and what comes before the conversation.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_identity::JoinError;
use hopluu_model::{ActorId, DeviceId, DocId};
use hopluu_sync::ConnId;
use hopluu_wire::frame::Receipt;
use serde::{Deserialize, Serialize};

/// A relay's answer to a join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinAnswer {
    /// The device may speak from now on.
    Welcome,
    /// It may not, with the reason.
    Refused(JoinError),
}

/// So much is kept of what a stranger says until the roster arrives that may name them.
const STRANGER_BYTES: usize = 256 * 1024;

/// So many receipts are kept until the roster arrives that may name their desk: one for each author of a commune.
const EARLY_RECEIPTS: usize = 8_192;

/// One connection and whether its conversation has begun.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) device: DeviceId,
    pub(crate) gate: Gate,
    /// Roster entries that came so far, until the head they belong to is reached.
    pub(crate) roster: Vec<Vec<u8>>,
    /// Chains that a newer roster may let in; asked for again when ours moves.
    pub(crate) waiting: BTreeSet<(DocId, ActorId)>,
    /// Receipts of a desk that no roster held here names yet: the roster travels on its own stream.
    receipts: Vec<Receipt>,
}

#[derive(Debug)]
pub(crate) enum Gate {
    /// The engine knows of it.
    Open,
    /// An office waits for the answer to its join or claim before it says hello.
    Asking,
    /// A relay waits for the roster that may name this device; what it said meanwhile.
    Stranger { frames: Vec<Vec<u8>>, bytes: usize },
}

/// All connections.
#[derive(Debug, Default)]
pub(crate) struct Peers(BTreeMap<ConnId, Peer>);

impl Peers {
    pub(crate) fn insert(&mut self, conn: ConnId, device: DeviceId, gate: Gate) {
        self.0.insert(conn, Peer { device, gate, roster: Vec::new(), waiting: BTreeSet::new(), receipts: Vec::new() });
    }

    pub(crate) fn remove(&mut self, conn: ConnId) -> Option<Peer> {
        self.0.remove(&conn)
    }

    pub(crate) fn get(&mut self, conn: ConnId) -> Option<&mut Peer> {
        self.0.get_mut(&conn)
    }

    pub(crate) fn device(&self, conn: ConnId) -> Option<DeviceId> {
        self.0.get(&conn).map(|peer| peer.device)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (ConnId, &Peer)> {
        self.0.iter().map(|(conn, peer)| (*conn, peer))
    }

    /// Keeps a receipt until the roster moves. Returns whether there was room.
    pub(crate) fn keep_receipt(&mut self, conn: ConnId, receipt: Receipt) -> bool {
        let Some(peer) = self.0.get_mut(&conn) else { return false };
        let room = peer.receipts.len() < EARLY_RECEIPTS;
        if room {
            peer.receipts.push(receipt);
        }
        room
    }

    /// The receipts that wait for a newer roster, by connection; they are forgotten here.
    pub(crate) fn take_receipts(&mut self) -> Vec<(ConnId, Receipt)> {
        let mut all = Vec::new();
        for (conn, peer) in &mut self.0 {
            all.extend(std::mem::take(&mut peer.receipts).into_iter().map(|receipt| (*conn, receipt)));
        }
        all
    }

    /// The chains that wait for a newer roster, by connection; they are forgotten here.
    pub(crate) fn take_waiting(&mut self) -> Vec<(ConnId, DocId, ActorId)> {
        let mut all = Vec::new();
        for (conn, peer) in &mut self.0 {
            all.extend(std::mem::take(&mut peer.waiting).into_iter().map(|(doc, actor)| (*conn, doc, actor)));
        }
        all
    }

    /// Keeps what a stranger says. Returns whether there was room.
    pub(crate) fn keep(&mut self, conn: ConnId, frame: Vec<u8>) -> bool {
        let Some(Peer { gate: Gate::Stranger { frames, bytes }, .. }) = self.0.get_mut(&conn) else { return false };
        *bytes += frame.len();
        if *bytes > STRANGER_BYTES {
            return false;
        }
        frames.push(frame);
        true
    }
}
