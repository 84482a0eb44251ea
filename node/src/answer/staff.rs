//! People in office, in words.

use std::fmt::Write as _;

use hopluu_desk::{Desk, Done, LeaverQuery, Refusal, StaffQuery, Who};
use hopluu_model::vocabulary;
use hopluu_view::query::{HoldingRow, LeaverRow, Staff};
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, saved, unknown};
use crate::client::Answer;

#[derive(Deserialize)]
struct Shown {
    person: String,
    #[serde(default)]
    at: String,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "person.list" => people(desk, who, args).await,
        "person.show" => person(desk, who, args).await,
        "person.add" => done(&desk.add_person(who, read(args)?).await?),
        "person.leave" => done(&desk.leave(who, read(args)?).await?),
        "person.thank" => saved(&desk.mark_leavers(who, read(args)?).await?),
        "person.leavers" => leavers(desk, who, args).await,
        "person.transfer" => done(&desk.ask_transfer(who, read(args)?).await?),
        "post.list" => posts(desk, who, args).await,
        "holding.begin" => done(&desk.begin_holding(who, read(args)?).await?),
        "holding.end" => done(&desk.end_holding(who, read(args)?).await?),
        "transfer.list" => transfers(desk, who, args).await,
        "transfer.decide" => done(&desk.decide_transfer(who, read(args)?).await?),
        "board.list" => boards(desk, who, args).await,
        other => Err(unknown(other)),
    }
}

/// Saved, and what should be looked at.
fn done(done: &Done) -> Result<Answer, Refusal> {
    let mut text = Words::new("Đã lưu tại máy này.", "Saved here.");
    for warning in &done.warnings {
        let _ = write!(text.vi, "\nLưu ý: {}", warning.vi);
        let _ = write!(text.en, "\nNote: {}", warning.en);
    }
    Ok(Answer::new(as_json(done), text.vi, text.en))
}

/// A word of the trade in both languages.
fn word<'a>(list: &str, slug: &'a str) -> (&'a str, &'a str) {
    vocabulary::word(list, slug).map_or((slug, slug), |word| (word.vi, word.en))
}

fn nothing() -> Answer {
    Answer::new(json!({ "people": [] }), "Chưa có hồ sơ cán bộ nào.", "Nobody is known yet.")
}

fn held(holding: &HoldingRow) -> String {
    let unit = if holding.unit_name.is_empty() { String::new() } else { format!(" {}", holding.unit_name) };
    format!("{}{unit}", holding.post_name)
}

async fn people(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let Some(staff) = desk.staff(who, &read::<StaffQuery>(args)?).await? else { return Ok(nothing()) };
    let mut text = Words::new("", "");
    for row in &staff.people {
        let posts: Vec<String> = row.holdings.iter().filter(|it| it.in_force).map(held).collect();
        let (category_vi, category_en) = word("staff_category", &row.category);
        let (mut vi, mut en) = (String::new(), String::new());
        if let Some(left) = row.left {
            let (why_vi, why_en) = word("exit_reason", &row.reason);
            vi = format!("  nghỉ từ {}: {why_vi}", left.vi());
            en = format!("  left on {left}: {why_en}");
        }
        let (over_vi, over_en) =
            if row.over { ("  (quá số chức danh quy định)", "  (more posts than allowed)") } else { ("", "") };
        let (id, name, posts) = (row.id.short(), &row.name, posts.join("; "));
        let _ = writeln!(text.vi, "{id}  {name}  {category_vi}  {posts}{vi}{over_vi}");
        let _ = writeln!(text.en, "{id}  {name}  {category_en}  {posts}{en}{over_en}");
    }
    figures(&staff, &mut text);
    Ok(Answer::new(as_json(&staff), text.vi, text.en))
}

fn figures(staff: &Staff, text: &mut Words) {
    let Staff { in_service, serving, concurrent, left, vacant, as_of, .. } = staff;
    let _ = write!(
        text.vi,
        "{in_service} người đang công tác, {serving} giữ chức danh, {concurrent} kiêm nhiệm, {left} đã nghỉ, {vacant} chỗ trống, \
         tính đến {}",
        as_of.vi()
    );
    let _ = write!(
        text.en,
        "{in_service} in service, {serving} hold a post, {concurrent} several, {left} left, {vacant} vacant, as of {as_of}"
    );
}

async fn person(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let typed: Shown = read(args)?;
    let detail = desk.person_named(who, &typed.person, &typed.at).await?;
    let row = &detail.person;
    let (category_vi, category_en) = word("staff_category", &row.category);
    let mut text = Words::new(format!("{}  {category_vi}\n", row.name), format!("{}  {category_en}\n", row.name));
    for holding in &row.holdings {
        let days = |day: Option<hopluu_model::Date>| day.map_or_else(|| "–".to_owned(), |day| day.vi());
        let line = format!("{}  {}  {} – {}", holding.id.short(), held(holding), days(holding.from), days(holding.to));
        let (vi, en) = if holding.in_force { ("  đang giữ", "  in force") } else { ("", "") };
        let _ = writeln!(text.vi, "{line}{vi}");
        let _ = writeln!(text.en, "{line}{en}");
    }
    if let Some(leaving) = &detail.leaving {
        line(leaving, &mut text);
    }
    for key in &detail.clashes {
        let _ = writeln!(text.vi, "Cần thống nhất: {key}");
        let _ = writeln!(text.en, "To be settled: {key}");
    }
    Ok(Answer::new(as_json(&detail), text.vi.trim_end(), text.en.trim_end()))
}

