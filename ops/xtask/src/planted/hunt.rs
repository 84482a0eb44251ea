//! Running worlds with one bug on until the first that fails.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::planted::bugs::Bug;
use crate::planted::copy::{REACHED, VARIABLE};

/// At most so many worlds in one process: what is run beyond the first failure is wasted.
const MOST: u64 = 16;
/// So many worlds without any bug at each starting point before anything else.
const BASELINE: u64 = 4;

/// How bugs are hunted.
pub(crate) struct Hunt {
    pub(crate) program: PathBuf,
    /// Where the logs of failed worlds go.
    pub(crate) logs: PathBuf,
    /// First seeds.
    pub(crate) starts: Vec<u64>,
    pub(crate) limit: u64,
    /// Seconds for one world.
    pub(crate) patience: u64,
}

/// What became of one bug.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) room: String,
    pub(crate) breaks: String,
    /// One per starting point.
    pub(crate) hunts: Vec<Trail>,
}

/// One bug from one starting point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trail {
    /// The first seed.
    pub(crate) from: u64,
    /// Worlds run, the one that failed included.
    pub(crate) worlds: u64,
    /// Whether the place of the bug was ever reached.
    pub(crate) reached: bool,
    /// What the failing world said; nothing when none failed.
    pub(crate) reason: Option<String>,
}

/// What became of some worlds.
enum End {
    Held,
    Failed {
        seed: u64,
        reason: String,
    },
    /// The process died or did not end, which no world tells of.
    Died(String),
}

impl Outcome {
    /// Whether it was caught from every starting point.
    pub(crate) fn is_caught(&self) -> bool {
        self.hunts.iter().all(|trail| trail.reason.is_some())
    }
}

