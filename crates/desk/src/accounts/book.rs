//! What this node knows of its people, in memory, as its facts say.
//!
//! One fact per account, per session in its place, per draft in its place and per line of the trail in its place, each as
//! JSON; an empty value is one that was taken away. Facts are appended to the journal for ever, so nothing is written
//! per request, and places are used again. The picture in memory is made when the office opens and whenever a commit
//! failed ([`Life`]); it is written by work at the [`Door`](crate::Door) alone, and read by everybody.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hopluu_model::{Tick, Timestamp};
use hopluu_office::{Life, Office, OfficeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::account::{Account, AccountId};
use super::hashing::Hashing;
use super::sessions::{Kept, UseDays};
use super::throttle::Throttle;
use crate::drafts::Drafts;
use crate::trail::Trail;
use crate::{Desk, Part, Power, Refusal, Trouble};

const ACCOUNTS: &str = "account/";
pub(crate) const SESSIONS: &str = "session/";
pub(crate) const SETUP: &str = "accounts/setup-code";
pub(crate) const TOTP_PARTS: &str = "accounts/totp-parts";
pub(crate) const DAYS: &str = "accounts/days";

/// Everything about people that is not in documents.
pub(crate) struct People {
    pub(crate) hashing: Hashing,
    pub(crate) throttle: Mutex<Throttle>,
    book: Mutex<Book>,
}

/// The picture of the facts.
#[derive(Default)]
pub(crate) struct Book {
    /// The life of the office in which it was made.
    life: Option<Life>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// By their place.
    pub(crate) sessions: BTreeMap<u32, Kept>,
    /// Places of sessions, by the digest of their tokens.
    pub(crate) tokens: HashMap<[u8; 32], u32>,
    pub(crate) days: UseDays,
    pub(crate) setup_code: Option<String>,
    /// Parts that must use codes.
    pub(crate) totp_parts: Vec<Part>,
    /// Secrets that were shown and not yet confirmed; they do not outlive the program.
    pub(crate) totp_begun: BTreeMap<AccountId, super::totp::Secret>,
    pub(crate) drafts: Drafts,
    pub(crate) trail: Trail,
}

impl People {
    pub(crate) fn new() -> Self {
        Self { hashing: Hashing::start(), throttle: Mutex::default(), book: Mutex::default() }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes facts and the picture of them, inside the machine.
///
/// Whatever a piece of work may refuse it refuses before its first line: what was written is not taken back.
pub(crate) struct Pen<'a> {
    pub(crate) office: &'a mut Office,
    pub(crate) book: &'a mut Book,
    pub(crate) now: Tick,
    pub(crate) wall: Timestamp,
}

impl Pen<'_> {
    /// Keeps a value under a key.
    pub(crate) fn put(&mut self, key: &str, value: &impl Serialize) -> Result<(), OfficeError> {
        let bytes = serde_json::to_vec(value).expect("facts have text keys and finite numbers");
        self.office.remember(key, bytes)
    }

    /// Takes a value away.
    pub(crate) fn take_away(&mut self, key: &str) -> Result<(), OfficeError> {
        self.office.remember(key, Vec::new())
    }

    /// Keeps an account.
    pub(crate) fn keep(&mut self, account: Account) -> Result<(), OfficeError> {
        self.put(&account.key(), &account)?;
        self.book.accounts.insert(account.id, account);
        Ok(())
    }
}

impl Book {
    /// Whether it was ever made.
    pub(crate) fn is_open(&self) -> bool {
        self.life.is_some()
    }

    fn read(&mut self, office: &Office) -> Result<(), OfficeError> {
        let mut fresh = Self::default();
        for account in all::<Account>(office, ACCOUNTS)? {
            fresh.accounts.insert(account.id, account);
        }
        for kept in all::<Kept>(office, SESSIONS)? {
            fresh.tokens.insert(kept.digest(), kept.place);
            fresh.sessions.insert(kept.place, kept);
        }
        fresh.days = one(office, DAYS)?.unwrap_or_default();
        fresh.setup_code = one(office, SETUP)?;
        fresh.totp_parts = one(office, TOTP_PARTS)?.unwrap_or_default();
        fresh.totp_begun = std::mem::take(&mut self.totp_begun);
        fresh.drafts = Drafts::read(office)?;
        fresh.trail = Trail::read(office)?;
        fresh.life = Some(office.life());
        *self = fresh;
        Ok(())
    }

    /// The account of a name, compared without case and accents.
    pub(crate) fn named(&self, key: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.is_named(key))
    }

    /// Whether another account could still keep the accounts without this one.
    pub(crate) fn is_last_keeper(&self, id: AccountId) -> bool {
        let keeps = |account: &Account| !account.disabled && account.part.may(Power::Accounts);
        let mut keepers = self.accounts.values().filter(|account| keeps(account));
        keepers.next().is_some_and(|first| first.id == id) && keepers.next().is_none()
    }

    pub(crate) fn account(&self, id: AccountId) -> Result<&Account, Refusal> {
        self.accounts.get(&id).ok_or_else(|| Refusal::not_found("tài khoản", "account", &id.to_string()))
    }
}

/// A value; one that cannot be read counts as none, and is told.
pub(crate) fn one<T: DeserializeOwned>(office: &Office, key: &str) -> Result<Option<T>, OfficeError> {
    Ok(office.fact(key)?.and_then(|bytes| value(key, &bytes)))
}

/// All values under keys that begin so.
pub(crate) fn all<T: DeserializeOwned>(office: &Office, prefix: &str) -> Result<Vec<T>, OfficeError> {
    let facts = office.facts(prefix)?;
    Ok(facts.iter().filter_map(|(key, bytes)| value(key, bytes)).collect())
}

fn value<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Option<T> {
    if bytes.is_empty() {
        return None;
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::error!(key, line = error.line(), "a fact cannot be read");
            None
        }
    }
}

impl Desk {
    /// Does something with facts and their picture, and answers after the commit.
    pub(crate) async fn with_book<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Pen<'_>) -> Result<R, Trouble> + Send + 'static,
    ) -> Result<R, Refusal> {
        let people = std::sync::Arc::clone(&self.people);
        self.with(move |office, now, wall| {
            let mut book = people.book();
            if book.life.as_ref() != Some(&office.life()) {
                book.read(office)?;
            }
            work(&mut Pen { office, book: &mut book, now, wall })
        })
        .await
    }
}
