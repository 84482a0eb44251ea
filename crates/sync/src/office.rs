//! An office's end of the conversation with its relay.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{ActorId, DeviceId, DocId, PictureKey, Tick};
use hopluu_wire::Class;
use hopluu_wire::digest::Digest;
use hopluu_wire::frame::{ClockOf, Cursor, Frame, Hello, Welcome};

use crate::backoff::Backoff;
use crate::engine::{ConnId, Input, LineState, Output, Standing, Turn};
use crate::order::{Pushes, rank, send};
use crate::pictures::OfficePictures;
use crate::shelf::Shelf;

/// The protocol versions this program speaks.
pub(crate) const PROTOCOL: (u8, u8) = (1, 1);
/// A dial that neither stands nor fails within this time is given up: its driver must have lost it.
const DIAL_MS: u64 = 60_000;
/// Without news for so long, what was asked for is asked for again.
const PATIENCE_MS: u64 = 20_000;
/// What is under way and does not move for so long is stuck.
const STUCK_MS: u64 = 60_000;
/// A settled line is compared again after so long, in case either disk changed underneath.
const COMPARE_MS: u64 = 15 * 60_000;

pub(crate) struct OfficeEnd {
    device: DeviceId,
    relay: DeviceId,
    program: String,
    backoff: Backoff,
    phase: Phase,
}

/// Each phase holds what it needs and nothing else.
enum Phase {
    Offline {
        until: Tick,
    },
    Dialling {
        until: Tick,
    },
    /// Hello is out; packs follow it without waiting.
    Greeting {
        line: Line,
        since: Tick,
    },
    /// The relay has answered.
    Talking {
        line: Line,
        agreeing: Agreeing,
    },
}

/// A connection and what is under way on it.
struct Line {
    conn: ConnId,
    pushes: Pushes,
    /// How far the relay's journal is known to be taken: the cursor of the greeting, then each mark.
    taken: Option<Cursor>,
    /// The digests agreed when last compared; comparing again does not make a settled line unsettled.
    agreed: bool,
    /// What both ends held when they were last found to differ, and how often in a row that was the same.
    differed: Option<Difference>,
    fruitless: u32,
    pictures: OfficePictures,
}

/// The digest of ours, and the documents of theirs.
type Difference = (Digest, BTreeMap<DocId, [u8; 8]>);

impl Line {
    fn new(conn: ConnId, taken: Option<Cursor>) -> Self {
        let (pushes, pictures) = (Pushes::default(), OfficePictures::default());
        Self { conn, pushes, taken, agreed: false, differed: None, fruitless: 0, pictures }
    }

    fn note_difference(&mut self, now: Difference) {
        let same = self.differed.as_ref() == Some(&now);
        self.fruitless = if same { self.fruitless.saturating_add(1) } else { 0 };
        self.differed = Some(now);
    }

    /// How long to wait before comparing again. Where nothing moved since the last time, as when an author has two
    /// histories and each end holds one, asking at once would be all that the line ever does.
    fn pause_ms(&self) -> u64 {
        let longer = self.fruitless.checked_sub(1);
        longer.map_or(0, |longer| (PATIENCE_MS << longer.min(8)).min(COMPARE_MS))
    }

    /// While something of ours is under way the digests differ for sure; unless it has not moved for long, and comparing
    /// is how to find out what became of it.
    fn may_compare_at(&self, not_before: Tick) -> Tick {
        if self.pushes.is_idle() { not_before } else { not_before.max(self.pushes.last_moved().plus(STUCK_MS)) }
    }
}

/// How far both ends have agreed that they hold the same.
enum Agreeing {
    /// What followed the cursor is still coming; a mark will end it.
    Tail { since: Tick },
    /// Ready to compare as soon as nothing of ours is under way.
    Ready { not_before: Tick },
    /// The digest is out.
    Asked { since: Tick, theirs: BTreeMap<DocId, [u8; 8]> },
    /// Clocks and changes are under way.
    Fetching { since: Tick, clocks: BTreeSet<DocId>, wanted: BTreeMap<(DocId, ActorId), u64> },
    /// The digests agreed.
    Settled { since: Tick },
}

impl OfficeEnd {
    pub(crate) fn new(device: DeviceId, relay: DeviceId, program: String, seed: u64) -> Self {
        Self { device, relay, program, backoff: Backoff::new(seed), phase: Phase::Offline { until: Tick(0) } }
    }

