//! A relay's end of the conversations with its offices.

use std::collections::BTreeMap;

use hopluu_model::{ActorId, DeviceId, DocId, PictureKey, Tick, Timestamp};
use hopluu_wire::frame::{ClockOf, Cursor, Frame, Heard, Hello, Welcome, bye};
use hopluu_wire::{Class, digest_of_scope};

use crate::engine::{ByDoc, ConnId, Input, Output, Standing, Turn};
use crate::office::{PROTOCOL, clock_frame};
use crate::order::{Pushes, send};
use crate::pictures::SessionPictures;
use crate::shelf::Shelf;

/// A longer tail is not sent: comparing clocks lets the newest come first and packs be cut anew.
const TAIL_BYTES: u64 = 256 * 1024;
/// So many journal entries are looked at in one go.
const TAIL_STEP: usize = 256;
/// An idle office is told so long after the last change where it stands in the journal.
const MARK_MS: u64 = 5_000;
/// Documents named in one message of digests.
const DIGESTS: usize = 1_000;
/// So many characters of a program's version are told to desks: the list of all devices must fit its messages.
const PROGRAM: usize = 48;
/// A chain wanted from one office is asked of another after so long without it.
const WANT_MS: u64 = 20_000;

#[derive(Default)]
pub(crate) struct RelayEnd {
    pub(crate) sessions: BTreeMap<ConnId, Session>,
    /// Chains asked of an office, so that a relay that lost its disk is not refilled three times over.
    wanted: BTreeMap<(DocId, ActorId), (ConnId, Tick)>,
    clock: Timestamp,
    heard: BTreeMap<DeviceId, Heard>,
}

pub(crate) struct Session {
    pub(crate) device: DeviceId,
    pub(crate) pushes: Pushes,
    pub(crate) pictures: SessionPictures,
    /// Everything up to here in our journal was handed to the transport, or is not for this office.
    next: u64,
    /// The office waits for a mark: its cursor was good and something follows it.
    catching_up: bool,
    /// When to tell the office its place again, once something was sent.
    mark_due: Option<Tick>,
    /// What this office was already given of a chain while catching up, because packs were cut anew.
    given: BTreeMap<(DocId, ActorId), u64>,
    pub(crate) greeted: bool,
}

impl RelayEnd {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn next_wake(&self) -> Option<Tick> {
        let of = |session: &Session| [session.mark_due, session.pictures.next_wake()].into_iter().flatten().min();
        self.sessions.values().filter_map(of).min()
    }

    pub(crate) fn expects(&self, conn: ConnId, picture: &PictureKey) -> Option<u32> {
        self.sessions.get(&conn)?.pictures.expects(picture)
    }

    pub(crate) fn standing(&self) -> Standing {
        let peers = self.sessions.iter().filter(|(_, session)| session.greeted);
        Standing { line: None, peers: peers.map(|(conn, session)| (*conn, session.device)).collect() }
    }

    pub(crate) fn handle(&mut self, input: Input, turn: &mut Turn<'_>) {
        match input {
            Input::Up { conn, peer } => {
                self.sessions.entry(conn).or_insert_with(|| Session::new(peer));
            }
            Input::EarlyRejected { .. } => {}
            Input::Down { conn, .. } => {
                if let Some(conn) = conn {
                    self.down(conn, turn);
                }
            }
            Input::Frame { conn, frame } => self.frame(conn, frame, turn),
            Input::Drained { conn, class, bytes } => {
                if let Some(session) = self.sessions.get_mut(&conn) {
                    session.pushes.drained(turn.now, class, bytes);
                    session.pump(conn, turn);
                }
                self.pump_pictures(conn, turn);
            }
            Input::Piece { conn, picture, kept } => self.picture_piece(conn, (picture, kept), turn),
            Input::PicturesMoved => {}
            Input::Stored { doc, actor, tip, from } => {
                self.wanted.remove(&(doc, actor));
                if let Some((conn, session)) = from.and_then(|conn| Some((conn, self.sessions.get_mut(&conn)?))) {
                    session.acknowledge(conn, [(doc, vec![(actor, tip.seq, tip.hash)])].into(), turn);
                }
            }
            Input::Committed => {
                for (conn, session) in &mut self.sessions {
                    session.pump(*conn, turn);
                }
            }
            Input::RosterMoved { after } => self.give_roster(after, turn),
            Input::Evict { device } => self.evict(&device, turn),
            Input::Clock(clock) => self.clock = clock,
            Input::Wake => {
                for (conn, session) in &mut self.sessions {
                    if session.mark_due.is_some_and(|due| turn.now >= due) {
                        session.mark(*conn, turn);
                    }
                }
                for conn in self.sessions.keys().copied().collect::<Vec<_>>() {
                    self.pump_pictures(conn, turn);
                }
            }
        }
    }

