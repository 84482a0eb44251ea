//! Opening the view: what is damaged or outdated is deleted, for everything in it can be folded again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hopluu_model::{ChangeHash, DocId};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::facts::Facts;
use crate::schema;
use crate::{Error, Result};

/// How long a connection waits for another one's lock.
const BUSY: Duration = Duration::from_secs(5);
/// Statements kept ready per connection.
const STATEMENTS: usize = 64;
/// A write-ahead log of this many pages is folded back even when nobody calls [`View::checkpoint`].
const CHECKPOINT_PAGES: i64 = 4_000;

/// How the view is opened.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Page cache of each connection, in KiB: 2,048 to 4,096 at an office.
    pub cache_kib: u32,
    /// Whether the whole file is checked first, which reads all of it: after a crash or power cut.
    pub thorough: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cache_kib: 2_048, thorough: false }
    }
}

/// What was found when the view was opened. Anything but [`Opened::Kept`] begins empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The view of last time, with the heads it shows.
    Kept,
    /// There was none.
    New,
    /// It was written by a program with other tables, and was deleted.
    OtherLayout(i64),
    /// It was damaged, and was deleted; the text says how, for the log.
    Damaged(String),
}

/// The one writer of the view.
#[derive(Debug)]
pub struct View {
    connection: Arc<Mutex<Connection>>,
    path: Option<PathBuf>,
    settings: Settings,
}

/// Answers questions, through a read-only connection of its own. May be shared between threads, which
/// then take turns; threads that must not wait for each other open one each.
#[derive(Debug, Clone)]
pub struct Reader {
    connection: Arc<Mutex<Connection>>,
    /// Locked only while the connection is.
    facts: Arc<Mutex<Facts>>,
}

impl View {
    /// Opens the view, or begins an empty one where there is none or what there is cannot be used.
    ///
    /// # Errors
    /// When the file can be neither used nor deleted, or the disk is full or read-only.
    pub fn open(path: &Path, settings: Settings) -> Result<(Self, Opened)> {
        let existed = path.exists();
        let verdict = if existed { examine(path, settings) } else { Opened::New };
        if verdict != Opened::Kept {
            remove(path)?;
        }
        let failed = |source| Error::Open { path: path.to_path_buf(), source };
        let connection = Connection::open(path).map_err(failed)?;
        prepare(&connection, settings).map_err(failed)?;
        if verdict != Opened::Kept {
            schema::create(&connection).map_err(failed)?;
        }
        let connection = Arc::new(Mutex::new(connection));
        Ok((Self { connection, path: Some(path.to_path_buf()), settings }, verdict))
    }

    /// Begins a view that lives in memory only.
    ///
    /// # Errors
    /// When SQLite cannot start.
    pub fn memory() -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        steady(&connection)?;
        schema::create(&connection)?;
        let settings = Settings::default();
        Ok(Self { connection: Arc::new(Mutex::new(connection)), path: None, settings })
    }

    /// A reader of this view: with a connection of its own, or, in memory, sharing the only one.
    ///
    /// # Errors
    /// When the file cannot be opened a second time.
    pub fn reader(&self) -> Result<Reader> {
        match &self.path {
            Some(path) => Reader::open(path, self.settings.cache_kib),
            None => Ok(Reader::on(Arc::clone(&self.connection))),
        }
    }

    /// The heads of a document that the view shows; `None` when it shows nothing of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn heads(&self, doc: DocId) -> Result<Option<Vec<ChangeHash>>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("select heads from document where id = ?")?;
        let heads: Option<Option<Vec<u8>>> =
            statement.query_row([doc.to_bytes().as_slice()], |row| row.get(0)).optional()?;
        Ok(heads.flatten().map(|heads| heads.chunks_exact(32).filter_map(ChangeHash::from_slice).collect()))
    }

    /// Folds the write-ahead log back into the file and brings it to the disk. Costs disk syncs: call it
    /// when nothing else is going on.
    ///
    /// # Errors
    /// When the disk fails; the view stays usable.
    pub fn checkpoint(&self) -> Result<()> {
        self.lock().query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()))?;
        Ok(())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back when it was dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Opens a read-only connection to a view that a [`View`] has opened before.
    ///
    /// # Errors
    /// When there is no view at that path.
    pub fn open(path: &Path, cache_kib: u32) -> Result<Self> {
        let failed = |source| Error::Open { path: path.to_path_buf(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        connection.pragma_update(None, "cache_size", -i64::from(cache_kib)).map_err(failed)?;
        steady(&connection).map_err(failed)?;
        Ok(Self::on(Arc::new(Mutex::new(connection))))
    }

    fn on(connection: Arc<Mutex<Connection>>) -> Self {
        Self { connection, facts: Arc::default() }
    }

    /// Asks within one transaction, so that all answers are of one moment.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = connection.unchecked_transaction()?;
        question(&moment)
    }

    /// The same with what is kept in memory of every issue, as of the same moment.
    pub(crate) fn ask_facts<T>(&self, question: impl FnOnce(&Connection, &Facts) -> Result<T>) -> Result<T> {
        self.ask(|connection| {
            let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
            facts.follow(connection)?;
            question(connection, &facts)
        })
    }
}

/// Looks at an existing file without changing it.
fn examine(path: &Path, settings: Settings) -> Opened {
    let look = || -> rusqlite::Result<Opened> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        let application: i64 = connection.query_row("pragma application_id", [], |row| row.get(0))?;
        let layout: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
        if application != schema::APPLICATION {
            return Ok(Opened::Damaged("not a view, or an unfinished one".to_owned()));
        }
        if layout != schema::LAYOUT {
            return Ok(Opened::OtherLayout(layout));
        }
        let _: i64 = connection.query_row("select count(*) from document", [], |row| row.get(0))?;
        if settings.thorough {
            let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
            if found != "ok" {
                return Ok(Opened::Damaged(found));
            }
        }
        Ok(Opened::Kept)
    };
    look().unwrap_or_else(|error| Opened::Damaged(error.to_string()))
}

fn prepare(connection: &Connection, settings: Settings) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "page_size", 4_096)?;
    connection.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
    // Nothing is synced at a commit: a power cut costs the last folds, never the file's soundness.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.cache_kib))?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    steady(connection)
}

/// Keeps statements and their plans. Without the stability guarantee SQLite plans some of them again
/// whenever other values are bound, which takes longer than answering them.
fn steady(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = PathBuf::from(name);
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Remove { path: file, source }),
        }
    }
    Ok(())
}
