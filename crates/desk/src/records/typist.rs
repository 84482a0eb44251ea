//! What people type into the fields of a record, read as the record keeps it: names instead of ids and slugs.

use std::collections::BTreeMap;

use hopluu_model::rules::{self, Rule};
use hopluu_model::text::{normalise_line, search_key};
use hopluu_model::{CollectionId, Fault, FaultKind, Field, Kind, Value, edit, vocabulary};
use hopluu_view::Reader;
use hopluu_view::query::Named;

use crate::Refusal;

/// Reads many fields of records of one collection, and asks for each list of names once.
pub(crate) struct Typist<'a> {
    reader: &'a Reader,
    collection: CollectionId,
    records: BTreeMap<Field, Vec<Named>>,
    slugs: BTreeMap<Field, Vec<(String, String)>>,
}

impl<'a> Typist<'a> {
    pub(crate) fn new(reader: &'a Reader, collection: CollectionId) -> Self {
        Self { reader, collection, records: BTreeMap::new(), slugs: BTreeMap::new() }
    }

    /// What was typed into a field of a kind: another record by its name, its id or the beginning of that; a kind of
    /// unit, a category, a department by name or slug; a day in either order.
    ///
    /// # Errors
    /// When the view fails; inside, what is wrong with the field.
    pub(crate) fn read(&mut self, kind: Kind, field: Field, typed: &str) -> Result<Result<Value, Fault>, Refusal> {
        let column = rules::kind(kind).and_then(|rule| rule.column(field));
        let line = normalise_line(typed);
        Ok(match column.map(|column| column.rule) {
            Some(Rule::Record) if !line.is_empty() => self.record(field, &line)?.map_err(|what| Fault { field, what }),
            Some(Rule::Slug) if matches!(field, Field::UNIT_KIND | Field::CATEGORY | Field::LEAD) => {
                let slug = self.slug(field, &line)?;
                edit::read(kind, field, &slug)
            }
            _ => edit::read(kind, field, typed),
        })
    }

    fn record(&mut self, field: Field, typed: &str) -> Result<Result<Value, FaultKind>, Refusal> {
        if !self.records.contains_key(&field) {
            let found = self.reader.named(rules::points_at(field), self.collection)?;
            self.records.insert(field, found);
        }
        let known = &self.records[&field];
        let found = match typed.parse() {
            // The office one comes from keeps its records in a collection of its own.
            Ok(id) if field == Field::CAME_FROM => Ok(id),
            Ok(id) => known.iter().find(|named| named.id == id).map(|named| named.id).ok_or(FaultKind::Unknown),
            Err(_) => pick(known, typed).map(|named| named.id),
        };
        Ok(found.map(Value::Id))
    }

    /// The slug of a name of the province's lists; what no name is stays as it was typed.
    fn slug(&mut self, field: Field, typed: &str) -> Result<String, Refusal> {
        if !self.slugs.contains_key(&field) {
            let rows: Vec<(String, String)> = match field {
                Field::UNIT_KIND => self.reader.unit_kinds()?.into_iter().map(|row| (row.slug, row.name)).collect(),
                Field::LEAD => self.reader.departments()?.into_iter().map(|row| (row.slug, row.name)).collect(),
                _ => self.reader.categories()?.into_iter().map(|row| (row.slug, row.name)).collect(),
            };
            self.slugs.insert(field, rows);
        }
        let (rows, key) = (&self.slugs[&field], search_key(typed));
        let named = rows.iter().find(|(slug, name)| slug == typed || search_key(name) == key);
        // An office that has heard of no bulletin yet knows the kinds of unit that every province has.
        let common = vocabulary::find("unit_kind", typed).filter(|_| field == Field::UNIT_KIND).map(|word| word.slug);
        Ok(named.map(|(slug, _)| slug.as_str()).or(common).unwrap_or(typed).to_owned())
    }
}

/// The only one of several records that bears a name, or whose id begins so; a whole name with its accents goes before
/// one without, what lives before what has become another.
pub(crate) fn pick<'a>(known: &'a [Named], typed: &str) -> Result<&'a Named, FaultKind> {
    let (key, begin) = (search_key(typed), typed.to_ascii_lowercase());
    let exact = |named: &Named| named.name == typed || named.with_also() == typed;
    let alike = |named: &Named| [&named.name, &named.also, &named.with_also()].iter().any(|it| search_key(it) == key);
    let begins = |named: &Named| begin.len() >= 4 && named.id.to_string().starts_with(&begin);
    for fits in [&exact as &dyn Fn(&Named) -> bool, &alike, &begins] {
        let found: Vec<&Named> = known.iter().filter(|named| fits(named)).collect();
        let living: Vec<&Named> = found.iter().copied().filter(|named| named.now.is_empty()).collect();
        match (found.as_slice(), living.as_slice()) {
            ([], _) => {}
            ([only], _) | (_, [only]) => return Ok(only),
            _ => return Err(FaultKind::Several),
        }
    }
    Err(FaultKind::Unknown)
}

#[cfg(test)]
mod tests {
    use hopluu_model::RecordId;

    use super::*;

    fn named(id: u8, name: &str, also: &str, now: &str) -> Named {
        let (name, also, now) = (name.to_owned(), also.to_owned(), now.to_owned());
        Named { id: RecordId([id; 16]), kind: Kind::UNIT, name, also, now }
    }

    #[test]
    fn a_name_an_id_or_the_beginning_of_one_names_a_record() {
        let known = [
            named(0xa1, "Tổ dân phố 1", "Cải Đan", ""),
            named(0xa2, "Tổ dân phố 1", "Châu Sơn", ""),
            named(0xa3, "Xóm Đình", "", "Xóm Đông"),
            named(0xa4, "Xóm Đình", "", ""),
            named(0xa5, "Xóm Dinh", "", ""),
        ];
        let picked = |typed: &str| pick(&known, typed).map(|named| named.id.0[0]);
        assert_eq!(picked("Tổ dân phố 1"), Err(FaultKind::Several));
        assert_eq!(picked("Tổ dân phố 1 (Cải Đan)"), Ok(0xa1));
        assert_eq!(picked("to dan pho 1 (chau son)"), Ok(0xa2));
        assert_eq!(picked("chau son"), Ok(0xa2));
        assert_eq!(picked("Xóm Đình"), Ok(0xa4), "what lives goes before what has become another");
        assert_eq!(picked("Xóm Dinh"), Ok(0xa5), "accents decide");
        assert_eq!(picked("A1A1"), Ok(0xa1));
        assert_eq!(picked("Xóm Tây"), Err(FaultKind::Unknown));
    }
}
