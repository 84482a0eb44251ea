//! What happened, line by line: the same seed gives the same bytes.

use std::fmt::Write as _;

use hopluu_model::Tick;

/// The log of a world.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    text: String,
}

impl EventLog {
    /// Writes a line.
    pub(crate) fn line(&mut self, now: Tick, who: &str, what: &str) {
        let _ = writeln!(self.text, "{:>9} {who}: {what}", now.0);
    }

    /// Everything so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The last lines.
    #[must_use]
    pub fn last(&self, lines: usize) -> String {
        let all: Vec<&str> = self.text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}
