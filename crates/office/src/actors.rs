//! Under which author this office writes a document now.

use std::collections::BTreeMap;

use hopluu_identity::new_actor;
use hopluu_model::{ActorId, DeviceId, DocId};

use crate::facts::Life;

/// Draws random bytes for the machine; the program's only dice.
pub(crate) type Dice = Box<dyn FnMut(&mut [u8]) + Send>;

/// Authors live from a document's first edit to the end of the program, and no longer than any doubt: a
/// restored backup or a record that reappears after a failed sync must never continue an old chain.
pub(crate) struct Actors {
    device: DeviceId,
    dice: Dice,
    current: BTreeMap<DocId, ActorId>,
    /// The last number given to an issue, once one was given since the start.
    pub(crate) issue_number: Option<u32>,
    /// Another one whenever what was not committed is dropped.
    pub(crate) life: Life,
}

impl Actors {
    pub(crate) fn new(device: DeviceId, dice: Dice) -> Self {
        Self { device, dice, current: BTreeMap::new(), issue_number: None, life: Life::default() }
    }

    /// The author of a document; drawn at its first edit. Also tells whether it is new.
    pub(crate) fn of(&mut self, doc: DocId) -> (ActorId, bool) {
        if let Some(actor) = self.current.get(&doc) {
            return (*actor, false);
        }
        let mut random = [0; 8];
        (self.dice)(&mut random);
        let actor = new_actor(&self.device, random);
        self.current.insert(doc, actor);
        (actor, true)
    }

    /// Never writes under this author again.
    pub(crate) fn retire(&mut self, doc: &DocId) {
        self.current.remove(doc);
    }

    pub(crate) fn retire_all(&mut self) {
        self.current.clear();
        self.life = Life::default();
    }

    /// Random bytes for ids of records and events.
    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.dice)(&mut bytes);
        bytes
    }
}
