//! Opening the office of a data directory.

use hopluu_driver::settings::Settings;
use hopluu_driver::{Complaint, Dice, Exit};
use hopluu_identity::{Claim, DeviceKey};
use hopluu_mailbox::{Role, Setup as MailboxSetup};
use hopluu_model::{Side, Timestamp};
use hopluu_office::{Office, Setup};
use hopluu_store::{PictureQuota, Store};
use hopluu_store_sled::{OpenError, open_store};
use hopluu_view::{Opened, View};

use crate::home::{Home, Profile};

/// The version told to others.
pub(crate) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Opens store and view, and the office on them.
pub(crate) fn open(home: &Home, settings: &Settings, wall: Timestamp) -> Result<(Office, Profile), Complaint> {
    let (key, profile) = home.read()?;
    let store = store(home, settings)?;
    let view = view(home, settings)?;
    let default_mib: usize = if profile.side == Side::Province { 256 } else { 32 };
    let asked: usize = settings.parse("cache.documents_mib").unwrap_or(default_mib);
    let dice = Dice::new();
    let setup = Setup {
        mailbox: mailbox(key, &profile),
        cache_bytes: asked.max(default_mib) << 20,
        dice: Box::new(move |bytes: &mut [u8]| dice.fill(bytes)),
    };
    let office = Office::open(store, view, setup, wall).map_err(|error| crate::failed("office-open", &error))?;
    Ok((office, profile))
}

/// What the mailbox of an office begins with.
pub(crate) fn mailbox(key: DeviceKey, profile: &Profile) -> MailboxSetup {
    let claim = profile.claim.as_deref().and_then(Claim::from_bytes);
    MailboxSetup {
        key,
        role: Role::Office { relay: profile.relay.key, claim },
        anchor: profile.anchor,
        enrolment: profile.enrolment.clone(),
        program: PROGRAM.to_owned(),
        seed: Dice::new().number(),
    }
}

/// Opens the store, and says what recovery found.
pub(crate) fn store(home: &Home, settings: &Settings) -> Result<Store, Complaint> {
    let mut options = hopluu_store_sled::Settings::new(Dice::new().bytes());
    options.cache_bytes = settings.parse::<u64>("cache.index_mib").unwrap_or(8) << 20;
    options.pictures = PictureQuota::office(settings.parse::<u64>("pictures.quota_mib").unwrap_or(2_048) << 20);
    let opened = open_store(home.dir(), options).map_err(|error| match &error {
        OpenError::Locked { .. } => Complaint::new(
            Exit::InUse,
            "data-dir-in-use",
            format!("Một chương trình khác đang dùng {}. Dừng chương trình đó trước.", home.dir().display()),
            format!("Another process uses {}. Stop it first.", home.dir().display()),
        ),
        OpenError::NewerLayout { .. } => Complaint::new(
            Exit::Newer,
            "newer-layout",
            "Dữ liệu do phiên bản mới hơn ghi. Hãy cập nhật chương trình.",
            "A newer program wrote this data. Update the program.",
        ),
        _ => home.unusable(&error),
    })?;
    let recovery = &opened.recovery;
    if !recovery.is_whole() {
        tracing::warn!(
            cut = recovery.cut.len(),
            damaged = recovery.damaged.len(),
            read_only = recovery.read_only,
            index = ?opened.index,
            "the store was recovered"
        );
    }
    Ok(opened.store)
}

fn view(home: &Home, settings: &Settings) -> Result<View, Complaint> {
    let cache_kib = settings.parse("cache.view_kib").unwrap_or(2_048);
    let settings = hopluu_view::Settings { cache_kib, thorough: false };
    let (view, opened) = View::open(&home.view(), settings).map_err(|error| crate::failed("view-open", &error))?;
    match opened {
        Opened::Kept | Opened::New => {}
        Opened::OtherLayout(version) => tracing::info!(version, "the view has another layout and is made anew"),
        Opened::Damaged(how) => tracing::warn!(how, "the view was damaged and is made anew"),
    }
    Ok(view)
}
