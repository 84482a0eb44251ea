//! Running worlds with one bug on until the first that fails.
//!
//! Worlds are the same every time until the bug does something, so a world that never reaches its place without it never
//! will: each seed is run once with nothing planted, which tells the places it reaches and whether it holds, and then
//! only with the bugs it can tell something of.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Serialize;

use crate::planted::bugs::Bug;
use crate::planted::copy::{REACHED, TRACE, VARIABLE};

/// How bugs are hunted.
pub(crate) struct Hunt {
    program: PathBuf,
    /// Where the logs of failed worlds go.
    logs: PathBuf,
    /// First seeds.
    starts: Vec<u64>,
    limit: u64,
    /// Seconds for one world.
    patience: u64,
    plain: Mutex<BTreeMap<u64, Shared>>,
}

/// A world with nothing planted.
#[derive(Debug)]
struct Plain {
    holds: bool,
    /// Names of the bugs whose places it reaches.
    reaches: BTreeSet<String>,
}

/// Whoever needs it first runs it, others wait.
type Shared = Arc<OnceLock<Result<Plain, String>>>;

/// What became of one bug.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) room: String,
    pub(crate) breaks: String,
    /// Why no world catches it yet, where that is known.
    pub(crate) hole: Option<String>,
    /// One per starting point.
    pub(crate) hunts: Vec<Trail>,
}

/// One bug from one starting point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trail {
    /// The first seed.
    pub(crate) from: u64,
    /// Worlds told, the one that failed included.
    pub(crate) worlds: u64,
    /// How many of them reached the place of the bug.
    pub(crate) reached: u64,
    /// What the failing world said; nothing when none failed.
    pub(crate) reason: Option<String>,
}

impl Outcome {
    /// Whether it was caught from every starting point.
    pub(crate) fn is_caught(&self) -> bool {
        self.hunts.iter().all(|trail| trail.reason.is_some())
    }
}

impl Hunt {
    pub(crate) fn new(program: PathBuf, logs: PathBuf, starts: Vec<u64>, (limit, patience): (u64, u64)) -> Self {
        Self { program, logs, starts, limit, patience, plain: Mutex::default() }
    }

    /// Hunts all bugs, so many at once, and tells of each on standard error.
    pub(crate) fn all(&self, bugs: &[&Bug], jobs: usize) -> Result<Vec<Outcome>> {
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
            let hole = bug.hole.clone();
            outcomes.push(Outcome { name, room, breaks, hole, hunts });
        }
        Ok(outcomes)
    }

    /// One bug from one starting point. A world that fails without the bug as well proves nothing and is passed over.
    fn follow(&self, bug: &Bug, from: u64) -> Result<Trail> {
        let mut trail = Trail { from, worlds: 0, reached: 0, reason: None };
        while trail.reason.is_none() && trail.worlds < self.limit {
            let seed = from + trail.worlds;
            trail.worlds += 1;
            if self.plain(seed, |plain| plain.holds && plain.reaches.contains(&bug.name))? {
                trail.reached += 1;
                trail.reason = self.world(&bug.name, seed)?.0;
            }
        }
        Ok(trail)
    }

    /// Asks about a world with nothing planted, which is run once.
    fn plain<T>(&self, seed: u64, ask: impl FnOnce(&Plain) -> T) -> Result<T> {
        let cell = self.plain.lock().unwrap_or_else(PoisonError::into_inner).entry(seed).or_default().clone();
        let plain = cell.get_or_init(|| {
            let (failed, said) = self.world(TRACE, seed).map_err(|error| format!("{error:#}"))?;
            if let Some(reason) = &failed {
                eprintln!("planted: seed {seed} fails with nothing planted and proves nothing: {reason}");
            }
            let reaches = said.lines().filter_map(|line| line.strip_prefix(REACHED)).map(str::to_owned).collect();
            Ok(Plain { holds: failed.is_none(), reaches })
        });
        plain.as_ref().map(ask).map_err(|error| anyhow!("{error}"))
    }

    /// Runs one world; gives the reason it failed, if it did, and all that it said.
    fn world(&self, named: &str, seed: u64) -> Result<(Option<String>, String)> {
        let mut command = Command::new(&self.program);
        command.args(["sim", "--threads", "1", "--seeds", "1", "--from", &seed.to_string(), "--whole", "--logs"]);
        command.arg(self.logs.join(if named == TRACE { "none" } else { named }));
        command.env(VARIABLE, named).env_remove("RUST_BACKTRACE").stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::piped()).spawn().context("cannot run the copy")?;
        let (ended, said) = self.ending(child)?;
        let failed = match ended {
            Some(true) => None,
            Some(false) => Some(said.lines().find_map(failure).unwrap_or_else(|| panic_of(&said))),
            None => Some(format!("no end within {} s", self.patience)),
        };
        Ok((failed, said))
    }

    /// Waits for a process: whether it ended well, `None` when it did not end, and what it said.
    fn ending(&self, mut child: Child) -> Result<(Option<bool>, String)> {
        let mut stderr = child.stderr.take().context("its standard error is ours")?;
        let (tells, hears) = channel();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stderr.read_to_end(&mut bytes);
            let _ = tells.send(());
            read.map(|_| String::from_utf8_lossy(&bytes).into_owned())
        });
        let waited = hears.recv_timeout(Duration::from_secs(self.patience));
        if waited == Err(RecvTimeoutError::Timeout) {
            child.kill().context("cannot end the copy")?;
        }
        let status = child.wait().context("cannot wait for the copy")?;
        let said = reader.join().map_err(|_| anyhow!("the reader died"))?.context("cannot hear the copy")?;
        Ok((waited.is_ok().then(|| status.success()), said))
    }
}

/// Reads the line with which a failing world begins.
fn failure(line: &str) -> Option<String> {
    let (seed, reason) = line.strip_prefix("seed ")?.split_once(": ")?;
    seed.parse::<u64>().ok().map(|_| reason.to_owned())
}

/// What a process that died said of a panic.
fn panic_of(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.contains("panicked at"));
    match (lines.next(), lines.next()) {
        (Some(place), Some(words)) => {
            format!("panic{} {words}", place.split_once("panicked").map_or("", |(_, place)| place))
        }
        _ => format!("died: {}", said.lines().last().unwrap_or("without a word")),
    }
}

fn told(bug: &Bug, trail: &Trail) -> String {
    let Trail { from, worlds, reached, reason } = trail;
    match reason {
        Some(reason) => format!("{}: caught after {worlds} worlds from {from}: {reason}", bug.name),
        None => format!("{}: NOT caught by {worlds} worlds from {from}; {reached} reached its place", bug.name),
    }
}

#[cfg(test)]
mod tests {
    use super::{failure, panic_of};

    #[test]
    fn the_first_line_of_a_failing_world_is_read() {
        assert_eq!(failure("seed 12: a: b"), Some("a: b".to_owned()));
        assert_eq!(failure("seed of a failure: none"), None);
        assert_eq!(failure("the last of what happened:"), None);
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        let said = "planted\nthread '<unnamed>' panicked at crates/a.rs:1:2:\nno invariant\nnote: run with\n";
        assert_eq!(panic_of(said), "panic at crates/a.rs:1:2: no invariant");
        assert_eq!(panic_of(""), "died: without a word");
    }
}
