//! A machine at one end of a line, as the tests see it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hopluu_model::DeviceId;
use hopluu_transport::{Config, ConnId, DownReason, Event, Identity, Lines, TransportError};
use tokio::sync::mpsc;

/// Nothing on loopback takes this long, unless it never comes.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

/// Loopback, any port.
pub(crate) fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// One end of lines, and what it has been told.
pub(crate) struct End {
    pub(crate) lines: Lines,
    pub(crate) device: DeviceId,
    pub(crate) events: mpsc::Receiver<Event>,
}

impl End {
    /// Opens lines under the key of `seed`.
    pub(crate) fn open(seed: u8, config: Config) -> Self {
        Self::try_open(seed, config).expect("loopback can be bound")
    }

    fn try_open(seed: u8, config: Config) -> Result<Self, TransportError> {
        let identity = Identity::from_seed(&[seed; 32]);
        let (sender, events) = mpsc::channel(64);
        let config = Config { initial_rtt: Duration::from_millis(20), ..config };
        let lines = Lines::open(&identity, config, sender)?;
        Ok(Self { lines, device: identity.device(), events })
    }

    /// A relay at the address of one that is gone, as soon as its socket is free.
    pub(crate) async fn reopen(seed: u8, address: SocketAddr) -> Self {
        let free = async {
            loop {
                match Self::try_open(seed, Config::relay(address)) {
                    Ok(end) => break end,
                    Err(error) => assert!(error.is_transient(), "{error}"),
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(BOUND, free).await.expect("the socket becomes free")
    }

    pub(crate) fn office(seed: u8) -> Self {
        Self::open(seed, Config { bind: anywhere(), ..Config::office() })
    }

    pub(crate) fn relay(seed: u8) -> Self {
        Self::open(seed, Config::relay(anywhere()))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.lines.local_addr().expect("the socket is bound")
    }

    /// Dials another end.
    pub(crate) fn dial(&self, other: &Self) -> ConnId {
        self.lines.dial(&other.address().to_string(), other.device)
    }

    pub(crate) fn send(&self, conn: ConnId, class: u8, bytes: &[u8]) {
        self.lines.send(conn, class, bytes.to_vec()).expect("a frame within the limits");
    }

    /// The next event but `Drained`.
    pub(crate) async fn next(&mut self) -> Event {
        loop {
            let event = tokio::time::timeout(BOUND, self.events.recv()).await.expect("an event in time");
            match event.expect("the lines are open") {
                Event::Drained { .. } => {}
                event => return event,
            }
        }
    }

    /// Waits for `Up`.
    pub(crate) async fn up(&mut self) -> (ConnId, DeviceId, bool) {
        loop {
            if let Event::Up { conn, peer, early } = self.next().await {
                return (conn, peer, early);
            }
        }
    }

    /// Waits for `Confirmed`.
    pub(crate) async fn confirmed(&mut self) -> ConnId {
        loop {
            match self.next().await {
                Event::Confirmed { conn } => return conn,
                Event::Down { reason, .. } => panic!("down instead of confirmed: {reason}"),
                _ => {}
            }
        }
    }

    /// Waits for a frame: class, early, bytes.
    pub(crate) async fn frame(&mut self) -> (u8, bool, Vec<u8>) {
        loop {
            match self.next().await {
                Event::Frame { class, early, bytes, .. } => return (class, early, bytes),
                Event::Down { reason, .. } => panic!("down instead of a frame: {reason}"),
                _ => {}
            }
        }
    }

    /// Waits for `Down`.
    pub(crate) async fn down(&mut self) -> DownReason {
        loop {
            if let Event::Down { reason, .. } = self.next().await {
                return reason;
            }
        }
    }
}

/// Two ends with a whole handshake between them, and the connection at each.
pub(crate) async fn connected() -> (End, ConnId, End, ConnId) {
    let (mut office, mut relay) = (End::office(1), End::relay(2));
    let dialled = office.dial(&relay);
    assert_eq!(office.confirmed().await, dialled);
    let taken = relay.confirmed().await;
    (office, dialled, relay, taken)
}
