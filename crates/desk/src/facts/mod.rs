//! Facts of public texts as ordinary edits, so that whoever wants can see them come out of the totals again.
//!
//! The file says of each value whether a text states it, a sum gives it, or somebody made it up to fill; its layout is
//! described in `tests/facts/README.md`. What is written has ids that follow from the file, so that loading it twice adds
//! nothing. Persons are made up and say so.

mod book;
mod ca_mau;
mod cao_bang;
mod long_bien;
mod thai_nguyen;
mod thanh_khe;

use hopluu_model::{CollectionId, Edit, Faults, Stamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::book::Book;
use crate::{Desk, Power, Refusal, Who, Why};

/// A file of facts.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    format: String,
    seed_000: cao_bang::Seed,
    seed_001: long_bien::Seed,
    seed_002: thai_nguyen::Seed,
    seed_003: thanh_khe::Seed,
    seed_004: ca_mau::Seed,
    expected: Vec<Expected>,
}

/// A value that must come out again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Expected {
    /// Its name: `X000-1`.
    pub id: String,
    /// What it counts.
    pub what: String,
    /// The value.
    pub value: Value,
}

/// A commune, or a province itself, of which the file says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactPlace {
    /// Which text: `000` to `004`.
    pub text: &'static str,
    /// Its official code at the time of the text; two digits for a province.
    pub code: String,
    /// Its bare name then.
    pub name: String,
    /// Slug of its type then.
    pub kind: String,
    /// Code of the province in which it lies today.
    pub province: &'static str,
    /// The communes of today that hold its land.
    pub today: Vec<String>,
}

/// Where, when and by whom facts are written.
#[derive(Debug, Clone)]
pub struct Writing {
    /// The collection.
    pub collection: CollectionId,
    /// Entered when and by whom.
    pub stamp: Stamp,
    /// The year in which issues are born.
    pub year: u16,
}

/// Says why a text is no file of facts.
#[derive(Debug, thiserror::Error)]
pub enum BadFacts {
    /// It is no JSON, or lacks something.
    #[error("the file does not have the layout of a file of facts")]
    Layout(#[from] serde_json::Error),
    /// It is another sort of file.
    #[error("the file calls itself {0:?}, not \"seed-facts\"")]
    Format(String),
}

impl Facts {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, BadFacts> {
        let facts: Self = serde_json::from_str(text)?;
        if facts.format == "seed-facts" { Ok(facts) } else { Err(BadFacts::Format(facts.format)) }
    }

    /// The values that must come out again.
    #[must_use]
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// All places of which the file says something, text by text.
    #[must_use]
    pub fn places(&self) -> Vec<FactPlace> {
        let mut places = self.seed_000.places();
        places.extend(self.seed_001.places());
        places.extend(self.seed_002.places());
        places.extend(self.seed_003.places());
        places.extend(self.seed_004.places());
        places
    }

