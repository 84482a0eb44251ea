//! What comes before the conversation, and what changes who may speak: claims, joins, the roster.

use hopluu_identity::enrol::{Input as EnrolInput, Output as EnrolOutput};
use hopluu_identity::roster::MAX_ENTRIES;
use hopluu_identity::{
    Body, Claim, Extended, Join, JoinError, RootKey, Roster, RosterEntry, RosterError, SignedHead, Welcome, decide,
};
use hopluu_model::{DeviceId, Tick, Timestamp};
use hopluu_store::{Record, Store, StoreError};
use hopluu_sync::{ConnId, Input as EngineInput};
use hopluu_wire::frame::Frame;

use crate::gate::{Gate, JoinAnswer};
use crate::mailbox::{Mailbox, MailboxError, Output, Role};
use crate::trust::Trust;

/// Entries of one connection that wait for their head: a country of communes takes about 3 MB.
const ROSTER_BYTES: usize = 8 << 20;

/// Roster entries and the head that signs them, as one journal record.
type RosterBytes = (Vec<Vec<u8>>, Vec<u8>);

impl Trust {
    /// Reads the roster and the joins from the journal. What damage left behind it is skipped: the relay has it.
    pub(crate) fn load(&mut self, store: &Store) -> Result<(), MailboxError> {
        self.in_doubt = !store.is_whole();
        self.load_roster(store)?;
        for (_, number) in store.joins()? {
            let Some(Record::Join { bytes, .. }) = store.read(number)? else { continue };
            if let Some(join) = Join::from_bytes(&bytes)
                && let Err(error) = self.provisional.keep(&self.roster, &join)
            {
                tracing::debug!(%error, "a join in the journal no longer counts");
            }
        }
        Ok(())
    }

