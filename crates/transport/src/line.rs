//! A line that can be made bad: for the demo, the tests and the benches, never on a real path.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use crate::endpoint::open_socket;

mod courier;
mod weather;

use courier::{Courier, SOCKET_BUFFER, Side, Sky};
pub use weather::{Way, Weather};

/// What went through one direction; bytes are UDP payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Datagrams that came in.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Datagrams that came out, counted twice when they came twice.
    pub delivered: u64,
    /// Their bytes.
    pub delivered_bytes: u64,
    /// Datagrams that vanished because they were too long.
    pub too_long: u64,
    /// Datagrams that came late because of a stall.
    pub held_back: u64,
}

/// A UDP forwarder between any number of clients and one target, with weather.
///
/// Every client has bandwidth and dice of its own, and may have weather of its own. Delays are exact to about a
/// millisecond. Ends when dropped.
pub struct BadLine {
    address: SocketAddr,
    sky: Arc<Sky>,
    courier: JoinHandle<()>,
}

impl BadLine {
    /// Listens on `listen` and forwards to `target`, each client from a port of its own. The dice are seeded, so that
    /// the n-th datagram of the same client in the same direction meets the same fate.
    ///
    /// # Errors
    /// When `listen` cannot be bound. Must be called inside a tokio runtime, as all of tokio's sockets.
    pub fn start(listen: SocketAddr, target: SocketAddr, weather: Weather, seed: u64) -> io::Result<Self> {
        let front = UdpSocket::from_std(open_socket(listen, SOCKET_BUFFER)?)?;
        let address = front.local_addr()?;
        let sky = Arc::new(Sky::new(weather));
        let courier = tokio::spawn(Courier::new(front, target, sky.clone(), seed).run());
        Ok(Self { address, sky, courier })
    }

    /// Where the clients are to send.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Drops everything from now on, also what is under way.
    pub fn cut(&self) {
        self.sky.cuts.fetch_add(1, Ordering::SeqCst);
        self.sky.cut.store(true, Ordering::SeqCst);
    }

    /// Ends a cut.
    pub fn heal(&self) {
        self.sky.cut.store(false, Ordering::SeqCst);
    }

    /// Changes the weather for what comes in from now on, for every client that has none of its own.
    pub fn set_weather(&self, weather: Weather) {
        self.sky.set_weather(weather);
    }

    /// Gives one client weather of its own; `None` takes it back.
    pub fn set_weather_of(&self, client: SocketAddr, weather: Option<Weather>) {
        self.sky.set_weather_of(client, weather);
    }

    /// The clients that were ever heard, in the order of their first datagrams.
    #[must_use]
    pub fn clients(&self) -> Vec<SocketAddr> {
        self.sky.heard()
    }

    /// Gives every client a new port towards the target, as a router that has forgotten its connections.
    pub fn forget_ports(&self) {
        self.sky.forgotten.fetch_add(1, Ordering::SeqCst);
    }

    /// Does the same to one client.
    pub fn forget_port_of(&self, client: SocketAddr) {
        self.sky.forget_port_of(client);
    }

    /// Under how many ports clients have come to the target, old ones included.
    #[must_use]
    pub fn ports(&self) -> u64 {
        self.sky.ports.load(Ordering::SeqCst)
    }

    /// What went from the clients to the target.
    #[must_use]
    pub fn up(&self) -> Traffic {
        self.sky.traffic(Side::Up)
    }

    /// What went from the target to the clients.
    #[must_use]
    pub fn down(&self) -> Traffic {
        self.sky.traffic(Side::Down)
    }
}

impl Drop for BadLine {
    fn drop(&mut self) {
        self.courier.abort();
    }
}
