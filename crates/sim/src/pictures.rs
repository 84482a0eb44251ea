//! Pictures of a world: who keeps them, who is to have them, and what goes wrong on the way.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use hopluu_identity::sha256;
use hopluu_mailbox::Mailbox;
use hopluu_model::id::{MAX_PICTURE, PIECE};
use hopluu_model::{CollectionId, DocId, DocKind, PictureKey};
use hopluu_office::OfficeError;
use hopluu_store::{Files, MemoryFiles, Operation, PictureHeld};

use crate::hazard::Hazard;
use crate::machine::Disk;
use crate::peer::PeerId;
use crate::story::Story;
use crate::world::World;

/// A picture of which an office said that it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hung {
    pub(crate) key: PictureKey,
    pub(crate) size: u32,
}

impl World {
    /// Lets an office keep a picture of so many bytes in the collection it writes.
    ///
    /// # Errors
    /// What the office says.
    ///
    /// # Panics
    /// When the machine is off or a relay: a mistake of the story.
    pub fn hang_picture(&mut self, peer: PeerId, bytes: usize) -> Result<PictureKey, OfficeError> {
        let home = self.peers[peer.0].home.as_ref().map(|home| home.collection);
        let collection = home.or(self.province).unwrap_or(CollectionId([0; 16]));
        let mut picture = vec![0; bytes];
        self.dice.fork().fill(&mut picture);
        let kept = self.at_desk(peer, |office, _, _| office.keep_picture(collection, &picture));
        match &kept {
            Ok(id) => {
                let key = PictureKey { collection, id: *id };
                self.note(peer, &format!("keeps {key} of {bytes} bytes"));
                self.pictures.push(Hung { key, size: u32::try_from(bytes).unwrap_or(u32::MAX) });
            }
            Err(error) => {
                let text = crate::chain(error);
                self.note(peer, &format!("keeps no picture: {text}"));
            }
        }
        kept.map(|id| PictureKey { collection, id })
    }

    /// Lets every office that runs want what it may see and has not got, as its pages do.
    pub fn want_pictures(&mut self) {
        for peer in self.peers().collect::<Vec<_>>() {
            if !self.is_running(peer) || self.peers[peer.0].office().is_none() || self.is_out(peer) {
                continue;
            }
            for Hung { key, size } in self.pictures.clone() {
                if self.sees(peer, &key) && self.missing(peer, &key) {
                    let wanted = self.at_desk(peer, |office, _, _| {
                        office.want_picture(key.collection, key.id, size);
                        Ok(())
                    });
                    debug_assert!(wanted.is_ok(), "wanting cannot fail");
                }
            }
        }
    }

    fn sees(&self, peer: PeerId, key: &PictureKey) -> bool {
        self.reads(peer, &DocId::new(key.collection, DocKind::Register))
    }

    fn missing(&self, peer: PeerId, key: &PictureKey) -> bool {
        !self.mailbox(peer).is_some_and(|mailbox| is_whole(mailbox, key))
    }

    /// How many pieces of a picture a machine holds; all of them when it is whole.
    #[must_use]
    pub fn pieces(&self, peer: PeerId, key: &PictureKey) -> u32 {
        let held = self.mailbox(peer).and_then(|mailbox| Some(mailbox.store().pictures()?.held(key)));
        match held {
            Some(PictureHeld::Whole { size }) => hopluu_model::id::pieces_of(size),
            Some(PictureHeld::Part { pieces, .. }) => pieces,
            Some(PictureHeld::Nothing) | None => 0,
        }
    }

