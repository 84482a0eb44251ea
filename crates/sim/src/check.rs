//! What must hold: on the way, and once everything had time to heal.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_document::{Document, Incoming};
use hopluu_identity::{Enrolment, may_read_doc};
use hopluu_mailbox::{Mailbox, QUARANTINED, Role, changes_of};
use hopluu_model::{ActorId, Clock, CollectionId, DocId, DocKind, Sides};
use hopluu_office::Office;
use hopluu_store::{Options, Store};
use hopluu_view::query::Sentence;
use hopluu_view::{Batch, DocUpdate, Marks, Seen, Touch, View};

use crate::expected::{Compared, compare};
use crate::peer::{PeerId, Promise};
use crate::people::YEAR;
use crate::world::World;

/// So many of an office's newest edits are looked at after each step.
const LOOKED_AT: usize = 6;
/// No record takes more of a journal, on average.
const BYTES_A_RECORD: usize = 4_096;
/// Frames for each edit and machine of a world, whatever went wrong in it.
const FRAMES_AN_EDIT: u64 = 200;

impl World {
    /// How far an edit has got by its own office's word: 0 refused, 1 saved, 2 at the relay, 3 at the province, 4 seen.
    #[must_use]
    pub fn rank(&self, promise: &Promise) -> Option<u8> {
        let office = self.peers[promise.at.0].office()?;
        let reader = office.view().reader().ok()?;
        let sentence = reader.sentence_of_change(promise.doc, promise.actor, promise.seq).ok()?;
        Some(match sentence {
            Sentence::Refused { .. } => 0,
            Sentence::Saved => 1,
            Sentence::AtRelay => 2,
            Sentence::AtProvince => 3,
            Sentence::Seen => 4,
        })
    }

    /// Says what is not as it must be after everything had time to heal.
    ///
    /// # Errors
    /// The first thing found wrong.
    pub fn check(&self) -> Result<(), String> {
        if let Some(violation) = self.violations.first() {
            return Err(violation.clone());
        }
        self.check_equal()?;
        self.check_promises()?;
        self.check_trust()?;
        self.check_pictures()?;
        self.check_views()?;
        self.check_rendering()?;
        self.check_clashes().map(drop)
    }

    /// Whether all running machines hold the same, and say so.
    ///
    /// # Errors
    /// The first difference.
    pub fn check_equal(&self) -> Result<(), String> {
        let mut known: BTreeMap<DocId, (PeerId, Clock)> = BTreeMap::new();
        let mut docs = BTreeSet::new();
        for (peer, mailbox) in self.running() {
            docs.extend(mailbox.store().docs().map_err(|error| error.to_string())?);
            let office = self.peers[peer.0].office();
            let may_differ = self.had_losses && !self.forked.is_empty();
            if office.is_some() && !self.is_settled(peer) && !self.is_out(peer) && !may_differ {
                let standing = self.office(peer).standing();
                return Err(format!("{} is not settled: {:?}", self.name(peer), (standing.line, standing.backlog)));
            }
        }
        for doc in docs {
            for (peer, mailbox) in self.running().filter(|(peer, _)| self.reads(*peer, &doc)) {
                let mut clock = mailbox.store().clock(&doc).map_err(|error| error.to_string())?;
                if self.had_losses {
                    // Who held one of two histories and lost it may have got the other: the desk must revoke or rule.
                    clock.0.retain(|actor, _| !self.forked.contains(actor));
                }
                let (first, expected) = known.entry(doc).or_insert_with(|| (peer, clock.clone()));
                if *expected != clock {
                    let names = (self.name(*first), self.name(peer));
                    return Err(format!("{doc} differs at {} and {}: {expected:?} / {clock:?}", names.0, names.1));
                }
            }
        }
        Ok(())
    }