    fn down(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        self.wanted.retain(|_, (asked, _)| *asked != conn);
        let Some(session) = self.sessions.remove(&conn) else { return };
        let still = self.sessions.values().any(|other| other.device == session.device && other.greeted);
        let at = self.clock;
        if let (false, Some(heard)) = (still, self.heard.get_mut(&session.device)) {
            heard.connected = false;
            heard.at = heard.at.max(at);
            let news = vec![heard.clone()];
            self.tell_presence(&news, turn);
        }
    }

    /// Province desks learn who is there.
    fn tell_presence(&mut self, news: &[Heard], turn: &mut Turn<'_>) {
        for (conn, session) in &mut self.sessions {
            if session.greeted && news.iter().all(|heard| turn.shelf.oversees(&session.device, &heard.device)) {
                send(turn.out, *conn, Class::Control, &Frame::Presence(news.to_vec()), &mut session.pushes);
            }
        }
    }

    fn evict(&mut self, device: &DeviceId, turn: &mut Turn<'_>) {
        for (conn, session) in &mut self.sessions {
            if session.device == *device {
                let text = "this device was revoked; ask the province desk".to_owned();
                let goodbye = Frame::Bye { code: bye::REVOKED, text: text.clone(), retry_after_ms: 3_600_000 };
                send(turn.out, *conn, Class::Control, &goodbye, &mut session.pushes);
                turn.out.push_back(Output::Close { conn: *conn, code: bye::REVOKED, text });
            }
        }
    }

    fn give_roster(&mut self, after: u64, turn: &mut Turn<'_>) {
        let frames = turn.shelf.roster_after(after);
        for (conn, session) in self.sessions.iter_mut().filter(|(_, session)| session.greeted) {
            for frame in &frames {
                send(turn.out, *conn, Class::Control, frame, &mut session.pushes);
            }
        }
    }

    fn frame(&mut self, conn: ConnId, frame: Frame, turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        match frame {
            Frame::Hello(hello) => {
                session.hello(conn, &hello, self.clock, turn);
                let device = session.device;
                let program = hello.program.chars().take(PROGRAM).collect();
                let heard = Heard { device, at: self.clock, connected: true, backlog: hello.backlog, program };
                self.heard.insert(device, heard.clone());
                self.tell_presence(&[heard], turn);
                self.tell_all_presence(conn, turn);
            }
            Frame::RosterAsk { after } => {
                for frame in turn.shelf.roster_after(after) {
                    send(turn.out, conn, Class::Control, &frame, &mut session.pushes);
                }
            }
            Frame::From { doc, actor, next } | Frame::Want { doc, actor, from: next } => {
                if turn.shelf.may_read(&session.device, &doc) {
                    session.pushes.serve((doc, actor), next, turn.shelf);
                    session.pushes.pump(conn, turn);
                }
            }
            Frame::Compare { digest } => session.compare(conn, digest, turn),
            Frame::ClockOf(clock) => self.clock_of(conn, &clock, turn),
            Frame::Held { doc, entries } => {
                for (actor, seq, _) in entries {
                    session.pushes.acknowledge(turn.now, (doc, actor), seq);
                }
            }
            Frame::Pictures { .. }
            | Frame::Offer { .. }
            | Frame::Need { .. }
            | Frame::Have { .. }
            | Frame::Absent { .. } => {
                self.picture_frame(conn, &frame, turn);
            }
            // The holder deals with these before the engine, or they are not for a relay.
            Frame::Welcome(_)
            | Frame::Bye { .. }
            | Frame::Roster { .. }
            | Frame::Joins(_)
            | Frame::Join(_)
            | Frame::JoinAnswer(_)
            | Frame::Claim(_)
            | Frame::Claimed { .. }
            | Frame::Pack(_)
            | Frame::Mark(_)
            | Frame::Equal(_)
            | Frame::Digests { .. }
            | Frame::Shown(_)
            | Frame::Refused(_)
            | Frame::Presence(_)
            | Frame::Piece { .. }
            | Frame::Unknown(_) => {}
        }
    }

