//! The data directory of an office.
//!
//! ```text
//! D/identity/device.key     32 bytes; never in a backup, never on a second machine
//! D/identity/profile.json   whom it trusts, what it is, how far its enrolment has got
//! D/identity/pages.*        certificate and key of the pages, where the province gives none
//! D/journal, D/index        the truth and what can be rebuilt from it
//! D/view.sqlite             the picture for people; can be deleted
//! D/config.toml             settings
//! D/office.sock             how commands speak with the running office
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hopluu_driver::{Complaint, Exit};
use hopluu_identity::{Anchor, DeviceKey, Enrolment, RelayAt};
use hopluu_model::{CollectionId, Side, Timestamp};
use serde::{Deserialize, Serialize};

/// What an office is and whom it trusts; written anew, as a whole, when something of it changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// The relay it calls.
    pub(crate) relay: RelayAt,
    /// The province it trusts.
    pub(crate) anchor: Anchor,
    /// The collection it writes.
    pub(crate) collection: CollectionId,
    /// The province's own collection.
    pub(crate) province: CollectionId,
    /// Commune or province.
    pub(crate) side: Side,
    /// Its office letter.
    pub(crate) letter: String,
    /// Where it stands.
    pub(crate) label: String,
    /// How far its enrolment has got; `None` for the first desk of a province.
    pub(crate) enrolment: Option<Enrolment>,
    /// The claim on a relay that has not answered yet, encoded.
    pub(crate) claim: Option<Vec<u8>>,
    /// Last moment of the invitation it came with: all that a machine without a clock knows of the time.
    #[serde(default)]
    pub(crate) invited_until: Timestamp,
}

/// The paths of a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn at(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("office.sock")
    }

    pub(crate) fn view(&self) -> PathBuf {
        self.0.join("view.sqlite")
    }

    fn identity(&self) -> PathBuf {
        self.0.join("identity")
    }

    /// Certificate and key of the pages.
    pub(crate) fn certificate(&self) -> (PathBuf, PathBuf) {
        (self.identity().join("pages.crt"), self.identity().join("pages.key"))
    }

    /// Whether an office was ever set up here.
    pub(crate) fn is_set_up(&self) -> bool {
        self.identity().join("profile.json").exists()
    }

    /// Lays down a new office.
    pub(crate) fn create(&self, key: &DeviceKey, profile: &Profile) -> Result<(), Complaint> {
        if self.is_set_up() {
            return Err(Complaint::new(
                Exit::Exists,
                "already-set-up",
                format!("Thư mục {} đã có một văn phòng. Hãy chọn --dir khác.", self.0.display()),
                format!("{} holds an office already. Choose another --dir.", self.0.display()),
            ));
        }
        let write = || {
            fs::create_dir_all(self.identity())?;
            write_synced(&self.identity().join("device.key"), key.seed())?;
            self.write_profile(profile)
        };
        write().map_err(|error| self.unusable(&error))
    }

    /// The key and the profile of the office.
    pub(crate) fn read(&self) -> Result<(DeviceKey, Profile), Complaint> {
        if !self.is_set_up() {
            return Err(Complaint::new(
                Exit::NotSetUp,
                "not-set-up",
                format!("Thư mục {} chưa có văn phòng nào. Dùng `hopluu join` với mã mời của tỉnh.", self.0.display()),
                format!("{} holds no office. Use `hopluu join` with the province's invitation.", self.0.display()),
            ));
        }
        let seed = fs::read(self.identity().join("device.key")).map_err(|error| self.unusable(&error))?;
        let seed = seed.try_into().map_err(|_| self.damaged("device.key"))?;
        let text = fs::read(self.identity().join("profile.json")).map_err(|error| self.unusable(&error))?;
        let profile = serde_json::from_slice(&text).map_err(|_| self.damaged("profile.json"))?;
        Ok((DeviceKey::from_seed(seed), profile))
    }

    /// Writes the profile so that it is either the old or the new one, whatever happens.
    pub(crate) fn write_profile(&self, profile: &Profile) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(profile).map_err(io::Error::other)?;
        let (path, new) = (self.identity().join("profile.json"), self.identity().join("profile.new"));
        write_synced(&new, &text)?;
        fs::rename(&new, &path)?;
        File::open(self.identity())?.sync_all()
    }

    pub(crate) fn unusable(&self, error: &dyn std::error::Error) -> Complaint {
        Complaint::new(
            Exit::Failed,
            "data-dir",
            format!("Không dùng được thư mục {}. Kiểm tra quyền và chỗ trống trên đĩa.", self.0.display()),
            format!("{} cannot be used. Check its rights and the free space on the disk.", self.0.display()),
        )
        .because(error)
    }

    fn damaged(&self, file: &str) -> Complaint {
        Complaint::new(
            Exit::Failed,
            "identity-damaged",
            format!("Tệp identity/{file} bị hỏng. Hãy xin mã mời mới và ghi danh lại vào thư mục khác."),
            format!("identity/{file} is damaged. Ask for a new invitation and enrol again in another directory."),
        )
    }
}

/// Writes a file that only this account reads.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
