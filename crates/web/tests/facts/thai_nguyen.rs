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
        let commune = seat.get("commune?commune=05518").await;
        let functions = commune["sites"]["functions"].as_array().expect("a list");
        let placed = functions.iter().filter(|row| row["site"].is_string()).count();
        assert_eq!(json!(placed), expected("X002-3"), "each function in one building");
        // What was reported is there as it was reported, with its bound, and not as records.
        let reported = seat.get("records/indicator").await;
        let mut amounts: Vec<(i64, String)> = Vec::new();
        for row in reported.as_array().expect("a list") {
            let field = |name: &str| row["fields"][name].clone();
            let amount = field("amount").as_i64().expect("an amount");
            amounts.push((amount, field("bound").as_str().unwrap_or_default().to_owned()));
        }
        amounts.sort_by_key(|(amount, _)| -amount);
        assert_eq!(json!(amounts.iter().map(|(amount, _)| amount).collect::<Vec<_>>()), expected("X002-5"));
        assert_eq!((amounts[0].1.as_str(), amounts[1].1.as_str()), ("exact", "nearly"));
        let now = seat.get("totals?communes=05518").await;
        assert_eq!((&now["surplus"], &now["scattered"]), (&json!(1), &json!(1)));
    }
}

#[tokio::test]
async fn facts_002_the_catalogue_knows_what_became_of_172_communes() {
    let province = Province::of("002", ("19", "Thái Nguyên"), WEATHERS[0]);
    let seat = province.signed_in().await;
    let changes = seat.get("places/changes?province=T%E1%BB%89nh%20Th%C3%A1i%20Nguy%C3%AAn").await;
    assert_eq!(json!([changes["before"], changes["after"]]), expected("X002-1"));
    let ward = seat.get("places/05518?at=2025-07-01").await;
    let formed = ward["links"]["formed_from"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<String> =
        formed.iter().filter_map(|old| Some(old["name"].as_str()?.trim_start_matches("Phường ").to_owned())).collect();
    names.sort();
    assert_eq!(json!(names), expected("X002-2"));
    assert_eq!(seat.get("places/05518?at=2025-06-30").await["name"], "Phường Thắng Lợi");
}
