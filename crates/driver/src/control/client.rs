//! The asking end, without a runtime.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{ControlError, MAX_LINE};

/// Asks the program that listens at `path` and waits for its answer. `hint` says how to start it; it ends the message
/// of [`ControlError::NotRunning`].
///
/// # Errors
/// When nobody listens, no answer comes within `timeout`, or it cannot be read.
pub fn call(path: &Path, request: &Value, timeout: Duration, hint: &str) -> Result<Value, ControlError> {
    let mut stream = UnixStream::connect(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            let dir = path.parent().unwrap_or(path).to_owned();
            ControlError::NotRunning { dir, hint: hint.to_owned() }
        }
        ErrorKind::InvalidInput => ControlError::TooLongPath { path: path.to_owned() },
        _ => ControlError::Io { what: "connect to", path: path.to_owned(), source },
    })?;
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => ControlError::TimedOut { path: path.to_owned() },
        _ => ControlError::Io { what: "speak through", path: path.to_owned(), source },
    };
    stream.set_read_timeout(Some(timeout)).map_err(failed)?;
    stream.set_write_timeout(Some(timeout)).map_err(failed)?;
    stream.write_all(format!("{request}\n").as_bytes()).map_err(failed)?;
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream).take(MAX_LINE as u64);
    reader.read_until(b'\n', &mut line).map_err(failed)?;
    serde_json::from_slice(&line).map_err(|_| ControlError::BadAnswer { path: path.to_owned() })
}
