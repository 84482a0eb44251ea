//! Damage at rest, a few hundred places of each.

use hopluu_disk::flips::{Over, run};

fn nothing_goes_in_silence(over: Over, count: u64) {
    let report = run(over, 1, count, None).expect("the stores are filled");
    let failures: Vec<String> =
        report.failures.iter().map(|(case, broken)| format!("flips --seed 1 --only {case}: {broken}")).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(report.cases, count);
}

#[test]
fn a_damaged_journal_names_what_is_gone() {
    nothing_goes_in_silence(Over::Journal, 300);
}

#[test]
fn a_damaged_index_costs_nothing() {
    nothing_goes_in_silence(Over::Index, 150);
}
