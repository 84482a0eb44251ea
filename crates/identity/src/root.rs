//! The province's offline root: a key that lives on paper as 24 words.

use std::fmt;

use bip39::{Language, Mnemonic};
use hopluu_model::DeviceId;

use crate::key::{DeviceKey, sha256, statement};
use crate::notice::Notice;

/// Says why some words are no root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// There are not exactly 24 words.
    #[error("recovery words must be 24, not {found}")]
    Count {
        /// How many were given.
        found: usize,
    },
    /// A word is not in the list.
    #[error("word {place} is not a recovery word")]
    Word {
        /// Which one, counted from 1.
        place: usize,
    },
    /// All words exist, but together they do not add up: one is wrong or two are swapped.
    #[error("the recovery words do not belong together")]
    Checksum,
}

impl WordsError {
    /// What to tell the person who types the words.
    #[must_use]
    pub const fn notice(&self) -> Notice {
        match self {
            Self::Count { .. } => Notice::new(
                60,
                "words-count",
                "Phải nhập đủ 24 từ khôi phục. Hãy kiểm tra lại tờ giấy và nhập lại.",
                "All 24 recovery words are needed. Check the sheet and enter them again.",
            ),
            Self::Word { .. } => Notice::new(
                61,
                "words-word",
                "Có từ không nằm trong danh sách từ khôi phục. Hãy so lại chính tả của từ đó.",
                "One word is no recovery word. Compare its spelling with the sheet.",
            ),
            Self::Checksum => Notice::new(
                62,
                "words-checksum",
                "Các từ không khớp với nhau: có từ sai hoặc sai thứ tự. Hãy so lại từng từ.",
                "The words do not belong together: one is wrong or two are swapped. Compare each with the sheet.",
            ),
        }
    }
}

/// The root key together with the entropy its words spell.
pub struct RootKey {
    entropy: [u8; 32],
    key: DeviceKey,
}

impl RootKey {
    /// Makes a root from 32 bytes of entropy drawn elsewhere.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self { entropy, key: DeviceKey::from_seed(sha256(&statement("root key", &[&entropy]))) }
    }

    /// Reads the 24 English words back, tolerant of case and spacing.
    ///
    /// # Errors
    /// Names the first word that is not in the list, or says that the words do not belong together.
    pub fn from_words(words: &str) -> Result<Self, WordsError> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        if words.len() != 24 {
            return Err(WordsError::Count { found: words.len() });
        }
        if let Some(wrong) = words.iter().position(|word| Language::English.find_word(word).is_none()) {
            return Err(WordsError::Word { place: wrong + 1 });
        }
        let mnemonic =
            Mnemonic::parse_in_normalized(Language::English, &words.join(" ")).map_err(|_| WordsError::Checksum)?;
        let entropy = mnemonic.to_entropy().try_into().map_err(|_| WordsError::Checksum)?;
        Ok(Self::from_entropy(entropy))
    }

    /// The 24 words to print once and keep on paper.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        Mnemonic::from_entropy_in(Language::English, &self.entropy).expect("32 bytes make 24 words").words().collect()
    }

    /// The signing key.
    #[must_use]
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.key.id()
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKey").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// The promise of the next root: everybody knows this hash long before anybody sees the key.
///
/// A thief of today's root cannot name a successor, because only the owner of the promised key can.
#[must_use]
pub fn root_hash(next: &DeviceId) -> [u8; 32] {
    sha256(&statement("next root", &[next.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_bring_the_root_back() {
        let root = RootKey::from_entropy([7; 32]);
        let words = root.words();
        assert_eq!(words.len(), 24);
        let typed = words.join("\n  ").to_uppercase();
        assert_eq!(RootKey::from_words(&typed).unwrap().id(), root.id());
    }

    #[test]
    fn wrong_words_are_named() {
        let mut words = RootKey::from_entropy([7; 32]).words();
        assert_eq!(RootKey::from_words(&words[..23].join(" ")).unwrap_err(), WordsError::Count { found: 23 });
        words[4] = "sông";
        assert_eq!(RootKey::from_words(&words.join(" ")).unwrap_err(), WordsError::Word { place: 5 });
        words[4] = if words[5] == "zoo" { "able" } else { "zoo" };
        assert_eq!(RootKey::from_words(&words.join(" ")).unwrap_err(), WordsError::Checksum);
    }
}
