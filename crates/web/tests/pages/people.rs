//! A commune keeps its people, the province sees them and moves them on.

use axum::http::StatusCode;
use hopluu_desk::{BeginHolding, Leave, NewPerson, Part, StaffQuery, Who};

use crate::rig::{NOON, Rig, SONG_CONG};

const OTHER: &str = "05443";

fn leader() -> Who {
    Who::new("Trần Thị Trưởng", Part::Leader)
}

/// A province and a commune with the demonstration's register and people.
async fn office() -> (Rig, Rig) {
    let province = Rig::province().await;
    let commune = province.commune(SONG_CONG).await;
    commune.desk.seed_commune(&leader(), SONG_CONG, 1).await.expect("a demonstration");
    (province, commune)
}

async fn person(rig: &Rig, name: &str) -> String {
    let staff = rig.desk.staff(&leader(), &StaffQuery::default()).await.expect("a sound rig").expect("people");
    staff.people.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name}")).id.to_string()
}

fn path(seen: &crate::rig::Seen) -> (String, String) {
    let (path, query) = seen.header("location").split_once('?').unwrap_or_else(|| panic!("{}", seen.text()));
    (path.to_owned(), query.to_owned())
}

#[tokio::test]
async fn a_leaver_a_vacancy_and_a_vacancy_filled() {
    let (_province, commune) = office().await;
    let first = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    let holder = first.people.iter().find(|row| row.seats == 1 && row.holdings[0].unit.is_some()).unwrap();
    let held = &holder.holdings[0];
    let page = commune.get(&format!("/people/{}", holder.id)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(&held.post_name) && page.text().contains("Ghi nghỉ"));
    let leave = [("what", "leave"), ("reason", "nghi_huu"), ("on", "01/11/2026"), ("decision", "00/QĐ-UBND (mẫu)")];
    let done = commune.post(&format!("/people/{}", holder.id), &leave).await;
    assert_eq!(path(&done), (format!("/people/{}", holder.id), "done=saved".to_owned()));
    let twice = commune.post(&format!("/people/{}", holder.id), &leave).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().contains("đã nghỉ từ ngày 01/11/2026"));

    let after = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    assert_eq!((after.vacant, after.left), (first.vacant + 1, first.left + 1));
    let before = StaffQuery { at: "31/10/2026".into(), ..StaffQuery::default() };
    assert_eq!(commune.desk.staff(&leader(), &before).await.unwrap().unwrap().vacant, first.vacant);
    let vacant = commune.get("/posts?show=vacant").await.text();
    assert!(vacant.contains(&held.unit_name) && vacant.contains("Trống"), "{vacant}");
    let listed = commune.get("/leavers").await.text();
    assert!(listed.contains(&holder.name) && listed.contains("nghỉ hưu"), "{listed}");

    let added = [("name", "Nguyễn Văn Mẫu 999"), ("staff_category", "khong_chuyen_trach"), ("valid_from", "")];
    let (new, query) = path(&commune.post("/people", &added).await);
    assert_eq!(query, "done=saved");
    let (post, unit) = (held.post.to_string(), held.unit.unwrap().to_string());
    let begin = [("what", "begin"), ("post", post.as_str()), ("unit", unit.as_str()), ("valid_from", "02/11/2026")];
    assert_eq!(path(&commune.post(&new, &begin).await).1, "done=saved");
    let filled = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    assert_eq!(filled.vacant, first.vacant);
    let second = commune.post("/people", &added).await;
    let (namesake, query) = path(&second);
    assert_eq!(query, "done=namesake");
    let taken = commune.post(&namesake, &begin).await;
    assert!(taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.text().contains("Nguyễn Văn Mẫu 999 giữ"));
}

