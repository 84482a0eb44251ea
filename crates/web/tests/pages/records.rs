//! The books over the API: one set of verbs for every kind of record that only has fields.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::rig::Rig;

#[tokio::test]
async fn references_are_typed_by_name_and_all_faults_come_at_once() {
    let rig = Rig::alone().await;
    let house = json!({ "name": "Nhà A", "state": "Đang sử dụng", "functions": "Ủy ban nhân dân", "distance": 0 });
    let house = rig.enter("site", house).await;
    let machines = json!({ "equipment_kind": "may tinh", "site": "nhà a", "count": "1.200", "weak": 5 });
    let machines = rig.enter("equipment", machines).await;
    let book = rig.records("equipment").await;
    assert_eq!((&book[0]["points"]["site"][0]["id"], &book[0]["fields"]["count"]), (&json!(house), &json!(1_200)));
    assert!(book[0]["title"].as_str().unwrap().contains("Nhà A"), "{book}");
    assert_eq!(rig.records("equipment?search=NHA+A").await.as_array().unwrap().len(), 1);
    assert_eq!(rig.records("equipment?search=nha+b").await, json!([]));
    let wrong = json!({ "fields": { "equipment_kind": "xe đạp", "site": "Nhà B", "count": "nhiều" } });
    let wrong = rig.json("POST", "/api/v1/records/equipment", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields =
        wrong.json()["faults"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect::<Vec<_>>();
    assert_eq!(fields, ["equipment_kind", "site", "count"]);
    for (kind, code) in [("issue", "unknown-kind"), ("xe", "unknown-kind")] {
        let seen = rig.json("POST", &format!("/api/v1/records/{kind}"), &json!({ "fields": {} })).await;
        assert_eq!(seen.json()["code"], code);
    }
    let typo = rig.json("POST", "/api/v1/records/site", &json!({ "fields": { "nmae": "Nhà B" } })).await;
    assert_eq!(typo.json()["code"], "unknown-field");
    let path = format!("/api/v1/records/equipment/{}", &machines[..8]);
    let changed = rig.json("PATCH", &path, &json!({ "fields": { "weak": null, "count": 9 } })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let one = rig.records(&format!("equipment/{machines}")).await;
    assert_eq!((&one["record"]["fields"]["count"], &one["record"]["fields"]["weak"]), (&json!(9), &Value::Null));
}

#[tokio::test]
async fn what_was_entered_by_mistake_is_kept_with_its_reason_and_comes_back() {
    let rig = Rig::alone().await;
    let house = rig.enter("site", json!({ "name": "Nhà A", "state": "in_use" })).await;
    let path = format!("/api/v1/records/site/{house}");
    let bare = rig.json("PATCH", &path, &json!({ "void": true })).await;
    assert_eq!(bare.json()["faults"][0]["field"], "reason");
    assert_eq!(
        rig.json("PATCH", &path, &json!({ "void": true, "reason": "nhập hai lần" })).await.status,
        StatusCode::OK
    );
    let one = rig.records(&format!("site/{house}")).await;
    assert_eq!(one["record"]["void"], true);
    assert!(one["history"].to_string().contains("nhập hai lần"), "{one}");
    let machines = json!({ "fields": { "equipment_kind": "may_tinh", "site": "Nhà A", "count": 1 } });
    let machines = rig.json("POST", "/api/v1/records/equipment", &machines).await;
    assert_eq!(machines.json()["faults"][0]["field"], "site", "what is not there is pointed at by nothing new");
    assert_eq!(rig.json("PATCH", &path, &json!({ "void": false, "reason": "vẫn dùng" })).await.status, StatusCode::OK);
    assert_eq!(rig.records("site").await[0]["void"], false);
}

#[tokio::test]
async fn a_function_in_two_buildings_has_no_place_and_codes_depend_on_the_day() {
    let rig = Rig::alone().await;
    for name in ["Nhà A", "Nhà B"] {
        rig.enter("site", json!({ "name": name, "state": "in_use", "functions": "ubnd" })).await;
    }
    let sites = rig.get("/api/v1/commune").await.json()["sites"].clone();
    let ubnd = sites["functions"].as_array().unwrap().iter().find(|row| row["function"] == "ubnd").unwrap();
    assert_eq!((&sites["buildings"], &ubnd["site"]), (&json!(2), &json!(null)));
    assert!(ubnd["clash"].is_string(), "{ubnd}");
    assert_eq!(rig.records("site").await[0]["clashes"].as_array().unwrap().len(), 1);
    for (day, name) in [("2025-06-30", "Phường Thắng Lợi"), ("01/07/2025", "Phường Sông Công")] {
        assert_eq!(rig.get(&format!("/api/v1/places/05518?at={day}")).await.json()["name"], name);
    }
    let changes = rig.get("/api/v1/places/changes?province=T%E1%BB%89nh+Th%C3%A1i+Nguy%C3%AAn").await.json();
    assert_eq!((&changes["before"], &changes["after"]), (&json!(172), &json!(55)));
}

#[tokio::test]
async fn each_book_is_kept_where_it_lives() {
    let mut rig = Rig::province().await;
    let site = json!({ "fields": { "name": "Nhà A", "state": "in_use" } });
    let refused = rig.json("POST", "/api/v1/records/site", &site).await;
    assert_eq!(refused.json()["code"], "commune-only");
    let figure =
        json!({ "name": "Số đơn vị cấp xã", "period": "2025", "amount": "172", "bound": "exact", "source": "Báo cáo" });
    rig.enter("indicator", figure).await;
    assert_eq!(
        rig.records("indicator").await.as_array().unwrap().len(),
        1,
        "the province's own figures need no commune"
    );
    let which = rig.get("/api/v1/records/site").await;
    assert_eq!(which.json()["code"], "which-commune");
    assert_eq!(rig.records("site?commune=05518").await, json!([]));
    rig.signed_in_as("triage").await;
    let people = rig.get("/api/v1/records/person?commune=05518").await;
    assert_eq!(people.status, StatusCode::FORBIDDEN);
    let clerk = rig.json("POST", "/api/v1/records/category", &json!({ "fields": {} })).await;
    assert_eq!(clerk.status, StatusCode::FORBIDDEN);
}
