//! What whoever keeps the accounts of an office may do.

use hopluu_office::OfficeError;
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId, AccountRow, NewAccount, name, name_key, seat};
use super::book::{Book, Pen, TOTP_PARTS};
use super::{password, words};
use crate::trail::Deed;
use crate::{Desk, Part, Power, Refusal, Who};

/// An office has at most so many accounts.
const MOST: usize = 300;
/// Letters of a password for the first sign-in.
const FIRST_PASSWORD: usize = 12;

/// An account that was made, or given a password.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Which.
    pub id: AccountId,
    /// The password that was drawn; shown once, and asked to be changed at the next sign-in.
    pub first_password: Option<String>,
}

/// What is to be changed of an account; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AccountChange {
    /// What is typed to sign in.
    pub name: Option<String>,
    /// What others see.
    pub shown: Option<String>,
    /// Slug of the part.
    pub part: Option<String>,
    /// The department of a handler (slug).
    pub department: Option<String>,
}

impl Book {
    /// Whether a name or a shown name is another account's.
    fn is_taken(&self, name: &str, shown: &str, but: Option<AccountId>) -> bool {
        let (name, shown) = (name_key(name), name_key(shown));
        let mut others = self.accounts.values().filter(|account| Some(account.id) != but);
        others.any(|other| name_key(&other.name) == name || name_key(&other.shown) == shown)
    }

    fn rows(&self) -> Vec<AccountRow> {
        let row = |account: &Account| {
            let sessions = self.standing(Some(account.id), "");
            AccountRow {
                id: account.id,
                name: account.name.clone(),
                shown: account.shown.clone(),
                part: account.part,
                department: account.department.clone(),
                totp: account.totp.is_some(),
                must_change: account.must_change,
                disabled: account.disabled,
                made_at: account.made_at,
                made_by: account.made_by.clone(),
                sessions: sessions.len(),
                seen_at: sessions.first().map(|session| session.seen_at),
            }
        };
        let mut rows: Vec<AccountRow> = self.accounts.values().map(row).collect();
        rows.sort_by_cached_key(|row| (row.disabled, row.part, name_key(&row.shown)));
        rows
    }
}

impl Pen<'_> {
    /// Keeps a new account; its name must be free.
    pub(crate) fn make(&mut self, account: Account) -> Result<Result<(), Refusal>, OfficeError> {
        if self.book.is_taken(&account.name, &account.shown, None) {
            return Ok(Err(words::name_taken()));
        }
        if self.book.accounts.len() >= MOST {
            return Ok(Err(words::too_many_accounts()));
        }
        self.keep(account).map(Ok)
    }

    fn change(&mut self, who: &Who, account: Account, deed: Deed, text: &str) -> Result<(), OfficeError> {
        self.trace(Some(who), None, deed, (&account.shown, text))?;
        self.keep(account)
    }
}

impl Desk {
    /// The accounts of this office.
    ///
    /// # Errors
    /// When whoever asks may not keep them, or the office cannot answer.
    pub async fn accounts(&self, who: &Who) -> Result<Vec<AccountRow>, Refusal> {
        self.allow(who, Power::Accounts)?;
        self.with_book(|pen| Ok(pen.book.rows())).await
    }

    /// The account of a name or an id, for whoever keeps them.
    ///
    /// # Errors
    /// When whoever asks may not keep them, or there is none.
    pub async fn find_account(&self, who: &Who, typed: &str) -> Result<AccountId, Refusal> {
        self.allow(who, Power::Accounts)?;
        let typed = typed.to_owned();
        self.with_book(move |pen| {
            let id = typed.parse().ok().filter(|id| pen.book.accounts.contains_key(id));
            let found = id.or_else(|| pen.book.named(&name_key(&typed)).map(|account| account.id));
            found.ok_or_else(|| Refusal::not_found("tài khoản", "account", &typed).into())
        })
        .await
    }

    /// Makes an account. Without a password one for the first sign-in is drawn.
    ///
    /// # Errors
    /// When whoever asks may not, the name is taken, the part sits elsewhere, or the password is too weak.
    pub async fn add_account(&self, who: &Who, new: NewAccount) -> Result<Made, Refusal> {
        self.allow(who, Power::Accounts)?;
        let name = name(&new.name)?;
        let shown = if new.shown.trim().is_empty() { name.clone() } else { self::name(&new.shown)? };
        let (part, department) = seat(self.about().side, &new.part, new.department.as_deref())?;
        let (kept, first_password) = self.password_for(new.password, &name).await?;
        let (id, who) = (AccountId(self.random()), who.clone());
        let must_change = first_password.is_some();
        self.with_book(move |pen| {
            let account = Account {
                id,
                name,
                shown,
                part,
                department,
                password: kept,
                must_change,
                totp: None,
                disabled: false,
                made_at: pen.wall,
                made_by: who.name.clone(),
            };
            let about = account.shown.clone();
            pen.make(account)??;
            pen.trace(Some(&who), None, Deed::AccountMade, (&about, part.slug()))?;
            Ok(Made { id, first_password })
        })
        .await
    }

