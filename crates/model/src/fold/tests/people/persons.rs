//! Two records of what may be one person.

use super::*;

const KEEP: &str = "Giữ hồ sơ";
const APART: &str = "Hai người khác nhau";

fn person(n: u8, name: &str) -> Snapshot {
    let fields = [(Field::NAME, text(name)), (Field::STAFF_CATEGORY, text("cong_chuc"))];
    record(n, Kind::PERSON, DocKind::People, &fields)
}

fn folded(persons: &[Snapshot], held: &[Snapshot], events: &[Event]) -> HoldingFold {
    fold_of(persons, held, &[], events, &Ends::default())
}

#[test]
fn one_name_by_two_authors_is_asked_about_once() {
    let two = [person(11, "Nguyễn Văn Mẫu 014"), person(12, "NGUYEN VAN MAU 014"), person(13, "Nguyễn Văn Mẫu 015")];
    let open = folded(&two, &[], &[]);
    assert_eq!((open.clashes.len(), open.clashes[0].kind), (1, ClashKind::PersonTwice));
    assert_eq!(open.clashes[0].options.len(), 3);
    let mut same_author = two.clone();
    same_author[1].actor = same_author[0].actor;
    assert!(folded(&same_author, &[], &[]).clashes.is_empty(), "who enters two namesakes knows what they do");
    let mut other_category = two;
    other_category[1].fields.insert(Field::STAFF_CATEGORY, super::super::held(text("can_bo"), 1));
    assert!(folded(&other_category, &[], &[]).clashes.is_empty());
}

#[test]
fn what_a_double_holds_the_one_kept_holds() {
    let two = [person(11, "Nguyễn Văn Mẫu 014"), person(12, "Nguyễn Văn Mẫu 014")];
    let held = [holding(1, 11, (1, 1), None), holding(2, 12, (2, 1), None)];
    let open = folded(&two, &held, &[]);
    let kinds: Vec<_> = open.clashes.iter().map(|clash| clash.kind).collect();
    assert!(kinds.contains(&ClashKind::PostHolders) && kinds.contains(&ClashKind::PersonTwice), "{kinds:?}");
    let question = open.clashes.iter().find(|clash| clash.kind == ClashKind::PersonTwice).unwrap();
    let keep = question.options.iter().find(|option| option.record == rid(12)).unwrap();
    let kept = chose(31, question, &keep.text.vi);
    let one = folded(&two, &held, &[kept]);
    assert_eq!((one.clashes.len(), one.kept(rid(11)), people(&one)), (0, rid(12), 1));
    assert!(one.spans.values().all(|span| span.person == rid(12)));
    let left = [leaver(40, 11, (7, 1))];
    let kept = chose(31, question, &keep.text.vi);
    let gone = fold_of(&two, &held, &left, &[kept], &Ends::default());
    assert_eq!(
        (people(&gone), gone.left[&rid(12)].on),
        (0, day(2026, 7, 1)),
        "the double's leaving counts for the one kept"
    );
}

#[test]
fn two_people_stay_two_until_somebody_else_says_otherwise() {
    let two = [person(11, "Nguyễn Văn Mẫu 014"), person(12, "Nguyễn Văn Mẫu 014")];
    let open = folded(&two, &[], &[]).clashes.remove(0);
    let apart = chose(31, &open, APART);
    let settled_ = folded(&two, &[], std::slice::from_ref(&apart));
    assert!(settled_.clashes.is_empty() && settled_.doubles.is_empty());
    let keep = chose(32, &open, KEEP);
    let again = folded(&two, &[], &[keep.clone(), apart.clone()]);
    assert_eq!((again.clashes.len(), again.doubles.len()), (1, 0));
    assert_ne!(again.clashes[0].key, open.key);
    let last = chose(33, &again.clashes[0], APART);
    let end = folded(&two, &[], &[keep.clone(), last, apart.clone()]);
    assert!(end.clashes.is_empty() && end.doubles.is_empty());
    let agreed = chose(34, &open, APART);
    assert!(folded(&two, &[], &[agreed, apart]).clashes.is_empty(), "both said the same");
    let mut foreign = keep;
    foreign.side = Side::Province;
    assert_eq!(folded(&two, &[], &[foreign]).clashes.len(), 1, "the province gave no reason");
}

#[test]
fn three_records_are_asked_about_by_twos() {
    let three = [person(11, "Nguyễn Văn Mẫu 014"), person(12, "Nguyễn Văn Mẫu 014"), person(13, "Nguyễn Văn Mẫu 014")];
    let open = folded(&three, &[], &[]).clashes;
    assert_eq!(open.len(), 3);
    let of = |one: u8, other: u8| {
        let pair = [rid(one), rid(other)];
        open.iter().find(|clash| clash.options.iter().all(|option| pair.contains(&option.record))).unwrap()
    };
    let keep = |n: u8, clash: &Clash, person: u8| {
        let option = clash.options.iter().find(|option| option.claims == [rid(person)]).unwrap();
        chose(n, clash, &option.text.vi)
    };
    let first = keep(31, of(11, 12), 11);
    let left = folded(&three, &[], std::slice::from_ref(&first));
    assert_eq!(left.clashes.len(), 1, "of a double nothing is asked");
    let chain = [first.clone(), keep(32, of(11, 13), 13)];
    let one = folded(&three, &[], &chain);
    assert_eq!((one.clashes.len(), one.kept(rid(12)), one.kept(rid(11))), (0, rid(13), rid(13)));
    let ring = [first, keep(33, of(12, 13), 12), keep(34, of(11, 13), 13)];
    let ring = folded(&three, &[], &ring);
    assert_eq!((ring.clashes.len(), ring.doubles.len()), (3, 0), "in a ring none is a double");
}

#[test]
fn a_record_entered_by_mistake_is_nobody() {
    let two = [person(11, "Nguyễn Văn Mẫu 014"), voided(person(12, "Nguyễn Văn Mẫu 014"))];
    let held = [holding(1, 11, (1, 1), None), holding(2, 12, (2, 1), None), voided(holding(3, 11, (1, 1), None))];
    let fold = folded(&two, &held, &[]);
    assert!(fold.clashes.is_empty());
    assert_eq!(fold.spans.keys().collect::<Vec<_>>(), [&rid(1)]);
    let fold = fold_of(&two, &held, &[leaver(40, 12, (7, 1))], &[], &Ends::default());
    assert!(fold.left.is_empty() && fold.clashes.is_empty(), "nor has it left");
}
