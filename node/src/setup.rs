//! Setting up a province desk or an office.

use hopluu_driver::{Clock, Complaint, Dice, Exit};
use hopluu_identity::{Anchor, Claim, DeviceKey, Enrolment, Founding, Invitation, RelayTicket, RootKey, root_hash};
use hopluu_model::{CollectionId, Side, Tick, Timestamp, catalogue, demo};
use hopluu_office::OfficeError;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::config;
use crate::home::{Home, Profile};
use crate::opening;

/// Founds a province: root, desk, roster, the first bulletin, and the claim on its relay.
pub(crate) fn province(home: &Home, code: &str, relay: &str) -> Result<Answer, Complaint> {
    let province = catalogue::province(code).ok_or_else(|| {
        Complaint::new(
            Exit::Refused,
            "no-province",
            format!("Không có tỉnh mã {code}. Mã tỉnh có hai chữ số, ví dụ 19 là Thái Nguyên."),
            format!("There is no province {code}. Codes have two digits, e.g. 19 for Thái Nguyên."),
        )
    })?;
    let ticket = RelayTicket::from_text(relay).map_err(|error| {
        let notice = error.notice();
        Complaint::new(Exit::Refused, notice.slug, notice.vi, notice.en)
    })?;
    let dice = Dice::new();
    let (root, next) = (RootKey::from_entropy(dice.bytes()), RootKey::from_entropy(dice.bytes()));
    let next_hash = root_hash(&next.id());
    let (desk, collection) = (DeviceKey::from_seed(dice.bytes()), CollectionId(dice.bytes()));
    let profile = Profile {
        relay: ticket.relay.clone(),
        anchor: Anchor::of(&root.id(), &next_hash),
        collection,
        province: collection,
        side: Side::Province,
        letter: "A".to_owned(),
        label: province.full_name(),
        enrolment: None,
        claim: Some(Claim::sign(&ticket, root.key(), next_hash).to_bytes()),
        invited_until: Timestamp::default(),
    };
    home.create(&desk, &profile)?;
    let founding = Founding {
        province_code: code.to_owned(),
        name: province.full_name(),
        collection,
        root: root.id(),
        next_root: next_hash,
        desk: desk.id(),
        relays: vec![ticket.relay.clone()],
    };
    found(home, founding, &root).map_err(|error| crate::failed("found", &error))??;
    let (words, next_words) = (root.words().join(" "), next.words().join(" "));
    Ok(Answer {
        vi: format!(
            "Đã lập bàn tỉnh {name} trong {dir}.\n\nChép hai dòng từ khôi phục sau ra giấy, cất ở hai nơi. Mất chúng thì \
             không thay được bàn tỉnh khi máy hỏng:\n\n  1. {words}\n\n  2. {next_words}\n\nTiếp theo: \
             hopluu serve --dir {dir}",
            name = province.full_name(),
            dir = home.dir().display()
        ),
        en: format!(
            "The desk of {name} is set up in {dir}.\n\nWrite these two lines of recovery words on paper and keep them in \
             two places. Without them a dead desk cannot be replaced:\n\n  1. {words}\n\n  2. {next_words}\n\nNext: \
             hopluu serve --dir {dir}",
            name = province.full_name(),
            dir = home.dir().display()
        ),
        data: json!({ "province": code, "name": province.full_name(), "device": desk.id().to_string(),
            "recovery_words": words, "next_recovery_words": next_words }),
    })
}

fn found(home: &Home, founding: Founding, root: &RootKey) -> Result<Result<(), Complaint>, OfficeError> {
    let settings = match config::read(home.dir()) {
        Ok(settings) => settings,
        Err(complaint) => return Ok(Err(complaint)),
    };
    let clock = Clock::start();
    let (now, wall) = (Tick(0), clock.wall());
    let (mut office, _) = match opening::open(home, &settings, wall) {
        Ok(opened) => opened,
        Err(complaint) => return Ok(Err(complaint)),
    };
    let (collection, seed) = (founding.collection, Dice::new().number());
    office.found(now, founding, root, wall)?;
    office.commit(now, wall)?;
    for edit in demo::bulletin(collection, seed, wall) {
        office.submit(&edit)?;
    }
    office.commit(now, wall)?;
    office.close()?;
    Ok(Ok(()))
}

/// Sets this machine up with an invitation. Works without any line; the relay is asked when the office runs.
pub(crate) fn join(home: &Home, typed: &str) -> Result<Answer, Complaint> {
    let invitation = Invitation::from_text(typed).map_err(|error| {
        let notice = error.notice();
        Complaint::new(Exit::Refused, notice.slug, notice.vi, notice.en)
    })?;
    let key = DeviceKey::from_seed(Dice::new().bytes());
    let invited = invitation.invited();
    let join = invitation.join(key.id(), Clock::start().wall());
    let profile = Profile {
        relay: invitation.relay().clone(),
        anchor: invitation.anchor(),
        collection: invited.collection,
        province: invitation.province(),
        side: invited.side,
        letter: invited.letter.to_string(),
        label: invited.label.clone(),
        enrolment: Some(Enrolment::begin(join)),
        claim: None,
        invited_until: invited.expires,
    };
    home.create(&key, &profile)?;
    let (dir, label, letter) = (home.dir().display(), &profile.label, &profile.letter);
    Ok(Answer {
        vi: format!("Máy này là \"{label}\", ký hiệu {letter}.\nTiếp theo: hopluu serve --dir {dir}"),
        en: format!("This machine is \"{label}\", letter {letter}.\nNext: hopluu serve --dir {dir}"),
        data: joined(&key, &profile),
    })
}

fn joined(key: &DeviceKey, profile: &Profile) -> Value {
    json!({ "device": key.id().to_string(), "label": profile.label, "letter": profile.letter,
        "collection": profile.collection.to_string() })
}
