//! In July 2025 the province of Cà Mau hears what its communes and departments call difficult.

use std::collections::BTreeMap;

use hopluu_desk::Facts;
use serde_json::{Value, json};

use crate::rig::{FILE, Province, Seat, WEATHERS, expected, facts};

/// The file without what was made up to fill.
fn stated() -> Facts {
    let mut file: Value = serde_json::from_str(FILE).expect("the file of this repository");
    file["seed_004"]["issues_filler"] = json!([]);
    Facts::parse(&file.to_string()).expect("the same file with less in it")
}

async fn by_category(seat: &Seat) -> Value {
    let overview = seat.get("overview").await;
    let cells = overview["by_category"].as_array().cloned().unwrap_or_default();
    let counts: BTreeMap<String, u64> = cells
        .iter()
        .filter_map(|cell| Some((cell["key"].as_str()?.to_owned(), cell["sum"]["issues"].as_u64()?)))
        .filter(|(_, issues)| *issues > 0)
        .collect();
    json!(counts)
}

#[tokio::test]
async fn facts_004_issues_by_category() {
    for weather in WEATHERS {
        let mut province = Province::of("004", ("96", "Cà Mau"), weather);
        province.load(&stated());
        let seat = province.signed_in().await;
        assert_eq!(by_category(&seat).await, expected("X004-1"), "{weather:?}");
        province.load(&facts());
        assert_eq!(by_category(&seat).await, expected("X004-2"));
    }
}
