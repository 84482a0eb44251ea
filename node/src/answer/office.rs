//! The office itself, in words: status, devices, invitations, revocation, check-up.

use std::fmt::Write as _;

use hopluu_desk::{Check, Contact, Desk, DeviceState, Refusal, Who};
use hopluu_model::chain;
use hopluu_view::query::Totals;
use hopluu_web::{Words, line};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read};
use crate::client::Answer;

pub(super) async fn status(desk: &Desk) -> Result<Answer, Refusal> {
    let standing = desk.standing().await?;
    let words = line(&standing);
    let mut vi = format!("{} · {}\n{}\n", standing.label, standing.letter, words.vi);
    let mut en = format!("{} · {}\n{}\n", standing.label, standing.letter, words.en);
    if let Some(contact) = &standing.province {
        let picture = picture(contact);
        let _ = writeln!(vi, "{}", picture.vi);
        let _ = writeln!(en, "{}", picture.en);
    }
    let _ = write!(vi, "Cần thống nhất ({})", standing.clashes);
    let _ = write!(en, "To be settled ({})", standing.clashes);
    Ok(Answer::new(as_json(&standing), vi, en))
}

/// The province's one picture of all communes, and how fresh it is.
fn picture(contact: &Contact) -> Words {
    let mut vi = format!("{}/{} xã, phường đã kết nối\n", contact.connected, contact.communes);
    let mut en = format!("{}/{} communes connected\n", contact.connected, contact.communes);
    for silence in &contact.silent {
        let since = silence.since.map_or_else(String::new, |at| format!(" từ {at}"));
        vi.push_str(&format!("  {}: Chưa liên lạc{since}\n", silence.commune));
        let since = silence.since.map_or_else(|| "never heard".to_owned(), |at| format!("silent since {at}"));
        en.push_str(&format!("  {}: {since}\n", silence.commune));
    }
    let Contact { fresh, late, known, totals, .. } = contact;
    let Totals { units, units_in_clash, households, issues, issues_open, .. } = totals;
    vi.push_str(&format!(
        "{units} thôn, tổ ({units_in_clash} đang cần thống nhất) · {households} hộ · {issues} phiếu, {issues_open} chưa \
         xong · Số liệu đến {fresh}\n{late}/{known} xã, phường chưa cập nhật quá 2 ngày",
    ));
    en.push_str(&format!(
        "{units} units ({units_in_clash} in a clash) · {households} households · {issues} issues, {issues_open} open · \
         as of {fresh}\n{late}/{known} communes silent for over 2 days",
    ));
    Words::new(vi, en)
}

pub(super) async fn devices(desk: &Desk) -> Result<Answer, Refusal> {
    let rows = desk.devices().await?;
    let mut text = Words::new("", "");
    for row in &rows {
        let state = device(row);
        let short: String = row.device.chars().take(8).collect();
        let waits = if row.confirmed { ("", "") } else { (" (chờ tỉnh xác nhận)", " (not confirmed yet)") };
        let _ = writeln!(text.vi, "{short}  {} {}{}  {}", row.letter, row.label, waits.0, state.vi);
        let _ = writeln!(text.en, "{short}  {} {}{}  {}", row.letter, row.label, waits.1, state.en);
    }
    Ok(Answer::new(as_json(&rows), text.vi.trim_end(), text.en.trim_end()))
}

fn device(row: &DeviceState) -> Words {
    match row.heard {
        _ if row.revoked => Words::new("đã thu hồi", "revoked"),
        _ if row.this => Words::new("máy này", "this machine"),
        _ if row.connected => Words::new("đang kết nối", "connected"),
        Some(at) => Words::new(format!("Chưa liên lạc từ {at}"), format!("silent since {at}")),
        None => Words::new("chưa rõ", "not known"),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Qr {
    qr: bool,
}

pub(super) async fn invite(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let Qr { qr } = read(args.clone())?;
    let invited = desk.invite(who, read(args)?).await?;
    let picture = if qr { code_picture(&invited.invitation) } else { String::new() };
    let (text, letter, expires) = (&invited.invitation, &invited.letter, invited.expires);
    let vi = format!(
        "Mã đăng ký thiết bị (dùng một lần, đến {expires}), ký hiệu {letter}:\n{text}{picture}\n\nTrên máy của xã: \
         hopluu join <mã>"
    );
    let en = format!(
        "Enrolment code (single use, until {expires}), letter {letter}:\n{text}{picture}\n\nOn the commune's machine: \
         hopluu join <code>"
    );
    Ok(Answer::new(as_json(&invited), vi, en))
}

/// The invitation as a QR code for a terminal.
fn code_picture(text: &str) -> String {
    match qrcode::QrCode::new(text.as_bytes()) {
        Ok(code) => format!("\n\n{}", code.render::<char>().quiet_zone(true).module_dimensions(2, 1).build()),
        Err(error) => format!("\n({})", chain(&error)),
    }
}

#[derive(Deserialize)]
struct Revoke {
    device: String,
    reason: String,
}

pub(super) async fn revoke(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Revoke = read(args)?;
    let device = desk.revoke(who, &typed.device, &typed.reason).await?;
    let short: String = device.chars().take(8).collect();
    Ok(Answer::new(
        json!({ "device": device }),
        format!("Đã thu hồi {short}. Những gì tỉnh đã nhận trước đó vẫn giữ; từ nay thiết bị này không ghi được nữa."),
        format!("{short} is revoked. What the province had received is kept; it can write nothing more."),
    ))
}

#[derive(Deserialize)]
struct Recovery {
    words: String,
}

pub(super) async fn take_over(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let device = desk.take_over(&read::<Recovery>(args)?.words).await?;
    Ok(Answer::new(
        json!({ "desk": device }),
        "Máy này nay là bàn tỉnh. Hãy thu hồi máy cũ bằng: hopluu revoke",
        "This machine is the desk now. Revoke the old one with: hopluu revoke",
    ))
}

pub(super) async fn doctor(desk: &Desk) -> Result<Answer, Refusal> {
    let mut health = desk.health().await?;
    let said = line(&health.standing).vi;
    for check in health.checks.iter_mut().filter(|check| check.check == "line") {
        check.what.clone_from(&said);
    }
    let mut text = String::new();
    for Check { check, good, what } in &health.checks {
        let _ = writeln!(text, "{} {check}: {what}", if *good { "ok " } else { "!! " });
    }
    let text = text.trim_end().to_owned();
    Ok(Answer::new(json!({ "checks": health.checks, "faults": health.faults }), text.clone(), text))
}
