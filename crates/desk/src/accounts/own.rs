//! What everybody may do with their own account: password, codes, sessions.

use hopluu_office::OfficeError;

use super::account::AccountId;
use super::sessions::{Session, SessionRow};
use super::signing::SignedIn;
use super::throttle::Try;
use super::totp::Secret;
use super::{password, words};
use crate::trail::Deed;
use crate::{Desk, Power, Refusal, Who};

/// A secret to bring onto a telephone. It has no `Debug`, so that it gets into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpBegun {
    /// For typing.
    pub secret: String,
    /// For a square code.
    pub url: String,
}

impl Desk {
    /// Changes one's own password. All sessions of the account end, and a new one begins: its token replaces the old.
    ///
    /// # Errors
    /// When the present password is not right, the new one is too weak, or there were too many tries.
    pub async fn change_password(&self, session: &Session, present: &str, new: &str) -> Result<SignedIn, Refusal> {
        let kept = self.check_own(session, present).await?;
        let (account, chosen) = (session.account, password::normalise(new));
        let name = self.with_book(move |pen| Ok(pen.book.account(account)?.name.clone())).await?;
        password::check(&chosen, &name)?;
        if chosen == password::normalise(present) {
            return Err(words::bad_password());
        }
        let hashed = self.people.hashing.hash(&chosen, self.random()).await?;
        let (token, session) = (self.random(), session.clone());
        self.with_book(move |pen| {
            let mut account = pen.book.account(session.account)?.clone();
            let at = pen.book.place_of(&session);
            let Some((from, agent)) = at.filter(|_| account.password == kept) else {
                return Err(words::wrong_password().into());
            };
            (account.password, account.must_change) = (hashed, false);
            let about = account.shown.clone();
            pen.keep(account)?;
            pen.end_all(session.account, "")?;
            pen.trace(Some(&session.who), None, Deed::PasswordChanged, (&about, ""))?;
            let token = pen.sign_in(session.account, token, (from, &agent))?;
            Ok(SignedIn { token })
        })
        .await
    }

    /// Draws a secret for codes. It counts once it was confirmed.
    ///
    /// # Errors
    /// At a commune; when the account has codes already; for another's account without the power to keep accounts.
    pub async fn totp_begin(&self, who: &Who, id: AccountId) -> Result<TotpBegun, Refusal> {
        self.own_or_kept(who, id)?;
        if !self.is_province() {
            return Err(words::no_totp_here());
        }
        let (secret, label) = (Secret::new(self.random()), self.about().label.clone());
        self.with_book(move |pen| {
            let account = pen.book.account(id)?;
            if account.totp.is_some() {
                return Err(words::has_totp().into());
            }
            let begun = TotpBegun { secret: secret.text().to_owned(), url: secret.url(&label, &account.name) };
            pen.book.totp_begun.insert(id, secret);
            Ok(begun)
        })
        .await
    }

