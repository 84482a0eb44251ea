//! Worlds in a seed: prove that nothing is lost, from numbers anyone can type again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use clap::Args;
use hopluu_sim::{Failure, Fired, Report, Telling, World, run, shorten, tell};

/// Tries spent on making the story of a failure shorter.
const TRIES: u32 = 120;
/// Says how far it is after so many worlds.
const SPOKEN: u64 = 500;
/// With so many worlds every kind of fault must have been met.
const ENOUGH: u64 = 300;
/// Worlds that failed once, with what they found; run for ever.
const PAST: &str = include_str!("../../../crates/sim/past.txt");

/// Runs so many worlds, and says what did not hold.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask sim --seeds 1000 --from 5000    a thousand worlds nobody has seen
  cargo xtask sim --seeds 1 --from 4711       one world
  cargo xtask sim --past                      the worlds that failed once
A failure leaves its log in target/sim; `cargo xtask replay <log>` steps through it.")]
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
    /// Also run the worlds that failed once (crates/sim/past.txt).
    #[arg(long)]
    past: bool,
    /// Fail when a kind of fault was never met; always checked from 300 worlds on.
    #[arg(long)]
    all_kinds: bool,
    /// Print one line for each world.
    #[arg(long)]
    each: bool,
    /// Leave the stories of failures as they are instead of looking for shorter ones.
    #[arg(long)]
    whole: bool,
    /// Where the logs of failures go.
    #[arg(long, default_value = "target/sim")]
    logs: PathBuf,
}

/// What all worlds together were like.
#[derive(Default)]
struct Sum {
    worlds: u64,
    edits: u64,
    gone: u64,
    slowest_s: u64,
    lived_ms: u64,
    fired: Fired,
    failures: Vec<Failure>,
}

impl Sum {
    fn add(&mut self, told: Result<Report, Box<Failure>>) {
        self.worlds += 1;
        match told {
            Ok(report) => {
                self.edits += report.edits as u64;
                self.gone += report.gone as u64;
                self.slowest_s = self.slowest_s.max(report.healed_in_s);
                self.lived_ms += report.lived_ms;
                self.fired.add(&report.fired);
            }
            Err(failure) => self.failures.push(*failure),
        }
    }
}

impl Worlds {
    /// Runs them; each failure prints its seed and leaves its whole log.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        if self.threads == 0 {
            bail!("--threads must be at least 1");
        }
        // automerge panics on poison changes, inside its fence; a panic outside of it becomes a failure with its seed.
        std::panic::set_hook(Box::new(|_| {}));
        let mut seeds: Vec<u64> = (self.from..self.from + self.seeds).collect();
        if self.past {
            seeds.extend(past()?);
        }
        let sum = self.tell_all(&seeds);
        for failure in &sum.failures {
            let failure = shorten(failure.clone(), if self.whole { 0 } else { TRIES });
            let path = self.keep(&failure)?;
            eprintln!("{failure}\nwhole log: {} (cargo xtask replay {0})", path.display());
        }
        println!("{}", sum.fired);
        println!(
            "sim: {} worlds from seed {}, {} saved edits ({} gone with their last disk), {:.1} node-years, equal again \
             within {} virtual seconds",
            sum.worlds,
            self.from,
            sum.edits,
            sum.gone,
            sum.lived_ms as f64 / (365.25 * 86_400_000.0),
            sum.slowest_s
        );
        println!("{} passed, {} failed", sum.worlds - sum.failures.len() as u64, sum.failures.len());
        let missing = sum.fired.missing();
        let is_missed = (self.all_kinds || sum.worlds >= ENOUGH) && !missing.is_empty();
        if is_missed {
            let names: Vec<&str> = missing.iter().map(|hazard| hazard.slug()).collect();
            eprintln!("sim: never met: {}", names.join(", "));
        }
        Ok(if sum.failures.is_empty() && !is_missed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn tell_all(&self, seeds: &[u64]) -> Sum {
        let (next, sum) = (AtomicU64::new(0), Mutex::new(Sum::default()));
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    while let Some(seed) =
                        usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok().and_then(|place| seeds.get(place))
                    {
                        let told = run(*seed);
                        let so_far = next.load(Ordering::Relaxed);
                        if so_far.is_multiple_of(SPOKEN) {
                            eprintln!("sim: {so_far} of {} worlds", seeds.len());
                        }
                        match &told {
                            Ok(report) if self.each => println!("{report}"),
                            Ok(_) => {}
                            Err(failure) => eprintln!("seed {seed}: {}", failure.reason),
                        }
                        sum.lock().unwrap_or_else(PoisonError::into_inner).add(told);
                    }
                });
            }
        });
        sum.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, failure: &Failure) -> Result<PathBuf> {
        fs::create_dir_all(&self.logs).context("the folder for logs")?;
        let path = self.logs.join(format!("seed-{}.log", failure.telling.seed));
        let deeds: Vec<String> = failure.deeds.iter().map(u32::to_string).collect();
        let head = format!("{HEAD} seed={} deeds={}\n", failure.telling.seed, deeds.join(","));
        fs::write(&path, head + &failure.log + "FAILS: " + &failure.reason + "\n")
            .with_context(|| format!("{}", path.display()))?;
        Ok(path)
    }
}

