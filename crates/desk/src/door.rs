//! How this room reaches the one machine that writes.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use hopluu_model::{Tick, Timestamp};
use hopluu_office::{Office, OfficeError};

use crate::Refusal;

/// What a piece of work answers; the caller knows its type.
pub type Answer = Box<dyn Any + Send>;

/// Something to do with the office. It is answered after the commit that makes it durable.
pub type Work = Box<dyn FnOnce(&mut Office, Tick, Timestamp) -> Result<Answer, Trouble> + Send>;

/// Why a piece of work was not done.
#[derive(Debug)]
pub enum Trouble {
    /// It concerns this work alone.
    Refused(Refusal),
    /// The office cannot go on before its store was opened again.
    Office(OfficeError),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OfficeError> for Trouble {
    fn from(error: OfficeError) -> Self {
        if error.needs_reopening() { Self::Office(error) } else { Self::Refused(Refusal::of_office(&error)) }
    }
}

/// The running office with its clock and dice; the program around it implements this.
pub trait Door: Send + Sync + 'static {
    /// Does some work and answers after the commit.
    fn work(&self, work: Work) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + '_>>;

    /// What this machine believes the time to be.
    fn wall(&self) -> Timestamp;

    /// Milliseconds since the program's start; never goes back.
    fn now(&self) -> Tick;

    /// Fills bytes with randomness good enough for keys.
    fn random(&self, bytes: &mut [u8]);
}
