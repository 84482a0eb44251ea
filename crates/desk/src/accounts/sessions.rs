//! Who is signed in where.
//!
//! A session is a random token of 32 bytes; kept is only its SHA-256, as a fact, so that a restart signs nobody out and
//! a copy of the disk signs nobody in. How long one may lie idle is counted in **days of use**, not by a clock: a day of
//! use begins when somebody works here and
//!
//! * the calendar shows another day than when the last one was counted, in whichever direction, or
//! * the clock stands before the last moment that was written down (a box without a battery that woke up in 1970), or
//! * a whole day of this run has passed since,
//!
//! and never twice within four hours of one run. So a jump of years costs every session one day, a box whose calendar
//! stands still ages all the same, and a long holiday signs nobody out.

use std::net::IpAddr;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hopluu_model::{Tick, Timestamp};
use ring::{digest, hmac};
use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::book::{Book, DAYS, Pen, SESSIONS};
use crate::{Desk, Refusal, Who};

/// A session that was not used on so many days of use is over.
const IDLE_DAYS: u32 = 14;
/// So is one that was begun so many days of use ago.
const LIFE_DAYS: u32 = 90;
/// When a session was last used is written down at most so often.
const SEEN_EVERY_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;
/// Two days of use within one run lie at least so far apart.
const DAYS_APART_MS: u64 = 4 * 3_600_000;
/// One account is signed in on so many devices at most; the one unused longest gives way.
const PER_ACCOUNT: usize = 12;
/// What a browser calls itself is cut to so many characters.
const AGENT_MAX: usize = 120;
pub(crate) const TOKEN_LEN: usize = 32;

/// A session as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Places are used again.
    pub(crate) place: u32,
    /// SHA-256 of the token, in hexadecimal.
    token: String,
    pub(crate) account: AccountId,
    made_at: Timestamp,
    made_day: u32,
    seen_at: Timestamp,
    seen_day: u32,
    pub(crate) from: IpAddr,
    agent: String,
    /// When it was last written down, in this run.
    #[serde(skip)]
    written: Option<Tick>,
}

impl Kept {
    pub(crate) fn digest(&self) -> [u8; 32] {
        let bytes = HEXLOWER.decode(self.token.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
    }

    /// By which it is named; tells nothing of the token.
    pub(crate) fn id(&self) -> String {
        self.token.chars().take(16).collect()
    }

    pub(crate) fn key(&self) -> String {
        format!("{SESSIONS}{:04}", self.place)
    }

    fn is_over(&self, days: &UseDays) -> bool {
        days.count.saturating_sub(self.seen_day) > IDLE_DAYS || days.count.saturating_sub(self.made_day) > LIFE_DAYS
    }
}

/// How many days people have worked here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UseDays {
    pub(crate) count: u32,
    /// When the last one was counted, by the wall clock of that moment.
    at: Option<Timestamp>,
    /// When somebody was last seen at work, by the wall clock of that moment.
    seen: Timestamp,
    /// When the last one was counted, in this run.
    #[serde(skip)]
    tick: Option<Tick>,
}

impl UseDays {
    /// Whether a new day of use begins now.
    fn is_new(&self, now: Tick, wall: Timestamp) -> bool {
        let other_day = self.at.is_none_or(|at| wall.date() != at.date()) || wall < self.seen;
        match self.tick.map(|tick| now.since(tick)) {
            Some(passed) => passed >= DAY_MS || (other_day && passed >= DAYS_APART_MS),
            None => other_day,
        }
    }

    /// Somebody is at work.
    fn see(&mut self, now: Tick, wall: Timestamp) {
        if self.is_new(now, wall) {
            (self.count, self.at, self.tick) = (self.count.saturating_add(1), Some(wall), Some(now));
        }
        self.seen = wall;
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who it is and what they may do, as of now.
    pub who: Who,
    /// The account.
    pub account: AccountId,
    /// By which the session is named in lists; not secret.
    pub id: String,
    /// What every form of this session must bring along.
    pub csrf: String,
    /// The password was given by somebody else: nothing but changing it is to be offered.
    pub must_change: bool,
    /// The part must use codes and this account does not yet: nothing but that is to be offered.
    pub needs_totp: bool,
    /// [`Desk::seen`] has something to write down.
    pub due: bool,
}

impl Session {
    /// Whether a form was made for this session. Takes as long for a wrong guess as for a near one.
    #[must_use]
    pub fn csrf_is(&self, brought: &str) -> bool {
        let (ours, theirs) = (self.csrf.as_bytes(), brought.as_bytes());
        let differ = ours.iter().zip(theirs).fold(0, |differ, (a, b)| differ | (a ^ b));
        ours.len() == theirs.len() && differ == 0
    }
}

/// A session as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// By which it is revoked.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// Their name, as shown.
    pub name: String,
    /// Where they signed in from.
    pub from: IpAddr,
    /// What their browser calls itself.
    pub agent: String,
    /// When they signed in.
    pub made_at: Timestamp,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
    /// Whether it is the session that asks.
    pub current: bool,
}

