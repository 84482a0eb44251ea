//! Stories in a real browser against the real programs: what they need is installed, built, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

/// Debian's packages: the browser, what drives it, and letters with all Vietnamese marks.
const PACKAGES: &[&str] = &["chromium", "chromium-driver", "fonts-noto-core"];
/// The checker of accessibility; only its one script is used.
const AXE: &str = "axe-core@4";

/// What is handed on to the stories; `--help` says what they take.
#[derive(Args)]
pub(crate) struct Stories {
    /// As in --only report --only phone
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Stories {
    /// Installs what is missing, builds the programs and the stories, and plays these; `first` goes before what was typed.
    pub(crate) fn run(&self, first: &[&str]) -> Result<ExitCode> {
        let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        install()?;
        let axe = fetch_axe(&target)?;
        // The same features as the workspace: nothing is built twice.
        must("cargo", &["build", "--workspace", "--bins"])?;
        let program = target.join("debug").join("hopluu-browser");
        let status = Command::new(&program).arg("--axe").arg(axe).args(first).args(&self.arguments).status();
        let status = status.with_context(|| program.display().to_string())?;
        // The stories say themselves what failed.
        Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Installs the packages unless everything is there already.
fn install() -> Result<()> {
    if finds("chromium") && finds("chromedriver") {
        return Ok(());
    }
    apt(PACKAGES)
}

fn apt(packages: &[&str]) -> Result<()> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0\n"));
    let as_root = |arguments: &[&str]| match is_root {
        true => must("env", &[&["DEBIAN_FRONTEND=noninteractive"], arguments].concat()),
        false => must("sudo", &[&["DEBIAN_FRONTEND=noninteractive"], arguments].concat()),
    };
    as_root(&["apt-get", "update"])?;
    as_root(&[&["apt-get", "install", "-y", "--no-install-recommends"], packages].concat())
}

/// Fetches axe-core below `target/` unless it is there, and says where its script is.
fn fetch_axe(target: &Path) -> Result<PathBuf> {
    let folder = target.join("axe");
    let script = folder.join("package").join("axe.min.js");
    if script.exists() {
        return Ok(script);
    }
    if !finds("npm") {
        apt(&["npm"])?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let packed = Command::new("npm").args(["pack", AXE, "--silent"]).current_dir(&folder).output().context("npm")?;
    let name = String::from_utf8_lossy(&packed.stdout).trim().to_owned();
    let unpacked = Command::new("tar").args(["xzf", &name]).current_dir(&folder).status().context("tar")?;
    if !packed.status.success() || !unpacked.success() || !script.exists() {
        bail!("npm pack {AXE} brought no script: {}", String::from_utf8_lossy(&packed.stderr).trim());
    }
    Ok(script)
}

/// Whether a program is installed.
fn finds(program: &str) -> bool {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

fn must(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program).args(arguments).status().with_context(|| program.to_owned())?;
    if !status.success() {
        bail!("{program} {} ended with {status}", arguments.join(" "));
    }
    Ok(())
}
