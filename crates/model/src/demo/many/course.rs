//! What happens to one issue, from the report to its end, as edits of both sides in the order of time.

use super::words::{ANSWERS, ASKS, COMMENTS, PROPOSALS, REPLIES, TOPICS, Topic, pick, subject};
use super::{DemoOffice, MadeIssue, MadeStep};
use crate::demo::DemoDice;
use crate::demo::bulletin::{APPROVED, DEADLINES};
use crate::edit::{Arrived, Comment, Desk, Form, MoveIssue, ReportIssue};
use crate::id::{EventId, RecordId};
use crate::record::{By, EventKind, Role, Side, Stamp};
use crate::text::IssueCode;
use crate::time::Timestamp;
use crate::vocabulary;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// One issue on its way.
pub(super) struct Course<'a> {
    dice: &'a mut DemoDice,
    office: &'a DemoOffice,
    topic: &'static Topic,
    record: RecordId,
    at: Timestamp,
    after: Vec<EventId>,
    steps: Vec<MadeStep>,
}

/// Follows an issue as far as the office's last moment lets it come.
pub(super) fn run(dice: &mut DemoDice, office: &DemoOffice, code: IssueCode, before: Option<RecordId>) -> MadeIssue {
    let span = u64::try_from(office.until.0.saturating_sub(office.from.0)).unwrap_or(0);
    let begun = office.from.0.saturating_add(i64::try_from(dice.below(span)).unwrap_or(0));
    let (record, topic) = (dice.record(), topic(dice));
    let at = at_work(begun);
    let mut course = Course { dice, office, topic, record, at, after: Vec::new(), steps: Vec::new() };
    course.all(code, before);
    MadeIssue { record, steps: course.steps }
}

fn topic(dice: &mut DemoDice) -> &'static Topic {
    let mut left = dice.below(TOPICS.iter().map(|topic| topic.weight).sum());
    let found = TOPICS.iter().find(|topic| {
        let here = left < topic.weight;
        left = left.saturating_sub(topic.weight);
        here
    });
    found.unwrap_or(&TOPICS[0])
}