/// The digest by which a token is found.
pub(crate) fn digest_of(token: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, token);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

fn csrf_of(token: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token);
    BASE64URL_NOPAD.encode(hmac::sign(&key, b"hopluu csrf").as_ref())
}

impl Book {
    /// The session of a token, when it still stands.
    fn session(&self, token: &[u8], now: Tick, wall: Timestamp) -> Option<Session> {
        let kept = self.sessions.get(self.tokens.get(&digest_of(token))?)?;
        let account = self.accounts.get(&kept.account).filter(|account| !account.disabled)?;
        if kept.is_over(&self.days) {
            return None;
        }
        let stale = kept.written.is_none_or(|written| now.since(written) >= SEEN_EVERY_MS);
        Some(Session {
            who: Who { from: Some(kept.from), ..account.who() },
            account: account.id,
            id: kept.id(),
            csrf: csrf_of(token),
            must_change: account.must_change,
            needs_totp: account.totp.is_none() && self.totp_parts.contains(&account.part),
            due: stale || self.days.is_new(now, wall),
        })
    }

    /// The sessions of one account or of all that still stand, the one used last first.
    pub(crate) fn standing(&self, of: Option<AccountId>, current: &str) -> Vec<SessionRow> {
        let kept = self.sessions.values().filter(|kept| of.is_none_or(|of| kept.account == of));
        let row = |kept: &Kept| {
            Some(SessionRow {
                id: kept.id(),
                account: kept.account,
                name: self.accounts.get(&kept.account).filter(|account| !account.disabled)?.shown.clone(),
                from: kept.from,
                agent: kept.agent.clone(),
                made_at: kept.made_at,
                seen_at: kept.seen_at,
                current: kept.id() == current,
            })
        };
        let mut rows: Vec<SessionRow> = kept.filter(|kept| !kept.is_over(&self.days)).filter_map(row).collect();
        rows.sort_by(|a, b| b.seen_at.cmp(&a.seen_at).then_with(|| a.id.cmp(&b.id)));
        rows
    }

    /// Where a session that still stands comes from.
    pub(crate) fn place_of(&self, session: &Session) -> Option<(IpAddr, String)> {
        let kept = self.sessions.values().find(|kept| kept.id() == session.id)?;
        Some((kept.from, kept.agent.clone()))
    }

    /// Whether an account is signed in from an address.
    pub(crate) fn is_at_home(&self, account: AccountId, from: IpAddr) -> bool {
        self.sessions.values().any(|kept| kept.account == account && kept.from == from && !kept.is_over(&self.days))
    }
}

impl Pen<'_> {
    /// Begins a session for an account and returns its token as text.
    pub(crate) fn sign_in(
        &mut self,
        account: AccountId,
        token: [u8; TOKEN_LEN],
        (from, agent): (IpAddr, &str),
    ) -> Result<String, hopluu_office::OfficeError> {
        self.see()?;
        let over: Vec<u32> =
            self.book.sessions.values().filter(|kept| kept.is_over(&self.book.days)).map(|kept| kept.place).collect();
        for place in over {
            self.end(place)?;
        }
        let mut own: Vec<&Kept> = self.book.sessions.values().filter(|kept| kept.account == account).collect();
        own.sort_by_key(|kept| (kept.seen_day, kept.seen_at));
        let (oldest, count) = (own.first().map(|kept| kept.place), own.len());
        if let Some(oldest) = oldest.filter(|_| count >= PER_ACCOUNT) {
            self.end(oldest)?;
        }
        let place = (0..).find(|place| !self.book.sessions.contains_key(place)).unwrap_or_default();
        let digest = digest_of(&token);
        let kept = Kept {
            place,
            token: HEXLOWER.encode(&digest),
            account,
            made_at: self.wall,
            made_day: self.book.days.count,
            seen_at: self.wall,
            seen_day: self.book.days.count,
            from,
            agent: agent.chars().filter(|c| !c.is_control()).take(AGENT_MAX).collect(),
            written: Some(self.now),
        };
        self.put(&kept.key(), &kept)?;
        self.book.tokens.insert(digest, place);
        self.book.sessions.insert(place, kept);
        Ok(BASE64URL_NOPAD.encode(&token))
    }

    /// Ends the session in a place.
    pub(crate) fn end(&mut self, place: u32) -> Result<(), hopluu_office::OfficeError> {
        if let Some(kept) = self.book.sessions.remove(&place) {
            self.book.tokens.remove(&kept.digest());
            self.take_away(&kept.key())?;
        }
        Ok(())
    }

    /// Ends all sessions of an account but one; returns how many.
    pub(crate) fn end_all(&mut self, account: AccountId, but: &str) -> Result<usize, hopluu_office::OfficeError> {
        let others = self.book.sessions.values().filter(|kept| kept.account == account && kept.id() != but);
        let places: Vec<u32> = others.map(|kept| kept.place).collect();
        for place in &places {
            self.end(*place)?;
        }
        Ok(places.len())
    }

    fn see(&mut self) -> Result<(), hopluu_office::OfficeError> {
        self.book.days.see(self.now, self.wall);
        let days = self.book.days.clone();
        self.put(DAYS, &days)
    }
}