#[tokio::test]
async fn many_are_thanked_in_one_evening() {
    let (_province, commune) = office().await;
    let staff = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    for row in staff.people.iter().take(12) {
        let leave = Leave {
            person: row.id.to_string(),
            reason: "nghi_che_do".into(),
            on: "2026-11-01".into(),
            ..Leave::default()
        };
        commune.desk.leave(&leader(), leave).await.unwrap();
    }
    let rows = commune.desk.leavers(&leader(), &Default::default()).await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let mut form: Vec<(&str, &str)> = ids[..10].iter().map(|id| ("leavers", id.as_str())).collect();
    form.extend([("benefit", "paid"), ("thanked_on", "20/11/2026"), ("gift", "Quà kỷ niệm")]);
    assert_eq!(commune.post("/leavers", &form).await.status, StatusCode::SEE_OTHER);
    let page = commune.get("/leavers").await.text();
    assert!(page.contains("10 người đã được cảm ơn") && page.contains("10 người đã được chi trả"), "{page}");
    assert!(commune.get("/leavers?thanked=no").await.text().contains("<b>2 người nghỉ</b>"));
    let nobody = commune.post("/leavers", &[("benefit", "paid")]).await;
    assert!(nobody.status == StatusCode::BAD_REQUEST && nobody.text().contains("Chưa chọn người nào"));
    let nothing = commune.post("/leavers", &form[..1]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing to say of them");
    let csv = commune.get("/export/leavers.csv?thanked=yes").await.text();
    assert_eq!(csv.matches("2026-11-20").count(), 10, "{csv}");
}

#[tokio::test]
async fn a_person_goes_to_another_commune_through_the_province() {
    let (province, commune) = office().await;
    let other = province.commune(OTHER).await;
    other.desk.seed_commune(&leader(), OTHER, 2).await.expect("a demonstration");
    let staff = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    let mover = staff.people.iter().find(|row| row.seats > 0).unwrap().clone();
    let page = format!("/people/{}", mover.id);
    let ask = [("what", "transfer"), ("to_commune", OTHER), ("on", "01/11/2026"), ("decision", "")];
    assert_eq!(path(&commune.post(&page, &ask).await).1, "done=saved");
    assert!(commune.post(&page, &ask).await.text().contains("Chờ tỉnh trả lời"));
    let unknown = [("what", "transfer"), ("to_commune", "99999"), ("on", "01/11/2026")];
    assert_eq!(commune.post(&page, &unknown).await.status, StatusCode::NOT_FOUND);

    let inbox = province.get("/transfers").await.text();
    assert!(inbox.contains(&mover.name) && inbox.contains("Đồng ý, thực hiện điều động"), "{inbox}");
    let id = commune.desk.transfers(&leader(), "").await.unwrap()[0].id.to_string();
    let silent = province.post("/transfers", &[("id", &id), ("what", "refuse"), ("reason", "")]).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.text().contains("Chưa ghi lý do"));
    let approve = [("id", id.as_str()), ("what", "approve")];
    let file = province.get("/export/transfers.csv").await.text();
    assert!(file.contains("Phan Đình Phùng"), "{file}");
    assert_eq!(path(&province.post("/transfers", &approve).await).1, "done=saved");
    assert_eq!(province.post("/transfers", &approve).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once is enough");

    let gone = commune.get(&page).await.text();
    assert!(gone.contains("điều động, bổ nhiệm nơi khác") && gone.contains("đã điều động"), "{gone}");
    let there = person(&other, &mover.name).await;
    let arrived = other.get(&format!("/people/{there}")).await.text();
    assert!(arrived.contains("Được điều động từ xã, phường khác") && arrived.contains("01/11/2026"), "{arrived}");
}

#[tokio::test]
async fn figures_are_for_all_and_names_for_some() {
    let (mut province, mut commune) = office().await;
    let staff = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    let somebody = staff.people[0].clone();
    let narrowed = commune.get("/people?search=mau+014&show=serving").await.text();
    assert!(narrowed.contains("Nguyễn Văn Mẫu 014") && !narrowed.contains("Nguyễn Văn Mẫu 015"), "{narrowed}");
    for rig in [&mut province, &mut commune] {
        rig.signed_in_as("read_only").await;
        for path in ["/people", "/posts", "/leavers", "/boards", "/transfers"] {
            let page = rig.get(&format!("{path}?commune={SONG_CONG}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.text().contains("Nguyễn Văn Mẫu"), "{path} names somebody");
        }
        assert!(rig.get(&format!("/people?commune={SONG_CONG}")).await.text().contains("đang công tác"));
        for path in [format!("/people/{}", somebody.id), format!("/export/people.csv?commune={SONG_CONG}")] {
            assert_eq!(rig.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(rig.post("/people", &[("name", "Nguyễn Văn Mẫu 998")]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn limits_warn_and_what_cannot_be_is_refused() {
    let (_province, commune) = office().await;
    let new = NewPerson { name: "Nguyễn Văn Mẫu 997".into(), category: "cong_chuc".into(), since: None };
    let id = commune.desk.add_person(&leader(), new).await.unwrap().id;
    let units = commune.desk.units(None, None).unwrap().unwrap();
    let staff = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    let free: Vec<_> = staff
        .posts
        .iter()
        .flat_map(|post| post.seats.iter().filter(|seat| seat.is_vacant()).map(move |seat| (post.id, seat.unit)))
        .collect();
    assert!(free.len() > 2 && !units.units.is_empty(), "the demonstration has vacant seats");
    let mut codes = Vec::new();
    for (post, unit) in free.iter().take(3) {
        let begin = BeginHolding {
            person: id.clone(),
            post: post.to_string(),
            unit: unit.map(|unit| unit.to_string()),
            from: NOON.date().to_string(),
            ..BeginHolding::default()
        };
        let done = commune.desk.begin_holding(&leader(), begin).await.unwrap();
        codes.push(done.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>());
    }
    assert_eq!(codes, [vec![], vec![], vec!["concurrent-most"]]);
    let over = commune.get("/people?show=over").await.text();
    assert!(over.contains("Nguyễn Văn Mẫu 997") && over.contains("giữ 3 chức danh"), "{over}");
    let detail = commune.desk.person(&leader(), &id, "").await.unwrap();
    let held = detail.person.holdings[0].id.to_string();
    let page = format!("/people/{id}");
    let early = commune.post(&page, &[("what", "end"), ("holding", &held), ("valid_to", "01/01/2020")]).await;
    assert!(early.status == StatusCode::UNPROCESSABLE_ENTITY && early.text().contains("sớm hơn ngày bắt đầu"));
    let ended = commune.post(&page, &[("what", "end"), ("holding", &held), ("valid_to", &NOON.date().vi())]).await;
    assert_eq!(path(&ended).1, "done=saved");
}

#[tokio::test]
async fn whoever_settles_sees_whom_it_is_about_and_lists_name_nobody() {
    let (_province, mut commune) = office().await;
    let staff = commune.desk.staff(&leader(), &StaffQuery::default()).await.unwrap().unwrap();
    let held = staff.people.iter().find(|row| row.seats == 1 && row.holdings[0].unit.is_some()).unwrap();
    let name = held.name.clone();
    // The leaving is entered for a day before the post begins, as another office would that knows nothing of it.
    let later = BeginHolding {
        person: held.id.to_string(),
        post: staff.posts.iter().find(|post| post.max_holders.is_none() || post.vacant > 0).unwrap().id.to_string(),
        unit: staff.posts.iter().find(|post| post.vacant > 0).and_then(|post| {
            let seat = post.seats.iter().find(|seat| seat.is_vacant());
            seat.and_then(|seat| seat.unit).map(|unit| unit.to_string())
        }),
        from: "2026-12-01".into(),
        ..BeginHolding::default()
    };
    commune.desk.begin_holding(&leader(), later).await.unwrap();
    let leave = [("what", "leave"), ("reason", "nghi_huu"), ("on", "01/11/2026")];
    assert_eq!(path(&commune.post(&format!("/people/{}", held.id), &leave).await).1, "done=holds-later");
    let clashes = commune.desk.clashes().unwrap();
    assert_eq!(clashes.iter().map(|clash| clash.kind.as_str()).collect::<Vec<_>>(), ["leaver_holds"]);
    let list = commune.get("/settle").await.text();
    assert!(!list.contains(&name) && list.contains("Người đã nghỉ vẫn được bố trí"), "{list}");
    let shown = commune.get(&format!("/settle/{}", clashes[0].key)).await.text();
    assert_eq!(shown.matches(&format!("<b>{name} · ")).count(), 2, "{shown}");
    commune.signed_in_as("read_only").await;
    assert!(!commune.get(&format!("/settle/{}", clashes[0].key)).await.text().contains(&name));
}
