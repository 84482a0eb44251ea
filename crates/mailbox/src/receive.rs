//! What comes in by frames: the gate, the checks, the journal.

use hopluu_identity::{Refused, verify};
use hopluu_model::{ActorId, ChangeHash, DocId, Tick, Timestamp, Tip};
use hopluu_store::Record;
use hopluu_sync::{ConnId, Input as EngineInput};
use hopluu_wire::frame::{Frame, RefusalNotice, bye};
use hopluu_wire::{Opened, Pack};

use crate::gate::Gate;
use crate::held::gather;
use crate::mailbox::{Mailbox, MailboxError, Output, Role};
use crate::news::{Arrived, Declined};

/// A pack that cannot be opened or whose signature is wrong; not an admission reason, so it has a code here.
const BAD_PACK: u8 = 60;
/// Two different changes with one author and number.
const FORK: u8 = 61;
/// So many chains of one connection wait for a newer roster.
const WAITING_CHAINS: usize = 4_096;

impl Mailbox {
    pub(crate) fn frame(
        &mut self,
        now: Tick,
        wall: Timestamp,
        conn: ConnId,
        (bytes, early): (Vec<u8>, bool),
    ) -> Result<(), MailboxError> {
        let Some(device) = self.peers.device(conn) else { return Ok(()) };
        if self.trust.roster.is_revoked(&device) {
            self.close(conn, bye::REVOKED, "this device was revoked; ask the province desk", 3_600_000);
            return Ok(());
        }
        let frame = match Frame::decode(&bytes) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::warn!(device = %device.short(), %error, "a malformed frame ends the conversation");
                self.close(conn, bye::MALFORMED, &error.to_string(), 60_000);
                return Ok(());
            }
        };
        if self.before_conversation(now, wall, conn, (&frame, early))? {
            return Ok(());
        }
        let stranger = self.peers.get(conn).is_some_and(|peer| matches!(peer.gate, Gate::Stranger { .. }));
        if stranger {
            self.stranger(conn, &frame, bytes);
            return Ok(());
        }
        if let Frame::Welcome(welcome) = &frame
            && welcome.roster <= self.trust.roster.version()
        {
            self.roster_is_current(now, wall)?;
        }
        self.known(now, conn, frame)
    }

    /// A device that the roster does not name gets nothing; but it may bring the roster that names it.
    fn stranger(&mut self, conn: ConnId, frame: &Frame, bytes: Vec<u8>) {
        if matches!(self.role, Role::Relay { owner: None, .. }) {
            self.close(conn, bye::UNOWNED, "this relay belongs to no province yet", 30_000);
            return;
        }
        if let Frame::Hello(hello) = frame {
            let have = self.trust.roster.version();
            if hello.roster <= have {
                self.close(conn, bye::UNKNOWN, "this device is not in the roster; join with an invitation", 30_000);
                return;
            }
            self.send(conn, &Frame::RosterAsk { after: have });
        }
        if !self.peers.keep(conn, bytes) {
            self.close(conn, bye::UNKNOWN, "this device is not in the roster", 30_000);
        }
    }

    /// Asks again for chains that waited, and lets in strangers whom a roster or a join now names, and hears what they said meanwhile.
    pub(crate) fn let_in(&mut self, now: Tick) -> Result<(), MailboxError> {
        for (conn, receipt) in self.peers.take_receipts() {
            self.shown(conn, receipt)?;
        }
        for (conn, doc, actor) in self.peers.take_waiting() {
            let next = self.store.tip(&doc, &actor)?.map_or(0, |tip| tip.seq) + 1;
            self.send(conn, &Frame::From { doc, actor, next });
        }
        let mut known = Vec::new();
        for (conn, peer) in self.peers.all() {
            if matches!(peer.gate, Gate::Stranger { .. }) && self.trust.is_known(&peer.device) {
                known.push(conn);
            }
        }
        for conn in known {
            let Some(peer) = self.peers.get(conn) else { continue };
            let gate = std::mem::replace(&mut peer.gate, Gate::Open);
            let device = peer.device;
            self.drive(now, EngineInput::Up { conn, peer: device });
            if let Gate::Stranger { frames, .. } = gate {
                for bytes in frames {
                    if let Ok(frame) = Frame::decode(&bytes) {
                        self.known(now, conn, frame)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn known(&mut self, now: Tick, conn: ConnId, frame: Frame) -> Result<(), MailboxError> {
        match frame {
            Frame::Pack(pack) => self.pack(now, conn, &pack),
            Frame::Shown(receipt) => self.shown(conn, receipt),
            Frame::Piece { picture, index, bytes } => {
                self.piece(conn, picture, (index, &bytes));
                Ok(())
            }
            Frame::Refused(notice) => {
                self.refused(&notice)?;
                self.drive(now, EngineInput::Frame { conn, frame: Frame::Refused(notice) });
                Ok(())
            }
            frame @ Frame::Hello(_) => {
                self.drive(now, EngineInput::Frame { conn, frame });
                self.tell_waiting(conn);
                Ok(())
            }
            frame => {
                if let Frame::Bye { code, text, .. } = &frame {
                    let (code, text) = (*code, text.clone());
                    self.staged.outputs.push(Output::TurnedAway { code, text });
                }
                self.drive(now, EngineInput::Frame { conn, frame });
                Ok(())
            }
        }
    }

    /// The door for changes of others: size, chain, rebuild, hashes, signature, admission, journal.
    fn pack(&mut self, now: Tick, conn: ConnId, pack: &Pack) -> Result<(), MailboxError> {
        let (doc, actor) = (pack.doc, pack.actor);
        let Some(carrier) = self.peers.device(conn) else { return Ok(()) };
        let held = self.store.tip(&doc, &actor)?;
        let held_seq = held.map_or(0, |tip| tip.seq);
        if pack.first > held_seq + 1 {
            self.send(conn, &Frame::From { doc, actor, next: held_seq + 1 });
            return Ok(());
        }
        let parent = match pack.first {
            // Numbers begin with 1; opening says so to whoever sends 0.
            0 | 1 => None,
            first if first == held_seq + 1 => held.map(|tip| tip.hash),
            first => self.hash_at(&doc, &actor, first - 1)?,
        };
        let Some(author) = self.trust.author_of(&actor) else {
            return self.await_roster(conn, doc, actor);
        };
        let opened = match pack.open(parent) {
            Ok(opened) => opened,
            Err(error) => return self.decline_to(conn, pack, (BAD_PACK, error.to_string())),
        };
        let tip = Tip { seq: pack.last(), hash: opened.head() };
        let statement = hopluu_identity::change_statement(&doc, &actor, tip.seq, &tip.hash);
        if !verify(&author, &statement, &pack.signature) {
            return self.decline_to(conn, pack, (BAD_PACK, "the signature does not fit the chain held".to_owned()));
        }
        // Only its author can have signed it: from here on refusals are lasting and go to the author.
        if let Err(reason) = self.trust.admit(&doc, &actor, &tip) {
            if self.trust.is_mine(&author) {
                return Ok(());
            }
            // The roster travels on its own stream, and may be behind.
            if matches!(reason, Refused::UnknownAuthor | Refused::UnknownCollection | Refused::YearNotOpen) {
                return self.await_roster(conn, doc, actor);
            }
            let notice = reason.notice();
            let notice = RefusalNotice {
                doc,
                actor,
                seq: pack.first,
                hash: tip.hash,
                reason: notice.code,
                text: notice.vi.to_owned(),
            };
            return self.decline(conn, author, notice);
        }
        if !self.trust.may_read(&carrier, &doc) && !matches!(self.role, Role::Office { .. }) {
            return self.decline_to(conn, pack, (BAD_PACK, "the sender may not carry this document".to_owned()));
        }
        self.keep(now, conn, pack, (held, parent, opened))
    }

    /// The sender may know a newer roster: it is asked for, and this chain again once ours has moved.
    fn await_roster(&mut self, conn: ConnId, doc: DocId, actor: ActorId) -> Result<(), MailboxError> {
        self.send(conn, &Frame::RosterAsk { after: self.trust.roster.version() });
        // Beyond that somebody makes authors up. A later greeting finds what an honest peer still lacks.
        if let Some(peer) = self.peers.get(conn)
            && peer.waiting.len() < WAITING_CHAINS
        {
            peer.waiting.insert((doc, actor));
        }
        Ok(())
    }

    fn keep(
        &mut self,
        now: Tick,
        conn: ConnId,
        pack: &Pack,
        (held, parent, mut opened): (Option<Tip>, Option<ChangeHash>, Opened),
    ) -> Result<(), MailboxError> {
        let (doc, actor) = (pack.doc, pack.actor);
        let held_seq = held.map_or(0, |tip| tip.seq);
        let known = usize::try_from(held_seq + 1 - pack.first).unwrap_or(usize::MAX).min(opened.changes.len());
        if let (Some(tip), Some((_, ours))) = (held, known.checked_sub(1).and_then(|place| opened.changes.get(place))) {
            let at = pack.first + known as u64 - 1;
            let stored = if at == tip.seq { Some(tip.hash) } else { self.hash_at(&doc, &actor, at)? };
            if stored.is_some_and(|stored| stored != *ours) {
                self.staged.outputs.push(Output::Alarm(format!("{doc}: author {} forks at {at}", actor.short())));
                return self.decline_to(conn, pack, (FORK, "another change with this number is held".to_owned()));
            }
        }
        let tip = Tip { seq: pack.last(), hash: opened.head() };
        if matches!(self.role, Role::Office { .. }) && self.trust.owns(&self.trust.device(), &actor) {
            // What the relay hands over it holds, also when others brought it there.
            self.relay_holds(now, doc, &[(actor, tip.seq, tip.hash)], false);
        }
        if tip.seq <= held_seq {
            // It adds nothing; the sender missed our acknowledgement.
            self.staged.stored.extend(held.map(|tip| (doc, actor, tip, Some(conn))));
            return Ok(());
        }
        let changes = opened.changes.split_off(known);
        let first = pack.first + known as u64;
        let (parent, pack) = if known == 0 {
            (parent, pack.clone())
        } else {
            let parent = held.map(|tip| tip.hash);
            let Some(pack) = recut(pack, first, parent, &changes) else { return Ok(()) };
            (parent, pack)
        };
        let bytes = postcard::to_stdvec(&pack).unwrap_or_default();
        let from = self.peers.device(conn).unwrap_or(self.trust.device());
        self.store.append(&Record::Pack { doc, actor, first, last: tip.seq, head: tip.hash, parent, from, bytes })?;
        self.staged.stored.push((doc, actor, tip, Some(conn)));
        if matches!(self.role, Role::Office { .. }) {
            self.staged.outputs.push(Output::Arrived(Arrived { doc, actor, first, changes }));
        }
        Ok(())
    }

    /// The hash of a change held; `None` when it is not, or only staged.
    pub(crate) fn hash_at(&self, doc: &DocId, actor: &ActorId, seq: u64) -> Result<Option<ChangeHash>, MailboxError> {
        let (runs, _) = gather(&self.store, doc, actor, seq)?;
        Ok(runs.first().map(|run| run.hash))
    }

    /// Tells the sender alone: whoever can forge a pack must not be able to refuse an author's work.
    fn decline_to(&mut self, conn: ConnId, pack: &Pack, (reason, text): (u8, String)) -> Result<(), MailboxError> {
        tracing::warn!(doc = %pack.doc, actor = %pack.actor.short(), first = pack.first, reason, text, "pack declined");
        let (doc, actor, seq) = (pack.doc, pack.actor, pack.first);
        let notice = RefusalNotice { doc, actor, seq, hash: ChangeHash([0; 32]), reason, text };
        self.send(conn, &Frame::Refused(notice));
        Ok(())
    }

    /// Refuses for good: kept, told to the author now and at every greeting.
    fn decline(
        &mut self,
        conn: ConnId,
        author: hopluu_model::DeviceId,
        notice: RefusalNotice,
    ) -> Result<(), MailboxError> {
        let known = self.refusals(Some(&notice.doc))?;
        if !known.iter().any(|refusal| refusal.actor == notice.actor && refusal.seq <= notice.seq) {
            self.store.append(&record_of(&notice, author))?;
        }
        self.send(conn, &Frame::Refused(notice));
        Ok(())
    }

    /// A relay says that a change of ours is not accepted.
    fn refused(&mut self, notice: &RefusalNotice) -> Result<(), MailboxError> {
        let Some(author) = self.trust.author_of(&notice.actor) else { return Ok(()) };
        if notice.reason == FORK && matches!(self.role, Role::Office { .. }) {
            let text = format!("{}: the relay holds another change {} of our author", notice.doc, notice.seq);
            self.staged.outputs.push(Output::Alarm(text));
        }
        // What is told to the sender alone may be the line's or a forger's doing; only lasting reasons are written down.
        if matches!(self.role, Role::Relay { .. }) || matches!(notice.reason, BAD_PACK | FORK) {
            return Ok(());
        }
        let known = self.refusals(Some(&notice.doc))?;
        if !known.iter().any(|refusal| refusal.actor == notice.actor && refusal.seq <= notice.seq) {
            self.store.append(&record_of(notice, author))?;
        }
        let RefusalNotice { doc, actor, seq, reason, text, .. } = notice.clone();
        self.staged.outputs.push(Output::Declined(Declined { doc, actor, seq, author, reason, text }));
        Ok(())
    }
}

fn record_of(notice: &RefusalNotice, author: hopluu_model::DeviceId) -> Record {
    let RefusalNotice { doc, actor, seq, hash, reason, text } = notice.clone();
    Record::Refusal { doc, actor, seq, hash, author, reason, text }
}

/// The end of a pack as a pack of its own, under the same signature.
fn recut(pack: &Pack, first: u64, parent: Option<ChangeHash>, changes: &[(Vec<u8>, ChangeHash)]) -> Option<Pack> {
    let last = changes.len();
    let runs: Vec<_> = changes
        .iter()
        .enumerate()
        .map(|(place, (raw, hash))| hopluu_wire::Run {
            raw: raw.clone(),
            hash: *hash,
            signature: (place + 1 == last).then_some(pack.signature),
            urgent: pack.urgent,
        })
        .collect();
    Pack::cut(pack.doc, pack.actor, first, parent, &runs).ok().flatten()
}