    pub(crate) fn next_wake(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Offline { until } | Phase::Dialling { until } => Some(*until),
            Phase::Greeting { since, .. } => Some(since.plus(DIAL_MS)),
            Phase::Talking { agreeing, line } => {
                let agrees = match agreeing {
                    Agreeing::Tail { since } => since.plus(DIAL_MS),
                    Agreeing::Ready { not_before } => line.may_compare_at(*not_before),
                    Agreeing::Asked { since, .. } | Agreeing::Fetching { since, .. } => since.plus(PATIENCE_MS),
                    Agreeing::Settled { since } => since.plus(COMPARE_MS),
                };
                line.pictures.next_wake().into_iter().chain([agrees]).min()
            }
        }
    }

    pub(crate) fn expects(&self, conn: ConnId, picture: &PictureKey) -> Option<u32> {
        match &self.phase {
            Phase::Talking { line, .. } if line.conn == conn => line.pictures.expects(picture),
            Phase::Offline { .. } | Phase::Dialling { .. } | Phase::Greeting { .. } | Phase::Talking { .. } => None,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let (line, conn) = match &self.phase {
            Phase::Offline { until } => (LineState::Offline { next_attempt: *until }, None),
            Phase::Dialling { .. } => (LineState::Dialling, None),
            // With a session ticket a line seems up at once, even into nothing: only the answer proves it.
            Phase::Greeting { line, .. } => (LineState::Dialling, Some(line.conn)),
            Phase::Talking { line, .. } if line.agreed => (LineState::Settled, Some(line.conn)),
            Phase::Talking { line, .. } => (LineState::CatchingUp, Some(line.conn)),
        };
        Standing { line: Some(line), peers: conn.map(|conn| (conn, self.relay)).into_iter().collect() }
    }

    pub(crate) fn handle(&mut self, input: Input, turn: &mut Turn<'_>) {
        match input {
            Input::Up { conn, .. } | Input::EarlyRejected { conn } => self.greet(conn, turn),
            Input::Down { conn, retry_after_ms } => self.down(turn.now, conn, retry_after_ms),
            Input::Frame { conn, frame } => {
                if self.line().is_some_and(|line| line.conn == conn) {
                    self.frame(frame, turn);
                }
            }
            Input::Drained { conn, class, bytes } => {
                if let Some(line) = self.line().filter(|line| line.conn == conn) {
                    line.pushes.drained(turn.now, class, bytes);
                    line.pushes.pump(conn, turn);
                }
            }
            Input::Stored { doc, actor, tip, from } => self.stored((doc, actor, tip.seq), from, turn),
            Input::Piece { conn, picture, kept } => {
                if let Some(line) = self.line().filter(|line| line.conn == conn) {
                    line.pictures.piece(conn, (picture, kept), turn, &mut line.pushes);
                }
            }
            Input::PicturesMoved => {
                if let Some(line) = self.line() {
                    line.pictures.look();
                }
            }
            Input::Committed | Input::Evict { .. } | Input::Clock(_) => {}
            Input::RosterMoved { after } => self.give_roster(after, turn),
            Input::Wake => self.wake(turn),
        }
        self.maybe_compare(turn);
        // Pictures come last, whatever else this turn had to say.
        if let Phase::Talking { line, .. } = &mut self.phase {
            line.pictures.advance((self.device, line.conn), turn, &mut line.pushes);
        }
    }

    fn line(&mut self) -> Option<&mut Line> {
        match &mut self.phase {
            Phase::Greeting { line, .. } | Phase::Talking { line, .. } => Some(line),
            Phase::Offline { .. } | Phase::Dialling { .. } => None,
        }
    }

    fn wake(&mut self, turn: &mut Turn<'_>) {
        match &mut self.phase {
            Phase::Offline { until } if turn.now >= *until => {
                turn.out.push_back(Output::Dial { relay: self.relay });
                self.phase = Phase::Dialling { until: turn.now.plus(DIAL_MS) };
            }
            Phase::Dialling { until } if turn.now >= *until => self.down(turn.now, None, None),
            Phase::Talking { agreeing, .. } => {
                let overdue = match agreeing {
                    Agreeing::Asked { since, .. } | Agreeing::Fetching { since, .. } => {
                        turn.now.since(*since) >= PATIENCE_MS
                    }
                    Agreeing::Settled { since } => turn.now.since(*since) >= COMPARE_MS,
                    Agreeing::Tail { since } => turn.now.since(*since) >= DIAL_MS,
                    Agreeing::Ready { .. } => false,
                };
                if overdue {
                    *agreeing = Agreeing::Ready { not_before: turn.now };
                }
            }
            // The line lives but nobody behind it answers: begin again rather than wait for ever.
            Phase::Greeting { line, since } if turn.now.since(*since) >= DIAL_MS => {
                let text = "no answer to the greeting".to_owned();
                turn.out.push_back(Output::Close { conn: line.conn, code: 0, text });
                self.down(turn.now, None, None);
            }
            Phase::Offline { .. } | Phase::Dialling { .. } | Phase::Greeting { .. } => {}
        }
    }

    /// Hello and the first packs leave together: an edit is on the relay half a round trip later.
    fn greet(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        let cursor = turn.shelf.cursor(&self.relay);
        let behind = turn.shelf.unacknowledged(&self.relay);
        let backlog: u64 = behind
            .iter()
            .map(|(doc, actor, held)| turn.shelf.tip(doc, actor).map_or(0, |tip| tip.seq.saturating_sub(*held)))
            .sum();
        let hello = Hello {
            protocol: PROTOCOL,
            roster: turn.shelf.roster_version(),
            cursor,
            digest: turn.shelf.digest(&self.device),
            receipts: turn.shelf.receipts_digest(),
            backlog: u32::try_from(backlog).unwrap_or(u32::MAX),
            program: self.program.clone(),
        };
        let mut line = Line::new(conn, cursor);
        send(turn.out, conn, Class::Control, &Frame::Hello(hello), &mut line.pushes);
        for (doc, actor, held) in behind {
            line.pushes.offer((doc, actor), held, turn.shelf);
        }
        line.pushes.pump(conn, turn);
        self.phase = Phase::Greeting { line, since: turn.now };
    }

    fn down(&mut self, now: Tick, conn: Option<ConnId>, retry_after_ms: Option<u32>) {
        if let (Some(conn), Some(line)) = (conn, self.line())
            && line.conn != conn
        {
            return;
        }
        if matches!(self.phase, Phase::Offline { .. }) {
            return;
        }
        let wait = retry_after_ms.map_or(0, u64::from).max(self.backoff.next_wait());
        self.phase = Phase::Offline { until: now.plus(wait) };
    }

    fn stored(&mut self, (doc, actor, seq): (DocId, ActorId, u64), from: Option<ConnId>, turn: &mut Turn<'_>) {
        let own = turn.shelf.owns(&self.device, &actor);
        if let Phase::Talking { agreeing: Agreeing::Fetching { wanted, .. }, .. } = &mut self.phase
            && wanted.get(&(doc, actor)).is_some_and(|target| seq >= *target)
        {
            wanted.remove(&(doc, actor));
        }
        let relay = self.relay;
        if own
            && from.is_none()
            && let Some(line) = self.line()
        {
            let held = turn.shelf.unacknowledged(&relay);
            let held = held.iter().find(|(d, a, _)| (*d, *a) == (doc, actor)).map_or(seq, |(_, _, held)| *held);
            line.pushes.offer((doc, actor), held, turn.shelf);
            line.pushes.pump(line.conn, turn);
        }
    }

    fn give_roster(&mut self, after: u64, turn: &mut Turn<'_>) {
        let frames = turn.shelf.roster_after(after);
        if let Some(line) = self.line() {
            for frame in frames {
                send(turn.out, line.conn, Class::Control, &frame, &mut line.pushes);
            }
        }
    }

    fn frame(&mut self, frame: Frame, turn: &mut Turn<'_>) {
        match frame {
            Frame::Welcome(welcome) => self.welcome(&welcome, turn),
            Frame::Bye { retry_after_ms, code, text } => {
                if let Some(line) = self.line() {
                    turn.out.push_back(Output::Close { conn: line.conn, code, text });
                }
                self.down(turn.now, None, Some(retry_after_ms));
            }
            Frame::Held { doc, entries } => {
                if let Some(line) = self.line() {
                    for (actor, seq, _) in &entries {
                        line.pushes.acknowledge(turn.now, (doc, *actor), *seq);
                    }
                    line.pushes.pump(line.conn, turn);
                }
                turn.out.push_back(Output::RelayHolds { relay: self.relay, doc, entries, whole: false });
            }
            Frame::From { doc, actor, next } | Frame::Want { doc, actor, from: next } => {
                self.serve(doc, actor, next, turn);
            }
            Frame::Refused(notice) => {
                if let Some(line) = self.line() {
                    line.pushes.abandon(notice.doc, notice.actor);
                }
            }
            Frame::RosterAsk { after } => self.give_roster(after, turn),
            Frame::Mark(cursor) => self.mark(cursor, turn),
            Frame::Equal(cursor) => self.settle(cursor, turn),
            Frame::Digests { docs, last } => self.digests(docs, last, turn),
            Frame::ClockOf(clock) => self.clock_of(&clock, turn),
            Frame::Presence(heard) => turn.out.push_back(Output::Heard { heard }),
            Frame::Pictures { .. }
            | Frame::Offer { .. }
            | Frame::Need { .. }
            | Frame::Have { .. }
            | Frame::Absent { .. } => {
                let relay = self.relay;
                if let Phase::Talking { line, .. } = &mut self.phase {
                    line.pictures.frame((relay, line.conn), &frame, turn, &mut line.pushes);
                }
            }
            // The holder deals with these before the engine, or they are not for an office.
            Frame::Hello(_)
            | Frame::Roster { .. }
            | Frame::Joins(_)
            | Frame::Join(_)
            | Frame::JoinAnswer(_)
            | Frame::Claim(_)
            | Frame::Claimed { .. }
            | Frame::Pack(_)
            | Frame::Compare { .. }
            | Frame::Shown(_)
            | Frame::Piece { .. }
            | Frame::Unknown(_) => {}
        }
    }

    fn mark(&mut self, cursor: Cursor, turn: &mut Turn<'_>) {
        turn.out.push_back(Output::Cursor { relay: self.relay, cursor });
        // Marks travel behind the edits, and may overtake the welcome.
        if let Some(line) = self.line() {
            line.taken = Some(cursor);
        }
        if let Phase::Talking { agreeing: agreeing @ Agreeing::Tail { .. }, .. } = &mut self.phase {
            *agreeing = Agreeing::Ready { not_before: turn.now };
        }
    }

    fn serve(&mut self, doc: DocId, actor: ActorId, from: u64, turn: &mut Turn<'_>) {
        let own = turn.shelf.owns(&self.device, &actor);
        if let Some(line) = self.line() {
            if own {
                line.pushes.rewind((doc, actor), from, turn.shelf)
            } else {
                line.pushes.serve((doc, actor), from, turn.shelf)
            }
            line.pushes.pump(line.conn, turn);
        }
    }

    fn welcome(&mut self, welcome: &Welcome, turn: &mut Turn<'_>) {
        let offline = || Phase::Offline { until: turn.now };
        let phase = std::mem::replace(&mut self.phase, offline());
        let Phase::Greeting { mut line, .. } = phase else {
            self.phase = phase;
            return;
        };
        self.backoff.reset();
        if !welcome.receipts_equal {
            for frame in turn.shelf.receipts() {
                send(turn.out, line.conn, Class::History, &frame, &mut line.pushes);
            }
        }
        let up_to_date = line.taken.is_some_and(|cursor| cursor.number >= welcome.cursor.number);
        let agreeing = match (welcome.tail, welcome.equal) {
            // What follows the cursor is then ours or no change; its mark moves the cursor on.
            (true, true) => Agreeing::Settled { since: turn.now },
            (true, false) if up_to_date => Agreeing::Ready { not_before: turn.now },
            (true, _) => Agreeing::Tail { since: turn.now },
            // Receipts are still coming, on the stream on which the answer will: only then is the cursor ours.
            (false, _) => Agreeing::Ready { not_before: turn.now },
        };
        line.agreed = welcome.equal;
        self.phase = Phase::Talking { line, agreeing };
    }

    fn settle(&mut self, cursor: Cursor, turn: &mut Turn<'_>) {
        if let Phase::Talking { line, agreeing: agreeing @ Agreeing::Asked { .. } } = &mut self.phase {
            line.agreed = true;
            *agreeing = Agreeing::Settled { since: turn.now };
            turn.out.push_back(Output::Cursor { relay: self.relay, cursor });
        }
    }

    /// Compares as soon as that can tell something.
    fn maybe_compare(&mut self, turn: &mut Turn<'_>) {
        let device = self.device;
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        if let Agreeing::Fetching { clocks, wanted, .. } = agreeing
            && clocks.is_empty()
            && wanted.is_empty()
        {
            *agreeing = Agreeing::Ready { not_before: turn.now.plus(line.pause_ms()) };
        }
        if let Agreeing::Ready { not_before } = agreeing
            && turn.now >= line.may_compare_at(*not_before)
        {
            let digest: Digest = turn.shelf.digest(&device);
            send(turn.out, line.conn, Class::Control, &Frame::Compare { digest }, &mut line.pushes);
            *agreeing = Agreeing::Asked { since: turn.now, theirs: BTreeMap::new() };
        }
    }

    fn digests(&mut self, docs: Vec<(DocId, [u8; 8])>, last: bool, turn: &mut Turn<'_>) {
        let device = self.device;
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        let Agreeing::Asked { theirs, since } = agreeing else { return };
        theirs.extend(docs);
        *since = turn.now;
        if !last {
            return;
        }
        let theirs = std::mem::take(theirs);
        line.note_difference((turn.shelf.digest(&device), theirs.clone()));
        let ours: BTreeMap<DocId, Digest> = turn.shelf.scope(&device).into_iter().collect();
        let differs = |doc: &&DocId| match (ours.get(doc), theirs.get(doc)) {
            (Some(our), Some(their)) => our[..8] != their[..],
            (Some(_), None) | (None, Some(_)) => true,
            (None, None) => false,
        };
        let mut differing: Vec<DocId> =
            ours.keys().chain(theirs.keys()).filter(differs).copied().collect::<BTreeSet<_>>().into_iter().collect();
        differing.sort_by_key(rank);
        for doc in &differing {
            let frame = Frame::ClockOf(clock_frame(turn.shelf, *doc, true));
            send(turn.out, line.conn, Class::Control, &frame, &mut line.pushes);
        }
        let clocks: BTreeSet<DocId> = differing.into_iter().collect();
        *agreeing = if clocks.is_empty() {
            // Only what is under way differed.
            Agreeing::Ready { not_before: turn.now.plus(1_000) }
        } else {
            line.agreed = false;
            Agreeing::Fetching { since: turn.now, clocks, wanted: BTreeMap::new() }
        };
    }

    fn clock_of(&mut self, clock: &ClockOf, turn: &mut Turn<'_>) {
        let (device, relay, doc) = (self.device, self.relay, clock.doc);
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        let Agreeing::Fetching { since, clocks, wanted } = agreeing else { return };
        *since = turn.now;
        clocks.remove(&doc);
        let (ours, theirs) = (turn.shelf.clock(&doc), clock.clock());
        turn.out.push_back(Output::RelayHolds { relay, doc, entries: clock.entries.clone(), whole: true });
        for (actor, tip) in &theirs.0 {
            let held = ours.seq(actor);
            if tip.seq > held {
                wanted.insert((doc, *actor), tip.seq);
                let frame = Frame::Want { doc, actor: *actor, from: held + 1 };
                send(turn.out, line.conn, Class::Control, &frame, &mut line.pushes);
            } else if ours.0.get(actor).is_some_and(|our| our.seq == tip.seq && our.hash != tip.hash) {
                turn.out.push_back(Output::Fork { doc, actor: *actor, seq: tip.seq, theirs: tip.hash });
            }
        }
        for (actor, tip) in &ours.0 {
            if turn.shelf.owns(&device, actor) && tip.seq > theirs.seq(actor) {
                line.pushes.rewind((doc, *actor), theirs.seq(actor) + 1, turn.shelf);
            }
        }
        line.pushes.pump(line.conn, turn);
    }
}

/// Our clock of a document as a message.
pub(crate) fn clock_frame(shelf: &dyn Shelf, doc: DocId, answer: bool) -> ClockOf {
    let entries = shelf.clock(&doc).0.iter().map(|(actor, tip)| (*actor, tip.seq, tip.hash)).collect();
    ClockOf { doc, entries, answer }
}
