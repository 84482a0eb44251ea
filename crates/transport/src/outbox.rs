//! Frames on their way out: a queue per class, and one stream per class once it is needed.

use std::collections::VecDeque;
use std::future::pending;

use quinn::{Connection, SendStream, WriteError};

use crate::CLASSES;
use crate::frames::write_frame;

/// History that may always be buffered, whatever the congestion window says; of pictures half of it.
const LEAST_BULK: u64 = 32 * 1024;
/// Small frames are reported together, up to so many bytes.
const REPORT_EVERY: usize = 8 * 1024;

/// Says that the peer refuses to read a class.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// The outgoing side of one connection.
#[derive(Default)]
pub(crate) struct Outbox {
    classes: [Class; CLASSES as usize],
    window: Option<u64>,
    send_window: u64,
}

#[derive(Default)]
struct Class {
    queue: VecDeque<Vec<u8>>,
    stream: Option<SendStream>,
    /// The front frame as it goes on the stream, and how much of it has gone.
    current: Vec<u8>,
    gone: usize,
    /// Its own length, and that of the frames that have gone since the last report.
    length: usize,
    unreported: usize,
}

impl Outbox {
    /// Starts empty, for a connection that buffers `send_window` bytes.
    pub(crate) fn new(send_window: u32) -> Self {
        Self { send_window: send_window.into(), ..Self::default() }
    }

    /// Queues a frame; the class has been checked.
    pub(crate) fn push(&mut self, class: u8, frame: Vec<u8>) {
        self.classes[usize::from(class)].queue.push_back(frame);
    }

    /// Forgets all frames and streams, as after rejected early data.
    pub(crate) fn reset(&mut self) {
        self.classes = Default::default();
    }

    /// Whether frames have left that nobody was told of.
    pub(crate) fn has_report(&self) -> bool {
        self.classes.iter().any(|class| class.unreported > 0)
    }

    /// Takes a class and the bytes of its frames that have left since they were last reported.
    pub(crate) fn report(&mut self) -> Option<(u8, usize)> {
        let index = self.classes.iter().position(|class| class.unreported > 0)?;
        Some((index as u8, std::mem::take(&mut self.classes[index].unreported)))
    }

    /// Moves frames of the most urgent class into the connection's buffer until it is time to report. May be dropped
    /// while it waits and called again: a more urgent frame then goes first.
    pub(crate) async fn pump(&mut self, connection: &Connection) -> Result<(), Stopped> {
        loop {
            let Some(index) = self.classes.iter().position(|class| !class.is_empty()) else {
                return pending().await;
            };
            self.limit_buffer(connection, index);
            let class = &mut self.classes[index];
            match class.advance(connection, index as u8).await {
                Ok(()) if class.is_empty() || class.unreported >= REPORT_EVERY => return Ok(()),
                Ok(()) => {}
                Err(WriteError::Stopped(_) | WriteError::ClosedStream) => return Err(Stopped),
                // The connection's own end, or its rejection of early data, is being reported elsewhere.
                Err(WriteError::ConnectionLost(_) | WriteError::ZeroRttRejected) => return pending().await,
            }
        }
    }

    /// Leaves room in the connection's buffer for what is more urgent. History gets about two flights, which is what keeps
    /// a line busy, so that it never waits seconds deep in a buffer that nobody can reorder; pictures get one, so that
    /// history always finds room beside them.
    fn limit_buffer(&mut self, connection: &Connection, class: usize) {
        let window = match class {
            0 => self.send_window,
            1 => self.send_window / 4 * 3,
            _ => {
                let (flights, most) = if class == 2 { (2, self.send_window / 2) } else { (1, self.send_window / 4) };
                (flights * connection.stats().path.cwnd).clamp((LEAST_BULK / 2 * flights).min(most), most)
            }
        };
        if self.window != Some(window) {
            self.window = Some(window);
            connection.set_send_window(window);
        }
    }
}

impl Class {
    fn is_empty(&self) -> bool {
        self.current.is_empty() && self.queue.is_empty()
    }

    /// Writes once. Dropping the future loses nothing: a write that has not resolved has written nothing.
    async fn advance(&mut self, connection: &Connection, class: u8) -> Result<(), WriteError> {
        if self.current.is_empty()
            && let Some(frame) = self.queue.pop_front()
        {
            if self.stream.is_none() {
                self.current.push(class);
            }
            write_frame(&mut self.current, &frame);
            self.length = frame.len();
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = connection.open_uni().await?;
                // Fails only on a stream that is gone, and then so does the write.
                let _ = stream.set_priority(i32::from(CLASSES - class));
                none.insert(stream)
            }
        };
        self.gone += stream.write(&self.current[self.gone..]).await?;
        if self.gone == self.current.len() {
            self.unreported += self.length;
            self.gone = 0;
            self.current = Vec::new();
        }
        Ok(())
    }
}
