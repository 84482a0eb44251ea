//! The disk for real, on demand.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hopluu_disk::{Broken, flips, images, kill};

/// Power cuts, worn cards and killed programs, by the thousand, each from a number.
#[derive(Debug, Parser)]
#[command(name = "hopluu-disk", version)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Cuts the power at every operation of a working store, in every way a disk allows, and opens what is left
    Images(Images),
    /// Damages stores at rest, one place each: bits, truncations, segments deleted and swapped
    Flips(Flips),
    /// Runs the real programs under load and kills one after another
    Kill(Kill),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example: kill --rounds 1000\nBuild the programs first: cargo build --release --workspace --bins"
)]
struct Kill {
    /// Draws who dies, and when
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many deaths
    #[arg(long, default_value_t = 1_000)]
    rounds: usize,
    /// After so many deaths everything is looked for
    #[arg(long, default_value_t = 50)]
    check_every: usize,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example: flips --count 5000\nA failure prints its number: flips --over journal --seed 1 --only 371"
)]
struct Flips {
    /// The first world; each gives 250 cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many of each
    #[arg(long, default_value_t = 5_000)]
    count: u64,
    /// Only over one of them: journal or index
    #[arg(long)]
    over: Option<Over>,
    /// Only the case of this number
    #[arg(long)]
    only: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Over {
    Journal,
    Index,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example: images --count 20000\nA failure prints its seed and number: images --seed 1 --only 371"
)]
struct Images {
    /// The first world; each gives 500 images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many images
    #[arg(long, default_value_t = 2_000)]
    count: u64,
    /// Every so many-th with real files and a real sled; 0 for none
    #[arg(long, default_value_t = 40)]
    real_every: u64,
    /// Only the image of this number
    #[arg(long)]
    only: Option<u64>,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().what {
        What::Images(wanted) => images(&wanted),
        What::Flips(wanted) => flips(&wanted),
        What::Kill(wanted) => kill(&wanted),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(broken) => {
            eprintln!("hopluu-disk: {broken}");
            ExitCode::FAILURE
        }
    }
}

fn images(wanted: &Images) -> Result<bool, Broken> {
    let count = wanted.only.map_or(wanted.count, |only| wanted.count.max(only + 1));
    let plan = images::Plan { seed: wanted.seed, count, real_every: wanted.real_every, only: wanted.only };
    let report = images::run(plan)?;
    for (what, times) in &report.counts {
        println!("{times:>8}  {what}");
    }
    for (number, broken) in &report.failures {
        eprintln!("image {number}: {broken}\n  again: images --seed {} --only {number}", wanted.seed);
    }
    println!("images: {} opened from seed {}, {} failed", report.images, wanted.seed, report.failures.len());
    Ok(report.failures.is_empty())
}

fn flips(wanted: &Flips) -> Result<bool, Broken> {
    let count = wanted.only.map_or(wanted.count, |only| wanted.count.max(only + 1));
    let mut passed = true;
    for (over, name) in [(Over::Journal, "journal"), (Over::Index, "index")] {
        if wanted.over.is_some_and(|only| only != over) {
            continue;
        }
        let place = if over == Over::Journal { flips::Over::Journal } else { flips::Over::Index };
        let report = flips::run(place, wanted.seed, count, wanted.only)?;
        for (what, times) in &report.counts {
            println!("{times:>8}  {what}");
        }
        for (case, broken) in &report.failures {
            eprintln!("case {case}: {broken}\n  again: flips --over {name} --seed {} --only {case}", wanted.seed);
        }
        let (cases, failed) = (report.cases, report.failures.len());
        println!(
            "flips: {cases} over the {name} from seed {}, {} promised records named as gone, {failed} failed, slowest case {:?}",
            wanted.seed, report.named, report.slowest
        );
        passed &= failed == 0 && report.slowest.as_secs() < 5;
    }
    Ok(passed)
}

fn kill(wanted: &Kill) -> Result<bool, Broken> {
    let check_every = wanted.check_every.max(1);
    let report = kill::run(kill::Plan { seed: wanted.seed, rounds: wanted.rounds, check_every })?;
    for (name, times) in &report.killed {
        println!("{times:>8}  deaths of {name}");
    }
    for text in &report.lost {
        eprintln!("lost: {text}");
    }
    let median = report.restarts.get(report.restarts.len() / 2).copied().unwrap_or_default();
    let (rounds, edits, lost) = (report.rounds, report.acknowledged, report.lost.len());
    println!(
        "kill: {rounds} rounds from seed {}, {edits} acknowledged edits, {lost} lost, median restart {median:?}",
        wanted.seed
    );
    Ok(report.lost.is_empty())
}