const HEAD: &str = "hopluu sim 1";

/// The seeds of past failures, one a line, with a remark behind each.
fn past() -> Result<Vec<u64>> {
    let lines = PAST.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let seed = line.split_whitespace().next().unwrap_or_default();
            seed.parse().with_context(|| format!("crates/sim/past.txt: {line}"))
        })
        .collect()
}

/// Steps through the log of a failure: what each deed did, and the state of every machine after it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask replay target/sim/seed-4711.log
  cargo xtask replay target/sim/seed-4711.log --deed 17    one step only, with its traffic")]
pub(crate) struct Replay {
    /// The log of a failure.
    log: PathBuf,
    /// Only this deed, with every frame.
    #[arg(long)]
    deed: Option<u32>,
}

impl Replay {
    /// Tells the world of the log again and compares it with the log, byte for byte.
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let text = fs::read_to_string(&self.log).with_context(|| format!("{}", self.log.display()))?;
        let (head, log) = text.split_once('\n').context("the log is empty")?;
        let telling = telling_of(head, &self.log)?;
        let mut shown = 0;
        let told = tell(&telling, &mut |deed, world| {
            let text = world.log().text();
            if self.deed.is_none() || self.deed == deed {
                let title = deed.map_or("in the end".to_owned(), |deed| format!("deed {deed}"));
                println!("\n== {title}, at {} ms", world.now().0);
                let is_shown = |line: &&str| self.deed.is_some() || !line.contains(" .. ");
                text[shown..].lines().filter(is_shown).for_each(|line| println!("{line}"));
                print_state(world);
            }
            shown = text.len();
        });
        let Err(failure) = told else { bail!("this world holds now: the defect of {} is gone", self.log.display()) };
        println!("\nfails: {}", failure.reason);
        let is_same = log.starts_with(&failure.log);
        println!("{}", if is_same { "the same as the log, byte for byte" } else { "DIFFERS from the log" });
        Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn telling_of(head: &str, path: &Path) -> Result<Telling> {
    let mut words = head
        .strip_prefix(HEAD)
        .with_context(|| format!("{} is no log of this sim", path.display()))?
        .split_whitespace();
    let mut word = |name: &str| words.next().and_then(|word| word.strip_prefix(name)).context("the first line is cut");
    let seed = word("seed=")?.parse().context("the seed")?;
    let deeds = word("deeds=")?;
    let kept: BTreeSet<u32> = deeds
        .split(',')
        .filter(|deed| !deed.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("the deeds")?;
    Ok(Telling { seed, kept: Some(kept), with_traffic: true })
}

fn print_state(world: &World) {
    for peer in world.peers() {
        println!("   {:<26} {}", world.name(peer), world.state(peer));
    }
}
