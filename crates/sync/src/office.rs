//! An office's end of the conversation with its relay.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hopluu_model::{ActorId, DeviceId, DocId, Tick};
use hopluu_wire::Class;
use hopluu_wire::digest::Digest;
use hopluu_wire::frame::{ClockOf, Cursor, Frame, Hello, Welcome};

use crate::backoff::Backoff;
use crate::engine::{ConnId, Input, LineState, Output, Standing};
use crate::order::{Pushes, rank, send};
use crate::shelf::Shelf;

/// The protocol versions this program speaks.
pub(crate) const PROTOCOL: (u8, u8) = (1, 1);
/// A dial that neither stands nor fails within this time is given up: its driver must have lost it.
const DIAL_MS: u64 = 60_000;
/// Without news for so long, what was asked for is asked for again.
const PATIENCE_MS: u64 = 20_000;
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
    /// The cursor that was told in the greeting.
    hello_cursor: Option<Cursor>,
}

/// How far both ends have agreed that they hold the same.
enum Agreeing {
    /// What followed the cursor is still coming; a mark will end it.
    Tail,
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
            Phase::Greeting { .. } => None,
            Phase::Talking { agreeing, line } => match agreeing {
                Agreeing::Tail => None,
                Agreeing::Ready { not_before } => line.pushes.is_idle().then_some(*not_before),
                Agreeing::Asked { since, .. } | Agreeing::Fetching { since, .. } => Some(since.plus(PATIENCE_MS)),
                Agreeing::Settled { since } => Some(since.plus(COMPARE_MS)),
            },
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        let (line, conn) = match &self.phase {
            Phase::Offline { until } => (LineState::Offline { next_attempt: *until }, None),
            Phase::Dialling { .. } => (LineState::Dialling, None),
            Phase::Greeting { line } => (LineState::CatchingUp, Some(line.conn)),
            Phase::Talking { line, agreeing: Agreeing::Settled { .. } } => (LineState::Settled, Some(line.conn)),
            Phase::Talking { line, .. } => (LineState::CatchingUp, Some(line.conn)),
        };
        Standing { line: Some(line), peers: conn.map(|conn| (conn, self.relay)).into_iter().collect() }
    }

    pub(crate) fn handle(&mut self, now: Tick, input: Input, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        match input {
            Input::Up { conn, .. } | Input::EarlyRejected { conn } => self.greet(conn, shelf, out),
            Input::Down { conn, retry_after_ms } => self.down(now, conn, retry_after_ms),
            Input::Frame { conn, frame } => {
                if self.line().is_some_and(|line| line.conn == conn) {
                    self.frame(now, frame, shelf, out);
                }
            }
            Input::Drained { conn, class, bytes } => {
                if let Some(line) = self.line().filter(|line| line.conn == conn) {
                    line.pushes.drained(class, bytes);
                    line.pushes.pump(conn, shelf, out);
                }
            }
            Input::Stored { doc, actor, tip, from } => self.stored((doc, actor, tip.seq), from, shelf, out),
            Input::Committed | Input::Evict { .. } | Input::Clock(_) => {}
            Input::RosterMoved { after } => self.give_roster(after, shelf, out),
            Input::Wake => self.wake(now, out),
        }
        self.maybe_compare(now, shelf, out);
    }

    fn line(&mut self) -> Option<&mut Line> {
        match &mut self.phase {
            Phase::Greeting { line } | Phase::Talking { line, .. } => Some(line),
            Phase::Offline { .. } | Phase::Dialling { .. } => None,
        }
    }

    fn wake(&mut self, now: Tick, out: &mut VecDeque<Output>) {
        match &mut self.phase {
            Phase::Offline { until } if now >= *until => {
                out.push_back(Output::Dial { relay: self.relay });
                self.phase = Phase::Dialling { until: now.plus(DIAL_MS) };
            }
            Phase::Dialling { until } if now >= *until => self.down(now, None, None),
            Phase::Talking { agreeing, .. } => {
                let overdue = match agreeing {
                    Agreeing::Asked { since, .. } | Agreeing::Fetching { since, .. } => {
                        now.since(*since) >= PATIENCE_MS
                    }
                    Agreeing::Settled { since } => now.since(*since) >= COMPARE_MS,
                    Agreeing::Tail | Agreeing::Ready { .. } => false,
                };
                if overdue {
                    *agreeing = Agreeing::Ready { not_before: now };
                }
            }
            Phase::Offline { .. } | Phase::Dialling { .. } | Phase::Greeting { .. } => {}
        }
    }

    /// Hello and the first packs leave together: an edit is on the relay half a round trip later.
    fn greet(&mut self, conn: ConnId, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let cursor = shelf.cursor(&self.relay);
        let behind = shelf.unacknowledged(&self.relay);
        let backlog: u64 = behind
            .iter()
            .map(|(doc, actor, held)| shelf.tip(doc, actor).map_or(0, |tip| tip.seq.saturating_sub(*held)))
            .sum();
        let hello = Hello {
            protocol: PROTOCOL,
            roster: shelf.roster_version(),
            cursor,
            digest: shelf.digest(&self.device),
            receipts: shelf.receipts_digest(),
            backlog: u32::try_from(backlog).unwrap_or(u32::MAX),
            program: self.program.clone(),
        };
        let mut line = Line { conn, pushes: Pushes::default(), hello_cursor: cursor };
        send(out, conn, Class::Control, &Frame::Hello(hello), &mut line.pushes);
        for (doc, actor, held) in behind {
            line.pushes.offer(doc, actor, held);
        }
        line.pushes.pump(conn, shelf, out);
        self.phase = Phase::Greeting { line };
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

    fn stored(
        &mut self,
        (doc, actor, seq): (DocId, ActorId, u64),
        from: Option<ConnId>,
        shelf: &mut dyn Shelf,
        out: &mut VecDeque<Output>,
    ) {
        let own = shelf.owns(&self.device, &actor);
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
            let held = shelf.unacknowledged(&relay);
            let held = held.iter().find(|(d, a, _)| (*d, *a) == (doc, actor)).map_or(seq, |(_, _, held)| *held);
            line.pushes.offer(doc, actor, held);
            line.pushes.pump(line.conn, shelf, out);
        }
    }

    fn give_roster(&mut self, after: u64, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let frames = shelf.roster_after(after);
        if let Some(line) = self.line() {
            for frame in frames {
                send(out, line.conn, Class::Control, &frame, &mut line.pushes);
            }
        }
    }

    fn frame(&mut self, now: Tick, frame: Frame, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        match frame {
            Frame::Welcome(welcome) => self.welcome(now, &welcome, shelf, out),
            Frame::Bye { retry_after_ms, code, text } => {
                if let Some(line) = self.line() {
                    out.push_back(Output::Close { conn: line.conn, code, text });
                }
                self.down(now, None, Some(retry_after_ms));
            }
            Frame::Held { doc, entries } => {
                if let Some(line) = self.line() {
                    for (actor, seq, _) in &entries {
                        line.pushes.acknowledge(doc, *actor, *seq);
                    }
                    line.pushes.pump(line.conn, shelf, out);
                }
                out.push_back(Output::RelayHolds { relay: self.relay, doc, entries, whole: false });
            }
            Frame::From { doc, actor, next } | Frame::Want { doc, actor, from: next } => {
                self.serve(doc, actor, next, shelf, out);
            }
            Frame::Refused(notice) => {
                if let Some(line) = self.line() {
                    line.pushes.abandon(notice.doc, notice.actor);
                }
            }
            Frame::RosterAsk { after } => self.give_roster(after, shelf, out),
            Frame::Mark(cursor) => {
                out.push_back(Output::Cursor { relay: self.relay, cursor });
                if let Phase::Talking { agreeing: agreeing @ Agreeing::Tail, .. } = &mut self.phase {
                    *agreeing = Agreeing::Ready { not_before: now };
                }
            }
            Frame::Equal(cursor) => self.settle(now, cursor, out),
            Frame::Digests { docs, last } => self.digests(now, docs, last, shelf, out),
            Frame::ClockOf(clock) => self.clock_of(now, &clock, shelf, out),
            Frame::Presence(heard) => out.push_back(Output::Heard { heard }),
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
            | Frame::Unknown(_) => {}
        }
    }

    fn serve(&mut self, doc: DocId, actor: ActorId, from: u64, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let own = shelf.owns(&self.device, &actor);
        if let Some(line) = self.line() {
            if own {
                line.pushes.rewind(doc, actor, from)
            } else {
                line.pushes.serve(doc, actor, from)
            }
            line.pushes.pump(line.conn, shelf, out);
        }
    }

    fn welcome(&mut self, now: Tick, welcome: &Welcome, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let offline = || Phase::Offline { until: now };
        let phase = std::mem::replace(&mut self.phase, offline());
        let Phase::Greeting { mut line } = phase else {
            self.phase = phase;
            return;
        };
        self.backoff.reset();
        if !welcome.receipts_equal {
            for frame in shelf.receipts() {
                send(out, line.conn, Class::History, &frame, &mut line.pushes);
            }
        }
        let up_to_date = line.hello_cursor.is_some_and(|cursor| cursor.number >= welcome.cursor.number);
        let agreeing = match (welcome.tail, welcome.equal) {
            (true, true) if up_to_date => Agreeing::Settled { since: now },
            (true, false) if up_to_date => Agreeing::Ready { not_before: now },
            (true, _) => Agreeing::Tail,
            (false, true) => {
                out.push_back(Output::Cursor { relay: self.relay, cursor: welcome.cursor });
                Agreeing::Settled { since: now }
            }
            (false, false) => Agreeing::Ready { not_before: now },
        };
        self.phase = Phase::Talking { line, agreeing };
    }

    fn settle(&mut self, now: Tick, cursor: Cursor, out: &mut VecDeque<Output>) {
        if let Phase::Talking { agreeing: agreeing @ Agreeing::Asked { .. }, .. } = &mut self.phase {
            *agreeing = Agreeing::Settled { since: now };
            out.push_back(Output::Cursor { relay: self.relay, cursor });
        }
    }

    /// Compares as soon as nothing of ours is under way: with it the digests would differ for sure.
    fn maybe_compare(&mut self, now: Tick, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let device = self.device;
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        if let Agreeing::Fetching { clocks, wanted, .. } = agreeing
            && clocks.is_empty()
            && wanted.is_empty()
        {
            *agreeing = Agreeing::Ready { not_before: now };
        }
        if let Agreeing::Ready { not_before } = agreeing
            && now >= *not_before
            && line.pushes.is_idle()
        {
            let digest: Digest = shelf.digest(&device);
            send(out, line.conn, Class::Control, &Frame::Compare { digest }, &mut line.pushes);
            *agreeing = Agreeing::Asked { since: now, theirs: BTreeMap::new() };
        }
    }

    fn digests(
        &mut self,
        now: Tick,
        docs: Vec<(DocId, [u8; 8])>,
        last: bool,
        shelf: &mut dyn Shelf,
        out: &mut VecDeque<Output>,
    ) {
        let device = self.device;
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        let Agreeing::Asked { theirs, since } = agreeing else { return };
        theirs.extend(docs);
        *since = now;
        if !last {
            return;
        }
        let theirs = std::mem::take(theirs);
        let ours: BTreeMap<DocId, Digest> = shelf.scope(&device).into_iter().collect();
        let differs = |doc: &&DocId| match (ours.get(doc), theirs.get(doc)) {
            (Some(our), Some(their)) => our[..8] != their[..],
            (Some(_), None) | (None, Some(_)) => true,
            (None, None) => false,
        };
        let mut differing: Vec<DocId> =
            ours.keys().chain(theirs.keys()).filter(differs).copied().collect::<BTreeSet<_>>().into_iter().collect();
        differing.sort_by_key(rank);
        for doc in &differing {
            let frame = Frame::ClockOf(clock_frame(shelf, *doc, true));
            send(out, line.conn, Class::Control, &frame, &mut line.pushes);
        }
        let clocks: BTreeSet<DocId> = differing.into_iter().collect();
        *agreeing = if clocks.is_empty() {
            // Only what is under way differed.
            Agreeing::Ready { not_before: now.plus(1_000) }
        } else {
            Agreeing::Fetching { since: now, clocks, wanted: BTreeMap::new() }
        };
    }

    fn clock_of(&mut self, now: Tick, clock: &ClockOf, shelf: &mut dyn Shelf, out: &mut VecDeque<Output>) {
        let (device, relay, doc) = (self.device, self.relay, clock.doc);
        let Phase::Talking { line, agreeing } = &mut self.phase else { return };
        let Agreeing::Fetching { since, clocks, wanted } = agreeing else { return };
        *since = now;
        clocks.remove(&doc);
        let (ours, theirs) = (shelf.clock(&doc), clock.clock());
        out.push_back(Output::RelayHolds { relay, doc, entries: clock.entries.clone(), whole: true });
        for (actor, tip) in &theirs.0 {
            let held = ours.seq(actor);
            if tip.seq > held {
                wanted.insert((doc, *actor), tip.seq);
                let frame = Frame::Want { doc, actor: *actor, from: held + 1 };
                send(out, line.conn, Class::Control, &frame, &mut line.pushes);
            } else if ours.0.get(actor).is_some_and(|our| our.seq == tip.seq && our.hash != tip.hash) {
                out.push_back(Output::Fork { doc, actor: *actor, seq: tip.seq, theirs: tip.hash });
            }
        }
        for (actor, tip) in &ours.0 {
            if shelf.owns(&device, actor) && tip.seq > theirs.seq(actor) {
                line.pushes.rewind(doc, *actor, theirs.seq(actor) + 1);
            }
        }
        line.pushes.pump(line.conn, shelf, out);
    }
}

/// Our clock of a document as a message.
pub(crate) fn clock_frame(shelf: &dyn Shelf, doc: DocId, answer: bool) -> ClockOf {
    let entries = shelf.clock(&doc).0.iter().map(|(actor, tip)| (*actor, tip.seq, tip.hash)).collect();
    ClockOf { doc, entries, answer }
}
