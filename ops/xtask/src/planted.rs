//! Planted bugs: small mutations of our own rules, and how many worlds each needs before it is noticed.
//!
//! The bugs stand in `ops/planted/*.toml`; the product's code knows nothing of them. All are built at once into one copy
//! of the sources, each behind a switch that is read from the environment, so that one build serves every hunt.

mod bugs;
mod copy;
mod hunt;
mod report;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::planted::bugs::Bug;
use crate::planted::hunt::Hunt;
use crate::workspace::Workspace;

/// Plants bugs into a copy of the sources, and counts the worlds it takes to catch each.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cargo xtask planted --check\n  cargo xtask planted --only ack-before-commit --starts 5"
)]
pub(crate) struct Planted {
    /// Only checks that every bug still finds its place in the sources; builds nothing.
    #[arg(long, conflicts_with = "list")]
    check: bool,
    /// Only prints the bugs.
    #[arg(long)]
    list: bool,
    /// Hunts only these bugs, or all of these rooms.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// From how many starting points each bug is hunted.
    #[arg(long, default_value_t = 3)]
    starts: u64,
    /// The first seed of the first starting point; the others follow at equal steps.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// So many worlds from each starting point; a bug that survives them is not caught.
    #[arg(long, default_value_t = 400)]
    limit: u64,
    /// How many hunts at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Seconds after which one world counts as never ending.
    #[arg(long, default_value_t = 120)]
    patience: u64,
    /// Prints one JSON object instead of the table.
    #[arg(long)]
    json: bool,
}

impl Planted {
    /// Does what was asked; fails when a bug lost its place, or when one is not caught.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<ExitCode> {
        let bugs = bugs::load(&workspace.root)?;
        let faults = bugs::faults(&workspace.root, &bugs)?;
        for fault in &faults {
            eprintln!("planted: {fault}");
        }
        if !faults.is_empty() {
            return Ok(ExitCode::FAILURE);
        }
        if self.check {
            println!("planted: all {} bugs find their places", bugs.len());
            return Ok(ExitCode::SUCCESS);
        }
        if self.list {
            report::list(&bugs);
            return Ok(ExitCode::SUCCESS);
        }
        self.hunt(workspace, &bugs)
    }

    fn hunt(&self, workspace: &Workspace, bugs: &[Bug]) -> Result<ExitCode> {
        if self.jobs == 0 || self.starts == 0 || self.limit == 0 {
            bail!("--jobs, --starts and --limit must be at least 1");
        }
        let wanted: Vec<&Bug> = bugs.iter().filter(|bug| self.is_wanted(bug)).collect();
        if wanted.is_empty() {
            bail!("no bug and no room has that name; see --list");
        }
        copy::plant(&workspace.root, bugs)?;
        let program = copy::build(&workspace.root)?;
        let starts = (0..self.starts).map(|start| self.from + start * STEP).collect();
        let logs = workspace.root.join("target/planted/logs");
        let hunt = Hunt::new(program, logs, starts, (self.limit, self.patience));
        let outcomes = hunt.all(&wanted, self.jobs)?;
        if self.json {
            println!("{}", report::json(&outcomes)?);
        } else {
            print!("{}", report::table(&outcomes));
        }
        let all = outcomes.iter().all(|outcome| outcome.is_caught() || outcome.hole.is_some());
        Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn is_wanted(&self, bug: &Bug) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| *name == bug.name || *name == bug.room)
    }
}

/// Seeds between two starting points.
const STEP: u64 = 100_000;
