//! The real programs as processes, and what the system says of them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hopluu_driver::control::call;
use hopluu_identity::{DeviceKey, RelayTicket};
use serde_json::{Value, json};

use crate::Outcome;

/// Answers take no longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until this is dropped.
pub(crate) struct Program {
    child: Child,
}

impl Program {
    /// Starts `serve` of a program on a data directory, and waits until it says that it is ready.
    pub(crate) fn serve(name: &str, dir: &Path) -> Outcome<Self> {
        let log = File::create(dir.join("log"))?;
        let mut command = Command::new(path_of(name)?);
        if name == "hopluu" {
            // Several run side by side, and nobody looks at pages.
            command.env("HOPLUU_WEB__LISTEN", "off");
        }
        let mut child = command
            .args(["serve", "--json", "--dir"])
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let out = child.stdout.take().ok_or("the program has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let program = Self { child };
        if line.is_empty() { Err(format!("{name} did not become ready; see {dir:?}/log").into()) } else { Ok(program) }
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> Outcome<f64> {
        number_in(&format!("/proc/{}/status", self.child.id()), "VmRSS:")
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command of a program to its end; gives its JSON.
pub(crate) fn command(name: &str, args: &[&str]) -> Outcome<Value> {
    let output = Command::new(path_of(name)?).args(args).arg("--json").output()?;
    if !output.status.success() {
        return Err(format!("{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Asks a running office.
pub(crate) fn ask(dir: &Path, what: &str, args: Value) -> Outcome<Value> {
    let request = json!({ "do": what, "args": args, "as": "Nguyễn Văn Mẫu 014", "role": "leader" });
    let answer = call(&dir.join("office.sock"), &request, PATIENCE, "")?;
    match answer.get("error") {
        Some(error) => Err(format!("{what}: {error}").into()),
        None => Ok(answer["ok"].clone()),
    }
}

/// Sets up a relay in a directory: its key, its ticket, where it will listen.
pub(crate) fn relay_in(dir: &Path) -> Outcome<(DeviceKey, RelayTicket, SocketAddr)> {
    let at = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let (text, address) = (dir.display().to_string(), at.to_string());
    let made = command("hopluu-relay", &["init", "--dir", &text, "--address", &address, "--bind", &address])?;
    let ticket =
        RelayTicket::from_text(made["ticket"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    let seed = std::fs::read_to_string(dir.join("identity/key"))?;
    let seed = HEXLOWER.decode(seed.trim().as_bytes())?.try_into().map_err(|_| "a seed has 32 bytes")?;
    Ok((DeviceKey::from_seed(seed), ticket, at))
}

/// Bytes written to all disks by everybody.
pub(crate) fn written_to_disks() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/diskstats")?;
    let sectors = |line: &str| -> Option<f64> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_whole_disk = Path::new("/sys/block").join(words.get(2)?).exists();
        words.get(9)?.parse().ok().filter(|_| is_whole_disk)
    };
    Ok(text.lines().filter_map(sectors).sum::<f64>() * 512.0)
}

/// Resident memory of this process in KiB.
pub(crate) fn own_resident_kib() -> Outcome<f64> {
    number_in("/proc/self/status", "VmRSS:")
}

fn number_in(path: &str, key: &str) -> Outcome<f64> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)).ok_or("the system does not tell")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn path_of(name: &str) -> Outcome<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(format!("{path:?} is missing: cargo build --release --workspace").into()) }
}
