//! Searching for inputs that break us: `tests/fuzz` led by the code that an input reaches.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

/// Instruments what is built, so that libFuzzer sees where an input gets to. Works with a stable compiler.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";
/// Mistakes of our own arithmetic are findings too; those of other people's are theirs.
const CHECKS: [&str; 4] = [
    "profile.release.debug-assertions=true",
    "profile.release.overflow-checks=true",
    "profile.release.package.\"*\".debug-assertions=false",
    "profile.release.package.\"*\".overflow-checks=false",
];
/// An input that takes longer hangs.
const LONGEST_S: u32 = 20;
/// Memory of a search, in MiB; what takes more was made to.
const MEMORY_MIB: u32 = 1_536;
const PACKAGE: &str = "hopluu-fuzz";

/// Searches for inputs that a target does not survive, beginning with real values.
#[derive(Args)]
#[command(after_help = "Examples:
  cargo xtask fuzz --list
  cargo xtask fuzz frames --minutes 10
  cargo xtask fuzz frames --input target/fuzz/findings/frames/crash-…")]
pub(crate) struct Fuzz {
    /// Which target.
    #[arg(required_unless_present = "list")]
    target: Option<String>,
    /// Says which targets there are.
    #[arg(long)]
    list: bool,
    /// How long to search.
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// How many searches side by side, on one corpus.
    #[arg(long, default_value_t = 1)]
    jobs: u32,
    /// Tries these inputs once more instead of searching.
    #[arg(long)]
    input: Vec<PathBuf>,
    /// Where corpus, findings and the instrumented program lie.
    #[arg(long, default_value = "target/fuzz")]
    folder: PathBuf,
}

impl Fuzz {
    /// Runs until the time is over or something is found.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let Some(target) = self.target.as_deref().filter(|_| !self.list) else {
            return exit(&mut plain(&["list".into()]));
        };
        if !self.input.is_empty() {
            let mut words: Vec<OsString> = vec!["try".into(), target.into()];
            words.extend(self.input.iter().map(Into::into));
            return exit(&mut plain(&words));
        }
        self.search(target)
    }

    fn search(&self, target: &str) -> Result<ExitCode> {
        let (corpus, findings) = (self.folder.join("corpus").join(target), self.folder.join("findings").join(target));
        fs::create_dir_all(&findings).context("the folder for findings")?;
        let told = plain(&["seeds".into(), target.into(), corpus.clone().into()]).stderr(Stdio::inherit()).output()?;
        if !told.status.success() {
            bail!("no target {target}; see cargo xtask fuzz --list");
        }
        let longest = String::from_utf8(told.stdout).context("the longest input")?;
        let program = self.build()?;
        let mut search = Command::new(program);
        search.arg(format!("--target={target}")).arg(format!("-artifact_prefix={}/", findings.display()));
        search.arg(format!("-max_total_time={}", u64::from(self.minutes) * 60));
        search.args([format!("-max_len={}", longest.trim()), format!("-timeout={LONGEST_S}")]);
        search.args([format!("-rss_limit_mb={MEMORY_MIB}"), "-print_final_stats=1".into(), "-len_control=0".into()]);
        if self.jobs > 1 {
            search.arg(format!("-fork={}", self.jobs));
        }
        let ended = search.arg(&corpus).status().context("the search cannot be started")?;
        if ended.success() {
            println!("fuzz: {target} held for {} minutes; corpus in {}", self.minutes, corpus.display());
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("fuzz: {target} did not hold. Try each again with");
        for file in files(&findings)? {
            eprintln!("  cargo xtask fuzz {target} --input {}", file.display());
        }
        Ok(ExitCode::FAILURE)
    }

    /// Builds the instrumented program in a folder of its own.
    fn build(&self) -> Result<PathBuf> {
        let host = host()?;
        let mut build = cargo();
        build.args(["build", "--release", "--package", PACKAGE, "--features", "search", "--target", &host]);
        for check in CHECKS {
            build.args(["--config", check]);
        }
        build.arg("--target-dir").arg(&self.folder).env("RUSTFLAGS", COVERAGE);
        if !build.status().context("cargo cannot be started")?.success() {
            bail!("the instrumented program does not build");
        }
        Ok(self.folder.join(host).join("release").join(PACKAGE))
    }
}

/// The program without instruments.
fn plain(words: &[OsString]) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", PACKAGE, "--"]).args(words);
    command
}

fn cargo() -> Command {
    Command::new(option_env!("CARGO").unwrap_or("cargo"))
}

fn exit(command: &mut Command) -> Result<ExitCode> {
    let ended = command.status().context("cargo cannot be started")?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What this machine is to the compiler; naming it keeps the instruments out of build scripts.
fn host() -> Result<String> {
    let told = Command::new("rustc").arg("-vV").output().context("rustc cannot be started")?;
    let told = String::from_utf8(told.stdout).context("what rustc says")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}