    /// Whoever may see a picture that some machine still holds has it, byte for byte; nobody else does; and who made it is
    /// told that the relay has it.
    ///
    /// # Errors
    /// The first difference.
    pub fn check_pictures(&self) -> Result<(), String> {
        let known: BTreeSet<PictureKey> = self.pictures.iter().map(|hung| hung.key).collect();
        for (peer, mailbox) in self.running().filter(|(peer, _)| !self.is_out(*peer)) {
            let Some(pictures) = mailbox.store().pictures() else { continue };
            for key in pictures.whole().chain(pictures.parts().map(|(key, _)| key)) {
                if !known.contains(&key) || !self.sees(peer, &key) {
                    return Err(format!("{} holds {key}, which is not its to see", self.name(peer)));
                }
            }
        }
        for key in &known {
            let holds = |(peer, mailbox): &(PeerId, &Mailbox)| !self.is_out(*peer) && is_whole(mailbox, key);
            if !self.running().any(|one| holds(&one)) {
                // Whom nobody speaks to any more, or who is off for good, may hold it alone.
                let is_away = |peer: &PeerId| self.is_out(*peer) || !self.is_running(*peer);
                let is_kept = self.peers().filter(is_away).any(|peer| has_right(&self.peers[peer.0].disk, key));
                if !is_kept && !self.had_losses && !self.gone_pictures.contains(key) {
                    return Err(format!("{key} was kept and is nowhere"));
                }
                continue;
            }
            for (peer, mailbox) in self.running().filter(|(peer, _)| self.sees(*peer, key) && !self.is_out(*peer)) {
                let progress = mailbox.picture_progress(&key.id);
                let is_office = self.peers[peer.0].office().is_some();
                if !is_whole(mailbox, key) || (is_office && !progress.at_relay) {
                    return Err(format!("{key} at {}: {progress:?}", self.name(peer)));
                }
                if !has_right(&self.peers[peer.0].disk, key) {
                    return Err(format!("{} holds other bytes than those of {key}", self.name(peer)));
                }
            }
        }
        Ok(())
    }

    /// Counts a line that breaks while a picture comes to whoever dialled.
    pub(crate) fn count_cut_picture(&mut self, conn: u64) {
        let Some(caller) = self.lines.conns.get(&conn).filter(|conn| conn.is_alive).map(|conn| conn.caller) else {
            return;
        };
        let pictures = self.mailbox(caller).and_then(|mailbox| mailbox.store().pictures());
        if pictures.is_some_and(|pictures| pictures.parts().next().is_some()) {
            self.fired.count(Hazard::PictureCut);
        }
    }

    /// Flips a bit in a picture of an office, which is off afterwards. Returns whether there was one.
    fn flip_picture(&mut self, peer: PeerId) -> bool {
        self.crash(peer, false);
        let files = self.disk(peer).pictures;
        let whole = files.names().unwrap_or_default().into_iter().filter(|name| name.ends_with(".jpg"));
        let whole: Vec<String> = whole.collect();
        let Some(name) = whole.get(self.dice.place(whole.len())) else { return false };
        let len = files.contents(name).map_or(0, |bytes| bytes.len());
        let flipped = files.flip(name, self.dice.place(len), 1 << self.dice.within(0, 8));
        self.note(peer, &format!("a bit flips in {name}"));
        self.rots(peer);
        flipped
    }

    /// Takes all pictures from a machine, and nothing else; it is off afterwards.
    pub fn lose_pictures(&mut self, peer: PeerId) {
        self.crash(peer, false);
        self.note(peer, "has lost its pictures");
        self.peers[peer.0].disk.pictures = MemoryFiles::new();
        self.rots(peer);
    }

    /// The only copy of a picture may be gone.
    fn rots(&mut self, peer: PeerId) {
        let only = |hung: &Hung| {
            let mut others = self.peers().filter(|other| *other != peer);
            !others.any(|other| has_right(&self.peers[other.0].disk, &hung.key))
        };
        let gone: Vec<PictureKey> = self.pictures.iter().filter(|hung| only(hung)).map(|hung| hung.key).collect();
        self.gone_pictures.extend(gone);
    }

