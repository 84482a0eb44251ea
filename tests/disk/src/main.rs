//! The disk for real, on demand.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use hopluu_disk::{Broken, images};

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
