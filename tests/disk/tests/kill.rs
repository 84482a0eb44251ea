//! The real programs under load, a few deaths.

use hopluu_disk::kill::{Plan, run};

#[test]
fn what_was_answered_as_saved_survives_a_few_deaths() {
    let report = run(Plan { seed: 1, rounds: 8, check_every: 4 }).expect("all come back and settle");
    assert!(report.lost.is_empty(), "{:?}", report.lost);
    assert_eq!(report.rounds, 8);
    assert!(report.acknowledged >= 8, "{} edits", report.acknowledged);
}
