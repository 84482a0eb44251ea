//! The official catalogue, which needs no office: what a code means on a day, and what became of a province's communes.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::Date;
use hopluu_model::catalogue::{self, Heir, Meaning};
use hopluu_model::text::search_key;
use serde::Serialize;

use crate::{Refusal, Why};

/// A unit on the other side of 2025-07-01.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceLink {
    /// Its code then.
    pub code: &'static str,
    /// Type and name.
    pub name: String,
    /// Whole or in part, in Vietnamese.
    pub share: &'static str,
    /// The same in English.
    pub share_en: &'static str,
}

/// Where a unit comes from, or what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PlaceLinks {
    /// The communes an old unit went into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub became: Vec<PlaceLink>,
    /// The old units a commune was formed from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formed_from: Vec<PlaceLink>,
    /// The district of an old unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<&'static str>,
    /// The province of an old unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<&'static str>,
}

/// What a code means on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceOn {
    /// The code.
    pub code: String,
    /// The day.
    pub date: String,
    /// Type and name on that day.
    pub name: String,
    /// Where it comes from, or what became of it.
    pub links: PlaceLinks,
}

/// The communes of a province of 2025-06-30, and those that are where they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceChanges {
    /// Full name of the province before.
    pub province: &'static str,
    /// How many there were.
    pub before: usize,
    /// How many there are.
    pub after: usize,
    /// Those before, with what each became.
    pub old: Vec<PlaceOn>,
    /// Those after, with what each was formed from; units of other provinces too.
    pub new: Vec<PlaceOn>,
}

/// What a code means on a day: since 2025-07-01 nearly all name something else.
///
/// # Errors
/// When the catalogue has no such code on that day.
pub fn place_on(code: &str, day: Date) -> Result<PlaceOn, Refusal> {
    let meaning = catalogue::at(code, day).ok_or_else(|| unknown(code))?;
    let links = match &meaning {
        Meaning::Old(unit) => PlaceLinks {
            became: catalogue::successors(code).iter().map(onward).collect(),
            district: Some(unit.district),
            province: Some(unit.province),
            ..PlaceLinks::default()
        },
        Meaning::Commune(commune) => PlaceLinks {
            formed_from: catalogue::ancestry(commune.code).iter().map(back).collect(),
            ..PlaceLinks::default()
        },
    };
    Ok(PlaceOn { code: code.to_owned(), date: day.to_string(), name: meaning.full_name(day), links })
}

/// What became of the communes of a province as it was until 2025-06-30, named in full, with or without accents.
///
/// # Errors
/// When there was no such province.
pub fn place_changes(province: &str) -> Result<PlaceChanges, Refusal> {
    let key = search_key(province);
    let named = |full: &str| search_key(full) == key || search_key(full).split_once(' ').is_some_and(|it| it.1 == key);
    // Two may differ by accents alone, and "Thành phố" is two words: whole names go first.
    let full: BTreeSet<&str> = catalogue::old_units().map(|heir| heir.old.province).collect();
    let exact = full.iter().copied().find(|name| *name == province);
    let found = exact.or_else(|| full.iter().copied().find(|name| named(name)));
    let full = found.ok_or_else(|| unknown(province))?;
    let links: Vec<Heir> = catalogue::old_units().filter(|heir| heir.old.province == full).collect();
    let day = catalogue::two_tier_day();
    let old: BTreeMap<&str, ()> = links.iter().map(|heir| (heir.old.code, ())).collect();
    let new: BTreeMap<&str, ()> = links.iter().map(|heir| (heir.commune.code, ())).collect();
    let old = old.keys().map(|code| place_on(code, day.plus_days(-1))).collect::<Result<Vec<_>, _>>()?;
    let new = new.keys().map(|code| place_on(code, day)).collect::<Result<Vec<_>, _>>()?;
    Ok(PlaceChanges { province: full, before: old.len(), after: new.len(), old, new })
}

fn onward(heir: &Heir) -> PlaceLink {
    PlaceLink {
        code: heir.commune.code,
        name: heir.commune.full_name(),
        share: heir.share.vi(),
        share_en: heir.share.en(),
    }
}

fn back(heir: &Heir) -> PlaceLink {
    PlaceLink { code: heir.old.code, name: heir.old.full_name(), share: heir.share.vi(), share_en: heir.share.en() }
}

fn unknown(typed: &str) -> Refusal {
    let typed: String = typed.chars().take(40).collect();
    Refusal::new(
        Why::NotFound,
        "no-place",
        format!("Danh mục không có {typed} vào ngày đó. Tìm bằng: hopluu places find 19 \"tên\""),
        format!("The catalogue has no {typed} on that day. Find it with: hopluu places find 19 \"name\""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_a_province_change_on_the_first_of_july() {
        let day = catalogue::two_tier_day();
        let names = |code| [day.plus_days(-1), day].map(|day| place_on(code, day).unwrap().name);
        assert_eq!(names("05518"), ["Phường Thắng Lợi", "Phường Sông Công"]);
        assert_eq!(names("00118"), ["Phường Ngọc Thụy", "Phường Bồ Đề"]);
        for typed in ["Tỉnh Thái Nguyên", "tinh thai nguyen", "Thái Nguyên"] {
            let changes = place_changes(typed).unwrap();
            assert_eq!((changes.before, changes.after), (172, 55), "{typed}");
            assert!(changes.old.iter().all(|place| !place.links.became.is_empty()));
            assert!(changes.new.iter().all(|place| !place.links.formed_from.is_empty()));
        }
        assert_eq!(place_changes("Tỉnh Nào").unwrap_err().code, "no-place");
    }
}
