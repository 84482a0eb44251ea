//! Typed text: what is stored (NFC), what is searched (without accents), what is read out on the telephone.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Brings typed text into the form in which it is stored: NFC, trimmed, line ends as `\n`.
///
/// Characters that nobody sees and some keyboards and word processors leave behind (byte-order mark, zero-width
/// space, soft hyphen) are dropped, tabs and no-break spaces become spaces.
#[must_use]
pub fn normalise(raw: &str) -> String {
    let unix = raw.replace("\r\n", "\n");
    let seen = unix.chars().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}' | '\u{ad}'));
    let text: String = seen.map(|c| if matches!(c, '\t' | '\u{a0}') { ' ' } else { c }).nfc().collect();
    text.trim().to_owned()
}

/// As [`normalise`], on one line, with every run of spaces folded into one: names, numbers of documents.
#[must_use]
pub fn normalise_line(raw: &str) -> String {
    normalise(raw).split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a text holds characters no form produces: control characters other than line ends, and marks that turn
/// the direction of writing, with which one text can be made to look like another.
#[must_use]
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    })
}

/// Whether a text holds a citizen number: twelve digits in a row, no more and no less.
#[must_use]
pub fn has_citizen_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 12)
}

/// The form in which texts are compared and searched: lower case, accents stripped, `đ` as `d`, other signs as
/// spaces, spaces folded. Equal for NFC and NFD, for Hòa and Hoà, for M'Drắk and M’Drắk.
#[must_use]
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'đ' => key.push('d'),
            c if c.is_alphanumeric() => key.push(c),
            _ if key.ends_with(' ') || key.is_empty() => {}
            _ => key.push(' '),
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// A whole number with its thousands set apart: `1.234.567` with full stops.
#[must_use]
pub fn grouped(number: i64, separator: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// A code people read out on the telephone: `05518-B-0142`.
///
/// Commune code, letters of the office (new at every enrolment, so that numbers never collide offline), running
/// number of that office.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssueCode {
    commune: String,
    letters: String,
    number: u32,
}

/// Says that a text is no speakable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code: write it as 05518-B-0142")]
pub struct BadCode;

impl IssueCode {
    /// Builds a code of a commune (five digits; two for the province itself), one to three letters A to Z and a
    /// number from 1 to 9,999,999.
    ///
    /// # Errors
    ///
    /// [`BadCode`] when a part has another shape.
    pub fn new(commune: &str, letters: &str, number: u32) -> Result<Self, BadCode> {
        let digits = matches!(commune.len(), 2 | 5) && commune.bytes().all(|b| b.is_ascii_digit());
        let letters = letters.to_ascii_uppercase();
        let lettered = (1..=3).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase());
        if digits && lettered && (1..=9_999_999).contains(&number) {
            Ok(Self { commune: commune.to_owned(), letters, number })
        } else {
            Err(BadCode)
        }
    }

    /// The commune's code.
    #[must_use]
    pub fn commune(&self) -> &str {
        &self.commune
    }

    /// The office's letters.
    #[must_use]
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// The running number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }
}

/// `05518-B-0142`: at least four digits, more when needed.
impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.commune, self.letters, self.number)
    }
}

impl FromStr for IssueCode {
    type Err = BadCode;

    /// Reads a code as people type it: any case, spaces, full stops or dashes between the parts.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        let (Some(commune), Some(letters), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadCode);
        };
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadCode);
        }
        Self::new(commune, letters, number.parse().map_err(|_| BadCode)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_ignore_accents_case_and_form() {
        for (one, other) in [("Hòa Bình", "HOÀ  BÌNH"), ("M'Drắk", "M’Drắk"), ("Đồng Hỷ", "dong hy")] {
            assert_eq!(search_key(one), search_key(other));
        }
        let nfd: String = "Tổ dân phố 2 (Phố Cò)".nfd().collect();
        assert_eq!(search_key(&nfd), "to dan pho 2 pho co");
        assert_eq!(normalise(&nfd), "Tổ dân phố 2 (Phố Cò)");
    }

    #[test]
    fn unseen_characters_go_and_controls_are_named() {
        assert_eq!(normalise("\u{feff} Tổ\u{200b} 1\r\nhai \n"), "Tổ 1\nhai");
        assert_eq!(normalise_line(" Tổ\u{a0}  1 "), "Tổ 1");
        assert!(has_control("a\u{0}") && has_control("a\u{202e}b") && !has_control("a\nb"));
        assert!(has_citizen_number("CCCD 019084001234.") && !has_citizen_number("0190840012345"));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = IssueCode::new("05518", "b", 142).unwrap();
        assert_eq!(code.to_string(), "05518-B-0142");
        for typed in ["05518-B-0142", "05518 b 142", "05518.B.000142"] {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
        }
        for junk in ["", "5518-B-1", "05518-1-1", "05518-B-0", "05518-B", "05518-B-1-2", "05518-ABCD-1"] {
            assert_eq!(junk.parse::<IssueCode>(), Err(BadCode), "{junk}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            prop_assert_eq!(search_key(&search_key(&text)), search_key(&text));
            prop_assert_eq!(search_key(&once.nfd().collect::<String>()), search_key(&once));
        }
    }
}
