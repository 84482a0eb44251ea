//! Pictures: which are wanted, which the relay holds, and how far each has come.
//!
//! The bytes lie in the store's folder; what stands here is found again by listing it. That the relay holds one is
//! remembered in the index's cache under the name of the relay's folder, and counts as long as that folder does.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::id::{MAX_PICTURE, PIECE};
use hopluu_model::{CollectionId, DeviceId, PictureId, PictureKey};
use hopluu_store::{FolderId, PictureError, PictureHeld, PieceFate, Store, StoreError};
use hopluu_sync::{ConnId, PictureState};

use crate::mailbox::{Mailbox, MailboxError, Output, Role};

/// How far a picture has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureProgress {
    /// Bytes that are here.
    pub have: u32,
    /// Bytes of the whole; 0 while nothing is known of it.
    pub of: u32,
    /// Whether the relay has acknowledged it, or it came from there.
    pub at_relay: bool,
}

impl PictureProgress {
    /// Whether all of it is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.of > 0 && self.have == self.of
    }
}

/// What an office knows of pictures beside their bytes; empty at a relay.
#[derive(Debug, Default)]
pub(crate) struct Gallery {
    /// Wanted and not whole, with their sizes.
    wants: BTreeMap<PictureKey, u32>,
    /// Whole, and not known to be at the relay.
    unsent: BTreeSet<PictureKey>,
    /// Acknowledged by the relay, and for which folder of its.
    at_relay: BTreeMap<PictureKey, FolderId>,
    /// The relay's folder, once it has named it.
    folder: Option<FolderId>,
    /// What the cache does not know yet.
    untold: BTreeSet<PictureKey>,
    /// The engine must look again.
    is_moved: bool,
}

impl Gallery {
    /// Lists what lies in an office's folder.
    pub(crate) fn load(store: &Store, relay: &DeviceId) -> Result<Self, StoreError> {
        let Some(pictures) = store.pictures() else { return Ok(Self::default()) };
        let mut gallery = Self { wants: pictures.parts().collect(), ..Self::default() };
        for key in pictures.whole() {
            match store.cache_get(&cached(relay, &key))?.and_then(|folder| folder.try_into().ok()) {
                Some(folder) => drop(gallery.at_relay.insert(key, folder)),
                None => drop(gallery.unsent.insert(key)),
            }
        }
        Ok(gallery)
    }

    pub(crate) fn is_any(&self) -> bool {
        !(self.wants.is_empty() && self.unsent.is_empty() && self.at_relay.is_empty())
    }

    pub(crate) fn wanted(&self, passed: &dyn Fn(&PictureKey) -> bool) -> Option<(PictureKey, u32)> {
        self.wants.iter().find(|(key, _)| !passed(key)).map(|(key, size)| (*key, *size))
    }

    pub(crate) fn unsent(&self, passed: &dyn Fn(&PictureKey) -> bool) -> Option<PictureKey> {
        self.unsent.iter().find(|key| !passed(key)).copied()
    }

    /// All of it is here now; `came` when it came from the relay.
    fn whole(&mut self, key: PictureKey, came: bool) {
        self.wants.remove(&key);
        match self.folder.filter(|_| came) {
            Some(folder) => self.acknowledged(key, folder),
            None if self.at_relay.contains_key(&key) => {}
            None => drop(self.unsent.insert(key)),
        }
        self.is_moved = true;
    }

    fn acknowledged(&mut self, key: PictureKey, folder: FolderId) {
        self.unsent.remove(&key);
        self.at_relay.insert(key, folder);
        self.untold.insert(key);
    }

    /// It is not at the relay, or no longer. Returns whether that is news.
    fn not_at_relay(&mut self, key: PictureKey) -> bool {
        let was = self.at_relay.remove(&key).is_some();
        if was {
            self.unsent.insert(key);
            self.untold.insert(key);
            self.is_moved = true;
        }
        was
    }

    pub(crate) fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.is_moved)
    }

    /// Writes down what the relay holds; lost, it is only offered again.
    pub(crate) fn remember(&mut self, store: &mut Store, relay: &DeviceId) -> Result<(), StoreError> {
        for key in std::mem::take(&mut self.untold) {
            match self.at_relay.get(&key) {
                Some(folder) => store.cache_put(&cached(relay, &key), folder)?,
                None => store.cache_drop(&cached(relay, &key))?,
            }
        }
        Ok(())
    }
}

fn cached(relay: &DeviceId, key: &PictureKey) -> String {
    format!("picture/{}/{}/{}", relay.short(), key.collection, key.id)
}

/// How much of a picture the store's folder holds, in the engine's words.
pub(crate) fn state_of(store: &Store, key: &PictureKey) -> PictureState {
    match store.pictures().map(|pictures| pictures.held(key)) {
        Some(PictureHeld::Whole { size }) => PictureState::Whole(size),
        Some(PictureHeld::Part { pieces, .. }) => PictureState::Part(pieces),
        Some(PictureHeld::Nothing) | None => PictureState::Part(0),
    }
}

