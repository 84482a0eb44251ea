//! Sums of two days, in words.

use std::fmt::Write as _;

use hopluu_desk::{Compare, Desk, Refusal, Who};
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::Value;

use super::{as_json, read};
use crate::client::Answer;

/// Two days side by side.
pub(super) async fn compare(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let compared = desk.compare(&read::<Compare>(args)?).await?;
    let (before, after) = (&compared.sums.before, &compared.sums.after);
    let mut text = Words::new("", "");
    let _ = writeln!(text.vi, "{:<34}{:>12}{:>12}{:>10}", compared.upper, before.as_of.vi(), after.as_of.vi(), "±");
    let _ = writeln!(text.en, "{:<34}{:>12}{:>12}{:>10}", compared.upper, before.as_of, after.as_of, "±");
    let mut line = |vi: &str, en: &str, of: [i64; 2]| {
        let change = of[1] - of[0];
        let _ = writeln!(text.vi, "{vi:<34}{:>12}{:>12}{change:>+10}", of[0], of[1]);
        let _ = writeln!(text.en, "{en:<34}{:>12}{:>12}{change:>+10}", of[0], of[1]);
    };
    let both = |one: u32, other: u32| [i64::from(one), i64::from(other)];
    line("Thôn, tổ dân phố", "Units", both(before.units, after.units));
    line("  cần thống nhất", "  to be settled", both(before.units_in_clash, after.units_in_clash));
    line("Số hộ", "Households", [before.households, after.households]);
    line("Người giữ chức danh", "People in posts", both(before.people, after.people));
    line("  của thôn, tổ", "  of units", both(before.people_of_units, after.people_of_units));
    line("  cấp xã", "  of communes", both(before.people_of_communes, after.people_of_communes));
    line("  kiêm nhiệm", "  with several posts", both(before.concurrent, after.concurrent));
    line("Vị trí cấp xã còn trống", "Vacant seats of communes", both(before.vacant, after.vacant));
    line("Vị trí ở thôn, tổ còn trống", "Vacant seats in units", both(before.vacant_in_units, after.vacant_in_units));
    line("Đã nghỉ", "Left", both(before.left, after.left));
    let (count, late) = (compared.sums.communes.len(), compared.late);
    let _ = write!(text.vi, "{count} xã, phường; số liệu đến {}; {late} chưa cập nhật quá 2 ngày", compared.fresh);
    let _ = write!(text.en, "{count} communes; data up to {}; {late} silent for over 2 days", compared.fresh);
    Ok(Answer::new(as_json(&compared), text.vi, text.en))
}

#[derive(Deserialize)]
struct File {
    file: String,
    place: Option<String>,
}

/// Facts of public texts, written as ordinary edits.
pub(super) async fn facts(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let File { file, place } = read(args)?;
    let loaded = desk.load_facts(who, &file, place.as_deref()).await?;
    let names: Vec<&str> = loaded.places.iter().map(|place| place.name.as_str()).collect();
    let names = names.join(", ");
    Ok(Answer::new(
        as_json(&loaded),
        format!("Đã ghi {names}: {} lần ghi, đã lưu tại máy này. Xem: hopluu totals", loaded.edits),
        format!("{names}: {} edits, saved here. See: hopluu totals", loaded.edits),
    ))
}
