//! Worlds in a seed: prove that nothing is lost, from numbers anyone can type again.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;

/// Runs so many worlds, and says what did not hold.
#[derive(Args)]
#[command(after_help = "Example: cargo xtask sim --seeds 1000 --from 5000")]
pub(crate) struct Worlds {
    /// How many worlds.
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many at once.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where the logs of failures go.
    #[arg(long, default_value = "target/sim")]
    logs: PathBuf,
}

impl Worlds {
    /// Runs them; each failure prints its seed and leaves its whole log.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        if self.threads == 0 {
            bail!("--threads must be at least 1");
        }
        let (next, edits, slowest) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        if place >= self.seeds {
                            return;
                        }
                        match hopluu_sim::run(self.from + place) {
                            Ok(report) => {
                                edits.fetch_add(report.edits as u64, Ordering::Relaxed);
                                slowest.fetch_max(report.healed_in_s, Ordering::Relaxed);
                            }
                            Err(failure) => failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure),
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        for failure in &failures {
            fs::create_dir_all(&self.logs).context("the folder for logs")?;
            let path = self.logs.join(format!("seed-{}.log", failure.seed));
            fs::write(&path, &failure.log).with_context(|| format!("{}", path.display()))?;
            eprintln!("{failure}\nwhole log: {}", path.display());
        }
        let (edits, slowest) = (edits.into_inner(), slowest.into_inner());
        println!(
            "sim: {} worlds from seed {}, {edits} saved edits, equal again within {slowest} virtual seconds",
            self.seeds, self.from
        );
        println!("{} passed, {} failed", self.seeds - failures.len() as u64, failures.len());
        Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
