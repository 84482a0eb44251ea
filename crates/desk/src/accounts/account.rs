//! One account as it is kept, and as it is shown.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use hopluu_model::text::{has_citizen_number, has_control, normalise_line, search_key};
use hopluu_model::{Side, Timestamp};
use serde::{Deserialize, Serialize};

use super::words;
use crate::{Part, Refusal, Who};

/// Names, as typed and as shown, have at most so many characters.
const NAME_MAX: usize = 40;
/// Slugs of departments have at most so many characters.
const SLUG_MAX: usize = 60;

/// Which account; stays the same when its name or part changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(pub(crate) [u8; 8]);

/// Says that a text names no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account is named by sixteen hexadecimal digits")]
pub struct BadAccountId;

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for AccountId {
    type Err = BadAccountId;

    fn from_str(text: &str) -> Result<Self, BadAccountId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| BadAccountId)?;
        bytes.try_into().map(Self).map_err(|_| BadAccountId)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for AccountId {
    type Error = BadAccountId;

    fn try_from(text: String) -> Result<Self, BadAccountId> {
        text.parse()
    }
}

/// An account as it is kept. It has no `Debug`, so that nothing of it gets into a log.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// What is typed to sign in.
    pub(crate) name: String,
    /// What others see, and what signs records.
    pub(crate) shown: String,
    pub(crate) part: Part,
    pub(crate) department: Option<String>,
    /// In the PHC form, with its parameters.
    pub(crate) password: String,
    /// The password was given by somebody else.
    pub(crate) must_change: bool,
    pub(crate) totp: Option<super::totp::Secret>,
    pub(crate) disabled: bool,
    pub(crate) made_at: Timestamp,
    pub(crate) made_by: String,
}

impl Account {
    /// Under which fact it is kept.
    pub(crate) fn key(&self) -> String {
        format!("account/{}", self.id)
    }

    pub(crate) fn who(&self) -> Who {
        Who { department: self.department.clone(), account: Some(self.id), ..Who::new(self.shown.clone(), self.part) }
    }

    pub(crate) fn is_named(&self, key: &str) -> bool {
        search_key(&self.name) == key
    }
}

/// An account as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountRow {
    /// Which.
    pub id: AccountId,
    /// What is typed to sign in.
    pub name: String,
    /// What others see, and what signs records.
    pub shown: String,
    /// Its part.
    pub part: Part,
    /// The department of a handler (slug).
    pub department: Option<String>,
    /// Whether a second factor is asked for.
    pub totp: bool,
    /// Whether the next sign-in asks for a new password.
    pub must_change: bool,
    /// Whether nobody can sign in with it.
    pub disabled: bool,
    /// When it was made, by this machine's clock.
    pub made_at: Timestamp,
    /// Who made it.
    pub made_by: String,
    /// Signed in on so many devices.
    pub sessions: usize,
    /// When it was last used by a session that still stands, to the hour.
    pub seen_at: Option<Timestamp>,
}

/// An account to make.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct NewAccount {
    /// What is typed to sign in.
    pub name: String,
    /// What others see; the same when empty.
    #[serde(default)]
    pub shown: String,
    /// Slug of its part.
    pub part: String,
    /// The department of a handler (slug).
    #[serde(default)]
    pub department: Option<String>,
    /// A password that stays; when there is none, one for the first sign-in is drawn.
    #[serde(default)]
    pub password: Option<String>,
}

/// Brings a name into the form in which it is kept.
pub(crate) fn name(typed: &str) -> Result<String, Refusal> {
    let name = normalise_line(typed);
    let length = name.chars().count();
    let odd = has_control(&name) || has_citizen_number(&name) || name.contains(['\n', '<', '>', '"']);
    if length > NAME_MAX || odd || search_key(&name).is_empty() { Err(words::bad_name()) } else { Ok(name) }
}

/// What is compared when somebody types a name.
pub(crate) fn name_key(typed: &str) -> String {
    let typed: String = typed.chars().take(4 * NAME_MAX).collect();
    search_key(&normalise_line(&typed))
}

/// A part that sits at this desk, with the department a handler needs.
pub(crate) fn seat(side: Side, part: &str, department: Option<&str>) -> Result<(Part, Option<String>), Refusal> {
    let part = Part::from_slug(part).filter(|part| part.sits_at(side)).ok_or_else(words::bad_part)?;
    let department = department.map(str::trim).filter(|slug| !slug.is_empty());
    match (part, department) {
        (Part::Handler, None) => Err(words::no_department()),
        (Part::Handler, Some(slug)) => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if slug.chars().all(plain) && slug.len() <= SLUG_MAX {
                Ok((part, Some(slug.to_owned())))
            } else {
                Err(words::no_department())
            }
        }
        (_, _) => Ok((part, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_people_write_them_and_compared_as_they_say_them() {
        assert_eq!(name("  Nguye\u{302}\u{303}n  Thị Mẫu "), Ok("Nguyễn Thị Mẫu".to_owned()));
        assert_eq!(name_key("NGUYEN THI MAU"), name_key("Nguyễn Thị Mẫu"));
        for bad in ["", "   ", "...", "a\u{202e}b", "<script>", "a\"b", "012345678901", "dòng\nmới", &"ă".repeat(41)]
        {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(name(&"ă".repeat(40)).is_ok());
    }

    #[test]
    fn parts_sit_at_their_side_and_handlers_have_a_department() {
        assert_eq!(seat(Side::Commune, "clerk", Some("so_noi_vu")), Ok((Part::Clerk, None)));
        assert!(seat(Side::Commune, "admin", None).is_err() && seat(Side::Province, "clerk", None).is_err());
        assert!(seat(Side::Province, "handler", None).is_err());
        assert!(seat(Side::Province, "handler", Some("../so")).is_err());
        let handler = seat(Side::Province, "handler", Some(" so_noi_vu "));
        assert_eq!(handler, Ok((Part::Handler, Some("so_noi_vu".to_owned()))));
    }
}
