//! What is not in documents but must be answered for: who signed in, who changed accounts, who looked at whom.
//!
//! Lines are facts in two rings of places: wrong sign-ins have a ring of their own, so that nobody can push out what
//! happened by guessing. Order is that of their numbers; the time is what this machine's clock said.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use hopluu_model::text::search_key;
use hopluu_model::{Tick, Timestamp};
use hopluu_office::{Office, OfficeError};
use serde::{Deserialize, Serialize};

use crate::accounts::{Pen, all};
use crate::{Desk, Part, Power, Refusal, Who};

/// Lines kept of everything but wrong sign-ins.
const DEEDS: u32 = 4_000;
/// Lines kept of wrong sign-ins.
const MISSES: u32 = 1_000;
/// A line about a person is written once in so long for everybody who looks.
const SAW_EVERY_MS: u64 = 15 * 60_000;
/// Wrong sign-ins written down per hour of this run; the rest is counted.
const MISSES_PER_HOUR: u32 = 120;
const HOUR_MS: u64 = 3_600_000;
/// Rows of one page at most.
const PAGE_MAX: u32 = 500;
const TEXT_MAX: usize = 200;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// The first account was made with the set-up code.
    SetUp,
    /// Somebody signed in.
    SignedIn,
    /// A sign-in was wrong.
    Missed,
    /// Somebody signed out.
    SignedOut,
    /// An account was made.
    AccountMade,
    /// An account has another name, part or department.
    AccountChanged,
    /// Somebody changed their own password.
    PasswordChanged,
    /// An account was given a password.
    PasswordGiven,
    /// An account was disabled.
    Disabled,
    /// An account was enabled.
    Enabled,
    /// An account uses codes from now on.
    TotpSet,
    /// An account uses codes no more.
    TotpRemoved,
    /// Which parts must use codes was changed.
    TotpRule,
    /// A session was revoked.
    Revoked,
    /// Somebody looked at personal fields.
    SawPerson,
    /// Something was taken out as a file.
    Exported,
    /// A spreadsheet was loaded.
    Imported,
    /// A load was taken back.
    ImportUndone,
}

impl Deed {
    /// All of them, in the order in which forms offer them.
    pub const ALL: [Self; 18] = [
        Self::SignedIn,
        Self::Missed,
        Self::SignedOut,
        Self::SawPerson,
        Self::Exported,
        Self::Imported,
        Self::ImportUndone,
        Self::AccountMade,
        Self::AccountChanged,
        Self::PasswordChanged,
        Self::PasswordGiven,
        Self::Disabled,
        Self::Enabled,
        Self::TotpSet,
        Self::TotpRemoved,
        Self::TotpRule,
        Self::Revoked,
        Self::SetUp,
    ];

    /// The name by which it is stored and typed.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::SignedIn => "signed_in",
            Self::Missed => "missed",
            Self::SignedOut => "signed_out",
            Self::AccountMade => "account_made",
            Self::AccountChanged => "account_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordGiven => "password_given",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::TotpSet => "totp_set",
            Self::TotpRemoved => "totp_removed",
            Self::TotpRule => "totp_rule",
            Self::Revoked => "revoked",
            Self::SawPerson => "saw_person",
            Self::Exported => "exported",
            Self::Imported => "imported",
            Self::ImportUndone => "import_undone",
        }
    }

    /// As people call it: in Vietnamese and in English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SetUp => ("Lập tài khoản đầu tiên", "First account made"),
            Self::SignedIn => ("Đăng nhập", "Signed in"),
            Self::Missed => ("Đăng nhập không thành công", "Wrong sign-in"),
            Self::SignedOut => ("Đăng xuất", "Signed out"),
            Self::AccountMade => ("Lập tài khoản", "Account made"),
            Self::AccountChanged => ("Sửa tài khoản", "Account changed"),
            Self::PasswordChanged => ("Đổi mật khẩu", "Password changed"),
            Self::PasswordGiven => ("Cấp lại mật khẩu", "Password given"),
            Self::Disabled => ("Khóa tài khoản", "Account disabled"),
            Self::Enabled => ("Mở lại tài khoản", "Account enabled"),
            Self::TotpSet => ("Dùng mã xác thực", "Codes set up"),
            Self::TotpRemoved => ("Bỏ mã xác thực", "Codes taken away"),
            Self::TotpRule => ("Đổi quy định mã xác thực", "Rule of codes changed"),
            Self::Revoked => ("Thu hồi phiên đăng nhập", "Session revoked"),
            Self::SawPerson => ("Xem thông tin cá nhân", "Personal fields seen"),
            Self::Exported => ("Xuất dữ liệu", "Exported"),
            Self::Imported => ("Nạp dữ liệu từ tệp", "Loaded a file"),
            Self::ImportUndone => ("Hoàn tác lần nạp", "Undid a load"),
        }
    }

    /// Finds one by its slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.slug() == slug)
    }
}

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Counts up; pages go by it.
    pub number: u64,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
    /// Who did it, by the name shown; empty when nobody is known.
    pub by: String,
    /// Their part.
    pub part: Option<Part>,
    /// Where they signed in from; none at the machine itself.
    pub from: Option<IpAddr>,
    /// Whom or what it concerned.
    pub about: String,
    /// More about it, in words or slugs.
    pub text: String,
}

