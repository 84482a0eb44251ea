//! A commune in one picture: buildings, what stands in them, what is said of it, and issues that name a machine.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_commune_shows_its_buildings_its_machines_its_regime_and_its_reported_figures() {
    let rig = Rig::alone().await;
    assert!(rig.get("/commune").await.text().contains("Chưa nhận được thông tin chung"));
    let commune = json!({ "commune_code": "05518", "name": "Phường Sông Công", "commune_type": "phuong",
        "province_code": "19", "stage": "live", "area_ha": "2650", "population": "21480" });
    rig.enter("commune", commune).await;
    let main = json!({ "name": "Trụ sở A", "state": "in_use", "functions": "ubnd,cong_an", "capacity": "60" });
    rig.enter("site", main).await;
    rig.enter("site", json!({ "name": "Trụ sở B", "state": "in_use", "functions": "cong_an", "distance": "2300" }))
        .await;
    rig.enter("site", json!({ "name": "Trụ sở C", "state": "surplus" })).await;
    rig.enter("equipment", json!({ "equipment_kind": "may_tinh", "site": "Trụ sở A", "count": "5", "weak": "2" }))
        .await;
    rig.enter("regime", json!({ "council": "không", "valid_from": "2025-07-01", "decision": "Nghị quyết mẫu" })).await;
    let figure = json!({ "name": "Dân số", "period": "2025", "amount": "21000", "measure": "người", "bound": "over",
        "source": "Báo cáo mẫu" });
    rig.enter("indicator", figure).await;

    let page = rig.get("/commune").await.text();
    for said in [
        "Phường Sông Công",
        "26,50 km²",
        "21.480",
        "cách trụ sở chính 2,3 km",
        "sức chứa 60 người",
        "phân tán",
        "1 trụ sở dôi dư",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for said in ["5 máy tính", "2 cấu hình yếu", "hơn 21.000 người", "Báo cáo mẫu", "khai ở hai trụ sở", "chưa bố trí"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    for said in ["Không tổ chức Hội đồng nhân dân", "Nghị quyết mẫu", "Phường Thắng Lợi", "toàn bộ"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let english = rig.request("GET", "/commune").header("cookie", "lang=en").body(Body::empty()).unwrap();
    let english = rig.ask(english).await.text();
    assert!(english.contains("more than 21,000 người") && english.contains("the whole of it"), "{english}");
}

#[tokio::test]
async fn an_issue_names_a_machine_and_stands_under_its_building() {
    let rig = Rig::alone().await;
    rig.enter("site", json!({ "name": "Trụ sở A", "state": "in_use" })).await;
    rig.enter("equipment", json!({ "equipment_kind": "may_tinh", "site": "Trụ sở A", "count": "5" })).await;
    let form = rig.get("/issues/new").await.text();
    assert!(
        form.contains("<optgroup label=\"Trang thiết bị\">") && form.contains("máy tính, Trụ sở A</option>"),
        "{form}"
    );
    let machines = rig.records("equipment").await[0]["id"].as_str().unwrap().to_owned();
    let fields = [("category", "thiet_bi"), ("text", "Máy tính quá yếu"), ("place", machines.as_str())];
    let done = rig.post("/issues/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let code = done.header("location").trim_start_matches("/issues/").split('?').next().unwrap().to_owned();
    assert!(rig.get(&format!("/issues/{code}")).await.text().contains("máy tính, Trụ sở A"));
    let seen = rig.get("/api/v1/commune").await.json();
    assert_eq!(seen["sites"]["sites"][0]["issues"][0]["code"], code.as_str());
    assert!(rig.get("/commune").await.text().contains(&code));

    let elsewhere = rig.post("/issues/new", &[("category", "thiet_bi"), ("text", "x"), ("place", "Trụ sở Z")]).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_province_lists_its_communes_and_its_own_figures() {
    let rig = Rig::province().await;
    let figure = json!({ "name": "Số đơn vị cấp xã", "period": "2025", "amount": "172", "bound": "exact", "source": "Báo cáo mẫu" });
    rig.enter("indicator", figure).await;
    let page = rig.get("/commune").await.text();
    assert!(page.contains("Số đơn vị cấp xã") && page.contains("172"), "{page}");
    let file = rig.get("/export/communes.csv").await.text();
    assert!(file.contains("05518") && file.contains("05443"), "{file}");
    let none = rig.get("/commune?commune=99999").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
