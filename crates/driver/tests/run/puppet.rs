//! A machine that does as it is told, and tells what is done to it.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Duration;

use hopluu_driver::{Clock, Handle, Machine, start};
use hopluu_mailbox::{Input, Output};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_transport::{Config, Identity};
use tokio::sync::mpsc;

/// Nothing here takes this long, unless it never comes.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

/// What was done to a machine.
#[derive(Debug)]
pub(crate) enum Done {
    Input(Input),
    Word(u32),
    Commit,
    Recover,
    Output(Output),
    Close,
}

/// What a machine is told to do.
pub(crate) enum Word {
    /// Take note of this number.
    Note(u32),
    /// Let these out after the next commit.
    Do(Vec<Output>),
    /// Fail the next so many commits, and then so many recoveries.
    FailCommits(u32, u32),
    /// Wait until the other end speaks or is gone.
    Wait(std::sync::mpsc::Receiver<()>),
    Panic,
}

#[derive(Debug, thiserror::Error)]
#[error("told to fail")]
pub(crate) struct Told;

pub(crate) struct Puppet {
    done: mpsc::UnboundedSender<Done>,
    addresses: Vec<String>,
    staged: Vec<Output>,
    out: VecDeque<Output>,
    fail_commits: u32,
    fail_recoveries: u32,
    dirty: bool,
}

impl Puppet {
    fn tell(&mut self, done: Done) {
        // A test that has seen enough no longer listens.
        let _ = self.done.send(done);
    }
}

impl Machine for Puppet {
    type Command = Word;
    type Error = Told;

    fn handle(&mut self, _now: Tick, _wall: Timestamp, input: Input) -> Result<(), Told> {
        self.dirty = true;
        self.tell(Done::Input(input));
        Ok(())
    }

    fn command(&mut self, _now: Tick, _wall: Timestamp, word: Word) -> Result<(), Told> {
        self.dirty = true;
        match word {
            Word::Note(number) => self.tell(Done::Word(number)),
            Word::Do(outputs) => self.staged.extend(outputs),
            Word::FailCommits(commits, recoveries) => {
                (self.fail_commits, self.fail_recoveries) = (commits, recoveries);
            }
            Word::Wait(until) => drop(until.recv()),
            Word::Panic => panic!("told to"),
        }
        Ok(())
    }

    fn commit(&mut self, _now: Tick, _wall: Timestamp) -> Result<(), Told> {
        if self.fail_commits > 0 {
            self.fail_commits -= 1;
            return Err(Told);
        }
        if std::mem::take(&mut self.dirty) {
            self.tell(Done::Commit);
        }
        self.out.extend(self.staged.drain(..));
        Ok(())
    }

    fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    fn output(&mut self, _now: Tick, _wall: Timestamp, output: Output) -> Result<(), Told> {
        self.tell(Done::Output(output));
        Ok(())
    }

    fn next_wake(&self) -> Option<Tick> {
        None
    }

    fn addresses(&self, _relay: &DeviceId) -> Vec<String> {
        self.addresses.clone()
    }

    fn recover(&mut self, _now: Tick, _wall: Timestamp) -> Result<(), Told> {
        self.tell(Done::Recover);
        let fails = self.fail_recoveries > 0;
        self.fail_recoveries = self.fail_recoveries.saturating_sub(1);
        if fails { Err(Told) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Told> {
        self.tell(Done::Close);
        Ok(())
    }
}

/// A puppet that runs.
pub(crate) struct Stage {
    pub(crate) handle: Handle<Word>,
    pub(crate) device: DeviceId,
    done: mpsc::UnboundedReceiver<Done>,
}

impl Stage {
    /// Listens, and reaches relays at `addresses`.
    pub(crate) fn open(seed: u8, addresses: &[String]) -> Self {
        let (sender, done) = mpsc::unbounded_channel();
        let puppet = Puppet {
            done: sender,
            addresses: addresses.to_vec(),
            staged: Vec::new(),
            out: VecDeque::new(),
            fail_commits: 0,
            fail_recoveries: 0,
            dirty: false,
        };
        let identity = Identity::from_seed(&[seed; 32]);
        let config = Config {
            initial_rtt: Duration::from_millis(20),
            idle_timeout: Duration::from_millis(800),
            keep_alive: Duration::from_millis(200),
            ..Config::relay((Ipv4Addr::LOCALHOST, 0).into())
        };
        let handle = start(puppet, &identity, config, Clock::start()).expect("loopback can be bound");
        Self { handle, device: identity.device(), done }
    }

    pub(crate) fn address(&self) -> String {
        self.handle.local_addr().expect("the socket is bound").to_string()
    }

    pub(crate) fn tell(&self, word: Word) {
        self.handle.send(word).expect("the machine runs");
    }

    /// The next thing done, in time.
    pub(crate) async fn next(&mut self) -> Done {
        let done = tokio::time::timeout(BOUND, self.done.recv()).await.expect("something in time");
        done.expect("the machine runs")
    }

    /// Waits for what fits.
    pub(crate) async fn until<T>(&mut self, fits: impl Fn(&Done) -> Option<T>) -> T {
        loop {
            if let Some(found) = fits(&self.next().await) {
                return found;
            }
        }
    }

    /// All that was done, once the machine has ended.
    pub(crate) async fn rest(mut self) -> Vec<Done> {
        tokio::time::timeout(BOUND, self.handle.shutdown()).await.expect("it ends in time");
        let mut rest = Vec::new();
        while let Some(done) = self.done.recv().await {
            rest.push(done);
        }
        rest
    }
}
