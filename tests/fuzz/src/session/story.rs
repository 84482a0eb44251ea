//! Bytes as a story: who comes, what they say, when the power goes.

use hopluu_mailbox::{Input, Output};
use hopluu_sync::ConnId;
use hopluu_wire::frame::Cursor;

use crate::province::{A, B, DESK, NEWCOMER, OTHER, RELAY, STRANGER, key};
use crate::script::Script;
use crate::session::machine::{Kind, Machine};
use crate::session::say::say;

/// Steps of one story.
const STEPS: usize = 400;
/// Lines at once.
const LINES: usize = 12;

/// Plays the input to a machine; afterwards every line is down and the disk is sound.
pub fn play(machine: &mut Machine, input: &[u8]) {
    let mut script = Script::new(input);
    let mut lines = Lines { open: Vec::new(), next: 100 };
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        lines.step(machine, &mut script);
    }
    machine.break_disk(false);
    for conn in std::mem::take(&mut lines.open) {
        machine.down(conn);
    }
    machine.commit();
}

struct Lines {
    open: Vec<ConnId>,
    next: u64,
}

impl Lines {
    fn step(&mut self, machine: &mut Machine, script: &mut Script<'_>) {
        let kind = script.byte();
        if kind < 40 && self.open.len() < LINES || self.open.is_empty() {
            return self.come(machine, script);
        }
        let conn = self.open[usize::from(script.byte()) % self.open.len()];
        machine.now = machine.now.plus(1 + u64::from(kind % 16));
        match kind {
            0..=48 => {
                self.open.retain(|open| *open != conn);
                machine.down(conn);
            }
            49..=58 => machine.feed(Input::Confirmed { conn }),
            59..=62 => machine.feed(Input::EarlyRejected { conn }),
            63..=85 => machine.drained(conn, script.byte() % 4, usize::from(script.short())),
            86..=100 => {
                machine.now = machine.now.plus(u64::from(script.short()) * 100);
                machine.feed(Input::Wake);
            }
            101..=104 => {
                machine.reopen(kind & 1 == 0);
                self.open.clear();
                return;
            }
            105..=107 => machine.break_disk(true),
            108..=110 => machine.feed(Input::Down { conn: None }),
            _ => {
                let bytes = say(script, &here(machine));
                machine.feed(Input::Frame { conn, bytes, early: kind & 15 == 0 });
            }
        }
        // Some messages share a commit.
        if kind & 3 > 0 {
            self.commit(machine);
        }
    }

    /// Somebody dials; at an office only the relay can be at the other end.
    fn come(&mut self, machine: &mut Machine, script: &mut Script<'_>) {
        let conn = ConnId(self.next);
        self.next += 1;
        let who = [A, A, A, OTHER, DESK, STRANGER, NEWCOMER, B][usize::from(script.byte()) % 8];
        let peer = key(if machine.kind == Kind::Office { RELAY } else { who }).id();
        self.open.push(conn);
        machine.feed(Input::Up { conn, peer });
        let bytes = say(script, &here(machine));
        machine.feed(Input::Frame { conn, bytes, early: script.flag() });
        self.commit(machine);
    }

    fn commit(&mut self, machine: &mut Machine) {
        let Some(outputs) = machine.commit() else {
            self.open.clear();
            return;
        };
        for output in outputs {
            if let Output::Close { conn, .. } = output
                && self.open.contains(&conn)
            {
                self.open.retain(|open| *open != conn);
                machine.down(conn);
            }
        }
    }
}

/// The end of the machine's journal, as its own peers would name it.
fn here(machine: &Machine) -> Cursor {
    let (store, end) = (machine.mailbox.store(), machine.mailbox.store().end());
    Cursor { journal: store.journal_id(), scope: [0; 8], number: end.number, chain: end.chain }
}
