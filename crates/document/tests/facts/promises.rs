//! What this room promises of documents.

use hopluu_document::{Document, DocumentError, genesis_hash};
use hopluu_model::edit::{AddRecord, Form};
use hopluu_model::{ActorId, CollectionId, DocId, DocKind, Edit, EventId, Field, Kind, Value, Write};
use proptest::prelude::*;

use crate::world::*;

fn count(value: i64) -> Value {
    Value::Int(value)
}

#[test]
fn genesis_is_the_same_everywhere_and_differs_by_document() {
    let other = DocId::new(CollectionId([8; 16]), DocKind::Register);
    assert_eq!(Document::begin(register()).heads(), vec![genesis_hash(&register())]);
    assert_eq!(Document::begin(register()).save(), Document::begin(register()).save());
    for doc in [other, issues(), DocId::new(register().collection, DocKind::People)] {
        assert_ne!(genesis_hash(&doc), genesis_hash(&register()));
    }
    assert!(Document::begin(register()).clock().is_empty(), "it is nobody's change");
}

#[test]
fn changes_of_one_document_do_not_apply_to_another() {
    let other = DocId::new(CollectionId([8; 16]), DocKind::Register);
    let change = write(&mut Document::begin(register()), actor(1), &unit(2, 90));
    let mut document = Document::begin(other);
    let applied = document.apply(vec![change]).unwrap();
    assert_eq!(applied.applied, 0, "{applied:?}");
    assert_eq!(document.heads(), vec![genesis_hash(&other)]);
    let saved = Document::begin(other).save();
    assert!(matches!(Document::load(register(), &saved), Err(DocumentError::Foreign { .. })));
}

#[test]
fn values_two_offices_wrote_stay_readable_and_equal_on_both() {
    let (mut a, mut b) = (Document::begin(register()), Document::begin(register()));
    let first = write(&mut a, actor(1), &unit(2, 100));
    b.apply(vec![first]).unwrap();
    let left = write(&mut a, actor(1), &households(2, 118));
    let right = write(&mut b, actor(2), &households(2, 121));
    a.apply(vec![right]).unwrap();
    b.apply(vec![left]).unwrap();
    let shown = a.record(unit_id(2)).unwrap();
    assert_eq!(Some(&shown), b.record(unit_id(2)).as_ref());
    let held = &shown.fields[&Field::HOUSEHOLDS];
    let mut both = vec![held.value.clone(), held.rivals[0].value.clone()];
    both.sort();
    assert_eq!((both, held.rivals.len()), (vec![count(118), count(121)], 1));

    let settled = write(&mut a, actor(1), &households(2, 119));
    b.apply(vec![settled]).unwrap();
    let held = &b.record(unit_id(2)).unwrap().fields[&Field::HOUSEHOLDS];
    assert_eq!((&held.value, held.rivals.len()), (&count(119), 0), "whoever saw both ends it");
}

#[test]
fn equal_values_are_no_clash() {
    let (mut a, mut b) = (Document::begin(register()), Document::begin(register()));
    let first = write(&mut a, actor(1), &unit(2, 100));
    b.apply(vec![first]).unwrap();
    write(&mut a, actor(1), &households(2, 118));
    let right = write(&mut b, actor(2), &households(2, 118));
    a.apply(vec![right]).unwrap();
    assert!(a.record(unit_id(2)).unwrap().fields[&Field::HOUSEHOLDS].rivals.is_empty());
}

#[test]
fn what_is_saved_is_loaded() {
    let mut document = Document::begin(issues());
    write(&mut document, actor(1), &report(3, "Chưa được cấp chữ ký số"));
    write(&mut document, actor(2), &comment(3, 4, "Đã gọi điện hai lần"));
    let mut loaded = Document::load(issues(), &document.save()).unwrap();
    assert_eq!((loaded.heads(), loaded.clock()), (document.heads(), document.clock()));
    assert_eq!(loaded.everything(&commune), document.everything(&commune));
    let written = loaded.write(actor(1), &comment(3, 5, "Vẫn chưa có")).unwrap();
    assert_eq!(written.seq, 2, "the chain goes on");
    document.apply(vec![incoming(&written)]).unwrap();
    assert_eq!(loaded.heads(), document.heads());
    assert!(matches!(Document::load(issues(), b"junk"), Err(DocumentError::Load { .. })));
}

#[test]
fn only_what_moved_is_read_again() {
    let mut document = Document::begin(register());
    for number in 2..8 {
        write(&mut document, actor(1), &unit(number, 50));
    }
    let before = document.heads();
    write(&mut document, actor(1), &households(5, 51));
    write(&mut document, actor(1), &unit(9, 60));
    let moved = document.moved_since(&before, &commune);
    let ids: Vec<_> = moved.records.iter().map(|record| record.id).collect();
    assert_eq!(ids, vec![unit_id(5), unit_id(9)], "in the order of the ids, whatever order patches come in");
    assert_eq!(document.moved_since(&document.heads(), &commune).records.len(), 0);
    assert_eq!(document.moved_since(&[genesis_hash(&issues())], &commune), document.everything(&commune));
}

