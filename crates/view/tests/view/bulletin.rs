//! What the bulletin gives, and what follows when it says something else.

use hopluu_model::fold::TaskState;
use hopluu_model::{CollectionId, Date, DocId, DocKind, EventKind, Field, Kind, Side, Value};
use hopluu_view::{Batch, DocUpdate, Marks, View};
use proptest::prelude::*;

use crate::world::*;

/// Three issues that arrived on Thursday 20 August 2026; the second was answered on the 31st.
fn three() -> DocUpdate {
    let mut update = update(issues(1), 1);
    for (number, category) in [(1, "tru_so"), (2, "tru_so"), (3, "chu_ky_so")] {
        let fields = [(Field::CATEGORY, text(category))];
        update.records.push(reported(issues(1), number, ("2026-08-20", "Lan"), &fields));
        let events = [
            event(number * 100, number, EventKind::REPORT, Side::Commune, &[]),
            event(number * 100 + 1, number, EventKind::ARRIVED, Side::Province, &[]),
        ];
        update.events.extend(events.into_iter().map(|event| on("2026-08-20", "máy", event)));
    }
    let answer = event(202, 2, EventKind::ANSWER, Side::Province, &[200]);
    update.events.push(on("2026-08-31", "Chuyên viên", answer));
    update
}

fn day_off(number: u32, on: &str) -> hopluu_model::Snapshot {
    told(number, Kind::DAY, &[(Field::ON, day(on)), (Field::STATE, text("holiday")), (Field::NAME, text("Nghỉ bù"))])
}

fn due(view: &View, number: u32) -> Option<String> {
    let found = view.reader().unwrap().issue(&format!("05518-B-{number:04}")).unwrap().unwrap();
    found.issue.due.map(|due| due.to_string())
}

fn same_as_rebuilt(view: &View, docs: &[DocUpdate]) {
    let mut fresh = View::memory().unwrap();
    for update in docs {
        fresh.fold(&Batch { docs: vec![update.clone()] }).unwrap();
    }
    assert_eq!(view.dump().unwrap(), fresh.dump().unwrap());
}

#[test]
fn days_of_a_category_move_its_issues_and_no_others() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![three()] }).unwrap();
    assert_eq!(due(&view, 1), None, "before the bulletin nobody knows");
    // A calendar of one far day: weekends only for all that follows.
    let mut first = bulletin(&[("tru_so", 5), ("chu_ky_so", 3)]);
    first.records.push(day_off(9_100, "2030-01-01"));
    view.fold(&Batch { docs: vec![first.clone()] }).unwrap();
    assert_eq!((due(&view, 1).as_deref(), due(&view, 3).as_deref()), (Some("2026-08-27"), Some("2026-08-25")));
    let mut second = bulletin(&[("tru_so", 7)]);
    second.heads = vec![hopluu_model::ChangeHash([5; 32])];
    let moved = view.fold(&Batch { docs: vec![second.clone()] }).unwrap().moved;
    assert_eq!(moved, [id(1), id(2), id(9_000)]);
    assert_eq!((due(&view, 1).as_deref(), due(&view, 3).as_deref()), (Some("2026-08-31"), Some("2026-08-25")));
    let met = view.reader().unwrap().issue("05518-B-0002").unwrap().unwrap().issue.met;
    assert_eq!(met, Some(true), "answered on the new last day");
    let whole = DocUpdate { records: [second.records, first.records[1..].to_vec()].concat(), ..second };
    same_as_rebuilt(&view, &[whole.clone(), three()]);
    same_as_rebuilt(&view, &[three(), whole]);
}

#[test]
fn a_holiday_moves_what_it_lies_in_the_way_of() {
    let mut view = View::memory().unwrap();
    let mut first = bulletin(&[("tru_so", 7), ("chu_ky_so", 3)]);
    first.records.push(day_off(9_100, "2030-01-01"));
    view.fold(&Batch { docs: vec![first.clone(), three()] }).unwrap();
    let mut second = first.clone();
    second.records.push(day_off(9_101, "2026-08-31"));
    let moved = view.fold(&Batch { docs: vec![second.clone()] }).unwrap().moved;
    assert_eq!(moved, [id(1), id(2), id(9_101)], "what was due before is not moved");
    assert_eq!(due(&view, 1).as_deref(), Some("2026-09-01"));
    assert_eq!(due(&view, 3).as_deref(), Some("2026-08-25"));
    same_as_rebuilt(&view, &[three(), second.clone()]);
    let days = view.reader().unwrap().calendar_days().unwrap();
    assert_eq!(days.iter().map(|day| (day.on.to_string(), day.working)).collect::<Vec<_>>().len(), 2);
    // The bulletin goes: nobody knows any more.
    view.forget(second.doc).unwrap();
    assert_eq!(due(&view, 1), None);
    same_as_rebuilt(&view, &[three()]);
}

