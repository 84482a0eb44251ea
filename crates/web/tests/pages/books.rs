//! The books on pages: buildings and equipment entered, corrected, marked as a mistake and taken back.

use axum::http::StatusCode;

use crate::rig::Rig;

#[tokio::test]
async fn a_building_is_entered_corrected_and_marked_as_a_mistake() {
    let rig = Rig::alone().await;
    assert!(rig.get("/books").await.text().contains("/books/equipment"));
    let site = [("name", "Trụ sở Phố Cò"), ("functions", "Công an"), ("state", "in_use"), ("distance", "900")];
    let done = rig.post("/books/site", &site).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/books/site?done=saved"));
    let list = rig.get("/books/site?search=pho+co").await.text();
    assert!(list.contains("Trụ sở Phố Cò") && list.contains("Công an"), "{list}");
    let from = list.find("/books/site/").expect("a link to the building");
    let path: String = list[from..].chars().take_while(|c| *c != '"').collect();

    let wrong = rig.post(&path, &[("name", ""), ("state", "in_use"), ("distance", "-1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("chưa nhập") && wrong.text().contains("từ 0 đến"), "{}", wrong.text());

    let machines = rig.get("/books/equipment").await.text();
    assert!(machines.contains("Trụ sở Phố Cò</option>"), "{machines}");
    rig.post(&path, &[("what", "void"), ("reason", "Nhập hai lần")]).await;
    assert!(rig.get(&path).await.text().contains("Bỏ đánh dấu"));
    assert!(
        !rig.get("/books/equipment").await.text().contains("Trụ sở Phố Cò</option>"),
        "a mistake is offered nowhere"
    );
    rig.post(&path, &[("what", "unvoid"), ("reason", "Không phải nhập hai lần")]).await;
    assert!(rig.get(&path).await.text().contains("Đánh dấu nhập nhầm"));
}

#[tokio::test]
async fn what_there_is_only_one_of_is_not_entered_twice() {
    let rig = Rig::alone().await;
    let house = [("name", "Trụ sở A"), ("state", "in_use")];
    rig.post("/books/site", &house).await;
    let again = rig.post("/books/site", &[("name", "trụ sở  a"), ("state", "surplus")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("Đã có &#34;Trụ sở A&#34;"), "{}", again.text());
    let ids = rig.records("site").await[0]["id"].as_str().unwrap().to_owned();
    rig.post(&format!("/books/site/{ids}"), &[("what", "void"), ("reason", "Nhập nhầm")]).await;
    assert_eq!(rig.post("/books/site", &house).await.status, StatusCode::SEE_OTHER, "a mistake stands in nobody's way");
    let machines = [("equipment_kind", "may_tinh"), ("site", "Trụ sở A"), ("count", "3")];
    for _ in 0..2 {
        assert_eq!(rig.post("/books/equipment", &machines).await.status, StatusCode::SEE_OTHER, "old and new ones");
    }
}