    /// Whether an account uses codes, from memory.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn has_totp(&self, id: AccountId) -> Result<bool, Refusal> {
        Ok(self.people.book().account(id)?.totp.is_some())
    }

    /// Uses codes from now on, when a code of the new secret is right.
    ///
    /// # Errors
    /// When nothing was begun, or the code is not right.
    pub async fn totp_confirm(&self, who: &Who, id: AccountId, code: &str) -> Result<(), Refusal> {
        self.own_or_kept(who, id)?;
        let (who, code) = (who.clone(), code.to_owned());
        self.with_book(move |pen| {
            let mut account = pen.book.account(id)?.clone();
            let secret = pen.book.totp_begun.get(&id).cloned();
            let Some(mut secret) = secret else { return Err(words::wrong_code().into()) };
            if !secret.take(&code, pen.wall) {
                return Err(words::wrong_code().into());
            }
            pen.book.totp_begun.remove(&id);
            account.totp = Some(secret);
            pen.trace(Some(&who), None, Deed::TotpSet, (&account.shown, ""))?;
            Ok(pen.keep(account)?)
        })
        .await
    }

    /// Uses codes no more.
    ///
    /// # Errors
    /// When the password is not right, or the part must use codes.
    pub async fn totp_remove(&self, session: &Session, present: &str) -> Result<(), Refusal> {
        self.check_own(session, present).await?;
        let session = session.clone();
        self.with_book(move |pen| {
            let mut account = pen.book.account(session.account)?.clone();
            if pen.book.totp_parts.contains(&account.part) {
                return Err(words::totp_required().into());
            }
            account.totp = None;
            pen.trace(Some(&session.who), None, Deed::TotpRemoved, (&account.shown, ""))?;
            Ok(pen.keep(account)?)
        })
        .await
    }

    /// Where an account is signed in, or everybody; `current` is the session that asks.
    ///
    /// # Errors
    /// For others without the power to keep accounts, or when the office cannot answer.
    pub async fn sessions(&self, who: &Who, of: Option<AccountId>, current: &str) -> Result<Vec<SessionRow>, Refusal> {
        if of.is_none() || of != who.account {
            self.allow(who, Power::Accounts)?;
        }
        let current = current.to_owned();
        self.with_book(move |pen| Ok(pen.book.standing(of, &current))).await
    }

    /// Ends a session by its id: one's own, or anybody's with the power to keep accounts.
    ///
    /// # Errors
    /// When there is no such session of one's own.
    pub async fn revoke_session(&self, who: &Who, id: &str) -> Result<(), Refusal> {
        let (who, id) = (who.clone(), id.to_owned());
        self.with_book(move |pen| {
            let theirs = |of: AccountId| Some(of) == who.account || who.part.may(Power::Accounts);
            let mut found = pen.book.sessions.values().filter(|kept| kept.id() == id && theirs(kept.account));
            let (place, of) = found
                .next()
                .map(|kept| (kept.place, kept.account))
                .ok_or_else(|| Refusal::not_found("phiên đăng nhập", "session", &id))?;
            let about = pen.book.accounts.get(&of).map(|account| account.shown.clone()).unwrap_or_default();
            pen.end(place)?;
            Ok(pen.trace(Some(&who), None, Deed::Revoked, (&about, ""))?)
        })
        .await
    }

    /// Ends all other sessions of one's own account; returns how many.
    ///
    /// # Errors
    /// When it cannot be saved.
    pub async fn revoke_others(&self, session: &Session) -> Result<usize, Refusal> {
        let session = session.clone();
        self.with_book(move |pen| {
            let ended = pen.end_all(session.account, &session.id)?;
            if ended > 0 {
                pen.trace(Some(&session.who), None, Deed::Revoked, (&session.who.name, &ended.to_string()))?;
            }
            Ok(ended)
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it cannot be saved.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Refusal> {
        let session = session.clone();
        self.with_book(move |pen| {
            let found = pen.book.sessions.values().find(|kept| kept.id() == session.id).map(|kept| kept.place);
            let Some(place) = found else { return Ok(()) };
            pen.end(place)?;
            let done: Result<(), OfficeError> =
                pen.trace(Some(&session.who), None, Deed::SignedOut, (&session.who.name, ""));
            Ok(done?)
        })
        .await
    }

    fn own_or_kept(&self, who: &Who, id: AccountId) -> Result<(), Refusal> {
        if who.account == Some(id) { Ok(()) } else { self.allow(who, Power::Accounts) }
    }

    /// The kept form of one's own password, when the typed one is right. Guessing is slowed down here too: a browser
    /// that was left open is not yet its owner's password.
    async fn check_own(&self, session: &Session, present: &str) -> Result<String, Refusal> {
        let kept = self.people.book().account(session.account)?.password.clone();
        let from = session.who.from.unwrap_or(std::net::Ipv4Addr::LOCALHOST.into());
        let tried = Try::new(&format!("own/{}", session.account), from, false);
        self.people.throttle().begin(self.now(), &tried).map_err(words::wait)?;
        match self.people.hashing.is_right(present, kept.clone()).await {
            Ok(true) => {
                self.people.throttle().right(&tried);
                Ok(kept)
            }
            Ok(false) => Err(words::wrong_password()),
            Err(refusal) => {
                self.people.throttle().give_up(&tried);
                Err(refusal)
            }
        }
    }
}
