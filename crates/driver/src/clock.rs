//! The clocks of the machine: the one place where they are read.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hopluu_model::{Tick, Timestamp};

/// A steady clock since the program's start, and the wall clock as this machine believes it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    offset_ms: i64,
}

impl Clock {
    /// Starts at tick 0.
    #[must_use]
    pub fn start() -> Self {
        Self::with_offset(0)
    }

    /// Starts at tick 0 on a machine whose wall clock is wrong by so many milliseconds.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the steady clock is read")]
    pub fn with_offset(offset_ms: i64) -> Self {
        Self { start: Instant::now(), offset_ms }
    }

    /// Milliseconds since the start; never goes back.
    #[must_use]
    pub fn now(&self) -> Tick {
        Tick(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// What the wall clock says; may jump in both directions.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    pub fn wall(&self) -> Timestamp {
        let now = SystemTime::now();
        let ms = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp(ms.saturating_add(self.offset_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_wrong_by_its_offset() {
        let (right, wrong) = (Clock::start(), Clock::with_offset(-1_000_000_000_000));
        let difference = right.wall().0 - wrong.wall().0;
        assert!((999_999_990_000..=1_000_000_010_000).contains(&difference), "{difference}");
        assert!(right.now() >= Tick(0));
    }
}
