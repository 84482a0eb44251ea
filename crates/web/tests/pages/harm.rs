//! What means harm is shown as text, or refused.

use axum::body::Body;
use axum::http::StatusCode;

use crate::rig::{HARM, Rig, SONG_CONG};

/// Nothing of what was typed may stand in a page as markup.
fn is_text_only(page: &str) -> bool {
    !page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("49}}") && !page.contains(">49")
}

#[tokio::test]
async fn names_and_texts_are_text_on_every_page() {
    let rig = Rig::province().await;
    rig.report(SONG_CONG, HARM).await;
    let texts = [("name", HARM), ("text", HARM)];
    for path in ["/bulletin/notice", "/bulletin/template", "/bulletin/lesson"] {
        assert_eq!(rig.post(path, &texts).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let department = [("slug", "so_thu"), ("name", HARM), ("phone", HARM)];
    assert_eq!(rig.post("/bulletin/department", &department).await.status, StatusCode::SEE_OTHER);
    let category = [("slug", "muc_thu"), ("name", HARM), ("deadline_days", "3"), ("lead", "so_thu")];
    assert_eq!(rig.post("/bulletin/category", &category).await.status, StatusCode::SEE_OTHER);
    let common = rig.post("/common", &texts).await.header("location").to_owned();
    let pages = [
        "/",
        "/issues",
        "/overview",
        "/common",
        "/bulletin",
        "/bulletin/notice",
        "/bulletin/department",
        "/bulletin/category",
        "/devices",
        "/invitations",
        "/notices",
        "/directives",
    ];
    for path in pages.into_iter().chain([common.as_str()]) {
        let page = rig.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(is_text_only(&page.text()), "{path}: {}", page.text());
        assert!(page.header("content-security-policy").contains("script-src 'self'"), "{path}");
    }
    // What is refused comes back as text too.
    let refused = rig.post("/bulletin/category", &[("slug", HARM), ("name", HARM)]).await;
    assert!(refused.status.is_client_error() && is_text_only(&refused.text()), "{}", refused.text());
    let invited = rig.post("/invitations", &[("label", HARM), ("communes", SONG_CONG), ("communes", HARM)]).await;
    assert!(is_text_only(&invited.text()), "{}", invited.text());
}

#[tokio::test]
async fn addresses_that_climb_or_lie_find_nothing() {
    let rig = Rig::province().await;
    for path in [
        "/export/..%2f..%2fetc%2fpasswd",
        "/export/issues.exe",
        "/export/issues",
        "/export/%2e%2e",
        "/bulletin/..%2fx",
        "/bulletin/person",
        "/bulletin/issue",
        "/bulletin/notice/..%2f..",
        "/bulletin/notice/00",
        "/common/..%2f..%2f",
        "/common/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/devices/..%2f../revoke",
        "/assets/..%2fCargo.toml",
    ] {
        let page = rig.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(is_text_only(&page.text()), "{path}");
    }
    let long = "a".repeat(5_000);
    assert_eq!(rig.get(&format!("/bulletin/{long}")).await.status, StatusCode::NOT_FOUND);
    let over = rig.post("/bulletin/notice", &[("name", &long), ("text", "x")]).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    for name in ["\u{202e}gnp.exe\u{0}", "a\u{7}b"] {
        let page = rig.post("/bulletin/notice", &[("name", name), ("text", "x")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
}

#[tokio::test]
async fn forms_without_the_token_and_people_without_the_right_change_nothing() {
    let rig = Rig::province().await;
    for path in ["/bulletin/notice", "/common", "/invitations", "/devices/AAAA/revoke"] {
        let request = rig.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        let page = rig.ask(request.body(Body::from("name=x&text=x&csrf=no")).unwrap()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        let foreign = rig.request("POST", path).header("origin", "http://evil.example");
        let page = rig.ask(foreign.body(Body::from(format!("csrf={}", rig.csrf))).unwrap()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(rig.desk.reader().common_problems().unwrap().is_empty());
    let nobody = axum::http::Request::builder().uri("/export/issues.csv").header("host", "localhost");
    let page = rig.ask(nobody.body(Body::empty()).unwrap()).await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/login?next=%2Fexport%2Fissues.csv"));
}

#[tokio::test]
async fn each_part_keeps_what_is_its_own() {
    let mut rig = Rig::province().await;
    rig.signed_in_as("triage").await;
    let notice = [("name", "Nghỉ Tết"), ("text", "Từ 29 tháng Chạp")];
    assert_eq!(rig.post("/bulletin/notice", &notice).await.status, StatusCode::SEE_OTHER);
    let rule = [("slug", "close_days"), ("count", "1")];
    assert_eq!(rig.post("/bulletin/setting", &rule).await.status, StatusCode::FORBIDDEN, "rules are the admin's");
    assert_eq!(rig.get("/devices").await.status, StatusCode::FORBIDDEN);
    assert_eq!(rig.get("/export/people.csv?commune=05518").await.status, StatusCode::FORBIDDEN);
    rig.signed_in_as("read_only").await;
    for path in ["/bulletin/notice", "/common"] {
        assert_eq!(rig.post(path, &notice).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(rig.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(
        rig.post("/invitations", &[("label", "x"), ("communes", SONG_CONG)]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(rig.get("/api/v1/devices").await.status, StatusCode::FORBIDDEN);
}
