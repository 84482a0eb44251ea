//! Pictures beside the journal: whole ones, and what has come of others.
//!
//! | file | what |
//! | --- | --- |
//! | `<collection>-<picture>-<bringer>.jpg` | a whole picture; its SHA-256 is its name |
//! | `<collection>-<picture>-<bringer>-<size>.part` | the beginning of one, appended piece by piece |
//! | `<name>.folder` | empty; sixteen random bytes that name the folder, so that others notice when it is another one |
//!
//! All in lower hex but the size. A part that has become whole is synced, compared with its name, and renamed, so that a
//! `.jpg` is whole whenever the power goes. Of a part at most [`UNSYNCED`] bytes wait for a sync; that much is cut from
//! each at opening, and fetched again, because a power cut may have left anything there. What else start-up may find (two
//! files of one picture, a part longer than its picture, names of somebody else's) is removed or left alone.
//!
//! Nothing here is the truth about anything: a picture that is lost, or whose bytes turn out wrong, is one that has not
//! come yet. No failure here keeps the journal from working, and pictures stop long before the disk is full.

use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;

use hopluu_model::id::{CollectionId, DeviceId, MAX_PICTURE, PIECE, PictureId, PictureKey};
use ring::digest::{SHA256, digest};

use crate::files::Files;

/// So much of a part waits for a sync at most.
pub const UNSYNCED: usize = 64 * 1024;
/// So much of a disk is left to the journal: pictures stop before.
pub const LEFT_TO_EDITS: u64 = 256 << 20;
/// Every picture counts as at least this much, since many small files fill a disk too.
const LEAST: u64 = PIECE as u64;
/// So many pictures that were read are remembered, because their pieces are asked for one after the other.
const REMEMBERED: usize = 8;

/// The name of a folder: sixteen random bytes.
pub type FolderId = [u8; 16];

/// The device that brought a picture: the first eight bytes of its key.
type Bringer = [u8; 8];

/// How many bytes of pictures are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureQuota {
    /// In all.
    pub total: u64,
    /// Of one collection.
    pub collection: u64,
    /// Brought by one device.
    pub device: u64,
}

impl PictureQuota {
    /// What an office keeps: it counts only in all.
    #[must_use]
    pub fn office(total: u64) -> Self {
        Self { total, collection: total, device: total }
    }

    /// What a relay keeps: a tenth for each collection, and for each device.
    #[must_use]
    pub fn relay(total: u64) -> Self {
        Self { total, collection: total / 10, device: total / 10 }
    }
}

/// Why a picture, or a piece of one, was not kept.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It is empty or too large.
    #[error("a picture has 1 to {MAX_PICTURE} bytes, not {0}")]
    Size(usize),
    /// The quota is used up, or the disk has only room for edits.
    #[error("there is no room for another picture")]
    NoRoom,
    /// The disk refused.
    #[error("cannot {what} a picture")]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> PictureError {
    move |source| PictureError::Io { what, source }
}

/// How much of a picture is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureHeld {
    /// Nothing.
    Nothing,
    /// So many pieces of one of this size, from the first.
    Part {
        /// Pieces from the first.
        pieces: u32,
        /// Bytes of the whole.
        size: u32,
    },
    /// All of it.
    Whole {
        /// Bytes of it.
        size: u32,
    },
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceFate {
    /// It is not the next one: nothing happened.
    NotNext,
    /// It was appended, and others are missing.
    Kept,
    /// It was the last one; the picture is whole and on disk.
    Whole,
    /// It was the last one, and the bytes are not those of the picture: all of it is dropped.
    Wrong,
}

struct Part {
    by: Bringer,
    size: u32,
    len: u32,
    synced: u32,
}

struct Whole {
    by: Bringer,
    size: u32,
}

/// The folder of pictures.
pub struct Pictures {
    files: Box<dyn Files>,
    folder: FolderId,
    quota: PictureQuota,
    whole: BTreeMap<PictureKey, Whole>,
    parts: BTreeMap<PictureKey, Part>,
    read: Vec<(PictureKey, Vec<u8>)>,
}

