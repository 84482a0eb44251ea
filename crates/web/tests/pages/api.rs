//! The API asks who one is, refuses as the pages do, and does what the verbs do.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::rig::{HARM, Rig, SONG_CONG, Seen};

impl Rig {
    /// Sends JSON with the token of the session.
    async fn send(&self, path: &str, body: &Value) -> Seen {
        let request = Request::builder().method("POST").uri(path).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = request.header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).expect("a sound request")).await
    }
}

#[tokio::test]
async fn every_route_asks_who_one_is_and_none_takes_other_methods() {
    let rig = Rig::province().await;
    let bare = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        request.body(Body::empty()).expect("a sound request")
    };
    let document = rig.ask(bare("GET", "/api/v1/openapi.json")).await.json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 12, "{:?}", paths.keys());
    for (path, item) in paths.iter().filter(|(path, _)| !path.ends_with("openapi.json")) {
        let path = path.replace("{code}", "05518-A-1");
        for method in ["get", "post", "put", "delete", "patch"] {
            let seen = rig.ask(bare(&method.to_uppercase(), &path)).await;
            if item.get(method).is_some() {
                assert_eq!(
                    (seen.status, &seen.json()["code"]),
                    (StatusCode::UNAUTHORIZED, &json!("not-signed-in")),
                    "{path}"
                );
            } else {
                assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            }
        }
    }
    for path in ["/api/v1/nothing", "/api/v2/issues", "/api/v1/..%2f..%2fetc"] {
        let seen = rig.get(path).await;
        assert_eq!((seen.status, &seen.json()["code"]), (StatusCode::NOT_FOUND, &json!("no-route")), "{path}");
    }
}

#[tokio::test]
async fn an_issue_is_reported_moved_and_read() {
    let rig = Rig::province().await;
    let report = json!({ "category": "tru_so", "text": HARM, "commune": SONG_CONG });
    let reported = rig.send("/api/v1/issues", &report).await;
    assert_eq!(reported.status, StatusCode::CREATED, "{}", reported.text());
    let code = reported.json()["code"].as_str().unwrap().to_owned();
    let remark = json!({ "code": code, "text": "Đã gọi lại cho xã" });
    assert_eq!(rig.send("/api/v1/remarks", &remark).await.status, StatusCode::CREATED);
    let step = json!({ "code": code, "event": "forward", "lead": "so_noi_vu" });
    assert_eq!(rig.send("/api/v1/steps", &step).await.status, StatusCode::CREATED);
    let detail = rig.get(&format!("/api/v1/issues/{code}")).await.json();
    assert_eq!((&detail["issue"]["text"], &detail["issue"]["lead"]), (&json!(HARM), &json!("so_noi_vu")));
    let list = rig.get("/api/v1/issues?lead=so_noi_vu").await.json();
    assert_eq!(list["total"], 1);
    let picture = rig.get("/api/v1/overview").await.json();
    assert_eq!(picture["all"]["issues"], 1);
    for path in ["clashes", "directives", "notices", "status", "devices", "units?commune=05518"] {
        assert_eq!(rig.get(&format!("/api/v1/{path}")).await.status, StatusCode::OK, "{path}");
    }
    let give = json!({ "name": "Kiểm tra trụ sở", "text": "Báo trước 30/11", "communes": [SONG_CONG] });
    assert_eq!(rig.send("/api/v1/directives", &give).await.json()["communes"], 1);
}

#[tokio::test]
async fn refusals_are_those_of_the_pages() {
    let rig = Rig::province().await;
    let bad = rig.send("/api/v1/issues", &json!({ "category": "tru_so", "text": " ", "commune": SONG_CONG })).await;
    let said = bad.json();
    assert_eq!((bad.status, &said["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")));
    assert_eq!(said["faults"][0]["field"], "text");
    assert!(said["vi"].as_str().unwrap().contains("Nội dung") && !said["en"].as_str().unwrap().is_empty());
    let long = rig.send("/api/v1/issues", &json!({ "text": "a".repeat(100_000) })).await;
    assert_eq!((long.status, &long.json()["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too-large")));
    assert_eq!(rig.send("/api/v1/steps", &json!({ "code": 5 })).await.json()["code"], "bad-json");
    let date = rig.get("/api/v1/issues?from=mai").await;
    assert_eq!((date.status, &date.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("bad-date")));
    let lost = rig.get("/api/v1/issues/05518-Z-9999").await;
    assert_eq!((lost.status, &lost.json()["code"]), (StatusCode::NOT_FOUND, &json!("not-found")));
    // A browser's cookie alone changes nothing: another site could make it ask.
    let body = || Body::from(json!({ "code": "x", "text": "y" }).to_string());
    let cookie = rig.request("POST", "/api/v1/remarks").header("content-type", "application/json");
    let seen = rig.ask(cookie.body(body()).unwrap()).await;
    assert_eq!((seen.status, &seen.json()["code"]), (StatusCode::FORBIDDEN, &json!("no-csrf")));
    let both = rig.request("POST", "/api/v1/remarks").header("content-type", "application/json");
    let seen = rig.ask(both.header("x-csrf", rig.csrf.as_str()).body(body()).unwrap()).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    let forged = Request::builder().uri("/api/v1/status").header("host", "localhost");
    let seen = rig.ask(forged.header("authorization", "Bearer AAAA").body(Body::empty()).unwrap()).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
}
