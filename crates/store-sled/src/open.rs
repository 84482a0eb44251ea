//! The way in: lock, layout, journal, index.

use std::path::Path;
use std::time::Duration;

use hopluu_store::{
    Index, JournalId, MemoryIndex, Options, PictureQuota, Pictures, Recovery, Store, StoreError, WriteBehind,
};

use crate::error::OpenError;
use crate::files::DiskFiles;
use crate::index::{Limits, Met, SledIndex};
use crate::layout::Layout;
use crate::lock::DirLock;

/// How to open a data directory.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Size of a journal segment in bytes.
    pub segment_bytes: u64,
    /// Names the journal and the folder of pictures if there are none yet: sixteen random bytes.
    pub new_journal_id: JournalId,
    /// Memory the index may use for its pages, in bytes.
    pub cache_bytes: u64,
    /// How many bytes of index gather in memory before they are written: what a killed process replays from the
    /// journal at its next start.
    pub behind_bytes: usize,
    /// How long the index may take to open before it is built anew.
    pub patience: Duration,
    /// How many bytes of pictures are kept.
    pub pictures: PictureQuota,
}

impl Settings {
    /// Segments of 4 MiB, 8 MiB of memory, 256 KiB behind, half a minute of patience, an office's 2 GiB of pictures.
    #[must_use]
    pub fn new(new_journal_id: JournalId) -> Self {
        Self {
            segment_bytes: 4 << 20,
            new_journal_id,
            cache_bytes: 8 << 20,
            behind_bytes: 256 << 10,
            patience: Duration::from_secs(30),
            pictures: PictureQuota::office(2 << 30),
        }
    }
}

/// Where the index lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexHome {
    /// In its files.
    Disk,
    /// In its files, begun anew because those found could not be used.
    DiskAnew,
    /// In memory, because the disk takes no index (full or read-only): answers are right, but the next start builds
    /// it again.
    Memory,
}

/// A store on disk. Dropping the store gives the directory free.
pub struct Opened {
    /// The store; it holds the directory's lock.
    pub store: Store,
    /// What was found and done.
    pub recovery: Recovery,
    /// Where the index lives.
    pub index: IndexHome,
}

/// Opens the store in a data directory, made where it is missing.
///
/// The index never keeps it from opening: leavings are removed, files that cannot be opened or believed are replaced by
/// new ones built from the journal, and a disk that takes none gets one in memory.
///
/// # Errors
/// [`OpenError::Locked`], [`OpenError::NewerLayout`], [`OpenError::Io`] for the directory itself,
/// [`OpenError::Store`] when the journal cannot be opened.
pub fn open_store(dir: &Path, settings: Settings) -> Result<Opened, OpenError> {
    let layout = Layout::prepare(dir)?;
    let mut lock = Some(DirLock::take(dir)?);
    let mut failed = None;
    for home in [IndexHome::Disk, IndexHome::DiskAnew, IndexHome::Memory] {
        let Some((index, home)) = open_index(&layout, settings, home) else { continue };
        let path = layout.journal();
        let files =
            DiskFiles::new(&path, lock.take()).map_err(|source| OpenError::Io { what: "create", path, source })?;
        let options = Options { segment_bytes: settings.segment_bytes, new_journal_id: settings.new_journal_id };
        match Store::open(Box::new(files), index, options) {
            Ok((store, recovery)) => {
                let store = with_pictures(store, &layout, settings);
                return Ok(Opened { store, recovery, index: home });
            }
            Err(source @ StoreError::Index(_)) => failed = Some(source),
            Err(source) => return Err(OpenError::Store { dir: dir.to_owned(), source }),
        }
        lock = Some(DirLock::take(dir)?);
    }
    let source = failed.unwrap_or(StoreError::Poisoned);
    Err(OpenError::Store { dir: dir.to_owned(), source })
}

/// A folder of pictures that cannot be used costs the pictures and nothing else.
fn with_pictures(store: Store, layout: &Layout, settings: Settings) -> Store {
    let files = DiskFiles::new(&layout.pictures(), None).map_err(|error| error.to_string());
    let (quota, id) = (settings.pictures, settings.new_journal_id);
    let opened = files.and_then(|files| Pictures::open(Box::new(files), quota, id).map_err(|error| error.to_string()));
    match opened {
        Ok(pictures) => store.with_pictures(pictures),
        Err(error) => {
            tracing::warn!(error, "no pictures are kept: their folder cannot be used");
            store
        }
    }
}

/// One rung of the ladder; `None` when this rung cannot carry.
fn open_index(layout: &Layout, settings: Settings, home: IndexHome) -> Option<(Box<dyn Index>, IndexHome)> {
    let limits = Limits { cache_bytes: settings.cache_bytes, patience: settings.patience };
    if home == IndexHome::Memory {
        tracing::warn!("the disk takes no index; one in memory is used");
        return Some((Box::new(MemoryIndex::new()), home));
    }
    if home == IndexHome::DiskAnew {
        // What is there opened and then failed: nothing of it is used.
        let _ = std::fs::remove_dir_all(layout.index());
    }
    match SledIndex::open(&layout.index(), limits) {
        Ok((index, Met::Usable)) => Some((behind(index, settings), home)),
        Ok((index, Met::Unusable)) => Some((behind(index, settings), IndexHome::DiskAnew)),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the index cannot be opened");
            None
        }
    }
}

fn behind(index: SledIndex, settings: Settings) -> Box<dyn Index> {
    Box::new(WriteBehind::new(Box::new(index), settings.behind_bytes))
}
