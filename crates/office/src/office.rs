//! The machine.

use std::collections::{BTreeSet, VecDeque};

use hopluu_document::{Incoming, Moved};
use hopluu_mailbox::{
    Arrived, Input, LocalChange, Mailbox, Output as MailboxOutput, PictureProgress, Setup as MailboxSetup, Trust,
};
use hopluu_model::{ActorId, ChangeHash, DocId, DocKind, Edit, PictureId, PictureKey, RecordId, Tick, Timestamp, Tip};
use hopluu_store::{Refused, Store};
use hopluu_view::{Batch, DocUpdate, Marks, Refusal, Seen, Touch, View};

use crate::actors::{Actors, Dice};
use crate::arrivals::Arrivals;
use crate::documents::{Documents, held_beyond};
use crate::error::OfficeError;

/// What an office begins with.
pub struct Setup {
    /// Its mailbox.
    pub mailbox: MailboxSetup,
    /// How many bytes of documents may be open at once.
    pub cache_bytes: usize,
    /// The program's dice.
    pub dice: Dice,
}

/// Work for the driver and news for pages.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// For the driver, or for whoever keeps this machine's settings.
    Line(MailboxOutput),
    /// These records look different now, or have travelled further.
    Moved(Vec<RecordId>),
    /// A picture has come further, or has got to the relay.
    Picture {
        /// Which one.
        id: PictureId,
        /// How far it has come.
        progress: PictureProgress,
    },
}

/// An edit that was written. It is *saved here* after the next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The document.
    pub doc: DocId,
    /// The author chain it became part of.
    pub actor: ActorId,
    /// Its number there.
    pub seq: u64,
}

/// What the next commit must do once the disk has everything.
#[derive(Default)]
pub(crate) struct Pending {
    /// Changes that came by line.
    arrived: Arrivals,
    /// Documents that were written here.
    written: BTreeSet<DocId>,
    /// Documents whose chains fell back.
    pub(crate) withdrawn: BTreeSet<DocId>,
    pub(crate) marks: Marks,
    /// What was refused may be admitted now.
    roster_moved: bool,
    /// Damage took the roster that names authors of what is held: sides are shown wrong until it is back.
    authors_unknown: bool,
}

/// One office.
pub struct Office {
    pub(crate) mailbox: Mailbox,
    pub(crate) documents: Documents,
    pub(crate) view: View,
    pub(crate) actors: Actors,
    pub(crate) pending: Pending,
    out: VecDeque<Output>,
}

impl Office {
    /// Begins on an open store and a view, and brings the view up to what the store holds.
    ///
    /// # Errors
    /// When store or view fail.
    pub fn open(store: Store, view: View, setup: Setup, wall: Timestamp) -> Result<Self, OfficeError> {
        let device = setup.mailbox.key.id();
        let mailbox = Mailbox::open(store, setup.mailbox)?;
        let documents = Documents::new(setup.cache_bytes);
        let actors = Actors::new(device, setup.dice);
        let (pending, out) = (Pending::default(), VecDeque::new());
        let mut office = Self { mailbox, documents, view, actors, pending, out };
        office.catch_up(wall)?;
        Ok(office)
    }

    /// Begins again on a store that was opened anew after a failure. Whatever was not promised is dropped;
    /// authors are drawn anew, since what failed may reappear.
    ///
    /// # Errors
    /// When store or view fail.
    pub fn reopen(&mut self, store: Store, setup: MailboxSetup, wall: Timestamp) -> Result<(), OfficeError> {
        self.mailbox = Mailbox::open(store, setup)?;
        self.documents.drop_all();
        self.actors.retire_all();
        self.pending = Pending::default();
        self.catch_up(wall)
    }