fn line(row: &LeaverRow, text: &mut Words) {
    let (why, benefit) = (word("exit_reason", &row.reason), word("benefit_state", &row.benefit));
    let (id, name, gift) = (row.id.short(), &row.name, &row.gift);
    let (vi, en) = row.thanked_on.map_or_else(
        || ("chưa cảm ơn".to_owned(), "not thanked yet".to_owned()),
        |on| (format!("cảm ơn {}", on.vi()), format!("thanked on {on}")),
    );
    let _ = writeln!(text.vi, "{id}  {name}  nghỉ từ {}: {}  {}  {vi}  {gift}", row.on.vi(), why.0, benefit.0);
    let _ = writeln!(text.en, "{id}  {name}  left on {}: {}  {}  {en}  {gift}", row.on, why.1, benefit.1);
}

async fn leavers(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let rows = desk.leavers(who, &read::<LeaverQuery>(args)?).await?;
    let mut text = Words::new("", "");
    rows.iter().for_each(|row| line(row, &mut text));
    let _ = write!(text.vi, "{} người nghỉ", rows.len());
    let _ = write!(text.en, "{} leavers", rows.len());
    Ok(Answer::new(json!({ "leavers": rows }), text.vi, text.en))
}

async fn posts(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let query: StaffQuery = read(args)?;
    let vacant_only = query.show == "vacant";
    let Some(staff) = desk.staff(who, &query).await? else { return Ok(nothing()) };
    let mut text = Words::new("", "");
    for post in &staff.posts {
        for seat in post.seats.iter().filter(|seat| !vacant_only || seat.vacant > 0) {
            let (name, unit) = (&post.name, &seat.unit_name);
            let holders = seat.holders.join("; ");
            let (vi, en) = if seat.is_vacant() { ("(trống)", "(vacant)") } else { (&*holders, &*holders) };
            let missing = |word: &str| match (seat.is_vacant(), seat.vacant) {
                (true, _) | (_, 0) => String::new(),
                (false, missing) => format!("  ({word} {missing})"),
            };
            let _ = writeln!(text.vi, "{name}  {unit}  {vi}{}", missing("còn thiếu"));
            let _ = writeln!(text.en, "{name}  {unit}  {en}{}", missing("missing"));
        }
    }
    for quota in &staff.quotas {
        let category = word("staff_category", &quota.category);
        let _ = writeln!(text.vi, "Biên chế {}: được giao {}, hiện có {}", category.0, quota.allowed, quota.actual);
        let _ = writeln!(text.en, "Quota {}: {} allowed, {} in service", category.1, quota.allowed, quota.actual);
    }
    figures(&staff, &mut text);
    let json = json!({ "as_of": staff.as_of.to_string(), "posts": staff.posts, "quotas": staff.quotas,
        "vacant": staff.vacant, "paid": staff.paid, "limits": staff.limits });
    Ok(Answer::new(json, text.vi, text.en))
}

async fn transfers(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let rows = desk.transfers(who, &read::<StaffQuery>(args)?.commune).await?;
    let mut text = Words::new("", "");
    for row in &rows {
        let state = word("transfer_state", &row.state);
        let on = row.on.map_or_else(String::new, |on| on.vi());
        let way = format!("{}  {}  {} -> {}  {on}", row.id, row.name, row.from_commune, row.to_code);
        let _ = writeln!(text.vi, "{way}  {}  {}", state.0, row.reason);
        let _ = writeln!(text.en, "{way}  {}  {}", state.1, row.reason);
    }
    let _ = write!(text.vi, "{} đề nghị điều động", rows.len());
    let _ = write!(text.en, "{} transfers", rows.len());
    Ok(Answer::new(json!({ "transfers": rows }), text.vi, text.en))
}

async fn boards(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let query: StaffQuery = read(args)?;
    let rows = desk.boards(who, &query.commune, &query.at).await?;
    let mut text = Words::new("", "");
    for row in &rows {
        let members: Vec<&str> = row.members.iter().filter(|it| it.in_force).map(|it| it.name.as_str()).collect();
        let kind = word("board_kind", &row.kind);
        let _ = writeln!(text.vi, "{}  {}  {}: {}", row.id.short(), row.name, kind.0, members.join("; "));
        let _ = writeln!(text.en, "{}  {}  {}: {}", row.id.short(), row.name, kind.1, members.join("; "));
    }
    let _ = write!(text.vi, "{} ban", rows.len());
    let _ = write!(text.en, "{} boards", rows.len());
    Ok(Answer::new(json!({ "boards": rows }), text.vi, text.en))
}
