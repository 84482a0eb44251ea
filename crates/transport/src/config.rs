//! Every limit of a line.

use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Settings of one [`Lines`](crate::Lines).
///
/// Start from [`Config::office`] or [`Config::relay`] and change what differs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the socket is bound. `[::]` also speaks IPv4, and falls back to `0.0.0.0` where IPv6 is missing.
    pub bind: SocketAddr,
    /// Whether connections from outside are taken.
    pub accept: bool,
    /// The longest frame in bytes, in both directions; at most 2 MiB less one.
    pub max_frame: usize,
    /// Unread bytes a peer may send on one stream. A connection allows four times as much, so that a full bulk stream
    /// never blocks a small edit.
    pub stream_window: u32,
    /// Bytes kept per connection until the peer has acknowledged them. Bulk (classes 2 and 3) gets at most half.
    pub send_window: u32,
    /// Silence after which a connection counts as lost.
    pub idle_timeout: Duration,
    /// How often a dialled connection says that it lives; accepted ones never do, so that nobody pays twice.
    pub keep_alive: Duration,
    /// Round trip assumed before one is measured.
    pub initial_rtt: Duration,
    /// Largest UDP payload probed for; `None` stays at 1,200 bytes, which saves some kB per connection on metered lines.
    pub mtu_probe: Option<u16>,
    /// Bytes asked of the kernel for each direction of the socket; less is tolerated. Decides how a storm of
    /// handshakes ends.
    pub socket_buffer: usize,
    /// Connections taken from outside at one time; more are refused.
    pub max_accepted: usize,
    /// Sessions remembered for 0-RTT of those who dial us; each peer uses up to four.
    pub sessions: usize,
    /// Peers whose tickets are remembered for dialling them; four tickets each.
    pub ticket_peers: usize,
}

impl Config {
    /// Settings of an office: dials only, from any port.
    #[must_use]
    pub fn office() -> Self {
        Self {
            bind: SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            accept: false,
            max_frame: 80 * 1024,
            stream_window: 256 * 1024,
            send_window: 256 * 1024,
            idle_timeout: Duration::from_secs(40),
            keep_alive: Duration::from_secs(15),
            initial_rtt: Duration::from_millis(333),
            mtu_probe: Some(1452),
            socket_buffer: 4 * 1024 * 1024,
            max_accepted: 0,
            sessions: 0,
            ticket_peers: 16,
        }
    }

    /// Settings of a relay: listens on `bind`, for the offices of a province.
    #[must_use]
    pub fn relay(bind: SocketAddr) -> Self {
        Self { bind, accept: true, max_accepted: 8192, sessions: 4 * 4096, ..Self::office() }
    }
}
