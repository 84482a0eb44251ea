//! Words are found however they were typed.

use hopluu_model::{Field, Kind};
use hopluu_view::{Batch, Reader, View};

use crate::world::*;

fn library() -> (View, Reader) {
    let mut view = View::memory().unwrap();
    let mut update = update(issues(1), 1);
    // "Đường" in decomposed form, as some keyboards type it.
    let decomposed = "Đu\u{31b}o\u{31b}\u{300}ng vào trụ sở xa trung tâm";
    let texts = ["Cấp chữ ký số chậm", decomposed, "Hoà mạng chưa xong"];
    for (number, words) in (1..).zip(texts) {
        let fields = [(Field::TEXT, text(words)), (Field::CODE, text(&format!("05518-B-{number:04}")))];
        update.records.push(record(issues(1), number, Kind::ISSUE, &fields));
    }
    let mut units = crate::world::update(register(1), 2);
    for (number, name) in (10..).zip(["Tổ dân phố 10", "Tổ dân phố 2", "Xóm Đồi"]) {
        units.records.push(record(register(1), number, Kind::UNIT, &[(Field::NAME, text(name))]));
    }
    view.fold(&Batch { docs: vec![update, units] }).unwrap();
    let reader = view.reader().unwrap();
    (view, reader)
}

fn found(reader: &Reader, typed: &str) -> Vec<String> {
    reader.search(typed, None, 10).unwrap().into_iter().map(|found| found.name).collect()
}

#[test]
fn accents_case_and_encoding_do_not_matter() {
    let (_view, reader) = library();
    for typed in
        ["chu ky so", "chữ ký số", "CHỮ KÝ", "chu\u{31b}\u{303} ky\u{301} so\u{302}\u{301}", "cham chu", "chữ k"]
    {
        assert_eq!(found(&reader, typed), ["05518-B-0001"], "{typed}");
    }
    for typed in ["duong", "Đường", "đuong", "duo", "tru so"] {
        assert_eq!(found(&reader, typed), ["05518-B-0002"], "{typed}");
    }
    assert_eq!(found(&reader, "hòa mạng"), ["05518-B-0003"]);
    assert_eq!(found(&reader, "05518-b-0003"), ["05518-B-0003"]);
    assert_eq!(found(&reader, "doi"), ["Xóm Đồi"]);
}

#[test]
fn lists_are_in_the_order_people_expect() {
    let (_view, reader) = library();
    assert_eq!(found(&reader, "to dan pho"), ["Tổ dân phố 2", "Tổ dân phố 10"]);
    assert_eq!(reader.search("05518", Some(Kind::UNIT), 10).unwrap(), []);
}

#[test]
fn signs_and_nothing_find_nothing() {
    let (_view, reader) = library();
    for typed in ["", "  ", "\"", "* OR *", "NEAR(", "không có"] {
        assert_eq!(found(&reader, typed), Vec::<String>::new(), "{typed}");
    }
}

#[test]
fn old_words_are_forgotten_when_a_record_changes() {
    let (mut view, reader) = library();
    let mut change = update(register(1), 3);
    change.records.push(record(register(1), 12, Kind::UNIT, &[(Field::NAME, text("Xóm Núi"))]));
    view.fold(&Batch { docs: vec![change] }).unwrap();
    assert_eq!(found(&reader, "doi"), Vec::<String>::new());
    assert_eq!(found(&reader, "nui"), ["Xóm Núi"]);
    view.forget(register(1)).unwrap();
    assert_eq!(found(&reader, "nui"), Vec::<String>::new());
}
