//! The words of the pages: every text under a key, in both languages.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Language of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Vietnamese, which comes first.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The name by which it is stored and by which HTML knows it.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        [Self::Vi, Self::En].into_iter().find(|lang| lang.slug() == slug)
    }

    /// The one of two texts that is in this language.
    pub(crate) fn pick<T>(self, vi: T, en: T) -> T {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

/// `key<TAB>Vietnamese<TAB>English`, a file per area so that each can be read as a whole.
const FILES: &[&str] = &[
    include_str!("../words/commune.tsv"),
    include_str!("../words/frame.tsv"),
    include_str!("../words/import.tsv"),
    include_str!("../words/issues.tsv"),
    include_str!("../words/office.tsv"),
    include_str!("../words/people.tsv"),
    include_str!("../words/units.tsv"),
    include_str!("../words/accounts.tsv"),
    include_str!("../words/province.tsv"),
];

fn table() -> &'static HashMap<&'static str, (&'static str, &'static str)> {
    static TABLE: OnceLock<HashMap<&str, (&str, &str)>> = OnceLock::new();
    TABLE.get_or_init(|| FILES.iter().flat_map(|file| rows(file)).map(|(key, vi, en)| (key, (vi, en))).collect())
}

fn rows(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

/// The text of a key; the key itself when there is none, which a test rules out for every key that is written down.
pub(crate) fn text(lang: Lang, key: &str) -> &str {
    table().get(key).map_or(key, |(vi, en)| lang.pick(*vi, *en))
}

/// Whether a key exists: for keys that come from outside, such as what was just done.
pub(crate) fn known(key: &str) -> bool {
    table().contains_key(key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Everything that is called with a key, in sources and templates.
    fn used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        let mut folders = vec![root.join("src"), root.join("templates")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for call in [".t(\"", ".n(\"", ".s(\"", "key: \""] {
                    found.extend(text.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
                }
            }
        }
        found
    }

    #[test]
    fn every_key_that_is_used_has_its_words_in_both_languages() {
        let missing: Vec<_> = used().into_iter().filter(|key| !known(key)).collect();
        assert!(missing.is_empty(), "no words for {missing:?}");
    }

    #[test]
    fn every_row_is_whole_once_and_of_some_use() {
        let (used, mut seen) = (used(), BTreeSet::new());
        for file in FILES {
            for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let cells: Vec<&str> = line.split('\t').collect();
                assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.trim().is_empty()), "{line:?}");
                assert!(seen.insert(cells[0]), "{} stands twice", cells[0]);
                // Keys below `x.` and `done.` are put together at run time: states, parts, what was just done.
                assert!(
                    used.contains(cells[0]) || ["x.", "done."].iter().any(|open| cells[0].starts_with(open)),
                    "nobody says {}",
                    cells[0]
                );
                let holes = |text: &str| text.matches('{').count();
                assert_eq!(holes(cells[1]), holes(cells[2]), "{line:?}");
            }
        }
    }
}