    fn tell_all_presence(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let all: Vec<Heard> =
            self.heard.values().filter(|heard| turn.shelf.oversees(&session.device, &heard.device)).cloned().collect();
        for part in all.chunks(200) {
            send(turn.out, conn, Class::Control, &Frame::Presence(part.to_vec()), &mut session.pushes);
        }
    }

    fn clock_of(&mut self, conn: ConnId, clock: &ClockOf, turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let doc = clock.doc;
        if !session.greeted || !turn.shelf.may_read(&session.device, &doc) {
            return;
        }
        if clock.answer {
            let frame = Frame::ClockOf(clock_frame(turn.shelf, doc, false));
            send(turn.out, conn, Class::Control, &frame, &mut session.pushes);
        }
        let ours = turn.shelf.clock(&doc);
        for (actor, tip) in &clock.clock().0 {
            let held = ours.seq(actor);
            if tip.seq > held && !turn.shelf.owns(&session.device, actor) {
                // An office pushes its own chains by itself; those of others one office is asked for.
                let asked = self.wanted.get(&(doc, *actor));
                if asked.is_none_or(|(_, since)| turn.now.since(*since) >= WANT_MS) {
                    self.wanted.insert((doc, *actor), (conn, turn.now));
                    let frame = Frame::Want { doc, actor: *actor, from: held + 1 };
                    send(turn.out, conn, Class::Control, &frame, &mut session.pushes);
                }
            } else if ours.0.get(actor).is_some_and(|our| our.seq == tip.seq && our.hash != tip.hash) {
                turn.out.push_back(Output::Fork { doc, actor: *actor, seq: tip.seq, theirs: tip.hash });
            }
        }
    }
}

impl Session {
    fn new(device: DeviceId) -> Self {
        Self {
            device,
            pushes: Pushes::default(),
            pictures: SessionPictures::default(),
            next: 0,
            catching_up: false,
            mark_due: None,
            given: BTreeMap::new(),
            greeted: false,
        }
    }

    fn acknowledge(&mut self, conn: ConnId, held: ByDoc, turn: &mut Turn<'_>) {
        for (doc, entries) in held {
            send(turn.out, conn, Class::Control, &Frame::Held { doc, entries }, &mut self.pushes);
        }
    }

    fn hello(&mut self, conn: ConnId, hello: &Hello, clock: Timestamp, turn: &mut Turn<'_>) {
        if hello.protocol.0 > PROTOCOL.1 || hello.protocol.1 < PROTOCOL.0 {
            let text = format!("this relay speaks protocol {} to {}", PROTOCOL.0, PROTOCOL.1);
            let frame = Frame::Bye { code: bye::VERSION, text: text.clone(), retry_after_ms: 600_000 };
            send(turn.out, conn, Class::Control, &frame, &mut self.pushes);
            turn.out.push_back(Output::Close { conn, code: bye::VERSION, text });
            return;
        }
        let here = turn.shelf.here(&self.device);
        let intact = hello.cursor.is_some_and(|cursor| self.is_place(&cursor, &here, turn.shelf));
        let from = hello.cursor.filter(|cursor| intact && self.is_near(cursor, &here, turn.shelf));
        let from = from.map(|cursor| cursor.number);
        let welcome = Welcome {
            protocol: PROTOCOL.1.min(hello.protocol.1),
            roster: turn.shelf.roster_version(),
            now: clock,
            tail: from.is_some(),
            equal: turn.shelf.digest(&self.device) == hello.digest,
            receipts_equal: hello.receipts == [0; 16] || hello.receipts == turn.shelf.receipts_digest(),
            cursor: here,
        };
        send(turn.out, conn, Class::Control, &Frame::Welcome(Box::new(welcome)), &mut self.pushes);
        let roster = turn.shelf.roster_version();
        if roster > hello.roster {
            for frame in turn.shelf.roster_after(hello.roster) {
                send(turn.out, conn, Class::Control, &frame, &mut self.pushes);
            }
        } else if roster < hello.roster {
            send(turn.out, conn, Class::Control, &Frame::RosterAsk { after: roster }, &mut self.pushes);
        }
        if from.is_none() {
            // On the stream of the marks: a cursor must not overtake what it says was taken.
            for frame in turn.shelf.standing(&self.device) {
                send(turn.out, conn, Class::Edits, &frame, &mut self.pushes);
            }
        }
        for frame in turn.shelf.refusals(&self.device) {
            send(turn.out, conn, Class::Control, &frame, &mut self.pushes);
        }
        self.greeted = true;
        self.pictures = SessionPictures::greeted(intact);
        self.next = from.unwrap_or(here.number);
        self.catching_up = from.is_some_and(|from| from < here.number);
        self.pump(conn, turn);
    }

