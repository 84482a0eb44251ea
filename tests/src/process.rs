//! The two programs as processes.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use hopluu_driver::control::call;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// So long an answer of a running office is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Attempts of [`until`], at least 30 ms apart.
const ATTEMPTS: usize = 800;

/// A program that cargo built beside these tests.
fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("this program has a path");
    // Tests lie one folder deeper than programs.
    let folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    let built = folders.reduce(|near, far| if near.exists() { near } else { far }).expect("target/<profile>");
    assert!(built.exists(), "{} is missing; build it first: cargo build --workspace --bins", built.display());
    built
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    // Nobody ever sends: the wait only spares the processor between two questions.
    let (_never, pace) = mpsc::channel::<()>();
    for _ in 0..ATTEMPTS {
        if let Some(found) = ask() {
            return found;
        }
        let _ = pace.recv_timeout(Duration::from_millis(30));
    }
    panic!("this never came: {what}");
}

/// A data directory, and the program that may run in it. Dropped, the program ends.
pub struct Place {
    program: &'static str,
    /// The data directory.
    pub dir: PathBuf,
    /// Where its pages are, once it runs with pages.
    pub pages: String,
    settings: Vec<(String, String)>,
    running: Option<Child>,
}

impl Place {
    /// Nothing runs yet, nothing is written.
    pub fn new(program: &'static str, dir: PathBuf) -> Self {
        // A dead line is noticed soon, and nothing of the caller's own settings leaks in.
        let settings = [("HOPLUU_LINE__IDLE_S", "2"), ("HOPLUU_WEB__LISTEN", "off")];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let settings = if program == "hopluu" { settings } else { Vec::new() };
        Self { program, dir, pages: String::new(), settings, running: None }
    }

    /// Adds a setting for everything that is run here from now on.
    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.retain(|(known, _)| known != key);
        self.settings.push((key.to_owned(), value.to_owned()));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program(self.program));
        let ours = std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("HOPLUU_"));
        for (key, _) in ours {
            command.env_remove(key);
        }
        command.args(arguments).arg("--dir").arg(&self.dir).envs(self.settings.iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().expect("the program runs")
    }

    /// Runs a command to its end with a line on its standard input.
    pub fn run_typing(&self, arguments: &[&str], line: &str) -> Output {
        let pipes = || (Stdio::piped(), Stdio::piped());
        let ((input, output), (_, errors)) = (pipes(), pipes());
        let mut child =
            self.command(arguments).stdin(input).stdout(output).stderr(errors).spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        stdin.write_all(format!("{line}\n").as_bytes()).expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }

    /// Asks the running office through its local socket, as somebody with a role. `Err` says what it said.
    ///
    /// # Errors
    /// When nobody answers, and when the office refuses.
    pub fn ask(&self, what: &str, args: Value, role: Option<&str>) -> Result<Value, String> {
        self.ask_as(what, args, ("Người dùng thử", role))
    }

    /// The same in somebody's name.
    ///
    /// # Errors
    /// When nobody answers, and when the office refuses.
    pub fn ask_as(&self, what: &str, args: Value, (name, role): (&str, Option<&str>)) -> Result<Value, String> {
        let request = json!({ "do": what, "args": args, "as": name, "role": role });
        let said = call(&self.dir.join("office.sock"), &request, PATIENCE, "serve");
        let said = said.map_err(|error| error.to_string())?;
        match said.get("ok") {
            Some(data) => Ok(data.clone()),
            None => Err(said.to_string()),
        }
    }

    /// Runs a command that must succeed, and reads its answer.
    pub fn ok(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        serde_json::from_slice(&output.stdout).expect("JSON on standard output")
    }

    /// Runs a command that must fail; gives its exit code and the stable code of the complaint.
    pub fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(&[arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Value = said.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let error = &last["error"];
        for lang in ["vi", "en"] {
            assert!(error[lang].as_str().is_some_and(|text| text.len() > 10), "{arguments:?}: {said}");
        }
        let code = output.status.code().expect("it ends by itself");
        assert_eq!(error["exit"], code, "{said}");
        (code, error["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Starts it and waits until it is ready.
    pub fn serve(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log file");
        let mut child = self
            .command(&["serve", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("standard output is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        self.running = Some(child);
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        assert_eq!(ready["ready"], true, "{line}");
        self.pages = ready["pages"].as_str().unwrap_or_default().to_owned();
    }

    /// Asks it to stop; it must end well.
    pub fn stop(&mut self) {
        let Some(mut child) = self.running.take() else { return };
        kill_process(Pid::from_child(&child), Signal::TERM).expect("it is running");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        let Some(mut child) = self.running.take() else { return };
        child.kill().expect("it is running");
        child.wait().expect("it ends");
    }

    /// Kills it while somebody else is at work with it.
    pub fn cut_power(&self) {
        let child = self.running.as_ref().expect("it was started");
        kill_process(Pid::from_child(child), Signal::KILL).expect("it is running");
    }

    /// Whether the program is still there.
    pub fn is_up(&mut self) -> bool {
        self.running.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Where it writes what it notices.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.dir.with_extension("log")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            // Both fail when it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = fs::read_to_string(self.log()).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(12).collect();
            eprintln!("the end of {}, newest first:\n{}", self.log().display(), tail.join("\n"));
        }
    }
}
