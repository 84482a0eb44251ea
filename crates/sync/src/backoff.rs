//! When to dial again.

/// Waits between attempts: doubling from half a second to two minutes, each cut by up to a half at random,
/// so that an office is back soon after a short break and a thousand offices do not dial at once.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    attempt: u32,
    dice: u64,
}

const FIRST_MS: u64 = 500;
const LONGEST_MS: u64 = 120_000;

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self { attempt: 0, dice: seed }
    }

    /// The wait before the next attempt, in milliseconds.
    pub(crate) fn next_wait(&mut self) -> u64 {
        let full = FIRST_MS.saturating_mul(1 << self.attempt.min(16)).min(LONGEST_MS);
        self.attempt = self.attempt.saturating_add(1);
        // splitmix64: small, known, and good enough to spread dialling.
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        full / 2 + (mixed ^ (mixed >> 31)) % (full / 2)
    }

    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_start_over() {
        let mut backoff = Backoff::new(1);
        let waits: Vec<u64> = (0..20).map(|_| backoff.next_wait()).collect();
        assert!(waits[0] < FIRST_MS && waits[0] >= FIRST_MS / 2);
        assert!(waits.iter().all(|wait| *wait <= LONGEST_MS));
        assert!(waits[19] >= LONGEST_MS / 2);
        backoff.reset();
        assert!(backoff.next_wait() < FIRST_MS);
        assert_ne!(Backoff::new(1).next_wait(), Backoff::new(2).next_wait());
    }
}
