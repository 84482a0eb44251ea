//! Persons, posts, leavers, boards and transfers, on any day.

use hopluu_model::{CollectionId, DocId, DocKind, Field, Kind, Snapshot, Value};
use hopluu_view::query::Staff;
use hopluu_view::{Batch, DocUpdate, Marks, Reader, View};

use crate::world::*;

const HERE: CollectionId = CollectionId([1; 16]);

fn of(number: u32, kind: Kind, fields: &[(Field, Value)]) -> Snapshot {
    record(people(1), number, kind, fields)
}

fn person(number: u32, category: &str) -> Snapshot {
    let name = text(&format!("Nguyễn Văn Mẫu {number:03}"));
    of(number, Kind::PERSON, &[(Field::NAME, name), (Field::STAFF_CATEGORY, text(category))])
}

fn holding(number: u32, (who, post, unit): (u32, u32, Option<u32>), from: &str) -> Snapshot {
    let mut fields = vec![
        (Field::PERSON, Value::Id(id(who))),
        (Field::POST, Value::Id(id(post))),
        (Field::TENURE, text(if number.is_multiple_of(2) { "main" } else { "concurrent" })),
        (Field::VALID_FROM, day(from)),
    ];
    fields.extend(unit.map(|unit| (Field::UNIT, Value::Id(id(unit)))));
    of(number, Kind::HOLDING, &fields)
}

fn post(number: u32, slug: &str, scope: &str, paid: bool) -> Snapshot {
    let fields = [
        (Field::SLUG, text(slug)),
        (Field::NAME, text(slug)),
        (Field::SCOPE, text(scope)),
        (Field::MAX_HOLDERS, Value::Int(1)),
        (Field::PAID, Value::Bool(paid)),
    ];
    record(register(1), number, Kind::POST, &fields)
}

/// Two units, posts of both scopes, a quota, a board; four people, one of whom leaves on 1 July 2026.
fn commune() -> [DocUpdate; 2] {
    let mut here = update(register(1), 1);
    let about = [(Field::NAME, text("Phường Sông Công")), (Field::COMMUNE_CODE, text("05518"))];
    here.records.push(record(register(1), 90, Kind::COMMUNE, &about));
    for number in [1, 2] {
        let fields = [(Field::NAME, text(&format!("Tổ dân phố {number}"))), (Field::UNIT_KIND, text("to_dan_pho"))];
        here.records.push(record(register(1), number, Kind::UNIT, &fields));
    }
    here.records.extend([
        post(40, "bi_thu", "unit", true),
        post(41, "to_truong", "unit", true),
        post(42, "chu_tich", "commune", false),
    ]);
    let quota = [
        (Field::STAFF_CATEGORY, text("khong_chuyen_trach")),
        (Field::COUNT, Value::Int(2)),
        (Field::VALID_FROM, day("2026-01-01")),
    ];
    here.records.push(record(register(1), 45, Kind::QUOTA, &quota));
    let board = [(Field::NAME, text("Ban tổ chức")), (Field::BOARD_KIND, text("to_chuc"))];
    here.records.push(record(register(1), 46, Kind::BOARD, &board));
    let mut staff = update(people(1), 2);
    staff.records.extend([11, 12, 13].map(|number| person(number, "khong_chuyen_trach")));
    staff.records.push(person(14, "can_bo"));
    staff.records.extend([
        holding(20, (11, 40, Some(1)), "2026-01-01"),
        holding(21, (11, 41, Some(1)), "2026-01-01"),
        holding(22, (12, 41, Some(2)), "2026-01-01"),
        holding(24, (14, 42, None), "2026-01-01"),
    ]);
    let leaving = [
        (Field::PERSON, Value::Id(id(12))),
        (Field::ON, day("2026-07-01")),
        (Field::REASON, text("nghi_huu")),
        (Field::BENEFIT, text("decided")),
    ];
    staff.records.push(of(30, Kind::LEAVER, &leaving));
    let member = [(Field::BOARD, Value::Id(id(46))), (Field::PERSON, Value::Id(id(12)))];
    staff.records.push(of(31, Kind::MEMBER, &member));
    let transfer = [
        (Field::PERSON, Value::Id(id(14))),
        (Field::TO_COMMUNE, text("05521")),
        (Field::ON, day("2026-09-01")),
        (Field::STATE, text("requested")),
    ];
    staff.records.push(of(32, Kind::TRANSFER, &transfer));
    [here, staff]
}

fn begun(docs: Vec<DocUpdate>) -> (View, Reader) {
    let mut view = View::memory().unwrap();
    view.mark(&Marks { today: Some("2026-08-01".parse().unwrap()), ..Marks::default() }).unwrap();
    view.fold(&Batch { docs }).unwrap();
    let reader = view.reader().unwrap();
    (view, reader)
}

fn on(reader: &Reader, day: &str) -> Staff {
    reader.staff(HERE, Some(day.parse().unwrap())).unwrap().unwrap()
}

