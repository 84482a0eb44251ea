//! The bytes of one segment file: a header, frames, reserved zeros.
//!
//! Header, [`HEADER`] bytes: magic `HOPLUUJ1`, layout (u16), lane (u8), zero (u8), journal id (16), number of the
//! first frame (u64), zeros (8), CRC-32 of all before (u32).
//! Frame, [`FRAME`] bytes and the payload: length of the payload (u32), CRC-32 (u32) of everything else in the frame,
//! number (u64), distance back to the last number that was promised when it was written (u32), chain (8), payload.
//! All numbers are little endian. A length is never zero, so zeros are never a frame.

use std::fmt;

/// Length of a segment's header.
pub(crate) const HEADER: usize = 48;
/// Length of a frame without its payload.
pub(crate) const FRAME: usize = 28;
/// The longest payload the journal takes, in bytes.
pub const MAX_PAYLOAD: usize = 1 << 20;

const MAGIC: [u8; 8] = *b"HOPLUUJ1";
const LAYOUT: u16 = 1;
/// No two neighbouring frames are further apart, however much was damaged; keeps the search for the next one cheap.
const FAR: u64 = 1 << 32;

/// The two families of segment files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum LaneName {
    /// Everything without personal data.
    Main,
    /// Records of documents that hold personal data, so that they can be erased alone.
    Personal,
}

impl LaneName {
    /// Both lanes, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::Main, Self::Personal];

    fn prefix(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Personal => "personal",
        }
    }

    /// Name of the segment file that begins with this number.
    #[must_use]
    pub fn file(self, first: u64) -> String {
        format!("{}-{first:020}.seg", self.prefix())
    }

    /// Reads a file name; `None` for files that are no segments.
    #[must_use]
    pub fn parse(name: &str) -> Option<(Self, u64)> {
        let (prefix, rest) = name.strip_suffix(".seg")?.split_once('-')?;
        let lane = Self::ALL.into_iter().find(|lane| lane.prefix() == prefix)?;
        let first = rest.parse().ok().filter(|_| rest.len() == 20 && rest.bytes().all(|b| b.is_ascii_digit()))?;
        Some((lane, first))
    }
}

impl fmt::Display for LaneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix())
    }
}

/// Sixteen random bytes that name a journal for life.
pub type JournalId = [u8; 16];

/// The running hash at a record; 0 before the first.
pub type Chain = [u8; 8];

/// What a segment's header turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Good(JournalId),
    Newer(u16),
    Broken,
}

pub(crate) fn write_header(id: &JournalId, lane: LaneName, first: u64) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&LAYOUT.to_le_bytes());
    bytes[10] = lane as u8;
    bytes[12..28].copy_from_slice(id);
    bytes[28..36].copy_from_slice(&first.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..44]);
    bytes[44..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

pub(crate) fn read_header(bytes: &[u8]) -> Header {
    let Some(header) = bytes.get(..HEADER) else { return Header::Broken };
    if header[..8] != MAGIC || u32_at(header, 44) != Some(crc32fast::hash(&header[..44])) {
        return Header::Broken;
    }
    match u16::from_le_bytes([header[8], header[9]]) {
        LAYOUT => header[12..28].try_into().map_or(Header::Broken, Header::Good),
        version => Header::Newer(version),
    }
}

/// A frame found in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) number: u64,
    /// The last number promised when this frame was written.
    pub(crate) promised: u64,
    pub(crate) chain: Chain,
    /// Where the frame begins.
    pub(crate) offset: usize,
    /// Length of the payload.
    pub(crate) len: usize,
}

impl Found {
    pub(crate) fn end(&self) -> usize {
        self.offset + FRAME + self.len
    }

    pub(crate) fn payload<'a>(&self, segment: &'a [u8]) -> &'a [u8] {
        segment.get(self.offset + FRAME..self.end()).unwrap_or_default()
    }
}

/// Appends a frame to a buffer.
pub(crate) fn write_frame(buffer: &mut Vec<u8>, number: u64, promised: u64, chain: &Chain, payload: &[u8]) {
    let len = u32::try_from(payload.len()).expect("payloads are bounded by MAX_PAYLOAD").to_le_bytes();
    let back = u32::try_from(number - promised).unwrap_or(u32::MAX).to_le_bytes();
    let start = buffer.len();
    buffer.extend_from_slice(&len);
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&number.to_le_bytes());
    buffer.extend_from_slice(&back);
    buffer.extend_from_slice(chain);
    buffer.extend_from_slice(payload);
    let crc = checksum(&buffer[start..]).to_le_bytes();
    buffer[start + 4..start + 8].copy_from_slice(&crc);
}