    fn load_roster(&mut self, store: &Store) -> Result<(), MailboxError> {
        for number in store.roster_records()? {
            let bytes = match store.read(number) {
                Ok(Some(Record::Roster { bytes, .. })) => bytes,
                Ok(_) | Err(StoreError::Damaged { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let Ok((entries, head)) = postcard::from_bytes::<RosterBytes>(&bytes) else { continue };
            let Some(head) = SignedHead::from_bytes(&head) else { continue };
            match self.extend(&entries, &head) {
                Ok(_) => {}
                Err(error) if self.in_doubt => tracing::warn!(%error, "a roster in the damaged journal is skipped"),
                Err(error) => return Err(MailboxError::Roster(error)),
            }
        }
        Ok(())
    }
}

impl Mailbox {
    /// Lays a roster that was just founded into the journal; done once, when a province begins.
    ///
    /// # Errors
    /// When the store fails.
    pub fn found(&mut self, roster: Roster) -> Result<(), MailboxError> {
        let entries: Vec<Vec<u8>> = roster.entries_after(0).map(<[u8]>::to_vec).collect();
        if let Some(head) = roster.head().cloned() {
            self.keep_roster(&entries, &head)?;
            self.trust.roster = roster;
        }
        Ok(())
    }

    /// Appends to the roster, as the province desk; told to everybody after the next commit.
    ///
    /// # Errors
    /// [`MailboxError::NotDesk`]; [`MailboxError::Entry`] when the roster refuses it; or the store's.
    pub fn decree(&mut self, now: Tick, body: &Body, at: Timestamp) -> Result<(), MailboxError> {
        if !self.trust.is_desk() {
            return Err(MailboxError::NotDesk);
        }
        if self.trust.in_doubt {
            return Err(MailboxError::InDoubt);
        }
        let extended = self.trust.roster.append(body, at, &self.trust.key).map_err(MailboxError::Entry)?;
        self.decreed(now, &extended)
    }

    /// Makes this machine, already a device of the province, its desk: for when the desk is dead. Told to
    /// everybody after the next commit.
    ///
    /// # Errors
    /// [`MailboxError::Entry`] when this is no device of the province or the root is not the one in force; or
    /// the store's.
    pub fn take_over(&mut self, now: Tick, root: &RootKey, label: &str, at: Timestamp) -> Result<(), MailboxError> {
        let body = Body::Desk { key: self.trust.device(), label: label.to_owned() };
        let signed = self.trust.roster.append_as_root(&body, at, root.key(), &self.trust.key);
        let extended = signed.map_err(MailboxError::Entry)?;
        self.decreed(now, &extended)
    }

    fn decreed(&mut self, now: Tick, extended: &Extended) -> Result<(), MailboxError> {
        self.trust.provisional.settle(&self.trust.roster);
        let entries: Vec<Vec<u8>> = self.trust.roster.entries_after(extended.from).map(<[u8]>::to_vec).collect();
        if let Some(head) = self.trust.roster.head().cloned() {
            self.keep_roster(&entries, &head)?;
        }
        self.after_roster(now, extended)
    }

    /// Frames that are dealt with before and beside the conversation. Returns whether this was one.
    pub(crate) fn before_conversation(
        &mut self,
        now: Tick,
        wall: Timestamp,
        conn: ConnId,
        (frame, early): (&Frame, bool),
    ) -> Result<bool, MailboxError> {
        match frame {
            // Joining and claiming change who is who: never on what may be a replay.
            Frame::Join(_) | Frame::Claim(_) if early => {}
            Frame::Join(bytes) => self.join(now, wall, conn, bytes)?,
            Frame::JoinAnswer(bytes) => self.join_answer(now, conn, bytes),
            Frame::Claim(bytes) => self.claim(now, conn, bytes)?,
            Frame::Claimed { ok, text } => self.claimed(now, conn, *ok, text),
            Frame::Roster { entries, head } => {
                if self.roster(now, conn, (entries, head))? {
                    self.roster_is_current(now, wall)?;
                }
            }
            Frame::Joins(joins) => self.joins(now, wall, joins)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The handshake is complete: now a join or a claim may be made.
    pub(crate) fn confirmed(&mut self, conn: ConnId) {
        if !self.peers.get(conn).is_some_and(|peer| matches!(peer.gate, Gate::Asking)) {
            return;
        }
        if let Role::Office { claim: Some(claim), .. } = &self.role {
            let frame = Frame::Claim(claim.to_bytes());
            self.send(conn, &frame);
            return;
        }
        self.enrol(Some(conn), EnrolInput::LineUp);
    }

    /// Moves this machine's own enrolment on.
    fn enrol(&mut self, conn: Option<ConnId>, input: EnrolInput<'_>) {
        let Some(before) = self.trust.enrolment.clone() else { return };
        let (after, outputs) = before.clone().on(input);
        for output in outputs {
            match (output, conn) {
                (EnrolOutput::Send(join), Some(conn)) => self.send(conn, &Frame::Join(join.to_bytes())),
                (EnrolOutput::Send(_), None) => {}
                (EnrolOutput::Tell(notice), _) => self.staged.outputs.push(Output::Tell(notice)),
            }
        }
        if after != before {
            self.staged.outputs.push(Output::Enrolled(Box::new(after.clone())));
            self.trust.enrolment = Some(after);
        }
    }

    fn begin(&mut self, now: Tick, conn: ConnId) {
        let Some(peer) = self.peers.get(conn) else { return };
        if matches!(peer.gate, Gate::Asking) {
            peer.gate = Gate::Open;
            let device = peer.device;
            self.drive(now, EngineInput::Up { conn, peer: device });
        }
    }

    fn join(&mut self, now: Tick, wall: Timestamp, conn: ConnId, bytes: &[u8]) -> Result<(), MailboxError> {
        if !matches!(self.role, Role::Relay { .. }) {
            return Ok(());
        }
        let device = self.peers.device(conn);
        let join = Join::from_bytes(bytes).filter(|join| Some(join.device) == device);
        let answer = match join {
            None => JoinAnswer::Refused(JoinError::BadSignature),
            Some(join) => match decide(&self.trust.roster, &self.trust.provisional, &join, wall) {
                Ok(Welcome::New(_)) => {
                    self.keep_join(&join)?;
                    self.tell_joins(&join);
                    JoinAnswer::Welcome
                }
                Ok(Welcome::Again(_)) => JoinAnswer::Welcome,
                Err(reason) => JoinAnswer::Refused(reason),
            },
        };
        let bytes = postcard::to_stdvec(&answer).unwrap_or_default();
        self.send(conn, &Frame::JoinAnswer(bytes));
        self.let_in(now)
    }

    fn keep_join(&mut self, join: &Join) -> Result<(), MailboxError> {
        match self.trust.provisional.keep(&self.trust.roster, join) {
            Ok(true) => {
                self.store.append(&Record::Join { device: join.device, bytes: join.to_bytes() })?;
            }
            Ok(false) => {}
            Err(error) => tracing::info!(%error, device = %join.device.short(), "a join does not count"),
        }
        Ok(())
    }

    fn tell_joins(&mut self, join: &Join) {
        let frame = Frame::Joins(vec![join.to_bytes()]);
        let open = |(conn, peer): (ConnId, &crate::gate::Peer)| {
            (matches!(peer.gate, Gate::Open) && peer.device != join.device).then_some(conn)
        };
        let peers: Vec<ConnId> = self.peers.all().filter_map(open).collect();
        for conn in peers {
            self.send(conn, &frame);
        }
    }

    /// Tells whoever greets about the devices that wait for the desk: no cursor knows of them.
    pub(crate) fn tell_waiting(&mut self, conn: ConnId) {
        let joins: Vec<Vec<u8>> = self.trust.joins().iter().map(|join| join.to_bytes()).collect();
        if matches!(self.role, Role::Relay { .. }) && !joins.is_empty() {
            self.send(conn, &Frame::Joins(joins));
        }
    }

    /// Joins that a relay passes on. The desk confirms them: it made the invitations.
    fn joins(&mut self, now: Tick, wall: Timestamp, joins: &[Vec<u8>]) -> Result<(), MailboxError> {
        for join in joins.iter().filter_map(|bytes| Join::from_bytes(bytes)) {
            self.keep_join(&join)?;
        }
        self.confirm_waiting(now, wall)?;
        self.let_in(now)
    }

    /// A relay has told how far its roster goes, and ours goes as far: a desk may write on.
    pub(crate) fn roster_is_current(&mut self, now: Tick, wall: Timestamp) -> Result<(), MailboxError> {
        if !self.trust.in_doubt {
            return Ok(());
        }
        // What the journal holds beyond the damage may follow on what has come.
        let before = self.trust.roster.version();
        self.trust.load_roster(&self.store)?;
        self.trust.in_doubt = false;
        if self.trust.roster.version() > before {
            self.staged.outputs.push(Output::RosterMoved);
            self.staged.roster_from = Some(before);
        }
        self.confirm_waiting(now, wall)
    }

    fn confirm_waiting(&mut self, now: Tick, wall: Timestamp) -> Result<(), MailboxError> {
        if self.trust.is_desk() && !self.trust.in_doubt {
            let waiting: Vec<Body> =
                self.trust.provisional.waiting(&self.trust.roster).map(|device| device.confirmation()).collect();
            for body in waiting {
                self.decree(now, &body, wall)?;
            }
        }
        Ok(())
    }

    fn join_answer(&mut self, now: Tick, conn: ConnId, bytes: &[u8]) {
        match postcard::from_bytes(bytes) {
            Ok(JoinAnswer::Welcome) => {
                self.enrol(Some(conn), EnrolInput::Welcomed);
                self.begin(now, conn);
            }
            Ok(JoinAnswer::Refused(reason)) => {
                self.enrol(Some(conn), EnrolInput::Refused(reason));
                let text = reason.to_string();
                self.staged.outputs.push(Output::Close { conn, code: reason.notice().code, text });
                let retry_after_ms = Some(if reason.is_transient() { 2_000 } else { 600_000 });
                self.drive(now, EngineInput::Down { conn: None, retry_after_ms });
            }
            Err(error) => tracing::warn!(%error, "an answer to a join cannot be read"),
        }
    }

    fn claim(&mut self, now: Tick, conn: ConnId, bytes: &[u8]) -> Result<(), MailboxError> {
        let Role::Relay { ticket, owner } = &mut self.role else { return Ok(()) };
        let Some(claim) = Claim::from_bytes(bytes) else { return Ok(()) };
        let frame = match claim.check(ticket, *owner) {
            Ok(anchor) => {
                if owner.is_none() {
                    *owner = Some(anchor);
                    self.trust.roster = Roster::new(anchor);
                    self.staged.outputs.push(Output::Owned(anchor));
                }
                Frame::Claimed { ok: true, text: String::new() }
            }
            Err(error) => Frame::Claimed { ok: false, text: error.notice().vi.to_owned() },
        };
        self.send(conn, &frame);
        self.let_in(now)
    }

    fn claimed(&mut self, now: Tick, conn: ConnId, ok: bool, text: &str) {
        self.staged.outputs.push(Output::Claimed { ok, text: text.to_owned() });
        if let (true, Role::Office { claim, .. }) = (ok, &mut self.role) {
            *claim = None;
            self.begin(now, conn);
        }
    }

    /// Takes a roster. Returns whether ours goes as far as it now.
    fn roster(&mut self, now: Tick, conn: ConnId, (entries, head): (&[Vec<u8>], &[u8])) -> Result<bool, MailboxError> {
        let (Some(head), Some(peer)) = (SignedHead::from_bytes(head), self.peers.get(conn)) else { return Ok(false) };
        peer.roster.extend_from_slice(entries);
        if peer.roster.iter().map(Vec::len).sum::<usize>() > ROSTER_BYTES {
            // Anybody may bring a roster, so nobody may bring more than a roster can be.
            peer.roster.clear();
            tracing::warn!(conn = conn.0, "a roster without end was dropped");
            return Ok(false);
        }
        let last = peer.roster.last().and_then(|entry| RosterEntry::decode(entry)).map(|entry| entry.version);
        if last.is_some_and(|last| last < head.version) && peer.roster.len() < MAX_ENTRIES {
            return Ok(false);
        }
        let entries = std::mem::take(&mut peer.roster);
        match self.trust.extend(&entries, &head) {
            Ok(None) => Ok(true),
            Ok(Some(extended)) => {
                let new: Vec<Vec<u8>> = self.trust.roster.entries_after(extended.from).map(<[u8]>::to_vec).collect();
                self.keep_roster(&new, &head)?;
                self.after_roster(now, &extended)?;
                if matches!(self.role, Role::Office { .. }) {
                    // It came from the relay, which need not be told.
                    self.staged.roster_from = None;
                }
                Ok(true)
            }
            Err(RosterError::Gap { .. }) => {
                self.send(conn, &Frame::RosterAsk { after: self.trust.roster.version() });
                Ok(false)
            }
            Err(error) => {
                tracing::warn!(%error, "a roster was not taken");
                self.staged.outputs.push(Output::Alarm(format!("roster: {error}")));
                Ok(false)
            }
        }
    }

    fn keep_roster(&mut self, entries: &[Vec<u8>], head: &SignedHead) -> Result<(), MailboxError> {
        let bytes = postcard::to_stdvec(&(entries, head.to_bytes())).unwrap_or_default();
        self.store.append(&Record::Roster { version: head.version, bytes })?;
        Ok(())
    }

    fn after_roster(&mut self, now: Tick, extended: &Extended) -> Result<(), MailboxError> {
        for body in &extended.bodies {
            if let Body::Revoke { device, .. } = body {
                self.withdraw(*device)?;
                self.drive(now, EngineInput::Evict { device: *device });
            }
        }
        self.staged.outputs.push(Output::RosterMoved);
        self.staged.roster_from = Some(self.staged.roster_from.unwrap_or(extended.from).min(extended.from));
        if let Some(enrolment) = &self.trust.enrolment {
            let (after, outputs) = enrolment.clone().on(EnrolInput::Roster(&self.trust.roster));
            for output in outputs {
                if let EnrolOutput::Tell(notice) = output {
                    self.staged.outputs.push(Output::Tell(notice));
                }
            }
            if Some(&after) != self.trust.enrolment.as_ref() {
                self.staged.outputs.push(Output::Enrolled(Box::new(after.clone())));
                self.trust.enrolment = Some(after);
            }
        }
        self.let_in(now)
    }

    /// Lets the chains of a revoked device fall back to its cut. What rests on them stays held, and waits for
    /// parents that never come: it is not fed to any document, and its author writes it again.
    pub(crate) fn withdraw(&mut self, device: DeviceId) -> Result<(), MailboxError> {
        for doc in self.store.docs()? {
            let mut fell = false;
            for (actor, tip) in self.store.clock(&doc)?.0 {
                if !self.trust.owns(&device, &actor) {
                    continue;
                }
                let stays = match self.trust.roster.cut(&device, &doc, &actor) {
                    // Of two histories with one author the cut names one.
                    Some(cut) if tip.seq >= cut.seq && self.hash_at(&doc, &actor, cut.seq)? == Some(cut.hash) => {
                        cut.seq
                    }
                    Some(cut) if tip.seq < cut.seq => tip.seq,
                    Some(_) | None => 0,
                };
                if tip.seq > stays {
                    self.store.append(&Record::Cut { doc, actor, seq: stays })?;
                    fell = true;
                }
            }
            if fell {
                self.staged.outputs.push(Output::Withdrawn { doc });
            }
        }
        Ok(())
    }
}
