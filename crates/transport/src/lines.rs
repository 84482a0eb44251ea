//! The handle: one socket and all its connections.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hopluu_model::DeviceId;
use quinn::{ClientConfig, Connection, Endpoint, Incoming, TokioRuntime, TransportConfig, VarInt};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::CLASSES;
use crate::conduct::{Conduct, Dialled, End, Order, reason_of, unreachable};
use crate::config::Config;
use crate::endpoint::{dial_config, endpoint_config, open_socket, server_config};
use crate::event::{ConnId, DownReason, Event, Stats, closing};
use crate::frames::{FrameRefused, LONGEST};
use crate::identity::Identity;
use crate::outbox::Outbox;
use crate::tls::{DialTls, name_of};

/// Says why a socket could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Lines were opened outside a tokio runtime with IO and time.
    #[error("lines need a tokio runtime")]
    NoRuntime,
    /// The address cannot be bound.
    #[error("cannot bind UDP {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The TLS library refused our own settings.
    #[error("cannot set up TLS")]
    Tls(#[source] Box<dyn Error + Send + Sync>),
}

impl TransportError {
    /// Whether trying again later may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Bind { .. })
    }
}

/// All lines of this machine: one UDP socket that dials, listens, or both.
///
/// Cheap to clone; every method returns at once and may be called from any thread. When the last clone is dropped, or
/// the receiver of events, all connections are closed.
#[derive(Clone)]
pub struct Lines {
    shared: Arc<Shared>,
    _last: Arc<CloseOnDrop>,
}

struct CloseOnDrop(Endpoint);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        close_all(&self.0);
    }
}

struct Shared {
    config: Config,
    endpoint: Endpoint,
    runtime: Handle,
    tls: DialTls,
    dial_config: Arc<TransportConfig>,
    events: mpsc::Sender<Event>,
    slots: Mutex<HashMap<ConnId, Slot>>,
    /// Dials to each peer that failed: of several addresses the next one is then tried.
    failures: Mutex<HashMap<DeviceId, usize>>,
    next: AtomicU64,
    accepted: AtomicUsize,
}

struct Slot {
    orders: mpsc::UnboundedSender<Order>,
    connection: Option<Connection>,
}

impl Lines {
    /// Opens the socket and starts to listen if `config` says so. Events go to `events`; while that channel is full
    /// nothing more is read, so that a slow reader slows down its peers instead of filling memory.
    ///
    /// # Errors
    /// When called outside a tokio runtime, and when the address cannot be bound.
    pub fn open(identity: &Identity, config: Config, events: mpsc::Sender<Event>) -> Result<Self, TransportError> {
        let runtime = Handle::try_current().map_err(|_| TransportError::NoRuntime)?;
        let tls_error = |error: rustls::Error| TransportError::Tls(Box::new(error));
        let config = Config { max_frame: config.max_frame.min(LONGEST), ..config };
        let server = config.accept.then(|| server_config(identity, &config)).transpose().map_err(tls_error)?;
        let tls = DialTls::new(identity, config.ticket_peers).map_err(tls_error)?;
        let bind_error = |source| TransportError::Bind { address: config.bind, source };
        let socket = open_socket(config.bind, config.socket_buffer).map_err(bind_error)?;
        let endpoint =
            Endpoint::new(endpoint_config(identity), server, socket, Arc::new(TokioRuntime)).map_err(bind_error)?;
        let shared = Arc::new(Shared {
            dial_config: dial_config(&config),
            config,
            endpoint: endpoint.clone(),
            runtime,
            tls,
            events,
            slots: Mutex::default(),
            failures: Mutex::default(),
            next: AtomicU64::new(1),
            accepted: AtomicUsize::new(0),
        });
        if shared.config.accept {
            shared.runtime.spawn(shared.clone().listen());
        }
        Ok(Self { shared, _last: Arc::new(CloseOnDrop(endpoint)) })
    }

