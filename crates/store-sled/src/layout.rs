//! What lies in a data directory, layout version [`VERSION`].
//!
//! | path | what |
//! | --- | --- |
//! | `lock` | empty; locked by the process that has the directory open |
//! | `layout` | the layout version as a decimal number and a newline |
//! | `journal/*.seg` | the journal (see `hopluu_store`); with the pictures all that must be backed up |
//! | `pictures/` | pictures, whole and coming (see `hopluu_store`'s `pictures.rs`) |
//! | `index/state` | `closed` and the checksum of the files, or `open` and the machine's boot id, or `failed` |
//! | `index/<generation>/` | sled's files; the highest generation counts, others are leavings and are removed |
//!
//! In the index one tree (sled's default) holds the keys described in `hopluu_store`'s `index.rs`; values are at most
//! 4,096 bytes. A commit of the store is one sled batch, which sled recovers whole or not at all.
//!
//! What start-up may find in `index/`, and does: `snap.*.generating`, which would stop every later opening: removed.
//! Files that do not open, panic, hang, or are not those that were closed: a new generation. State `open` with another boot id: the power went while
//! sled had unsynced writes, after which it may silently lack some: a new generation. State `open` with the same boot
//! id: only the process ended, the system kept its writes: used as it is. A disk that takes no index: one in memory.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// The layout this program writes. The next one is 2: its text is more than one flipped bit away from this one's, so
/// that a worn card never passes for a newer program.
pub(crate) const VERSION: u32 = 1;

/// The paths of a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    dir: PathBuf,
}

impl Layout {
    /// Makes or checks a data directory. A directory without a layout file is a new one.
    pub(crate) fn prepare(dir: &Path) -> Result<Self, OpenError> {
        let layout = Self { dir: dir.to_owned() };
        for path in [dir.to_owned(), layout.journal()] {
            make_dir(&path).map_err(|source| OpenError::Io { what: "create", path, source })?;
        }
        if let Some(parent) = dir.parent() {
            // Some parents may not be opened; then the directory is as durable as its owner made it.
            let _ = sync_dir(parent);
        }
        let path = dir.join("layout");
        match fs::read(&path) {
            Ok(found) if found.trim_ascii() == VERSION.to_string().as_bytes() => Ok(layout),
            Ok(found) if is_ours_harmed(&found) => layout.write_version(path),
            Ok(found) => {
                let found = String::from_utf8_lossy(&found).trim().chars().take(20).collect();
                Err(OpenError::NewerLayout { dir: dir.to_owned(), found })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => layout.write_version(path),
            Err(source) => Err(OpenError::Io { what: "read", path, source }),
        }
    }

    fn write_version(self, path: PathBuf) -> Result<Self, OpenError> {
        match write_synced(&path, format!("{VERSION}\n").as_bytes()).and_then(|()| sync_dir(&self.dir)) {
            Ok(()) => Ok(self),
            Err(source) => Err(OpenError::Io { what: "write", path, source }),
        }
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    pub(crate) fn pictures(&self) -> PathBuf {
        self.dir.join("pictures")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.dir.join("index")
    }
}

/// Whether this program's layout file is what a power cut (blank) or one flipped bit made of it.
fn is_ours_harmed(found: &[u8]) -> bool {
    let ours = format!("{VERSION}\n").into_bytes();
    let is_blank = found.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace());
    let flipped: u32 = ours.iter().zip(found).map(|(a, b)| (a ^ b).count_ones()).sum();
    is_blank || (found.len() == ours.len() && flipped == 1)
}

/// Makes a directory only its owner can read, with those above it; one that is there stays as it is.
pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a small file anew and syncs it.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes creations and removals in a directory durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}
