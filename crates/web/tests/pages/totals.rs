//! Totals of two days.

use axum::http::StatusCode;

use crate::rig::{Rig, SONG_CONG};

#[tokio::test]
async fn totals_are_shown_with_their_freshness_and_a_bad_day_is_told() {
    let rig = Rig::province().await;
    let seen = rig.get("/totals?from=30/06/2025&to=2025-07-01").await;
    assert_eq!(seen.status, StatusCode::OK);
    let text = seen.text();
    assert!(text.contains("30/06/2025") && text.contains("01/07/2025"), "{text}");
    assert!(text.contains("Thôn, tổ dân phố") && text.contains("Sông Công"));
    let bad = rig.get("/totals?from=31/02/2025").await.text();
    assert!(bad.contains("Ngày không đúng"), "{bad}");

    let api = rig.get(&format!("/api/v1/totals?communes={SONG_CONG}&to=2025-07-01")).await;
    let sums: serde_json::Value = serde_json::from_slice(&api.bytes).expect("JSON");
    assert_eq!((&sums["after"]["as_of"], &sums["after"]["units"]), (&"2025-07-01".into(), &0.into()));
    assert_eq!(sums["communes"][0]["code"], SONG_CONG);
    assert_eq!(rig.get("/api/v1/totals?communes=99999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(rig.get("/export/totals.csv").await.status, StatusCode::OK);
}