    /// What the file says of a place as edits of its documents, in the order in which they were made; none for a place it
    /// says nothing of.
    ///
    /// # Errors
    /// When a value does not fit its form, or whoever writes may not pass decisions.
    pub fn edits(&self, place: &FactPlace, writing: &Writing) -> Result<Vec<Edit>, Faults> {
        let mut book = Book::new(&place.code, writing);
        match place.text {
            "000" => self.seed_000.write(&place.code, &mut book),
            "001" => self.seed_001.write(&place.code, &mut book),
            "002" => self.seed_002.write(&place.code, &mut book),
            "003" => self.seed_003.write(&mut book),
            _ => self.seed_004.write(&place.code, &mut book),
        }
        book.done()
    }
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Of which places.
    pub places: Vec<FactPlace>,
    /// As how many edits; none where all of it was there.
    pub edits: usize,
}

impl Desk {
    /// Writes what a file of facts says of this office's commune, or of a place that is named by its code; at the province
    /// what the file says of the province. Loading it again adds nothing.
    ///
    /// # Errors
    /// When the file is none, says nothing of the place, or whoever asks may not write here.
    pub async fn load_facts(&self, who: &Who, file: &str, place: Option<&str>) -> Result<Loaded, Refusal> {
        self.allow(who, if self.is_province() { Power::Rule } else { Power::Lead })?;
        let facts = Facts::parse(file).map_err(|error| {
            let (vi, en) = (
                "Tệp không đúng mẫu. Chọn tệp seed_facts.json, xem tests/facts/README.md.",
                "The file does not have the layout. Take a seed_facts.json, see tests/facts/README.md.",
            );
            Refusal::new(Why::Usage, "bad-facts", vi, en).because(&error)
        })?;
        let collection = self.about().collection;
        let own = if self.is_province() {
            self.province_code().await?
        } else {
            self.with(move |office, _, _| Ok(office.commune_code(&collection))).await?
        };
        let wanted = |known: &FactPlace| match place {
            Some(code) => known.code == code,
            None => known.code == own || (!self.is_province() && known.today.contains(&own)),
        };
        let places: Vec<FactPlace> = facts.places().into_iter().filter(wanted).collect();
        if places.is_empty() {
            let named = place.unwrap_or(&own).chars().take(16).collect::<String>();
            return Err(Refusal::new(
                Why::NotFound,
                "no-facts",
                format!("Tệp không có dữ liệu của {named}. Chọn nơi khác bằng --place."),
                format!("The file says nothing of {named}. Name another place with --place."),
            ));
        }
        let stamp = self.at(who, self.register())?.stamp;
        let writing = Writing { collection, stamp, year: self.year().await? };
        let mut edits = Vec::new();
        for place in &places {
            edits.extend(facts.edits(place, &writing).map_err(|faults| Refusal::invalid(&faults))?);
        }
        let edits = self
            .with(move |office, _, _| {
                let mut written = 0;
                for edit in &edits {
                    match office.submit(edit) {
                        Err(error) if error.is_repetition() => {}
                        done => {
                            done?;
                            written += 1;
                        }
                    }
                }
                Ok(written)
            })
            .await?;
        Ok(Loaded { places, edits })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hopluu_model::edit::Write;
    use hopluu_model::{By, Kind, Role, Timestamp};

    use super::*;

    const FILE: &str = include_str!("../../../../tests/facts/seed_facts.json");

    fn writing(role: Role) -> Writing {
        let stamp = Stamp { at: Timestamp(1_790_000_000_000), by: By { name: "Nguyễn Văn Mẫu 014".into(), role } };
        Writing { collection: CollectionId([7; 16]), stamp, year: 2026 }
    }

    fn records(edits: &[Edit]) -> BTreeMap<Kind, usize> {
        let mut records = BTreeMap::new();
        for write in edits.iter().flat_map(Edit::writes) {
            if let Write::Create { kind, .. } = write {
                *records.entry(*kind).or_default() += 1;
            }
        }
        records
    }

    #[test]
    fn every_place_of_the_file_becomes_edits() {
        let facts = Facts::parse(FILE).unwrap();
        let mut all: BTreeMap<(&str, Kind), usize> = BTreeMap::new();
        for place in facts.places() {
            let role = if place.code.len() == 2 { Role::Admin } else { Role::Leader };
            let edits = facts.edits(&place, &writing(role)).unwrap();
            assert_eq!(edits, facts.edits(&place, &writing(role)).unwrap(), "{}", place.name);
            for (kind, count) in records(&edits) {
                *all.entry((place.text, kind)).or_default() += count;
            }
        }
        let count = |text, kind| all.get(&(text, kind)).copied().unwrap_or(0);
        assert_eq!([count("000", Kind::MERGER), count("001", Kind::MERGER)], [20, 79]);
        assert_eq!([count("001", Kind::PERSON), count("001", Kind::LEAVER)], [1_932 + 312, 1_144 + 186]);
        assert_eq!([count("002", Kind::POST), count("002", Kind::LEAVER), count("002", Kind::SITE)], [21, 14, 4]);
        assert_eq!([count("002", Kind::INDICATOR), count("003", Kind::UNIT)], [3, 57]);
        assert_eq!(count("004", Kind::ISSUE), 60);
        assert_eq!(facts.expected().len(), 19);
    }

    #[test]
    fn who_may_not_pass_decisions_is_told() {
        let facts = Facts::parse(FILE).unwrap();
        let place = facts.places().remove(0);
        assert!(facts.edits(&place, &writing(Role::Clerk)).is_err());
        assert!(Facts::parse("{}").is_err());
    }
}
