//! How the rest of the program speaks with a running machine.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use hopluu_transport::Lines;
use tokio::sync::{mpsc, oneshot, watch};

/// Peers are told that we go; nobody waits longer for them.
const FAREWELL: Duration = Duration::from_secs(1);

/// Says that the machine has ended, or dropped the question because it cannot be answered now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine does not answer: it has ended or its store is being opened again")]
pub struct Ended;

/// A running machine. Cheap to clone; when the last handle is dropped the machine commits and ends.
pub struct Handle<C> {
    pub(crate) orders: mpsc::UnboundedSender<Order<C>>,
    pub(crate) lines: Lines,
    pub(crate) ended: watch::Receiver<()>,
    pub(crate) thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What the machine's thread is asked.
pub(crate) enum Order<C> {
    Command(C),
    Stop,
}

impl<C> Handle<C> {
    /// Sends a command; returns at once.
    ///
    /// # Errors
    /// When the machine has ended.
    pub fn send(&self, command: C) -> Result<(), Ended> {
        self.orders.send(Order::Command(command)).map_err(|_| Ended)
    }

    /// Sends a command made around a way to answer, and waits for the answer.
    ///
    /// # Errors
    /// When the machine has ended, or dropped the command unanswered.
    pub async fn ask<R>(&self, command: impl FnOnce(oneshot::Sender<R>) -> C) -> Result<R, Ended> {
        let (sender, answer) = oneshot::channel();
        self.send(command(sender))?;
        answer.await.map_err(|_| Ended)
    }

    /// The lines, for counters and for a change of network.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The address of the socket.
    ///
    /// # Errors
    /// When the system has lost the socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.lines.local_addr()
    }

    /// Waits until the machine has ended, for whatever reason. A program whose machine ends unasked should end too.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }

    /// Lets the machine commit what it has taken, closes the lines, and waits for all of it.
    pub async fn shutdown(&self) {
        // An error says that it has ended already.
        let _ = self.orders.send(Order::Stop);
        self.ended().await;
        self.lines.shutdown();
        // Whoever does not hear it in time will notice by itself.
        let _ = tokio::time::timeout(FAREWELL, self.lines.wait_idle()).await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the machine's thread had panicked");
        }
    }
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self {
            orders: self.orders.clone(),
            lines: self.lines.clone(),
            ended: self.ended.clone(),
            thread: self.thread.clone(),
        }
    }
}