impl Desk {
    /// The session of a token, from memory.
    #[must_use]
    pub fn session(&self, token: &str) -> Option<Session> {
        let token = BASE64URL_NOPAD.decode(token.as_bytes()).ok().filter(|token| token.len() == TOKEN_LEN)?;
        self.people.book().session(&token, self.now(), self.wall())
    }

    /// Writes down that a session is in use, at most once an hour.
    ///
    /// # Errors
    /// When the office cannot save now; the session stands all the same.
    pub async fn seen(&self, session: &Session) -> Result<(), Refusal> {
        if !session.due {
            return Ok(());
        }
        let id = session.id.clone();
        self.with_book(move |pen| {
            let (now, wall, new_day) = (pen.now, pen.wall, pen.book.days.is_new(pen.now, pen.wall));
            let Some(kept) = pen.book.sessions.values().find(|kept| kept.id() == id) else { return Ok(()) };
            // Pages ask for many things at once; the first one wrote it down.
            if !new_day && kept.written.is_some_and(|written| now.since(written) < SEEN_EVERY_MS) {
                return Ok(());
            }
            let place = kept.place;
            pen.see()?;
            let day = pen.book.days.count;
            let Some(kept) = pen.book.sessions.get_mut(&place) else { return Ok(()) };
            (kept.seen_at, kept.seen_day, kept.written) = (wall, day, Some(now));
            let kept = kept.clone();
            Ok(pen.put(&kept.key(), &kept)?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const DAY: i64 = 86_400_000;

    /// Counts days of use through moments of one run, or of several when the tick goes back.
    fn count(moments: &[(u64, i64)]) -> u32 {
        let (mut days, mut last) = (UseDays::default(), 0);
        for (tick, wall) in moments {
            if *tick < last {
                days.tick = None;
            }
            last = *tick;
            days.see(Tick(*tick), Timestamp(*wall));
        }
        days.count
    }

    #[test]
    fn days_of_use_follow_the_calendar_and_bear_clocks_that_jump() {
        let noon = 1_795_331_100_000;
        assert_eq!(count(&[(0, noon), (HOUR, noon + 3_600_000), (24 * HOUR, noon + DAY)]), 2);
        let jumps = [(0, noon), (1_000, 0), (2_000, noon + 40 * 365 * DAY), (3_000, noon)];
        assert_eq!(count(&jumps), 1, "a clock that jumps within a run");
        assert_eq!(count(&[(HOUR, 1), (9 * HOUR, 8 * 3_600_000), (0, 1), (0, 2)]), 2, "each morning is 1970");
        assert_eq!(count(&[(0, noon), (25 * HOUR, noon), (50 * HOUR, noon)]), 3, "the calendar stands still");
        assert_eq!(count(&[(HOUR, noon), (0, noon + 60 * DAY)]), 2, "a long holiday");
    }

    #[test]
    fn a_form_of_another_session_is_told_apart() {
        let (one, other) = (csrf_of(&[1; 32]), csrf_of(&[2; 32]));
        let who = Who::new("Lan", crate::Part::Clerk);
        let session = Session {
            who,
            account: AccountId([0; 8]),
            id: "x".into(),
            csrf: one.clone(),
            must_change: false,
            needs_totp: false,
            due: false,
        };
        assert!(session.csrf_is(&one));
        assert!(!session.csrf_is(&other) && !session.csrf_is("") && !session.csrf_is(&one[..one.len() - 1]));
    }
}