    /// The address of the socket.
    ///
    /// # Errors
    /// When the system has lost the socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.shared.endpoint.local_addr()
    }

    /// Dials `target`, a `host:port` or `ip:port`, where only `expected` will do. Frames may be given at once; whether
    /// and how it ends is told by events, first of all [`Event::Up`] or [`Event::Down`].
    ///
    /// Of several addresses of a host each dial tries one; a failed dial moves on to the next.
    pub fn dial(&self, target: &str, expected: DeviceId) -> ConnId {
        let (conn, conduct) = self.shared.open_slot();
        self.shared.runtime.spawn(self.shared.clone().dial(conduct, target.to_owned(), expected));
        conn
    }

    /// Queues a frame. A connection that is over, or never was, drops it silently: its [`Event::Down`] says so.
    ///
    /// # Errors
    /// When the class does not exist, or the frame is empty or longer than [`Config::max_frame`].
    pub fn send(&self, conn: ConnId, class: u8, bytes: Vec<u8>) -> Result<(), FrameRefused> {
        let limit = self.shared.config.max_frame;
        if class >= CLASSES {
            return Err(FrameRefused::UnknownClass(class));
        }
        if bytes.is_empty() {
            return Err(FrameRefused::Empty);
        }
        if bytes.len() > limit {
            return Err(FrameRefused::TooLong { len: bytes.len(), limit });
        }
        self.shared.order(conn, Order::Frame { class, bytes });
        Ok(())
    }

    /// Closes a connection without waiting for what is still under way; the peer hears the code and the reason.
    /// Codes are below 2^62, those from 0x4c00 on are this crate's own ([`closing`]).
    pub fn close(&self, conn: ConnId, code: u64, reason: &str) {
        self.shared.order(conn, Order::Close { code, text: reason.to_owned() });
    }

    /// Counters of a connection; `None` before it is up and after it is down.
    #[must_use]
    pub fn stats(&self, conn: ConnId) -> Option<Stats> {
        let connection = self.shared.slots().get(&conn)?.connection.clone()?;
        let stats = connection.stats();
        Some(Stats {
            bytes_up: stats.udp_tx.bytes,
            bytes_down: stats.udp_rx.bytes,
            datagrams_up: stats.udp_tx.datagrams,
            datagrams_down: stats.udp_rx.datagrams,
            rtt: connection.rtt(),
            mtu: stats.path.current_mtu,
        })
    }

    /// Moves all dialled connections to a new socket, as after a change of network. Callers of this machine lose it.
    ///
    /// # Errors
    /// When the address cannot be bound, as always when [`Config::bind`] names a port; the old socket then stays.
    pub fn rebind(&self) -> Result<(), TransportError> {
        let address = self.shared.config.bind;
        let bind_error = |source| TransportError::Bind { address, source };
        let _runtime = self.shared.runtime.enter();
        let socket = open_socket(address, self.shared.config.socket_buffer).map_err(bind_error)?;
        self.shared.endpoint.rebind(socket).map_err(bind_error)
    }

    /// Closes all connections with [`closing::SHUTDOWN`] and takes no more.
    pub fn shutdown(&self) {
        close_all(&self.shared.endpoint);
    }

    /// Waits until the peers of closed connections have been told, which after [`Lines::shutdown`] takes some round
    /// trips at most.
    pub async fn wait_idle(&self) {
        self.shared.endpoint.wait_idle().await;
    }
}

fn close_all(endpoint: &Endpoint) {
    endpoint.close(VarInt::from_u32(closing::SHUTDOWN as u32), b"shutting down");
}

impl Shared {
    async fn listen(self: Arc<Self>) {
        while let Some(incoming) = self.endpoint.accept().await {
            if self.accepted.load(Ordering::Relaxed) >= self.config.max_accepted {
                incoming.refuse();
                continue;
            }
            self.accepted.fetch_add(1, Ordering::Relaxed);
            self.runtime.spawn(self.clone().answer(incoming));
        }
    }

    async fn answer(self: Arc<Self>, incoming: Incoming) {
        if let Ok(Ok((connection, handshake))) = incoming.accept().map(quinn::Connecting::into_0rtt) {
            let (conn, conduct) = self.open_slot();
            let end = conduct.accepted(connection, handshake, |up| self.fill_slot(conn, up)).await;
            self.slots().remove(&conn);
            match end {
                Some(End { reason, .. }) => self.tell_down(conn, reason).await,
                None => tracing::debug!(%conn, "a caller never proved a key"),
            }
        }
        self.accepted.fetch_sub(1, Ordering::Relaxed);
    }

    async fn dial(self: Arc<Self>, conduct: Conduct, target: String, expected: DeviceId) {
        let conn = conduct.conn;
        let reach = Box::pin(self.reach(&target, expected));
        let End { reason, confirmed } = conduct.dialled(expected, reach, |up| self.fill_slot(conn, up)).await;
        if !confirmed {
            *self.failures().entry(expected).or_default() += 1;
        }
        self.slots().remove(&conn);
        self.tell_down(conn, reason).await;
    }

    async fn reach(&self, target: &str, expected: DeviceId) -> Result<Dialled, DownReason> {
        let mut addresses: Vec<SocketAddr> =
            tokio::net::lookup_host(target).await.map_err(|error| unreachable(&error.to_string()))?.collect();
        if self.endpoint.local_addr().is_ok_and(|local| local.is_ipv4()) {
            addresses.retain(SocketAddr::is_ipv4);
        }
        if addresses.is_empty() {
            return Err(unreachable("no address of a kind this socket can reach"));
        }
        let failures = self.failures().get(&expected).copied().unwrap_or_default();
        let address = addresses[failures % addresses.len()];
        let mut client = ClientConfig::new(self.tls.for_dial(expected));
        client.transport_config(self.dial_config.clone());
        let connecting = self
            .endpoint
            .connect_with(client, address, &name_of(expected))
            .map_err(|error| unreachable(&error.to_string()))?;
        match connecting.into_0rtt() {
            Ok((connection, accepted)) => Ok(Dialled::Early(connection, accepted)),
            Err(connecting) => connecting.await.map(Dialled::Whole).map_err(reason_of),
        }
    }

    fn open_slot(&self) -> (ConnId, Conduct) {
        let conn = ConnId(self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, orders) = mpsc::unbounded_channel();
        self.slots().insert(conn, Slot { orders: sender, connection: None });
        let outbox = Outbox::new(self.config.send_window);
        (conn, Conduct { conn, orders, events: self.events.clone(), outbox, max_frame: self.config.max_frame })
    }

    fn fill_slot(&self, conn: ConnId, connection: &Connection) {
        if let Some(slot) = self.slots().get_mut(&conn) {
            slot.connection = Some(connection.clone());
        }
    }

    fn order(&self, conn: ConnId, order: Order) {
        if let Some(slot) = self.slots().get(&conn) {
            // The task may just be ending; then the order is dropped like any other to an ended connection.
            let _ = slot.orders.send(order);
        }
    }

    async fn tell_down(&self, conn: ConnId, reason: DownReason) {
        tracing::debug!(%conn, %reason, "down");
        let _ = self.events.send(Event::Down { conn, reason }).await;
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<ConnId, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<DeviceId, usize>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
