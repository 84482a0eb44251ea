//! In June 2025 the province of Thái Nguyên makes 55 communes of 172, gives a ward its buildings and lets people go.

use serde_json::json;

use crate::rig::{Province, WEATHERS, expected, facts};

#[tokio::test]
async fn facts_002_a_ward_has_its_buildings_and_fourteen_leave() {
    for weather in WEATHERS {
        let mut province = Province::of("002", ("19", "Thái Nguyên"), weather);
        province.load(&facts());
        let seat = province.signed_in().await;
        let sums = seat.get("totals?communes=05698&from=2025-06-30&to=2025-07-01").await;
        let after = &sums["after"];
        assert_eq!(json!([after["posts"], after["left"], after["people"]]), expected("X002-4"), "{weather:?}");
        assert_eq!((&sums["before"]["people"], &sums["before"]["left"]), (&json!(21), &json!(0)));
        assert_eq!(after["vacant"], 14);
        let now = seat.get("totals?communes=05518").await;
        assert_eq!((&now["surplus"], &now["scattered"]), (&json!(1), &json!(1)));
    }
}
