//! Numbers that look random and are the same every time.

/// A row of numbers (splitmix64), one per seed.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// Begins a row.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x0b5e_55ed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        self.roll().checked_rem(bound).and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.roll().to_be_bytes()[0]
    }
}
