//! The loop: wait, take what is ready, commit once, do what follows.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hopluu_mailbox::{Input, Output};
use hopluu_model::{Tick, Timestamp};
use hopluu_transport::{Config, Event, Identity, Lines, TransportError};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::handle::{Handle, Order};
use crate::machine::Machine;
use crate::pace::{Budget, Pauses};
use crate::wires::Wires;
use hopluu_model::chain;

/// Events the lines may be ahead of the machine; behind that peers are slowed down.
const EVENTS: usize = 256;
/// A machine that wants to be woken at once is still given so long, in milliseconds.
const WAKE_EVERY_MS: u64 = 2;

/// Why a machine could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The lines could not be opened.
    #[error("the lines cannot be opened")]
    Lines(#[from] TransportError),
    /// The machine's thread could not be made.
    #[error("no thread for the machine")]
    Thread(#[source] io::Error),
}

/// Starts a machine on a thread of its own. The lines live in the runtime this is called in, so that a slow disk never
/// keeps them from answering.
///
/// # Errors
/// When the lines' address cannot be bound, outside a tokio runtime, or when there is no thread.
pub fn start<M: Machine>(
    machine: M,
    identity: &Identity,
    transport: Config,
    clock: Clock,
) -> Result<Handle<M::Command>, StartError> {
    let (event_sender, events) = mpsc::channel(EVENTS);
    let lines = Lines::open(identity, transport, event_sender)?;
    let (order_sender, orders) = mpsc::unbounded_channel();
    let (alive, ended) = watch::channel(());
    let wires = Wires::new(lines.clone());
    let run = Run {
        machine,
        wires,
        events,
        orders,
        clock,
        broken: None,
        pauses: Pauses::default(),
        woken: Tick(0),
        stopping: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(StartError::Thread)?;
    let work = move || {
        // Dropped at the end, by return or panic: that is how the handles learn of it.
        let _alive = alive;
        runtime.block_on(run.run());
    };
    let thread = std::thread::Builder::new().name("machine".to_owned()).spawn(work).map_err(StartError::Thread)?;
    Ok(Handle { orders: order_sender, lines, ended, thread: Arc::new(Mutex::new(Some(thread))) })
}

struct Run<M: Machine> {
    machine: M,
    wires: Wires,
    events: mpsc::Receiver<Event>,
    orders: mpsc::UnboundedReceiver<Order<M::Command>>,
    clock: Clock,
    /// Since the store failed: when to open it again.
    broken: Option<Tick>,
    pauses: Pauses,
    woken: Tick,
    stopping: bool,
}

/// What wakes the loop.
enum News<C> {
    Event(Event),
    Order(Order<C>),
    Timer,
}

impl<M: Machine> Run<M> {
    async fn run(mut self) {
        while !self.stopping {
            let news = self.next().await;
            self.turn(news);
        }
        if self.broken.is_none()
            && let Err(error) = self.machine.close()
        {
            tracing::warn!(error = chain(&error), "the next start will take longer");
        }
    }

    async fn next(&mut self) -> News<M::Command> {
        let due = self.due();
        let now = self.clock.now();
        let timer = async move {
            match due {
                Some(due) => tokio::time::sleep(Duration::from_millis(due.since(now))).await,
                None => pending().await,
            }
        };
        tokio::select! {
            order = self.orders.recv() => News::Order(order.unwrap_or(Order::Stop)),
            // The lines are ours and hold the sender.
            Some(event) = self.events.recv() => News::Event(event),
            () = timer => News::Timer,
        }
    }

    /// When something is to be done though nothing is heard.
    fn due(&self) -> Option<Tick> {
        let machine = match self.broken {
            Some(retry) => Some(retry),
            None => self.machine.next_wake().map(|wake| wake.max(self.woken.plus(WAKE_EVERY_MS))),
        };
        [machine, self.wires.next_close()].into_iter().flatten().min()
    }

    /// Takes what is ready, commits once, does what follows.
    fn turn(&mut self, first: News<M::Command>) {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        self.wires.close_due(now);
        if self.broken.is_some_and(|retry| retry <= now) {
            self.recover(now, wall);
        }
        let done = self.take_all(now, wall, first).and_then(|()| self.settle(now, wall));
        if let Err(error) = done {
            self.fail(now, &error);
        }
    }

    fn take_all(&mut self, now: Tick, wall: Timestamp, first: News<M::Command>) -> Result<(), M::Error> {
        if self.broken.is_none()
            && self.machine.next_wake().is_some_and(|wake| wake.max(self.woken.plus(WAKE_EVERY_MS)) <= now)
        {
            self.woken = now;
            self.machine.handle(now, wall, Input::Wake)?;
        }
        let mut budget = Budget::new();
        let mut news = Some(first);
        while let Some(one) = news {
            let size = if let News::Event(Event::Frame { bytes, .. }) = &one { bytes.len() } else { 0 };
            self.take(now, wall, one)?;
            news = if budget.spend(size) { self.ready() } else { None };
        }
        Ok(())
    }

    fn ready(&mut self) -> Option<News<M::Command>> {
        if let Ok(order) = self.orders.try_recv() {
            return Some(News::Order(order));
        }
        self.events.try_recv().ok().map(News::Event)
    }

    fn take(&mut self, now: Tick, wall: Timestamp, news: News<M::Command>) -> Result<(), M::Error> {
        match news {
            News::Timer => Ok(()),
            News::Order(Order::Stop) => {
                self.stopping = true;
                Ok(())
            }
            News::Order(Order::Command(command)) => match self.machine.command(now, wall, command) {
                Err(error) if self.broken.is_some() => {
                    tracing::debug!(error = chain(&error), "a command met the broken store");
                    Ok(())
                }
                done => done,
            },
            News::Event(event) if self.broken.is_some() => {
                self.wires.turn_away(&event);
                Ok(())
            }
            News::Event(event) => match self.wires.read(event) {
                Some(input) => self.machine.handle(now, wall, input),
                None => Ok(()),
            },
        }
    }

    fn settle(&mut self, now: Tick, wall: Timestamp) -> Result<(), M::Error> {
        if self.broken.is_some() {
            return Ok(());
        }
        self.machine.commit(now, wall)?;
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Dial { relay } => {
                    let addresses = self.machine.addresses(&relay);
                    if let Some(input) = self.wires.dial(relay, &addresses) {
                        self.machine.handle(now, wall, input)?;
                    }
                }
                Output::Send { conn, class, bytes } => self.wires.send(conn, class as u8, bytes),
                Output::Close { conn, code, text } => self.wires.close(now, conn, code, text),
                other => self.machine.output(now, wall, other)?,
            }
        }
        Ok(())
    }

    fn fail(&mut self, now: Tick, error: &M::Error) {
        let retry = self.pauses.fail(now);
        tracing::error!(error = chain(error), retry_in_ms = retry.since(now), "the store cannot be used");
        self.wires.drop_all();
        self.broken = Some(retry);
    }

    fn recover(&mut self, now: Tick, wall: Timestamp) {
        match self.machine.recover(now, wall) {
            Ok(()) => {
                tracing::info!("the store is open again");
                self.broken = None;
            }
            Err(error) => self.fail(now, &error),
        }
    }
}
