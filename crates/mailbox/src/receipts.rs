//! A province desk's word that it shows something.

use hopluu_identity::verify;
use hopluu_model::{Clock, DocId, Side, Timestamp, Tip};
use hopluu_store::Record;
use hopluu_sync::ConnId;
use hopluu_wire::Class;
use hopluu_wire::frame::{Frame, Receipt};

use crate::mailbox::{Mailbox, MailboxError, Output, Role};

impl Mailbox {
    /// Says, as a province desk, that these changes of a document are shown now. Told after the next commit.
    ///
    /// # Errors
    /// When the store fails.
    pub fn give_receipts(&mut self, doc: DocId, shown: &Clock, at: Timestamp) -> Result<(), MailboxError> {
        if !self.trust.is_province() {
            return Ok(());
        }
        let before = self.store.shown(&doc)?;
        let me = self.trust.device();
        for (actor, tip) in &shown.0 {
            if tip.seq <= before.seq(actor) {
                continue;
            }
            let signature = self.trust.key.sign(&Receipt::statement(&doc, actor, tip, at));
            let receipt = Receipt { doc, actor: *actor, seq: tip.seq, hash: tip.hash, at, desk: me, signature };
            self.store.append(&record_of(&receipt))?;
            let peers: Vec<ConnId> = self.standing().peers.iter().map(|(conn, _)| *conn).collect();
            for conn in peers {
                let bytes = Frame::Shown(receipt.clone()).encode();
                self.staged.outputs.push(Output::Send { conn, class: Class::Edits, bytes });
            }
        }
        Ok(())
    }

    /// The desk's time of the newest receipt held of a document.
    ///
    /// # Errors
    /// When the store fails.
    pub fn shown_at(&self, doc: &DocId) -> Result<Option<Timestamp>, MailboxError> {
        let mut newest = None;
        for number in self.store.shown_records(doc)? {
            if let Some(Record::Shown { bytes, .. }) = self.store.read(number)?
                && let Ok(receipt) = postcard::from_bytes::<Receipt>(&bytes)
            {
                newest = newest.max(Some(receipt.at));
            }
        }
        Ok(newest)
    }

    /// Takes a receipt that came by a line; a wrong signature drops it. An office keeps the word of an unknown desk
    /// until its roster has moved.
    pub(crate) fn shown(&mut self, conn: ConnId, receipt: Receipt) -> Result<(), MailboxError> {
        let tip = Tip { seq: receipt.seq, hash: receipt.hash };
        let statement = Receipt::statement(&receipt.doc, &receipt.actor, &tip, receipt.at);
        let desk =
            self.trust.side_of(&receipt.desk) == Some(Side::Province) || self.trust.roster.was_desk(&receipt.desk);
        if !desk && matches!(self.role, Role::Office { .. }) {
            if !self.peers.keep_receipt(conn, receipt) {
                tracing::warn!(conn = conn.0, "too many receipts of a desk that is not known: dropped");
            }
            return Ok(());
        }
        if !desk || !verify(&receipt.desk, &statement, &receipt.signature) {
            tracing::warn!(conn = conn.0, doc = %receipt.doc, "a receipt that no province desk signed was dropped");
            return Ok(());
        }
        if receipt.seq <= self.store.shown(&receipt.doc)?.seq(&receipt.actor) {
            return Ok(());
        }
        self.store.append(&record_of(&receipt))?;
        match self.role {
            // The receipt must reach others; the journal's tail hands it on.
            Role::Relay { .. } => self.staged.wake_tail = true,
            Role::Office { .. } => {
                self.staged.outputs.push(Output::Shown { doc: receipt.doc, at: receipt.at });
            }
        }
        Ok(())
    }
}

fn record_of(receipt: &Receipt) -> Record {
    let bytes = postcard::to_stdvec(receipt).unwrap_or_default();
    Record::Shown { doc: receipt.doc, actor: receipt.actor, seq: receipt.seq, hash: receipt.hash, bytes }
}
