//! What happened, line by line: the same seed gives the same bytes.

use std::fmt::{self, Write as _};

use hopluu_model::Tick;

/// What sets the lines of the traffic apart.
const TRAFFIC: &str = " .. ";

/// The log of a world.
///
/// Every line goes into its digest; the lines of the traffic are kept only when asked for, since writing them out costs
/// more than all the rest.
#[derive(Debug, Clone)]
pub struct EventLog {
    text: String,
    digest: u64,
    keeps_traffic: bool,
}

impl Default for EventLog {
    fn default() -> Self {
        Self { text: String::new(), digest: 0xcbf2_9ce4_8422_2325, keeps_traffic: true }
    }
}

impl EventLog {
    /// Keeps the lines of the traffic out of the text from here on.
    pub(crate) fn without_traffic(&mut self) {
        self.keeps_traffic = false;
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, now: Tick, who: &str, what: &str) {
        for byte in who.bytes().chain(what.bytes()) {
            self.mix(u64::from(byte));
        }
        self.mix(now.0);
        let _ = writeln!(self.text, "{:>9} {who}: {what}", now.0);
    }

    /// Counts a piece of traffic, and writes a line when these are kept.
    pub(crate) fn traffic(&mut self, (now, who): (Tick, &str), numbers: &[u64], what: fmt::Arguments<'_>) {
        self.mix(now.0);
        for number in numbers {
            self.mix(*number);
        }
        if self.keeps_traffic {
            let _ = writeln!(self.text, "{:>9} {who}{TRAFFIC}{what}", now.0);
        }
    }

    /// Everything kept so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A digest of everything that happened, kept or not (FNV-1a by words).
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The last lines.
    #[must_use]
    pub fn last(&self, lines: usize) -> String {
        let all: Vec<&str> = self.text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// The last lines that are not of the traffic.
    #[must_use]
    pub fn last_without_traffic(&self, lines: usize) -> String {
        let all: Vec<&str> = self.text.lines().filter(|line| !line.contains(TRAFFIC)).collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    fn mix(&mut self, word: u64) {
        self.digest = (self.digest ^ word).wrapping_mul(0x100_0000_01b3);
        self.digest ^= self.digest >> 29;
    }
}