/// The next moment from half past seven to five in the afternoon of a weekday.
fn at_work(at: i64) -> Timestamp {
    let (opens, closes) = (7 * HOUR + 30 * MINUTE, 17 * HOUR);
    let local = at.saturating_add(7 * HOUR);
    let (mut day, mut time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    if time > closes {
        (day, time) = (day + 1, opens + time % HOUR);
    }
    while Timestamp(day.saturating_mul(DAY)).date().is_weekend() {
        day += 1;
    }
    Timestamp(day.saturating_mul(DAY).saturating_add(time.max(opens + time % HOUR) - 7 * HOUR))
}

impl Course<'_> {
    /// Days to answer and usual lead of its category.
    fn usual(&self) -> (u64, &'static str) {
        let row = DEADLINES.iter().find(|(category, ..)| *category == self.topic.category);
        row.map_or((10, "van_phong_ubnd"), |(_, days, lead)| (u64::try_from(*days).unwrap_or(10), lead))
    }

    /// Lets up to so many hours go by.
    fn wait(&mut self, hours: u64) {
        let more = i64::try_from(self.dice.below(hours.max(1) * 60)).unwrap_or(0);
        self.at = at_work(self.at.0.saturating_add((more + 5).saturating_mul(MINUTE)));
    }

    fn is_over(&self) -> bool {
        self.at > self.office.until
    }

    fn all(&mut self, code: IssueCode, before: Option<RecordId>) {
        if !self.report(code) {
            return;
        }
        // Most arrive within the hour, some offices are offline for days.
        let offline = if self.dice.chance(8) { 80 } else { 1 };
        self.wait(offline);
        self.arrived(Side::Province, None);
        self.wait(26);
        match self.dice.below(100) {
            0..=1 => return self.step(EventKind::WITHDRAW, |_, _| {}),
            2..=4 => {
                return self.step(EventKind::REFUSE, |form, _| form.reason = say("Thuộc thẩm quyền của xã.", form));
            }
            5..=6 if before.is_some() => return self.step(EventKind::DUPLICATE, |form, _| form.other = before),
            _ => {}
        }
        self.step(EventKind::RECEIVE, |_, _| {});
        self.wait(26);
        self.forward();
        self.remark();
        self.work();
        self.end();
    }

    /// Begins it; says whether it became the province's business.
    fn report(&mut self, code: IssueCode) -> bool {
        let (event, text, proposal) = (self.dice.event(), subject(self.dice, self.topic), pick(self.dice, &PROPOSALS));
        let numbers = vocabulary::numbers_only(self.topic.category);
        let submit = APPROVED.contains(&self.topic.category);
        let on_behalf = !submit && self.dice.chance(2);
        let form = ReportIssue {
            record: self.record,
            event,
            code,
            category: self.topic.category.into(),
            cause: pick(self.dice, &["khach_quan", "khach_quan", "chu_quan", "chua_ro"]).into(),
            text,
            proposal: (!numbers && self.dice.chance(70)).then(|| proposal.to_owned()),
            place: None,
            urgent: self.dice.chance(6),
            submit,
            picture: None,
        };
        let (side, role) = if on_behalf { (Side::Province, Role::Triage) } else { (Side::Commune, Role::Clerk) };
        self.push((side, role), &form);
        self.after = vec![event];
        if submit {
            self.wait(20);
            if self.dice.chance(10) {
                return false;
            }
            self.step(EventKind::REPORT, |_, _| {});
        }
        true
    }

    fn forward(&mut self) {
        let seen = self.after.clone();
        let lead = self.usual().1;
        self.step(EventKind::FORWARD, |form, dice| {
            form.lead = Some(lead.into());
            let helper = pick(dice, &["so_tai_chinh", "van_phong_ubnd", "so_noi_vu"]);
            form.helpers = if dice.chance(20) && helper != lead { vec![helper.into()] } else { Vec::new() };
        });
        // Now and then two of triage forward without knowing of each other.
        if self.dice.chance(1) {
            let first = std::mem::replace(&mut self.after, seen);
            self.step(EventKind::FORWARD, |form, _| form.lead = Some("ban_to_chuc".into()));
            self.after.extend(first);
        }
    }

    fn remark(&mut self) {
        if self.dice.chance(15) {
            self.wait(8);
            let (event, text) = (self.dice.event(), pick(self.dice, &COMMENTS));
            let numbers_only = vocabulary::numbers_only(self.topic.category);
            let text = if numbers_only { "1" } else { text }.to_owned();
            let form = Comment { issue: self.record, event, text, numbers_only, urgent: false };
            self.push((Side::Province, Role::Handler), &form);
        }
    }

    /// The lead works on it, asks one time in four, and answers around the deadline.
    fn work(&mut self) {
        self.wait(50);
        self.step(EventKind::START, |_, _| {});
        if self.dice.chance(25) {
            self.wait(16);
            self.step(EventKind::ASK, |form, dice| form.text = say(pick(dice, &ASKS), form));
            self.reach(Side::Commune);
            self.wait(150);
            self.step(EventKind::REPLY, |form, dice| form.text = say(pick(dice, &REPLIES), form));
            self.reach(Side::Province);
        }
        let days = self.usual().0 * 24;
        let days = if self.dice.chance(12) { days * 3 } else { days };
        self.wait(days);
        self.step(EventKind::ANSWER, |form, dice| form.text = say(pick(dice, &ANSWERS), form));
        self.reach(Side::Commune);
    }

    /// The commune says that it is solved or that it is not, or the province closes it.
    fn end(&mut self) {
        self.wait(90);
        match self.dice.below(100) {
            0..=64 => self.step(EventKind::SOLVED, |_, _| {}),
            65..=71 => {
                let seen = self.after.clone();
                self.step(EventKind::REOPEN, |form, _| form.reason = say("Mới xử lý được một phần.", form));
                // One office says that it is not solved, another one that it is.
                if self.dice.chance(10) {
                    let first = std::mem::replace(&mut self.after, seen);
                    self.step(EventKind::SOLVED, |_, _| {});
                    self.after.extend(first);
                    return;
                }
                self.reach(Side::Province);
                self.work();
                self.wait(60);
                self.step(EventKind::SOLVED, |_, _| {});
            }
            72..=94 => {
                self.wait(5 * 24);
                self.step(EventKind::CLOSE, |_, _| {});
            }
            _ => {}
        }
    }

    /// The last event reaches a side's office after a while.
    fn reach(&mut self, side: Side) {
        self.wait(3);
        let chosen = self.after.last().copied();
        self.arrived(side, chosen);
    }

    fn arrived(&mut self, side: Side, chosen: Option<EventId>) {
        let form = Arrived { issue: self.record, event: self.dice.event(), chosen };
        self.push((side, Role::Program), &form);
    }

    /// Something moves it.
    fn step(&mut self, kind: EventKind, fill: impl FnOnce(&mut MoveIssue, &mut DemoDice)) {
        let event = self.dice.event();
        let mut form = MoveIssue::new(self.record, event, kind, self.after.clone());
        form.numbers_only = vocabulary::numbers_only(self.topic.category);
        fill(&mut form, self.dice);
        let who = match kind {
            EventKind::REPORT | EventKind::WITHDRAW => (Side::Commune, Role::Leader),
            EventKind::SOLVED | EventKind::REOPEN | EventKind::REPLY => (Side::Commune, Role::Clerk),
            EventKind::ASK | EventKind::ANSWER | EventKind::START => (Side::Province, Role::Handler),
            EventKind::CLOSE => (Side::Province, Role::Program),
            _ => (Side::Province, Role::Triage),
        };
        if self.push(who, &form) {
            self.after = vec![event];
        }
    }

    /// Types a form at a desk, unless the office's last moment has passed; says whether it did.
    fn push(&mut self, (side, role): (Side, Role), form: &impl Form) -> bool {
        if self.is_over() && !self.steps.is_empty() {
            return false;
        }
        let number = match (side, role) {
            (_, Role::Program) => 0,
            (Side::Commune, _) => 1 + self.dice.below(9),
            (Side::Province, _) => 900 + self.dice.below(30),
        };
        let stamp = Stamp { at: self.at, by: By { name: format!("Nguyễn Văn Mẫu {number:03}"), role } };
        let edit = form.edit(&Desk { doc: self.office.doc, stamp, side, made_up: true });
        debug_assert!(edit.is_ok(), "demonstration data fits its forms: {edit:?}");
        self.steps.extend(edit.ok().map(|edit| MadeStep { side, edit }));
        true
    }
}

/// What is said, or a number where a category allows nothing else.
fn say(text: &str, form: &MoveIssue) -> Option<String> {
    Some(if form.numbers_only { "1 / 2026".to_owned() } else { text.to_owned() })
}
