//! The two programs as processes that may die at any moment.

use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hopluu_driver::control::call;
use serde_json::{Value, json};

use crate::{Broken, ensure};

/// Attempts of [`until`].
const ATTEMPTS: usize = 4_000;
/// Between two attempts.
const PACE: Duration = Duration::from_millis(15);
/// An answer takes no longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer.
///
/// # Errors
/// When it never comes.
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T, Broken> {
    for _ in 0..ATTEMPTS {
        if let Some(found) = ask() {
            return Ok(found);
        }
        thread::park_timeout(PACE);
    }
    Err(Broken(format!("this never came: {what}")))
}

/// A data directory, and the program that runs in it.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) dir: PathBuf,
    program: &'static str,
    running: Option<Child>,
}

impl Place {
    pub(super) fn new(program: &'static str, root: &Path, name: &str) -> Self {
        Self { name: name.to_owned(), dir: root.join(name), program, running: None }
    }

    fn command(&self) -> Result<Command, Broken> {
        let here = std::env::current_exe()?;
        let beside = [here.with_file_name(self.program), here.with_file_name("..").join(self.program)];
        let built = beside.into_iter().find(|path| path.is_file()).ok_or_else(|| {
            Broken(format!("{} is missing: build it first with cargo build --workspace --bins", self.program))
        })?;
        let mut command = Command::new(built);
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("HOPLUU_")) {
            command.env_remove(key);
        }
        command.stdin(Stdio::null());
        if self.program == "hopluu" {
            command.env("HOPLUU_LINE__IDLE_S", "2").env("HOPLUU_WEB__LISTEN", "off");
        }
        Ok(command)
    }

    /// Runs a command that must succeed, and reads its answer.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Value, Broken> {
        let output = self.command()?.args(arguments).args(["--json", "--dir"]).arg(&self.dir).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure(output.status.success(), || format!("{arguments:?}: {error}"))?;
        serde_json::from_slice(&output.stdout).map_err(|error| Broken(format!("{arguments:?}: {error}")))
    }

    /// Starts it; gives the time until it is ready.
    #[expect(clippy::disallowed_methods, reason = "the time a start takes is what is measured")]
    pub(super) fn serve(&mut self) -> Result<Duration, Broken> {
        let began = Instant::now();
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command()?;
        command.args(["serve", "--json", "--dir"]).arg(&self.dir).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        self.running = Some(child);
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        ensure(ready["ready"] == true, || format!("{} does not start again: {line}{}", self.name, self.tail()))?;
        Ok(began.elapsed())
    }

    /// Kills it with SIGKILL. Whether it was still alive.
    pub(super) fn kill(&mut self) -> Result<bool, Broken> {
        let Some(mut child) = self.running.take() else { return Ok(false) };
        let was_alive = child.try_wait()?.is_none();
        // It may have ended by itself, which the caller is told.
        let _ = child.kill();
        child.wait()?;
        Ok(was_alive)
    }

    /// The last lines of its log.
    pub(super) fn tail(&self) -> String {
        let log = read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        format!("\nthe end of {}'s log, newest first:\n{}", self.name, lines.join("\n"))
    }

    fn log(&self) -> PathBuf {
        self.dir.with_extension("log")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Asks the office that runs in a directory; `None` when it does not answer or refuses.
pub(super) fn ask(dir: &Path, what: &str, args: &Value) -> Option<Value> {
    let request = json!({ "do": what, "args": args, "as": "Nguyễn Văn Mẫu", "made_up": true });
    call(&dir.join("office.sock"), &request, PATIENCE, "").ok()?.get("ok").cloned()
}
