//! Units and the decisions about them, entered in three steps.

use axum::http::StatusCode;
use hopluu_desk::{NewUnit, Who};

use crate::rig::Rig;

fn leader() -> Who {
    Who::new("Trần Thị Quản", hopluu_desk::Part::Leader)
}

async fn ward() -> (Rig, Vec<String>) {
    let rig = Rig::alone().await;
    let mut ids = Vec::new();
    for (name, homes) in [("Tổ dân phố 1", 100), ("Tổ dân phố 2", 90), ("Xóm Đồng", 140)] {
        let kind = if name.starts_with("Xóm") { "xom" } else { "to_dan_pho" };
        let unit = NewUnit { name: name.into(), kind: kind.into(), households: Some(homes), ..NewUnit::default() };
        ids.push(rig.desk.add_unit(&leader(), unit).await.expect("a sound rig"));
    }
    (rig, ids)
}

#[tokio::test]
async fn three_steps_merge_two_units_and_nothing_typed_is_lost() {
    let (rig, ids) = ward().await;
    let first = rig.get("/mergers/new").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.text().contains("Xóm Đồng") && first.text().contains("Bước 1/3"));
    let found = rig.post("/mergers/new", &[("action", "merge"), ("q", "to dan"), ("step", "find")]).await.text();
    assert!(found.contains("Tổ dân phố 2") && !found.contains("Xóm Đồng"), "{found}");
    let few = rig.post("/mergers/new", &[("action", "merge"), ("from", &ids[0]), ("step", "2")]).await;
    assert!(few.text().contains("ít nhất 2 mục") && few.text().contains("checked"), "{}", few.text());
    let units = [("action", "merge"), ("from", ids[0].as_str()), ("from", ids[1].as_str())];
    let second = rig.post("/mergers/new", &[&units[..], &[("step", "2")]].concat()).await.text();
    assert!(second.contains("Bước 2/3") && second.contains("Hội đồng nhân dân"), "{second}");
    let said = [("name", ""), ("decision", "00/NQ-HĐND (mẫu)"), ("effective", "20/11/2026"), ("kind", "to_dan_pho")];
    let nameless = rig.post("/mergers/new", &[&units[..], &said, &[("step", "3")]].concat()).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = nameless.text();
    assert!(text.contains("Bước 2/3") && text.contains("00/NQ-HĐND (mẫu)") && text.contains("chưa nhập"), "{text}");
    let said = [("name", "Tổ dân phố 1"), said[1], said[2], said[3]];
    let third = rig.post("/mergers/new", &[&units[..], &said, &[("step", "3")]].concat()).await.text();
    assert!(third.contains("Bước 3/3") && third.contains("190") && third.contains("3 → <b>2</b>"), "{third}");
    let done = rig.post("/mergers/new", &[&units[..], &said, &[("step", "pass")]].concat()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let path = done.header("location").split('?').next().unwrap().to_owned();
    let merger = rig.get(&path).await.text();
    assert!(merger.contains("Đã thông qua") && merger.contains("Hội đồng nhân dân"), "{merger}");
    assert!(rig.get("/mergers").await.text().contains("00/NQ-HĐND (mẫu)"));
    let old = rig.get(&format!("/units/{}", ids[0])).await.text();
    assert!(old.contains("Đã nhập vào") || old.contains("Kế tiếp") || old.contains("/mergers/"), "{old}");
}

#[tokio::test]
async fn a_draft_moves_on_by_the_forms_of_its_page() {
    let (rig, ids) = ward().await;
    let typed = [("action", "rename"), ("from", ids[2].as_str()), ("name", "Xóm Đồng Tâm"), ("step", "draft")];
    let done = rig.post("/mergers/new", &typed).await;
    let path = done.header("location").split('?').next().unwrap().to_owned();
    assert!(rig.get(&path).await.text().contains("Những gì bị ảnh hưởng"));
    assert_eq!(rig.post(&path, &[("event", "consult")]).await.status, StatusCode::SEE_OTHER);
    let early = rig.post(&path, &[("event", "annul"), ("decision", "01")]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    let bare = rig.post(&path, &[("event", "pass"), ("decision", ""), ("effective", "2026-01-01")]).await;
    assert!(bare.text().contains("2026-01-01") && bare.text().contains("chưa nhập"), "{}", bare.text());
    let pass = [("event", "pass"), ("decision", "02/NQ-HĐND (mẫu)"), ("effective", "2026-01-01")];
    assert_eq!(rig.post(&path, &pass).await.status, StatusCode::SEE_OTHER);
    for file in ["mergers.csv", "mergers.json", "units.csv"] {
        assert_eq!(rig.get(&format!("/export/{file}")).await.status, StatusCode::OK, "{file}");
    }
}

#[tokio::test]
async fn units_are_found_corrected_and_shown() {
    let (rig, ids) = ward().await;
    let found = rig.get("/units?q=xom&kind=xom&state=now").await.text();
    assert!(found.contains("Xóm Đồng") && !found.contains("Tổ dân phố 1<"), "{found}");
    let path = format!("/units/{}", ids[2]);
    let wrong = rig.post(&path, &[("households", "nhiều"), ("name", "Xóm Đồng")]).await;
    assert!(wrong.text().contains("nhiều") && wrong.text().contains("đề nghị nhập số"), "{}", wrong.text());
    assert_eq!(rig.post(&path, &[("households", "141"), ("population", "500")]).await.status, StatusCode::SEE_OTHER);
    assert!(rig.get(&path).await.text().contains("500"));
    // A form that was opened before somebody else's correction does not undo it.
    let stale =
        [("was", "name=Xóm Đồng cũ"), ("name", "Xóm Đồng cũ"), ("was", "population=500"), ("population", "501")];
    assert_eq!(rig.post(&path, &stale).await.status, StatusCode::SEE_OTHER);
    let now = rig.get(&path).await.text();
    assert!(now.contains("501") && !now.contains("Xóm Đồng cũ"), "{now}");
    let json: serde_json::Value =
        serde_json::from_slice(&rig.get(&format!("/api/v1/units/{}", ids[2])).await.bytes).unwrap();
    assert_eq!(json["unit"]["households"], 141);
    assert_eq!(rig.get("/api/v1/mergers").await.status, StatusCode::OK);
}
