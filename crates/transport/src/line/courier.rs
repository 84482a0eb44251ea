//! The task behind a bad line.

use std::cmp::{Ordering as Order, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Traffic;
use super::weather::{Course, Way, Weather};
use crate::endpoint::open_socket;

/// Asked of the kernel for every socket, so that only the weather loses datagrams.
pub(super) const SOCKET_BUFFER: usize = 4 * 1024 * 1024;
const LARGEST_DATAGRAM: usize = 65_535;
/// How often a stalled direction is looked at again.
const STALL: Duration = Duration::from_millis(5);

/// What the handle and the courier share.
pub(super) struct Sky {
    pub(super) weather: Mutex<Weather>,
    pub(super) cut: AtomicBool,
    /// Counts the cuts: what was under way before one never arrives.
    pub(super) cuts: AtomicU64,
    /// Counts how often the clients' ports were forgotten.
    pub(super) forgotten: AtomicU64,
    traffic: Mutex<[Traffic; 2]>,
}

impl Sky {
    /// Starts whole.
    pub(super) fn new(weather: Weather) -> Self {
        Self {
            weather: Mutex::new(weather),
            cut: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            traffic: Mutex::default(),
        }
    }

    /// What went through one direction.
    pub(super) fn traffic(&self, side: Side) -> Traffic {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)[side as usize]
    }

    /// The weather of one direction.
    fn way(&self, side: Side) -> Way {
        let weather = self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        if side == Side::Up { weather.up } else { weather.down }
    }

    fn count(&self, side: Side, change: impl FnOnce(&mut Traffic)) {
        change(&mut self.traffic.lock().unwrap_or_else(PoisonError::into_inner)[side as usize]);
    }
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Up = 0,
    Down = 1,
}

/// A datagram under way; sorted by when it is due, then by when it came.
struct Parcel {
    due: Instant,
    number: u64,
    cuts: u64,
    side: Side,
    client: SocketAddr,
    bytes: Vec<u8>,
}

impl PartialEq for Parcel {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Order::Equal
    }
}

impl Eq for Parcel {}

impl PartialOrd for Parcel {
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
}

impl Ord for Parcel {
    fn cmp(&self, other: &Self) -> Order {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

/// A client's own socket towards the target, and the task that listens on it.
struct Port {
    socket: Arc<UdpSocket>,
    listener: JoinHandle<()>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A datagram for a client.
type Answer = (SocketAddr, Vec<u8>);

/// The one task that takes, delays and delivers.
pub(super) struct Courier {
    front: UdpSocket,
    target: SocketAddr,
    sky: Arc<Sky>,
    ports: HashMap<SocketAddr, Port>,
    forgotten: u64,
    answers: (mpsc::Sender<Answer>, mpsc::Receiver<Answer>),
    began: Instant,
    courses: [Course; 2],
    parcels: BinaryHeap<Reverse<Parcel>>,
    number: u64,
}

impl Courier {
    /// Forwards what `front` takes.
    pub(super) fn new(front: UdpSocket, target: SocketAddr, sky: Arc<Sky>, seed: u64) -> Self {
        Self {
            front,
            target,
            sky,
            ports: HashMap::new(),
            forgotten: 0,
            answers: mpsc::channel(1024),
            began: Instant::now(),
            courses: [Course::new(seed), Course::new(!seed)],
            parcels: BinaryHeap::new(),
            number: 0,
        }
    }

    /// Runs until it is aborted.
    pub(super) async fn run(mut self) {
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        loop {
            let due = self.parcels.peek().map(|Reverse(parcel)| parcel.due);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(due.unwrap_or(self.began)), if due.is_some() => self.deliver_due().await,
                Ok((len, client)) = self.front.recv_from(&mut buffer) => self.take(Side::Up, client, &buffer[..len]),
                Some((client, bytes)) = self.answers.1.recv() => self.take(Side::Down, client, &bytes),
            }
        }
    }

    fn take(&mut self, side: Side, client: SocketAddr, bytes: &[u8]) {
        self.sky.count(side, |traffic| {
            traffic.datagrams += 1;
            traffic.bytes += bytes.len() as u64;
        });
        let cuts = self.sky.cuts.load(Ordering::SeqCst);
        let way = self.sky.way(side);
        let fate = self.courses[side as usize].fate(&way, self.began.elapsed(), bytes.len());
        if self.sky.cut.load(Ordering::SeqCst) {
            return;
        }
        for after in fate.into_iter().flatten() {
            self.number += 1;
            let (due, number) = (self.began + after, self.number);
            self.parcels.push(Reverse(Parcel { due, number, cuts, side, client, bytes: bytes.to_vec() }));
        }
    }

    async fn deliver_due(&mut self) {
        let now = Instant::now();
        while self.parcels.peek().is_some_and(|Reverse(parcel)| parcel.due <= now) {
            let Some(Reverse(mut parcel)) = self.parcels.pop() else { return };
            if parcel.cuts != self.sky.cuts.load(Ordering::SeqCst) {
                continue;
            }
            if self.sky.way(parcel.side).stalled {
                parcel.due = now + STALL;
                self.parcels.push(Reverse(parcel));
                continue;
            }
            // A socket that refuses a datagram is bad weather too.
            let sent = match parcel.side {
                Side::Down => self.front.send_to(&parcel.bytes, parcel.client).await,
                Side::Up => match self.port(parcel.client) {
                    Ok(socket) => socket.send_to(&parcel.bytes, self.target).await,
                    Err(error) => Err(error),
                },
            };
            if sent.is_ok() {
                self.sky.count(parcel.side, |traffic| {
                    traffic.delivered += 1;
                    traffic.delivered_bytes += parcel.bytes.len() as u64;
                });
            }
        }
    }

    fn port(&mut self, client: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        let forgotten = self.sky.forgotten.load(Ordering::SeqCst);
        if forgotten != self.forgotten {
            self.forgotten = forgotten;
            self.ports.clear();
        }
        if let Some(port) = self.ports.get(&client) {
            return Ok(port.socket.clone());
        }
        let any = match self.target {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = Arc::new(UdpSocket::from_std(open_socket(any, SOCKET_BUFFER)?)?);
        let listener = tokio::spawn(listen(socket.clone(), self.target, client, self.answers.0.clone()));
        self.ports.insert(client, Port { socket: socket.clone(), listener });
        Ok(socket)
    }
}

async fn listen(socket: Arc<UdpSocket>, target: SocketAddr, client: SocketAddr, answers: mpsc::Sender<Answer>) {
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
        if from == target && answers.send((client, buffer[..len].to_vec())).await.is_err() {
            return;
        }
    }
}
