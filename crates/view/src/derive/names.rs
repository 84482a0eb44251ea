//! By which words records are listed, sorted and found.

use hopluu_model::fold::said;
use hopluu_model::rules;
use hopluu_model::text::search_key;
use hopluu_model::{Field, Kind, Snapshot, Value};

use crate::load::DocNo;

/// Free texts by which a record is found.
const SEARCHED: [Field; 9] = [
    Field::CODE,
    Field::NAME,
    Field::AREA,
    Field::TEXT,
    Field::PROPOSAL,
    Field::DECISION,
    Field::FORMERLY,
    Field::INTO_NAME,
    Field::COMMUNE_CODE,
];

/// The name of a record in lists: for an issue its speakable code, for a merger the unit it makes.
pub(crate) fn shown(snapshot: &Snapshot) -> &str {
    match snapshot.kind {
        Kind::ISSUE => snapshot.text(Field::CODE),
        Kind::MERGER => snapshot.text(Field::INTO_NAME),
        _ => snapshot.text(Field::NAME),
    }
}

/// Sorts names as people expect: without accents, and numbers by their size.
pub(crate) fn sort_key(name: &str) -> String {
    const WIDTH: usize = 10;
    let mut key = String::with_capacity(name.len() + WIDTH);
    let mut digits = String::new();
    for letter in search_key(name).chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            key.extend(std::iter::repeat_n('0', WIDTH.saturating_sub(digits.len())));
            key.push_str(&digits);
            digits.clear();
        }
        if letter != '\0' {
            key.push(letter);
        }
    }
    key
}

/// What a record is found by, and its document; `None` when it has no words.
pub(crate) fn searchable(no: DocNo, snapshot: &Snapshot) -> Option<String> {
    let words = SEARCHED.iter().map(|field| snapshot.text(*field).to_owned());
    let key = search_key(&words.chain(named_by(snapshot)).collect::<Vec<_>>().join(" "));
    (!key.is_empty()).then(|| format!("{} {key}", document_word(no)))
}

/// The words that name what has no name; what such a record points at is found under its own name.
fn named_by(snapshot: &Snapshot) -> impl Iterator<Item = String> + '_ {
    let fields = rules::title(snapshot.kind).iter().filter(|field| !SEARCHED.contains(field));
    let values = fields.filter_map(|field| snapshot.get(*field).map(|value| (field, value)));
    let words = values.filter(|(_, value)| !matches!(value, Value::Id(_) | Value::Ids(_)));
    words.map(|(field, value)| said(snapshot.kind, *field, value).vi)
}

/// The word that all records of a document hold, and that nobody can type.
pub(crate) fn document_word(no: DocNo) -> String {
    format!("_{no}")
}

/// What people typed as a full-text query: all words must be there, the last may be unfinished. `None`
/// when nothing was typed.
pub(crate) fn search_query(typed: &str) -> Option<String> {
    let key = search_key(typed);
    let words: Vec<String> = key.split(' ').filter(|word| !word.is_empty()).map(|word| format!("\"{word}\"")).collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_their_size_and_names_without_accents() {
        let mut names = ["Tổ dân phố 10", "Tổ dân phố 2", "Xóm Đồi", "TỔ DÂN PHỐ 1", "Ấp 3"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Ấp 3", "TỔ DÂN PHỐ 1", "Tổ dân phố 2", "Tổ dân phố 10", "Xóm Đồi"]);
    }

    #[test]
    fn what_is_typed_never_becomes_query_language() {
        assert_eq!(search_query("  \"* OR: "), Some("\"or\"*".to_owned()));
        assert_eq!(search_query(" . \n"), None);
        assert_eq!(search_query("Chữ ký"), Some("\"chu\" \"ky\"*".to_owned()));
    }
}
