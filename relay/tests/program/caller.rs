//! A device that calls the relay, word by word.

use std::net::Ipv4Addr;
use std::time::Duration;

use hopluu_identity::{DeviceKey, RelayTicket};
use hopluu_transport::{Config, ConnId, DownReason, Event, Identity, Lines};
use hopluu_wire::Frame;
use hopluu_wire::frame::Hello;
use tokio::sync::mpsc;

const BOUND: Duration = Duration::from_secs(20);

/// What came.
#[derive(Debug)]
pub(crate) enum Heard {
    Frame(Frame),
    Down(DownReason),
}

/// One line to the relay.
pub(crate) struct Caller {
    lines: Lines,
    conn: ConnId,
    events: mpsc::Receiver<Event>,
}

impl Caller {
    /// Dials the relay and waits for the handshake.
    pub(crate) async fn dial(key: &DeviceKey, ticket: &str, address: &str) -> Self {
        let (sender, events) = mpsc::channel(64);
        let bind = (Ipv4Addr::LOCALHOST, 0).into();
        let config = Config { bind, initial_rtt: Duration::from_millis(20), ..Config::office() };
        let lines = Lines::open(&Identity::from_seed(key.seed()), config, sender).expect("loopback can be bound");
        let relay = RelayTicket::from_text(ticket).expect("a ticket").relay.key;
        let conn = lines.dial(address, relay);
        let mut caller = Self { lines, conn, events };
        loop {
            match caller.event().await {
                Event::Confirmed { .. } => return caller,
                Event::Down { reason, .. } => panic!("down: {reason}"),
                _ => {}
            }
        }
    }

    pub(crate) fn say(&self, frame: &Frame) {
        self.lines.send(self.conn, 0, frame.encode()).expect("a frame within the limits");
    }

    pub(crate) fn say_hello(&self, roster: u64) {
        let (digest, receipts, program) = ([0; 16], [0; 16], "a test".to_owned());
        self.say(&Frame::Hello(Hello {
            protocol: (1, 1),
            roster,
            cursor: None,
            digest,
            receipts,
            backlog: 7,
            program,
        }));
    }

    /// The next frame, or the end.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match self.event().await {
                Event::Frame { bytes, .. } => return Heard::Frame(Frame::decode(&bytes).expect("a frame")),
                Event::Down { reason, .. } => return Heard::Down(reason),
                _ => {}
            }
        }
    }

    /// Waits for a frame that fits.
    pub(crate) async fn hear_that<T>(&mut self, fits: impl Fn(&Frame) -> Option<T>) -> T {
        loop {
            match self.hear().await {
                Heard::Frame(frame) => {
                    if let Some(found) = fits(&frame) {
                        return found;
                    }
                }
                Heard::Down(reason) => panic!("down: {reason}"),
            }
        }
    }

    /// The goodbye, and then the end.
    pub(crate) async fn hear_goodbye(&mut self) -> (u8, DownReason) {
        let said = self.hear_that(|frame| if let Frame::Bye { code, .. } = frame { Some(*code) } else { None }).await;
        loop {
            if let Heard::Down(reason) = self.hear().await {
                return (said, reason);
            }
        }
    }

    async fn event(&mut self) -> Event {
        let event = tokio::time::timeout(BOUND, self.events.recv()).await.expect("an event in time");
        event.expect("the lines are open")
    }
}