/// Which lines to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TrailQuery {
    /// Slug of what was done.
    pub deed: Option<String>,
    /// Words in who, whom or what, with or without accents.
    pub search: String,
    /// Lines before this number.
    pub before: Option<u64>,
    /// So many at most; 100 when 0.
    pub limit: u32,
}

/// Some lines, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrailPage {
    /// The lines.
    pub rows: Vec<Trace>,
    /// How many lines answer the question in all.
    pub total: usize,
    /// Where the next page begins, when there is one.
    pub next: Option<u64>,
}

/// One ring of places.
#[derive(Default)]
struct Ring {
    rows: VecDeque<Trace>,
    /// The place of the next line.
    next: u32,
}

#[derive(Serialize, Deserialize)]
struct Placed {
    place: u32,
    #[serde(flatten)]
    trace: Trace,
}

impl Ring {
    fn read(office: &Office, prefix: &str, size: u32) -> Result<Self, OfficeError> {
        let mut placed: Vec<Placed> = all(office, prefix)?;
        placed.sort_by_key(|placed| placed.trace.number);
        let next = placed.last().map_or(0, |last| (last.place + 1) % size);
        Ok(Self { rows: placed.into_iter().map(|placed| placed.trace).collect(), next })
    }

    fn push(&mut self, trace: Trace, size: u32) {
        self.rows.push_back(trace);
        while self.rows.len() > size as usize {
            self.rows.pop_front();
        }
        self.next = (self.next + 1) % size;
    }
}

/// The trail as it lies in memory.
#[derive(Default)]
pub(crate) struct Trail {
    deeds: Ring,
    misses: Ring,
    number: u64,
    /// Who looked at whom, and when in this run.
    saw: BTreeMap<(String, String), Tick>,
    /// Since when wrong sign-ins are counted, how many were written, how many were not.
    hour: (Tick, u32, u32),
}

const DEEDS_AT: &str = "trail/deed/";
const MISSES_AT: &str = "trail/miss/";

impl Trail {
    pub(crate) fn read(office: &Office) -> Result<Self, OfficeError> {
        let (deeds, misses) = (Ring::read(office, DEEDS_AT, DEEDS)?, Ring::read(office, MISSES_AT, MISSES)?);
        let number = deeds.rows.iter().chain(&misses.rows).map(|trace| trace.number).max().unwrap_or(0);
        Ok(Self { deeds, misses, number, ..Self::default() })
    }

    /// Whether a look is to be written down.
    fn is_new_look(&mut self, who: &str, person: &str, now: Tick) -> bool {
        self.saw.retain(|_, tick| now.since(*tick) < SAW_EVERY_MS);
        self.saw.insert((who.to_owned(), person.to_owned()), now).is_none()
    }

    /// How many wrong sign-ins were not written down since the last one that is; `None` when this one is not either.
    fn missed(&mut self, now: Tick) -> Option<u32> {
        if now.since(self.hour.0) >= HOUR_MS {
            (self.hour.0, self.hour.1) = (now, 0);
        }
        if self.hour.1 >= MISSES_PER_HOUR {
            self.hour.2 += 1;
            return None;
        }
        self.hour.1 += 1;
        Some(std::mem::take(&mut self.hour.2))
    }

