//! The people of this office: accounts, passwords, codes, sessions.
//!
//! * [`book`]: the picture in memory of the facts they are kept as.
//! * [`keeping`]: what whoever keeps the accounts may do; [`own`]: what everybody may do with their own.
//! * [`signing`]: the first account, signing in and out; [`sessions`]: who is signed in, and for how long.
//! * [`password`], [`hashing`], [`totp`], [`throttle`]: what a stranger has to get past.

mod account;
mod book;
mod hashing;
mod keeping;
mod own;
mod password;
mod sessions;
mod signing;
mod throttle;
mod totp;
mod words;

pub use account::{AccountId, AccountRow, BadAccountId, NewAccount};
pub(crate) use book::{Pen, People, all, one};
pub use keeping::{AccountChange, Made};
pub use own::TotpBegun;
pub(crate) use sessions::digest_of;
pub use sessions::{Session, SessionRow};
pub use signing::{SetUp, SignIn, SignedIn};
pub(crate) use words::not_your_own;
