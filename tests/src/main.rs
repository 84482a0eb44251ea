//! Rounds of bad weather over the real programs: `cargo xtask line` builds what is needed and runs this.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hopluu_tests::storm::{Kind, Plan, run};

/// Lets people type while the line is bad, round after round, each from one number.
#[derive(Parser)]
struct Arguments {
    /// How many rounds; the kinds of weather take turns.
    #[arg(long, default_value_t = 11)]
    rounds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this weather.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// How long the weather is bad, in milliseconds.
    #[arg(long, default_value_t = 15_000)]
    storm_ms: u64,
    /// What people rest between two edits, in milliseconds.
    #[arg(long, default_value_t = 250)]
    busy_ms: u64,
    /// After so many seconds of clear sky all must be well.
    #[arg(long, default_value_t = 200)]
    patience_s: u64,
}

/// What all rounds of one weather came to.
#[derive(Default)]
struct Sum {
    rounds: u64,
    edits: usize,
    looks: usize,
    longest: Duration,
    failed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut sums: BTreeMap<Kind, Sum> = BTreeMap::new();
    for round in 0..arguments.rounds {
        let seed = arguments.seed + round;
        let turn = usize::try_from(seed).unwrap_or_default() % Kind::ALL.len();
        let plan = Plan {
            kind: arguments.kind.unwrap_or(Kind::ALL[turn]),
            seed,
            storm: Duration::from_millis(arguments.storm_ms),
            busy: Duration::from_millis(arguments.busy_ms),
            patience: Duration::from_secs(arguments.patience_s),
        };
        let sum = sums.entry(plan.kind).or_default();
        sum.rounds += 1;
        match run(plan) {
            Ok(report) => {
                sum.edits += report.edits;
                sum.looks += report.looks;
                sum.longest = sum.longest.max(report.healed);
                let healed = report.healed.as_secs_f64();
                println!("{seed} {}: {} edits, well after {healed:.1} s, {}", plan.kind, report.edits, report.traffic);
            }
            Err(failure) => {
                sum.failed += 1;
                eprintln!("FAILED {failure}");
            }
        }
    }
    for (kind, sum) in &sums {
        println!(
            "{kind}: {} rounds, {} edits, {} looks at sentences, {} failed, all well after at most {:.1} s",
            sum.rounds,
            sum.edits,
            sum.looks,
            sum.failed,
            sum.longest.as_secs_f64()
        );
    }
    let failed: u64 = sums.values().map(|sum| sum.failed).sum();
    println!("line: {} rounds from seed {}, {failed} failed", arguments.rounds, arguments.seed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn kind(name: &str) -> Result<Kind, String> {
    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    Kind::named(name).ok_or_else(|| format!("one of {}", known.join(", ")))
}
