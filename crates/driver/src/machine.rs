//! What is run.

use std::error::Error;

use hopluu_mailbox::{Input, Output};
use hopluu_model::{DeviceId, Tick, Timestamp};

/// A deterministic machine: news and commands in, one commit, work out.
///
/// The driver feeds any number of inputs and commands, then calls [`Machine::commit`], then drains [`Machine::poll`]
/// and does each output in order. All of it happens on one thread.
///
/// An error of any method but [`Machine::recover`] means that the store cannot be used: the driver drops all
/// connections, tells the chain of causes to the log and calls [`Machine::recover`], with growing pauses, until it
/// succeeds. Refusals that concern one command alone are answered by the command's own channel instead.
pub trait Machine: Send + 'static {
    /// What the rest of the program asks; it carries its own way to answer.
    type Command: Send + 'static;
    /// Why the machine cannot go on.
    type Error: Error + 'static;

    /// Takes one piece of news.
    ///
    /// # Errors
    /// When the store fails.
    fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), Self::Error>;

    /// Does what the rest of the program asks; also called while the store is broken, when nothing can be written.
    ///
    /// # Errors
    /// When the store fails.
    fn command(&mut self, now: Tick, wall: Timestamp, command: Self::Command) -> Result<(), Self::Error>;

    /// Makes everything taken so far durable.
    ///
    /// # Errors
    /// When the store fails.
    fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), Self::Error>;

    /// The next piece of work.
    fn poll(&mut self) -> Option<Output>;

    /// Does an output that is none for the lines: everything but `Dial`, `Send` and `Close`. It is over before the
    /// outputs behind it are begun.
    ///
    /// # Errors
    /// When what had to be written down could not be; the outputs behind it are then dropped.
    fn output(&mut self, now: Tick, wall: Timestamp, output: Output) -> Result<(), Self::Error>;

    /// When the machine wants `Input::Wake`.
    fn next_wake(&self) -> Option<Tick>;

    /// Where a relay is reached, best first, each as `host:port`.
    fn addresses(&self, relay: &DeviceId) -> Vec<String>;

    /// Opens the store again after a failure. Connections and commands known before are gone.
    ///
    /// # Errors
    /// When the store still cannot be used; called again after a pause.
    fn recover(&mut self, now: Tick, wall: Timestamp) -> Result<(), Self::Error>;

    /// Nothing follows: what only saves time at the next start may be written now. Not called when the program is
    /// killed, nor while the store is broken; nothing may depend on it.
    ///
    /// # Errors
    /// When the store fails, which is then only said.
    fn close(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
