//! Spreadsheets: looked at, loaded, mended, loaded again, taken back.

use axum::body::Body;
use axum::http::StatusCode;
use hopluu_desk::Who;
use hopluu_model::{Field, Kind, Value};
use serde_json::json;

use crate::rig::{Rig, Seen};

const UNITS: &str = "\u{feff}STT;TÊN;Loại;Số hộ;Từ ngày;Ghi chú\n\
    1;Tổ dân phố 1;tổ dân phố;1.234;01/07/2025;\n\
    2;Tổ dân phố 2;to dan pho;98;45839;x\n\
    3;Tổ dân phố 3;Tổ dân phố;mười;01/07/2025;\n\
    4;tổ dân phố 1;Tổ dân phố;7;;\n\
    5;Xóm Đồng;làng lạ;7;;\n\
    ;Tổ dân phố 9;Tổ dân phố;1;;Ví dụ, không nạp\n";

/// Sends a file as browsers do.
async fn send(rig: &Rig, kind: &str, (what, file): (&str, &str)) -> Seen {
    let mut body = String::new();
    for (name, value) in [("csrf", rig.csrf.as_str()), ("what", what)] {
        body.push_str(&format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ds.csv\"\r\n\r\n");
    body.push_str(file);
    body.push_str("\r\n--X--\r\n");
    let request = rig.request("POST", &format!("/import/{kind}"));
    let request = request.header("content-type", "multipart/form-data; boundary=X");
    rig.ask(request.body(Body::from(body)).expect("a sound rig")).await
}

fn units(rig: &Rig) -> Vec<(String, Value)> {
    let rows = rig.desk.reader().book(Kind::UNIT, rig.desk.about().collection).expect("a sound rig");
    let living = rows.into_iter().filter(|row| !row.void);
    living.map(|row| (row.title, row.record.fields.get(&Field::HOUSEHOLDS).cloned().unwrap_or(Value::Empty))).collect()
}

#[tokio::test]
async fn a_file_with_wrong_rows_is_looked_at_loaded_mended_and_taken_back() {
    let rig = Rig::alone().await;
    let start = rig.get("/import").await.text();
    assert!(start.contains("/import/unit") && start.contains("Chưa nạp tệp nào"), "{start}");
    let page = send(&rig, "unit", ("look", UNITS)).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("2 dòng mới") && text.contains("3 dòng lỗi") && text.contains("Ghi chú"), "{text}");
    assert!(text.contains("Dòng 4, cột D ghi"), "{text}");
    assert!(text.contains("trùng với dòng 2") && text.contains("không có trong danh mục"), "{text}");
    assert!(units(&rig).is_empty(), "looking writes nothing");

    let done = send(&rig, "unit", ("load", UNITS)).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/import?done=imported"));
    let both = [("Tổ dân phố 1".to_owned(), Value::Int(1_234)), ("Tổ dân phố 2".to_owned(), Value::Int(98))];
    assert_eq!(units(&rig), both);
    let again = send(&rig, "unit", ("look", UNITS)).await.text();
    assert!(again.contains("0 dòng mới") && again.contains("2 dòng đã có") && again.contains("3 dòng lỗi"), "{again}");
    let errors = send(&rig, "unit", ("errors", UNITS)).await;
    let lines = hopluu_web::import::sheet(&errors.bytes).expect("a file of ours").lines;
    assert_eq!((lines.len(), lines[0].cells.last().unwrap().as_str()), (4, "Lỗi"));
    assert!(lines[1].cells.last().unwrap().contains("Dòng 4, cột D"), "{lines:?}");

    let mended = "Tên,Loại đơn vị,Số hộ,Lỗi\nTổ dân phố 3,Tổ dân phố,10,Dòng 4\nTổ dân phố 1,Tổ dân phố,1.200,\n";
    let text = send(&rig, "unit", ("look", mended)).await.text();
    assert!(text.contains("1 dòng mới") && text.contains("<s>1234</s> → <b>1200</b>"), "{text}");
    assert_eq!(send(&rig, "unit", ("load", mended)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(units(&rig).len(), 3);

    let loads = rig.get("/import").await.text();
    assert!(loads.contains("ds.csv") && loads.contains("value=\"2\""), "{loads}");
    let undone = rig.post("/import", &[("undo", "2")]).await;
    assert_eq!(undone.header("location"), "/import?done=import_undone");
    assert_eq!(units(&rig), both);
    assert_eq!(rig.post("/import", &[("undo", "2")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Whoever wants it again loads it again.
    assert_eq!(send(&rig, "unit", ("load", mended)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(units(&rig).len(), 3);
    assert!(rig.get("/audit").await.text().contains("Hoàn tác lần nạp"));
}

#[tokio::test]
async fn an_undo_leaves_what_somebody_changed_since() {
    let rig = Rig::alone().await;
    let first = "Tên,Loại đơn vị,Số hộ\nTổ 1,Tổ dân phố,5\n";
    send(&rig, "unit", ("load", first)).await;
    send(&rig, "unit", ("load", "Tên,Số hộ\nTổ 1,6\n")).await;
    let leader = Who::new("Trần Thị Quản", hopluu_desk::Part::Leader);
    rig.desk.change_unit(&leader, "Tổ 1", &[(Field::HOUSEHOLDS, "7".to_owned())].into()).await.expect("a sound rig");
    let page = rig.post("/import", &[("undo", "2")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Tổ 1: Số hộ = 7"), "{}", page.text());
    assert_eq!(units(&rig), [("Tổ 1".to_owned(), Value::Int(7))]);
}

#[tokio::test]
async fn people_and_what_they_hold_are_loaded_by_name() {
    let rig = Rig::alone().await;
    for (kind, file) in [
        ("unit", "Tên,Loại đơn vị\nTổ 1,Tổ dân phố\n"),
        ("post", "Mã,Tên,Khối,Phạm vi\nto_truong,Tổ trưởng,Chính quyền,unit\n"),
        ("person", "Họ và tên,Nhóm cán bộ\nNguyễn Văn Mẫu 014,khong_chuyen_trach\n"),
    ] {
        let done = send(&rig, kind, ("load", file)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{kind}: {}", done.text());
    }
    let held = "Họ tên,Chức danh,Đơn vị,Chính hoặc kiêm nhiệm,Từ ngày\n\
        nguyen van mau 014,Tổ trưởng,Tổ 1,main,01.07.2025\nAi Đó,Tổ trưởng,Tổ 1,main,\n";
    let page = send(&rig, "holding", ("look", held)).await.text();
    assert!(page.contains("1 dòng mới") && page.contains("Dòng 3, cột A"), "{page}");
    assert_eq!(send(&rig, "holding", ("load", held)).await.status, StatusCode::SEE_OTHER);
    let page = send(&rig, "holding", ("look", held)).await.text();
    assert!(page.contains("0 dòng mới") && page.contains("1 dòng đã có"), "{page}");
}

#[tokio::test]
async fn columns_can_be_chosen_and_templates_load_nothing() {
    let rig = Rig::alone().await;
    let page = send(&rig, "unit", ("look", "a,b\nTổ 1,Tổ dân phố\n")).await.text();
    assert!(page.contains("Chưa thấy cột"), "{page}");
    let sheet = "1,a,b\r\n2,Tổ 1,Tổ dân phố\r\n";
    let chosen = [("sheet", sheet), ("file_name", "x.csv"), ("column.0", "name"), ("column.1", "unit_kind")];
    let page = rig.post("/import/unit", &[&chosen[..], &[("what", "look")]].concat()).await.text();
    assert!(page.contains("1 dòng mới"), "{page}");
    assert_eq!(
        rig.post("/import/unit", &[&chosen[..], &[("what", "load")]].concat()).await.status,
        StatusCode::SEE_OTHER
    );
    for kind in hopluu_desk::import::KINDS {
        for ending in ["xlsx", "csv"] {
            let file = rig.get(&format!("/import/{kind}/template.{ending}")).await;
            let sheet = hopluu_web::import::sheet(&file.bytes).expect("a file of ours");
            assert_eq!(sheet.lines.len(), 2, "{kind}");
            let import = hopluu_desk::import::Import { kind: kind.to_string(), sheet, ..Default::default() };
            let leader = Who::new("Trần Thị Quản", hopluu_desk::Part::Leader);
            let planned = rig.desk.plan_import(&leader, &import).expect("a template of ours");
            assert!(planned.rows.is_empty() && planned.missing.is_empty() && planned.blocked.is_none(), "{kind}");
        }
    }
}

#[tokio::test]
async fn only_who_writes_here_loads_anything() {
    let mut rig = Rig::alone().await;
    rig.signed_in_as("read_only").await;
    assert_eq!(rig.get("/import").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&rig, "unit", ("load", UNITS)).await.status, StatusCode::FORBIDDEN);
    let rig = Rig::province().await;
    assert_eq!(send(&rig, "unit", ("load", UNITS)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(rig.get("/import/indicator").await.status, StatusCode::OK);
    assert_eq!(rig.get("/import/issue").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_left_as_a_file_is_known_again_when_it_comes_back() {
    let rig = Rig::alone().await;
    for (name, functions) in [("Trụ sở A", "ubnd,cong_an"), ("Trụ sở Cải Đan", "")] {
        let fields = json!({ "name": name, "state": "in_use", "functions": functions, "distance": "1700" });
        rig.enter("site", fields).await;
    }
    rig.enter("equipment", json!({ "equipment_kind": "may_in", "site": "Trụ sở A", "count": "2", "weak": "1" })).await;
    rig.enter("regime", json!({ "council": "có", "valid_from": "2025-07-01", "decision": "Mẫu" })).await;
    for (kind, count) in [("site", 2), ("equipment", 1)] {
        let file = rig.get(&format!("/export/books-{kind}.csv")).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text());
        let seen = send(&rig, kind, ("look", &file.text())).await.text();
        assert!(seen.contains("0 dòng mới") && seen.contains(&format!("{count} dòng đã có")), "{kind}: {seen}");
    }
    assert_eq!(rig.get("/export/books-regime.xlsx").await.status, StatusCode::OK);
    let json = rig.get("/export/books-site.json?search=cai+dan").await.json();
    assert_eq!((json.as_array().map(Vec::len), &json[0]["distance"]), (Some(1), &json!(1_700)));
    assert_eq!(rig.get("/export/books-nothing.csv").await.status, StatusCode::NOT_FOUND);
}
