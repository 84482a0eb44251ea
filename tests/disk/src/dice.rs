//! Randomness that anybody can draw again.

/// Draws numbers that follow from a seed alone (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice for one thing among many of a seed.
    #[must_use]
    pub fn new(seed: u64, thing: u64) -> Self {
        let mut dice = Self(seed);
        let mixed = dice.draw() ^ thing.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        Self(mixed)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.draw() % end).unwrap_or(0)
    }

    /// True in so many of a hundred draws.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(self.draw().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }

    /// An id of so many bytes.
    pub fn id<const N: usize>(&mut self) -> [u8; N] {
        let mut id = [0; N];
        id.copy_from_slice(&self.bytes(N));
        id
    }
}
