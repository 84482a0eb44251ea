//! Changes that nobody can take: refused for good, by name.

use hopluu_model::{ActorId, ChangeHash, DocId};
use hopluu_store::{Record, Refused, StoreError};

use crate::mailbox::{Mailbox, MailboxError, Output};
use crate::news::Declined;

/// The reason of a refusal that keeps a change out of every document: automerge cannot take it, whoever signed it.
pub const QUARANTINED: u8 = 62;

impl Mailbox {
    /// Refuses, for good and by name, a change that no document can take. `None` when it is not held, or was
    /// refused before.
    ///
    /// # Errors
    /// When the store fails.
    pub fn quarantine(&mut self, doc: DocId, hash: ChangeHash, why: &str) -> Result<Option<Declined>, MailboxError> {
        for (actor, tip) in self.store.clock(&doc)?.0 {
            let mut from = 1;
            while from <= tip.seq {
                let runs = crate::held::changes_of(&self.store, &doc, &actor, from)?;
                if runs.is_empty() {
                    break;
                }
                if let Some(place) = runs.iter().position(|run| run.hash == hash) {
                    let seq = from + place as u64;
                    return self.refuse_held((doc, actor, seq), hash, why);
                }
                from += runs.len() as u64;
            }
        }
        Ok(None)
    }

    fn refuse_held(
        &mut self,
        (doc, actor, seq): (DocId, ActorId, u64),
        hash: ChangeHash,
        why: &str,
    ) -> Result<Option<Declined>, MailboxError> {
        let known = self.refusals(Some(&doc))?;
        let author = self.trust.author_of(&actor).unwrap_or(self.trust.device());
        if known.iter().any(|refusal| refusal.actor == actor && refusal.seq <= seq) {
            return Ok(None);
        }
        let (reason, text) = (QUARANTINED, why.to_owned());
        self.store.append(&Record::Refusal { doc, actor, seq, hash, author, reason, text: text.clone() })?;
        let declined = Declined { doc, actor, seq, author, reason, text };
        self.staged.outputs.push(Output::Declined(declined.clone()));
        Ok(Some(declined))
    }

    /// The refusals that hold: what a roster refused, a newer one may have admitted since.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refusals(&self, doc: Option<&DocId>) -> Result<Vec<Refused>, StoreError> {
        let mut refusals = self.store.refusals(doc)?;
        refusals.retain(|refusal| self.trust.still_refuses(refusal));
        Ok(refusals)
    }
}
