//! One incoming stream: its class, then frames until it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use quinn::{ReadError, RecvStream};
use tokio::sync::mpsc;

use crate::CLASSES;
use crate::event::{ConnId, Event, closing};
use crate::frames::Deframer;

/// The most taken off a stream at once.
const CHUNK: usize = 16 * 1024;

/// What the readers of one connection share.
pub(crate) struct Inbox {
    conn: ConnId,
    max_frame: usize,
    events: mpsc::Sender<Event>,
    confirmed: AtomicBool,
    /// One bit per class that has a stream.
    classes: AtomicU8,
}

/// Why a connection must be closed on account of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// One of [`closing`]'s codes.
    pub(crate) code: u64,
    /// Words for the peer's log.
    pub(crate) text: String,
}

impl Inbox {
    /// Reports frames of at most `max_frame` bytes to `events`.
    pub(crate) fn new(conn: ConnId, max_frame: usize, events: mpsc::Sender<Event>) -> Arc<Self> {
        let (confirmed, classes) = (AtomicBool::new(false), AtomicU8::new(0));
        Arc::new(Self { conn, max_frame, events, confirmed, classes })
    }

    /// From now on frames are no longer early: the peer has finished the handshake that its early frames belong to.
    pub(crate) fn confirm(&self) {
        self.confirmed.store(true, Ordering::Release);
    }

    /// Whether the handshake was completed.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.confirmed.load(Ordering::Acquire)
    }

    /// Reads a stream to its end. Waits while the channel of events is full, and so does the peer. The stream is given
    /// back: to drop it early would tell the peer to stop before it hears why.
    pub(crate) async fn read(self: Arc<Self>, mut stream: RecvStream) -> (Result<(), Violation>, RecvStream) {
        (self.read_frames(&mut stream).await, stream)
    }

    async fn read_frames(&self, stream: &mut RecvStream) -> Result<(), Violation> {
        let mut class = [0];
        if stream.read_exact(&mut class).await.is_err() {
            return Ok(());
        }
        let [class] = class;
        self.claim(class)?;
        let mut deframer = Deframer::new(self.max_frame);
        loop {
            let chunk = match stream.read_chunk(CHUNK, true).await {
                Ok(Some(chunk)) => chunk,
                // However the stream ended, half a frame is nothing.
                Ok(None) | Err(ReadError::Reset(_) | ReadError::ConnectionLost(_)) => return Ok(()),
                Err(error) => return Err(Violation { code: closing::BAD_STREAM, text: error.to_string() }),
            };
            let mut input = &chunk.bytes[..];
            while !input.is_empty() {
                let frame = deframer
                    .next(&mut input)
                    .map_err(|bad| Violation { code: closing::BAD_FRAME, text: bad.to_string() })?;
                let Some(bytes) = frame else { break };
                let early = !self.is_confirmed();
                let event = Event::Frame { conn: self.conn, class, early, bytes };
                if self.events.send(event).await.is_err() {
                    return Ok(());
                }
            }
        }
    }

    fn claim(&self, class: u8) -> Result<(), Violation> {
        let violation = |text: String| Violation { code: closing::BAD_STREAM, text };
        if class >= CLASSES {
            return Err(violation(format!("unknown class {class}")));
        }
        let bit = 1 << class;
        match self.classes.fetch_or(bit, Ordering::AcqRel) & bit {
            0 => Ok(()),
            _ => Err(violation(format!("a second stream of class {class}"))),
        }
    }
}