#[test]
fn an_edit_that_cannot_be_written_leaves_no_trace() {
    let mut document = Document::begin(register());
    write(&mut document, actor(1), &unit(2, 90));
    let before = (document.heads(), document.clock().clone(), document.everything(&commune));
    let absent = document.write(actor(1), &households(9, 5));
    assert!(matches!(absent, Err(DocumentError::NoRecord { .. })), "{absent:?}");
    assert_eq!((document.heads(), document.clock().clone(), document.everything(&commune)), before);
    let next = document.write(actor(1), &households(2, 91)).unwrap();
    assert_eq!(next.seq, 2);
}

#[test]
fn an_edit_too_large_to_travel_leaves_no_trace() {
    let mut document = Document::begin(register());
    write(&mut document, actor(1), &unit(2, 90));
    let before = (document.heads(), document.clock().clone(), document.everything(&commune));
    // No form gives such an edit; a journal of another version might.
    let (record, value) = (unit_id(2), Value::Text("ệ".repeat(6_000)));
    let writes = vec![Write::Set { record, field: Field::AREA, value }];
    let edit = (register(), desk(register()).stamp, false, writes);
    let edit: Edit = postcard::from_bytes(&postcard::to_stdvec(&edit).unwrap()).unwrap();
    let refused = document.write(actor(1), &edit);
    assert!(matches!(refused, Err(DocumentError::TooLarge { .. })), "{refused:?}");
    assert_eq!((document.heads(), document.clock().clone(), document.everything(&commune)), before);
    let next = document.write(actor(1), &households(2, 91)).unwrap();
    assert_eq!(next.seq, 2);
    assert_eq!(
        Document::load(register(), &document.save()).unwrap().everything(&commune),
        document.everything(&commune)
    );
}

#[test]
fn the_heaviest_edit_a_form_lets_through_travels_as_one_change() {
    let mut document = Document::begin(issues());
    let written = document.write(actor(1), &report(3, &"ệ".repeat(4_000))).unwrap();
    assert!(written.raw.len() <= hopluu_model::id::MAX_CHANGE, "{} bytes", written.raw.len());
}

#[test]
fn writing_again_what_was_written_with_the_same_ids_adds_nothing() {
    let mut document = Document::begin(issues());
    write(&mut document, actor(1), &report(3, "Mất mạng từ sáng"));
    write(&mut document, actor(1), &comment(3, 4, "Đã báo nhà mạng"));
    let before = (document.heads(), document.everything(&commune));
    for again in [report(3, "Mất mạng từ sáng"), comment(3, 4, "Đã báo nhà mạng"), comment(3, 4, "Một lời khác")]
    {
        assert!(matches!(document.write(actor(2), &again), Err(DocumentError::Nothing)));
    }
    assert_eq!((document.heads(), document.everything(&commune)), before);
    assert_eq!(document.event(EventId([4; 16]), &commune).unwrap().text(Field::TEXT), "Đã báo nhà mạng");
}

#[test]
fn fields_and_kinds_of_a_later_version_are_kept() {
    let mut document = Document::begin(register());
    let form = AddRecord { record: unit_id(2), kind: Kind(250), fields: vec![] };
    assert!(form.edit(&desk(register())).is_err(), "this version writes only what it knows");
    write(&mut document, actor(1), &unit(3, 10));
    let loaded = Document::load(register(), &document.save()).unwrap();
    assert_eq!(loaded.save(), document.save(), "what is not understood is passed on byte by byte");
}

/// Three offices at work, each on what it has heard so far.
fn history(steps: &[(u8, u8, bool)]) -> Vec<hopluu_document::Incoming> {
    let mut offices: Vec<Document> = (0..3).map(|_| Document::begin(register())).collect();
    let mut changes = Vec::new();
    for number in 2..6 {
        let change = write(&mut offices[0], actor(1), &unit(number, 10));
        changes.push(change);
    }
    for office in &mut offices[1..] {
        office.apply(changes.clone()).expect("it was made here");
    }
    for (place, (office, number, heard)) in steps.iter().enumerate() {
        let office = &mut offices[usize::from(*office)];
        if *heard {
            office.apply(changes.clone()).expect("it was made here");
        }
        let author = ActorId([40 + u8::try_from(changes.len() % 3).expect("it was made here"); 16]);
        let author = if *heard { author } else { actor(60 + u8::try_from(place).expect("it was made here")) };
        changes.push(write(office, author, &households(*number, i64::try_from(place).expect("it was made here"))));
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        steps in prop::collection::vec((0u8..3, 2u8..6, any::<bool>()), 1..10),
        seed in any::<u64>(),
        cut in 1usize..6,
    ) {
        let changes = history(&steps);
        let straight = rebuilt(register(), &changes);
        let mut shuffled = changes.clone();
        let mut noise = Noise(seed);
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, noise.below(place + 1));
        }
        // Delivered in parts and twice, as packs are.
        let mut document = Document::begin(register());
        for part in shuffled.chunks(cut).chain(shuffled.chunks(cut + 1)) {
            prop_assert_eq!(document.apply(part.to_vec()).unwrap().unfit, vec![]);
        }
        prop_assert_eq!(document.parked(), 0);
        prop_assert_eq!(document.heads(), straight.heads());
        prop_assert_eq!(document.clock(), straight.clock());
        prop_assert_eq!(document.everything(&commune), straight.everything(&commune));
    }
}
