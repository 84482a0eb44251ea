//! An office or a relay as the world drives it: the real machine on the real journal over files in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hopluu_identity::{Anchor, DeviceKey, Enrolment};
use hopluu_mailbox::{Input, Mailbox, MailboxError, Output as LineOutput, Role, Setup as MailboxSetup};
use hopluu_model::{Tick, Timestamp};
use hopluu_office::{Office, OfficeError, Output, Setup as OfficeSetup};
use hopluu_store::{
    Batch, Index, IndexError, MemoryFiles, MemoryIndex, Options, Pair, PictureQuota, Pictures, Recovery, Span, Store,
    StoreError, WriteBehind,
};
use hopluu_view::View;

use crate::dice::Dice;
use crate::world::Whims;

/// More than all pictures of a world.
const PICTURE_BYTES: u64 = 1 << 30;

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
    /// The pictures' files.
    pub pictures: MemoryFiles,
    /// The index beside it.
    pub index: MemoryIndex,
    /// The index fails at this operation from now on; 0 for never.
    pub index_fails_in: Arc<AtomicU64>,
}

impl Disk {
    /// Whether the index gave up: what opens it next finds it damaged and begins a new one.
    pub(crate) fn index_gave_up(&mut self) -> bool {
        let gave_up = self.index_fails_in.load(Ordering::Relaxed) == 1;
        if gave_up {
            (self.index, self.index_fails_in) = Default::default();
        }
        gave_up
    }
}

/// An index on a disk that may give up.
struct Brittle {
    index: MemoryIndex,
    fails_in: Arc<AtomicU64>,
}

impl Brittle {
    fn step(&self) -> Result<(), IndexError> {
        let left = self.fails_in.load(Ordering::Relaxed);
        if left > 1 {
            self.fails_in.store(left - 1, Ordering::Relaxed);
        }
        if left == 1 { Err(IndexError::new("read", std::io::Error::other("a page does not add up"))) } else { Ok(()) }
    }
}

impl Index for Brittle {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.step()?;
        self.index.get(key)
    }

    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        self.step()?;
        self.index.scan(span)
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        self.step()?;
        self.index.apply(batch)
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.index.clear()
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.step()
    }
}

/// Why a machine cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Another process holds the directory.
    #[error("another process runs on this directory")]
    Locked,
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
        disk: &mut Disk,
        papers: &Papers,
        (dice, whims): (&mut Dice, &Whims),
        wall: Timestamp,
    ) -> Result<(Self, Recovery), Fault> {
        let (store, recovery) = open(disk, dice, whims)?;
        let mailbox = setup(papers, dice.roll());
        let machine = match &papers.role {
            Role::Relay { .. } => Self::Relay(Box::new(Mailbox::open(store, mailbox)?)),
            Role::Office { .. } => {
                let mut own = dice.fork();
                let dice = Box::new(move |bytes: &mut [u8]| own.fill(bytes));
                let setup = OfficeSetup { mailbox, cache_bytes: whims.cache_bytes, dice };
                let view = View::memory().map_err(OfficeError::View)?;
                Self::Office(Box::new(Office::open(store, view, setup, wall)?))
            }
        };
        Ok((machine, recovery))
    }

    /// Goes on after the store failed.
    pub(crate) fn recover(
        &mut self,
        disk: &mut Disk,
        papers: &Papers,
        (dice, whims): (&mut Dice, &Whims),
        wall: Timestamp,
    ) -> Result<Recovery, Fault> {
        let (store, recovery) = open(disk, dice, whims)?;
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
                Output::Picture { .. } => Err(0),
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

/// Opens what a disk holds, as the real opening does: an index that cannot be used is begun anew.
fn open(disk: &mut Disk, dice: &mut Dice, whims: &Whims) -> Result<(Store, Recovery), MailboxError> {
    let options = Options { segment_bytes: whims.segment_bytes, new_journal_id: dice.bytes() };
    let index = |disk: &Disk| {
        let brittle = Brittle { index: disk.index.clone(), fails_in: disk.index_fails_in.clone() };
        Box::new(WriteBehind::new(Box::new(brittle), whims.behind_bytes))
    };
    let opened = match Store::open(Box::new(disk.files.clone()), index(disk), options) {
        Err(StoreError::Index(_)) => {
            (disk.index, disk.index_fails_in) = Default::default();
            Store::open(Box::new(disk.files.clone()), index(disk), options)
        }
        opened => opened,
    };
    let (store, recovery) = opened?;
    Ok(
        match Pictures::open(
            Box::new(disk.pictures.clone()),
            PictureQuota::office(PICTURE_BYTES),
            options.new_journal_id,
        ) {
            Ok(pictures) => (store.with_pictures(pictures), recovery),
            Err(_) => (store, recovery),
        },
    )
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
