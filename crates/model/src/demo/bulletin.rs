//! The first set of the bulletin: categories with deadlines, kinds of unit, departments, and what else it says.

use super::{DemoDice, desk, notices};
use crate::edit::{AddCategory, AddDepartment, AddUnitKind, Edit, Form, pack};
use crate::id::{CollectionId, DocKind};
use crate::record::Side;
use crate::time::Timestamp;
use crate::vocabulary;

/// Departments of a province, slug and name.
const DEPARTMENTS: [(&str, &str, &str); 9] = [
    ("van_phong_ubnd", "Văn phòng Ủy ban nhân dân tỉnh", "Office of the provincial People's Committee"),
    ("so_noi_vu", "Sở Nội vụ", "Department of Home Affairs"),
    ("so_khcn", "Sở Khoa học và Công nghệ", "Department of Science and Technology"),
    ("so_tai_chinh", "Sở Tài chính", "Department of Finance"),
    ("so_tu_phap", "Sở Tư pháp", "Department of Justice"),
    ("so_xay_dung", "Sở Xây dựng", "Department of Construction"),
    ("thanh_tra", "Thanh tra tỉnh", "Provincial Inspectorate"),
    ("cong_an", "Công an tỉnh", "Provincial Police"),
    ("ban_to_chuc", "Ban Tổ chức Tỉnh ủy", "Organisation Commission of the Party committee"),
];

/// Deadline in working days and usual lead of each category; made up, for the province to set.
pub(super) const DEADLINES: [(&str, i64, &str); 13] = [
    ("tru_so", 15, "so_tai_chinh"),
    ("ha_tang_ky_thuat", 5, "so_khcn"),
    ("thiet_bi", 10, "so_tai_chinh"),
    ("phan_mem", 5, "so_khcn"),
    ("chu_ky_so", 3, "so_khcn"),
    ("nhan_luc", 15, "so_noi_vu"),
    ("to_chuc_chi_dao", 10, "van_phong_ubnd"),
    ("tham_quyen", 10, "so_tu_phap"),
    ("che_do_chinh_sach", 10, "so_noi_vu"),
    ("giay_to", 5, "cong_an"),
    ("dai_hoi", 5, "ban_to_chuc"),
    ("khieu_nai_to_cao", 10, "thanh_tra"),
    ("khac", 10, "van_phong_ubnd"),
];

/// Categories whose issues the commune's leader approves before they count; made up like the deadlines.
pub(super) const APPROVED: [&str; 2] = ["to_chuc_chi_dao", "khieu_nai_to_cao"];

/// The first set of a province's bulletin, as few edits as possible.
#[must_use]
pub fn bulletin(collection: CollectionId, seed: u64, at: Timestamp) -> Vec<Edit> {
    let desk = desk(collection, DocKind::Bulletin, Side::Province, at);
    let mut dice = DemoDice::new(seed, "bulletin");
    let mut forms: Vec<Box<dyn Form>> = Vec::new();
    for (slug, name, en) in DEPARTMENTS {
        let record = dice.record();
        let (slug, name, name_en) = (slug.into(), name.into(), Some(en.into()));
        forms.push(Box::new(AddDepartment { record, slug, name, name_en, phone: None }));
    }
    for (slug, deadline_days, lead) in DEADLINES {
        let Some(word) = vocabulary::word("issue_category", slug) else { continue };
        forms.push(Box::new(AddCategory {
            record: dice.record(),
            slug: slug.into(),
            name: capital(word.vi),
            name_en: Some(capital(word.en)),
            deadline_days,
            lead: Some(lead.into()),
            approval: APPROVED.contains(&slug),
        }));
    }
    for word in vocabulary::list("unit_kind") {
        let record = dice.record();
        let (name, name_en) = (capital(word.vi), Some(capital(word.en)));
        forms.push(Box::new(AddUnitKind { record, slug: word.slug.into(), name, name_en }));
    }
    forms.extend(notices::forms(&mut dice));
    debug_assert!(forms.iter().all(|form| form.edit(&desk).is_ok()), "the first set fits its forms");
    pack(forms.iter().filter_map(|form| form.edit(&desk).ok()))
}

/// The first letter large.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{MAX_WEIGHT, Write};
    use crate::record::{Field, Kind, Value};

    #[test]
    fn every_word_of_the_forms_is_in_the_bulletin() {
        let edits = bulletin(CollectionId([1; 16]), 7, Timestamp(0));
        assert!(edits.iter().all(|edit| edit.weight() <= MAX_WEIGHT));
        let kinds = [Kind::DEPARTMENT, Kind::CATEGORY, Kind::UNIT_KIND, Kind::DAY, Kind::SETTING];
        let texts = [Kind::NOTICE, Kind::TEMPLATE, Kind::LESSON];
        let mut counts = [0; 8];
        for write in edits.iter().flat_map(Edit::writes) {
            let Write::Create { kind, fields, .. } = write else { panic!("{write:?}") };
            assert!(fields.contains(&(Field::MADE_UP, Value::Bool(true))));
            let place = kinds.iter().chain(&texts).position(|known| known == kind);
            counts[place.unwrap()] += 1;
        }
        let words = |list| vocabulary::list(list).count();
        let days = crate::calendar::first_days().count();
        let lists = [DEPARTMENTS.len(), words("issue_category"), words("unit_kind"), days];
        assert_eq!(counts, [lists[0], lists[1], lists[2], lists[3], 5, 3, 2, 2]);
        assert!(DEADLINES.iter().all(|(.., lead)| DEPARTMENTS.iter().any(|(slug, ..)| slug == lead)));
    }
}
