//! Offices of which only the line matters: they call a relay, and say what they are told to say.

use std::net::SocketAddr;
use std::time::Duration;

use hopluu_identity::DeviceKey;
use hopluu_model::DeviceId;
use hopluu_transport::{Config, ConnId, Event, Identity, Lines};
use hopluu_wire::Frame;
use hopluu_wire::frame::Hello;
use tokio::sync::mpsc;

use crate::Outcome;

const BOUND: Duration = Duration::from_secs(30);
/// Handshakes under way at once.
const AT_ONCE: usize = 50;

/// One of them.
pub(crate) struct Caller {
    lines: Lines,
    conn: ConnId,
    events: mpsc::Receiver<Event>,
}

impl Caller {
    /// Connects all of them, each from a socket of its own, and greets.
    pub(crate) async fn connect(keys: &[&DeviceKey], relay: (DeviceId, SocketAddr), roster: u64) -> Outcome<Vec<Self>> {
        let mut all = Vec::with_capacity(keys.len());
        for part in keys.chunks(AT_ONCE) {
            let mut dialled = Vec::with_capacity(part.len());
            for key in part {
                dialled.push(Self::dial(key, relay)?);
            }
            for mut caller in dialled {
                caller.until(|event| matches!(event, Event::Confirmed { .. })).await?;
                caller.say(&hello(roster))?;
                let is_welcome = |bytes: &[u8]| matches!(Frame::decode(bytes), Ok(Frame::Welcome(_)));
                caller.until(|event| matches!(event, Event::Frame { bytes, .. } if is_welcome(bytes))).await?;
                all.push(caller);
            }
        }
        Ok(all)
    }

    fn dial(key: &DeviceKey, (relay, at): (DeviceId, SocketAddr)) -> Outcome<Self> {
        let (sender, events) = mpsc::channel(256);
        let config = Config { socket_buffer: 64 * 1024, ..Config::office() };
        let lines = Lines::open(&Identity::from_seed(key.seed()), config, sender)?;
        let conn = lines.dial(&at.to_string(), relay);
        Ok(Self { lines, conn, events })
    }

    /// Sends a frame.
    pub(crate) fn say(&self, frame: &Frame) -> Outcome<()> {
        Ok(self.lines.send(self.conn, 0, frame.encode())?)
    }

    async fn until(&mut self, fits: impl Fn(&Event) -> bool) -> Outcome<()> {
        let waiting = async {
            while let Some(event) = self.events.recv().await {
                if fits(&event) {
                    return Ok(());
                }
                if let Event::Down { reason, .. } = event {
                    return Err(format!("the relay does not answer: {reason}").into());
                }
            }
            Err("the lines have ended".into())
        };
        tokio::time::timeout(BOUND, waiting).await?
    }
}

fn hello(roster: u64) -> Frame {
    Frame::Hello(Hello {
        protocol: (1, 1),
        roster,
        cursor: None,
        digest: [0; 16],
        receipts: [0; 16],
        backlog: 0,
        program: "bench".to_owned(),
    })
}
