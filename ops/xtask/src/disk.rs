//! The disk for real: hands its arguments on to the program that does it.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

/// What to hand on.
#[derive(Args)]
#[command(
    disable_help_flag = true,
    after_help = "images --count 20000    power cuts at every operation of a store\n\
                  flips --count 5000      bits, truncations and lost segments at rest\n\
                  kill --rounds 1000      the real programs under load, killed one after another\n\
                  <command> --help        all its options"
)]
pub(crate) struct Disk {
    /// images, flips or kill, and their options; see `images --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Disk {
    /// Builds what is needed, and runs it.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let cargo = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO"));
            command.args(arguments);
            command
        };
        if self.arguments.iter().any(|argument| argument == "kill") {
            let programs = ["build", "--release", "--quiet", "-p", "hopluu", "-p", "hopluu-relay"];
            let built = cargo(&programs).status().context("cargo cannot be started")?;
            anyhow::ensure!(built.success(), "the programs cannot be built");
        }
        let mut run = cargo(&["run", "--release", "--quiet", "-p", "hopluu-disk", "--"]);
        let ended = run.args(&self.arguments).status().context("cargo cannot be started")?;
        Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
