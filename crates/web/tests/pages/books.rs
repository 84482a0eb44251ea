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
