//! The real programs over bad lines: built, then tried.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

/// What is handed on to the rounds; `--help` says what they take.
#[derive(Args)]
pub(crate) struct Rounds {
    /// As in --rounds 50 --seed 1000
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Rounds {
    /// Builds the programs and the rounds, and runs these.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        const PACKAGES: [&str; 6] = ["-p", "hopluu", "-p", "hopluu-relay", "-p", "hopluu-tests"];
        cargo(&[&["build", "--release", "--bins"], PACKAGES.as_slice()].concat(), &[])?;
        let run = ["run", "--release", "-p", "hopluu-tests", "--bin", "hopluu-line", "--"];
        cargo(&run, &self.arguments)
    }
}

fn cargo(first: &[&str], rest: &[String]) -> Result<ExitCode> {
    let status = Command::new("cargo").args(first).args(rest).status().context("cargo")?;
    match status.code() {
        Some(0) => Ok(ExitCode::SUCCESS),
        // The rounds say themselves what failed.
        Some(1) if first[0] == "run" => Ok(ExitCode::FAILURE),
        _ => bail!("cargo {} ended with {status}", first[0]),
    }
}
