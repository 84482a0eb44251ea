//! When each device was last heard, for whoever looks after the relay.

use std::collections::{BTreeMap, HashMap};

use hopluu_mailbox::Input;
use hopluu_model::{DeviceId, Timestamp};
use hopluu_sync::ConnId;
use hopluu_wire::Frame;

/// What is known of a device since the program's start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Connections now.
    pub(crate) connections: usize,
    /// When it last said something, by this machine's clock.
    pub(crate) at: Timestamp,
    /// Edits that waited there at its last greeting.
    pub(crate) backlog: u32,
    /// The version of its program.
    pub(crate) program: String,
}

#[derive(Debug)]
struct Visit {
    device: DeviceId,
    /// Until the handshake is complete everything may be a replay.
    is_confirmed: bool,
    greeting: Option<(u32, String)>,
    at: Timestamp,
}

/// Everyone who is here, and everyone of the roster who was.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    visits: HashMap<ConnId, Visit>,
    gone: BTreeMap<DeviceId, Seen>,
}

impl Presence {
    /// Looks at what the machine is told. `is_known` says whether a device is worth remembering once it has gone.
    pub(crate) fn see(&mut self, wall: Timestamp, input: &Input, is_known: impl FnOnce(&DeviceId) -> bool) {
        match input {
            Input::Up { conn, peer } => {
                let visit = Visit { device: *peer, is_confirmed: false, greeting: None, at: wall };
                self.visits.insert(*conn, visit);
            }
            Input::Confirmed { conn } => {
                if let Some(visit) = self.visits.get_mut(conn) {
                    visit.is_confirmed = true;
                    visit.at = wall;
                }
            }
            Input::Frame { conn, bytes, .. } => {
                if let Some(visit) = self.visits.get_mut(conn) {
                    visit.at = wall;
                    if visit.greeting.is_none()
                        && let Ok(Frame::Hello(hello)) = Frame::decode(bytes)
                    {
                        visit.greeting = Some((hello.backlog, hello.program));
                    }
                }
            }
            Input::Down { conn: Some(conn) } => {
                if let Some(visit) = self.visits.remove(conn)
                    && visit.is_confirmed
                    && is_known(&visit.device)
                {
                    note(self.gone.entry(visit.device).or_default(), &visit);
                }
            }
            Input::EarlyRejected { .. } | Input::Down { conn: None } | Input::Drained { .. } | Input::Wake => {}
        }
    }

    /// Forgets who is here, as all connections are dropped.
    pub(crate) fn drop_all(&mut self) {
        for (_, visit) in self.visits.drain() {
            if let Some(seen) = self.gone.get_mut(&visit.device) {
                note(seen, &visit);
            }
        }
    }

    /// Connections now, strangers included.
    pub(crate) fn connections(&self) -> usize {
        self.visits.len()
    }

    /// What is known of every device, strangers included.
    pub(crate) fn all(&self) -> BTreeMap<DeviceId, Seen> {
        let mut all = self.gone.clone();
        for visit in self.visits.values().filter(|visit| visit.is_confirmed) {
            let seen = all.entry(visit.device).or_default();
            seen.connections += 1;
            note(seen, visit);
        }
        all
    }
}

fn note(seen: &mut Seen, visit: &Visit) {
    seen.at = seen.at.max(visit.at);
    if let Some((backlog, program)) = &visit.greeting {
        seen.backlog = *backlog;
        seen.program.clone_from(program);
    }
}

#[cfg(test)]
mod tests {
    use hopluu_wire::frame::Hello;

    use super::*;

    fn hello(backlog: u32) -> Vec<u8> {
        let program = "hopluu 0".to_owned();
        let hello =
            Hello { protocol: (1, 1), roster: 0, cursor: None, digest: [0; 16], receipts: [0; 16], backlog, program };
        Frame::Hello(hello).encode()
    }

    #[test]
    fn only_a_complete_handshake_counts_and_strangers_are_forgotten() {
        let (conn, peer) = (ConnId(1), DeviceId([1; 32]));
        let mut presence = Presence::default();
        presence.see(Timestamp(1), &Input::Up { conn, peer }, |_| true);
        presence.see(Timestamp(2), &Input::Frame { conn, bytes: hello(3), early: true }, |_| true);
        assert!(presence.all().is_empty());
        presence.see(Timestamp(3), &Input::Confirmed { conn }, |_| true);
        let seen = Seen { connections: 1, at: Timestamp(3), backlog: 3, program: "hopluu 0".into() };
        assert_eq!(presence.all()[&peer], seen);
        presence.see(Timestamp(9), &Input::Down { conn: Some(conn) }, |_| true);
        assert_eq!(presence.all()[&peer], Seen { connections: 0, ..seen });
        assert_eq!(presence.connections(), 0);

        let (conn, peer) = (ConnId(2), DeviceId([2; 32]));
        presence.see(Timestamp(10), &Input::Up { conn, peer }, |_| false);
        presence.see(Timestamp(10), &Input::Confirmed { conn }, |_| false);
        presence.see(Timestamp(11), &Input::Down { conn: Some(conn) }, |_| false);
        assert!(!presence.all().contains_key(&peer));
    }
}
