//! A disk in memory that writes down everything asked of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hopluu_store::{File, Files};

/// Segment files by name, with all their bytes.
pub type Image = BTreeMap<String, Vec<u8>>;

/// Something the journal asked of its disk.
#[derive(Debug, Clone)]
pub enum Op {
    /// A file was created with so many zeros reserved.
    Create(String, usize),
    /// A file was removed.
    Remove(String),
    /// A file got another name.
    Rename(String, String),
    /// The directory was synced.
    SyncDir,
    /// Bytes were written.
    Write(String, usize, Vec<u8>),
    /// A file was cut or lengthened.
    SetLen(String, usize),
    /// A file was synced.
    Sync(String),
}

/// A disk in memory with its log; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    files: Image,
    log: Vec<Op>,
}

impl Recorder {
    /// A disk that holds these files, with an empty log.
    #[must_use]
    pub fn over(files: Image) -> Self {
        Self(Arc::new(Mutex::new(Disk { files, log: Vec::new() })))
    }

    /// A copy of all files as they are now.
    #[must_use]
    pub fn files(&self) -> Image {
        self.lock().files.clone()
    }

    /// How many operations the log holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().log.len()
    }

    /// Whether nothing was asked yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of the log.
    #[must_use]
    pub fn log(&self) -> Vec<Op> {
        self.lock().log.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Recorder {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().files.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn File>> {
        if !self.lock().files.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Box::new(Handle { disk: self.clone(), name: name.to_owned() }))
    }

    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn File>> {
        let reserve = size(reserve)?;
        let mut disk = self.lock();
        disk.files.insert(name.to_owned(), vec![0; reserve]);
        disk.log.push(Op::Create(name.to_owned(), reserve));
        Ok(Box::new(Handle { disk: self.clone(), name: name.to_owned() }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.lock();
        disk.files.remove(name).ok_or(io::ErrorKind::NotFound)?;
        disk.log.push(Op::Remove(name.to_owned()));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.lock();
        let bytes = disk.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        disk.files.insert(to.to_owned(), bytes);
        disk.log.push(Op::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn free(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.lock().log.push(Op::SyncDir);
        Ok(())
    }
}

struct Handle {
    disk: Recorder,
    name: String,
}

impl Handle {
    fn change(&self, op: Op, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut disk = self.disk.lock();
        change(disk.files.get_mut(&self.name).ok_or(io::ErrorKind::NotFound)?);
        disk.log.push(op);
        Ok(())
    }
}

impl File for Handle {
    fn len(&self) -> io::Result<u64> {
        let disk = self.disk.lock();
        Ok(disk.files.get(&self.name).ok_or(io::ErrorKind::NotFound)?.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let disk = self.disk.lock();
        let bytes = disk.files.get(&self.name).ok_or(io::ErrorKind::NotFound)?;
        let from = size(offset)?;
        let wanted = from.checked_add(buffer.len()).and_then(|end| bytes.get(from..end));
        buffer.copy_from_slice(wanted.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = size(offset)?;
        self.change(Op::Write(self.name.clone(), offset, bytes.to_vec()), |file| write(file, offset, bytes))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(Op::Sync(self.name.clone()), |_| ())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let len = size(bytes)?;
        self.change(Op::SetLen(self.name.clone(), len), |file| file.resize(len, 0))
    }
}

/// Writes into a file's bytes, lengthening them where needed.
pub(crate) fn write(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

fn size(bytes: u64) -> io::Result<usize> {
    usize::try_from(bytes).map_err(|_| io::ErrorKind::FileTooLarge.into())
}
