//! Files on a real disk.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use hopluu_store::{File, Files};
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::Errno;

use crate::layout::{make_dir, sync_dir};
use crate::lock::DirLock;

/// The files of one directory.
#[derive(Debug)]
pub struct DiskFiles {
    dir: PathBuf,
    _lock: Option<DirLock>,
}

impl DiskFiles {
    /// Uses a directory, made where it is missing. `lock` is held as long as these files are.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn new(dir: &Path, lock: Option<DirLock>) -> io::Result<Self> {
        make_dir(dir)?;
        Ok(Self { dir: dir.to_owned(), _lock: lock })
    }
}

impl Files for DiskFiles {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn File>> {
        let path = self.dir.join(name);
        match fs::OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => Ok(Box::new(DiskFile { file, is_read_only: false })),
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Ok(Box::new(DiskFile { file: fs::File::open(&path)?, is_read_only: true }))
            }
            Err(error) => Err(error),
        }
    }

    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn File>> {
        let path = self.dir.join(name);
        let file = fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        if let Err(error) = grow(&file, 0, reserve) {
            drop(file);
            // The journal removes it at the next opening if this fails too.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Box::new(DiskFile { file, is_read_only: false }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.dir.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.dir.join(from), self.dir.join(to))
    }

    fn free(&self) -> io::Result<Option<u64>> {
        let disk = statvfs(&self.dir)?;
        Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_dir(&self.dir)
    }
}

struct DiskFile {
    file: fs::File,
    is_read_only: bool,
}

impl DiskFile {
    fn writable(&self) -> io::Result<&fs::File> {
        if self.is_read_only { Err(io::ErrorKind::ReadOnlyFilesystem.into()) } else { Ok(&self.file) }
    }
}

impl File for DiskFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.writable()?.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let file = self.writable()?;
        let len = file.metadata()?.len();
        if bytes > len { grow(file, len, bytes - len) } else { file.set_len(bytes) }
    }
}

/// Sets space aside where the file system can; else the file is merely lengthened.
fn grow(file: &fs::File, from: u64, bytes: u64) -> io::Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    match fallocate(file, FallocateFlags::empty(), from, bytes) {
        Ok(()) => Ok(()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => file.set_len(from + bytes),
        Err(errno) => Err(errno.into()),
    }
}
