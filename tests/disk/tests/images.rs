//! Two thousand power cuts, every fortieth over real files and a real sled.

use hopluu_disk::images::{Plan, run};

#[test]
fn nothing_promised_is_lost_in_two_thousand_power_cuts() {
    let report = run(Plan { seed: 1, count: 2_000, real_every: 40, only: None }).expect("the worlds live");
    let failures: Vec<String> =
        report.failures.iter().map(|(number, broken)| format!("images --seed 1 --only {number}: {broken}")).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(report.images, 2_000);
    for kind in [
        "power cut Dropped",
        "power cut Torn(512)",
        "power cut Torn(4096)",
        "power cut Reordered",
        "index Newer",
        "cut and said",
        "with something unsynced",
        "the index is DiskAnew",
    ] {
        assert!(report.counts.contains_key(kind), "{kind} never happened: {:?}", report.counts);
    }
}
