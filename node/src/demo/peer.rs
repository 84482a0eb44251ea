//! One process of the demo.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hopluu_driver::{Complaint, Exit};
use serde_json::{Value, json};

use crate::client::ask;
use crate::home::Home;

/// So often a state that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// An office, or the relay, as a process of its own. Dropping it ends the process.
pub(super) struct Peer {
    /// What people call it.
    pub(super) name: &'static str,
    /// Its data directory.
    pub(super) home: Home,
    args: Vec<String>,
    child: Option<Child>,
    /// Edits it has answered as saved.
    pub(super) made: u64,
    /// Where its pages are; nowhere when nobody is going to look.
    pages: Option<(SocketAddr, String)>,
}

impl Peer {
    pub(super) fn office(name: &'static str, dir: PathBuf) -> Self {
        let args = vec!["serve".to_owned(), "--dir".to_owned(), dir.display().to_string()];
        Self { name, home: Home::at(&dir), args, child: None, made: 0, pages: None }
    }

    /// Gives it pages at an address, with the way back to the start page of the demo.
    pub(super) fn with_pages(mut self, at: Option<(SocketAddr, String)>) -> Self {
        self.pages = at;
        self
    }

    /// Where its pages are.
    pub(super) fn address(&self) -> String {
        self.pages.as_ref().map_or_else(String::new, |(at, _)| format!("http://{at}/"))
    }

    pub(super) fn relay(name: &'static str, dir: PathBuf) -> Self {
        let args = [super::RELAY_ARGUMENT, "serve", "--dir"].map(str::to_owned);
        let args = args.into_iter().chain([dir.display().to_string()]).collect();
        Self { name, home: Home::at(&dir), args, child: None, made: 0, pages: None }
    }

    /// Runs a command of this program to its end and returns its JSON.
    pub(super) fn run(args: &[&str]) -> Result<Value, Complaint> {
        let output = program()?.args(args).arg("--json").output().map_err(|error| crate::failed("demo-run", &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(broken(&format!("{args:?}: {said}")));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| crate::failed("demo-run", &error))
    }

    /// Starts the process; its log goes into its directory.
    pub(super) fn start(&mut self) -> Result<(), Complaint> {
        let log = File::options().create(true).append(true).open(self.home.dir().join("log"));
        let log = log.map_err(|error| crate::failed("demo-log", &error))?;
        let child = program()?
            .args(&self.args)
            .env("HOPLUU_LINE__IDLE_S", "5")
            .env("HOPLUU_WEB__LISTEN", self.pages.as_ref().map_or_else(|| "off".to_owned(), |(at, _)| at.to_string()))
            .env("HOPLUU_WEB__DEMO", self.pages.as_ref().map_or("", |(_, start)| start))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.map_err(|error| crate::failed("demo-start", &error))?);
        Ok(())
    }

    /// The power goes: SIGKILL, nothing is said before.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself, which the next question shows.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the office something.
    pub(super) fn ask(&self, what: &str, args: Value) -> Result<Value, Complaint> {
        let request = json!({ "do": what, "args": args, "as": "Người dùng thử", "role": role(what), "made_up": true });
        Ok(ask(&self.home, &request)?.data)
    }

    /// Makes one edit; counted once it is answered as saved.
    pub(super) fn edit(&mut self, what: &str, args: Value) -> Result<Value, Complaint> {
        let said = self.ask(what, args)?;
        self.made += said.get("edits").and_then(Value::as_u64).unwrap_or(1);
        Ok(said)
    }

    /// Waits until the office says something that fits, within a bound.
    pub(super) async fn wait(
        &self,
        (what, args): (&str, Value),
        bound: Duration,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Value, Complaint> {
        let mut last = String::new();
        let waiting = async {
            loop {
                match self.ask(what, args.clone()) {
                    Ok(said) if fits(&said) => return said,
                    Ok(said) => last = said.to_string(),
                    Err(error) => last = error.to_string(),
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(bound, waiting).await;
        waited.map_err(|_| {
            let last: String = last.chars().take(400).collect();
            broken(&format!("{} did not come to {what} within {} s; last: {last}", self.name, bound.as_secs()))
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Merging and settling are a leader's; everything else goes by the office.
fn role(what: &str) -> Option<&'static str> {
    matches!(what, "unit.merge" | "settle.choose").then_some("leader")
}

fn program() -> Result<Command, Complaint> {
    let path = std::env::current_exe().map_err(|error| crate::failed("demo-program", &error))?;
    Ok(Command::new(path))
}

/// The story did not go as it must.
pub(super) fn broken(how: &str) -> Complaint {
    let mut complaint = Complaint::new(
        Exit::Failed,
        "demo-broken",
        "Bản chạy thử không diễn ra như phải có. Gửi dòng dưới đây cho người phát triển.",
        "The demo did not go as it must. Send the line below to the developers.",
    );
    complaint.cause = Some(how.to_owned());
    complaint
}

/// The directory of a peer below the demo's.
pub(super) fn below(dir: &Path, name: &str) -> PathBuf {
    dir.join(name)
}
