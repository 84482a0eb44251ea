//! What a dialler remembers of earlier handshakes, so that the next one carries frames at once.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// Tickets kept per peer. Each dial uses one up, also a dial into a dead line.
pub(crate) const PER_PEER: usize = 4;

/// A bounded store of TLS 1.3 tickets: the newest [`PER_PEER`] of each peer, each given out once.
pub(crate) struct Tickets {
    max_peers: usize,
    peers: Mutex<HashMap<ServerName<'static>, VecDeque<Tls13ClientSessionValue>>>,
}

impl Tickets {
    /// Remembers tickets of at most `max_peers` peers.
    pub(crate) fn new(max_peers: usize) -> Self {
        Self { max_peers, peers: Mutex::default() }
    }

    /// How many tickets are left for a peer.
    pub(crate) fn left(&self, peer: &ServerName<'static>) -> usize {
        self.lock().get(peer).map_or(0, VecDeque::len)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ServerName<'static>, VecDeque<Tls13ClientSessionValue>>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("peers", &self.lock().len()).finish_non_exhaustive()
    }
}

impl ClientSessionStore for Tickets {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    /// Both ends run this crate, so the first group always fits.
    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, peer: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut peers = self.lock();
        if peers.len() >= self.max_peers && !peers.contains_key(&peer) {
            return;
        }
        let tickets = peers.entry(peer).or_default();
        if tickets.len() >= PER_PEER {
            tickets.pop_front();
        }
        tickets.push_back(ticket);
    }

    fn take_tls13_ticket(&self, peer: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.lock().get_mut(peer)?.pop_back()
    }
}
