//! The data directory, and what of it is not the store's: identity, owner, settings.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use hopluu_identity::{Anchor, DeviceKey, RelayTicket};

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// There is something in it already.
    #[error("the directory is not empty")]
    Exists,
    /// No relay was ever set up in it.
    #[error("there is no identity")]
    NotSetUp,
    /// A file of the identity does not say what it should.
    #[error("identity/{name} cannot be understood")]
    Spoilt {
        /// The file.
        name: &'static str,
    },
    /// The system refused an operation.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Who a relay is and, once a province has claimed it, whose.
pub(crate) struct Identity {
    pub(crate) key: DeviceKey,
    pub(crate) ticket: RelayTicket,
    pub(crate) owner: Option<Anchor>,
}

/// A data directory.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    dir: PathBuf,
}

impl Home {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.join("config.toml")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.join("relay.sock")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    /// Lays down a new relay in a directory that is missing or empty; the ticket last, so that half a set-up is none.
    pub(crate) fn create(&self, seed: &[u8; 32], ticket: &RelayTicket, config: &str) -> Result<(), HomeError> {
        match fs::read_dir(&self.dir).map(|mut entries| entries.next().is_some()) {
            Ok(true) => return Err(HomeError::Exists),
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(HomeError::Io { what: "read", path: self.dir.clone(), source });
            }
            Ok(false) | Err(_) => {}
        }
        make_dir(&self.dir, 0o750)?;
        make_dir(&self.dir.join("identity"), 0o700)?;
        write_whole(&self.config(), 0o640, config)?;
        self.write("key", &format!("{}\n", HEX.encode(seed)))?;
        self.write("ticket", &format!("{}\n", ticket.to_text()))
    }

    /// Reads who this relay is.
    pub(crate) fn identity(&self) -> Result<Identity, HomeError> {
        let seed = self.read("key")?.ok_or(HomeError::NotSetUp)?;
        let ticket = self.read("ticket")?.ok_or(HomeError::NotSetUp)?;
        let key = DeviceKey::from_seed(bytes(&seed).ok_or(HomeError::Spoilt { name: "key" })?);
        let ticket = RelayTicket::from_text(&ticket).map_err(|_| HomeError::Spoilt { name: "ticket" })?;
        if ticket.relay.key != key.id() {
            return Err(HomeError::Spoilt { name: "ticket" });
        }
        let owner = match self.read("owner")? {
            Some(text) => Some(Anchor(bytes(&text).ok_or(HomeError::Spoilt { name: "owner" })?)),
            None => None,
        };
        Ok(Identity { key, ticket, owner })
    }

    /// Writes down whose relay this is; on disk when it returns.
    pub(crate) fn keep_owner(&self, owner: Anchor) -> Result<(), HomeError> {
        self.write("owner", &format!("{}\n", HEX.encode(&owner.0)))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), HomeError> {
        write_whole(&self.dir.join("identity").join(name), 0o600, text)
    }

    fn read(&self, name: &str) -> Result<Option<String>, HomeError> {
        let path = self.dir.join("identity").join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(HomeError::Io { what: "read", path, source }),
        }
    }
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    HEX.decode(text.as_bytes()).ok()?.try_into().ok()
}

fn make_dir(path: &Path, mode: u32) -> Result<(), HomeError> {
    let made = DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(|source| HomeError::Io { what: "create", path: path.to_owned(), source })
}

/// Replaces a file at one stroke: whoever reads finds the old or the new one, after a power cut too.
fn write_whole(path: &Path, mode: u32, text: &str) -> Result<(), HomeError> {
    let failed = |what| move |source| HomeError::Io { what, path: path.to_owned(), source };
    let new = path.with_extension("new");
    let open = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&new);
    let mut file = open.map_err(failed("write"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    fs::rename(&new, path).map_err(failed("replace"))?;
    if let Some(dir) = path.parent() {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync the directory of"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use hopluu_identity::RelayAt;

    use super::*;

    fn ticket(seed: [u8; 32]) -> RelayTicket {
        let key = DeviceKey::from_seed(seed).id();
        RelayTicket { relay: RelayAt { key, addresses: vec!["relay.example:4747".into()] }, token: [9; 16] }
    }

    #[test]
    fn a_relay_is_read_back_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(&dir.path().join("relay"));
        assert!(matches!(home.identity(), Err(HomeError::NotSetUp)));
        home.create(&[3; 32], &ticket([3; 32]), "").unwrap();
        let identity = home.identity().unwrap();
        assert_eq!((identity.ticket, identity.owner), (ticket([3; 32]), None));
        home.keep_owner(Anchor([5; 32])).unwrap();
        assert_eq!(home.identity().unwrap().owner, Some(Anchor([5; 32])));
        let mode = fs::metadata(home.dir().join("identity/key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(home.create(&[4; 32], &ticket([4; 32]), ""), Err(HomeError::Exists)));
    }

    #[test]
    fn a_spoilt_identity_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(dir.path());
        home.create(&[3; 32], &ticket([3; 32]), "").unwrap();
        for (name, text) in [("owner", "five"), ("ticket", &*ticket([4; 32]).to_text()), ("key", "33")] {
            fs::write(dir.path().join("identity").join(name), text).unwrap();
            assert!(matches!(home.identity(), Err(HomeError::Spoilt { name: spoilt }) if spoilt == name), "{name}");
        }
    }
}
