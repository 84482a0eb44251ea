//! In 2022 the ward of Thanh Khê Tây calls 57 heads of groups to a meeting.

use serde_json::json;

use crate::rig::{Province, WEATHERS, expected, facts};

#[tokio::test]
async fn facts_003_every_group_has_its_head() {
    for weather in WEATHERS {
        let mut city = Province::of("003", ("48", "Đà Nẵng"), weather);
        city.load(&facts());
        let seat = city.signed_in().await;
        let sums = seat.get("totals?communes=20206&to=2022-10-07").await;
        assert_eq!(sums["after"]["filled_by_post"]["to_truong"], expected("X003-1"), "{weather:?}");
        assert_eq!((&sums["after"]["units"], &sums["after"]["vacant_in_units"]), (&json!(57), &json!(0)));
    }
}
