//! Files in memory that can lose power, tear, fill up and break on request.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{File, Files};

const SECTOR: usize = 512;

/// What can be made to fail in [`MemoryFiles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Creating a file.
    Create,
    /// Writing bytes, cutting or lengthening.
    Write,
    /// Syncing a file or the directory.
    Sync,
    /// Reading bytes.
    Read,
}

/// A directory in memory; clones share it, so that a test can drop a store and open it again.
#[derive(Clone, Default)]
pub struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Default)]
struct Disk {
    files: BTreeMap<String, Content>,
    /// Names created since the directory was synced.
    created: Vec<String>,
    /// Files removed since the directory was synced.
    removed: Vec<(String, Content)>,
    /// Handles of an earlier life see nothing any more.
    life: u64,
    faults: BTreeMap<Operation, (u64, io::ErrorKind)>,
    broken: BTreeMap<Operation, io::ErrorKind>,
    done: BTreeMap<Operation, u64>,
    /// What the disk says to have left; nobody is held to it.
    free: Option<u64>,
}

#[derive(Clone, Default)]
struct Content {
    /// Bytes written; the file's length may exceed them by reserved zeros.
    bytes: Vec<u8>,
    len: usize,
    /// How to undo what was not synced, oldest first: earlier bytes and earlier length.
    undo: Vec<Undo>,
}

#[derive(Clone)]
struct Undo {
    offset: usize,
    bytes: Vec<u8>,
    written: usize,
    len: usize,
}

impl MemoryFiles {
    /// An empty directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts the power: everything not synced is gone, handles of before are dead.
    pub fn crash(&self) {
        self.crash_torn(&mut |_, _| false);
    }

    /// Cuts the power; of each unsynced sector (512 bytes) `keep(file, sector)` says whether it reached the disk.
    /// Unsynced creations and removals are undone.
    pub fn crash_torn(&self, keep: &mut dyn FnMut(&str, usize) -> bool) {
        let mut disk = self.lock();
        disk.life += 1;
        for name in std::mem::take(&mut disk.created) {
            disk.files.remove(&name);
        }
        for (name, content) in std::mem::take(&mut disk.removed) {
            disk.files.insert(name, content);
        }
        for (name, content) in &mut disk.files {
            content.tear(&mut |sector| keep(name, sector));
        }
    }

    /// Makes the `nth` (from 1) such operation from now on fail, once.
    pub fn fail(&self, operation: Operation, nth: u64, kind: io::ErrorKind) {
        let mut disk = self.lock();
        let done = disk.done.get(&operation).copied().unwrap_or(0);
        disk.faults.insert(operation, (done + nth, kind));
    }

    /// Makes all such operations fail until called again with `None`.
    pub fn break_down(&self, operation: Operation, kind: Option<io::ErrorKind>) {
        let mut disk = self.lock();
        match kind {
            Some(kind) => disk.broken.insert(operation, kind),
            None => disk.broken.remove(&operation),
        };
    }

    /// Makes the disk say that it has so many bytes left; `None` for a disk that cannot tell.
    pub fn set_free(&self, bytes: Option<u64>) {
        self.lock().free = bytes;
    }

    /// Flips bits at rest: `mask` is applied to the byte at `offset`. Returns whether there was such a byte.
    #[must_use]
    pub fn flip(&self, name: &str, offset: usize, mask: u8) -> bool {
        let mut disk = self.lock();
        let byte = disk.files.get_mut(name).and_then(|content| content.bytes.get_mut(offset));
        byte.map(|byte| *byte ^= mask).is_some()
    }

    /// How many such operations were done so far, failed ones included.
    #[must_use]
    pub fn count(&self, operation: Operation) -> u64 {
        self.lock().done.get(&operation).copied().unwrap_or(0)
    }

    /// The bytes written to a file, without reserved zeros behind them; `None` when there is no such file.
    #[must_use]
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        self.lock().files.get(name).map(|content| content.bytes.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    fn step(&mut self, operation: Operation) -> io::Result<()> {
        let done = self.done.entry(operation).or_default();
        *done += 1;
        let due = *done;
        if let Some(kind) = self.broken.get(&operation) {
            return Err(io::Error::from(*kind));
        }
        match self.faults.get(&operation) {
            Some((at, kind)) if *at == due => {
                let kind = *kind;
                self.faults.remove(&operation);
                Err(io::Error::from(kind))
            }
            _ => Ok(()),
        }
    }
}

impl Content {
    fn remember(&mut self, offset: usize, end: usize) {
        let from = offset.min(self.bytes.len());
        let to = end.min(self.bytes.len());
        let bytes = self.bytes[from..to].to_vec();
        self.undo.push(Undo { offset: from, bytes, written: self.bytes.len(), len: self.len });
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        self.remember(offset, end);
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[offset..end].copy_from_slice(bytes);
        self.len = self.len.max(end);
    }

    fn set_len(&mut self, len: usize) {
        self.remember(len, usize::MAX);
        self.bytes.truncate(len);
        self.len = len;
    }

