//! Provinces and communes of today.

use super::type_changes;
use crate::time::Date;

/// The type of an administrative unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceType {
    /// Xã: rural commune.
    Xa,
    /// Phường: ward.
    Phuong,
    /// Đặc khu: special zone.
    DacKhu,
    /// Thị trấn: township; old units only.
    ThiTran,
    /// Huyện: island district without communes; old units only.
    Huyen,
    /// Tỉnh: province.
    Tinh,
    /// Thành phố: city with the rank of a province.
    ThanhPho,
}

impl PlaceType {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Xa, "xa", "Xã"),
        (Self::Phuong, "phuong", "Phường"),
        (Self::DacKhu, "dac_khu", "Đặc khu"),
        (Self::ThiTran, "thi_tran", "Thị trấn"),
        (Self::Huyen, "huyen", "Huyện"),
        (Self::Tinh, "tinh", "Tỉnh"),
        (Self::ThanhPho, "thanh_pho", "Thành phố"),
    ];

    /// Finds a type by its slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == slug).map(|(kind, ..)| *kind)
    }

    /// What is stored.
    #[must_use]
    pub fn slug(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, slug, _)| slug)
    }

    /// In Vietnamese, as it stands before a name.
    #[must_use]
    pub fn vi(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., vi)| vi)
    }
}

/// A change of type without a merger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeChange {
    /// Code of the commune or province.
    pub code: &'static str,
    /// Type before.
    pub before: PlaceType,
    /// Type after.
    pub after: PlaceType,
    /// Number of the document.
    pub document: &'static str,
    /// Date of the document; the source does not give the day it took effect.
    pub document_date: Date,
}

/// A province since 2025-07-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Province {
    /// Two digits.
    pub code: &'static str,
    /// Bare name.
    pub name: &'static str,
    /// Its type on 2025-07-01.
    pub kind_2025: PlaceType,
}

/// A commune since 2025-07-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commune {
    /// Five digits.
    pub code: &'static str,
    /// Bare name; unique within its province, but only with its accents.
    pub name: &'static str,
    /// Its type on 2025-07-01.
    pub kind_2025: PlaceType,
    /// Code of its province.
    pub province: &'static str,
}

fn changed(code: &str, from: PlaceType, on: Option<Date>) -> PlaceType {
    let due = type_changes().iter().filter(|change| change.code == code);
    let due = due.filter(|change| on.is_none_or(|day| change.document_date <= day));
    due.max_by_key(|change| change.document_date).map_or(from, |change| change.after)
}

impl Province {
    /// Its type with all changes known.
    #[must_use]
    pub fn kind(&self) -> PlaceType {
        changed(self.code, self.kind_2025, None)
    }

    /// Type and name: "Tỉnh Thái Nguyên".
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind().vi(), self.name)
    }
}

impl Commune {
    /// Its type with all changes known.
    #[must_use]
    pub fn kind(&self) -> PlaceType {
        changed(self.code, self.kind_2025, None)
    }

    /// Its type on a day, going by the dates of the documents.
    #[must_use]
    pub fn kind_on(&self, day: Date) -> PlaceType {
        changed(self.code, self.kind_2025, Some(day))
    }

    /// Type and name: "Phường Sông Công".
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.kind().vi(), self.name)
    }

    /// Type and name on a day.
    #[must_use]
    pub fn full_name_on(&self, day: Date) -> String {
        format!("{} {}", self.kind_on(day).vi(), self.name)
    }
}
