//! How lines come up, carry frames and go down.

use hopluu_mailbox::Input;
use hopluu_model::Tick;
use hopluu_sync::ConnId;
use hopluu_wire::Class;

use crate::lines::{Conn, Early, End, Stand};
use crate::peer::PeerId;
use crate::world::{Happening, World};

/// A goodbye gets so long to arrive before the line is closed.
const GRACE_MS: u64 = 300;
/// An idle line is noticed after at most so long.
const IDLE_MS: u64 = 20_000;

impl World {
    /// Cuts the line of an office: what is under way is lost, dialling fails.
    pub fn cut(&mut self, peer: PeerId) {
        self.note(peer, "line is cut");
        self.lines.link(peer).is_cut = true;
        for conn in self.lines.of(peer) {
            self.break_line(conn, None);
        }
    }

    /// Mends the line of an office.
    pub fn heal(&mut self, peer: PeerId) {
        self.note(peer, "line is mended");
        self.lines.link(peer).is_cut = false;
    }

    /// Whether the line of an office is cut.
    #[must_use]
    pub fn is_cut(&mut self, peer: PeerId) -> bool {
        self.lines.link(peer).is_cut
    }

    /// Drops the connections of an office once, without a cut.
    pub fn drop_connections(&mut self, peer: PeerId) {
        for conn in self.lines.of(peer) {
            self.break_line(conn, None);
        }
    }

    /// Sets how long frames of an office take one way, in milliseconds.
    pub fn set_latency(&mut self, peer: PeerId, one_way_ms: u64) {
        self.lines.link(peer).latency = one_way_ms;
    }

    /// Sets in how many of a hundred dials early data is refused, and sent again by somebody else.
    pub fn set_early(&mut self, peer: PeerId, refused_percent: u64, replayed_percent: u64) {
        let link = self.lines.link(peer);
        (link.refused_percent, link.replayed_percent) = (refused_percent, replayed_percent);
    }

    pub(crate) fn dial(&mut self, peer: PeerId) {
        let Some(relay) = self.relay else { return };
        let link = *self.lines.link(peer);
        let life = self.peers[peer.0].life;
        if link.is_cut || !self.is_running(relay) {
            self.note(peer, "dials in vain");
            let after = self.dice.within(500, 9_000);
            return self.push(self.now.plus(after), Happening::DialFailed { peer, life });
        }
        let early = match self.peers[peer.0].has_ticket {
            false => Early::None,
            true if self.dice.chance(link.refused_percent) => Early::Refused,
            true => Early::Taken,
        };
        let conn = Conn::new(peer, relay, early, (self.now, link.latency));
        let (ups, complete, proven) =
            ([conn.up_at(End::Caller), conn.up_at(End::Listener)], conn.complete(), conn.proven());
        let id = self.lines.add(conn);
        self.note(peer, &format!("dials c{id}, early {early:?}"));
        self.push(ups[0], Happening::Up { conn: id, end: End::Caller });
        self.push(ups[1], Happening::Up { conn: id, end: End::Listener });
        if early == Early::Refused {
            self.push(complete, Happening::EarlyRejected { conn: id });
        }
        self.push(complete, Happening::Confirmed { conn: id, end: End::Caller });
        self.push(proven, Happening::Confirmed { conn: id, end: End::Listener });
        if early == Early::Taken && self.dice.chance(link.replayed_percent) {
            let later = self.dice.within(200, 60_000);
            self.push(complete.plus(later), Happening::Replay { conn: id });
        }
    }

    pub(crate) fn send(&mut self, peer: PeerId, id: u64, (class, bytes): (Class, Vec<u8>)) {
        let now = self.now;
        let Some(conn) = self.lines.conns.get_mut(&id) else { return };
        let end = conn.end_of(peer);
        if !conn.is_alive || conn.stand(end) != Stand::Up {
            return;
        }
        let is_early = end == End::Caller && now < conn.complete() && conn.early != Early::None;
        let passage = conn.pass(end, class, (now, bytes.len()), &mut self.dice);
        let lost = is_early && conn.early == Early::Refused;
        if is_early && !lost {
            conn.overheard.push(bytes.clone());
        }
        let other = if end == End::Caller { End::Listener } else { End::Caller };
        let (kind, size) = (bytes.get(1).copied().unwrap_or(0), bytes.len());
        self.push(passage.leaves, Happening::Drained { conn: id, end, class: class as u8, bytes: size });
        if !lost {
            self.push(passage.arrives, Happening::Frame { conn: id, end: other, bytes });
        }
        // What a replay is answered goes nowhere: it is the attacker's noise, not the machines'.
        if !self.lines.conns.get(&id).is_some_and(|conn| conn.is_replay) {
            self.frames += 1;
        }
        self.note(peer, &format!("sends kind {kind}, {size} bytes, class {} by c{id}", class as u8));
    }

    pub(crate) fn line_up(&mut self, id: u64, end: End) {
        let Some(conn) = self.lines.conns.get_mut(&id) else { return };
        if !conn.is_alive || conn.stand(end) != Stand::Coming {
            return;
        }
        let (peer, other) = match end {
            End::Caller => (conn.caller, conn.listener),
            End::Listener => (conn.listener, conn.caller),
        };
        if !self.is_running(peer) {
            return self.break_line(id, Some(end));
        }
        if let Some(conn) = self.lines.conns.get_mut(&id) {
            conn.set(end, Stand::Up);
        }
        let device = self.peers[other.0].device;
        self.note(peer, &format!("c{id} is up"));
        self.feed(peer, Input::Up { conn: ConnId(id), peer: device });
    }

