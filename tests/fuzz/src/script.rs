//! Bytes read as decisions: an input of any length is a story, and ends in zeros.

/// What is left of the input.
#[derive(Debug, Clone)]
pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte; 0 at the end.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Yes or no.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 0
    }

    /// The next two bytes as a number.
    pub fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// A number that is mostly small and sometimes as large as numbers get.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            255 => u64::MAX,
            254 => u64::MAX - u64::from(self.byte()),
            253 => u64::from(self.short()) << 48,
            252 => u64::from(self.short()),
            small => u64::from(small),
        }
    }

    /// One of a list.
    pub fn pick<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        list.get(usize::from(self.byte()).checked_rem(list.len())?)
    }

    /// So many bytes, or what is left.
    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(len.min(self.0.len()));
        self.0 = tail;
        head
    }

    /// Bytes with their length (two bytes) in front.
    pub fn part(&mut self) -> &'a [u8] {
        let len = usize::from(self.short());
        self.take(len)
    }

    /// Everything that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Writes what [`Script::part`] reads.
pub fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    let part = &part[..part.len().min(usize::from(u16::MAX))];
    out.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(part);
}
