//! The index on sled 0.34.7, held at arm's length.
//!
//! sled's `flush` does not sync the device, some of its errors are panics, and its files may come back with silent
//! losses after a power cut. So every call is fenced, nothing here is promised to anybody, and the state file tells
//! the next start whether the files can be believed at all (see `layout.rs`).

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use hopluu_store::{Batch, Index, IndexError, Order, Pair, Span};

use crate::layout::{make_dir, sync_dir, write_synced};
use crate::open::Settings;

/// How to open the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Memory sled may use for its pages, in bytes.
    pub(crate) cache_bytes: u64,
    /// How long its opening may take.
    pub(crate) patience: Duration,
}

/// What opening the index met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// Files that could be used, or none at all.
    Usable,
    /// Files that could not be believed or opened; a new generation was begun.
    Unusable,
}

/// An index in sled's files.
pub struct SledIndex {
    db: Option<sled::Db>,
    root: PathBuf,
    generation: u64,
    limits: Limits,
    /// Some call failed: the next start must not believe the files.
    has_failed: Cell<bool>,
}

impl SledIndex {
    /// Opens the index in a directory of its own, anew when what is there cannot be used. Most callers want
    /// [`crate::open_store`]; this is for a journal that lies elsewhere.
    ///
    /// # Errors
    /// When the disk takes no index.
    pub fn at(root: &Path, settings: Settings) -> Result<Self, IndexError> {
        let limits = Limits { cache_bytes: settings.cache_bytes, patience: settings.patience };
        Self::open(root, limits).map(|(index, _)| index)
    }

    /// Opens the index below `root` up the ladder: as it is, without leavings, as a new generation.
    pub(crate) fn open(root: &Path, limits: Limits) -> Result<(Self, Met), IndexError> {
        make_dir(root).map_err(|source| IndexError::new("create", source))?;
        let generation = generations(root).map_err(|source| IndexError::new("list", source))?.into_iter().max();
        let latest = generation.unwrap_or(0);
        let mut index =
            Self { db: None, root: root.to_owned(), generation: latest, limits, has_failed: Cell::new(false) };
        let believed = generation.is_none() || is_believable(root, &index.path());
        write_state(root, &format!("open {}\n", boot_id())).map_err(|source| IndexError::new("mark", source))?;
        if believed && index.try_open().is_ok() {
            index.remove_others();
            return Ok((index, Met::Usable));
        }
        index.generation = latest + 1;
        index.try_open()?;
        index.remove_others();
        Ok((index, Met::Unusable))
    }

    fn path(&self) -> PathBuf {
        self.root.join(self.generation.to_string())
    }

    fn try_open(&mut self) -> Result<(), IndexError> {
        let path = self.path();
        remove_leavings(&path).map_err(|source| IndexError::new("clean", source))?;
        let config = sled::Config::new()
            .path(&path)
            .cache_capacity(self.limits.cache_bytes)
            .mode(sled::Mode::LowSpace)
            .flush_every_ms(None);
        let db = within(self.limits.patience, move || {
            let db = config.open()?;
            // Reads the ends, so that a tree that opens but cannot be walked is found out here.
            db.first()?;
            db.last()?;
            Ok(db)
        })?;
        self.db = Some(db);
        Ok(())
    }

    fn remove_others(&self) {
        let others = generations(&self.root).unwrap_or_default();
        for other in others.into_iter().filter(|other| *other != self.generation) {
            // Whatever stays is tried again at the next start.
            let _ = fs::remove_dir_all(self.root.join(other.to_string()));
        }
    }

    fn fenced<T>(&self, what: &'static str, act: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, IndexError> {
        let db = self.db.as_ref().ok_or_else(|| IndexError::new(what, "it was given up"))?;
        let done = match catch_unwind(AssertUnwindSafe(|| act(db))) {
            Ok(done) => done.map_err(|source| IndexError::new(what, source)),
            Err(_) => Err(IndexError::new(what, "sled panicked")),
        };
        self.has_failed.set(self.has_failed.get() || done.is_err());
        done
    }
}