    pub(crate) fn early_rejected(&mut self, id: u64) {
        if let Some(peer) = self.hearing(id, End::Caller) {
            self.note(peer, &format!("early data of c{id} was refused"));
            self.feed(peer, Input::EarlyRejected { conn: ConnId(id) });
        }
    }

    pub(crate) fn confirmed(&mut self, id: u64, end: End) {
        if let Some(peer) = self.hearing(id, end) {
            if end == End::Caller {
                self.peers[peer.0].has_ticket = true;
            }
            self.feed(peer, Input::Confirmed { conn: ConnId(id) });
        }
    }

    pub(crate) fn drained(&mut self, id: u64, end: End, (class, bytes): (u8, usize)) {
        if let Some(peer) = self.hearing(id, end) {
            self.feed(peer, Input::Drained { conn: ConnId(id), class, bytes });
        }
    }

    pub(crate) fn arrive(&mut self, id: u64, end: End, bytes: Vec<u8>) {
        let Some(peer) = self.hearing(id, end) else { return };
        let early = self.lines.conns.get(&id).is_some_and(|conn| {
            end == End::Listener && (conn.is_replay || (conn.early == Early::Taken && self.now < conn.proven()))
        });
        let print = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
        self.note(peer, &format!("hears {} bytes {print:016x} by c{id}", bytes.len()));
        self.feed(peer, Input::Frame { conn: ConnId(id), bytes, early });
    }

    pub(crate) fn line_down(&mut self, id: u64, end: End) {
        let Some(conn) = self.lines.conns.get_mut(&id) else { return };
        let (peer, before) = (conn.peer(end), conn.stand(end));
        conn.set(end, Stand::Over);
        if conn.stands == [Stand::Over; 2] {
            self.lines.conns.remove(&id);
        }
        match (before, end) {
            (Stand::Up | Stand::Closing, _) => {
                self.note(peer, &format!("c{id} is down"));
                self.feed(peer, Input::Down { conn: Some(ConnId(id)) });
            }
            (Stand::Coming, End::Caller) => {
                self.note(peer, &format!("c{id} never came up"));
                self.feed(peer, Input::Down { conn: None });
            }
            (Stand::Coming, End::Listener) | (Stand::Over, _) => {}
        }
    }

    /// Ends a connection in good order: what was said before still arrives.
    pub(crate) fn say_goodbye(&mut self, peer: PeerId, id: u64) {
        let Some(conn) = self.lines.conns.get_mut(&id) else { return };
        let end = conn.end_of(peer);
        if conn.stand(end) == Stand::Up {
            conn.set(end, Stand::Closing);
            let after = GRACE_MS + 3 * conn.latency;
            self.push(self.now.plus(after), Happening::Closed { conn: id });
        }
    }

    pub(crate) fn closed(&mut self, id: u64) {
        if self.lines.conns.get(&id).is_some_and(|conn| conn.is_alive) {
            self.break_line(id, Some(End::Caller));
        }
    }

    /// Somebody who kept early data sends it again on a connection of their own, and never hears an answer.
    pub(crate) fn replay(&mut self, id: u64) {
        let Some(conn) = self.lines.conns.get(&id) else { return };
        let (caller, listener, frames) = (conn.caller, conn.listener, conn.overheard.clone());
        if frames.is_empty() || !self.is_running(listener) {
            return;
        }
        let mut ghost = Conn::new(caller, listener, Early::Taken, (self.now, 1));
        ghost.set(End::Caller, Stand::Over);
        ghost.is_replay = true;
        let ghost = self.lines.add(ghost);
        self.note(listener, &format!("hears early data of c{id} again as c{ghost}"));
        self.push(self.now, Happening::Up { conn: ghost, end: End::Listener });
        for bytes in frames {
            self.push(self.now.plus(1), Happening::Frame { conn: ghost, end: End::Listener, bytes });
        }
        let over = self.dice.within(2_000, IDLE_MS);
        self.push(self.now.plus(over), Happening::Down { conn: ghost, end: End::Listener });
    }

    /// A machine is gone or turns everybody away: it hears nothing more of its lines, the others notice later.
    pub(crate) fn drop_lines(&mut self, peer: PeerId) {
        for id in self.lines.of(peer) {
            let end = self.lines.conns.get(&id).map_or(End::Caller, |conn| conn.end_of(peer));
            self.break_line(id, None);
            if let Some(conn) = self.lines.conns.get_mut(&id) {
                conn.set(end, Stand::Over);
            }
        }
        // Lines that broke before and whose end this machine has not heard of yet.
        for conn in self.lines.conns.values_mut() {
            if conn.caller == peer && !conn.is_replay {
                conn.set(End::Caller, Stand::Over);
            } else if conn.listener == peer {
                conn.set(End::Listener, Stand::Over);
            }
        }
    }

    /// Ends a connection; each end is told some time later, one of them perhaps at once.
    fn break_line(&mut self, id: u64, at_once: Option<End>) {
        let now = self.now;
        let Some(conn) = self.lines.conns.get_mut(&id) else { return };
        conn.is_alive = false;
        let latency = conn.latency;
        for end in [End::Caller, End::Listener] {
            let after = match at_once {
                Some(knows) if knows == end => 0,
                Some(_) => latency,
                None => self.dice.within(1, IDLE_MS),
            };
            self.push(Tick(now.0 + after), Happening::Down { conn: id, end });
        }
    }

    /// The machine at an end that still listens there.
    fn hearing(&self, id: u64, end: End) -> Option<PeerId> {
        let conn = self.lines.conns.get(&id)?;
        (conn.is_alive && conn.stand(end) == Stand::Up).then(|| conn.peer(end))
    }
}
