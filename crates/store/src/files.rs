//! What the journal asks of a disk, and nothing more.
//!
//! To add another kind of disk, implement [`Files`] and [`File`] and run [`crate::contract::contract`] over it.
//! A backend promises: after `sync_data` returned, the bytes written before survive a power cut; after `sync_dir`
//! returned, files created or removed before stay so. Nothing is promised about unsynced bytes, not even order.

use std::io;

/// A flat directory of files: segments of the journal, or pictures.
pub trait Files: Send {
    /// Lists the names of all files, in any order.
    ///
    /// # Errors
    /// When the directory cannot be read.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Opens an existing file for reading and writing (for reading alone on a read-only disk).
    ///
    /// # Errors
    /// `NotFound` when there is none; else what the system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn File>>;

    /// Creates a file of `reserve` zero bytes, whose space is set aside where the system can do that.
    /// Replaces a file of that name.
    ///
    /// # Errors
    /// `StorageFull` when there is no room; else what the system says.
    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn File>>;

    /// Removes a file; durable after [`Files::sync_dir`].
    ///
    /// # Errors
    /// `NotFound` when there is none; else what the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Gives a file another name that no file has; after a power cut it has one of the two, and the new one for certain
    /// after [`Files::sync_dir`]. Files opened under the old name are of no use any more.
    ///
    /// # Errors
    /// `NotFound` when there is none; else what the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// How many bytes the disk has left, where that can be told.
    ///
    /// # Errors
    /// What the system says.
    fn free(&self) -> io::Result<Option<u64>>;

    /// Makes creations and removals durable.
    ///
    /// # Errors
    /// When the system cannot say that they are.
    fn sync_dir(&self) -> io::Result<()>;
}

/// One open file.
pub trait File: Send {
    /// Its length in bytes, reserved zeros included.
    ///
    /// # Errors
    /// What the system says.
    fn len(&self) -> io::Result<u64>;

    /// Whether it has no bytes at all.
    ///
    /// # Errors
    /// What the system says.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` when the file ends before; else what the system says.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`, growing the file where needed; not durable before a sync.
    ///
    /// # Errors
    /// What the system says; some of the bytes may then have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes the bytes written so far durable (fdatasync).
    ///
    /// # Errors
    /// When the system cannot say that they are; they are then in doubt for good, even if a later sync succeeds.
    fn sync_data(&self) -> io::Result<()>;

    /// Cuts the file, or lengthens it with zeros.
    ///
    /// # Errors
    /// What the system says.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
}
