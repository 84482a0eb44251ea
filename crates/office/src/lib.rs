//! One office as one machine: a mailbox with documents and a view on top.
//!
//! [`Office::submit`] and [`Office::handle`] take what people type and what the line brings; both end in the
//! same commit: journal, disk, documents, view, line, in that order. Only after [`Office::commit`] may a page
//! say *saved here*. People's questions go to the view through readers of its own
//! ([`hopluu_view::Reader`]); the office itself is asked only how it stands.

mod actors;
mod arrivals;
mod desk;
mod documents;
mod error;
mod facts;
mod office;
mod pictures;
mod rebuild;
mod standing;

pub use desk::{Invitee, Issued};
pub use error::OfficeError;
pub use facts::Life;
pub use hopluu_mailbox::PictureProgress;
pub use office::{Office, Output, Setup, Submitted};
pub use standing::{DeviceRow, Standing};
