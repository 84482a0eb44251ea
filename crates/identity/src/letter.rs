//! The office letter inside speakable codes such as 05518-B-0142.

use std::fmt;
use std::str::FromStr;

use hopluu_model::id::BadId;
use serde::{Deserialize, Serialize};

/// Letters that Vietnamese clerks spell without doubt and nobody reads as a digit.
const ALPHABET: &[u8] = b"ABCDEGHKLMNPRSTUVXY";

/// Which office of a collection numbered a record: A, B, ... Y, then AA, AB, ...
///
/// Given anew at every enrolment and never twice within a collection, so numbers never clash offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Letter(pub u16);

impl Letter {
    /// The letter of the first office.
    pub const FIRST: Self = Self(0);

    /// The letter after this one; stays at the last after 65,535 enrolments.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = usize::from(self.0) + 1;
        let mut letters = Vec::new();
        while rest > 0 {
            letters.push(char::from(ALPHABET[(rest - 1) % ALPHABET.len()]));
            rest = (rest - 1) / ALPHABET.len();
        }
        f.write_str(&letters.iter().rev().collect::<String>())
    }
}

impl FromStr for Letter {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { what: "office letter", text: text.chars().take(64).collect() };
        let upper = text.trim().to_ascii_uppercase();
        if upper.is_empty() || upper.len() > 4 {
            return Err(bad());
        }
        let mut number = 0;
        for byte in upper.bytes() {
            let place = ALPHABET.iter().position(|letter| *letter == byte).ok_or_else(bad)?;
            number = number * ALPHABET.len() + place + 1;
        }
        Ok(Self(u16::try_from(number - 1).map_err(|_| bad())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_on_after_the_alphabet_and_read_back() {
        let shown: Vec<_> = [0, 1, 18, 19, 20, 379, 380].map(|n| Letter(n).to_string()).into();
        assert_eq!(shown, ["A", "B", "Y", "AA", "AB", "YY", "AAA"]);
        for number in 0..=u16::MAX {
            assert_eq!(Letter(number).to_string().parse(), Ok(Letter(number)));
        }
        for junk in ["", "I", "A1", "YYYYY", "YYYY", "Đ"] {
            assert!(junk.parse::<Letter>().is_err(), "{junk}");
        }
    }
}
