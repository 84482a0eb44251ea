//! Lines between machines: what QUIC gives, and what weather takes.
//!
//! Frames of one class keep their order, classes overtake each other. A cut drops the connection with everything
//! under way; each side learns of it some time later. A caller that was here before sends its first frames early:
//! the relay may refuse them, and somebody may have kept a copy to send again.

use std::collections::BTreeMap;

use hopluu_model::Tick;
use hopluu_wire::Class;

use crate::dice::Dice;
use crate::peer::PeerId;

/// What becomes of frames sent before the handshake is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Early {
    /// There are none: the caller is new, or long away.
    None,
    /// They are taken.
    Taken,
    /// They are thrown away.
    Refused,
}

/// Which end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Caller,
    Listener,
}

/// How an end of a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// Not told of it yet.
    Coming,
    /// Told that it is up.
    Up,
    /// Has said goodbye; it hears nothing more but the end.
    Closing,
    /// Told that it is over.
    Over,
}

pub(crate) struct Conn {
    pub(crate) caller: PeerId,
    pub(crate) listener: PeerId,
    pub(crate) early: Early,
    pub(crate) dialled: Tick,
    pub(crate) latency: u64,
    pub(crate) is_alive: bool,
    pub(crate) stands: [Stand; 2],
    /// A copy of a caller's early frames, sent by somebody else.
    pub(crate) is_replay: bool,
    /// What the caller sent early, for who listens on the way.
    pub(crate) overheard: Vec<Vec<u8>>,
    lanes: [[Lane; 3]; 2],
}

#[derive(Default, Clone, Copy)]
struct Lane {
    departed: Tick,
    arrived: Tick,
}

/// When a frame leaves the queue of its sender, and when it arrives.
pub(crate) struct Passage {
    pub(crate) leaves: Tick,
    pub(crate) arrives: Tick,
}

impl Conn {
    pub(crate) fn new(caller: PeerId, listener: PeerId, early: Early, (dialled, latency): (Tick, u64)) -> Self {
        Self {
            caller,
            listener,
            early,
            dialled,
            latency,
            is_alive: true,
            stands: [Stand::Coming; 2],
            is_replay: false,
            overheard: Vec::new(),
            lanes: [[Lane::default(); 3]; 2],
        }
    }

    pub(crate) fn peer(&self, end: End) -> PeerId {
        match end {
            End::Caller => self.caller,
            End::Listener => self.listener,
        }
    }

    pub(crate) fn end_of(&self, peer: PeerId) -> End {
        if self.caller == peer { End::Caller } else { End::Listener }
    }

    pub(crate) fn stand(&self, end: End) -> Stand {
        self.stands[end as usize]
    }

    pub(crate) fn set(&mut self, end: End, stand: Stand) {
        self.stands[end as usize] = stand;
    }

    /// When the caller knows that the handshake is complete.
    pub(crate) fn complete(&self) -> Tick {
        self.dialled.plus(2 * self.latency)
    }

    /// When the listener knows it.
    pub(crate) fn proven(&self) -> Tick {
        self.dialled.plus(3 * self.latency)
    }

    /// When an end is told that the line is up.
    pub(crate) fn up_at(&self, end: End) -> Tick {
        match (end, self.early) {
            (End::Caller, Early::None) => self.complete(),
            (End::Caller, Early::Taken | Early::Refused) => self.dialled,
            (End::Listener, Early::Taken) => self.dialled.plus(self.latency),
            (End::Listener, Early::None | Early::Refused) => self.proven(),
        }
    }

    /// Finds out when a frame passes; 200 bytes a millisecond.
    pub(crate) fn pass(&mut self, end: End, class: Class, (now, bytes): (Tick, usize), dice: &mut Dice) -> Passage {
        let other = match end {
            End::Caller => End::Listener,
            End::Listener => End::Caller,
        };
        let soonest = self.up_at(other);
        let late = dice.within(0, if class == Class::Control { 30 } else { 400 });
        let lane = &mut self.lanes[end as usize][class as usize];
        lane.departed = lane.departed.max(now).plus(bytes as u64 / 200);
        lane.arrived = lane.arrived.max(lane.departed.plus(self.latency + late)).max(soonest);
        Passage { leaves: lane.departed, arrives: lane.arrived }
    }
}

/// The line of one office.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) is_cut: bool,
    /// One way, in milliseconds.
    pub(crate) latency: u64,
    /// How often in a hundred dials early data is refused.
    pub(crate) refused_percent: u64,
    /// How often in a hundred dials early data is sent again by somebody else.
    pub(crate) replayed_percent: u64,
}

impl Default for Link {
    fn default() -> Self {
        Self { is_cut: false, latency: 40, refused_percent: 0, replayed_percent: 0 }
    }
}

/// All lines of the world.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) conns: BTreeMap<u64, Conn>,
    pub(crate) links: BTreeMap<PeerId, Link>,
    next: u64,
}

impl Lines {
    pub(crate) fn link(&mut self, peer: PeerId) -> &mut Link {
        self.links.entry(peer).or_default()
    }

    pub(crate) fn add(&mut self, conn: Conn) -> u64 {
        self.next += 1;
        self.conns.insert(self.next, conn);
        self.next
    }

    /// The connections of a peer that still carry something.
    pub(crate) fn of(&self, peer: PeerId) -> Vec<u64> {
        let of = |(id, conn): (&u64, &Conn)| {
            (conn.is_alive && (conn.caller == peer || conn.listener == peer)).then_some(*id)
        };
        self.conns.iter().filter_map(of).collect()
    }
}