impl Index for SledIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.fenced("read", |db| Ok(db.get(key)?.map(|value| value.to_vec())))
    }

    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        let Some(bounds) = span.bounds() else { return Ok(Vec::new()) };
        let own = |pair: sled::Result<(sled::IVec, sled::IVec)>| pair.map(|(k, v)| (k.to_vec(), v.to_vec()));
        self.fenced("scan", |db| {
            let range = db.range::<&[u8], _>(bounds);
            match span.order {
                Order::Ascending => range.take(span.limit).map(own).collect(),
                Order::Descending => range.rev().take(span.limit).map(own).collect(),
            }
        })
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        let mut sled_batch = sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => sled_batch.insert(key.as_slice(), value.as_slice()),
                None => sled_batch.remove(key.as_slice()),
            }
        }
        self.fenced("write to", |db| db.apply_batch(sled_batch))
    }

    /// Begins a new generation: emptying sled's tree key by key would take longer than filling it.
    fn clear(&mut self) -> Result<(), IndexError> {
        close(self.db.take());
        self.generation += 1;
        self.try_open()?;
        self.remove_others();
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.fenced("flush", |db| db.flush().map(drop))
    }
}

impl Drop for SledIndex {
    /// Leaves the files believable when everything could be written and synced; else the next start decides.
    fn drop(&mut self) {
        let is_whole =
            self.flush().is_ok() && close(self.db.take()) && !self.has_failed.get() && is_let_go(&self.path());
        let state = match sync_files(&self.path()) {
            Ok(checksum) if is_whole => format!("closed {checksum:08x}\n"),
            _ => "failed\n".to_owned(),
        };
        let _ = write_state(&self.root, &state);
    }
}

/// Drops sled's handle, which writes what waits; returns whether it went well.
fn close(db: Option<sled::Db>) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(db))).is_ok()
}

/// Waits, within bounds, until sled's own threads have let go of its files: on a busy machine they write and hold its
/// lock for a while after the handle is gone, and the next opening would find other bytes than were summed up here.
fn is_let_go(path: &Path) -> bool {
    for _ in 0..500 {
        match fs::File::open(path.join("db")).map(|file| file.try_lock()) {
            Err(_) | Ok(Ok(())) => return true,
            Ok(Err(_)) => thread::park_timeout(Duration::from_millis(10)),
        }
    }
    false
}

/// Opens in a thread of its own, so that a hang costs the index and not the start. A thread that hangs is left behind
/// with the old generation's files, which nobody uses any more.
fn within(
    patience: Duration,
    open: impl FnOnce() -> sled::Result<sled::Db> + Send + 'static,
) -> Result<sled::Db, IndexError> {
    let (tell, told) = mpsc::sync_channel(1);
    let run = move || {
        let opened = catch_unwind(AssertUnwindSafe(open));
        let _ = tell.try_send(opened);
    };
    let spawned = thread::Builder::new().name("index-open".into()).spawn(run);
    spawned.map_err(|source| IndexError::new("open", source))?;
    match told.recv_timeout(patience) {
        Ok(Ok(opened)) => opened.map_err(|source| IndexError::new("open", source)),
        Ok(Err(_)) => Err(IndexError::new("open", "sled panicked")),
        Err(_) => Err(IndexError::new("open", "sled did not come back in time")),
    }
}

/// Whether the files hold what was last written to them.
fn is_believable(root: &Path, path: &Path) -> bool {
    let state = fs::read_to_string(root.join("state")).unwrap_or_default();
    match state.trim().split_once(' ') {
        Some(("open", boot)) => !boot.is_empty() && boot == boot_id(),
        Some(("closed", sum)) => sync_files(path).is_ok_and(|found| format!("{found:08x}") == sum),
        _ => false,
    }
}

fn write_state(root: &Path, state: &str) -> io::Result<()> {
    write_synced(&root.join("state"), state.as_bytes())?;
    sync_dir(root)
}

/// Names the time since the machine was switched on; empty where the system does not tell.
fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

fn generations(root: &Path) -> io::Result<Vec<u64>> {
    let names = fs::read_dir(root)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter_map(|name| name.parse().ok()).collect())
}

/// Removes `snap.*.generating`, over which sled stumbles for ever.
fn remove_leavings(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Syncs all files and tells their common checksum, since sled may open altered ones without a word.
fn sync_files(path: &Path) -> io::Result<u32> {
    let mut files = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort_unstable();
    let mut sum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    for path in files.into_iter().filter(|path| path.is_file()) {
        let mut file = fs::File::open(&path)?;
        sum.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => sum.update(&buffer[..read]),
            }
        }
        file.sync_data()?;
    }
    sync_dir(path)?;
    Ok(sum.finalize())
}
