//! What pages show is what is there, and every figure opens its list.

use axum::http::StatusCode;

use crate::rig::{Rig, SONG_CONG};

#[tokio::test]
async fn the_overview_counts_and_opens_lists() {
    let rig = Rig::province().await;
    rig.report(SONG_CONG, "Mái trụ sở dột khi mưa").await;
    rig.report("05443", "Thiếu phòng họp").await;
    let page = rig.get("/overview").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("href=\"/issues\"><b>2</b>"), "{text}");
    assert!(text.contains(&format!("/issues?commune={SONG_CONG}")) && text.contains("/issues?category=tru_so"));
    assert!(text.contains("Số liệu đến") && text.contains("xã, phường chưa cập nhật quá 2 ngày"));
    assert!(text.contains("<svg") && text.contains("class=\"s p-one\""), "the trend is drawn");
    let narrowed = rig.get(&format!("/overview?commune={SONG_CONG}&from=2026-01-01")).await.text();
    assert!(narrowed.contains("<b>1</b>") && narrowed.contains("Sông Công"));
    assert!(narrowed.contains(&format!("/export/issues.xlsx?commune={SONG_CONG}&#38;from=2026-01-01")), "{narrowed}");
    assert_eq!(rig.get("/overview?from=mai").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn lists_leave_as_files_and_that_is_written_down() {
    let rig = Rig::province().await;
    let code = rig.report(SONG_CONG, "=HYPERLINK(\"http://evil.example\",\"bấm\")").await;
    let csv = rig.get("/export/issues.csv").await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"phieu-2026-11-22.csv\"");
    let text = csv.text();
    assert!(text.starts_with('\u{feff}') && text.contains(&code) && text.contains("\"'=HYPERLINK("), "{text}");
    let json: serde_json::Value = serde_json::from_slice(&rig.get("/export/issues.json").await.bytes).unwrap();
    assert_eq!(json[0]["code"], code.as_str());
    assert!(rig.get("/export/issues.xlsx").await.bytes.starts_with(b"PK"));
    for list in ["units.csv?commune=05518", "directives.csv", "people.csv?commune=05518"] {
        assert_eq!(rig.get(&format!("/export/{list}")).await.status, StatusCode::OK, "{list}");
    }
    let trail = rig.desk.trail(&rig.admin(), hopluu_desk::TrailQuery::default()).await.unwrap();
    let took = trail.rows.iter().filter(|row| row.deed.slug() == "exported").count();
    assert_eq!(took, 6, "{:?}", trail.rows);
}

#[tokio::test]
async fn one_answer_serves_all_and_each_says_what_came_of_it() {
    let rig = Rig::province().await;
    let added = rig.post("/common", &[("name", "Máy chủ một cửa chậm"), ("text", "Nhiều nơi báo chậm")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let path = added.header("location").split('?').next().unwrap().to_owned();
    let (first, second) = (rig.report(SONG_CONG, "Chậm từ sáng").await, rig.report("05443", "Chậm cả tuần").await);
    let id = path.rsplit('/').next().unwrap().to_owned();
    for code in [&first, &second] {
        rig.desk.link_common(&rig.admin(), code, &id).await.unwrap();
    }
    let empty = rig.post(&path, &[("what", "answer"), ("answer", " ")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let answered = rig.post(&path, &[("what", "answer"), ("answer", "Tỉnh thay máy chủ ngày 30/11.")]).await.text();
    assert!(answered.contains(&first) && answered.contains(&second) && answered.contains("2/2"), "{answered}");
    let again = rig.post(&path, &[("what", "answer"), ("answer", "Tỉnh thay máy chủ ngày 30/11.")]).await.text();
    assert!(again.contains("0/2") && again.contains("đang chờ xã xác nhận"), "{again}");
    assert!(rig.get(&format!("/issues/{first}")).await.text().contains("Tỉnh thay máy chủ"));
}

#[tokio::test]
async fn the_bulletin_is_added_to_changed_and_taken_out_of_use() {
    let rig = Rig::province().await;
    for kind in ["notice", "template", "lesson", "department", "category", "unit_kind", "day", "setting"] {
        assert_eq!(rig.get(&format!("/bulletin/{kind}")).await.status, StatusCode::OK, "{kind}");
    }
    let wrong = rig.post("/bulletin/category", &[("slug", "Có Dấu"), ("name", "")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text();
    assert!(text.contains("class=\"fault\" id=\"w-slug\"") && text.contains("id=\"w-deadline_days\""), "{text}");
    assert!(text.contains("value=\"Có Dấu\""), "what was typed is still there");
    let good = [("slug", "thu_nghiem"), ("name", "Thử nghiệm"), ("deadline_days", "7"), ("approval", "1")];
    assert_eq!(rig.post("/bulletin/category", &good).await.status, StatusCode::SEE_OTHER);
    let row = rig.desk.reader().categories().unwrap().into_iter().find(|row| row.slug == "thu_nghiem").unwrap();
    assert!(row.approval && row.deadline_days == Some(7));
    let path = format!("/bulletin/category/{}", row.id);
    let changed = [("name", "Thử nghiệm"), ("deadline_days", "9")];
    assert_eq!(rig.post(&path, &changed).await.status, StatusCode::SEE_OTHER);
    assert_eq!(rig.post(&path, &[("what", "retire")]).await.status, StatusCode::SEE_OTHER);
    let row = rig.desk.reader().categories().unwrap().into_iter().find(|row| row.slug == "thu_nghiem").unwrap();
    assert!(row.retired && !row.approval && row.deadline_days == Some(9), "{row:?}");
    assert!(rig.get(&path).await.text().contains("Dùng lại"));
}

#[tokio::test]
async fn a_machine_is_invited_on_paper_and_revoked_only_when_sure() {
    let rig = Rig::province().await;
    let sheet = rig
        .post("/invitations", &[("label", "Nhà B"), ("days", "7"), ("communes", "05518"), ("communes", "99999")])
        .await;
    let text = sheet.text();
    assert_eq!(sheet.status, StatusCode::OK, "{text}");
    assert!(
        text.contains("HL1-") && text.contains("<svg") && text.contains("shape-rendering") && text.contains("Nhà B")
    );
    assert!(text.contains("99999"), "what was not drawn up is named");
    assert_eq!(sheet.header("cache-control"), "no-store");
    assert_eq!(rig.post("/invitations", &[("label", "Nhà B")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(rig.get("/devices").await.status, StatusCode::OK);
    assert_eq!(rig.get("/devices/AAAAAAAA/revoke").await.status, StatusCode::NOT_FOUND);
    let own = rig.desk.standing().await.unwrap().device;
    assert_eq!(rig.get(&format!("/devices/{own}/revoke")).await.status, StatusCode::NOT_FOUND, "not this one");
}
