//! Reading a password: from a file as it is, from a keyboard without showing it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::AsFd;

use hopluu_driver::{Complaint, Lang};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Shows what is typed again when it is dropped.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin().as_fd())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin().as_fd(), OptionalActions::Flush, &silent)?;
        Ok(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // The terminal may be gone; then nobody sees anything anyway.
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Flush, &self.before);
        eprintln!();
    }
}

/// Reads one line from standard input.
pub(crate) fn read_password(lang: Lang) -> Result<String, Complaint> {
    let stdin = io::stdin();
    let hidden = if stdin.is_terminal() {
        eprint!("{}: ", lang.pick("Mật khẩu", "Password"));
        let _ = io::stderr().flush();
        Some(Hidden::new().map_err(|error| crate::failed("terminal", &error))?)
    } else {
        None
    };
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    drop(hidden);
    read.map_err(|error| crate::failed("stdin", &error))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