    /// Goes back to what was synced, then lets the sectors through that happened to arrive.
    fn tear(&mut self, keep: &mut dyn FnMut(usize) -> bool) {
        if self.undo.is_empty() {
            return;
        }
        let newest = self.bytes.clone();
        for undo in std::mem::take(&mut self.undo).into_iter().rev() {
            self.bytes.resize(undo.written, 0);
            self.bytes[undo.offset..undo.offset + undo.bytes.len()].copy_from_slice(&undo.bytes);
            self.len = undo.len;
        }
        for (sector, new) in newest.chunks(SECTOR).enumerate() {
            let start = sector * SECTOR;
            let end = (start + new.len()).min(self.len);
            let same = self.bytes.get(start..end) == new.get(..end.saturating_sub(start));
            if end <= start || same || !keep(sector) {
                continue;
            }
            if self.bytes.len() < end {
                self.bytes.resize(end, 0);
            }
            self.bytes[start..end].copy_from_slice(&new[..end - start]);
        }
    }
}

impl Files for MemoryFiles {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().files.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn File>> {
        let disk = self.lock();
        if !disk.files.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Box::new(Handle { disk: self.clone(), name: name.to_owned(), life: disk.life }))
    }

    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn File>> {
        let mut disk = self.lock();
        disk.step(Operation::Create)?;
        let content = Content { len: size(reserve)?, ..Content::default() };
        if disk.files.insert(name.to_owned(), content).is_none() {
            disk.created.push(name.to_owned());
        }
        Ok(Box::new(Handle { disk: self.clone(), name: name.to_owned(), life: disk.life }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.lock();
        disk.step(Operation::Write)?;
        let content = disk.files.remove(name).ok_or(io::ErrorKind::NotFound)?;
        if let Some(at) = disk.created.iter().position(|created| created == name) {
            disk.created.remove(at);
        } else {
            disk.removed.push((name.to_owned(), content));
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.lock();
        disk.step(Operation::Write)?;
        let content = disk.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        if let Some(at) = disk.created.iter().position(|created| created == from) {
            disk.created.remove(at);
        } else {
            disk.removed.push((from.to_owned(), content.clone()));
        }
        disk.files.insert(to.to_owned(), content);
        disk.created.push(to.to_owned());
        Ok(())
    }

    fn free(&self) -> io::Result<Option<u64>> {
        Ok(self.lock().free)
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut disk = self.lock();
        disk.step(Operation::Sync)?;
        disk.created.clear();
        disk.removed.clear();
        Ok(())
    }
}

struct Handle {
    disk: MemoryFiles,
    name: String,
    life: u64,
}

impl Handle {
    fn with<T>(&self, operation: Option<Operation>, act: impl FnOnce(&mut Content) -> io::Result<T>) -> io::Result<T> {
        let mut disk = self.disk.lock();
        if disk.life != self.life {
            return Err(io::Error::other("the power was cut since this file was opened"));
        }
        if let Some(operation) = operation {
            disk.step(operation)?;
        }
        act(disk.files.get_mut(&self.name).ok_or(io::ErrorKind::NotFound)?)
    }
}

impl File for Handle {
    fn len(&self) -> io::Result<u64> {
        self.with(None, |content| Ok(content.len as u64))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let offset = size(offset)?;
        self.with(Some(Operation::Read), |content| {
            let end = offset.checked_add(buffer.len()).filter(|end| *end <= content.len);
            let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
            buffer.fill(0);
            let written = content.bytes.get(offset..end.min(content.bytes.len())).unwrap_or_default();
            buffer[..written.len()].copy_from_slice(written);
            Ok(())
        })
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = size(offset)?;
        self.with(Some(Operation::Write), |content| {
            content.write(offset, bytes);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(Some(Operation::Sync), |content| {
            content.undo.clear();
            Ok(())
        })
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let len = size(bytes)?;
        self.with(Some(Operation::Write), |content| {
            content.set_len(len);
            Ok(())
        })
    }
}

fn size(bytes: u64) -> io::Result<usize> {
    usize::try_from(bytes).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_synced_bytes_survive_a_power_cut() {
        let files = MemoryFiles::new();
        let file = files.create("a", 4096).unwrap();
        files.sync_dir().unwrap();
        file.write_at(0, b"kept").unwrap();
        file.sync_data().unwrap();
        file.write_at(2, b"lost and longer").unwrap();
        file.set_len(8192).unwrap();
        files.create("b", 0).unwrap();
        files.crash();
        assert_eq!(files.names().unwrap(), ["a"]);
        let again = files.open("a").unwrap();
        assert_eq!(again.len().unwrap(), 4096);
        let mut bytes = [0; 6];
        again.read_at(0, &mut bytes).unwrap();
        assert_eq!(&bytes, b"kept\0\0");
        assert!(file.len().is_err());
    }

    #[test]
    fn sectors_tear_one_by_one() {
        let files = MemoryFiles::new();
        let file = files.create("a", 4096).unwrap();
        files.sync_dir().unwrap();
        file.write_at(0, &[7; 1536]).unwrap();
        files.crash_torn(&mut |_, sector| sector == 1);
        let mut bytes = [0; 1536];
        files.open("a").unwrap().read_at(0, &mut bytes).unwrap();
        assert_eq!((bytes[0], bytes[600], bytes[1100]), (0, 7, 0));
    }

    #[test]
    fn the_nth_operation_fails_once() {
        let files = MemoryFiles::new();
        let file = files.create("a", 0).unwrap();
        files.fail(Operation::Write, 2, io::ErrorKind::StorageFull);
        file.write_at(0, b"1").unwrap();
        assert_eq!(file.write_at(1, b"2").unwrap_err().kind(), io::ErrorKind::StorageFull);
        file.write_at(1, b"2").unwrap();
    }
}
