//! Randomness of the system: the one place where it is drawn.

use ring::rand::{SecureRandom, SystemRandom};

/// The system's random numbers, good enough for keys.
#[derive(Debug, Clone)]
pub struct Dice(SystemRandom);

impl Dice {
    /// Gets hold of the system's generator; draws nothing yet.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness is drawn")]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }

    /// Draws so many bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Fills a slice.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("a system that can run this program has a random generator");
    }

    /// Draws a number, for a seed.
    #[must_use]
    pub fn number(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new()
    }
}
