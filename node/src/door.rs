//! The running machine as the desk reaches it.

use std::future::Future;
use std::pin::Pin;

use hopluu_desk::{Answer, Door, Refusal, Work};
use hopluu_driver::{Clock, Dice, Handle};
use hopluu_model::{Tick, Timestamp};

use crate::machine::Ask;

/// The machine's handle with the program's clock and dice.
pub(crate) struct NodeDoor {
    pub(crate) handle: Handle<Ask>,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
}

impl Door for NodeDoor {
    fn work(&self, work: Work) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + '_>> {
        Box::pin(async move {
            let answered = self.handle.ask(|answer| Ask { work, answer }).await;
            answered.unwrap_or_else(|_| Err(Refusal::busy()))
        })
    }

    fn wall(&self) -> Timestamp {
        self.clock.wall()
    }

    fn now(&self) -> Tick {
        self.clock.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.dice.fill(bytes);
    }
}
