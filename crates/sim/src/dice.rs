//! The only source of chance: one row of numbers per seed.

/// A row of numbers (splitmix64): small, known, and the same on every machine.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins a row.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5eed_0fa5_17e5)
    }

    /// Begins the row of one part of a story.
    pub(crate) fn of_part(seed: u64, part: u64) -> Self {
        Self(Self::new(seed).0.wrapping_mul(0xd134_2543_de82_ef95) ^ Self::new(part).roll())
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of a range, the upper end not included; the lower end when the range is empty.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll().checked_rem(high.saturating_sub(low)).unwrap_or(0)
    }

    /// A place in a list of this length; 0 for an empty one.
    pub fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.within(0, len as u64)).unwrap_or(0)
    }

    /// Whether a chance of so many in a hundred came up.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.within(0, 100) < percent
    }

    /// Fills bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let word = self.roll().to_be_bytes();
            part.copy_from_slice(&word[..part.len()]);
        }
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A row of its own for somebody, so that what they draw moves nobody else's numbers.
    pub fn fork(&mut self) -> Self {
        Self(self.roll())
    }
}