    /// Takes one piece of news from the line.
    ///
    /// # Errors
    /// When the store fails; see [`OfficeError::needs_reopening`].
    pub fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), OfficeError> {
        Ok(self.mailbox.handle(now, wall, input)?)
    }

    /// Writes an edit. Nothing is promised before [`Office::commit`].
    ///
    /// # Errors
    /// [`OfficeError::NotOurs`], [`OfficeError::YearNotOpen`], what the document says, or the store's failure.
    pub fn submit(&mut self, edit: &Edit) -> Result<Submitted, OfficeError> {
        let doc = edit.doc();
        self.check_scope(doc)?;
        let (actor, fresh) = self.actors.of(doc);
        let document = self.documents.get(self.mailbox.store(), doc)?;
        if self.pending.arrived.holds(&doc) {
            // What arrived is not applied yet; the edit simply does not rest on it.
            tracing::debug!(%doc, "edit and arrivals in one commit");
        }
        let written = document.write(actor, edit)?;
        let (tip, bytes) = (Tip { seq: written.seq, hash: written.hash }, written.raw.len());
        let change = LocalChange {
            doc,
            actor,
            tip,
            parent: written.parent,
            raw: written.raw,
            edit: postcard::to_stdvec(edit).unwrap_or_default(),
            urgent: edit.is_urgent(),
        };
        if let Err(error) = self.mailbox.write(change) {
            self.documents.drop(&doc);
            self.actors.retire(&doc);
            return Err(error.into());
        }
        if fresh {
            self.pending.marks.mine.push(actor);
        }
        self.documents.grew(&doc, 1, bytes);
        self.pending.written.insert(doc);
        Ok(Submitted { doc, actor, seq: tip.seq })
    }

    /// Makes everything durable, then visible, then lets it travel.
    ///
    /// # Errors
    /// When disk or view fail. After a failure of the disk every document is dropped from memory, because it
    /// may show what was not saved.
    pub fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), OfficeError> {
        if let Err(error) = self.mailbox.commit(now) {
            self.documents.drop_all();
            self.actors.retire_all();
            self.pending = Pending::default();
            return Err(error.into());
        }
        self.take_news(now)?;
        let moved = self.fold(now, wall)?;
        if self.mailbox.store().staged() > 0 {
            // A desk's receipts: they may leave once they are on disk too.
            self.mailbox.commit(now)?;
            self.take_news(now)?;
        }
        if !moved.is_empty() {
            self.out.push_back(Output::Moved(moved));
        }
        self.documents.tidy(self.mailbox.shelf(), false)?;
        Ok(())
    }

    /// The next piece of work or news.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When the office wants a wake.
    #[must_use]
    pub fn next_wake(&self) -> Option<Tick> {
        [self.mailbox.next_wake(), self.pending.arrived.due()].into_iter().flatten().min()
    }

    /// Draws the id of a new record.
    pub fn new_record(&mut self) -> RecordId {
        RecordId(self.actors.draw())
    }

    /// Draws the id of a new event.
    pub fn new_event(&mut self) -> hopluu_model::EventId {
        hopluu_model::EventId(self.actors.draw())
    }

    /// The number of the next issue this office reports, for its speakable code. Never given twice.
    ///
    /// # Errors
    /// When the store fails.
    pub fn next_issue_number(&mut self) -> Result<u32, OfficeError> {
        let number = match self.actors.issue_number {
            Some(number) => number,
            None => {
                let last = self.mailbox.store().fact(ISSUE_NUMBER)?;
                last.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or(0)
            }
        } + 1;
        self.mailbox.remember(ISSUE_NUMBER, postcard::to_stdvec(&number).unwrap_or_default())?;
        self.actors.issue_number = Some(number);
        Ok(number)
    }

    /// The official code of a collection's commune; zeros until the roster has come, the province's own code
    /// for its own collection.
    #[must_use]
    pub fn commune_code(&self, collection: &hopluu_model::CollectionId) -> String {
        let known = self.mailbox.trust().roster().collection(collection);
        known.map_or_else(|| "00000".to_owned(), |known| known.commune_code.clone())
    }

    /// Saves what can be saved before the program ends. Losing it loses time, nothing else.
    ///
    /// # Errors
    /// When store or view fail.
    pub fn close(&mut self) -> Result<(), OfficeError> {
        self.documents.tidy(self.mailbox.shelf(), true)?;
        self.mailbox.shelf().flush_index()?;
        Ok(self.view.checkpoint()?)
    }

    /// The view, for readers of its own.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What the office holds and whom it trusts.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    pub(crate) fn check_scope(&self, doc: DocId) -> Result<(), OfficeError> {
        let trust = self.mailbox.trust();
        if let DocKind::Issues(year) = doc.kind
            && trust.roster().version() > 0
            && !trust.roster().is_open(year)
        {
            return Err(OfficeError::YearNotOpen(year));
        }
        let known = hopluu_identity::standing(trust.roster(), trust.provisional(), &trust.device());
        match known {
            Some((device, _)) if device.side == hopluu_model::Side::Province => Ok(()),
            Some((device, _)) if device.collection != doc.collection => Err(OfficeError::NotOurs(doc)),
            // Before the roster has come, the settings of the enrolment hold; the roster decides later.
            Some(_) | None => Ok(()),
        }
    }

    /// Sorts what the mailbox says into what this room does and what the driver does.
    fn take_news(&mut self, now: Tick) -> Result<(), OfficeError> {
        while let Some(output) = self.mailbox.poll() {
            match output {
                MailboxOutput::Arrived(Arrived { doc, changes, .. }) => {
                    let incoming = changes.into_iter().map(|(raw, hash)| Incoming { hash, raw });
                    self.pending.arrived.put(now, doc, incoming);
                }
                MailboxOutput::Withdrawn { doc } => {
                    self.pending.withdrawn.insert(doc);
                }
                MailboxOutput::AtRelay { doc } => {
                    let clock = self.mailbox.at_relay(&doc);
                    self.pending.marks.at_relay.push((doc, clock));
                }
                MailboxOutput::Shown { doc, at } => {
                    let clock = self.mailbox.store().shown(&doc)?;
                    self.pending.marks.shown.push((doc, clock, at));
                    self.pending.marks.today = self.pending.marks.today.max(Some(at.date()));
                }
                MailboxOutput::Declined(declined) => {
                    // Nobody takes what follows on a chain that was refused.
                    self.actors.retire(&declined.doc);
                    self.pending.marks.refused.push(Refusal {
                        doc: declined.doc,
                        actor: declined.actor,
                        seq: declined.seq,
                        code: declined.reason.to_string(),
                        text: declined.text,
                    });
                }
                MailboxOutput::Picture(PictureKey { id, .. }) => {
                    let progress = self.mailbox.picture_progress(&id);
                    self.out.push_back(Output::Picture { id, progress });
                }
                other => {
                    self.pending.roster_moved |= other == MailboxOutput::RosterMoved;
                    self.out.push_back(Output::Line(other));
                }
            }
        }
        Ok(())
    }

    /// Brings documents and view up to what is on disk; as a desk, says so.
    fn fold(&mut self, now: Tick, wall: Timestamp) -> Result<Vec<RecordId>, OfficeError> {
        if std::mem::take(&mut self.pending.roster_moved) {
            self.lift_refusals()?;
            if std::mem::take(&mut self.pending.authors_unknown) {
                for doc in self.mailbox.store().docs()? {
                    self.documents.drop(&doc);
                    self.view.forget(doc)?;
                    self.pending.written.insert(doc);
                }
            }
        }
        let mut docs = std::mem::take(&mut self.pending.written);
        for doc in std::mem::take(&mut self.pending.withdrawn) {
            self.withdraw(doc)?;
            docs.insert(doc);
        }
        let arrived = self.pending.arrived.take(now, &docs);
        let mut marks = std::mem::take(&mut self.pending.marks);
        let mut batch = Batch { docs: self.receive(arrived, wall)? };
        let received: BTreeSet<DocId> = batch.docs.iter().map(|update| update.doc).collect();
        for doc in docs.difference(&received) {
            let update = self.update_of(*doc, None)?;
            batch.docs.push(update);
        }
        let mut moved = if batch.docs.is_empty() { Vec::new() } else { self.view.fold(&batch)?.moved };
        for update in &batch.docs {
            if update.rebuild {
                // The view knows nothing yet of what others said of this document.
                let at = self.mailbox.shown_at(&update.doc)?.unwrap_or_default();
                marks.shown.push((update.doc, self.mailbox.store().shown(&update.doc)?, at));
            }
            self.shown_now(update.doc, update.heads.clone(), wall, &mut marks)?;
        }
        moved.extend(self.view.mark(&marks)?.moved);
        moved.sort_unstable();
        moved.dedup();
        Ok(moved)
    }

    /// Makes a document anew from the journal; what breaks it is left out and named.
    pub(crate) fn rebuild(&mut self, doc: DocId) -> Result<(), OfficeError> {
        let all = held_beyond(self.mailbox.store(), &doc, &hopluu_model::Clock::default())?;
        let bytes: usize = all.iter().map(|change| change.raw.len()).sum();
        let (document, culprits) = crate::rebuild::without_culprits(doc, all);
        self.documents.put(doc, document, bytes / 4);
        for hash in culprits {
            self.quarantine(doc, hash, "automerge cannot take it")?;
        }
        Ok(())
    }

    /// Names a change that must not be fed to any document, with its author; everything else goes on.
    pub(crate) fn quarantine(&mut self, doc: DocId, hash: ChangeHash, why: &str) -> Result<(), OfficeError> {
        if let Some(refusal) = self.mailbox.quarantine(doc, hash, why)? {
            tracing::error!(%doc, change = %hash.short(), author = %refusal.author.short(), why, "a change is quarantined");
        }
        Ok(())
    }

    pub(crate) fn update_of(&mut self, doc: DocId, received_at: Option<Timestamp>) -> Result<DocUpdate, OfficeError> {
        let known = match self.documents.shown(&doc) {
            Some(heads) => Some(heads.to_vec()),
            None => self.view.heads(doc)?,
        };
        let trust = self.mailbox.trust();
        let sides = |actor: &ActorId| trust.side(actor);
        let document = self.documents.get(self.mailbox.store(), doc)?;
        let heads = document.heads();
        let rebuild = known.is_none();
        let moved = match known {
            Some(known) => document.moved_since(&known, &sides),
            None => document.everything(&sides),
        };
        Ok(update_from(trust, (doc, heads), rebuild, (moved, received_at)))
    }

    /// The view shows the document as it is now: remember it, and as a desk say so.
    fn shown_now(
        &mut self,
        doc: DocId,
        heads: Vec<ChangeHash>,
        wall: Timestamp,
        marks: &mut Marks,
    ) -> Result<(), OfficeError> {
        let held = hopluu_wire::digest_of_clock(&self.mailbox.store().clock(&doc)?);
        let shown = postcard::to_stdvec(&(held, &heads)).unwrap_or_default();
        self.mailbox.shelf().cache_put(&shown_key(&doc), &shown)?;
        self.documents.set_shown(&doc, heads);
        marks.at_relay.push((doc, self.mailbox.at_relay(&doc)));
        if self.mailbox.trust().is_province() {
            let clock = self.documents.get(self.mailbox.store(), doc)?.clock().clone();
            self.mailbox.give_receipts(doc, &clock, wall)?;
            marks.shown.push((doc, clock, wall));
            marks.today = marks.today.max(Some(wall.date()));
        }
        Ok(())
    }

    /// At start: whatever the view does not show yet is folded; clocks and refusals are told anew.
    fn catch_up(&mut self, wall: Timestamp) -> Result<(), OfficeError> {
        let me = self.mailbox.trust().device();
        let mut pending = Pending::default();
        for doc in self.mailbox.store().docs()? {
            let clock = self.mailbox.store().clock(&doc)?;
            let own =
                clock.0.keys().filter(|actor| hopluu_identity::prefix_of(actor) == hopluu_identity::actor_prefix(&me));
            pending.marks.mine.extend(own);
            pending.authors_unknown |= clock.0.keys().any(|actor| !self.mailbox.trust().is_author(actor));
            pending.marks.at_relay.push((doc, self.mailbox.at_relay(&doc)));
            let shown = self.mailbox.store().shown(&doc)?;
            if let (false, Some(at)) = (shown.is_empty(), self.mailbox.shown_at(&doc)?) {
                pending.marks.shown.push((doc, shown.clone(), at));
                pending.marks.today = pending.marks.today.max(Some(at.date()));
            }
            // A desk's receipts may have been lost between the fold and the disk.
            let owes_receipts = self.mailbox.trust().is_province() && !shown.covers(&clock);
            if owes_receipts || !self.is_shown(&doc)? {
                pending.written.insert(doc);
            }
        }
        for refused in self.mailbox.refusals(None)? {
            let Refused { doc, actor, seq, reason, text, .. } = refused;
            pending.marks.refused.push(Refusal { doc, actor, seq, code: reason.to_string(), text });
        }
        self.pending = pending;
        self.fold(Tick(0), wall)?;
        Ok(())
    }

    /// A newer roster may admit what an older one refused.
    fn lift_refusals(&mut self) -> Result<(), OfficeError> {
        let still = self.mailbox.refusals(None)?;
        let all = self.mailbox.store().refusals(None)?;
        let lifted = all.into_iter().filter(|refused| !still.contains(refused));
        self.pending.marks.lifted.extend(lifted.map(|refused| (refused.doc, refused.actor, refused.seq)));
        Ok(())
    }

    fn is_shown(&self, doc: &DocId) -> Result<bool, OfficeError> {
        let held = hopluu_wire::digest_of_clock(&self.mailbox.store().clock(doc)?);
        let cached = self.mailbox.store().cache_get(&shown_key(doc))?;
        let cached = cached.and_then(|bytes| postcard::from_bytes::<([u8; 16], Vec<ChangeHash>)>(&bytes).ok());
        Ok(match (cached, self.view.heads(*doc)?) {
            (Some((digest, heads)), Some(view)) => digest == held && heads == view,
            (None, _) | (_, None) => false,
        })
    }

    /// A chain fell back to its cut: the document and its rows are made anew without it, and what we wrote on
    /// top of it is written again, under a new author and with the same record ids.
    fn withdraw(&mut self, doc: DocId) -> Result<(), OfficeError> {
        self.documents.drop(&doc);
        self.actors.retire(&doc);
        self.mailbox.shelf().drop_snapshot(&doc)?;
        self.view.forget(doc)?;
        let applied = self.documents.get(self.mailbox.store(), doc)?.clock().clone();
        for edit in self.mailbox.own_beyond(&doc, &applied)? {
            match postcard::from_bytes::<Edit>(&edit) {
                Ok(edit) => match self.submit(&edit) {
                    // What it was about went with the device that wrote it.
                    Err(error @ OfficeError::Document(_)) => {
                        tracing::warn!(%doc, error = &error as &dyn std::error::Error, "an edit has nothing left to change");
                    }
                    done => drop(done?),
                },
                Err(error) => tracing::error!(%doc, %error, "an edit in the journal cannot be read"),
            }
        }
        Ok(())
    }
}

/// What the view is told of a document.
pub(crate) fn update_from(
    trust: &Trust,
    (doc, heads): (DocId, Vec<ChangeHash>),
    rebuild: bool,
    (moved, received_at): (Moved, Option<Timestamp>),
) -> DocUpdate {
    let mut update = DocUpdate::new(doc, heads);
    update.rebuild = rebuild;
    update.received_at = received_at;
    let touch = |touch: &hopluu_document::Touch| Touch {
        record: touch.record,
        actor: touch.actor,
        seq: touch.seq,
        side: trust.side(&touch.actor),
    };
    update.touches = moved.touches.iter().map(touch).collect();
    let seen = |touch: &hopluu_document::Touch| Seen { record: touch.record, actor: touch.actor, seq: touch.seq };
    update.seen = moved.seen.iter().map(seen).collect();
    update.records = moved.records;
    update.events = moved.events;
    update
}

/// Where the number of the last issue reported here is remembered.
const ISSUE_NUMBER: &str = "issues/last";

fn shown_key(doc: &DocId) -> String {
    format!("shown/{}/{}", doc.collection, doc.kind)
}
