//! Which column of a file is which field: by the name of the field in either language, with or without accents.

use std::collections::BTreeMap;

use hopluu_model::text::search_key;
use hopluu_model::{Field, Kind, rules};
use serde::Serialize;

use super::{Line, Sheet};

/// Headings stand in one of the first lines; titles above them are passed over.
const HEADINGS_WITHIN: usize = 20;

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// Its heading.
    pub head: String,
    /// What it is, when it is anything.
    #[serde(serialize_with = "super::plan::slug")]
    pub field: Option<Field>,
}

/// What people write above a column besides the field's own name.
const ALSO: &[(Kind, Field, &[&str])] = &[
    (Kind::PERSON, Field::NAME, &["ho va ten", "ho ten", "ten can bo"]),
    (Kind::UNIT, Field::NAME, &["ten thon", "ten to", "ten don vi", "ten to dan pho", "thon to dan pho"]),
    (Kind::UNIT, Field::UNIT_KIND, &["loai", "loai hinh"]),
    (Kind::UNIT, Field::HOUSEHOLDS, &["ho", "tong so ho"]),
    (Kind::UNIT, Field::POPULATION, &["nhan khau", "dan so"]),
    (Kind::UNIT, Field::AREA, &["dia ban"]),
    (Kind::HOLDING, Field::PERSON, &["ho va ten", "ho ten", "can bo"]),
    (Kind::HOLDING, Field::UNIT, &["thon to dan pho"]),
    (Kind::LEAVER, Field::PERSON, &["ho va ten", "ho ten", "can bo"]),
    (Kind::LEAVER, Field::ON, &["nghi tu ngay", "ngay nghi"]),
    (Kind::MEMBER, Field::PERSON, &["ho va ten", "ho ten", "can bo"]),
    (Kind::SITE, Field::NAME, &["ten tru so"]),
    (Kind::POST, Field::NAME, &["ten chuc danh"]),
];

/// The headings of a file, what each column is, and the lines below; `None` for a file without any line.
pub(super) fn split<'a>(
    kind: Kind,
    sheet: &'a Sheet,
    chosen: &BTreeMap<usize, String>,
) -> Option<(Vec<Matched>, &'a [Line])> {
    let first = sheet.lines.iter().take(HEADINGS_WITHIN);
    let counted = first.map(|line| line.cells.iter().filter(|head| field_of(kind, head).is_some()).count());
    // The first of those lines that name most.
    let (place, most) = counted.enumerate().max_by_key(|(place, count)| (*count, std::cmp::Reverse(*place)))?;
    let place = if most > 0 { place } else { 0 };
    let (heads, below) = sheet.lines[place..].split_first()?;
    let mut taken = Vec::new();
    let mut columns: Vec<Matched> = Vec::with_capacity(heads.cells.len());
    for (index, head) in heads.cells.iter().enumerate() {
        let field = match chosen.get(&index) {
            Some(slug) => Field::from_slug(slug).filter(|field| super::fields(kind).any(|known| known.field == *field)),
            None => field_of(kind, head),
        };
        let field = field.filter(|field| !taken.contains(field));
        taken.extend(field);
        columns.push(Matched { head: head.trim().to_owned(), field });
    }
    Some((columns, below))
}

/// The field that a heading names.
fn field_of(kind: Kind, head: &str) -> Option<Field> {
    // Templates mark what must be there with a star; notes stand in brackets.
    let key = search_key(head);
    let bare = search_key(head.split('(').next().unwrap_or_default());
    let is = |field: Field, key: &str| {
        !key.is_empty()
            && (search_key(rules::label(field)) == key
                || search_key(rules::label(field).split('(').next().unwrap_or_default()) == key
                || [rules::label_en(field), &field.to_string()].iter().any(|name| search_key(name) == key)
                || ALSO.iter().any(|(of, known, words)| *of == kind && *known == field && words.contains(&key)))
    };
    let named = |key: &str| super::fields(kind).map(|column| column.field).find(|field| is(*field, key));
    named(&key).or_else(|| named(&bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, cells: &[&str]) -> Line {
        Line { number, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
    }

    #[test]
    fn headings_are_known_in_either_language_without_accents_and_below_a_title() {
        let sheet = Sheet {
            lines: vec![
                line(1, &["DANH SÁCH TỔ DÂN PHỐ"]),
                line(3, &["STT", "TEN *", "unit_kind", "Households", "Ghi chú", "Địa bàn cũ", "Tên"]),
                line(4, &["1", "Tổ 1"]),
            ],
        };
        let (columns, below) = split(Kind::UNIT, &sheet, &BTreeMap::new()).unwrap();
        let fields: Vec<_> = columns.iter().map(|column| column.field).collect();
        let (name, area) = (Some(Field::NAME), Some(Field::AREA));
        assert_eq!(fields, [None, name, Some(Field::UNIT_KIND), Some(Field::HOUSEHOLDS), None, area, None]);
        assert_eq!(below.len(), 1);
        let chosen = BTreeMap::from([(1, String::new()), (6, "name".to_owned())]);
        let (columns, _) = split(Kind::UNIT, &sheet, &chosen).unwrap();
        assert_eq!((columns[1].field, columns[6].field), (None, name));
    }

    #[test]
    fn a_file_without_known_headings_lets_people_choose() {
        let sheet = Sheet { lines: vec![line(1, &["a", "b"]), line(2, &["Tổ 1", "3"])] };
        let (columns, below) = split(Kind::UNIT, &sheet, &BTreeMap::new()).unwrap();
        assert!(columns.iter().all(|column| column.field.is_none()));
        assert_eq!(below.len(), 1);
        assert!(split(Kind::UNIT, &Sheet::default(), &BTreeMap::new()).is_none());
    }
}
