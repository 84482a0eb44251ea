//! The answering end.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener as Knocker, UnixStream as Probe};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::{ControlError, MAX_LINE};

/// Clients served at one time; more wait at the door.
const CLIENTS: usize = 32;

/// A bound socket. Dropping it removes the file.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Binds the socket, readable and writable for owner and group. What an ended process left behind is removed.
    ///
    /// # Errors
    /// [`ControlError::InUse`] when somebody listens there; [`ControlError::TooLongPath`]; [`ControlError::Io`],
    /// outside a tokio runtime too.
    pub fn bind(path: &Path) -> Result<Self, ControlError> {
        let failed = |what| move |source| ControlError::Io { what, path: path.to_owned(), source };
        match Probe::connect(path) {
            Ok(_) => return Err(ControlError::InUse { path: path.to_owned() }),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(failed("remove"))?;
            }
            // Binding will say what is wrong.
            Err(_) => {}
        }
        let listener = Knocker::bind(path).map_err(|source| match source.kind() {
            ErrorKind::InvalidInput => ControlError::TooLongPath { path: path.to_owned() },
            ErrorKind::AddrInUse => ControlError::InUse { path: path.to_owned() },
            _ => failed("bind")(source),
        })?;
        fs::set_permissions(path, Permissions::from_mode(0o660)).map_err(failed("set the mode of"))?;
        listener.set_nonblocking(true).map_err(failed("listen at"))?;
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(failed("listen at")(io::Error::other("no tokio runtime")));
        }
        let listener = UnixListener::from_std(listener).map_err(failed("listen at"))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers clients until it is dropped. A line that is no JSON is answered `{"error": {"code": "bad-request"}}`; one
    /// that is too long also ends the connection.
    pub async fn serve<H, F>(self, handler: H)
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Value> + Send + 'static,
    {
        let (handler, places) = (Arc::new(handler), Arc::new(Semaphore::new(CLIENTS)));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let handler = handler.clone();
                    tokio::spawn(async move {
                        let _place = place;
                        if let Err(error) = client(stream, &*handler).await {
                            tracing::debug!(%error, "a local client is gone");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the local socket takes no client");
                    // Out of file handles, most likely: some must end first.
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // A file that stays is removed by the next start.
        let _ = fs::remove_file(&self.path);
    }
}

async fn client<H, F>(stream: UnixStream, handler: &H) -> io::Result<()>
where
    H: Fn(Value) -> F,
    F: Future<Output = Value>,
{
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(MAX_LINE as u64).read_until(b'\n', &mut line).await?;
        if read == 0 {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        let answer = match serde_json::from_slice(&line) {
            Ok(request) if whole => handler(request).await,
            _ => json!({ "error": { "code": "bad-request" } }),
        };
        let mut bytes = answer.to_string().into_bytes();
        if bytes.len() >= MAX_LINE {
            bytes = json!({ "error": { "code": "answer-too-long" } }).to_string().into_bytes();
        }
        bytes.push(b'\n');
        reader.get_mut().write_all(&bytes).await?;
        if !whole {
            return Ok(());
        }
    }
}
