//! An office or a relay as the world drives it: the real machine on the real journal over files in memory.

use hopluu_identity::{Anchor, DeviceKey, Enrolment};
use hopluu_mailbox::{Input, Mailbox, MailboxError, Output as LineOutput, Role, Setup as MailboxSetup};
use hopluu_model::{Tick, Timestamp};
use hopluu_office::{Office, OfficeError, Output, Setup as OfficeSetup};
use hopluu_store::{MemoryFiles, MemoryIndex, Options, Recovery, Store};
use hopluu_view::View;

use crate::dice::Dice;

/// Small, so that short stories fill several.
const SEGMENT: u64 = 64 * 1024;
/// Small, so that documents are closed and loaded again.
const CACHE: usize = 2 * 1024 * 1024;

/// What a machine keeps beside its journal: its settings and key.
#[derive(Debug, Clone)]
pub struct Papers {
    /// Its key.
    pub key: DeviceKey,
    /// What it is.
    pub role: Role,
    /// The province it trusts.
    pub anchor: Anchor,
    /// How far its enrolment has got.
    pub enrolment: Option<Enrolment>,
}

/// What a machine keeps on its disk.
#[derive(Clone, Default)]
pub struct Disk {
    /// The journal's files.
    pub files: MemoryFiles,
    /// The index beside it.
    pub index: MemoryIndex,
}

/// Why a machine cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An office's reason.
    #[error("the office cannot go on")]
    Office(#[from] OfficeError),
    /// A relay's reason.
    #[error("the relay cannot go on")]
    Relay(#[from] MailboxError),
}

/// A running machine.
pub(crate) enum Machine {
    Relay(Box<Mailbox>),
    Office(Box<Office>),
}

impl Machine {
    /// Starts on what the disk holds. An office begins with an empty view.
    pub(crate) fn start(
        disk: &Disk,
        papers: &Papers,
        dice: &mut Dice,
        wall: Timestamp,
    ) -> Result<(Self, Recovery), Fault> {
        let (store, recovery) = open(disk, dice)?;
        let mailbox = setup(papers, dice.roll());
        let machine = match &papers.role {
            Role::Relay { .. } => Self::Relay(Box::new(Mailbox::open(store, mailbox)?)),
            Role::Office { .. } => {
                let mut own = dice.fork();
                let dice = Box::new(move |bytes: &mut [u8]| own.fill(bytes));
                let setup = OfficeSetup { mailbox, cache_bytes: CACHE, dice };
                let view = View::memory().map_err(OfficeError::View)?;
                Self::Office(Box::new(Office::open(store, view, setup, wall)?))
            }
        };
        Ok((machine, recovery))
    }

    /// Goes on after the store failed.
    pub(crate) fn recover(
        &mut self,
        disk: &Disk,
        papers: &Papers,
        dice: &mut Dice,
        wall: Timestamp,
    ) -> Result<Recovery, Fault> {
        let (store, recovery) = open(disk, dice)?;
        let mailbox = setup(papers, dice.roll());
        match self {
            Self::Relay(relay) => **relay = Mailbox::open(store, mailbox)?,
            Self::Office(office) => office.reopen(store, mailbox, wall)?,
        }
        Ok(recovery)
    }

    pub(crate) fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), Fault> {
        match self {
            Self::Relay(relay) => relay.handle(now, wall, input)?,
            Self::Office(office) => office.handle(now, wall, input)?,
        }
        Ok(())
    }

    pub(crate) fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), Fault> {
        match self {
            Self::Relay(relay) => relay.commit(now)?,
            Self::Office(office) => office.commit(now, wall)?,
        }
        Ok(())
    }

    /// The next piece of work; `Err` names how many records moved.
    pub(crate) fn poll(&mut self) -> Option<Result<LineOutput, usize>> {
        match self {
            Self::Relay(relay) => relay.poll().map(Ok),
            Self::Office(office) => office.poll().map(|output| match output {
                Output::Line(line) => Ok(line),
                Output::Moved(records) => Err(records.len()),
            }),
        }
    }

    pub(crate) fn next_wake(&self) -> Option<Tick> {
        self.mailbox().next_wake()
    }

    pub(crate) fn mailbox(&self) -> &Mailbox {
        match self {
            Self::Relay(relay) => relay,
            Self::Office(office) => office.mailbox(),
        }
    }
}

fn open(disk: &Disk, dice: &mut Dice) -> Result<(Store, Recovery), MailboxError> {
    let options = Options { segment_bytes: SEGMENT, new_journal_id: dice.bytes() };
    Ok(Store::open(Box::new(disk.files.clone()), Box::new(disk.index.clone()), options)?)
}

fn setup(papers: &Papers, seed: u64) -> MailboxSetup {
    MailboxSetup {
        key: papers.key.clone(),
        role: papers.role.clone(),
        anchor: papers.anchor,
        enrolment: papers.enrolment.clone(),
        program: "sim".to_owned(),
        seed,
    }
}
