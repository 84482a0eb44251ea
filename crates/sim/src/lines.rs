//! Lines between machines: what QUIC gives, and what weather takes.
//!
//! Frames of one class keep their order, classes overtake each other. A cut drops the connection with everything
//! under way; each side learns of it some time later. A caller that was here before sends its first frames early:
//! the relay may refuse them, and somebody may have kept a copy to send again.

use std::collections::BTreeMap;

use hopluu_model::Tick;
use hopluu_wire::Class;

use crate::dice::Dice;
use crate::hazard::Hazard;
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

/// A direct line is given up by both ends when nothing was heard for so long.
pub(crate) const IDLE_MS: u64 = 20_000;
/// Bytes a millisecond of a good line.
const WIDE: u64 = 200;
/// Frames above this do not fit into a packet of the smallest size.
const SMALL_PACKET: usize = 1_200;

pub(crate) struct Conn {
    pub(crate) caller: PeerId,
    pub(crate) listener: PeerId,
    pub(crate) early: Early,
    pub(crate) dialled: Tick,
    pub(crate) latency: u64,
    /// When the listener first hears of the caller.
    hears: Tick,
    /// When the caller knows that the handshake is complete.
    pub(crate) complete: Tick,
    /// When the listener knows it.
    pub(crate) proven: Tick,
    pub(crate) is_alive: bool,
    /// Dialled into nothing: the caller believes in it for a while.
    pub(crate) is_dead: bool,
    pub(crate) stands: [Stand; 2],
    /// A copy of a caller's early frames, sent by somebody else.
    pub(crate) is_replay: bool,
    /// What the caller sent early, for who listens on the way.
    pub(crate) overheard: Vec<Vec<u8>>,
    lanes: [[Lane; 4]; 2],
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
    /// What the weather did to it.
    pub(crate) met: Vec<Hazard>,
}

impl Conn {
    /// Begins a connection; the weather decides how long its handshake takes.
    pub(crate) fn new(
        (caller, listener): (PeerId, PeerId),
        early: Early,
        now: Tick,
        link: &Link,
        dice: &mut Dice,
    ) -> Self {
        let hears = link.passes(End::Caller, now, dice);
        let complete = link.passes(End::Listener, hears, dice);
        let proven = link.passes(End::Caller, complete, dice);
        Self {
            caller,
            listener,
            early,
            dialled: now,
            latency: link.latency,
            hears,
            complete,
            proven,
            is_alive: true,
            is_dead: false,
            stands: [Stand::Coming; 2],
            is_replay: false,
            overheard: Vec::new(),
            lanes: [[Lane::default(); 4]; 2],
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

    /// When an end is told that the line is up.
    pub(crate) fn up_at(&self, end: End) -> Tick {
        match (end, self.early) {
            (End::Caller, Early::None) => self.complete,
            (End::Caller, Early::Taken | Early::Refused) => self.dialled,
            (End::Listener, Early::Taken) => self.hears,
            (End::Listener, Early::None | Early::Refused) => self.proven,
        }
    }

    /// Finds out when a frame passes. Frames of one class keep their order, classes overtake each other.
    pub(crate) fn pass(
        &mut self,
        end: End,
        (class, bytes): (Class, usize),
        (now, link): (Tick, &Link),
        dice: &mut Dice,
    ) -> Passage {
        let soonest = self.up_at(end.other());
        let (mut met, lanes) = (Vec::new(), &mut self.lanes[end as usize]);
        let furthest = lanes.iter().map(|lane| lane.arrived).max().unwrap_or_default();
        // A picture leaves when nothing else waits to leave; nothing else ever waits for one.
        let behind = lanes.iter().map(|lane| lane.departed).max().filter(|_| class == Class::Attachments);
        let lane = &mut lanes[class as usize];
        let free = lane.departed.max(now).max(link.blocked[end as usize]).max(behind.unwrap_or_default());
        lane.departed = free.plus(bytes as u64 / link.bytes_per_ms);
        let spread = dice.within(0, if class == Class::Control { 30 } else { 400 });
        let (lost, hole) = (link.lost(bytes, dice), link.hole(bytes, dice));
        lane.arrived = lane.arrived.max(lane.departed.plus(link.latency + spread + lost + hole)).max(soonest);
        for (hazard, is_met) in [
            (Hazard::Loss, lost > 0),
            (Hazard::MtuHole, hole > 0),
            (Hazard::Delay, link.latency > 1_000),
            (Hazard::ThinLine, link.bytes_per_ms <= 8),
            (Hazard::Reordering, lane.arrived < furthest),
        ] {
            if is_met {
                met.push(hazard);
            }
        }
        Passage { leaves: lane.departed, arrives: lane.arrived, met }
    }
}

impl End {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Caller => Self::Listener,
            Self::Listener => Self::Caller,
        }
    }
}

/// The line of one office.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) is_cut: bool,
    /// It is there for 90 seconds of every hour.
    pub(crate) flaps: bool,
    /// One way, in milliseconds.
    pub(crate) latency: u64,
    pub(crate) bytes_per_ms: u64,
    /// How many of a hundred packets are lost.
    pub(crate) loss_percent: u64,
    /// Packets above the smallest size vanish until the sender has found out.
    pub(crate) has_hole: bool,
    /// Nothing that an end sends passes before this.
    pub(crate) blocked: [Tick; 2],
    /// How often in a hundred dials early data is refused.
    pub(crate) refused_percent: u64,
    /// How often in a hundred dials early data is sent again by somebody else.
    pub(crate) replayed_percent: u64,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            is_cut: false,
            flaps: false,
            latency: 40,
            bytes_per_ms: WIDE,
            loss_percent: 0,
            has_hole: false,
            blocked: [Tick(0); 2],
            refused_percent: 0,
            replayed_percent: 0,
        }
    }
}

impl Link {
    /// Gives back a good line, however far away it is.
    pub(crate) fn clear(&mut self) {
        *self = Self { latency: self.latency.min(400), ..Self::default() };
    }

    /// When a flight of a handshake that leaves now arrives.
    fn passes(&self, end: End, now: Tick, dice: &mut Dice) -> Tick {
        now.max(self.blocked[end as usize]).plus(self.latency + self.lost(SMALL_PACKET, dice))
    }

    /// How much later what was lost arrives: every loss costs a timeout, which doubles.
    fn lost(&self, bytes: usize, dice: &mut Dice) -> u64 {
        if self.loss_percent == 0 {
            return 0;
        }
        let packets = (bytes / SMALL_PACKET + 1).min(8);
        let tries = |dice: &mut Dice| (0..7).take_while(|_| dice.chance(self.loss_percent)).count();
        let worst = (0..packets).map(|_| tries(dice)).max().unwrap_or(0);
        let timeout = 2 * self.latency + 50;
        (0..worst).map(|attempt| (timeout << attempt).min(5_000)).sum()
    }

    /// How much later a large frame arrives that fell into a hole.
    fn hole(&self, bytes: usize, dice: &mut Dice) -> u64 {
        if self.has_hole && bytes > SMALL_PACKET { dice.within(3_000, 10_000) } else { 0 }
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
