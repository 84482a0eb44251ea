//! A relay's end: it takes what is offered, one picture of each office at a time, and hands on what is asked for.

use std::collections::{BTreeSet, VecDeque};

use hopluu_model::{PictureKey, Tick};
use hopluu_wire::Frame;

use super::{Exchange, LATER_MS, SOON_MS, say};
use crate::engine::{ConnId, Turn};
use crate::relay::RelayEnd;
use crate::shelf::PictureState;

/// So many offers of one office wait for their turn.
const OFFERS: usize = 64;
/// So many pictures that came too early are remembered for one office.
const AWAITED: usize = 4_096;

/// The pictures of one office at its relay.
#[derive(Debug, Default)]
pub(crate) struct SessionPictures {
    exchange: Exchange,
    offers: VecDeque<(PictureKey, u32)>,
    /// Whether its cursor's place was ours when it greeted.
    intact: bool,
    /// What the office asked for and we do not hold yet.
    awaited: BTreeSet<PictureKey>,
}

impl SessionPictures {
    pub(crate) fn greeted(intact: bool) -> Self {
        Self { intact, ..Self::default() }
    }

    pub(crate) fn expects(&self, key: &PictureKey) -> Option<u32> {
        self.exchange.expects(key)
    }

    pub(crate) fn next_wake(&self) -> Option<Tick> {
        self.exchange.next_wake()
    }

    /// Whether it is being brought, or will be.
    fn brings(&self, key: &PictureKey) -> bool {
        self.exchange.takes(key) || self.offers.iter().any(|(offered, _)| offered == key)
    }
}

impl RelayEnd {
    /// An office says something about a picture.
    pub(crate) fn picture_frame(&mut self, conn: ConnId, frame: &Frame, turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn).filter(|session| session.greeted) else { return };
        match frame {
            Frame::Pictures { .. } => {
                if let Some(folder) = turn.shelf.folder() {
                    let frame = Frame::Pictures { folder, intact: session.pictures.intact };
                    say(conn, &frame, turn, &mut session.pushes);
                }
            }
            Frame::Offer { picture, .. } | Frame::Need { picture, .. }
                if !turn.shelf.sees(&session.device, &picture.collection) =>
            {
                let frame = Frame::Absent { picture: *picture, retry_after_ms: LATER_MS };
                say(conn, &frame, turn, &mut session.pushes);
            }
            Frame::Offer { picture, size } => self.offered(conn, (*picture, *size), turn),
            Frame::Need { picture, from } => match turn.shelf.picture(picture) {
                PictureState::Whole(size) => {
                    let pushes = &mut session.pushes;
                    session.pictures.exchange.serve(conn, (*picture, *from, size), turn, pushes);
                }
                PictureState::Part(_) => self.missed(conn, *picture, turn),
            },
            Frame::Absent { picture, .. } => {
                session.pictures.exchange.leave(picture);
                self.next_offer(conn, turn);
            }
            _ => {}
        }
    }

    fn offered(&mut self, conn: ConnId, (picture, size): (PictureKey, u32), turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let refused = if let PictureState::Whole(_) = turn.shelf.picture(&picture) {
            return say(conn, &Frame::Have { picture }, turn, &mut session.pushes);
        } else if !turn.shelf.has_room(&picture, size, &session.device) {
            Some(LATER_MS)
        } else {
            (session.pictures.offers.len() >= OFFERS).then_some(SOON_MS)
        };
        match refused {
            Some(retry_after_ms) => say(conn, &Frame::Absent { picture, retry_after_ms }, turn, &mut session.pushes),
            None if session.pictures.brings(&picture) => {}
            None => session.pictures.offers.push_back((picture, size)),
        }
        self.next_offer(conn, turn);
    }

    /// Takes the next picture that an office offered, if it takes none now.
    fn next_offer(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        loop {
            let Some(session) = self.sessions.get_mut(&conn) else { return };
            if session.pictures.exchange.taking.is_some() {
                return;
            }
            let Some((picture, size)) = session.pictures.offers.pop_front() else { return };
            // Somebody else may have brought it meanwhile, or do so now.
            let is_held = matches!(turn.shelf.picture(&picture), PictureState::Whole(_));
            let is_coming = self.sessions.values().any(|other| other.pictures.exchange.takes(&picture));
            let Some(session) = self.sessions.get_mut(&conn) else { return };
            let pushes = &mut session.pushes;
            match (is_held, is_coming) {
                (true, _) => say(conn, &Frame::Have { picture }, turn, pushes),
                (_, true) => say(conn, &Frame::Absent { picture, retry_after_ms: SOON_MS }, turn, pushes),
                (false, false) => session.pictures.exchange.take(conn, (picture, size), turn, pushes),
            }
        }
    }

    /// Somebody wants what is not here: they are told when it has come, and those who may hold it learn that we do not.
    fn missed(&mut self, conn: ConnId, picture: PictureKey, turn: &mut Turn<'_>) {
        let is_coming = self.sessions.values().any(|other| other.pictures.brings(&picture));
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let frame = Frame::Absent { picture, retry_after_ms: LATER_MS };
        say(conn, &frame, turn, &mut session.pushes);
        let is_news = session.pictures.awaited.len() < AWAITED && session.pictures.awaited.insert(picture);
        if is_coming || !is_news {
            return;
        }
        let frame = Frame::Absent { picture, retry_after_ms: 0 };
        for (other, session) in self.sessions.iter_mut().filter(|(other, session)| **other != conn && session.greeted) {
            if turn.shelf.sees(&session.device, &picture.collection) {
                say(*other, &frame, turn, &mut session.pushes);
            }
        }
    }

    /// A piece was taken, or could not be.
    pub(crate) fn picture_piece(&mut self, conn: ConnId, (picture, kept): (PictureKey, bool), turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let (pictures, pushes) = (&mut session.pictures, &mut session.pushes);
        if !pictures.exchange.takes(&picture) {
            return;
        }
        match turn.shelf.picture(&picture) {
            PictureState::Part(held) if kept && held > 0 => return pictures.exchange.slide(conn, held, turn, pushes),
            PictureState::Part(_) => {
                pictures.exchange.leave(&picture);
                say(conn, &Frame::Absent { picture, retry_after_ms: SOON_MS }, turn, pushes);
            }
            PictureState::Whole(size) => {
                pictures.exchange.leave(&picture);
                say(conn, &Frame::Have { picture }, turn, pushes);
                for (other, session) in &mut self.sessions {
                    if session.pictures.awaited.remove(&picture) {
                        say(*other, &Frame::Offer { picture, size }, turn, &mut session.pushes);
                    }
                }
            }
        }
        self.next_offer(conn, turn);
    }

    /// Sends pieces that wait, and gives up those that do not come.
    pub(crate) fn pump_pictures(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        session.pictures.exchange.pump(conn, turn, &mut session.pushes);
        if let Some(picture) = session.pictures.exchange.leave_stuck(turn.now) {
            let frame = Frame::Absent { picture, retry_after_ms: SOON_MS };
            say(conn, &frame, turn, &mut session.pushes);
            self.next_offer(conn, turn);
        }
    }
}