impl Pictures {
    /// Lists the folder, and mends what a power cut left. `new_id` names the folder if it is a new one.
    ///
    /// # Errors
    /// When the folder cannot be listed; no single file keeps it from opening.
    pub fn open(files: Box<dyn Files>, quota: PictureQuota, new_id: FolderId) -> Result<Self, PictureError> {
        let names = files.names().map_err(failed("list"))?;
        let (whole, parts) = (BTreeMap::new(), BTreeMap::new());
        let named = names.iter().filter_map(|name| CollectionId::from_str(name.strip_suffix(".folder")?).ok()).min();
        let folder = named.map_or(new_id, |id| id.0);
        if named.is_none() {
            let name = format!("{}.folder", CollectionId(new_id));
            if let Err(error) = files.create(&name, 0).and_then(|_| files.sync_dir()) {
                tracing::warn!(%error, "the folder of pictures has no lasting name yet");
            }
        }
        let mut pictures = Self { files, folder, quota, whole, parts, read: Vec::new() };
        // Whole ones first: a part beside one is a leaving.
        let (jpgs, rest): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.ends_with(".jpg"));
        for name in jpgs.into_iter().chain(rest) {
            let Some(found) = Name::parse(name) else { continue };
            if let Err(error) = pictures.find(&found, name) {
                tracing::warn!(picture = %found.key, %error, "a picture file cannot be used");
            }
        }
        Ok(pictures)
    }

    fn find(&mut self, found: &Name, name: &str) -> io::Result<()> {
        let file = self.files.open(name)?;
        let len = file.len()?;
        let is_known = self.whole.contains_key(&found.key) || self.parts.contains_key(&found.key);
        let size = found.size.map_or(len, u64::from);
        if is_known || size == 0 || size > MAX_PICTURE as u64 || len > size {
            return self.files.remove(name);
        }
        let (by, size) = (found.by, u32::try_from(size).unwrap_or(0));
        if found.size.is_none() {
            self.whole.insert(found.key, Whole { by, size });
            return Ok(());
        }
        // Whatever was not synced may be anything.
        let certain = usize::try_from(len).unwrap_or(0).saturating_sub(UNSYNCED) / PIECE * PIECE;
        if certain == 0 {
            return self.files.remove(name);
        }
        file.set_len(certain as u64)?;
        let len = u32::try_from(certain).unwrap_or(0);
        self.parts.insert(found.key, Part { by, size, len, synced: 0 });
        Ok(())
    }

    /// The name of the folder: another one means that what was here may be gone.
    #[must_use]
    pub fn folder(&self) -> FolderId {
        self.folder
    }

    /// How much of a picture is here.
    #[must_use]
    pub fn held(&self, key: &PictureKey) -> PictureHeld {
        if let Some(whole) = self.whole.get(key) {
            return PictureHeld::Whole { size: whole.size };
        }
        self.parts
            .get(key)
            .map_or(PictureHeld::Nothing, |part| PictureHeld::Part { pieces: part.len / PIECE as u32, size: part.size })
    }

    /// The whole pictures, in order.
    pub fn whole(&self) -> impl Iterator<Item = PictureKey> {
        self.whole.keys().copied()
    }

    /// The pictures of which some pieces are here, and their sizes, in order.
    pub fn parts(&self) -> impl Iterator<Item = (PictureKey, u32)> {
        self.parts.iter().map(|(key, part)| (*key, part.size))
    }

    /// Whether another picture of this size would be kept, brought by this device.
    #[must_use]
    pub fn has_room(&self, key: &PictureKey, size: u32, by: &DeviceId) -> bool {
        let by = bringer(by);
        let adds = counted(size);
        let (mut total, mut collection, mut device) = (adds, adds, adds);
        let whole = self.whole.iter().map(|(key, whole)| (key, whole.by, whole.size));
        let parts = self.parts.iter().map(|(key, part)| (key, part.by, part.size));
        for (other, bringer, size) in whole.chain(parts).filter(|(other, ..)| *other != key) {
            total += counted(size);
            collection += if other.collection == key.collection { counted(size) } else { 0 };
            device += if bringer == by { counted(size) } else { 0 };
        }
        let is_picture = size > 0 && size as usize <= MAX_PICTURE;
        let fits = is_picture
            && total <= self.quota.total
            && collection <= self.quota.collection
            && device <= self.quota.device;
        let free = self.files.free().ok().flatten();
        fits && free.is_none_or(|free| free >= LEFT_TO_EDITS.saturating_add(adds))
    }

    /// Keeps a whole picture that was made here; it is on disk when this returns.
    ///
    /// # Errors
    /// [`PictureError`]; nothing is kept then.
    pub fn keep(&mut self, collection: CollectionId, by: &DeviceId, bytes: &[u8]) -> Result<PictureKey, PictureError> {
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let key = PictureKey { collection, id: picture_id(bytes) };
        if bytes.is_empty() || bytes.len() > MAX_PICTURE {
            return Err(PictureError::Size(bytes.len()));
        }
        if !self.whole.contains_key(&key) {
            self.forget(&key);
        }
        for (index, piece) in (0..).zip(bytes.chunks(PIECE)) {
            self.append((key, size), by, index, piece)?;
        }
        Ok(key)
    }

    /// Appends a piece of a picture of this size. Not on disk before the picture is whole.
    ///
    /// # Errors
    /// [`PictureError`]; what was here of the picture is dropped when the disk failed.
    pub fn append(
        &mut self,
        (key, size): (PictureKey, u32),
        by: &DeviceId,
        index: u32,
        piece: &[u8],
    ) -> Result<PieceFate, PictureError> {
        if size == 0 || size as usize > MAX_PICTURE {
            return Err(PictureError::Size(size as usize));
        }
        if self.whole.contains_key(&key) {
            return Ok(PieceFate::NotNext);
        }
        if self.parts.get(&key).is_some_and(|part| part.size != size) {
            self.forget(&key);
        }
        let len = self.parts.get(&key).map_or(0, |part| part.len);
        let missing = (size - len) as usize;
        if index != len / PIECE as u32 || piece.len() != missing.min(PIECE) {
            return Ok(PieceFate::NotNext);
        }
        if len == 0 && !self.has_room(&key, size, by) {
            return Err(PictureError::NoRoom);
        }
        let done = self.write((key, size), bringer(by), piece);
        let done = done.and_then(|()| if piece.len() == missing { self.finish(&key) } else { Ok(PieceFate::Kept) });
        if done.is_err() {
            // Bytes of which the disk says that it failed are in doubt for good.
            self.forget(&key);
        }
        done
    }

    fn write(&mut self, (key, size): (PictureKey, u32), by: Bringer, piece: &[u8]) -> Result<(), PictureError> {
        let part = self.parts.entry(key).or_insert(Part { by, size, len: 0, synced: 0 });
        let name = Name { key, by: part.by, size: Some(size) }.to_string();
        let file = if part.len == 0 { self.files.create(&name, 0) } else { self.files.open(&name) };
        let file = file.map_err(failed("open"))?;
        file.write_at(part.len.into(), piece).map_err(failed("write"))?;
        part.len += u32::try_from(piece.len()).unwrap_or(0);
        if (part.len - part.synced) as usize >= UNSYNCED {
            file.sync_data().map_err(failed("sync"))?;
            if part.synced == 0 {
                self.files.sync_dir().map_err(failed("sync"))?;
            }
            part.synced = part.len;
        }
        Ok(())
    }

    /// All pieces are there.
    fn finish(&mut self, key: &PictureKey) -> Result<PieceFate, PictureError> {
        let Some(Part { by, size, .. }) = self.parts.remove(key) else { return Ok(PieceFate::NotNext) };
        let (old, new) = (Name { key: *key, by, size: Some(size) }, Name { key: *key, by, size: None });
        let file = self.files.open(&old.to_string()).map_err(failed("open"))?;
        let mut bytes = vec![0; size as usize];
        let read = file.read_at(0, &mut bytes).map_err(failed("read"));
        let is_right = read.is_ok() && is_picture(&key.id, &bytes);
        if !is_right {
            self.files.remove(&old.to_string()).map_err(failed("remove"))?;
            return read.map(|()| PieceFate::Wrong);
        }
        let renamed = file.sync_data().and_then(|()| self.files.rename(&old.to_string(), &new.to_string()));
        let kept = renamed.and_then(|()| self.files.sync_dir()).map_err(failed("sync"));
        if let Err(error) = kept {
            for name in [old, new] {
                // Whichever of them is there; what stays is found at the next opening.
                let _ = self.files.remove(&name.to_string());
            }
            return Err(error);
        }
        self.whole.insert(*key, Whole { by, size });
        self.remember(*key, bytes);
        Ok(PieceFate::Whole)
    }

    /// A whole picture, its bytes compared with its name; one whose bytes are wrong is dropped. `None` when it is not
    /// here, or cannot be read.
    pub fn read(&mut self, key: &PictureKey) -> Option<&[u8]> {
        if !self.whole.contains_key(key) {
            return None;
        }
        if !self.read.iter().any(|(known, _)| known == key) {
            let whole = &self.whole[key];
            let name = Name { key: *key, by: whole.by, size: None }.to_string();
            let mut bytes = vec![0; whole.size as usize];
            let read = self.files.open(&name).and_then(|file| file.read_at(0, &mut bytes));
            match read {
                Ok(()) if is_picture(&key.id, &bytes) => self.remember(*key, bytes),
                Ok(()) => {
                    tracing::warn!(picture = %key, "the bytes of a picture are not its own: dropped");
                    self.forget(key);
                    return None;
                }
                Err(error) => {
                    tracing::warn!(picture = %key, %error, "a picture cannot be read");
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) {
                        self.forget(key);
                    }
                    return None;
                }
            }
        }
        self.read.iter().find(|(known, _)| known == key).map(|(_, bytes)| bytes.as_slice())
    }

    /// One piece of a whole picture; `None` when it is not here, or has no such piece.
    pub fn piece(&mut self, key: &PictureKey, index: u32) -> Option<Vec<u8>> {
        let bytes = self.read(key)?;
        bytes.chunks(PIECE).nth(usize::try_from(index).ok()?).map(<[u8]>::to_vec)
    }

    fn remember(&mut self, key: PictureKey, bytes: Vec<u8>) {
        if self.read.len() >= REMEMBERED {
            self.read.remove(0);
        }
        self.read.push((key, bytes));
    }

    /// Drops a picture, whole or not.
    pub fn forget(&mut self, key: &PictureKey) {
        self.read.retain(|(known, _)| known != key);
        let whole = self.whole.remove(key).map(|whole| Name { key: *key, by: whole.by, size: None });
        let part = self.parts.remove(key).map(|part| Name { key: *key, by: part.by, size: Some(part.size) });
        let was_whole = whole.is_some();
        for name in whole.into_iter().chain(part) {
            // What cannot be removed is found, and judged, at the next opening.
            let _ = self.files.remove(&name.to_string());
        }
        if was_whole {
            // Or damage that was found would come back with a power cut, to be found once more.
            let _ = self.files.sync_dir();
        }
    }
}

