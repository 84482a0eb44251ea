//! The project's own checks, as `cargo xtask <check>`: nothing to install, nothing fetched.

mod arrows;
mod bar;
mod browser;
mod deny;
mod disk;
mod fuzz;
mod line;
mod planted;
mod workspace;
mod worlds;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::fuzz::Fuzz;
use crate::planted::Planted;
use crate::workspace::Workspace;
use crate::worlds::{Replay, Worlds};

/// Checks of the rules that the house lives by (crates/README.md).
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    check: Check,
}

#[derive(Subcommand)]
enum Check {
    /// Who may import whom: floors, arrows, and which room may name which library.
    Arrows,
    /// Sizes of files and rooms, and names no module may carry.
    Bar,
    /// Licences, sources, pins and wildcards of everything we build on, by ops/deny.toml.
    Deny,
    /// The real programs over bad lines, each round from one number: is anything ever lost?
    #[command(disable_help_flag = true)]
    Line(line::Rounds),
    /// The pages in a real browser, on the real programs: what people do there, without a line, without JavaScript,
    /// without a mouse, on a telephone, and what axe-core finds.
    #[command(disable_help_flag = true)]
    Browser(browser::Stories),
    /// A picture of every page in target/shots: both languages, light and dark, telephone and desktop.
    Shots(browser::Stories),
    /// The disk for real: power cuts, damage at rest and killed programs, each from one number.
    Disk(disk::Disk),
    /// Whole provinces under bad weather, each from one number: is anything ever lost?
    Sim(Worlds),
    /// Steps through the log of a world that failed, with the state of every machine.
    Replay(Replay),
    /// Inputs that mean harm: searches for one that a target of tests/fuzz does not survive.
    Fuzz(Fuzz),
    /// Bugs planted into a copy of the sources: how many worlds does each need to be caught?
    Planted(Planted),
}

/// What a check found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Findings {
    /// One sentence per broken rule; any of them fails the check.
    broken: Vec<String>,
    /// Worth knowing, breaks nothing.
    notices: Vec<String>,
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().check {
        Check::Arrows => rules("arrows", |workspace| Ok(arrows::check(workspace))),
        Check::Bar => rules("bar", bar::check),
        Check::Deny => rules("deny", deny::check),
        Check::Sim(worlds) => worlds.run(),
        Check::Replay(replay) => replay.run(),
        Check::Disk(disk) => disk.run(),
        Check::Line(rounds) => rounds.run(),
        Check::Browser(stories) => stories.run(&[]),
        Check::Shots(stories) => stories.run(&["--shots", "target/shots"]),
        Check::Fuzz(fuzz) => fuzz.run(),
        Check::Planted(planted) => planted.run(&Workspace::load()?),
    }
}

/// Checks rules of the workspace, and says what is broken.
fn rules(name: &str, check: impl Fn(&Workspace) -> Result<Findings>) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let findings = check(&workspace)?;
    for notice in &findings.notices {
        println!("{name}: notice: {notice}");
    }
    for broken in &findings.broken {
        eprintln!("{name}: {broken}");
    }
    if findings.broken.is_empty() {
        println!(
            "{name}: all rules hold ({} packages, {} of them ours)",
            workspace.packages.len(),
            workspace.ours.len()
        );
        Ok(ExitCode::SUCCESS)
    } else {
        eprintln!("{name}: {} rule(s) broken; the rules are in crates/README.md", findings.broken.len());
        Ok(ExitCode::FAILURE)
    }
}
