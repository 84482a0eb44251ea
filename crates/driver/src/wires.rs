//! Between the machine's words and the lines: numbers, addresses, and goodbyes that arrive.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use hopluu_mailbox::Input;
use hopluu_model::{DeviceId, Tick};
use hopluu_sync::ConnId as Number;
use hopluu_transport::{ConnId, DownCause, DownReason, Event, Lines};

/// Told to a peer whose connection is dropped because the store failed.
const RECOVERING: u64 = 0x100;

/// One connection as the driver sees it.
enum Wire {
    /// Nobody has answered yet.
    Dialling { relay: DeviceId },
    /// The machine knows of it.
    Up {
        /// Whom we dialled, until the handshake is complete.
        unconfirmed: Option<DeviceId>,
    },
    /// The machine is through with it, and its last frames are on their way.
    Closing { at: Tick, code: u64, text: String },
    /// The lines were told to close it; its end is still to be heard, once.
    Closed,
    /// The machine has never heard of it, or no longer knows it.
    Dropped,
}

/// All connections, and how to make more.
pub(crate) struct Wires {
    lines: Lines,
    wires: BTreeMap<ConnId, Wire>,
    /// Dials of a relay that came to nothing: of several addresses another one is then tried.
    failures: HashMap<DeviceId, usize>,
}

impl Wires {
    pub(crate) fn new(lines: Lines) -> Self {
        Self { lines, wires: BTreeMap::new(), failures: HashMap::new() }
    }

    /// Puts an event into the machine's words; `None` when it is nothing to the machine.
    pub(crate) fn read(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Up { conn, peer, early: _ } => self.up(conn, peer),
            Event::Confirmed { conn } => {
                let Some(Wire::Up { unconfirmed }) = self.wires.get_mut(&conn) else { return None };
                *unconfirmed = None;
                Some(Input::Confirmed { conn: number(conn) })
            }
            Event::EarlyRejected { conn } => self.is_up(conn).then_some(Input::EarlyRejected { conn: number(conn) }),
            Event::Frame { conn, class: _, early, bytes } => {
                self.is_up(conn).then_some(Input::Frame { conn: number(conn), bytes, early })
            }
            Event::Drained { conn, class, bytes } => {
                self.is_up(conn).then_some(Input::Drained { conn: number(conn), class, bytes })
            }
            Event::Down { conn, reason } => self.down(conn, &reason),
        }
    }

    /// Dials a relay at one of its addresses, and gives up dials of it that nobody has answered yet. `None` when a dial
    /// is under way, else what the machine must be told.
    pub(crate) fn dial(&mut self, relay: DeviceId, addresses: &[String]) -> Option<Input> {
        for (conn, wire) in &mut self.wires {
            if matches!(wire, Wire::Dialling { relay: other } if *other == relay) {
                self.lines.close(*conn, 0, "dialled anew");
                *wire = Wire::Dropped;
            }
        }
        let failures = self.failures.get(&relay).copied().unwrap_or_default();
        let Some(address) = pick(addresses, failures) else {
            tracing::warn!(relay = %relay.short(), "no address of this relay is known");
            return Some(Input::Down { conn: None });
        };
        let conn = self.lines.dial(address, relay);
        tracing::debug!(%conn, relay = %relay.short(), address, "dialling");
        self.wires.insert(conn, Wire::Dialling { relay });
        None
    }

    pub(crate) fn send(&mut self, conn: Number, class: u8, bytes: Vec<u8>) {
        let conn = ConnId(conn.0);
        if !self.is_up(conn) {
            return;
        }
        if let Err(error) = self.lines.send(conn, class, bytes) {
            tracing::error!(%conn, %error, "a frame of ours was refused");
        }
    }

    /// Ends a connection once the frames before had a chance to leave: closing throws away what is under way, and
    /// the last frame says why.
    pub(crate) fn close(&mut self, now: Tick, conn: Number, code: u8, text: String) {
        let conn = ConnId(conn.0);
        if let Some(wire @ Wire::Up { .. }) = self.wires.get_mut(&conn) {
            let rtt = self.lines.stats(conn).map_or(Duration::ZERO, |stats| stats.rtt);
            *wire = Wire::Closing { at: now.plus(grace_ms(rtt)), code: code.into(), text };
        }
    }

    /// When the next connection is to be closed.
    pub(crate) fn next_close(&self) -> Option<Tick> {
        let due = |wire: &Wire| if let Wire::Closing { at, .. } = wire { Some(*at) } else { None };
        self.wires.values().filter_map(due).min()
    }

    /// Closes what had its chance.
    pub(crate) fn close_due(&mut self, now: Tick) {
        for (conn, wire) in &mut self.wires {
            if let Wire::Closing { at, code, text } = wire
                && *at <= now
            {
                self.lines.close(*conn, *code, text);
                *wire = Wire::Closed;
            }
        }
    }

    /// Ends everything at once; the machine will not hear of these connections again.
    pub(crate) fn drop_all(&mut self) {
        for (conn, wire) in &mut self.wires {
            self.lines.close(*conn, RECOVERING, "the store failed; come again");
            *wire = Wire::Dropped;
        }
    }

    /// Turns away whoever comes while the store cannot be used.
    pub(crate) fn turn_away(&mut self, event: &Event) {
        match event {
            Event::Up { conn, .. } => {
                self.wires.insert(*conn, Wire::Dropped);
                self.lines.close(*conn, RECOVERING, "the store failed; come again");
            }
            Event::Down { conn, .. } => {
                self.wires.remove(conn);
            }
            Event::Confirmed { .. } | Event::EarlyRejected { .. } | Event::Frame { .. } | Event::Drained { .. } => {}
        }
    }

    fn up(&mut self, conn: ConnId, peer: DeviceId) -> Option<Input> {
        let unconfirmed = match self.wires.get(&conn) {
            None => None,
            Some(Wire::Dialling { relay }) => Some(*relay),
            Some(Wire::Up { .. } | Wire::Closing { .. } | Wire::Closed | Wire::Dropped) => return None,
        };
        self.wires.insert(conn, Wire::Up { unconfirmed });
        Some(Input::Up { conn: number(conn), peer })
    }

    fn down(&mut self, conn: ConnId, reason: &DownReason) -> Option<Input> {
        let (input, unanswered) = match self.wires.remove(&conn)? {
            Wire::Dialling { relay } => (Input::Down { conn: None }, Some(relay)),
            Wire::Up { unconfirmed } => (Input::Down { conn: Some(number(conn)) }, unconfirmed),
            Wire::Closing { .. } | Wire::Closed => (Input::Down { conn: Some(number(conn)) }, None),
            Wire::Dropped => return None,
        };
        if let Some(relay) = unanswered {
            *self.failures.entry(relay).or_default() += 1;
            if reason.cause == DownCause::Refused {
                tracing::warn!(relay = %relay.short(), %reason, "whoever answers there is not this relay");
            }
        }
        Some(input)
    }

    fn is_up(&self, conn: ConnId) -> bool {
        matches!(self.wires.get(&conn), Some(Wire::Up { .. }))
    }
}

