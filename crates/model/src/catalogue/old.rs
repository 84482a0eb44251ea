//! The units of 2025-06-30, and what became of them.

use std::sync::OnceLock;

use super::place::{Commune, PlaceType};
use super::{cells, commune};
use crate::time::Date;

const LIST: &str = include_str!("../../data/commune_mergers.csv");

/// Whether a unit went into one commune or was divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// The whole unit.
    Whole,
    /// A part of it; how much is not known.
    Part,
}

impl Share {
    /// In Vietnamese.
    #[must_use]
    pub fn vi(self) -> &'static str {
        match self {
            Self::Whole => "toàn bộ",
            Self::Part => "một phần",
        }
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Whole => "the whole of it",
            Self::Part => "a part of it",
        }
    }
}

/// A unit of 2025-06-30.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldUnit {
    /// Five digits; three for the island districts without communes.
    pub code: &'static str,
    /// Bare name.
    pub name: &'static str,
    /// Its type.
    pub kind: PlaceType,
    /// Full name of its district.
    pub district: &'static str,
    /// Full name of its province.
    pub province: &'static str,
}

impl OldUnit {
    /// Type and name: "Phường Thắng Lợi".
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind.vi(), self.name)
    }
}

/// A link between an old unit and a commune of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heir {
    /// The old unit.
    pub old: OldUnit,
    /// The commune it went into.
    pub commune: &'static Commune,
    /// Wholly or in part.
    pub share: Share,
    /// How many of three further sources hold the same link; 0 and 1 deserve a look before they decide anything.
    pub confirmed_by: u8,
}

/// What a code means on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Before 2025-07-01.
    Old(OldUnit),
    /// Since 2025-07-01.
    Commune(&'static Commune),
}

impl Meaning {
    /// Type and name on that day.
    #[must_use]
    pub fn full_name(&self, day: Date) -> String {
        match self {
            Self::Old(unit) => unit.full_name(),
            Self::Commune(commune) => commune.full_name_on(day),
        }
    }
}

/// Where each row begins, in the order of new codes and in that of old codes.
struct Links {
    by_new: Vec<u32>,
    by_old: Vec<u32>,
}

fn links() -> &'static Links {
    static LINKS: OnceLock<Links> = OnceLock::new();
    LINKS.get_or_init(|| {
        let ends = LIST.match_indices('\n').map(|(at, _)| at + 1).filter(|at| *at < LIST.len());
        let by_new: Vec<u32> = ends.filter_map(|at| u32::try_from(at).ok()).collect();
        let mut by_old = by_new.clone();
        by_old.sort_by_key(|at| old_code(*at));
        Links { by_new, by_old }
    })
}

fn row(at: u32) -> &'static str {
    LIST.get(at as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

fn new_code(at: u32) -> &'static str {
    row(at).split(',').next().unwrap_or_default()
}

fn old_code(at: u32) -> &'static str {
    row(at).split(',').nth(1).unwrap_or_default()
}

fn heir(at: u32) -> Option<Heir> {
    let [new, code, name, kind, district, province, share, confirmed] = cells(row(at))?;
    let old = OldUnit { code, name, kind: PlaceType::from_slug(kind)?, district, province };
    let share = if share == "whole" { Share::Whole } else { Share::Part };
    Some(Heir { old, commune: commune(new)?, share, confirmed_by: confirmed.parse().ok()? })
}

/// The rows of one code in a sorted list.
fn of<'a>(list: &'a [u32], code: &str, read: fn(u32) -> &'static str) -> &'a [u32] {
    let from = list.partition_point(|at| read(*at) < code);
    let to = from + list[from..].partition_point(|at| read(*at) == code);
    &list[from..to]
}

/// The day from which codes mean the communes of today: 2025-07-01.
#[must_use]
pub fn two_tier_day() -> Date {
    Date::new(2025, 7, 1).expect("2025-07-01 is a day of the calendar")
}

/// The old units a commune was made of, by old code.
#[must_use]
pub fn ancestry(commune: &str) -> Vec<Heir> {
    of(&links().by_new, commune, new_code).iter().filter_map(|at| heir(*at)).collect()
}

