//! The machine that holds: checks, stores, acknowledges and hands on changes, and opens no document.
//!
//! A relay is a mailbox and nothing else; an office is a mailbox with documents and a view on top. Both
//! therefore take every change through the same door, [`Mailbox::handle`], with the same checks: size,
//! rebuild, hashes, signature, chain, admission, journal, disk, and only then an acknowledgement.
//!
//! The driver feeds inputs, calls [`Mailbox::commit`], then drains [`Mailbox::poll`]. Nothing that rests on
//! the disk leaves before that commit, so any number of inputs share one sync.

mod clocks;
mod enrolment;
mod gate;
mod held;
mod mailbox;
mod news;
mod pictures;
mod quarantine;
mod receipts;
mod receive;
mod trust;

pub use gate::JoinAnswer;
pub use held::changes_of;
pub use mailbox::{Input, LocalChange, Mailbox, MailboxError, Output, Role, Setup};
pub use news::{Arrived, Declined};
pub use pictures::PictureProgress;
pub use quarantine::QUARANTINED;
pub use trust::Trust;
