//! An office's end: it offers what the relay is not known to hold, and asks for what it wants, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{DeviceId, PictureKey, Tick};
use hopluu_wire::Frame;

use super::{Exchange, LATER_MS, SOON_MS, say};
use crate::engine::{ConnId, Output, Turn};
use crate::order::Pushes;
use crate::shelf::PictureState;

/// So many offers wait for an answer at once. A relay that knows nothing of pictures gets no more than these.
const OFFERS: usize = 16;
/// The first wait for what did not go; doubled each time.
const RETRY_MS: u64 = 30_000;
/// The longest.
const LONGEST_MS: u64 = 3_600_000;

/// The pictures of an office on one line.
#[derive(Debug, Default)]
pub(crate) struct OfficePictures {
    exchange: Exchange,
    /// Offers without an answer.
    offered: BTreeSet<PictureKey>,
    /// What did not go, and when to try again.
    later: BTreeMap<PictureKey, Later>,
    /// Nothing is asked for before: there is no room here.
    full_until: Option<Tick>,
    /// We said that we have to do with pictures.
    has_asked: bool,
    /// The relay said that it keeps some.
    is_kept: bool,
    /// Something may be there to offer or to ask for.
    look: bool,
}

#[derive(Debug, Clone, Copy)]
struct Later {
    at: Tick,
    tries: u32,
    /// Its time has come.
    is_due: bool,
}

impl OfficePictures {
    /// What is wanted or held here has changed.
    pub(crate) fn look(&mut self) {
        self.look = true;
    }

    pub(crate) fn expects(&self, key: &PictureKey) -> Option<u32> {
        self.exchange.expects(key)
    }

    pub(crate) fn next_wake(&self) -> Option<Tick> {
        let later = self.later.values().filter(|later| !later.is_due).map(|later| later.at);
        later.chain(self.full_until).chain(self.exchange.next_wake()).min()
    }

    /// The relay says something about a picture. What it holds is written down by the holder, which then says that pictures
    /// moved: only then is there anything new to look at.
    pub(crate) fn frame(
        &mut self,
        (relay, conn): (DeviceId, ConnId),
        frame: &Frame,
        turn: &mut Turn<'_>,
        pushes: &mut Pushes,
    ) {
        match frame {
            Frame::Pictures { folder, intact } => {
                self.is_kept = true;
                turn.out.push_back(Output::RelayPictures { relay, folder: *folder, intact: *intact });
            }
            Frame::Offer { picture, .. } => {
                // It came there since we asked.
                self.later.remove(picture);
                self.look = true;
            }
            Frame::Need { picture, from } => match turn.shelf.picture(picture) {
                PictureState::Whole(size) => self.exchange.serve(conn, (*picture, *from, size), turn, pushes),
                PictureState::Part(_) => {
                    say(conn, &Frame::Absent { picture: *picture, retry_after_ms: LATER_MS }, turn, pushes);
                }
            },
            Frame::Have { picture } => {
                self.offered.remove(picture);
                self.later.remove(picture);
                turn.out.push_back(Output::RelayPicture { relay, picture: *picture, held: true });
            }
            Frame::Absent { picture, retry_after_ms } => {
                if self.exchange.leave(picture) | self.offered.remove(picture) {
                    self.postpone(*picture, turn.now, *retry_after_ms);
                } else {
                    turn.out.push_back(Output::RelayPicture { relay, picture: *picture, held: false });
                }
            }
            _ => {}
        }
    }

    /// A piece was taken, or could not be.
    pub(crate) fn piece(
        &mut self,
        conn: ConnId,
        (key, kept): (PictureKey, bool),
        turn: &mut Turn<'_>,
        pushes: &mut Pushes,
    ) {
        if !self.exchange.takes(&key) {
            return;
        }
        match turn.shelf.picture(&key) {
            PictureState::Whole(_) => {
                self.exchange.leave(&key);
                self.later.remove(&key);
                self.look = true;
            }
            PictureState::Part(held) if kept && held > 0 => self.exchange.slide(conn, held, turn, pushes),
            // The disk, or the bytes: neither gets better at once.
            PictureState::Part(_) => {
                self.exchange.leave(&key);
                self.postpone(key, turn.now, SOON_MS);
            }
        }
    }

    /// Offers, asks and sends what it is time for.
    pub(crate) fn advance(&mut self, (device, conn): (DeviceId, ConnId), turn: &mut Turn<'_>, pushes: &mut Pushes) {
        self.exchange.pump(conn, turn, pushes);
        if let Some(key) = self.exchange.leave_stuck(turn.now) {
            self.postpone(key, turn.now, 0);
        }
        for later in self.later.values_mut().filter(|later| !later.is_due && later.at <= turn.now) {
            later.is_due = true;
            self.look = true;
        }
        self.look |= self.full_until.take_if(|until| *until <= turn.now).is_some();
        if !self.has_asked && turn.shelf.has_pictures() {
            self.has_asked = true;
            let folder = turn.shelf.folder().unwrap_or_default();
            say(conn, &Frame::Pictures { folder, intact: true }, turn, pushes);
        }
        if !self.is_kept || !std::mem::take(&mut self.look) {
            return;
        }
        let Self { exchange, offered, later, full_until, .. } = self;
        let waits = |key: &PictureKey| later.get(key).is_some_and(|later| !later.is_due);
        if exchange.taking.is_none()
            && full_until.is_none()
            && let Some((key, size)) = turn.shelf.wanted(&waits)
        {
            if turn.shelf.has_room(&key, size, &device) {
                exchange.take(conn, (key, size), turn, pushes);
            } else {
                *full_until = Some(turn.now.plus(LATER_MS.into()));
            }
        }
        while offered.len() < OFFERS {
            let passed = |key: &PictureKey| waits(key) || offered.contains(key);
            let Some((picture, size)) = turn.shelf.unsent(&passed) else { break };
            offered.insert(picture);
            say(conn, &Frame::Offer { picture, size }, turn, pushes);
        }
    }

    fn postpone(&mut self, key: PictureKey, now: Tick, at_least_ms: u32) {
        let tries = self.later.get(&key).map_or(0, |later| later.tries);
        let wait = (RETRY_MS << tries.min(7)).min(LONGEST_MS).max(at_least_ms.into());
        self.later.insert(key, Later { at: now.plus(wait), tries: tries + 1, is_due: false });
        self.look = true;
    }
}