impl Mailbox {
    /// Keeps a picture that was made here: it is on disk when this returns, and is offered to the relay after the next
    /// commit.
    ///
    /// # Errors
    /// When it is too large, there is no room, or its folder fails; everything else goes on.
    pub fn keep_picture(&mut self, collection: CollectionId, bytes: &[u8]) -> Result<PictureKey, PictureError> {
        let device = self.trust.device();
        let pictures = self.store.pictures_mut().ok_or(PictureError::NoRoom)?;
        let key = pictures.keep(collection, &device, bytes)?;
        self.gallery.whole(key, false);
        Ok(key)
    }

    /// Wants a picture of so many bytes from the relay. May be said as often as one likes; once it has begun to come it
    /// goes on by itself, also after a start.
    pub fn want_picture(&mut self, key: PictureKey, size: u32) {
        let is_whole = matches!(state_of(&self.store, &key), PictureState::Whole(_));
        let is_picture = size > 0 && size as usize <= MAX_PICTURE;
        if is_picture && !is_whole && self.gallery.wants.insert(key, size) != Some(size) {
            self.gallery.is_moved = true;
        }
    }

    /// The bytes of a whole picture, compared with its name. One that was damaged is wanted again.
    pub fn picture(&mut self, id: &PictureId) -> Option<Vec<u8>> {
        let key = self.find_picture(id)?;
        let PictureState::Whole(size) = state_of(&self.store, &key) else { return None };
        let pictures = self.store.pictures_mut()?;
        if let Some(bytes) = pictures.read(&key) {
            return Some(bytes.to_vec());
        }
        if pictures.held(&key) == PictureHeld::Nothing {
            self.gallery.unsent.remove(&key);
            self.want_picture(key, size);
        }
        None
    }

    /// How far a picture has come.
    #[must_use]
    pub fn picture_progress(&self, id: &PictureId) -> PictureProgress {
        let Some(key) = self.find_picture(id) else { return PictureProgress { have: 0, of: 0, at_relay: false } };
        let at_relay = self.gallery.at_relay.contains_key(&key);
        match state_of(&self.store, &key) {
            PictureState::Whole(size) => PictureProgress { have: size, of: size, at_relay },
            PictureState::Part(pieces) => {
                let of = self.gallery.wants.get(&key).copied().unwrap_or(0);
                PictureProgress { have: (pieces * PIECE as u32).min(of), of, at_relay }
            }
        }
    }

    /// The picture of this name that is here or wanted; whole ones first.
    fn find_picture(&self, id: &PictureId) -> Option<PictureKey> {
        let whole = self.gallery.unsent.iter().chain(self.gallery.at_relay.keys());
        let held = whole.filter(|key| matches!(state_of(&self.store, key), PictureState::Whole(_)));
        held.chain(self.gallery.wants.keys()).find(|key| key.id == *id).copied()
    }

    /// A piece came by line.
    pub(crate) fn piece(&mut self, conn: ConnId, picture: PictureKey, (index, bytes): (u32, &[u8])) {
        let Some(size) = self.expects_piece(conn, &picture) else { return };
        let (Some(device), Some(pictures)) = (self.peers.device(conn), self.store.pictures_mut()) else { return };
        let fate = match pictures.append((picture, size), &device, index, bytes) {
            Ok(fate) => fate,
            Err(error) => {
                tracing::warn!(%picture, error = &error as &dyn std::error::Error, "a piece of a picture is not kept");
                self.staged.pieces.push((conn, picture, false));
                return;
            }
        };
        if fate == PieceFate::NotNext {
            return;
        }
        self.staged.pieces.push((conn, picture, fate != PieceFate::Wrong));
        if matches!(self.role, Role::Office { .. }) {
            if fate == PieceFate::Whole {
                self.gallery.whole(picture, true);
            }
            self.tell_picture(picture);
        }
    }

    /// The relay says whether it holds a picture.
    pub(crate) fn relay_picture(&mut self, picture: PictureKey, held: bool) {
        self.gallery.is_moved = true;
        let is_whole = matches!(state_of(&self.store, &picture), PictureState::Whole(_));
        let is_news = match (held && is_whole, self.gallery.folder) {
            (true, Some(folder)) => {
                self.gallery.acknowledged(picture, folder);
                true
            }
            _ => !held && self.gallery.not_at_relay(picture),
        };
        if is_news {
            self.tell_picture(picture);
        }
    }

    /// The relay names its folder: what it acknowledged for another one, or beyond what is left of it, counts no more.
    pub(crate) fn relay_pictures(&mut self, folder: FolderId, intact: bool) {
        self.gallery.folder = Some(folder);
        self.gallery.is_moved = true;
        let void = self.gallery.at_relay.iter().filter(|(_, of)| !intact || **of != folder);
        for key in void.map(|(key, _)| *key).collect::<Vec<_>>() {
            self.gallery.not_at_relay(key);
            self.tell_picture(key);
        }
    }

    fn tell_picture(&mut self, picture: PictureKey) {
        let output = Output::Picture(picture);
        if !self.staged.outputs.contains(&output) {
            self.staged.outputs.push(output);
        }
    }

    /// Writes down what was heard of pictures at the relay.
    pub(crate) fn remember_pictures(&mut self) -> Result<(), MailboxError> {
        if let Role::Office { relay, .. } = &self.role {
            self.gallery.remember(&mut self.store, relay)?;
        }
        Ok(())
    }
}
