//! The relay's mailbox as the driver runs it.

use hopluu_driver::{Dice, Machine};
use hopluu_identity::{Anchor, DeviceKey, RelayTicket, standing};
use hopluu_mailbox::{Input, Mailbox, MailboxError, Output, Role, Setup};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_store::{IndexFate, PictureQuota, Recovery};
use hopluu_store_sled::{OpenError, Opened, Settings, open_store};
use tokio::sync::oneshot;

use crate::PROGRAM;
use crate::home::{Home, HomeError, Identity};
use crate::presence::Presence;
use crate::report::{self, DeviceLine, Status};

/// Why the relay cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    /// The store could not be opened.
    #[error("the store cannot be opened")]
    Open(#[from] OpenError),
    /// The mailbox failed.
    #[error("the mailbox failed")]
    Mailbox(#[from] MailboxError),
    /// Whose relay this is could not be written down.
    #[error("the owner cannot be written down")]
    Home(#[from] HomeError),
    /// The store was closed and has not been opened again.
    #[error("the store is not open")]
    Closed,
}

/// How much room the store gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Memory for the index.
    pub(crate) cache_bytes: u64,
    /// Disk for pictures.
    pub(crate) pictures: PictureQuota,
}

/// What the local socket asks.
pub(crate) enum Command {
    Status(oneshot::Sender<Status>),
    Devices(oneshot::Sender<Vec<DeviceLine>>),
}

/// The relay's machine.
pub(crate) struct Relay {
    home: Home,
    key: DeviceKey,
    ticket: RelayTicket,
    owner: Option<Anchor>,
    room: Room,
    dice: Dice,
    /// `None` between a failure and the next opening that succeeds.
    mailbox: Option<Mailbox>,
    presence: Presence,
}

impl Relay {
    /// Opens the store and begins.
    pub(crate) fn open(home: Home, identity: Identity, room: Room, dice: Dice) -> Result<Self, RelayError> {
        let Identity { key, ticket, owner } = identity;
        let presence = Presence::default();
        let mut relay = Self { home, key, ticket, owner, room, dice, mailbox: None, presence };
        relay.open_mailbox()?;
        Ok(relay)
    }

    fn open_mailbox(&mut self) -> Result<(), RelayError> {
        let Room { cache_bytes, pictures } = self.room;
        let settings = Settings { cache_bytes, pictures, ..Settings::new(self.dice.bytes()) };
        let Opened { store, recovery, index } = open_store(self.home.dir(), settings)?;
        log_recovery(&recovery);
        tracing::debug!(?index, "the index is open");
        let setup = Setup {
            key: DeviceKey::from_seed(*self.key.seed()),
            role: Role::Relay { ticket: self.ticket.clone(), owner: self.owner },
            // Without an owner nobody is trusted, whatever stands here.
            anchor: self.owner.unwrap_or(Anchor([0; 32])),
            enrolment: None,
            program: PROGRAM.to_owned(),
            seed: self.dice.number(),
        };
        self.mailbox = Some(Mailbox::open(store, setup)?);
        Ok(())
    }

    fn status(&self, now: Tick) -> Status {
        let mailbox = self.mailbox.as_ref();
        report::status(self.key.id(), self.owner, mailbox, self.presence.connections(), now)
    }

    fn devices(&self) -> Vec<DeviceLine> {
        self.mailbox.as_ref().map(|mailbox| report::devices(mailbox, &self.presence)).unwrap_or_default()
    }
}

impl Machine for Relay {
    type Command = Command;
    type Error = RelayError;

    fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), RelayError> {
        let mailbox = self.mailbox.as_mut().ok_or(RelayError::Closed)?;
        let trust = mailbox.trust();
        self.presence.see(wall, &input, |device| standing(trust.roster(), trust.provisional(), device).is_some());
        Ok(mailbox.handle(now, wall, input)?)
    }

    fn command(&mut self, now: Tick, _wall: Timestamp, command: Command) -> Result<(), RelayError> {
        // Whoever asked may be gone by now.
        match command {
            Command::Status(answer) => drop(answer.send(self.status(now))),
            Command::Devices(answer) => drop(answer.send(self.devices())),
        }
        Ok(())
    }

    fn commit(&mut self, now: Tick, _wall: Timestamp) -> Result<(), RelayError> {
        Ok(self.mailbox.as_mut().ok_or(RelayError::Closed)?.commit(now)?)
    }

    fn poll(&mut self) -> Option<Output> {
        self.mailbox.as_mut()?.poll()
    }

    fn output(&mut self, _now: Tick, _wall: Timestamp, output: Output) -> Result<(), RelayError> {
        match output {
            Output::Owned(anchor) => {
                self.home.keep_owner(anchor)?;
                self.owner = Some(anchor);
                tracing::info!("a province has claimed this relay");
            }
            Output::Alarm(text) => tracing::error!(text, "alarm: somebody must look at this"),
            Output::Declined(declined) => {
                let (doc, reason) = (declined.doc, declined.reason);
                tracing::warn!(%doc, author = %declined.author.short(), seq = declined.seq, reason, "a change is refused");
            }
            Output::RosterMoved => {
                let version = self.mailbox.as_ref().map(|mailbox| mailbox.trust().roster().version());
                tracing::info!(version, "the roster moved");
            }
            Output::Dial { .. } | Output::Send { .. } | Output::Close { .. } | Output::TurnedAway { .. } => {}
            Output::Enrolled(_) | Output::Claimed { .. } | Output::Tell(_) | Output::Heard(_) => {}
            Output::Picture(_)
            | Output::Arrived(_)
            | Output::Withdrawn { .. }
            | Output::AtRelay { .. }
            | Output::Shown { .. } => {}
        }
        Ok(())
    }

    fn next_wake(&self) -> Option<Tick> {
        self.mailbox.as_ref()?.next_wake()
    }

    fn addresses(&self, _relay: &DeviceId) -> Vec<String> {
        Vec::new()
    }

    fn recover(&mut self, _now: Tick, _wall: Timestamp) -> Result<(), RelayError> {
        // The old store holds the directory.
        self.mailbox = None;
        self.presence.drop_all();
        self.open_mailbox()
    }
}

fn log_recovery(recovery: &Recovery) {
    let number = recovery.end.number;
    if recovery.is_new {
        tracing::info!("a new journal was begun");
    }
    for cut in &recovery.cut {
        tracing::warn!(?cut, "an end that was never promised was cut off");
    }
    if !recovery.is_whole() {
        let (damaged, lost) = (&recovery.damaged, &recovery.lost);
        tracing::error!(?damaged, ?lost, "records are missing from the journal; the offices will be asked for them");
    }
    if recovery.read_only {
        tracing::error!("the disk takes no writes: nothing new will be stored");
    }
    match &recovery.index {
        IndexFate::Kept => tracing::debug!(number, "the index is up to date"),
        IndexFate::Replayed(records) => tracing::info!(number, records, "the index was brought up to the journal"),
        IndexFate::Rebuilt { records, reason } => {
            tracing::info!(number, records, reason, "the index was built anew");
        }
    }
}
