//! Frames on a stream: a length of one to three bytes (seven bits each, lowest first), then the frame.

/// The longest frame that a length of three bytes can name.
pub(crate) const LONGEST: usize = (1 << 21) - 1;

/// Says why a frame was not taken for sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameRefused {
    /// The class does not exist.
    #[error("there is no frame class {0}")]
    UnknownClass(u8),
    /// The frame is empty.
    #[error("a frame holds at least one byte")]
    Empty,
    /// The frame is longer than both ends allow.
    #[error("a frame of {len} bytes exceeds the limit of {limit}")]
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The longest allowed.
        limit: usize,
    },
}

/// Says that a stream holds no frame where one should begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadFrame {
    /// The length is zero, not in its shortest form, or longer than three bytes.
    #[error("malformed frame length")]
    Malformed,
    /// The frame would be longer than allowed.
    #[error("oversized frame")]
    Oversized,
}

/// Appends the frame with its length. The caller has checked that it has 1 to [`LONGEST`] bytes.
pub(crate) fn write_frame(out: &mut Vec<u8>, frame: &[u8]) {
    out.reserve_exact(frame.len() + 3);
    let mut rest = frame.len();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out.extend_from_slice(frame);
}

/// Cuts a stream into frames; memory follows the bytes that came, never the length that was announced.
#[derive(Debug)]
pub(crate) struct Deframer {
    limit: usize,
    length: usize,
    length_bytes: u32,
    /// Bytes still missing of the current frame; `None` while its length is being read.
    missing: Option<usize>,
    frame: Vec<u8>,
}

impl Deframer {
    /// Starts at the beginning of a frame of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, length: 0, length_bytes: 0, missing: None, frame: Vec::new() }
    }

    /// Takes bytes from the front of `input` until a frame is whole; `None` once `input` is used up.
    pub(crate) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, BadFrame> {
        let missing = match self.missing {
            Some(missing) => missing,
            None => match self.read_length(input)? {
                Some(length) => length,
                None => return Ok(None),
            },
        };
        let (taken, rest) = input.split_at(missing.min(input.len()));
        *input = rest;
        self.grow_for(taken.len(), missing);
        self.frame.extend_from_slice(taken);
        if taken.len() < missing {
            self.missing = Some(missing - taken.len());
            return Ok(None);
        }
        self.missing = None;
        Ok(Some(std::mem::take(&mut self.frame)))
    }

    fn read_length(&mut self, input: &mut &[u8]) -> Result<Option<usize>, BadFrame> {
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            self.length |= usize::from(byte & 0x7f) << (7 * self.length_bytes);
            self.length_bytes += 1;
            if byte & 0x80 == 0 {
                if byte == 0 {
                    return Err(BadFrame::Malformed);
                }
                if self.length > self.limit {
                    return Err(BadFrame::Oversized);
                }
                self.length_bytes = 0;
                return Ok(Some(std::mem::take(&mut self.length)));
            }
            if self.length_bytes == 3 {
                return Err(BadFrame::Malformed);
            }
        }
        Ok(None)
    }

    /// Doubles as `Vec` does, but never beyond the frame's end.
    fn grow_for(&mut self, taken: usize, missing: usize) {
        let wanted = self.frame.len() + taken;
        if wanted > self.frame.capacity() {
            let target = wanted.max(self.frame.capacity() * 2).min(self.frame.len() + missing);
            self.frame.reserve_exact(target - self.frame.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(deframer: &mut Deframer, mut input: &[u8]) -> Result<Vec<Vec<u8>>, BadFrame> {
        let mut frames = Vec::new();
        while !input.is_empty() {
            frames.extend(deframer.next(&mut input)?);
        }
        Ok(frames)
    }

    #[test]
    fn lengths_are_golden() {
        for (len, head) in [(1, &[1_u8][..]), (127, &[127]), (128, &[0x80, 1]), (80 * 1024, &[0x80, 0x80, 5])] {
            let mut out = Vec::new();
            write_frame(&mut out, &vec![7; len]);
            assert_eq!(&out[..out.len() - len], head, "{len}");
        }
    }

    #[test]
    fn bad_lengths_are_named_before_anything_is_kept() {
        let mut deframer = Deframer::new(100);
        assert_eq!(cut(&mut deframer, &[101]), Err(BadFrame::Oversized));
        assert_eq!(deframer.frame.capacity(), 0);
        assert_eq!(cut(&mut Deframer::new(100), &[0]), Err(BadFrame::Malformed));
        assert_eq!(cut(&mut Deframer::new(100), &[0x81, 0x00]), Err(BadFrame::Malformed), "not the shortest form");
        assert_eq!(cut(&mut Deframer::new(LONGEST), &[0xff, 0xff, 0xff]), Err(BadFrame::Malformed));
    }

    #[test]
    fn an_announced_frame_costs_only_what_came() {
        let mut deframer = Deframer::new(LONGEST);
        assert_eq!(cut(&mut deframer, &[0xff, 0xff, 0x7f, 1, 2, 3]), Ok(vec![]));
        assert!(deframer.frame.capacity() <= 8);
    }

    proptest! {
        #[test]
        fn frames_survive_any_cutting(
            frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 0..20),
            step in 1_usize..50,
        ) {
            let mut stream = Vec::new();
            for frame in &frames {
                write_frame(&mut stream, frame);
            }
            let mut deframer = Deframer::new(300);
            let mut back = Vec::new();
            for part in stream.chunks(step) {
                back.extend(cut(&mut deframer, part).unwrap());
            }
            prop_assert_eq!(back, frames);
        }

        #[test]
        fn junk_never_panics_nor_grows(junk in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut deframer = Deframer::new(500);
            for frame in cut(&mut deframer, &junk).unwrap_or_default() {
                prop_assert!((1..=500).contains(&frame.len()));
            }
            prop_assert!(deframer.frame.capacity() <= 500);
        }
    }
}
