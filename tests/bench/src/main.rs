//! The figures of the project, each beside its goal. Nothing here fails because a machine is slow.

mod bytes;
mod callers;
mod desk;
mod figure;
mod first_edit;
mod idle;
mod machine;
mod office;
mod programs;
mod province;
mod stage;
mod stopwatch;
mod writing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::figure::Report;

/// What a benchmark returns.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures, and prints each figure beside its goal. Build everything first: cargo build --release --workspace
#[derive(Debug, Parser)]
#[command(name = "hopluu-bench", version)]
struct Arguments {
    /// What to measure
    name: Name,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Runs of which the median is taken
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// The view that is filled
    #[arg(long, hide = true, default_value = "view.sqlite")]
    view: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// The first edit after a break, and reconnecting without news, behind 300 ms one way
    FirstEdit,
    /// Bytes per edit beside raw automerge changes and automerge's own sync
    Bytes,
    /// A fresh province desk, 170 documents of 500 changes; then one edit in each
    Province,
    /// An office with 10,000 changes: memory, start, durable edits, device bytes
    Office,
    /// Memory of a relay per idle connection
    Idle,
    /// What the pages of the desks ask of a view of 200,000 issues, and of 10,000
    Desk,
    /// Units, people, previews and totals of 92 communes of the largest size
    Register,
    /// All of them
    All,
    /// Fills the view of a province, for `desk`
    #[value(hide = true)]
    DeskFill,
    /// Fills the view of a commune, for `desk`
    #[value(hide = true)]
    DeskFillCommune,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(report) => {
            report.print(arguments.json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hopluu-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = Report::default();
    if matches!(arguments.name, Name::DeskFill | Name::DeskFillCommune) {
        desk::fill_view(&arguments.view, arguments.name == Name::DeskFillCommune)?;
        return Ok(report);
    }
    let wanted = |name| arguments.name == name || arguments.name == Name::All;
    if wanted(Name::Bytes) {
        bytes::measure(&mut report)?;
    }
    if wanted(Name::FirstEdit) {
        runtime.block_on(first_edit::measure(&mut report, arguments.runs))?;
    }
    if wanted(Name::Province) {
        runtime.block_on(province::measure(&mut report, arguments.runs))?;
    }
    if wanted(Name::Office) {
        office::measure(&mut report, arguments.runs)?;
    }
    if wanted(Name::Idle) {
        runtime.block_on(idle::measure(&mut report))?;
    }
    if wanted(Name::Desk) {
        desk::measure(&mut report, arguments.runs)?;
    }
    if wanted(Name::Register) {
        desk::measure_registers(&mut report, arguments.runs)?;
    }
    Ok(report)
}
