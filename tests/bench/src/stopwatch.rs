//! Time between things that happen on other threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Outcome;

/// So often a mark that is waited for is looked at; the moment itself is taken where it happens.
const LOOK: Duration = Duration::from_millis(2);

/// Now.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Moments by name, each kept when it first happens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(Arc<Mutex<BTreeMap<&'static str, Instant>>>);

impl Marks {
    /// Notes that something happened, if it is the first time.
    pub(crate) fn note(&self, name: &'static str) {
        self.lock().entry(name).or_insert_with(now);
    }

    /// When something happened.
    pub(crate) fn at(&self, name: &str) -> Option<Instant> {
        self.lock().get(name).copied()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Waits until something has happened.
    pub(crate) async fn wait(&self, name: &'static str, bound: Duration) -> Outcome<Instant> {
        let waiting = async {
            loop {
                if let Some(at) = self.at(name) {
                    return at;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(bound, waiting).await;
        waited.map_err(|_| format!("{name} did not happen within {} s", bound.as_secs()).into())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds from one moment to a later one.
pub(crate) fn ms(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1_000.0
}