    /// The promise that is broken, if any: an edit missing somewhere, or a sentence that lags.
    pub(crate) fn check_promises(&self) -> Result<(), String> {
        for promise in self.promises.iter().filter(|promise| !promise.gone) {
            let Promise { doc, actor, seq, hash, at, .. } = promise;
            if self.is_cut_off(actor) {
                continue;
            }
            for (peer, mailbox) in self.running().filter(|(peer, _)| self.reads(*peer, doc)) {
                let held = mailbox.store().clock(doc).map_err(|error| error.to_string())?.0.get(actor).copied();
                let good = held.is_some_and(|tip| tip.seq > *seq || (tip.seq == *seq && tip.hash == *hash));
                if !good {
                    let name = (self.name(*at), self.name(peer));
                    return Err(format!(
                        "edit {seq} of {} in {doc}, typed at {}, is not at {}",
                        actor.short(),
                        name.0,
                        name.1
                    ));
                }
            }
            let rank = self.rank(promise);
            let lags = rank.is_none_or(|rank| rank < 3) && self.is_running(*at) && !self.is_out(*at);
            let own = hopluu_identity::actor_prefix(&self.peers[at.0].device);
            if lags
                && hopluu_identity::prefix_of(actor) == own
                && !self.was_written_again(promise)
                && !self.rests_on_what_is_gone(promise)
            {
                let receipt = |(peer, mailbox): (PeerId, &Mailbox)| {
                    let shown = mailbox.store().shown(doc).map_or(0, |clock| clock.seq(actor));
                    format!("{} {shown}", self.name(peer))
                };
                let receipts: Vec<String> = self.running().map(receipt).collect();
                return Err(format!(
                    "edit {seq} of {} in {doc} at {} says {rank:?}; receipts: {}",
                    actor.short(),
                    self.name(*at),
                    receipts.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Views show the heads of their documents, and equal what is folded anew from the changes.
    fn check_views(&self) -> Result<(), String> {
        for (peer, _) in self.running() {
            let Some(office) = self.peers[peer.0].office() else { continue };
            let (rebuilt, heads) = rebuild(office).map_err(|error| format!("{}: {error}", self.name(peer)))?;
            for (doc, heads) in &heads {
                let shown = office.view().heads(*doc).map_err(|error| error.to_string())?;
                if shown.as_ref() != Some(heads) {
                    return Err(format!("{} shows {doc} at {shown:?}, not {heads:?}", self.name(peer)));
                }
            }
            let dump = office.view().dump().map_err(|error| error.to_string())?;
            let (mut dump, mut rebuilt) = (facts(&dump), facts(&rebuilt));
            rebuilt.retain(|line| !line.starts_with("today|"));
            // A document of which nothing counts any more has a row of zeros, or none.
            dump.retain(|line| heads.iter().any(|(doc, _)| line.contains(&hex(&doc.to_bytes()))));
            let differing: Vec<String> = dump
                .symmetric_difference(&rebuilt)
                .take(4)
                .map(|line| format!("{}{line}", if dump.contains(line) { "view " } else { "rebuild " }))
                .collect();
            if !differing.is_empty() {
                return Err(format!("{} shows what its rebuild does not: {}", self.name(peer), differing.join(" / ")));
            }
        }
        Ok(())
    }

    /// Everybody who may read a document shows the same of it, as of the same day.
    fn check_rendering(&self) -> Result<(), String> {
        let mut known: BTreeMap<(DocId, String), (PeerId, BTreeSet<String>)> = BTreeMap::new();
        for (peer, mailbox) in self.running() {
            let Some(office) = self.peers[peer.0].office() else { continue };
            if self.is_out(peer) {
                continue;
            }
            let dump = office.view().dump().map_err(|error| error.to_string())?;
            let facts = facts(&dump);
            let today = facts.iter().find(|line| line.starts_with("today|")).map_or("", |line| *line).to_owned();
            for doc in mailbox.store().docs().map_err(|error| error.to_string())? {
                let clock = mailbox.store().clock(&doc).map_err(|error| error.to_string())?;
                let has_two_histories = self.had_losses && clock.0.keys().any(|actor| self.forked.contains(actor));
                if !self.reads(peer, &doc) || has_two_histories {
                    continue;
                }
                let id = hex(&doc.to_bytes());
                let rows: BTreeSet<String> =
                    facts.iter().filter(|line| line.contains(&id)).map(|line| (*line).to_owned()).collect();
                let (first, expected) = known.entry((doc, today.clone())).or_insert_with(|| (peer, rows.clone()));
                if let Some(row) = expected.symmetric_difference(&rows).next() {
                    let names = (self.name(*first), self.name(peer));
                    return Err(format!("{doc} looks different at {} and {}: {row}", names.0, names.1));
                }
            }
        }
        Ok(())
    }

    /// Nothing grows without bound: journals, what waits, what is said.
    ///
    /// # Errors
    /// The first bound that is broken.
    pub(crate) fn check_bounds(&self) -> Result<(), String> {
        for (peer, mailbox) in self.running() {
            let files = self.disk(peer).files;
            let names = hopluu_store::Files::names(&files).map_err(|error| error.to_string())?;
            let bytes: usize = names.iter().map(|name| files.contents(name).map_or(0, |bytes| bytes.len())).sum();
            let records = usize::try_from(mailbox.store().end().number).unwrap_or(usize::MAX);
            // Two lanes, each with a segment begun and, after a cut, the one before it.
            let reserved = 4 * usize::try_from(self.whims.segment_bytes).unwrap_or(usize::MAX);
            if bytes > reserved + BYTES_A_RECORD * records {
                return Err(format!("{} keeps {bytes} bytes for {records} records", self.name(peer)));
            }
        }
        let most = FRAMES_AN_EDIT * (self.promises.len() as u64 + 50) * self.peers.len() as u64;
        if self.frames > most {
            return Err(format!("{} frames for {} edits", self.frames, self.promises.len()));
        }
        if self.queue.len() > 100 * self.peers.len() {
            return Err(format!("{} things still wait to happen in a quiet world", self.queue.len()));
        }
        Ok(())
    }

    /// Every replica lists the same clashes: those that follow from what people typed, and nothing else.
    ///
    /// # Errors
    /// The first difference.
    pub fn check_clashes(&self) -> Result<Compared, String> {
        let mut known: BTreeMap<CollectionId, (PeerId, Vec<String>)> = BTreeMap::new();
        let mut compared = Compared::default();
        if self.had_losses && !self.forked.is_empty() {
            // Two histories of one author may stand side by side until the desk revokes or rules.
            return Ok(compared);
        }
        for (peer, _) in self.running() {
            let Some(office) = self.peers[peer.0].office().filter(|_| !self.is_out(peer)) else { continue };
            let reader = office.view().reader().map_err(|error| error.to_string())?;
            for collection in self.communes.values().chain(&self.province).copied() {
                // The province's own issues are read by whoever reads all there is of it.
                let whole = if Some(collection) == self.province { DocKind::Issues(YEAR) } else { DocKind::Register };
                if !self.reads(peer, &DocId::new(collection, whole)) {
                    continue;
                }
                let rows = reader.clashes(Some(collection)).map_err(|error| error.to_string())?;
                let listed: Vec<String> = rows
                    .iter()
                    .map(|row| format!("{} {} {} {:?}", row.key, row.kind, row.record, row.options))
                    .collect();
                if let Some((first, expected)) = known.get(&collection) {
                    if *expected != listed {
                        let names = (self.name(*first), self.name(peer));
                        return Err(format!(
                            "clashes differ at {} and {}: {expected:#?} / {listed:#?}",
                            names.0, names.1
                        ));
                    }
                    continue;
                }
                compare(office, collection, &self.memory, &mut compared)
                    .map_err(|difference| format!("{}: {difference}", self.name(peer)))?;
                known.insert(collection, (peer, listed));
            }
        }
        Ok(compared)
    }

    /// Looks at the newest sentences of an office: none may be ahead of the truth, none go back without a cause.
    pub(crate) fn check_sentences(&mut self, peer: PeerId) {
        if self.is_out(peer) {
            // Nobody speaks to it any more, so it cannot learn what was cut away elsewhere.
            return;
        }
        let own: Vec<usize> =
            (0..self.promises.len()).rev().filter(|at| self.promises[*at].at == peer).take(LOOKED_AT).collect();
        for place in own {
            let promise = self.promises[place];
            let Some(rank) = self.rank(&promise) else { continue };
            let chain = (promise.doc, promise.actor);
            let relays = self.peers().filter(|peer| matches!(self.peers[peer.0].papers.role, Role::Relay { .. }));
            let at_relay = relays
                .map(|relay| self.now_or_ever(relay, &self.relay_held, chain, |store| store.clock(&promise.doc)))
                .max()
                .unwrap_or(0);
            let shown = self
                .desk
                .map_or(0, |desk| self.now_or_ever(desk, &self.desk_shown, chain, |store| store.shown(&promise.doc)));
            let ahead =
                (rank == 2 && at_relay < promise.seq) || (rank >= 3 && shown < promise.seq && Some(peer) != self.desk);
            let before = self.seen_ranks.insert((peer, place), rank).unwrap_or(0);
            let fell = rank > 0 && rank < before && place >= self.excused;
            if ahead || fell {
                let what = format!(
                    "edit {} of {} in {} at {} says {rank} after {before}; relay {at_relay}, desk {shown}",
                    promise.seq,
                    promise.actor.short(),
                    promise.doc,
                    self.name(peer)
                );
                self.note(peer, &what);
                self.violations.push(what);
            }
        }
    }

    pub(crate) fn forget_ranks(&mut self, peer: PeerId) {
        self.seen_ranks.retain(|(at, _), _| *at != peer);
    }

    /// Writes down how far everything was before something is lost.
    pub(crate) fn before_loss(&mut self) {
        for peer in self.peers() {
            self.commit(peer);
        }
        for peer in self.peers() {
            if matches!(self.peers[peer.0].papers.role, Role::Relay { .. }) {
                let held = self.on_disk(peer, Store::clock);
                raise(&mut self.relay_held, held);
            }
        }
        let shown = self.desk.map(|desk| self.on_disk(desk, Store::shown)).unwrap_or_default();
        raise(&mut self.desk_shown, shown);
    }

    /// Finds the edits that no disk holds any more.
    pub(crate) fn after_loss(&mut self) {
        self.seen_ranks.clear();
        self.excused = self.promises.len();
        self.had_losses = true;
        let mut held: BTreeMap<(DocId, ActorId), u64> = BTreeMap::new();
        for peer in self.peers() {
            raise(&mut held, self.on_disk(peer, Store::clock));
        }
        for promise in &mut self.promises {
            promise.gone |= held.get(&(promise.doc, promise.actor)).is_none_or(|seq| *seq < promise.seq);
        }
    }

    /// Counts what a machine wrote by itself in a document as typed.
    pub(crate) fn expect_own(&mut self, peer: PeerId, doc: DocId) {
        let Some(mailbox) = self.mailbox(peer) else { return };
        let own = hopluu_identity::actor_prefix(&mailbox.trust().device());
        let clock = mailbox.store().clock(&doc).unwrap_or_default();
        for (actor, tip) in clock.0.into_iter().filter(|(actor, _)| hopluu_identity::prefix_of(actor) == own) {
            let promise = Promise { at: peer, doc, actor, seq: tip.seq, hash: tip.hash, gone: false };
            self.memory.apart(tip.hash);
            self.peers[peer.0].typed.push(promise);
        }
    }

    fn on_disk(&self, peer: PeerId, clock: ClockOf) -> BTreeMap<(DocId, ActorId), u64> {
        let collect = |store: &Store| {
            let of = |doc: DocId| {
                let clock = clock(store, &doc).unwrap_or_default();
                clock.0.into_iter().map(move |(actor, tip)| ((doc, actor), tip.seq))
            };
            store.docs().unwrap_or_default().into_iter().flat_map(of).collect()
        };
        if let (true, Some(mailbox)) = (self.is_running(peer), self.mailbox(peer)) {
            return collect(mailbox.store());
        }
        let disk = self.backup(peer, false);
        let opened = Store::open(Box::new(disk.files), Box::new(disk.index), Options::new([1; 16]));
        opened.map_or_else(|_| BTreeMap::new(), |(store, _)| collect(&store))
    }

    fn now_or_ever(
        &self,
        peer: PeerId,
        ever: &BTreeMap<(DocId, ActorId), u64>,
        chain: (DocId, ActorId),
        clock: impl FnOnce(&Store) -> Result<Clock, hopluu_store::StoreError>,
    ) -> u64 {
        let now = self.mailbox(peer).and_then(|mailbox| clock(mailbox.store()).ok());
        // A holder that is off right now has lost nothing that it had on disk.
        let unknown = if now.is_none() { u64::MAX } else { 0 };
        let now = now.map_or(unknown, |clock| clock.seq(&chain.1));
        now.max(ever.get(&chain).copied().unwrap_or(0))
    }

    pub(crate) fn running(&self) -> impl Iterator<Item = (PeerId, &Mailbox)> {
        let present = |peer: &PeerId| self.is_running(*peer) && !self.peers[peer.0].is_passing;
        self.peers().filter(present).filter_map(|peer| Some((peer, self.mailbox(peer)?)))
    }

    /// Whether a machine's device has no place in the province: refused, or revoked.
    pub(crate) fn is_out(&self, peer: PeerId) -> bool {
        let one = &self.peers[peer.0];
        let desk = self.desk.and_then(|desk| self.mailbox(desk));
        let revoked = desk.is_some_and(|desk| desk.trust().roster().is_revoked(&one.device));
        revoked || self.revoked.contains(&one.device) || matches!(one.papers.enrolment, Some(Enrolment::Refused(..)))
    }

    /// Whether an edit waits for an edit of which no disk has a copy any more: it is held everywhere, and shown nowhere.
    fn rests_on_what_is_gone(&self, promise: &Promise) -> bool {
        let lost = self.promises.iter().any(|other| other.gone && other.doc == promise.doc);
        let desk = self.desk.and_then(|desk| self.peers[desk.0].office()).filter(|_| lost);
        let document = desk.and_then(|desk| from_changes(desk, promise.doc).ok());
        document.is_some_and(|document| document.clock().seq(&promise.actor) < promise.seq)
    }

    /// Whether an edit rested on something that a revocation took away: its author wrote it again.
    fn was_written_again(&self, promise: &Promise) -> bool {
        let desk = self.desk.and_then(|desk| self.mailbox(desk));
        let revoked = desk.is_some_and(|desk| {
            let roster = desk.trust().roster();
            roster.devices().any(|device| roster.is_revoked(&device.key))
        });
        let office = self.peers[promise.at.0].office().filter(|_| revoked);
        let document = office.and_then(|office| from_changes(office, promise.doc).ok());
        document.is_some_and(|document| document.clock().seq(&promise.actor) < promise.seq)
    }

    fn is_cut_off(&self, actor: &ActorId) -> bool {
        let Some(desk) = self.desk.and_then(|desk| self.mailbox(desk)) else { return false };
        let roster = desk.trust().roster();
        roster.device_by_prefix(&hopluu_identity::prefix_of(actor)).is_some_and(|device| roster.is_revoked(&device.key))
    }

    pub(crate) fn reads(&self, peer: PeerId, doc: &DocId) -> bool {
        let Some(desk) = self.desk.and_then(|desk| self.mailbox(desk)) else { return true };
        let trust = desk.trust();
        Some(peer) == self.relay || may_read_doc(trust.roster(), trust.provisional(), &self.peers[peer.0].device, doc)
    }
}

/// As a view's dump names what is bytes.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

type ClockOf = fn(&Store, &DocId) -> Result<Clock, hopluu_store::StoreError>;

fn raise(known: &mut BTreeMap<(DocId, ActorId), u64>, more: BTreeMap<(DocId, ActorId), u64>) {
    for (chain, seq) in more {
        let held = known.entry(chain).or_default();
        *held = seq.max(*held);
    }
}

/// What the view must show whatever way it came about.
fn facts(dump: &str) -> BTreeSet<&str> {
    const CACHED: [&str; 6] = ["document|", "touch|", "clock|", "shown|", "mine|", "refused|"];
    dump.lines().filter(|line| !CACHED.iter().any(|table| line.starts_with(table))).collect()
}

/// A document made from nothing but the changes in an office's journal.
pub(crate) fn from_changes(office: &Office, doc: DocId) -> Result<Document, String> {
    let store = office.mailbox().store();
    let text = |error: hopluu_store::StoreError| error.to_string();
    let mut refused = store.refusals(Some(&doc)).map_err(text)?;
    refused.retain(|refusal| refusal.reason == QUARANTINED);
    let mut document = Document::begin(doc);
    let mut incoming = Vec::new();
    for (actor, tip) in store.clock(&doc).map_err(text)?.0 {
        let stop = refused.iter().filter(|refusal| refusal.actor == actor).map(|refusal| refusal.seq).min();
        let end = stop.map_or(tip.seq, |seq| tip.seq.min(seq - 1));
        let mut next = 1;
        while next <= end {
            let runs = changes_of(store, &doc, &actor, next).map_err(text)?;
            if runs.is_empty() {
                return Err(format!("change {next} of {} in {doc} cannot be read", actor.short()));
            }
            for run in runs {
                if next <= end {
                    incoming.push(Incoming { hash: run.hash, raw: run.raw });
                }
                next += 1;
            }
        }
    }
    document.apply(incoming).map_err(|error| error.to_string())?;
    Ok(document)
}

type Heads = Vec<(DocId, Vec<hopluu_model::ChangeHash>)>;

/// A view folded anew, as text, and the heads it shows.
fn rebuild(office: &Office) -> Result<(String, Heads), String> {
    let text = |error: hopluu_view::Error| error.to_string();
    let mailbox = office.mailbox();
    let trust = mailbox.trust();
    let sides = |actor: &ActorId| trust.side(actor);
    let mut view = View::memory().map_err(text)?;
    let (mut batch, mut marks, mut heads) = (Batch::default(), Marks::default(), Vec::new());
    for doc in mailbox.store().docs().map_err(|error| error.to_string())? {
        let document = from_changes(office, doc)?;
        if document.clock().is_empty() {
            continue;
        }
        let moved = document.everything(&sides);
        let mut update = DocUpdate::new(doc, document.heads());
        update.rebuild = true;
        update.touches = moved
            .touches
            .iter()
            .map(|touch| Touch {
                record: touch.record,
                actor: touch.actor,
                seq: touch.seq,
                side: sides.side(&touch.actor),
            })
            .collect();
        update.seen =
            moved.seen.iter().map(|seen| Seen { record: seen.record, actor: seen.actor, seq: seen.seq }).collect();
        (update.records, update.events) = (moved.records, moved.events);
        heads.push((doc, document.heads()));
        batch.docs.push(update);
        let shown = mailbox.store().shown(&doc).map_err(|error| error.to_string())?;
        marks.shown.push((doc, shown, hopluu_model::Timestamp::default()));
        let reader = office.view().reader().map_err(text)?;
        if let Some(units) = reader.units(doc.collection, None).map_err(text)? {
            marks.today = marks.today.max(Some(units.as_of));
        }
    }
    view.fold(&batch).map_err(text)?;
    view.mark(&marks).map_err(text)?;
    Ok((view.dump().map_err(text)?, heads))
}
