//! Honest company: a relay and an office on a good line, until both have what they should.

use std::collections::VecDeque;

use hopluu_mailbox::{Input, Output};
use hopluu_sync::ConnId;

use crate::province::{B, RELAY, key};
use crate::session::machine::Machine;

/// Turns before it counts as silence.
const TURNS: usize = 3_000;
/// A line begins with this number and counts on.
const FIRST: u64 = 1 << 32;

/// Lets both talk until `done` and neither has more to say, over as many lines as they need.
///
/// # Errors
/// What they did not get to.
pub fn settle(
    relay: &mut Machine,
    office: &mut Machine,
    done: &dyn Fn(&Machine, &Machine) -> bool,
) -> Result<(), &'static str> {
    let mut line = Line { number: FIRST, up: false, to_relay: VecDeque::new(), to_office: VecDeque::new() };
    relay.now = relay.now.max(office.now);
    office.now = relay.now;
    line.connect(relay, office);
    for _ in 0..TURNS {
        if line.to_relay.is_empty() && line.to_office.is_empty() {
            if done(relay, office) {
                return Ok(());
            }
            line.wait(relay, office);
        }
        line.carry(relay, office);
    }
    Err(if done(relay, office) { "they never stop talking" } else { "what was written does not arrive" })
}

struct Line {
    number: u64,
    up: bool,
    to_relay: VecDeque<(u8, Vec<u8>)>,
    to_office: VecDeque<(u8, Vec<u8>)>,
}

impl Line {
    fn conn(&self) -> ConnId {
        ConnId(self.number)
    }

    fn connect(&mut self, relay: &mut Machine, office: &mut Machine) {
        self.number += 1;
        self.up = true;
        let conn = self.conn();
        relay.feed(Input::Up { conn, peer: key(B).id() });
        office.feed(Input::Up { conn, peer: key(RELAY).id() });
        for machine in [&mut *relay, &mut *office] {
            machine.feed(Input::Confirmed { conn });
        }
        self.collect(relay, office);
    }

    /// One message each way.
    fn carry(&mut self, relay: &mut Machine, office: &mut Machine) {
        let conn = self.conn();
        if let Some((class, bytes)) = self.to_relay.pop_front() {
            office.drained(conn, class, bytes.len());
            relay.feed(Input::Frame { conn, bytes, early: false });
        }
        if let Some((class, bytes)) = self.to_office.pop_front() {
            relay.drained(conn, class, bytes.len());
            office.feed(Input::Frame { conn, bytes, early: false });
        }
        self.collect(relay, office);
    }

    /// Nothing is under way: time passes until somebody wants to be woken.
    fn wait(&mut self, relay: &mut Machine, office: &mut Machine) {
        let wakes = [relay.mailbox.next_wake(), office.mailbox.next_wake()];
        let next = wakes.into_iter().flatten().min().unwrap_or(relay.now.plus(60_000));
        let now = next.max(relay.now.plus(1));
        (relay.now, office.now) = (now, now);
        relay.feed(Input::Wake);
        office.feed(Input::Wake);
        self.collect(relay, office);
    }

    fn collect(&mut self, relay: &mut Machine, office: &mut Machine) {
        let (mut ended, mut dials) = (false, false);
        for output in relay.commit().expect("a sound disk") {
            match output {
                Output::Send { conn, class, bytes } if conn == self.conn() => {
                    self.to_office.push_back((class as u8, bytes));
                }
                Output::Close { conn, .. } => ended |= conn == self.conn(),
                _ => {}
            }
        }
        for output in office.commit().expect("a sound disk") {
            match output {
                Output::Send { conn, class, bytes } if conn == self.conn() => {
                    self.to_relay.push_back((class as u8, bytes));
                }
                Output::Close { conn, .. } => ended |= conn == self.conn(),
                Output::Dial { .. } => dials = true,
                _ => {}
            }
        }
        if ended && self.up {
            self.up = false;
            self.to_relay.clear();
            self.to_office.clear();
            relay.down(self.conn());
            office.down(self.conn());
        }
        if dials && !self.up {
            self.connect(relay, office);
        }
    }
}