#[test]
fn a_new_day_moves_no_row_of_an_issue() {
    let mut view = View::memory().unwrap();
    view.fold(&Batch { docs: vec![three(), bulletin(&[("tru_so", 5)])] }).unwrap();
    let mut before = String::new();
    for today in ["2026-08-21", "2026-09-21"] {
        let marks = Marks { today: Some(today.parse().unwrap()), ..Marks::default() };
        assert_eq!(view.mark(&marks).unwrap().moved, []);
        let rows: String = view.dump().unwrap().lines().filter(|line| line.starts_with("issue|")).collect();
        assert!(before.is_empty() || before == rows);
        before = rows;
    }
    let overdue = view.reader().unwrap().issue("05518-B-0001").unwrap().unwrap().issue.overdue;
    assert!(overdue);
}

#[test]
fn rules_have_a_first_set_and_lists_say_what_is_retired() {
    let mut view = View::memory().unwrap();
    let reader = view.reader().unwrap();
    let rules = reader.rules().unwrap();
    assert_eq!((rules.close_days, rules.reply_days, rules.silent_days, rules.settle_days), (5, 3, 2, 5));
    let mut update = bulletin(&[("tru_so", 5), ("khac", 10)]);
    let retired = update.records[1].fields.values().next().unwrap().clone();
    update.records[1].fields.insert(Field::VALID_TO, hopluu_model::Held { value: day("2026-06-30"), ..retired });
    update.records.extend([
        told(9_200, Kind::SETTING, &[(Field::SLUG, text("silent_days")), (Field::COUNT, Value::Int(4))]),
        told(9_201, Kind::SETTING, &[(Field::SLUG, text("hotline")), (Field::TEXT, text("Văn phòng tỉnh"))]),
        told(9_202, Kind::DEPARTMENT, &[(Field::SLUG, text("so_khcn")), (Field::NAME, text("Sở KH&CN"))]),
        told(9_203, Kind::NOTICE, &[(Field::NAME, text("Nghỉ lễ")), (Field::TEXT, text("Từ ngày 1"))]),
        told(9_204, Kind::TEMPLATE, &[(Field::NAME, text("Phiếu")), (Field::TEXT, text("Kính gửi"))]),
        told(9_205, Kind::LESSON, &[(Field::NAME, text("Đặt tên")), (Field::TEXT, text("Hỏi trước"))]),
        told(9_206, Kind::COMMON, &[(Field::NAME, text("Chữ ký số chậm")), (Field::COUNT, Value::Int(12))]),
        told(9_207, Kind::UNIT_KIND, &[(Field::SLUG, text("xom")), (Field::NAME, text("Xóm"))]),
    ]);
    let mut linked = three();
    let link = |event: u32, issue: u32| {
        let link = with(crate::world::event(event, issue, EventKind::COMMON, Side::Province, &[]), &[]);
        with(link, &[(Field::OTHER, Value::Id(id(9_206)))])
    };
    linked.events.extend([link(150, 1), link(250, 2)]);
    view.fold(&Batch { docs: vec![update, linked] }).unwrap();
    view.mark(&Marks { today: Some("2026-11-20".parse().unwrap()), ..Marks::default() }).unwrap();
    let rules = reader.rules().unwrap();
    assert_eq!((rules.silent_days, rules.hotline.as_str(), rules.records["hotline"]), (4, "Văn phòng tỉnh", id(9_201)));
    let categories = reader.categories().unwrap();
    assert_eq!(
        categories.iter().map(|row| (row.slug.as_str(), row.retired)).collect::<Vec<_>>(),
        [("khac", true), ("tru_so", false)]
    );
    assert_eq!(reader.departments().unwrap()[0].slug, "so_khcn");
    assert_eq!(reader.unit_kinds().unwrap()[0].name, "Xóm");
    assert_eq!(reader.notices().unwrap()[0].text, "Từ ngày 1");
    assert_eq!((reader.templates().unwrap().len(), reader.lessons().unwrap().len()), (1, 1));
    let common = &reader.common_problems().unwrap()[0];
    assert_eq!((common.count, common.communes, common.issues, common.open), (Some(12), 1, 2, 2));
    assert_eq!(reader.issue("05518-B-0001").unwrap().unwrap().issue.common_name, "Chữ ký số chậm");
}

