//! Stories in a real Chromium against the real programs: `cargo xtask browser` installs and builds what is needed and
//! runs this.

mod browser;
mod dress;
mod driver;
mod figures;
mod pages;
mod shots;
mod stage;
mod stories;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::stage::Stage;
use crate::stories::Story;

/// Plays stories in a browser, and says which did not go as they must.
#[derive(Parser)]
struct Arguments {
    /// Only this story; may be given several times.
    #[arg(long)]
    only: Vec<String>,
    /// axe-core as one script.
    #[arg(long)]
    axe: PathBuf,
    /// Where pictures of what failed are left.
    #[arg(long, default_value = "target/browser")]
    out: PathBuf,
    /// No stories: a picture of every page, in this folder.
    #[arg(long)]
    shots: Option<PathBuf>,
    /// No stories: what is measured with browsers.
    #[arg(long)]
    figures: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.out).expect("target/ can be written");
    let axe = fs::read_to_string(&arguments.axe).expect("axe-core is there: cargo xtask browser fetches it");
    let stage = Stage::raise(axe);
    if arguments.figures || arguments.shots.is_some() {
        dress::up(&stage);
    }
    if arguments.figures {
        figures::print(&stage);
        return ExitCode::SUCCESS;
    }
    if let Some(folder) = arguments.shots {
        fs::create_dir_all(&folder).expect("target/ can be written");
        println!("shots: {} pictures in {}", shots::take(&stage, &folder), folder.display());
        return ExitCode::SUCCESS;
    }
    let wanted = |story: &&Story| arguments.only.is_empty() || arguments.only.iter().any(|name| name == story.name);
    let (mut passed, mut failed) = (0, 0);
    for story in stories::ALL.iter().filter(wanted) {
        if catch_unwind(AssertUnwindSafe(|| (story.play)(&stage))).is_ok() {
            stage.close(None);
            passed += 1;
            println!("ok      {}: {}", story.name, story.tells);
            continue;
        }
        failed += 1;
        println!("FAILED  {}: {}", story.name, story.tells);
        for left in stage.close(Some((&arguments.out, story.name))) {
            println!("        see {}", left.display());
        }
    }
    println!("browser: {passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