/// Reads the frame at an offset; `None` when there is no unharmed one.
pub(crate) fn read_frame(bytes: &[u8], offset: usize) -> Option<Found> {
    let len = usize::try_from(u32_at(bytes, offset)?).ok()?;
    if len == 0 || len > MAX_PAYLOAD {
        return None;
    }
    let frame = bytes.get(offset..offset + FRAME + len)?;
    if u32_at(frame, 4)? != checksum(frame) {
        return None;
    }
    let number = u64_at(frame, 8)?;
    let promised = number.checked_sub(u64::from(u32_at(frame, 16)?))?;
    let chain = frame.get(20..28)?.try_into().ok()?;
    Some(Found { number, promised, chain, offset, len })
}

/// Walks over the unharmed frames of a segment, past damage, in rising numbers.
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
    last: u64,
}

impl<'a> Frames<'a> {
    /// Walks over `bytes` (a whole segment); `last` is the highest number that cannot come any more.
    pub(crate) fn new(bytes: &'a [u8], last: u64) -> Self {
        Self { bytes, at: HEADER, last }
    }

    /// Whether anything but zeros lies behind `end`.
    pub(crate) fn is_dirty(bytes: &[u8], end: usize) -> bool {
        next_nonzero(bytes, end).is_some()
    }

    fn fits(&self, offset: usize) -> Option<Found> {
        let number = u64_at(self.bytes, offset + 8)?;
        if number <= self.last || number - self.last > FAR {
            return None;
        }
        read_frame(self.bytes, offset)
    }

    /// Looks for the next frame byte by byte, jumping over zeros (a length may begin with up to two).
    fn search(&self) -> Option<Found> {
        let mut at = self.at;
        loop {
            let nonzero = next_nonzero(self.bytes, at)?;
            let from = nonzero.saturating_sub(2).max(at);
            if let Some(found) = (from..=nonzero).find_map(|offset| self.fits(offset)) {
                return Some(found);
            }
            at = nonzero + 1;
        }
    }
}

impl Iterator for Frames<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let found = self.fits(self.at).or_else(|| self.search())?;
        self.at = found.end();
        self.last = found.number;
        Some(found)
    }
}

fn next_nonzero(bytes: &[u8], from: usize) -> Option<usize> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut at = from;
    for chunk in bytes.get(from..)?.chunks(ZEROS.len()) {
        if *chunk != ZEROS[..chunk.len()] {
            return Some(at + chunk.iter().position(|byte| *byte != 0)?);
        }
        at += chunk.len();
    }
    None
}

fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[..4]);
    hasher.update(&frame[8..]);
    hasher.finalize()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(payloads: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = write_header(&[1; 16], LaneName::Main, 1).to_vec();
        for (number, payload) in (1..).zip(payloads) {
            write_frame(&mut bytes, number, 0, &[9; 8], payload);
        }
        bytes.extend([0; 300]);
        bytes
    }

    #[test]
    fn names_are_read_back() {
        let name = LaneName::Personal.file(17);
        assert_eq!(name, "personal-00000000000000000017.seg");
        assert_eq!(LaneName::parse(&name), Some((LaneName::Personal, 17)));
        assert_eq!(LaneName::parse("main-17.seg"), None);
        assert_eq!(LaneName::parse("main-+0000000000000000017.seg"), None);
    }

    #[test]
    fn headers_tell_good_newer_and_broken() {
        let mut header = write_header(&[1; 16], LaneName::Main, 1);
        assert_eq!(read_header(&header), Header::Good([1; 16]));
        header[20] ^= 1;
        assert_eq!(read_header(&header), Header::Broken);
        header[20] ^= 1;
        header[8] = 9;
        let crc = crc32fast::hash(&header[..44]).to_le_bytes();
        header[44..].copy_from_slice(&crc);
        assert_eq!(read_header(&header), Header::Newer(9));
    }

    proptest! {
        #[test]
        fn one_flipped_byte_costs_at_most_one_frame(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..12),
            at in any::<prop::sample::Index>(),
            mask in 1_u8..,
        ) {
            let good = segment(&payloads);
            let mut bytes = good.clone();
            let at = HEADER + at.index(good.len() - HEADER - 300);
            bytes[at] ^= mask;
            let before: Vec<_> = Frames::new(&good, 0).collect();
            let after: Vec<_> = Frames::new(&bytes, 0).collect();
            prop_assert_eq!(before.len(), payloads.len());
            prop_assert_eq!(after.len(), payloads.len() - 1);
            for found in after {
                prop_assert_eq!(found.payload(&bytes), &payloads[usize::try_from(found.number).unwrap() - 1][..]);
            }
        }

        #[test]
        fn junk_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
            let _ = (Frames::new(&bytes, 0).count(), read_header(&bytes));
        }
    }
}