#[test]
fn directives_stand_by_commune_and_together() {
    let mut view = View::memory().unwrap();
    let mut docs = Vec::new();
    for (commune, number) in [(1, 10), (2, 20), (3, 30)] {
        let doc = DocId::new(CollectionId([commune; 16]), DocKind::Issues(2026));
        let mut update = update(doc, commune);
        let fields = [
            (Field::NAME, text("Rà soát trụ sở")),
            (Field::TEXT, text("Báo cáo số trụ sở dôi dư")),
            (Field::OTHER, Value::Id(id(7_777))),
            (Field::ON, day("2026-11-10")),
        ];
        update.records.push(record(doc, number, Kind::DIRECTIVE, &fields));
        let given = number * 10;
        if commune < 3 {
            update.events.push(event(given, number, EventKind::TASK_GIVEN, Side::Province, &[]));
        }
        if commune == 2 {
            update.events.push(event(given + 1, number, EventKind::TASK_DONE, Side::Commune, &[given]));
        }
        docs.push(update);
    }
    view.fold(&Batch { docs }).unwrap();
    let today: Date = "2026-11-20".parse().unwrap();
    view.mark(&Marks { today: Some(today), ..Marks::default() }).unwrap();
    let reader = view.reader().unwrap();
    let own = reader.directives(Some(CollectionId([2; 16]))).unwrap();
    assert_eq!((own.len(), own[0].state, own[0].overdue), (1, TaskState::Done, false));
    assert_eq!(reader.directives(Some(CollectionId([3; 16]))).unwrap(), [], "written, and never given");
    let all = reader.directives_by_group().unwrap();
    assert_eq!((all.len(), all[0].group, all[0].communes.len(), all[0].overdue), (1, id(7_777), 2, 1));
    assert_eq!(all[0].states.iter().collect::<Vec<_>>(), [(&"done", &1), (&"given", &1)]);
}

/// Issues with everything on which a deadline may depend: questions, replies, answers, two categories at once.
fn entangled() -> DocUpdate {
    let mut update = three();
    let province = |number, issue, kind, after: &[u32], day: &str| {
        on(day, "An", event(number, issue, kind, Side::Province, after))
    };
    let commune = |number, issue, kind, after: &[u32], day: &str| {
        on(day, "Lan", event(number, issue, kind, Side::Commune, after))
    };
    let about = |event, of: u32| with(event, &[(Field::CHOSEN, Value::Id(id(of)))]);
    let sorted = |event, category: &str| with(event, &[(Field::CATEGORY, text(category))]);
    update.events.extend([
        // Asked, reached, replied to, and the reply arrived.
        province(110, 1, EventKind::ASK, &[100], "2026-08-21"),
        about(commune(111, 1, EventKind::ARRIVED, &[], "2026-08-24"), 110),
        commune(112, 1, EventKind::REPLY, &[110], "2026-08-25"),
        about(province(113, 1, EventKind::ARRIVED, &[], "2026-08-26"), 112),
        // Asked and never replied to; it reached the commune before it was asked, by a wrong clock.
        province(310, 3, EventKind::ASK, &[300], "2026-08-24"),
        about(commune(311, 3, EventKind::ARRIVED, &[], "2026-08-10"), 310),
    ]);
    // Put into two categories by two who did not know of each other; called solved long after.
    update.records.push(reported(issues(1), 4, ("2026-08-21", "Lan"), &[]));
    update.events.extend([
        commune(400, 4, EventKind::REPORT, &[], "2026-08-21"),
        province(401, 4, EventKind::ARRIVED, &[], "2026-08-21"),
        sorted(province(402, 4, EventKind::RECEIVE, &[400], "2026-08-21"), "tru_so"),
        sorted(province(403, 4, EventKind::RECEIVE, &[400], "2026-08-21"), "chu_ky_so"),
        commune(404, 4, EventKind::SOLVED, &[402, 403], "2026-09-09"),
    ]);
    update
}

/// What a bulletin says: days of two categories, holidays of August and September, days to reply.
fn said((days, holidays, reply): &((i64, i64), Vec<i64>, i64), heads: u8) -> DocUpdate {
    let mut update = bulletin(&[("tru_so", days.0), ("chu_ky_so", days.1)]);
    update.heads = vec![hopluu_model::ChangeHash([heads; 32])];
    update.rebuild = true;
    let first: Date = "2026-08-10".parse().unwrap();
    let holidays: std::collections::BTreeSet<_> = holidays.iter().collect();
    for (number, holiday) in (9_100..).zip(holidays) {
        update.records.push(day_off(number, &first.plus_days(*holiday).to_string()));
    }
    let fields = [(Field::SLUG, text("reply_days")), (Field::COUNT, Value::Int(*reply))];
    update.records.push(told(9_200, Kind::SETTING, &fields));
    update
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_bulletins_came_before_the_last_one_holds(
        bulletins in proptest::collection::vec(
            ((4_i64..6, 4_i64..6), proptest::collection::vec(0_i64..30, 0..2), 2_i64..4),
            1..5,
        ),
    ) {
        let mut view = View::memory().unwrap();
        view.fold(&Batch { docs: vec![entangled()] }).unwrap();
        for (heads, bulletin) in (10..).zip(&bulletins) {
            view.fold(&Batch { docs: vec![said(bulletin, heads)] }).unwrap();
        }
        let heads = 9 + u8::try_from(bulletins.len()).unwrap();
        let mut fresh = View::memory().unwrap();
        fresh.fold(&Batch { docs: vec![said(bulletins.last().unwrap(), heads), entangled()] }).unwrap();
        prop_assert_eq!(view.dump().unwrap(), fresh.dump().unwrap());
    }
}
