//! In 2018 the city of Cao Bằng lets one ward and one commune merge their groups and hamlets within a month.

use serde_json::json;

use crate::rig::{Province, WEATHERS, expected, facts};

#[tokio::test]
async fn facts_000_forty_three_units_become_twenty() {
    for weather in WEATHERS {
        let mut city = Province::of("000", ("04", "Cao Bằng"), weather);
        city.load(&facts());
        let seat = city.signed_in().await;
        let sums = seat.get("totals?from=2018-04-13&to=2018-06-01").await;
        let of = |code: &str, day: &str| {
            let commune = sums["communes"].as_array().and_then(|all| all.iter().find(|one| one["code"] == code));
            commune.and_then(|one| one[day]["units"].as_i64()).expect("units of the commune")
        };
        let gone = |code: &str| of(code, "before") - of(code, "after");
        assert_eq!(json!(of("01270", "after")), expected("X000-1"), "{weather:?}");
        assert_eq!(json!(gone("01270")), expected("X000-2"));
        assert_eq!(json!(of("01705", "after")), expected("X000-3"));
        assert_eq!(json!(gone("01705")), expected("X000-4"));
        let (before, after) = (sums["before"]["units"].as_i64(), sums["after"]["units"].as_i64());
        let gone = before.zip(after).map(|(before, after)| before - after);
        assert_eq!(json!([before, after, gone]), expected("X000-5"));
        // No household got lost on the way.
        assert_eq!(sums["before"]["households"], sums["after"]["households"]);
        assert_eq!(sums["clashes"], 0);
        // Loading the file again, in whatever house, adds nothing.
        city.load(&facts());
        assert_eq!(seat.get("totals?from=2018-04-13&to=2018-06-01").await["communes"], sums["communes"]);
    }
}