    /// Changes name, part or department. With another part all its sessions end.
    ///
    /// # Errors
    /// When whoever asks may not, the name is taken, or nobody could keep the accounts any more.
    pub async fn change_account(&self, who: &Who, id: AccountId, change: AccountChange) -> Result<(), Refusal> {
        self.allow(who, Power::Accounts)?;
        let (side, who) = (self.about().side, who.clone());
        self.with_book(move |pen| {
            let mut account = pen.book.account(id)?.clone();
            account.name = change.name.as_deref().map_or_else(|| Ok(account.name), name)?;
            account.shown = change.shown.as_deref().map_or_else(|| Ok(account.shown), name)?;
            let before = (account.part, account.department.clone());
            let department = change.department.or(account.department);
            let part = change.part.as_deref().unwrap_or(account.part.slug());
            (account.part, account.department) = seat(side, part, department.as_deref())?;
            if pen.book.is_taken(&account.name, &account.shown, Some(id)) {
                return Err(words::name_taken().into());
            }
            if !account.part.may(Power::Accounts) && pen.book.is_last_keeper(id) {
                return Err(words::last_keeper().into());
            }
            if before != (account.part, account.department.clone()) {
                pen.end_all(id, "")?;
            }
            let text = format!("{} > {}", before.0.slug(), account.part.slug());
            Ok(pen.change(&who, account, Deed::AccountChanged, &text)?)
        })
        .await
    }

    /// Gives an account another password, one for the next sign-in when none is named; all its sessions end.
    ///
    /// # Errors
    /// When whoever asks may not, or the password is too weak.
    pub async fn give_password(&self, who: &Who, id: AccountId, password: Option<String>) -> Result<Made, Refusal> {
        self.allow(who, Power::Accounts)?;
        let name = self.with_book(move |pen| Ok(pen.book.account(id)?.name.clone())).await?;
        let (kept, first_password) = self.password_for(password, &name).await?;
        let who = who.clone();
        self.with_book(move |pen| {
            let mut account = pen.book.account(id)?.clone();
            (account.password, account.must_change) = (kept, first_password.is_some());
            pen.end_all(id, "")?;
            pen.change(&who, account, Deed::PasswordGiven, "")?;
            Ok(Made { id, first_password })
        })
        .await
    }

    /// Lets nobody sign in with an account any more, or again; disabling ends all its sessions.
    ///
    /// # Errors
    /// When whoever asks may not, or nobody could keep the accounts any more.
    pub async fn disable_account(&self, who: &Who, id: AccountId, disabled: bool) -> Result<(), Refusal> {
        self.allow(who, Power::Accounts)?;
        let who = who.clone();
        self.with_book(move |pen| {
            let mut account = pen.book.account(id)?.clone();
            if account.disabled == disabled {
                return Ok(());
            }
            if disabled && pen.book.is_last_keeper(id) {
                return Err(words::last_keeper().into());
            }
            if disabled {
                pen.end_all(id, "")?;
            }
            account.disabled = disabled;
            let deed = if disabled { Deed::Disabled } else { Deed::Enabled };
            Ok(pen.change(&who, account, deed, "")?)
        })
        .await
    }

    /// Takes the second factor away from an account whose telephone is gone.
    ///
    /// # Errors
    /// When whoever asks may not.
    pub async fn take_totp_away(&self, who: &Who, id: AccountId) -> Result<(), Refusal> {
        self.allow(who, Power::Accounts)?;
        let who = who.clone();
        self.with_book(move |pen| {
            let mut account = pen.book.account(id)?.clone();
            match account.totp.take() {
                Some(_) => Ok(pen.change(&who, account, Deed::TotpRemoved, "")?),
                None => Ok(()),
            }
        })
        .await
    }

    /// Which parts must use codes.
    #[must_use]
    pub fn totp_parts(&self) -> Vec<Part> {
        self.people.book().totp_parts.clone()
    }

    /// Makes codes a duty of some parts.
    ///
    /// # Errors
    /// When whoever asks may not, or this is no desk of the province.
    pub async fn require_totp(&self, who: &Who, parts: Vec<Part>) -> Result<(), Refusal> {
        self.allow(who, Power::Accounts)?;
        if !self.is_province() {
            return Err(words::no_totp_here());
        }
        let who = who.clone();
        self.with_book(move |pen| {
            let slugs: Vec<&str> = parts.iter().map(|part| part.slug()).collect();
            pen.put(TOTP_PARTS, &parts)?;
            pen.trace(Some(&who), None, Deed::TotpRule, ("", &slugs.join(" ")))?;
            pen.book.totp_parts = parts;
            Ok(())
        })
        .await
    }

    /// The kept form of a password that was named, or of one that is drawn and returned too.
    async fn password_for(&self, typed: Option<String>, name: &str) -> Result<(String, Option<String>), Refusal> {
        let typed = typed.filter(|typed| !typed.is_empty());
        if let Some(typed) = &typed {
            password::check(&password::normalise(typed), name)?;
        }
        let drawn = typed.is_none().then(|| password::draw(FIRST_PASSWORD, || self.random()));
        let chosen = typed.as_deref().or(drawn.as_deref()).unwrap_or_default();
        let kept = self.people.hashing.hash(chosen, self.random()).await?;
        Ok((kept, drawn))
    }
}
