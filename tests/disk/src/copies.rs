//! Copies of an index: the pairs in it, and the files it lies in.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hopluu_store::{Batch, Index, IndexError, MemoryIndex, Pair, Span};

use tempfile::TempDir;

use crate::dice::Dice;

/// An index that can be looked at while a store owns it; clones share it.
#[derive(Clone)]
pub struct Watched(Arc<Mutex<Box<dyn Index>>>);

impl Watched {
    /// Watches an index.
    #[must_use]
    pub fn new(index: Box<dyn Index>) -> Self {
        Self(Arc::new(Mutex::new(index)))
    }

    fn lock(&self) -> MutexGuard<'_, Box<dyn Index>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything in it.
    ///
    /// # Errors
    /// When the index fails.
    pub fn pairs(&self) -> Result<Vec<Pair>, IndexError> {
        self.lock().scan(&Span::prefix(b""))
    }
}

impl Index for Watched {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.lock().get(key)
    }

    fn scan(&self, span: &Span) -> Result<Vec<Pair>, IndexError> {
        self.lock().scan(span)
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        self.lock().apply(batch)
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        self.lock().clear()
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        self.lock().flush()
    }
}

/// An index in memory that holds these pairs.
///
/// # Errors
/// When the index fails.
pub fn memory(pairs: &[Pair]) -> Result<MemoryIndex, IndexError> {
    let mut index = MemoryIndex::new();
    index.apply(&pairs.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect())?;
    Ok(index)
}

/// A directory for a while, in memory where the system has room there: the power is cut by hand here, so syncing for
/// true would only take time.
///
/// # Errors
/// What the system says.
pub fn scratch() -> io::Result<TempDir> {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new())
}

/// Files by their path below a directory.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Reads a directory whole.
///
/// # Errors
/// What the system says.
pub fn read_tree(dir: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    gather(dir, "", &mut tree)?;
    Ok(tree)
}

fn gather(dir: &Path, prefix: &str, tree: &mut Tree) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{path}/"), tree)?;
        } else {
            tree.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Writes files below a directory.
///
/// # Errors
/// What the system says.
pub fn write_tree(dir: &Path, tree: &Tree) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (path, bytes) in tree {
        let path = dir.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Does to an index's files what a power cut or a careless copy does; says what.
pub fn harm(tree: &mut Tree, dice: &mut Dice) -> &'static str {
    let of = |tree: &Tree, ends: &str| tree.keys().find(|path| path.ends_with(ends)).cloned();
    let kind = dice.below(9);
    let (db, state) = (of(tree, "/db"), of(tree, "state"));
    match (kind, db, state) {
        (0 | 1, Some(db), _) => {
            let cut = [512, 4096, 40_000][dice.below(3)];
            if let Some(bytes) = tree.get_mut(&db) {
                bytes.truncate(bytes.len().saturating_sub(cut));
            }
            "the log cut short"
        }
        (2 | 3, Some(db), _) => {
            let size = [512, 4096][dice.below(2)];
            let bytes = tree.get_mut(&db).map(Vec::as_mut_slice).unwrap_or_default();
            let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
            let from = used.saturating_sub(dice.below(8) * size) / size * size;
            let end = (from + size).min(bytes.len());
            bytes[from..end].fill(0);
            "zeros in the log"
        }
        (4, Some(db), _) => {
            tree.remove(&db);
            "no log"
        }
        (5, Some(db), _) => {
            tree.insert(db.replace("/db", "/snap.00000000000000FF.generating"), dice.bytes(300));
            "a snapshot half made"
        }
        (6, _, Some(state)) => {
            tree.remove(&state);
            "no state"
        }
        (7, _, Some(state)) => {
            tree.insert(state, b"open another-boot\n".to_vec());
            "another boot"
        }
        _ => "as it was",
    }
}
