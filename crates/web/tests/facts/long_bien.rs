//! In 2019 the district of Long Biên merges groups and lets fewer people hold more posts each.

use serde_json::json;

use crate::rig::{Province, WEATHERS, expected, facts};

#[tokio::test]
async fn facts_001_fewer_groups_and_people_who_hold_more() {
    for weather in WEATHERS {
        let mut district = Province::of("001", ("01", "Hà Nội"), weather);
        district.load(&facts());
        let seat = district.signed_in().await;
        let sums = seat.get("totals?from=2019-09-16&to=2019-10-05").await;
        let fewer = |what: &str| {
            let on = |day: &str| sums[day][what].as_i64().expect("a figure");
            json!(on("before") - on("after"))
        };
        assert_eq!(fewer("units"), expected("X001-1"), "{weather:?}");
        assert_eq!(fewer("people_of_units"), expected("X001-2"));
        assert_eq!(fewer("people_of_communes"), expected("X001-3"));
        let to_thank = sums["after"]["left"].as_i64().zip(sums["after"]["thanked"].as_i64());
        assert_eq!(json!(to_thank.map(|(left, thanked)| left - thanked)), expected("X001-4"));
        // Four people hold the seven posts of a group, and no seat is left empty.
        assert_eq!((&sums["after"]["vacant_in_units"], &sums["clashes"]), (&json!(0), &json!(0)));
        assert_eq!(sums["after"]["concurrent"], json!(3 * 197));
    }
}