/// The communes an old unit went into, by new code; more than one when it was divided.
#[must_use]
pub fn successors(old: &str) -> Vec<Heir> {
    of(&links().by_old, old, old_code).iter().filter_map(|at| heir(*at)).collect()
}

/// The unit an old code named on 2025-06-30.
#[must_use]
pub fn old_unit(code: &str) -> Option<OldUnit> {
    of(&links().by_old, code, old_code).first().and_then(|at| heir(*at)).map(|heir| heir.old)
}

/// All links, by new code.
pub fn old_units() -> impl Iterator<Item = Heir> {
    links().by_new.iter().filter_map(|at| heir(*at))
}

/// What a code means on a day. The lists begin with the units of 2025-06-30; earlier days get those too.
#[must_use]
pub fn at(code: &str, day: Date) -> Option<Meaning> {
    if day < two_tier_day() { old_unit(code).map(Meaning::Old) } else { commune(code).map(Meaning::Commune) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::communes;

    fn days() -> (Date, Date) {
        (Date::new(2025, 6, 30).unwrap(), two_tier_day())
    }

    #[test]
    fn the_links_are_whole() {
        assert_eq!(old_units().count(), 10_572);
        let old: BTreeSet<_> = old_units().map(|heir| (heir.old.code, heir.old.kind)).collect();
        let count = |kind| old.iter().filter(|(_, known)| *known == kind).count();
        assert_eq!((count(PlaceType::Xa), count(PlaceType::Phuong)), (7_692, 1_726));
        assert_eq!((count(PlaceType::ThiTran), count(PlaceType::Huyen)), (617, 5));
        assert!(communes().iter().all(|commune| !ancestry(commune.code).is_empty()));
        let reused =
            communes().iter().filter(|commune| ancestry(commune.code).iter().any(|heir| heir.old.code == commune.code));
        assert_eq!(reused.count(), 3_316);
        let parts: Vec<_> = old_units().filter(|heir| heir.share == Share::Part).collect();
        assert_eq!((parts.len(), parts.iter().map(|heir| heir.old.code).collect::<BTreeSet<_>>().len()), (973, 441));
    }

    #[test]
    fn a_code_changes_its_meaning() {
        let (before, after) = days();
        let names = |code| [before, after].map(|day| at(code, day).unwrap().full_name(day));
        assert_eq!(names("05518"), ["Phường Thắng Lợi", "Phường Sông Công"]);
        assert_eq!(names("00118"), ["Phường Ngọc Thụy", "Phường Bồ Đề"]);
        assert_eq!(at("00139", before).unwrap().full_name(before), "Phường Bồ Đề");
        assert_eq!(at("00139", after), None);
        assert_eq!(successors("00139").len(), 3);
        assert_eq!(at("99999", after), None);
    }

    #[test]
    fn song_cong_and_its_neighbours() {
        let names = |code: &str| ancestry(code).iter().map(|heir| heir.old.name).collect::<Vec<_>>();
        assert_eq!(names("05518"), ["Cải Đan", "Thắng Lợi", "Phố Cò"]);
        assert!(ancestry("05518").iter().all(|heir| heir.share == Share::Whole));
        assert_eq!(ancestry("05518")[0].old.district, "Thành phố Sông Công");
        assert_eq!(ancestry("05443").iter().filter(|heir| heir.share == Share::Part).count(), 1);
        assert_eq!(names("05662"), ["Trại Cau", "Hợp Tiến"]);
        assert_eq!(successors("05698")[0].commune.full_name(), "Xã Trại Cau");
    }

    #[test]
    fn old_provinces_to_communes_of_today() {
        let count = |province: &str| {
            let links: Vec<_> = old_units().filter(|heir| heir.old.province == province).collect();
            let old: BTreeSet<_> = links.iter().map(|heir| heir.old.code).collect();
            let new: BTreeSet<_> = links.iter().map(|heir| heir.commune.code).collect();
            (old.len(), new.len())
        };
        assert_eq!(count("Tỉnh Thái Nguyên"), (172, 55));
        assert_eq!(count("Tỉnh Bắc Kạn"), (108, 37));
        assert_eq!(count("Tỉnh Bạc Liêu"), (64, 25));
    }
}
