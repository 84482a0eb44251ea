//! An office or a relay in this process, on real lines, with somebody looking over its shoulder.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hopluu_driver::{Clock, Handle, Machine, start};
use hopluu_identity::DeviceKey;
use hopluu_mailbox::{Input, Mailbox, Output};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_office::{Office, OfficeError};
use hopluu_transport::{Config, Identity};
use hopluu_wire::Frame;

use crate::Outcome;
use crate::stopwatch::Marks;

/// What is driven.
pub(crate) enum Inner {
    Relay(Box<Mailbox>),
    Office(Box<Office>),
}

impl Inner {
    pub(crate) fn mailbox(&self) -> &Mailbox {
        match self {
            Self::Relay(mailbox) => mailbox,
            Self::Office(office) => office.mailbox(),
        }
    }
}

/// Frames and their bytes, as encoded, and the changes that came in packs.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) changes: AtomicU64,
}

impl Counted {
    pub(crate) fn clear(&self) {
        for number in [&self.sent, &self.received, &self.changes] {
            number.store(0, Ordering::SeqCst);
        }
    }
}

/// Looks at the machine after every commit.
pub(crate) type Look = Box<dyn FnMut(&Inner, &Counted, &Marks) + Send>;

/// Something to do with the machine.
pub(crate) type Work = Box<dyn FnOnce(&mut Inner) + Send>;

struct Watched {
    inner: Inner,
    addresses: Vec<String>,
    counted: Arc<Counted>,
    marks: Marks,
    look: Look,
}

/// A machine that runs.
pub(crate) struct Running {
    pub(crate) handle: Handle<Work>,
    pub(crate) counted: Arc<Counted>,
    pub(crate) marks: Marks,
}

/// Runs a machine; `addresses` are where a relay is reached.
pub(crate) fn run(
    inner: Inner,
    key: &DeviceKey,
    config: Config,
    addresses: Vec<String>,
    look: Look,
) -> Outcome<Running> {
    let (counted, marks) = (Arc::new(Counted::default()), Marks::default());
    let machine = Watched { inner, addresses, counted: Arc::clone(&counted), marks: marks.clone(), look };
    let handle = start(machine, &Identity::from_seed(key.seed()), config, Clock::start())?;
    Ok(Running { handle, counted, marks })
}

impl Machine for Watched {
    type Command = Work;
    type Error = OfficeError;

    fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), OfficeError> {
        if let Input::Frame { bytes, .. } = &input {
            self.counted.received.fetch_add(bytes.len() as u64, Ordering::SeqCst);
            if let Ok(Frame::Pack(pack)) = Frame::decode(bytes) {
                self.counted.changes.fetch_add(u64::from(pack.count), Ordering::SeqCst);
            }
        }
        match &mut self.inner {
            Inner::Relay(mailbox) => Ok(mailbox.handle(now, wall, input)?),
            Inner::Office(office) => office.handle(now, wall, input),
        }
    }

    fn command(&mut self, _: Tick, _: Timestamp, work: Work) -> Result<(), OfficeError> {
        work(&mut self.inner);
        Ok(())
    }

    fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), OfficeError> {
        match &mut self.inner {
            Inner::Relay(mailbox) => mailbox.commit(now)?,
            Inner::Office(office) => office.commit(now, wall)?,
        }
        (self.look)(&self.inner, &self.counted, &self.marks);
        Ok(())
    }

    fn poll(&mut self) -> Option<Output> {
        let output = match &mut self.inner {
            Inner::Relay(mailbox) => mailbox.poll(),
            Inner::Office(office) => loop {
                match office.poll()? {
                    hopluu_office::Output::Line(output) => break Some(output),
                    hopluu_office::Output::Moved(_) | hopluu_office::Output::Picture { .. } => {}
                }
            },
        };
        match &output {
            Some(Output::Dial { .. }) => {
                self.counted.clear();
                self.marks.note("dialled");
            }
            Some(Output::Send { bytes, .. }) => {
                self.counted.sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
            }
            _ => {}
        }
        output
    }

    fn output(&mut self, _: Tick, _: Timestamp, _: Output) -> Result<(), OfficeError> {
        Ok(())
    }

    fn next_wake(&self) -> Option<Tick> {
        match &self.inner {
            Inner::Relay(mailbox) => mailbox.next_wake(),
            Inner::Office(office) => office.next_wake(),
        }
    }

    fn addresses(&self, _: &DeviceId) -> Vec<String> {
        self.addresses.clone()
    }

    fn recover(&mut self, _: Tick, _: Timestamp) -> Result<(), OfficeError> {
        Err(hopluu_store::StoreError::Poisoned.into())
    }
}
