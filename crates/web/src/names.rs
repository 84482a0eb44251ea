//! What categories, departments and kinds are called: the province's words, else the first set's, else the slug.

use std::collections::BTreeMap;

use hopluu_desk::{Desk, Refusal};
use hopluu_model::vocabulary;
use hopluu_view::query::{Category, Department};

use crate::words::Lang;

/// The names of one page, in its language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    lang: Lang,
    /// Categories as the province keeps them, by name.
    pub(crate) categories: Vec<Category>,
    /// Departments, by name.
    pub(crate) departments: Vec<Department>,
    kinds: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn load(desk: &Desk, lang: Lang) -> Result<Self, Refusal> {
        let reader = desk.reader();
        let kinds = reader.unit_kinds()?.into_iter();
        let kinds = kinds.map(|kind| (kind.slug, in_language(lang, kind.name, kind.name_en))).collect();
        Ok(Self { lang, categories: reader.categories()?, departments: reader.departments()?, kinds })
    }

    /// A category by its slug.
    pub(crate) fn category(&self, slug: &str) -> String {
        let known = self.categories.iter().find(|known| known.slug == slug);
        let name = known.map(|known| in_language(self.lang, known.name.clone(), known.name_en.clone()));
        name.unwrap_or_else(|| self.word("issue_category", slug))
    }

    /// A department by its slug.
    pub(crate) fn department(&self, slug: &str) -> String {
        let known = self.departments.iter().find(|known| known.slug == slug);
        known.map_or_else(|| slug.to_owned(), |known| in_language(self.lang, known.name.clone(), known.name_en.clone()))
    }

    /// A kind of unit by its slug.
    pub(crate) fn kind(&self, slug: &str) -> String {
        self.kinds.get(slug).cloned().unwrap_or_else(|| self.word("unit_kind", slug))
    }

    /// Kinds of unit that forms offer: slug and name.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&String, &String)> {
        self.kinds.iter()
    }

    /// A word of a fixed list of the trade.
    pub(crate) fn word(&self, list: &str, slug: &str) -> String {
        vocabulary::word(list, slug).map_or_else(|| slug.to_owned(), |word| self.lang.pick(word.vi, word.en).to_owned())
    }

    /// The words of a fixed list, as forms offer them: slug and name.
    pub(crate) fn words(&self, list: &str) -> Vec<(&'static str, &'static str)> {
        vocabulary::list(list).map(|word| (word.slug, self.lang.pick(word.vi, word.en))).collect()
    }
}

fn in_language(lang: Lang, vi: String, en: String) -> String {
    if lang == Lang::En && !en.is_empty() { en } else { vi }
}
