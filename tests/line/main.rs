//! The real programs on bad lines: nothing that was answered as saved is missing anywhere, all are equal in the end, and
//! no sentence ran ahead. More of the same: `cargo xtask line`.

use std::time::Duration;

use hopluu_tests::storm::{Kind, Plan, run};

/// All at once, since most of what they do is to wait for each other.
#[test]
fn nothing_is_lost_in_any_weather() {
    let failures: Vec<String> = std::thread::scope(|scope| {
        let rounds = Kind::ALL.map(|kind| {
            let plan = Plan {
                kind,
                seed: 7,
                storm: Duration::from_secs(if kind == Kind::Thin { 9 } else { 6 }),
                busy: Duration::from_millis(300),
                patience: Duration::from_secs(100),
            };
            scope.spawn(move || run(plan))
        });
        let ended = rounds.map(|round| round.join().expect("a round ends with a report or a failure"));
        ended.into_iter().filter_map(|ended| ended.err().map(|failure| failure.to_string())).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
