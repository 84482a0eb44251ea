//! The life of one connection: one task from the dial or the knock to its end.

use std::future::{Future, pending};
use std::ops::ControlFlow;
use std::sync::Arc;

use hopluu_model::DeviceId;
use quinn::{Connection, ConnectionError, RecvStream, TransportErrorCode, VarInt, ZeroRttAccepted};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::event::{ConnId, DownCause, DownReason, Event, closing};
use crate::inbox::{Inbox, Violation};
use crate::outbox::{Outbox, Stopped};
use crate::tls;

/// What the handle asks of a connection.
pub(crate) enum Order {
    /// Send a frame; length and class have been checked.
    Frame { class: u8, bytes: Vec<u8> },
    /// Close the connection.
    Close { code: u64, text: String },
}

/// A connection's task.
pub(crate) struct Conduct {
    pub(crate) conn: ConnId,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) outbox: Outbox,
    pub(crate) max_frame: usize,
}

/// How far a dial has come when frames may be sent.
pub(crate) enum Dialled {
    /// The handshake is complete.
    Whole(Connection),
    /// Early data may go out; the future says whether it was taken.
    Early(Connection, ZeroRttAccepted),
}

/// How a connection ended.
pub(crate) struct End {
    pub(crate) reason: DownReason,
    /// Whether its handshake was ever complete.
    pub(crate) confirmed: bool,
}

impl Conduct {
    /// Waits for a dial and lives it to its end; frames given meanwhile wait in the outbox. `up` is shown the
    /// connection before the first event.
    pub(crate) async fn dialled(
        mut self,
        peer: DeviceId,
        dial: impl Future<Output = Result<Dialled, DownReason>>,
        up: impl FnOnce(&Connection),
    ) -> End {
        let dialled = tokio::select! {
            biased;
            reason = self.wait_for_close() => return End { reason, confirmed: false },
            dialled = dial => dialled,
        };
        let (connection, handshake) = match dialled {
            Err(reason) => return End { reason, confirmed: false },
            Ok(Dialled::Whole(connection)) => (connection, None),
            Ok(Dialled::Early(connection, accepted)) => (connection, Some(accepted)),
        };
        up(&connection);
        Live::new(self, connection, handshake).run(peer).await
    }

    /// Lives an accepted connection to its end; `None` when no key was ever proved, of which nobody hears.
    pub(crate) async fn accepted(
        self,
        connection: Connection,
        handshake: ZeroRttAccepted,
        up: impl FnOnce(&Connection),
    ) -> Option<End> {
        let (peer, handshake) = match tls::peer_of(&connection) {
            Some(peer) => (peer, Some(handshake)),
            None => {
                handshake.await;
                (tls::peer_of(&connection)?, None)
            }
        };
        up(&connection);
        Some(Live::new(self, connection, handshake).run(peer).await)
    }

    async fn wait_for_close(&mut self) -> DownReason {
        loop {
            match self.orders.recv().await {
                Some(Order::Frame { class, bytes }) => self.outbox.push(class, bytes),
                Some(Order::Close { code, text }) => return by_us(code, &text),
                None => return by_us(closing::SHUTDOWN, ""),
            }
        }
    }

    async fn tell(&self, event: Event) {
        // When nobody listens any more the connection ends by itself.
        let _ = self.events.send(event).await;
    }
}

/// A connection on which frames may be sent.
struct Live {
    conduct: Conduct,
    connection: Connection,
    inbox: Arc<Inbox>,
    readers: JoinSet<(Result<(), Violation>, RecvStream)>,
    /// Present until the handshake is complete.
    handshake: Option<ZeroRttAccepted>,
}

/// What wakes a live connection.
enum Step {
    Handshake { accepted: bool },
    Closed(ConnectionError),
    Order(Option<Order>),
    Read(Result<(), Violation>, RecvStream),
    Stream(RecvStream),
    Reported,
    Pumped(Result<(), Stopped>),
    NobodyListens,
}

/// How it ends.
enum Ending {
    /// The peer, the path or the endpoint has ended it.
    Theirs(ConnectionError),
    /// We are to end it.
    Ours(DownReason),
}

impl Live {
    fn new(conduct: Conduct, connection: Connection, handshake: Option<ZeroRttAccepted>) -> Self {
        let inbox = Inbox::new(conduct.conn, conduct.max_frame, conduct.events.clone());
        Self { conduct, connection, inbox, readers: JoinSet::new(), handshake }
    }

    async fn run(mut self, peer: DeviceId) -> End {
        let early = self.handshake.is_some();
        self.conduct.tell(Event::Up { conn: self.conduct.conn, peer, early }).await;
        if !early {
            self.confirm().await;
        }
        let ending = loop {
            let step = self.next_step().await;
            if let ControlFlow::Break(ending) = self.take(step).await {
                break ending;
            }
        };
        self.end(ending).await
    }

