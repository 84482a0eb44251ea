//! The official lists: provinces, communes, and which old units went into which commune on 2025-07-01.
//!
//! Compiled in, parsed once when first asked, in tables of about 400 KB. Sources and licences: `data/README.md`.
//! **A code is no identity**: 3,316 of 3,321 communes took over the code of one of their parents, so a code means one
//! unit before 2025-07-01 and another since ([`at`]). The type of a commune changes without a merger.

mod old;
mod place;
mod search;

pub use old::{Heir, Meaning, OldUnit, Share, ancestry, at, old_unit, old_units, successors, two_tier_day};
pub use place::{Commune, PlaceType, Province, TypeChange};
pub use search::search;

use std::sync::OnceLock;

use crate::time::Date;

/// All provinces of today, by code.
#[must_use]
pub fn provinces() -> &'static [Province] {
    static TABLE: OnceLock<Vec<Province>> = OnceLock::new();
    TABLE.get_or_init(|| {
        rows(include_str!("../../data/provinces.csv"))
            .filter_map(|[code, name, kind]| Some(Province { code, name, kind_2025: PlaceType::from_slug(kind)? }))
            .collect()
    })
}

/// The province of a two-digit code.
#[must_use]
pub fn province(code: &str) -> Option<&'static Province> {
    let table = provinces();
    table.binary_search_by(|province| province.code.cmp(code)).ok().map(|index| &table[index])
}

/// All communes of today, by code.
#[must_use]
pub fn communes() -> &'static [Commune] {
    static TABLE: OnceLock<Vec<Commune>> = OnceLock::new();
    TABLE.get_or_init(|| {
        rows(include_str!("../../data/communes.csv"))
            .filter_map(|[code, name, kind, province]| {
                Some(Commune { code, name, kind_2025: PlaceType::from_slug(kind)?, province })
            })
            .collect()
    })
}

/// The commune which a five-digit code names since 2025-07-01.
#[must_use]
pub fn commune(code: &str) -> Option<&'static Commune> {
    let table = communes();
    table.binary_search_by(|commune| commune.code.cmp(code)).ok().map(|index| &table[index])
}

/// The communes of a province, by code; none for an unknown province.
pub fn communes_of(province: &str) -> impl Iterator<Item = &'static Commune> {
    communes().iter().filter(move |commune| commune.province == province)
}

/// Changes of type since 2025-07-01.
#[must_use]
pub fn type_changes() -> &'static [TypeChange] {
    static TABLE: OnceLock<Vec<TypeChange>> = OnceLock::new();
    TABLE.get_or_init(|| {
        rows(include_str!("../../data/unit_changes_2026.csv"))
            .filter_map(|[_, code, _, before, after, document, date]| {
                let (before, after) = (PlaceType::from_slug(before)?, PlaceType::from_slug(after)?);
                Some(TypeChange { code, before, after, document, document_date: date.parse::<Date>().ok()? })
            })
            .collect()
    })
}

/// The rows of a list below its header, cell by cell; rows of another width are left out (the tests count).
fn rows<const N: usize>(list: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    list.lines().skip(1).filter_map(cells)
}

fn cells<const N: usize>(row: &'static str) -> Option<[&'static str; N]> {
    let mut all = row.split(',');
    let mut cells = [""; N];
    for cell in &mut cells {
        *cell = all.next()?;
    }
    all.next().is_none().then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_whole() {
        assert_eq!((provinces().len(), communes().len(), type_changes().len()), (34, 3_321, 25));
        let count = |kind| communes().iter().filter(|commune| commune.kind_2025 == kind).count();
        assert_eq!((count(PlaceType::Xa), count(PlaceType::Phuong), count(PlaceType::DacKhu)), (2_621, 687, 13));
        let count = |kind| communes().iter().filter(|commune| commune.kind() == kind).count();
        assert_eq!((count(PlaceType::Xa), count(PlaceType::Phuong), count(PlaceType::DacKhu)), (2_599, 709, 13));
        let count = |kind| provinces().iter().filter(|province| province.kind_2025 == kind).count();
        assert_eq!((count(PlaceType::Tinh), count(PlaceType::ThanhPho)), (28, 6));
        let count = |kind| provinces().iter().filter(|province| province.kind() == kind).count();
        assert_eq!((count(PlaceType::Tinh), count(PlaceType::ThanhPho)), (25, 9));
        assert!(communes().iter().all(|commune| province(commune.province).is_some()));
        assert!(communes().is_sorted_by_key(|commune| commune.code));
    }

    #[test]
    fn thai_nguyen_of_today() {
        let thai_nguyen = province("19").unwrap();
        assert_eq!(thai_nguyen.full_name(), "Tỉnh Thái Nguyên");
        assert_eq!(communes_of("19").count(), 92);
        assert_eq!(commune("05518").unwrap().full_name(), "Phường Sông Công");
        assert_eq!(commune("5518"), None);
        assert_eq!(communes_of("96").count(), 64);
    }

    #[test]
    fn a_type_changes_without_a_merger() {
        let long_thanh = commune("26368").unwrap();
        assert_eq!(long_thanh.full_name(), "Phường Long Thành");
        assert_eq!(long_thanh.full_name_on(Date::new(2026, 4, 13).unwrap()), "Xã Long Thành");
        assert_eq!(province("75").unwrap().full_name(), "Thành phố Đồng Nai");
    }
}
