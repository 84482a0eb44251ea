//! How long to wait after failures, and how much to take at once.

use hopluu_model::Tick;

/// The pause after the first failure, in milliseconds; doubled by each that follows.
const FIRST_MS: u64 = 1_000;
/// The longest pause.
const LONGEST_MS: u64 = 60_000;
/// Without failure for so long, the pauses begin anew. Longer than the longest pause, because a card that takes no
/// writes opens well every time.
const CALM_MS: u64 = 180_000;

/// Pauses between attempts to go on.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    failures: u32,
    last: Option<Tick>,
}

impl Pauses {
    /// Counts a failure; says when to try again.
    pub(crate) fn fail(&mut self, now: Tick) -> Tick {
        if self.last.is_some_and(|last| now.since(last) >= CALM_MS) {
            self.failures = 0;
        }
        let pause = (FIRST_MS << self.failures.min(6)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now);
        now.plus(pause)
    }
}

/// How much shares one commit.
#[derive(Debug)]
pub(crate) struct Budget {
    inputs: usize,
    bytes: usize,
}

impl Budget {
    /// 256 inputs or 1 MiB.
    pub(crate) fn new() -> Self {
        Self { inputs: 256, bytes: 1 << 20 }
    }

    /// Counts an input of so many bytes; says whether there is room for another.
    pub(crate) fn spend(&mut self, bytes: usize) -> bool {
        self.inputs = self.inputs.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
        self.inputs > 0 && self.bytes > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_begin_anew_after_calm() {
        let mut pauses = Pauses::default();
        let mut now = Tick(5);
        for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            let again = pauses.fail(now);
            assert_eq!(again.since(now), pause);
            now = again;
        }
        assert_eq!(pauses.fail(now.plus(CALM_MS)).since(now.plus(CALM_MS)), FIRST_MS);
    }

    #[test]
    fn a_budget_ends_by_number_or_by_size() {
        let mut budget = Budget::new();
        assert!((1..256).all(|_| budget.spend(10)));
        assert!(!budget.spend(10));
        assert!(!Budget::new().spend(1 << 20));
    }
}