    fn is_place(&self, cursor: &Cursor, here: &Cursor, shelf: &dyn Shelf) -> bool {
        cursor.number <= here.number && shelf.place(&self.device, cursor.number).as_ref() == Some(cursor)
    }

    fn is_near(&self, cursor: &Cursor, here: &Cursor, shelf: &dyn Shelf) -> bool {
        let (mut bytes, mut number) = (0u64, cursor.number);
        while number < here.number && bytes <= TAIL_BYTES {
            let (items, last) = shelf.after(number, TAIL_STEP);
            let wanted = items.iter().filter(|item| self.wants(item, shelf));
            bytes += wanted.map(|item| u64::from(item.bytes)).sum::<u64>();
            if last <= number {
                break;
            }
            number = last;
        }
        bytes <= TAIL_BYTES
    }

    fn wants(&self, item: &crate::shelf::TailItem, shelf: &dyn Shelf) -> bool {
        item.from != Some(self.device) && shelf.may_read(&self.device, &item.doc)
    }

    /// Hands on what the journal holds after what was handed on.
    fn pump(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        if !self.greeted {
            return;
        }
        self.pushes.pump(conn, turn);
        while self.pushes.has_room(Class::Edits) {
            let (items, last) = turn.shelf.after(self.next, TAIL_STEP);
            if last <= self.next {
                self.given.clear();
                if std::mem::take(&mut self.catching_up) {
                    self.mark(conn, turn);
                }
                return;
            }
            for item in &items {
                if !self.pushes.has_room(Class::Edits) {
                    return;
                }
                if self.wants(item, turn.shelf) {
                    self.hand_on(conn, item, turn);
                    self.mark_due.get_or_insert(turn.now.plus(MARK_MS));
                }
                self.next = item.number;
            }
            self.next = last;
        }
    }

    fn hand_on(&mut self, conn: ConnId, item: &crate::shelf::TailItem, turn: &mut Turn<'_>) {
        let Some((actor, first, last)) = item.run else {
            if let Some(frame) = turn.shelf.item(item.number) {
                send(turn.out, conn, Class::Edits, &frame, &mut self.pushes);
            }
            return;
        };
        // While catching up a pack is cut anew and covers what follows in the journal.
        let given = self.given.get(&(item.doc, actor)).copied().unwrap_or(0);
        if last <= given {
            return;
        }
        if let Some(pack) = turn.shelf.pack(&item.doc, &actor, first.max(given + 1)) {
            self.given.insert((item.doc, actor), pack.last());
            let class = if pack.urgent { Class::Control } else { Class::Edits };
            send(turn.out, conn, class, &Frame::Pack(Box::new(pack)), &mut self.pushes);
        }
    }

    fn mark(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        self.mark_due = None;
        if let Some(cursor) = turn.shelf.place(&self.device, self.next) {
            send(turn.out, conn, Class::Edits, &Frame::Mark(cursor), &mut self.pushes);
        }
    }

    fn compare(&mut self, conn: ConnId, digest: [u8; 16], turn: &mut Turn<'_>) {
        if !self.greeted {
            return;
        }
        let scope = turn.shelf.scope(&self.device);
        let place = turn.shelf.place(&self.device, self.next);
        if let (true, Some(place)) = (digest_of_scope(scope.iter().map(|(doc, digest)| (doc, digest))) == digest, place)
        {
            send(turn.out, conn, Class::Edits, &Frame::Equal(place), &mut self.pushes);
            return;
        }
        let docs: Vec<(DocId, [u8; 8])> = scope
            .iter()
            .map(|(doc, digest)| {
                let mut short = [0; 8];
                short.copy_from_slice(&digest[..8]);
                (*doc, short)
            })
            .collect();
        let mut parts = docs.chunks(DIGESTS).peekable();
        if parts.peek().is_none() {
            send(turn.out, conn, Class::Control, &Frame::Digests { docs: Vec::new(), last: true }, &mut self.pushes);
        }
        while let Some(part) = parts.next() {
            let frame = Frame::Digests { docs: part.to_vec(), last: parts.peek().is_none() };
            send(turn.out, conn, Class::Control, &frame, &mut self.pushes);
        }
    }
}