fn is_picture(id: &PictureId, bytes: &[u8]) -> bool {
    digest(&SHA256, bytes).as_ref() == id.0
}

/// The picture that these bytes are.
#[must_use]
pub fn picture_id(bytes: &[u8]) -> PictureId {
    let mut id = [0; 32];
    id.copy_from_slice(digest(&SHA256, bytes).as_ref());
    PictureId(id)
}

fn bringer(device: &DeviceId) -> Bringer {
    let mut short = [0; 8];
    short.copy_from_slice(&device.0[..8]);
    short
}

fn counted(size: u32) -> u64 {
    u64::from(size).max(LEAST)
}

/// The name of a file.
struct Name {
    key: PictureKey,
    by: Bringer,
    /// Of a part: how large the whole is.
    size: Option<u32>,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{:016x}", self.key.collection, self.key.id, u64::from_be_bytes(self.by))?;
        match self.size {
            Some(size) => write!(f, "-{size}.part"),
            None => f.write_str(".jpg"),
        }
    }
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        let (stem, ending) = text.rsplit_once('.')?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (collection, id, by, size) = match (parts.as_slice(), ending) {
            ([collection, id, by], "jpg") => (collection, id, by, None),
            ([collection, id, by, size], "part") => (collection, id, by, Some(size.parse().ok()?)),
            _ => return None,
        };
        let collection: CollectionId = collection.parse().ok()?;
        let key = PictureKey { collection, id: id.parse().ok()? };
        let by = u64::from_str_radix(by, 16).ok()?.to_be_bytes();
        let name = Self { key, by, size };
        // Another spelling is somebody else's file.
        (name.to_string() == text).then_some(name)
    }
}
