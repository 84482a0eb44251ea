//! The task behind a bad line.

use std::cmp::{Ordering as Order, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// One client as the handle sees it.
struct Client {
    address: SocketAddr,
    /// Its own, where it has one.
    weather: Option<Weather>,
    /// Counts how often its port was forgotten.
    forgotten: u64,
}

/// What the handle and the courier share.
pub(super) struct Sky {
    weather: Mutex<Weather>,
    /// In the order in which they were first heard.
    clients: Mutex<Vec<Client>>,
    pub(super) cut: AtomicBool,
    /// Counts the cuts: what was under way before one never arrives.
    pub(super) cuts: AtomicU64,
    /// Counts how often the clients' ports were forgotten.
    pub(super) forgotten: AtomicU64,
    /// Counts the ports that were ever opened towards the target.
    pub(super) ports: AtomicU64,
    traffic: Mutex<[Traffic; 2]>,
}

impl Sky {
    /// Starts whole.
    pub(super) fn new(weather: Weather) -> Self {
        Self {
            weather: Mutex::new(weather),
            clients: Mutex::default(),
            cut: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            ports: AtomicU64::new(0),
            traffic: Mutex::default(),
        }
    }

    /// What went through one direction.
    pub(super) fn traffic(&self, side: Side) -> Traffic {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)[side as usize]
    }

    /// Changes the weather of all who have none of their own.
    pub(super) fn set_weather(&self, weather: Weather) {
        *self.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
    }

    /// Gives a client weather of its own; `None` takes it back.
    pub(super) fn set_weather_of(&self, client: SocketAddr, weather: Option<Weather>) {
        let mut clients = self.clients();
        let place = place_of(&mut clients, client);
        clients[place].weather = weather;
    }

    /// Lets a client come from another port from now on.
    pub(super) fn forget_port_of(&self, client: SocketAddr) {
        let mut clients = self.clients();
        let place = place_of(&mut clients, client);
        clients[place].forgotten += 1;
    }

    /// All clients ever heard, the first one first.
    pub(super) fn heard(&self) -> Vec<SocketAddr> {
        self.clients().iter().map(|client| client.address).collect()
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client's number among all, and its weather in one direction.
    fn way(&self, client: SocketAddr, side: Side) -> (usize, Way) {
        let mut clients = self.clients();
        let place = place_of(&mut clients, client);
        let weather = clients[place].weather;
        let weather = weather.unwrap_or_else(|| *self.weather.lock().unwrap_or_else(PoisonError::into_inner));
        (place, if side == Side::Up { weather.up } else { weather.down })
    }

    /// How often a client's port was forgotten, with all others or alone.
    fn forgotten(&self, client: SocketAddr) -> u64 {
        let mut clients = self.clients();
        let place = place_of(&mut clients, client);
        clients[place].forgotten + self.forgotten.load(Ordering::SeqCst)
    }

    fn count(&self, side: Side, change: impl FnOnce(&mut Traffic)) {
        change(&mut self.traffic.lock().unwrap_or_else(PoisonError::into_inner)[side as usize]);
    }
}

fn place_of(clients: &mut Vec<Client>, address: SocketAddr) -> usize {
    clients.iter().position(|client| client.address == address).unwrap_or_else(|| {
        clients.push(Client { address, weather: None, forgotten: 0 });
        clients.len() - 1
    })
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
    held_back: bool,
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
    /// How often the client's port had been forgotten before this one.
    forgotten: u64,
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
    answers: (mpsc::Sender<Answer>, mpsc::Receiver<Answer>),
    began: Instant,
    seed: u64,
    /// Each client has dice and bandwidth of its own, so that its fate does not hang on when the others speak.
    courses: HashMap<SocketAddr, [Course; 2]>,
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
            answers: mpsc::channel(1024),
            began: Instant::now(),
            seed,
            courses: HashMap::new(),
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
        let cuts = self.sky.cuts.load(Ordering::SeqCst);
        let (place, way) = self.sky.way(client, side);
        self.sky.count(side, |traffic| {
            traffic.datagrams += 1;
            traffic.bytes += bytes.len() as u64;
            traffic.too_long += u64::from(bytes.len() > way.largest);
        });
        let seed = self.seed.wrapping_add(place as u64);
        let courses = self.courses.entry(client).or_insert_with(|| [Course::new(seed), Course::new(!seed)]);
        let fate = courses[side as usize].fate(&way, self.began.elapsed(), bytes.len());
        if self.sky.cut.load(Ordering::SeqCst) {
            return;
        }
        for after in fate.into_iter().flatten() {
            self.number += 1;
            let (due, number) = (self.began + after, self.number);
            let bytes = bytes.to_vec();
            self.parcels.push(Reverse(Parcel { due, number, cuts, side, client, held_back: false, bytes }));
        }
    }

    async fn deliver_due(&mut self) {
        let now = Instant::now();
        while self.parcels.peek().is_some_and(|Reverse(parcel)| parcel.due <= now) {
            let Some(Reverse(mut parcel)) = self.parcels.pop() else { return };
            if parcel.cuts != self.sky.cuts.load(Ordering::SeqCst) {
                continue;
            }
            if self.sky.way(parcel.client, parcel.side).1.stalled {
                parcel.due = now + STALL;
                if !std::mem::replace(&mut parcel.held_back, true) {
                    self.sky.count(parcel.side, |traffic| traffic.held_back += 1);
                }
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
        let forgotten = self.sky.forgotten(client);
        if let Some(port) = self.ports.get(&client)
            && port.forgotten == forgotten
        {
            return Ok(port.socket.clone());
        }
        let any = match self.target {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = Arc::new(UdpSocket::from_std(open_socket(any, SOCKET_BUFFER)?)?);
        let listener = tokio::spawn(listen(socket.clone(), self.target, client, self.answers.0.clone()));
        self.sky.ports.fetch_add(1, Ordering::SeqCst);
        self.ports.insert(client, Port { socket: socket.clone(), listener, forgotten });
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
