//! How lines come up, carry frames and go down.

use hopluu_mailbox::Input;
use hopluu_model::{DeviceId, Tick};
use hopluu_sync::ConnId;
use hopluu_wire::Class;

use crate::hazard::Hazard;
use crate::lines::{Conn, Early, End, IDLE_MS, Link, Stand};
use crate::peer::PeerId;
use crate::world::{Happening, World};

/// A goodbye gets so long to arrive before the line is closed.
const GRACE_MS: u64 = 300;
/// A line that flaps is there for so long.
const FLAP_UP_MS: u64 = 90_000;
/// And then away for the rest of an hour.
const FLAP_DOWN_MS: u64 = 3_510_000;
/// Packs kept of each office by who listens on the way.
const OVERHEARD: usize = 24;
/// The number of frames that carry packs.
const PACK: u8 = 11;

impl World {
    /// Cuts the line of an office: what is under way is lost, dialling fails.
    pub fn cut(&mut self, peer: PeerId) {
        self.note(peer, "line is cut");
        self.fired.count(Hazard::Cut);
        self.lines.link(peer).is_cut = true;
        for conn in self.lines.of(peer) {
            self.break_line(conn, None);
        }
    }

    /// Mends the line of an office.
    pub fn heal(&mut self, peer: PeerId) {
        self.note(peer, "line is mended");
        self.lines.link(peer).is_cut = false;
        self.lines.link(peer).flaps = false;
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

    /// Sets how many of a hundred packets of an office are lost.
    pub fn set_loss(&mut self, peer: PeerId, percent: u64) {
        self.lines.link(peer).loss_percent = percent;
    }

    /// Sets how wide the line of an office is, in kbit/s.
    pub fn set_width(&mut self, peer: PeerId, kbit_per_s: u64) {
        self.lines.link(peer).bytes_per_ms = (kbit_per_s / 8).max(1);
    }

    /// Lets large packets of an office vanish until senders find out.
    pub fn set_mtu_hole(&mut self, peer: PeerId) {
        self.lines.link(peer).has_hole = true;
    }

    /// Lets nothing pass on the line of an office for a while, in one direction or both. Connections survive what is
    /// shorter than their idle time.
    pub fn block(&mut self, peer: PeerId, (to_relay, from_relay): (bool, bool), milliseconds: u64) {
        let until = self.now.plus(milliseconds);
        self.note(peer, &format!("nothing passes for {milliseconds} ms, to/from the relay: {to_relay} {from_relay}"));
        self.fired.count(if to_relay && from_relay { Hazard::Stall } else { Hazard::OneWay });
        let link = self.lines.link(peer);
        for (end, is_blocked) in [(End::Caller, to_relay), (End::Listener, from_relay)] {
            if is_blocked {
                link.blocked[end as usize] = link.blocked[end as usize].max(until);
            }
        }
        if milliseconds >= IDLE_MS {
            for conn in self.lines.of(peer) {
                self.push(self.now.plus(IDLE_MS), Happening::Break { conn });
            }
        }
    }

    /// Gives an office another address: its lines go on after a moment, or not at all.
    pub fn change_address(&mut self, peer: PeerId) {
        self.note(peer, "has another address");
        self.fired.count(Hazard::NewAddress);
        if self.dice.chance(50) {
            let pause = self.dice.within(100, 3_000);
            self.lines.link(peer).blocked = [self.now.plus(pause); 2];
        } else {
            self.drop_connections(peer);
        }
    }

    /// Lets the line of an office be there for 90 seconds of every hour, until it is mended.
    pub fn flap(&mut self, peer: PeerId) {
        self.note(peer, "line is there for 90 s an hour");
        self.lines.link(peer).flaps = true;
        self.push(self.now, Happening::Flap { peer, up: false });
    }

    pub(crate) fn flapped(&mut self, peer: PeerId, up: bool) {
        if !self.lines.link(peer).flaps {
            return;
        }
        self.fired.count(Hazard::Flapping);
        self.lines.link(peer).is_cut = !up;
        if !up {
            self.drop_connections(peer);
        }
        let next = self.now.plus(if up { FLAP_UP_MS } else { FLAP_DOWN_MS });
        self.push(next, Happening::Flap { peer, up: !up });
    }

    pub(crate) fn dial(&mut self, peer: PeerId, relay: DeviceId) {
        let Some(relay) = self.peers().find(|other| self.peers[other.0].device == relay) else { return };
        let link = *self.lines.link(peer);
        let life = self.peers[peer.0].life;
        let has_ticket = self.peers[peer.0].has_ticket;
        let is_dead = link.is_cut || !self.is_running(relay);
        if is_dead && !(has_ticket && self.dice.chance(50)) {
            self.log.traffic((self.now, &self.peers[peer.0].name), &[1], format_args!("dials in vain"));
            let after = self.dice.within(500, 9_000);
            return self.push(self.now.plus(after), Happening::DialFailed { peer, life });
        }
        let early = match has_ticket {
            false => Early::None,
            true if self.dice.chance(link.refused_percent) && !is_dead => Early::Refused,
            true => Early::Taken,
        };
        let mut conn = Conn::new((peer, relay), early, self.now, &link, &mut self.dice);
        conn.is_dead = is_dead;
        let (ups, complete, proven) =
            ([conn.up_at(End::Caller), conn.up_at(End::Listener)], conn.complete, conn.proven);
        let id = self.lines.add(conn);
        self.log.traffic((self.now, &self.peers[peer.0].name), &[2, id], format_args!("dials c{id}, early {early:?}"));
        self.push(ups[0], Happening::Up { conn: id, end: End::Caller });
        if is_dead {
            self.fired.count(Hazard::DeadDial);
            return self.push(self.now.plus(IDLE_MS), Happening::Break { conn: id });
        }
        self.push(ups[1], Happening::Up { conn: id, end: End::Listener });
        if early == Early::Refused {
            self.push(complete, Happening::EarlyRejected { conn: id });
        }
        self.push(complete, Happening::Confirmed { conn: id, end: End::Caller });
        self.push(proven, Happening::Confirmed { conn: id, end: End::Listener });
        if complete.since(self.now) > IDLE_MS {
            self.push(self.now.plus(IDLE_MS), Happening::Break { conn: id });
        }
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
        let link = self.lines.links.get(&conn.caller).copied().unwrap_or_default();
        let is_early = end == End::Caller && now < conn.complete && conn.early != Early::None;
        let passage = conn.pass(end, (class, bytes.len()), (now, &link), &mut self.dice);
        let lost = conn.is_dead || (is_early && conn.early == Early::Refused);
        if is_early && lost && !conn.is_dead {
            self.fired.count(Hazard::EarlyRefused);
        }
        if is_early && !lost {
            conn.overheard.push(bytes.clone());
        }
        passage.met.iter().for_each(|hazard| self.fired.count(*hazard));
        let (kind, size) = (bytes.get(1).copied().unwrap_or(0), bytes.len());
        self.overhear(peer, kind, &bytes);
        self.push(passage.leaves, Happening::Drained { conn: id, end, class: class as u8, bytes: size });
        if !lost {
            self.push(passage.arrives, Happening::Frame { conn: id, end: end.other(), bytes });
        }
        // What a replay is answered goes nowhere: it is the attacker's noise, not the machines'.
        if !self.lines.conns.get(&id).is_some_and(|conn| conn.is_replay) {
            self.frames += 1;
        }
        self.log.traffic(
            (now, &self.peers[peer.0].name),
            &[3, id, u64::from(kind), size as u64],
            format_args!("sends kind {kind}, {size} bytes, class {} by c{id}", class as u8),
        );
    }

    /// Somebody on the way keeps packs, to send them again some day.
    fn overhear(&mut self, peer: PeerId, kind: u8, bytes: &[u8]) {
        let kept = &mut self.peers[peer.0].overheard;
        if kind == PACK && kept.len() < OVERHEARD {
            kept.push(bytes.to_vec());
        }
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
        self.log.traffic((self.now, &self.peers[peer.0].name), &[4, id], format_args!("c{id} is up"));
        self.feed(peer, Input::Up { conn: ConnId(id), peer: device });
    }

    pub(crate) fn early_rejected(&mut self, id: u64) {
        if let Some(peer) = self.hearing(id, End::Caller) {
            self.log.traffic((self.now, &self.peers[peer.0].name), &[5, id], format_args!("c{id} lost its early data"));
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
            end == End::Listener && (conn.is_replay || (conn.early == Early::Taken && self.now < conn.proven))
        });
        let print = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
        self.log.traffic(
            (self.now, &self.peers[peer.0].name),
            &[6, id, print],
            format_args!("hears {} bytes {print:016x} by c{id}", bytes.len()),
        );
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
                self.log.traffic((self.now, &self.peers[peer.0].name), &[7, id], format_args!("c{id} is down"));
                self.feed(peer, Input::Down { conn: Some(ConnId(id)) });
            }
            (Stand::Coming, End::Caller) => {
                self.log.traffic((self.now, &self.peers[peer.0].name), &[8, id], format_args!("c{id} never came up"));
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
        self.fired.count(Hazard::EarlyReplayed);
        let good = Link { latency: 1, ..Link::default() };
        let mut ghost = Conn::new((caller, listener), Early::Taken, self.now, &good, &mut self.dice);
        ghost.set(End::Caller, Stand::Over);
        ghost.is_replay = true;
        let ghost = self.lines.add(ghost);
        self.log.traffic(
            (self.now, &self.peers[listener.0].name),
            &[9, id, ghost],
            format_args!("hears early data of c{id} again as c{ghost}"),
        );
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

    /// Nothing was heard for too long.
    pub(crate) fn idle(&mut self, id: u64) {
        if self.lines.conns.get(&id).is_some_and(|conn| conn.is_alive) {
            self.break_line(id, None);
        }
    }

    /// Ends a connection; each end is told some time later, one of them perhaps at once.
    fn break_line(&mut self, id: u64, at_once: Option<End>) {
        self.count_cut_picture(id);
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