    /// People look at every picture that their offices show: damage is found by who looks.
    pub(crate) fn look_at_pictures(&mut self) {
        for Hung { key, .. } in self.pictures.clone() {
            for peer in self.peers().collect::<Vec<_>>() {
                if self.is_running(peer) && self.peers[peer.0].office().is_some() {
                    let looked = self.at_desk(peer, |office, _, _| Ok(office.picture(key.id)));
                    debug_assert!(looked.is_ok(), "looking cannot fail");
                }
            }
        }
    }
}

fn is_whole(mailbox: &Mailbox, key: &PictureKey) -> bool {
    let held = mailbox.store().pictures().map(|pictures| pictures.held(key));
    matches!(held, Some(PictureHeld::Whole { .. }))
}

/// The bytes of a whole picture on a disk; `None` when it holds none.
fn whole_on(disk: &Disk, key: &PictureKey) -> Option<Vec<u8>> {
    let start = format!("{}-{}-", key.collection, key.id);
    let names = disk.pictures.names().unwrap_or_default();
    let whole = names.iter().find(|name| name.starts_with(&start) && name.ends_with(".jpg"));
    disk.pictures.contents(whole?)
}

fn has_right(disk: &Disk, key: &PictureKey) -> bool {
    whole_on(disk, key).is_some_and(|bytes| sha256(&bytes) == key.id.0)
}

impl Story {
    /// Somebody keeps a picture, types, or something of pictures goes wrong.
    pub(crate) fn picture_deed(&mut self) -> Result<(), String> {
        self.world.want_pictures();
        let office = self.anybody();
        match self.world.dice.within(0, 100) {
            0..=44 => {
                for _ in 0..self.world.dice.within(1, 4) {
                    let most = [2 * PIECE, 10 * PIECE, MAX_PICTURE][self.world.dice.place(3)];
                    let bytes = 1 + self.world.dice.place(most);
                    if self.world.is_running(office) {
                        // What is not kept was not promised.
                        let _ = self.world.hang_picture(office, bytes);
                    }
                }
            }
            45..=54 => self.type_some(office, 3),
            55..=64 => self.start_all()?,
            _ => self.picture_goes_wrong(office)?,
        }
        self.world.want_pictures();
        let while_it_comes = self.world.dice.within(0, 8_000);
        self.world.run_for(while_it_comes);
        Ok(())
    }

    fn picture_goes_wrong(&mut self, office: PeerId) -> Result<(), String> {
        let any = self.machine(office);
        match self.world.dice.within(0, 12) {
            0..=2 => {
                self.world.cut(office);
                let away = self.world.dice.within(100, 30_000);
                self.world.run_for(away);
                self.world.heal(office);
            }
            3 => self.world.drop_connections(office),
            4 => self.weather(Hazard::ThinLine, office),
            5..=6 => {
                let torn = self.world.dice.chance(70);
                self.world.crash(any, torn);
                return self.start_all();
            }
            7 | 8 => {
                let operation = [Operation::Create, Operation::Write, Operation::Sync][self.world.dice.place(3)];
                let kind = [ErrorKind::StorageFull, ErrorKind::Other][self.world.dice.place(2)];
                let nth = self.world.dice.within(1, 12);
                self.world.disk(any).pictures.fail(operation, nth, kind);
                self.fired(Hazard::PictureDisk);
                self.world.note(any, &format!("{operation:?} of pictures will fail: {kind}"));
            }
            9 => {
                // A relay finds out when somebody asks; its offices never ask for what they have.
                let flipped = self.world.flip_picture(office);
                self.start_all()?;
                if flipped {
                    self.fired(Hazard::PictureFlip);
                    self.world.look_at_pictures();
                }
            }
            10 => {
                self.world.lose_pictures(any);
                self.fired(Hazard::PicturesLost);
                return self.start_all();
            }
            _ => return self.relay_goes_wrong(Hazard::RelayRestarted),
        }
        Ok(())
    }
}
