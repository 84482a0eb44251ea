//! The office as the driver runs it.

use std::collections::VecDeque;
use std::sync::PoisonError;

use hopluu_desk::{Answer, Live, News, Refusal, Shared, Trouble, Work};
use hopluu_driver::Machine;
use hopluu_driver::settings::Settings;
use hopluu_mailbox::{Input, Output as MailboxOutput};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_office::{Office, OfficeError, Output};
use hopluu_store::StoreError;
use tokio::sync::{broadcast, oneshot};

use crate::home::{Home, Profile};
use crate::opening;

/// Something to do, and where to answer.
pub(crate) struct Ask {
    pub(crate) work: Work,
    pub(crate) answer: oneshot::Sender<Result<Answer, Refusal>>,
}

/// So many notices and alarms are kept for `status`.
const KEPT: usize = 20;

/// The machine.
pub(crate) struct NodeMachine {
    /// Absent while the store is being opened again: the directory's lock goes with it.
    office: Option<Office>,
    home: Home,
    profile: Profile,
    settings: Settings,
    live: Shared,
    news: broadcast::Sender<News>,
    waiting: Vec<(oneshot::Sender<Result<Answer, Refusal>>, Answer)>,
}

impl NodeMachine {
    pub(crate) fn new(
        home: Home,
        settings: Settings,
        (office, profile): (Office, Profile),
        (live, news): (Shared, broadcast::Sender<News>),
    ) -> Self {
        Self { office: Some(office), home, profile, settings, live, news, waiting: Vec::new() }
    }

    fn keep(&mut self, change: impl FnOnce(&mut Profile)) -> Result<(), OfficeError> {
        change(&mut self.profile);
        self.home.write_profile(&self.profile).map_err(|error| {
            // Same standing as a failed journal: nothing behind it may leave.
            let (what, name) = ("write", "identity/profile.json".to_owned());
            OfficeError::from(StoreError::Io { what, name, source: error })
        })
    }

    fn office(&mut self) -> Result<&mut Office, OfficeError> {
        self.office.as_mut().ok_or_else(|| OfficeError::from(StoreError::Poisoned))
    }

    fn live(&self) -> std::sync::MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Machine for NodeMachine {
    type Command = Ask;
    type Error = OfficeError;

    fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), OfficeError> {
        let office = self.office()?;
        open_new_year(office, now, wall)?;
        office.handle(now, wall, input)
    }

    fn command(&mut self, now: Tick, wall: Timestamp, ask: Ask) -> Result<(), OfficeError> {
        let Some(office) = self.office.as_mut() else { return Ok(()) };
        match (ask.work)(office, now, wall) {
            Ok(value) => self.waiting.push((ask.answer, value)),
            Err(Trouble::Refused(complaint)) => drop(ask.answer.send(Err(complaint))),
            Err(Trouble::Office(error)) => {
                drop(ask.answer.send(Err(Refusal::not_saved(&error))));
                return Err(error);
            }
        }
        Ok(())
    }

    fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), OfficeError> {
        let waiting = std::mem::take(&mut self.waiting);
        match self.office().and_then(|office| office.commit(now, wall)) {
            Ok(()) => {
                for (answer, value) in waiting {
                    // Whoever asked may be gone; what they asked for is done all the same.
                    drop(answer.send(Ok(value)));
                }
                Ok(())
            }
            Err(error) => {
                for (answer, _) in waiting {
                    drop(answer.send(Err(Refusal::not_saved(&error))));
                }
                Err(error)
            }
        }
    }

    fn poll(&mut self) -> Option<MailboxOutput> {
        loop {
            match self.office.as_mut()?.poll()? {
                Output::Line(output) => return Some(output),
                // Nobody listens while no page is open.
                Output::Moved(moved) => drop(self.news.send(moved.into())),
                // Pages that show one ask how far it is.
                Output::Picture { .. } => {}
            }
        }
    }

    fn output(&mut self, _: Tick, _: Timestamp, output: MailboxOutput) -> Result<(), OfficeError> {
        match output {
            MailboxOutput::Enrolled(enrolment) => self.keep(|profile| profile.enrolment = Some(*enrolment))?,
            MailboxOutput::Claimed { ok: true, .. } => self.keep(|profile| profile.claim = None)?,
            MailboxOutput::Claimed { ok: false, text } => {
                tracing::error!(text, "the relay does not let itself be claimed");
                push(&mut self.live().alarms, text);
            }
            MailboxOutput::TurnedAway { code, text } => {
                tracing::warn!(code, text, "the relay does not speak with this machine");
                self.live().turned_away = Some((code, text));
            }
            MailboxOutput::Tell(notice) => {
                tracing::info!(code = notice.code, slug = notice.slug, "{}", notice.en);
                push(&mut self.live().notices, notice);
            }
            MailboxOutput::Alarm(text) => {
                tracing::error!(text, "alarm");
                push(&mut self.live().alarms, text);
            }
            MailboxOutput::Heard(heard) => {
                self.live().heard.extend(heard.into_iter().map(|heard| (heard.device, heard)));
            }
            _ => {}
        }
        Ok(())
    }

    fn next_wake(&self) -> Option<Tick> {
        self.office.as_ref()?.next_wake()
    }

    fn addresses(&self, relay: &DeviceId) -> Vec<String> {
        let roster = self.office.as_ref().map(|office| office.mailbox().trust().roster());
        let known = roster.and_then(|roster| roster.relays().find(|(key, _)| *key == relay));
        let mut addresses = self.profile.relay.addresses.clone();
        if let Some((_, more)) = known {
            addresses.extend(more.iter().filter(|address| !self.profile.relay.addresses.contains(address)).cloned());
        }
        addresses
    }

    fn recover(&mut self, _: Tick, wall: Timestamp) -> Result<(), OfficeError> {
        self.office = None;
        match opening::open(&self.home, &self.settings, wall) {
            Ok((office, profile)) => {
                self.office = Some(office);
                self.profile = profile;
                self.live().broken = None;
                Ok(())
            }
            Err(complaint) => {
                tracing::error!(code = complaint.code, cause = complaint.cause, "{}", complaint.en);
                self.live().broken = Some(complaint.en);
                Err(OfficeError::from(StoreError::Poisoned))
            }
        }
    }

    fn close(&mut self) -> Result<(), OfficeError> {
        self.office.as_mut().map_or(Ok(()), Office::close)
    }
}

/// The province desk opens the year that follows the newest open one when its clock gets there. Only that one: a clock
/// that is years ahead opens nothing.
fn open_new_year(office: &mut Office, now: Tick, wall: Timestamp) -> Result<(), OfficeError> {
    let trust = office.mailbox().trust();
    let year = u16::try_from(wall.date().year()).unwrap_or_default();
    let next = trust.roster().open_years().next_back().and_then(|newest| newest.checked_add(1));
    if !trust.is_desk() || next != Some(year) {
        return Ok(());
    }
    tracing::info!(year, "a new year is opened");
    office.open_year(now, year, wall)
}

fn push<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}