impl Hunt {
    /// Hunts all bugs, so many at once, and tells of each on standard error.
    pub(crate) fn all(&self, bugs: &[&Bug], jobs: usize) -> Result<Vec<Outcome>> {
        for from in &self.starts {
            if let (End::Failed { reason, .. } | End::Died(reason), _) = self.worlds(None, *from, BASELINE)? {
                bail!("with no bug on, a world from seed {from} fails already: {reason}");
            }
        }
        let tasks: Vec<(usize, u64)> =
            (0..bugs.len()).flat_map(|bug| self.starts.iter().map(move |from| (bug, *from))).collect();
        let next = AtomicUsize::new(0);
        let trails: Mutex<BTreeMap<(usize, u64), Result<Trail>>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while let Some((bug, from)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                        let trail = self.follow(bugs[bug], from);
                        if let Ok(trail) = &trail {
                            eprintln!("planted: {}", told(bugs[bug], trail));
                        }
                        trails.lock().unwrap_or_else(PoisonError::into_inner).insert((bug, from), trail);
                    }
                });
            }
        });
        let mut trails = trails.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut outcomes = Vec::new();
        for (place, bug) in bugs.iter().enumerate() {
            let mut hunts = Vec::new();
            for from in &self.starts {
                hunts.push(trails.remove(&(place, *from)).context("every hunt ends")??);
            }
            let (name, room, breaks) = (bug.name.clone(), bug.room.clone(), bug.breaks.clone());
            outcomes.push(Outcome { name, room, breaks, hunts });
        }
        Ok(outcomes)
    }

    /// One bug from one starting point. A world that fails without the bug as well proves nothing and is passed over.
    fn follow(&self, bug: &Bug, from: u64) -> Result<Trail> {
        let mut trail = Trail { from, worlds: 0, reached: false, reason: None };
        let (mut step, mut alone_up_to) = (1, 0);
        while trail.worlds < self.limit {
            let at = from + trail.worlds;
            let count = if at < alone_up_to { 1 } else { step.min(self.limit - trail.worlds) };
            let (end, reached) = self.worlds(Some(bug), at, count)?;
            trail.reached |= reached;
            let (seed, reason) = match end {
                End::Held => {
                    trail.worlds += count;
                    step = (step * 2).min(MOST);
                    continue;
                }
                End::Failed { seed, reason } => (seed, reason),
                End::Died(_) if count > 1 => {
                    alone_up_to = at + count;
                    continue;
                }
                End::Died(reason) => (at, reason),
            };
            trail.worlds = seed + 1 - from;
            if matches!(self.worlds(None, seed, 1)?, (End::Held, _)) {
                trail.reason = Some(reason);
                break;
            }
            eprintln!("planted: seed {seed} fails without any bug on; it proves nothing of `{}`", bug.name);
        }
        Ok(trail)
    }

    /// Runs some worlds in one process; tells also whether the bug's place was reached.
    fn worlds(&self, bug: Option<&Bug>, from: u64, count: u64) -> Result<(End, bool)> {
        let mut command = Command::new(&self.program);
        command.args(["sim", "--threads", "1", "--seeds", &count.to_string(), "--from", &from.to_string(), "--logs"]);
        command.arg(self.logs.join(bug.map_or("none", |bug| &bug.name)));
        command.env_remove(VARIABLE).env_remove("RUST_BACKTRACE").stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(bug) = bug {
            command.env(VARIABLE, &bug.name);
        }
        let child = command.stderr(Stdio::piped()).spawn().context("cannot run the copy")?;
        let (ended, text) = self.ending(child, count)?;
        let reached = text.lines().any(|line| line == REACHED);
        let end = match ended {
            Some(true) => End::Held,
            Some(false) => match text.lines().find_map(failure) {
                Some((seed, reason)) => End::Failed { seed, reason },
                None => End::Died(panic_of(&text)),
            },
            None => End::Died(format!("no end within {} s", self.patience)),
        };
        Ok((end, reached))
    }

    /// Waits for a process: whether it ended well, `None` when it did not end, and what it said.
    fn ending(&self, mut child: Child, count: u64) -> Result<(Option<bool>, String)> {
        let mut stderr = child.stderr.take().context("its standard error is ours")?;
        let (told, hears) = channel();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stderr.read_to_end(&mut bytes);
            let _ = told.send(());
            read.map(|_| String::from_utf8_lossy(&bytes).into_owned())
        });
        let waited = hears.recv_timeout(Duration::from_secs(self.patience.saturating_mul(count)));
        if waited == Err(RecvTimeoutError::Timeout) {
            child.kill().context("cannot end the copy")?;
        }
        let status = child.wait().context("cannot wait for the copy")?;
        let text = reader.join().map_err(|_| anyhow::anyhow!("the reader died"))?.context("cannot hear the copy")?;
        Ok((waited.is_ok().then(|| status.success()), text))
    }
}

/// Reads the line with which a failing world begins.
fn failure(line: &str) -> Option<(u64, String)> {
    let (seed, reason) = line.strip_prefix("seed ")?.split_once(": ")?;
    Some((seed.parse().ok()?, reason.to_owned()))
}

/// What a process that died said last of a panic.
fn panic_of(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains("panicked at"));
    match (lines.next(), lines.next()) {
        (Some(place), Some(words)) => {
            format!("panic{}: {words}", place.split_once("panicked").map_or("", |(_, place)| place))
        }
        _ => format!("died: {}", text.lines().last().unwrap_or("without a word")),
    }
}

fn told(bug: &Bug, trail: &Trail) -> String {
    let Trail { from, worlds, reached, reason } = trail;
    match reason {
        Some(reason) => format!("{}: caught after {worlds} worlds from {from}: {reason}", bug.name),
        None => {
            let reached = if *reached { "though its place was reached" } else { "its place was never reached" };
            format!("{}: NOT caught by {worlds} worlds from {from}, {reached}", bug.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{failure, panic_of};

    #[test]
    fn the_first_line_of_a_failing_world_is_read() {
        assert_eq!(failure("seed 12: a: b"), Some((12, "a: b".to_owned())));
        assert_eq!(failure("seed of a failure: none"), None);
        assert_eq!(failure("the last of what happened:"), None);
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        let text = "planted\nthread '<unnamed>' panicked at crates/a.rs:1:2:\nno invariant\nnote: run with\n";
        assert_eq!(panic_of(text), "panic at crates/a.rs:1:2:: no invariant");
        assert_eq!(panic_of(""), "died: without a word");
    }
}
