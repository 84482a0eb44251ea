//! Pictures on a line: pieces that were asked for, and pieces that were wanted.
//!
//! Whoever lacks a picture leads: it asks for a few pieces, and for more while these come, so that at most
//! [`AHEAD`] of one picture are under way each way, and one that is cut off goes on at the piece where it stopped.
//! Everything of pictures travels in the last class, in order.

mod office;
mod relay;

use std::collections::BTreeMap;

use hopluu_model::id::pieces_of;
use hopluu_model::{PictureKey, Tick};
use hopluu_wire::{Class, Frame};

use crate::engine::{ConnId, Turn};
use crate::order::{Pushes, send};
use crate::shelf::PictureState;

pub(crate) use office::OfficePictures;
pub(crate) use relay::SessionPictures;

/// So many pieces of 16 KiB may be sent beyond what the receiver has said to hold.
const AHEAD: u32 = 4;
/// So many pictures are sent at once to one peer; an honest one asks for one at a time.
const SERVED: usize = 4;
/// A picture of which nothing comes for so long is left for later. Edits may hold it back for long on a thin line.
const STUCK_MS: u64 = 300_000;
/// Try again after so long when something passing stands in the way.
const SOON_MS: u32 = 60_000;
/// Try again after so long what is not likely to go better before.
const LATER_MS: u32 = 900_000;

/// What is under way on one line, both ways.
#[derive(Debug, Default)]
struct Exchange {
    serving: BTreeMap<PictureKey, Serving>,
    taking: Option<Taking>,
}

/// A picture on its way out.
#[derive(Debug, Clone, Copy)]
struct Serving {
    /// What the receiver said to hold.
    held: u32,
    /// Pieces sent.
    sent: u32,
    /// Pieces there are.
    of: u32,
}

/// A picture on its way in.
#[derive(Debug, Clone, Copy)]
struct Taking {
    key: PictureKey,
    size: u32,
    /// From where we last asked.
    asked: u32,
    moved: Tick,
}

impl Exchange {
    /// The size of the picture that is being taken, if it is this one.
    fn expects(&self, key: &PictureKey) -> Option<u32> {
        self.taking.filter(|taking| taking.key == *key).map(|taking| taking.size)
    }

    fn takes(&self, key: &PictureKey) -> bool {
        self.expects(key).is_some()
    }

    /// Stops taking a picture; says whether it was under way.
    fn leave(&mut self, key: &PictureKey) -> bool {
        let takes = self.takes(key);
        self.taking.take_if(|_| takes).is_some()
    }

    /// The picture that has been stuck for too long is left.
    fn leave_stuck(&mut self, now: Tick) -> Option<PictureKey> {
        let stuck = self.taking.take_if(|taking| now.since(taking.moved) >= STUCK_MS);
        stuck.map(|taking| taking.key)
    }

    fn next_wake(&self) -> Option<Tick> {
        self.taking.map(|taking| taking.moved.plus(STUCK_MS))
    }

    /// Begins to take a picture where it stopped.
    fn take(&mut self, conn: ConnId, (key, size): (PictureKey, u32), turn: &mut Turn<'_>, pushes: &mut Pushes) {
        let PictureState::Part(from) = turn.shelf.picture(&key) else { return };
        self.taking = Some(Taking { key, size, asked: from, moved: turn.now });
        say(conn, &Frame::Need { picture: key, from }, turn, pushes);
    }

    /// A piece came; more are asked for before those that were asked for have all come.
    fn slide(&mut self, conn: ConnId, held: u32, turn: &mut Turn<'_>, pushes: &mut Pushes) {
        let Some(taking) = &mut self.taking else { return };
        taking.moved = turn.now;
        if held >= taking.asked + AHEAD / 2 && taking.asked + AHEAD < pieces_of(taking.size) {
            taking.asked = held;
            say(conn, &Frame::Need { picture: taking.key, from: held }, turn, pushes);
        }
    }

    /// The peer asks for a picture that is whole here, from a piece on.
    fn serve(
        &mut self,
        conn: ConnId,
        (key, from, size): (PictureKey, u32, u32),
        turn: &mut Turn<'_>,
        pushes: &mut Pushes,
    ) {
        // Who goes on asks for ever later pieces; who asks for the same ones again could not keep them.
        let known = self.serving.get(&key).filter(|serving| from > serving.held);
        let sent = known.map_or(from, |serving| serving.sent.max(from));
        if known.is_none() && self.serving.len() >= SERVED {
            self.serving.pop_first();
        }
        self.serving.insert(key, Serving { held: from, sent, of: pieces_of(size) });
        self.pump(conn, turn, pushes);
    }

    /// Hands over the pieces there is room for.
    fn pump(&mut self, conn: ConnId, turn: &mut Turn<'_>, pushes: &mut Pushes) {
        let mut over = Vec::new();
        'room: for (key, serving) in &mut self.serving {
            while serving.sent < serving.of.min(serving.held.saturating_add(AHEAD)) {
                if !pushes.has_room(Class::Attachments) {
                    break 'room;
                }
                let Some(bytes) = turn.shelf.piece(key, serving.sent) else {
                    // Damage took it.
                    over.push(*key);
                    say(conn, &Frame::Absent { picture: *key, retry_after_ms: LATER_MS }, turn, pushes);
                    break;
                };
                let frame = Frame::Piece { picture: *key, index: serving.sent, bytes };
                serving.sent += 1;
                say(conn, &frame, turn, pushes);
            }
        }
        self.serving.retain(|key, serving| serving.sent < serving.of && !over.contains(key));
    }
}

fn say(conn: ConnId, frame: &Frame, turn: &mut Turn<'_>, pushes: &mut Pushes) {
    send(turn.out, conn, Class::Attachments, frame, pushes);
}
