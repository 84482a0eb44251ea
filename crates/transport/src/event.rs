//! What lines report.

use std::fmt;
use std::time::Duration;

use hopluu_model::DeviceId;

/// One connection of one [`Lines`](crate::Lines); never used again after its [`Event::Down`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// What happened on a line.
///
/// Per connection the order is `Up`, then at most one `EarlyRejected`, then at most one `Confirmed`, with `Frame` and
/// `Drained` anywhere between, and `Down` once and last. A dial that never came up is only `Down`; a stranger who
/// never proved a key is nothing at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Frames may be sent, and the peer's key is known.
    Up {
        /// The connection.
        conn: ConnId,
        /// Who is there: the key that was pinned, or the one the caller proved, now or in the session it resumes.
        peer: DeviceId,
        /// Whether the handshake is still under way. What a listener hears until [`Event::Confirmed`] may be a replay.
        early: bool,
    },
    /// The handshake is complete; follows every `Up` of a connection that lives that long.
    Confirmed {
        /// The connection.
        conn: ConnId,
    },
    /// The peer refused the early data: all that was sent since `Up` is lost, drained or not, and is to be offered
    /// again on the same connection. Frames given after the refusal but before this event was read still go out.
    EarlyRejected {
        /// The connection.
        conn: ConnId,
    },
    /// A frame came.
    Frame {
        /// The connection.
        conn: ConnId,
        /// Which class it came in, below [`CLASSES`](crate::CLASSES).
        class: u8,
        /// Whether it was handed over before the handshake was complete, so that it may be a replay.
        early: bool,
        /// What the peer sent.
        bytes: Vec<u8>,
    },
    /// Frames left our queue for the connection's own buffer, which is bounded.
    Drained {
        /// The connection.
        conn: ConnId,
        /// Their class.
        class: u8,
        /// Sum of their lengths, as given to [`Lines::send`](crate::Lines::send).
        bytes: usize,
    },
    /// The connection is over; what was not drained is dropped.
    Down {
        /// The connection.
        conn: ConnId,
        /// Why.
        reason: DownReason,
    },
}

/// Why a connection is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownReason {
    /// What kind of end it was.
    pub cause: DownCause,
    /// The code of whoever closed it on purpose, we or the peer.
    pub code: Option<u64>,
    /// Words for a log, at most 200 characters; partly the peer's.
    pub text: String,
}

/// The kinds of end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownCause {
    /// The address could not be resolved or cannot be reached from this socket.
    Unreachable,
    /// Nothing was heard for too long.
    TimedOut,
    /// The handshake failed: another key than the pinned one, or another protocol.
    Refused,
    /// The peer takes no more connections for now.
    Busy,
    /// The peer closed it.
    ByPeer,
    /// We closed it.
    ByUs,
    /// The peer has started anew and knows nothing of this connection.
    Restarted,
    /// The peer broke the rules of frames, streams or QUIC.
    Violation,
}

impl DownCause {
    /// Whether dialling again unchanged may well help.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut | Self::Busy | Self::ByPeer | Self::Restarted => true,
            Self::Refused | Self::ByUs | Self::Violation => false,
        }
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{:?} (code {code:#x}): {}", self.cause, self.text),
            None => write!(f, "{:?}: {}", self.cause, self.text),
        }
    }
}

/// Codes with which this crate itself closes connections; programs choose theirs below 0x4c00.
pub mod closing {
    /// The program is going down.
    pub const SHUTDOWN: u64 = 0x4c00;
    /// A frame was longer than allowed, empty, or its length malformed.
    pub const BAD_FRAME: u64 = 0x4c01;
    /// A stream of an unknown class, or a second one of a class.
    pub const BAD_STREAM: u64 = 0x4c02;
}

/// Counters of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Bytes of UDP payload sent.
    pub bytes_up: u64,
    /// Bytes of UDP payload received.
    pub bytes_down: u64,
    /// Datagrams sent.
    pub datagrams_up: u64,
    /// Datagrams received.
    pub datagrams_down: u64,
    /// Best estimate of the round trip; the configured guess until one is measured.
    pub rtt: Duration,
    /// Largest UDP payload in use.
    pub mtu: u16,
}