#[test]
fn the_day_before_and_the_day_after_a_leaving_differ() {
    let (_view, reader) = begun(commune().into());
    let (before, after) = (on(&reader, "2026-06-30"), on(&reader, "2026-07-01"));
    let sums = |staff: &Staff| (staff.serving, staff.in_service, staff.left, staff.vacant, staff.concurrent);
    assert_eq!(sums(&before), (3, 4, 0, 1, 1));
    assert_eq!(sums(&after), (2, 3, 1, 2, 1));
    let part_time = |staff: &Staff| (staff.quotas[0].allowed, staff.quotas[0].actual);
    assert_eq!((part_time(&before), part_time(&after)), ((2, 3), (2, 2)));
    let gone = after.people.iter().find(|row| row.id == id(12)).unwrap();
    assert_eq!((gone.reason.as_str(), gone.holdings[0].ending.as_str(), gone.seats), ("nghi_huu", "left", 0));
    assert!(after.people.iter().all(|row| !row.over) && after.paid.is_empty());
    assert_eq!(on(&reader, "2025-12-31").serving, 0);
    let board = |day: &str| reader.boards(HERE, Some(day.parse().unwrap())).unwrap()[0].members[0].in_force;
    assert!(board("2026-06-30") && !board("2026-07-01"), "who left sits on no board");
}

#[test]
fn a_post_of_the_commune_wants_as_many_as_may_hold_it() {
    let [mut here, staff] = commune();
    let chairs = here.records.iter_mut().find(|row| row.id == id(42)).unwrap();
    chairs.fields.get_mut(&Field::MAX_HOLDERS).unwrap().value = Value::Int(3);
    let (_view, reader) = begun(vec![here, staff]);
    let staff = on(&reader, "2026-06-30");
    let chairs = staff.posts.iter().find(|post| post.id == id(42)).unwrap();
    assert_eq!((chairs.vacant, chairs.seats[0].vacant, chairs.seats[0].is_vacant()), (2, 2, false));
    assert_eq!(staff.vacant, 3, "and the seat in a unit that nobody holds");
}

#[test]
fn limits_are_those_of_the_day() {
    let mut bulletin = update(DocId::new(CollectionId([7; 16]), DocKind::Bulletin), 3);
    let doc = bulletin.doc;
    for (number, slug, from) in [(80, "concurrent_most", "2026-05-01"), (81, "paid_titles_most", "2026-06-01")] {
        let fields = [(Field::SLUG, text(slug)), (Field::COUNT, Value::Int(1)), (Field::VALID_FROM, day(from))];
        bulletin.records.push(record(doc, number, Kind::SETTING, &fields));
    }
    let [here, staff] = commune();
    let (_view, reader) = begun(vec![here, staff, bulletin]);
    let over = |day: &str| {
        let staff = on(&reader, day);
        (staff.people.iter().filter(|row| row.over).count(), staff.paid.len())
    };
    assert_eq!((over("2026-04-30"), over("2026-05-01"), over("2026-06-01")), ((0, 0), (1, 0), (1, 1)));
}

#[test]
fn one_person_is_shown_with_all_that_is_known() {
    let (mut view, reader) = begun(commune().into());
    let detail = reader.person(id(12), None).unwrap().unwrap();
    assert_eq!((detail.serves, detail.boards[0].board_name.as_str()), (false, "Ban tổ chức"));
    assert_eq!(detail.leaving.as_ref().map(|row| row.benefit.as_str()), Some("decided"));
    let mover = reader.person(id(14), None).unwrap().unwrap();
    assert_eq!((mover.transfers[0].to_code.as_str(), mover.transfers[0].is_open()), ("05521", true));
    assert_eq!(reader.transfers(None).unwrap()[0].name, "Nguyễn Văn Mẫu 014");
    assert!(reader.person(id(40), None).unwrap().is_none(), "a post is nobody");

    // Another office enters the same person, and gives her the post again.
    let mut other = update(people(1), 4);
    let mut twin = person(11, "khong_chuyen_trach");
    (twin.id, twin.actor) = (id(15), hopluu_model::ActorId([3; 16]));
    other.records.extend([twin, holding(26, (15, 40, Some(1)), "2026-02-01")]);
    view.fold(&Batch { docs: vec![other] }).unwrap();
    let kinds: Vec<_> = reader.clashes(Some(HERE)).unwrap().into_iter().map(|clash| clash.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| kind.as_str() == "person_twice").count(), 1, "{kinds:?}");
    assert_eq!(reader.person(id(15), None).unwrap().unwrap().clashes.len(), 2);
    assert!(on(&reader, "2026-08-01").people.iter().filter(|row| row.in_clash).count() == 2);
}

#[test]
fn what_was_entered_by_mistake_is_nowhere() {
    let [here, mut staff] = commune();
    for row in &mut staff.records {
        let held = row.fields.values().next().unwrap().clone();
        row.fields.insert(Field::VOID, hopluu_model::Held { value: Value::Bool(true), ..held });
    }
    let (_view, reader) = begun(vec![here, staff]);
    let nobody = on(&reader, "2026-06-30");
    assert_eq!((nobody.people.len(), nobody.serving, nobody.vacant), (0, 0, 5));
    assert_eq!(reader.leavers(HERE).unwrap().map(|rows| rows.len()), Some(0));
    assert!(reader.transfers(None).unwrap().is_empty() && reader.boards(HERE, None).unwrap()[0].members.is_empty());
}
