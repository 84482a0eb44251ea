//! One lane of the journal: its segments, and the frames that wait to be written.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::error::StoreError;
use crate::files::{File, Files};
use crate::segment::{FRAME, Found, HEADER, JournalId, LaneName, read_frame, write_header};

/// Zeros are written ahead in steps of this many bytes, so that most commits overwrite bytes that the file system has
/// already placed: one page of data instead of a page and the file's metadata.
pub(crate) const AHEAD: u64 = 64 * 1024;
/// Segments kept open for reading.
const OPEN: usize = 32;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) lane: LaneName,
    /// First number of its segment.
    pub(crate) segment: u64,
    /// Where its frame begins.
    pub(crate) offset: u64,
    /// Length of its payload.
    pub(crate) len: u32,
}

/// The frames of one commit that go into one segment.
struct Chunk {
    first: u64,
    offset: u64,
    size: u64,
    is_new: bool,
    bytes: Vec<u8>,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

/// The segment being written.
pub(crate) struct Current {
    pub(crate) first: u64,
    pub(crate) file: Box<dyn File>,
    /// Where the next frame goes.
    pub(crate) end: u64,
    /// Length of the file, reserve included.
    pub(crate) size: u64,
    /// Up to here zeros were written ahead.
    pub(crate) ahead: u64,
}

pub(crate) struct Lane {
    pub(crate) name: LaneName,
    current: Option<Current>,
    chunks: Vec<Chunk>,
    readers: Mutex<BTreeMap<u64, Box<dyn File>>>,
}

impl Lane {
    pub(crate) fn new(name: LaneName, current: Option<Current>) -> Self {
        Self { name, current, chunks: Vec::new(), readers: Mutex::default() }
    }

    /// Decides where a frame will lie and keeps its bytes for the next commit.
    pub(crate) fn stage(&mut self, id: &JournalId, number: u64, frame: &[u8], segment_bytes: u64) -> Place {
        let len = frame.len() as u64;
        let tail = match (self.chunks.last(), &self.current) {
            (Some(chunk), _) => Some((chunk.first, chunk.end(), chunk.size)),
            (None, Some(current)) => Some((current.first, current.end, current.size)),
            (None, None) => None,
        };
        let (segment, offset) = match tail {
            Some((first, end, size)) if end + len <= size => {
                if self.chunks.is_empty() {
                    self.chunks.push(Chunk { first, offset: end, size, is_new: false, bytes: Vec::new() });
                }
                (first, end)
            }
            _ => {
                let bytes = write_header(id, self.name, number).to_vec();
                let size = segment_bytes.max(HEADER as u64 + len);
                self.chunks.push(Chunk { first: number, offset: 0, size, is_new: true, bytes });
                (number, HEADER as u64)
            }
        };
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.bytes.extend_from_slice(frame);
        }
        let len = u32::try_from(frame.len() - FRAME).unwrap_or(u32::MAX);
        Place { lane: self.name, segment, offset, len }
    }

    /// Whether anything waits.
    pub(crate) fn is_staged(&self) -> bool {
        !self.chunks.is_empty()
    }

    /// Forgets what waits.
    pub(crate) fn forget(&mut self) {
        self.chunks.clear();
    }

    /// Writes what waits; segments that are full are synced, the last one by [`Lane::sync`].
    pub(crate) fn write(&mut self, files: &dyn Files) -> Result<(), StoreError> {
        for mut chunk in std::mem::take(&mut self.chunks) {
            let name = self.name.file(chunk.first);
            let end = chunk.end();
            if chunk.is_new {
                self.sync()?;
                let file = files.create(&name, chunk.size).map_err(|e| StoreError::io("create", &name, e))?;
                self.current = Some(Current { first: chunk.first, file, end: 0, size: chunk.size, ahead: 0 });
            }
            let current = self.current.as_mut().expect("a chunk is new or continues the current segment");
            if end > current.ahead {
                current.ahead = (end.div_ceil(AHEAD) * AHEAD).clamp(end, current.size.max(end));
                let padded = usize::try_from(current.ahead - chunk.offset).unwrap_or(chunk.bytes.len());
                chunk.bytes.resize(padded, 0);
            }
            current.file.write_at(chunk.offset, &chunk.bytes).map_err(|e| StoreError::io("write", &name, e))?;
            current.end = end;
            if chunk.is_new {
                files.sync_dir().map_err(|e| StoreError::io("sync", ".", e))?;
            }
        }
        Ok(())
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        let Some(current) = &self.current else { return Ok(()) };
        current.file.sync_data().map_err(|e| StoreError::io("sync", &self.name.file(current.first), e))
    }

    /// Reads one frame; `None` when it is not the unharmed frame of that number.
    pub(crate) fn read(
        &self,
        files: &dyn Files,
        place: &Place,
        number: u64,
    ) -> Result<Option<(Found, Vec<u8>)>, StoreError> {
        let mut bytes = vec![0; FRAME + place.len as usize];
        let name = self.name.file(place.segment);
        let read = self.with_reader(files, place.segment, |file| file.read_at(place.offset, &mut bytes));
        match read {
            Ok(()) => {}
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::UnexpectedEof) => {
                return Ok(None);
            }
            Err(e) => return Err(StoreError::io("read", &name, e)),
        }
        let found = read_frame(&bytes, 0).filter(|found| found.number == number && found.len == place.len as usize);
        Ok(found.map(|found| {
            bytes.drain(..FRAME);
            (found, bytes)
        }))
    }

    fn with_reader<T>(
        &self,
        files: &dyn Files,
        segment: u64,
        read: impl FnOnce(&dyn File) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        if let Some(current) = self.current.as_ref().filter(|current| current.first == segment) {
            return read(current.file.as_ref());
        }
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if !readers.contains_key(&segment) {
            if readers.len() >= OPEN {
                readers.clear();
            }
            readers.insert(segment, files.open(&self.name.file(segment))?);
        }
        read(readers.get(&segment).expect("just inserted").as_ref())
    }
}