    async fn next_step(&mut self) -> Step {
        let listens = self.connection.side().is_server();
        let shaking = self.handshake.is_some();
        let handshake = async {
            match &mut self.handshake {
                Some(handshake) => handshake.await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            accepted = handshake => Step::Handshake { accepted },
            error = self.connection.closed() => Step::Closed(error),
            () = self.conduct.events.closed() => Step::NobodyListens,
            order = self.conduct.orders.recv() => Step::Order(order),
            Some(Ok((read, stream))) = self.readers.join_next() => Step::Read(read, stream),
            // A dialler has nothing to read before the handshake is complete, and must hear of a rejection first.
            Ok(stream) = self.connection.accept_uni(), if listens || !shaking => Step::Stream(stream),
            // Only when there is room: a reader who is behind must not stop what we send.
            Ok(permit) = self.conduct.events.reserve(), if self.conduct.outbox.has_report() => {
                if let Some((class, bytes)) = self.conduct.outbox.report() {
                    permit.send(Event::Drained { conn: self.conduct.conn, class, bytes });
                }
                Step::Reported
            }
            pumped = self.conduct.outbox.pump(&self.connection) => Step::Pumped(pumped),
        }
    }

    async fn take(&mut self, step: Step) -> ControlFlow<Ending> {
        match step {
            Step::Handshake { accepted } => return self.handshake_done(accepted).await,
            Step::Closed(error) => return ControlFlow::Break(Ending::Theirs(error)),
            Step::Order(Some(Order::Frame { class, bytes })) => self.conduct.outbox.push(class, bytes),
            Step::Order(Some(Order::Close { code, text })) => return ours(by_us(code, &text)),
            Step::Order(None) | Step::NobodyListens => return ours(by_us(closing::SHUTDOWN, "")),
            Step::Read(Ok(()), _) => {}
            Step::Read(Err(violation), stream) => {
                self.connection.close(code_of(violation.code), violation.text.as_bytes());
                drop(stream);
                return ours(by_violation(violation));
            }
            Step::Stream(stream) => {
                self.readers.spawn(self.inbox.clone().read(stream));
            }
            Step::Reported | Step::Pumped(Ok(())) => {}
            Step::Pumped(Err(Stopped)) => {
                let text = "the peer refused to read a class".to_owned();
                return ours(by_violation(Violation { code: closing::BAD_STREAM, text }));
            }
        }
        ControlFlow::Continue(())
    }

    async fn handshake_done(&mut self, accepted: bool) -> ControlFlow<Ending> {
        self.handshake = None;
        if !accepted && let Some(error) = self.connection.close_reason() {
            return ControlFlow::Break(Ending::Theirs(error));
        }
        // A listener refuses nothing it sent itself: for it quinn gives no meaning to `accepted`.
        if !accepted && self.connection.side().is_client() {
            // What was given before the refusal is offered again by its owner; sent twice it would only cost.
            while let Ok(order) = self.conduct.orders.try_recv() {
                if let Order::Close { code, text } = order {
                    return ours(by_us(code, &text));
                }
            }
            self.conduct.outbox.reset();
            self.conduct.tell(Event::EarlyRejected { conn: self.conduct.conn }).await;
        }
        self.confirm().await;
        ControlFlow::Continue(())
    }

    async fn confirm(&self) {
        // In this order, so that a frame that is not early never precedes the confirmation.
        self.conduct.tell(Event::Confirmed { conn: self.conduct.conn }).await;
        self.inbox.confirm();
    }

    async fn end(mut self, ending: Ending) -> End {
        let confirmed = self.handshake.is_none() && self.inbox.is_confirmed();
        let reason = match ending {
            Ending::Ours(reason) => {
                self.connection.close(code_of(reason.code.unwrap_or_default()), reason.text.as_bytes());
                self.readers.shutdown().await;
                reason
            }
            Ending::Theirs(error) => {
                // What arrived before the end is still handed over.
                while let Ok(stream) = self.connection.accept_uni().await {
                    self.readers.spawn(self.inbox.clone().read(stream));
                }
                tokio::select! {
                    () = async { while self.readers.join_next().await.is_some() {} } => {}
                    () = self.conduct.events.closed() => {}
                }
                reason_of(error)
            }
        };
        End { reason, confirmed }
    }
}

fn ours(reason: DownReason) -> ControlFlow<Ending> {
    ControlFlow::Break(Ending::Ours(reason))
}

fn code_of(code: u64) -> VarInt {
    VarInt::from_u64(code).unwrap_or(VarInt::MAX)
}

fn by_us(code: u64, text: &str) -> DownReason {
    DownReason { cause: DownCause::ByUs, code: Some(code), text: clean(text) }
}

fn by_violation(violation: Violation) -> DownReason {
    DownReason { cause: DownCause::Violation, code: Some(violation.code), text: violation.text }
}

/// Says that a peer cannot be reached from here.
pub(crate) fn unreachable(text: &str) -> DownReason {
    DownReason { cause: DownCause::Unreachable, code: None, text: clean(text) }
}

/// Puts the library's view of an end into ours.
pub(crate) fn reason_of(error: ConnectionError) -> DownReason {
    let (cause, code) = match &error {
        ConnectionError::ApplicationClosed(close) => (DownCause::ByPeer, Some(close.error_code.into_inner())),
        ConnectionError::ConnectionClosed(close) => (cause_of(close.error_code), None),
        ConnectionError::TransportError(error) => (cause_of(error.code), None),
        ConnectionError::LocallyClosed => (DownCause::ByUs, Some(closing::SHUTDOWN)),
        ConnectionError::Reset => (DownCause::Restarted, None),
        ConnectionError::TimedOut => (DownCause::TimedOut, None),
        ConnectionError::VersionMismatch => (DownCause::Refused, None),
        ConnectionError::CidsExhausted => (DownCause::Unreachable, None),
    };
    let text = match &error {
        ConnectionError::ApplicationClosed(close) => clean(&String::from_utf8_lossy(&close.reason)),
        other => clean(&other.to_string()),
    };
    DownReason { cause, code, text }
}

fn cause_of(code: TransportErrorCode) -> DownCause {
    const TLS_ALERTS: std::ops::Range<u64> = 0x100..0x200;
    if code == TransportErrorCode::CONNECTION_REFUSED {
        DownCause::Busy
    } else if TLS_ALERTS.contains(&u64::from(code)) {
        DownCause::Refused
    } else {
        DownCause::Violation
    }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
