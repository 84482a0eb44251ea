//! By which words records are listed, sorted and found.

use hopluu_model::{Field, Kind, Snapshot};

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

/// The name of a record in lists: for an issue its speakable code.
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
    for letter in name.chars().chain(['\0']) {
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

/// What a record is found by; `None` when it has no words.
pub(crate) fn searchable(snapshot: &Snapshot) -> Option<String> {
    let words: Vec<&str> = SEARCHED.iter().map(|field| snapshot.text(*field)).filter(|text| !text.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
