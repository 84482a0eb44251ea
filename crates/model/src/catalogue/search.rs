//! Finding a commune as people type it.

use super::{Commune, communes_of};
use crate::text::search_key;

/// The communes of a province whose full name holds what was typed, without regard to accents; names that begin with
/// it first, then by name. Nothing typed finds all.
///
/// Ten pairs of communes differ in accents only, so what is found must be shown with them.
#[must_use]
pub fn search(province: &str, typed: &str) -> Vec<&'static Commune> {
    let key = search_key(typed);
    let mut found: Vec<_> = communes_of(province)
        .filter_map(|commune| {
            let name = search_key(commune.name);
            let rank = match () {
                () if name == key => 0,
                () if name.starts_with(&key) => 1,
                () if search_key(&commune.full_name()).contains(&key) || commune.code == key => 2,
                () => return None,
            };
            Some(((rank, name), commune))
        })
        .collect();
    found.sort_by(|(one, left), (other, right)| (one, left.code).cmp(&(other, right.code)));
    found.into_iter().map(|(_, commune)| commune).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_accents() {
        let names = |province, typed| search(province, typed).iter().map(|commune| commune.name).collect::<Vec<_>>();
        assert_eq!(names("19", "song cong"), ["Sông Công"]);
        assert_eq!(names("19", "PHƯỜNG PHAN đình"), ["Phan Đình Phùng"]);
        assert_eq!(names("19", "05662"), ["Trại Cau"]);
        assert_eq!(names("19", "van lang"), ["Văn Lang", "Văn Lăng"]);
        assert_eq!(names("31", "Cẩm Giàng").len(), 2);
        assert_eq!(names("19", "").len(), 92);
        assert!(names("19", "không có").is_empty() && names("00", "").is_empty());
    }
}
