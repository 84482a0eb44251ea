//! The words of the forms: each list's slugs with their Vietnamese and English names.
//!
//! They are the first set: kinds of unit, categories and the like are data of the province afterwards, kept in its
//! bulletin; lists that the rules of the trade fix (states of a building, main or concurrent) stay here.

use std::sync::OnceLock;

use crate::text::search_key;

/// One word of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The list: `unit_kind`, `staff_category`, `exit_reason`, `hq_function`, `issue_category`, `issue_cause`,
    /// `site_state`, `stage`, `tenure`, `system`, `scope`, `day_kind`, `commune_type`, `merger_action`,
    /// `equipment_kind`, `bound`, `benefit_state`, `board_kind`, `transfer_state`.
    pub list: &'static str,
    /// What is stored.
    pub slug: &'static str,
    /// In Vietnamese, beginning small unless it is a name.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
}

fn all() -> &'static [Word] {
    static WORDS: OnceLock<Vec<Word>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let rows = include_str!("../data/vocabulary.csv").lines().skip(1);
        rows.filter_map(|row| {
            let mut cells = row.split(';');
            Some(Word { list: cells.next()?, slug: cells.next()?, vi: cells.next()?, en: cells.next()? })
        })
        .collect()
    })
}

/// The words of a list, in the order in which forms offer them; none for an unknown list.
pub fn list(list: &str) -> impl Iterator<Item = &'static Word> {
    all().iter().filter(move |word| word.list == list)
}

/// Finds a word of a list.
#[must_use]
pub fn word(list: &str, slug: &str) -> Option<&'static Word> {
    all().iter().find(|word| word.list == list && word.slug == slug)
}

/// Finds a word of a list as people type it: its slug or its name in either language, with or without accents.
#[must_use]
pub fn find(list: &str, typed: &str) -> Option<&'static Word> {
    // Spreadsheets ask for the same few words thousands of times.
    static KEYS: OnceLock<Vec<[String; 2]>> = OnceLock::new();
    let named = || {
        let keys = KEYS.get_or_init(|| all().iter().map(|word| [word.vi, word.en].map(search_key)).collect());
        let key = search_key(typed);
        let found = all().iter().zip(keys).find(|(word, keys)| word.list == list && keys.contains(&key));
        found.map(|(word, _)| word)
    };
    word(list, typed.trim()).or_else(named)
}

/// The Vietnamese name of a slug, or the slug itself when the list does not hold it.
#[must_use]
pub fn vi<'a>(list: &str, slug: &'a str) -> &'a str {
    word(list, slug).map_or(slug, |word| word.vi)
}

/// Whether issues of a category may hold numbers only: complaints and denunciations never leave a trace of who
/// wrote what about whom.
#[must_use]
pub fn numbers_only(category: &str) -> bool {
    category == "khieu_nai_to_cao"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_whole_and_unique() {
        assert_eq!(all().len(), 95);
        for (index, one) in all().iter().enumerate() {
            assert!(!one.vi.is_empty() && !one.en.is_empty(), "{one:?}");
            assert!(all()[..index].iter().all(|other| (other.list, other.slug) != (one.list, one.slug)), "{one:?}");
        }
        assert_eq!(list("issue_category").count(), 13);
        assert_eq!(vi("unit_kind", "xom"), "xóm");
        assert_eq!(vi("unit_kind", "moi"), "moi");
    }
}
