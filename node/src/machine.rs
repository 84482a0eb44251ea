//! The office as the driver runs it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use hopluu_driver::settings::Settings;
use hopluu_driver::{Complaint, Exit, Machine};
use hopluu_identity::Notice;
use hopluu_mailbox::{Input, Output as MailboxOutput};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_office::{Office, OfficeError, Output};
use hopluu_store::StoreError;
use hopluu_wire::frame::Heard;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::home::{Home, Profile};
use crate::opening;

/// What a command does with the office; it is answered after the commit that makes it durable.
pub(crate) type Work = Box<dyn FnOnce(&mut Office, Tick, Timestamp) -> Result<Value, Trouble> + Send>;

/// Something to do, and where to answer.
pub(crate) struct Ask {
    pub(crate) work: Work,
    pub(crate) answer: oneshot::Sender<Result<Value, Complaint>>,
}

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It concerns this command alone.
    Refused(Complaint),
    /// The office cannot go on before its store was opened again.
    Office(OfficeError),
}

impl From<Complaint> for Trouble {
    fn from(complaint: Complaint) -> Self {
        Self::Refused(complaint)
    }
}

impl From<OfficeError> for Trouble {
    fn from(error: OfficeError) -> Self {
        if error.needs_reopening() { Self::Office(error) } else { Self::Refused(refused(&error)) }
    }
}

/// What is known beside the documents: who is there, and what the people in front should be told.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) heard: BTreeMap<DeviceId, Heard>,
    pub(crate) notices: VecDeque<Notice>,
    pub(crate) alarms: VecDeque<String>,
    /// Why the relay last sent this machine away: code and words.
    pub(crate) turned_away: Option<(u8, String)>,
    /// Whether the store failed and is being opened again.
    pub(crate) broken: Option<String>,
}

/// Shared with those who answer questions.
pub(crate) type Shared = Arc<Mutex<Live>>;

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
    waiting: Vec<(oneshot::Sender<Result<Value, Complaint>>, Value)>,
}

impl NodeMachine {
    pub(crate) fn new(home: Home, settings: Settings, (office, profile): (Office, Profile), live: Shared) -> Self {
        Self { office: Some(office), home, profile, settings, live, waiting: Vec::new() }
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
                drop(ask.answer.send(Err(not_saved(&error))));
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
                    drop(answer.send(Err(not_saved(&error))));
                }
                Err(error)
            }
        }
    }

    fn poll(&mut self) -> Option<MailboxOutput> {
        loop {
            match self.office.as_mut()?.poll()? {
                Output::Line(output) => return Some(output),
                // Pages will follow these; commands ask anew.
                Output::Moved(_) => {}
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

fn not_saved(error: &OfficeError) -> Complaint {
    Complaint::new(
        Exit::Failed,
        "not-saved",
        "Chưa lưu được: đĩa của máy này không ghi được. Nội dung đã lưu trước đó vẫn còn. Kiểm tra chỗ trống rồi nhập lại.",
        "Not saved: this machine's disk cannot be written. What was saved before is kept. Check the free space, then \
         enter it again.",
    )
    .because(error)
}

fn refused(error: &OfficeError) -> Complaint {
    match error {
        OfficeError::NotOurs(_) => Complaint::new(
            Exit::Refused,
            "not-ours",
            "Văn phòng này không được ghi hồ sơ đó. Hãy ghi ở văn phòng của xã, phường liên quan.",
            "This office may not write that document. Write it at the office of the commune concerned.",
        ),
        OfficeError::YearNotOpen(year) => Complaint::new(
            Exit::Refused,
            "year-not-open",
            format!("Tỉnh chưa mở sổ năm {year}. Kiểm tra ngày giờ của máy, rồi báo bàn tỉnh."),
            format!("The province has not opened {year}. Check this machine's clock, then tell the province desk."),
        ),
        OfficeError::NoDevice(_) => Complaint::new(
            Exit::Refused,
            "no-device",
            "Không có thiết bị này trong danh bạ. `hopluu devices` in danh sách.",
            "The roster names no such device. `hopluu devices` lists them.",
        ),
        OfficeError::Mailbox(hopluu_mailbox::MailboxError::NotDesk) => Complaint::new(
            Exit::Refused,
            "not-desk",
            "Chỉ bàn tỉnh làm được việc này. Chạy lệnh với --dir của bàn tỉnh.",
            "Only the province desk may do this. Run it with the desk's --dir.",
        ),
        OfficeError::Mailbox(hopluu_mailbox::MailboxError::InDoubt) => Complaint::new(
            Exit::Refused,
            "roster-in-doubt",
            "Sổ của máy này từng bị hỏng một phần; cần đối chiếu danh bạ với trạm trước. Chờ có đường truyền rồi thử lại.",
            "This machine's journal was damaged; its roster is compared with the relay's first. Try again once the line is up.",
        ),
        other => crate::failed("refused", other),
    }
}
