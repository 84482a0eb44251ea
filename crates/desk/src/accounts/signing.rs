//! The first account, and signing in.

use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;

use super::account::{Account, AccountId, name, name_key, seat};
use super::book::SETUP;
use super::throttle::Try;
use super::{password, words};
use crate::trail::Deed;
use crate::{Desk, Power, Refusal, Who};

/// Letters of the set-up code.
const CODE_LETTERS: usize = 8;
/// Hashed against when no account has the name, so that a wrong name takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What somebody types to sign in. It has no `Debug`, so that nothing of it gets into a log.
#[derive(Clone)]
pub struct SignIn {
    /// The account's name, accents and case aside.
    pub name: String,
    /// The password.
    pub password: String,
    /// The code of the telephone; empty when the account has none.
    pub code: String,
    /// Where it comes from.
    pub from: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

/// A session that has just begun.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// What the browser shows from now on; kept nowhere else.
    pub token: String,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIn(..)")
    }
}

/// What is typed to make the first account. It has no `Debug`, so that nothing of it gets into a log.
#[derive(Clone, Deserialize)]
pub struct SetUp {
    /// The code on the console.
    pub code: String,
    /// The account's name.
    pub name: String,
    /// What others see; the same when empty.
    #[serde(default)]
    pub shown: String,
    /// Slug of its part, which must keep accounts.
    pub part: String,
    /// Its password.
    pub password: String,
}

impl Desk {
    /// Makes the picture of the people ready, and returns the set-up code while no account exists. To be called once
    /// the office runs; what asks for accounts before finds none.
    ///
    /// # Errors
    /// When the office cannot answer or save now.
    pub async fn open_people(&self) -> Result<Option<String>, Refusal> {
        let drawn = password::draw(CODE_LETTERS, || self.random());
        self.with_book(move |pen| {
            if !pen.book.accounts.is_empty() {
                return Ok(None);
            }
            if pen.book.setup_code.is_none() {
                pen.put(SETUP, &drawn)?;
                pen.book.setup_code = Some(drawn);
            }
            Ok(pen.book.setup_code.clone())
        })
        .await
    }

    /// Whether the first account is still to be made; `None` before the people were read.
    #[must_use]
    pub fn needs_set_up(&self) -> Option<bool> {
        let book = self.people.book();
        book.is_open().then(|| book.accounts.is_empty())
    }

    /// Makes the first account and signs it in.
    ///
    /// # Errors
    /// When the code is not right, an account exists, the part cannot keep accounts, or the password is too weak.
    pub async fn set_up(&self, typed: SetUp, from: IpAddr, agent: &str) -> Result<SignedIn, Refusal> {
        self.open_people().await?;
        if self.needs_set_up() == Some(false) {
            return Err(words::set_up_already());
        }
        let tried = Try::new("set-up", from, false);
        self.people.throttle().begin(self.now(), &tried).map_err(words::wait)?;
        if self.people.book().setup_code.as_deref().map(password::letters) != Some(password::letters(&typed.code)) {
            return Err(words::wrong_setup_code());
        }
        self.people.throttle().right(&tried);
        let name = name(&typed.name)?;
        let shown = if typed.shown.trim().is_empty() { name.clone() } else { self::name(&typed.shown)? };
        let (part, department) = seat(self.about().side, &typed.part, None)?;
        if !part.may(Power::Accounts) {
            return Err(words::bad_first_part());
        }
        password::check(&password::normalise(&typed.password), &name)?;
        let kept = self.people.hashing.hash(&typed.password, self.random()).await?;
        let (id, token, agent) = (AccountId(self.random()), self.random(), agent.to_owned());
        self.with_book(move |pen| {
            if !pen.book.accounts.is_empty() {
                return Err(words::set_up_already().into());
            }
            let account = Account {
                id,
                name,
                made_by: shown.clone(),
                shown,
                part,
                department,
                password: kept,
                must_change: false,
                totp: None,
                disabled: false,
                made_at: pen.wall,
            };
            let who = Who { from: Some(from), ..account.who() };
            pen.make(account)??;
            pen.take_away(SETUP)?;
            pen.book.setup_code = None;
            pen.trace(Some(&who), None, Deed::SetUp, (&who.name, part.slug()))?;
            Ok(SignedIn { token: pen.sign_in(id, token, (from, &agent))? })
        })
        .await
    }

    /// Begins a session for whoever knows name, password and, where the account has one, the code.
    ///
    /// # Errors
    /// One and the same for a wrong name, password or code and for a disabled account; or to wait, after many tries.
    pub async fn sign_in(&self, typed: SignIn) -> Result<SignedIn, Refusal> {
        if !self.people.book().is_open() {
            self.open_people().await?;
        }
        let key = name_key(&typed.name);
        let (id, kept, at_home) = {
            let book = self.people.book();
            let account = book.named(&key);
            let at_home = account.is_some_and(|account| book.is_at_home(account.id, typed.from));
            (account.map(|account| account.id), account.map(|account| account.password.clone()), at_home)
        };
        let tried = Try::new(&key, typed.from, at_home);
        self.people.throttle().begin(self.now(), &tried).map_err(words::wait)?;
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        let right = self.people.hashing.is_right(&typed.password, kept.clone()).await;
        let right = right.inspect_err(|_| self.people.throttle().give_up(&tried))?;
        let token = self.random();
        let signed_in = self
            .with_book(move |pen| {
                let known = id.and_then(|id| pen.book.accounts.get(&id)).cloned();
                // What people type as a name may be their password: only names that exist are written down.
                let about = known.as_ref().map(|account| account.shown.clone()).unwrap_or_default();
                let passes = known.filter(|account| right && !account.disabled && account.password == kept);
                let passes = passes.and_then(|mut account| match &mut account.totp {
                    Some(secret) => secret.take(&typed.code, pen.wall).then_some((account, true)),
                    None => Some((account, false)),
                });
                let Some((account, took_code)) = passes else {
                    pen.missed(&about, typed.from)?;
                    return Ok(None);
                };
                let (id, who) = (account.id, Who { from: Some(typed.from), ..account.who() });
                if took_code {
                    pen.keep(account)?;
                }
                let token = pen.sign_in(id, token, (typed.from, &typed.agent))?;
                pen.trace(Some(&who), None, Deed::SignedIn, (&about, ""))?;
                Ok(Some(SignedIn { token }))
            })
            .await?;
        let signed_in = signed_in.ok_or_else(words::not_signed_in)?;
        self.people.throttle().right(&tried);
        Ok(signed_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_a_hash_that_takes_as_long_as_all_and_fits_none() {
        let ours = password::hash("mật khẩu bất kỳ", &[1; password::SALT_LEN]).expect("sound parameters");
        let parameters = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(NOBODY), parameters(&ours));
        assert_eq!(NOBODY.len(), ours.len());
        assert!(!password::is_right("", NOBODY));
    }
}