    fn page(&self, query: &TrailQuery) -> TrailPage {
        let deed = query.deed.as_deref().filter(|slug| !slug.is_empty());
        let words = search_key(&query.search);
        let fits = |trace: &&Trace| {
            let text = || search_key(&format!("{} {} {}", trace.by, trace.about, trace.text));
            deed.is_none_or(|slug| trace.deed.slug() == slug)
                && (words.is_empty() || words.split(' ').all(|word| text().contains(word)))
        };
        let mut rows: Vec<&Trace> = self.deeds.rows.iter().chain(&self.misses.rows).filter(fits).collect();
        rows.sort_by_key(|trace| std::cmp::Reverse(trace.number));
        let total = rows.len();
        let limit = if query.limit == 0 { 100 } else { query.limit.min(PAGE_MAX) } as usize;
        let mut rest = rows.into_iter().filter(|trace| query.before.is_none_or(|before| trace.number < before));
        let rows: Vec<Trace> = rest.by_ref().take(limit).cloned().collect();
        let next = rest.next().and(rows.last()).map(|last| last.number);
        TrailPage { rows, total, next }
    }
}

impl Pen<'_> {
    /// Writes a line of the trail.
    pub(crate) fn trace(
        &mut self,
        who: Option<&Who>,
        from: Option<IpAddr>,
        deed: Deed,
        (about, text): (&str, &str),
    ) -> Result<(), OfficeError> {
        let trail = &mut self.book.trail;
        trail.number += 1;
        let cut = |text: &str| text.chars().take(TEXT_MAX).collect();
        let trace = Trace {
            number: trail.number,
            at: self.wall,
            deed,
            by: who.map(|who| who.name.clone()).unwrap_or_default(),
            part: who.map(|who| who.part),
            from: from.or(who.and_then(|who| who.from)),
            about: cut(about),
            text: cut(text),
        };
        let (ring, at, size) = match deed {
            Deed::Missed => (&mut trail.misses, MISSES_AT, MISSES),
            _ => (&mut trail.deeds, DEEDS_AT, DEEDS),
        };
        let placed = Placed { place: ring.next, trace };
        ring.push(placed.trace.clone(), size);
        self.put(&format!("{at}{:04}", placed.place), &placed)
    }

    /// Writes down a wrong sign-in, unless there were very many within an hour.
    pub(crate) fn missed(&mut self, about: &str, from: IpAddr) -> Result<(), OfficeError> {
        let Some(unwritten) = self.book.trail.missed(self.now) else { return Ok(()) };
        let text = if unwritten > 0 { format!("+{unwritten}") } else { String::new() };
        self.trace(None, Some(from), Deed::Missed, (about, &text))
    }
}

impl Desk {
    /// Lines of the trail, newest first.
    ///
    /// # Errors
    /// When whoever asks may not read it, or the office cannot answer.
    pub async fn trail(&self, who: &Who, query: TrailQuery) -> Result<TrailPage, Refusal> {
        self.allow(who, Power::Audit)?;
        self.with_book(move |pen| Ok(pen.book.trail.page(&query))).await
    }

    /// Writes down that somebody looks at a person's fields. To be awaited before they are shown.
    ///
    /// # Errors
    /// When it cannot be saved: then nothing is to be shown either.
    pub async fn saw_person(&self, who: &Who, person: &str) -> Result<(), Refusal> {
        self.allow(who, Power::Personal)?;
        let (who, person) = (who.clone(), person.to_owned());
        self.with_book(move |pen| {
            if pen.book.trail.is_new_look(&who.name, &person, pen.now) {
                pen.trace(Some(&who), None, Deed::SawPerson, (&person, ""))?;
            }
            Ok(())
        })
        .await
    }

    /// Writes down that somebody takes something out as a file. To be awaited before it leaves.
    ///
    /// # Errors
    /// When it cannot be saved: then nothing is to leave either.
    pub async fn exported(&self, who: &Who, what: &str, rows: usize) -> Result<(), Refusal> {
        let (who, what, rows) = (who.clone(), what.to_owned(), rows.to_string());
        self.with_book(move |pen| Ok(pen.trace(Some(&who), None, Deed::Exported, (&what, &rows))?)).await
    }
}