fn number(conn: ConnId) -> Number {
    Number(conn.0)
}

/// Each failure moves on to the next address, and each round begins one later: the lines turn the addresses behind a
/// host name by the same count, and every pair must have its turn.
fn pick(addresses: &[String], failures: usize) -> Option<&str> {
    let count = addresses.len();
    let index = (failures + failures.checked_div(count)?).checked_rem(count)?;
    addresses.get(index).map(String::as_str)
}

/// A frame needs half a round trip; twice that again in case it is lost once.
fn grace_ms(rtt: Duration) -> u64 {
    let ms = u64::try_from(rtt.as_millis()).unwrap_or(u64::MAX);
    ms.saturating_mul(3).saturating_add(100).clamp(250, 3_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_meets_every_count_of_the_lines() {
        let addresses: Vec<String> = ["a", "b", "c"].map(String::from).into();
        for hosts in 1..=3 {
            let mut pairs = std::collections::BTreeSet::new();
            for failures in 0..18 {
                pairs.insert((pick(&addresses, failures), failures % hosts));
            }
            assert_eq!(pairs.len(), 3 * hosts);
        }
        assert_eq!(pick(&[], 7), None);
    }

    #[test]
    fn a_goodbye_gets_time_but_not_forever() {
        assert_eq!(grace_ms(Duration::ZERO), 250);
        assert_eq!(grace_ms(Duration::from_millis(600)), 1_900);
        assert_eq!(grace_ms(Duration::MAX), 3_000);
    }
}
