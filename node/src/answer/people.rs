//! Accounts, sessions and the trail, in words.

use std::fmt::Write as _;

use hopluu_desk::{
    AccountChange, AccountRow, AuditQuery, Deed, Desk, Made, NewAccount, Part, Refusal, SessionRow, Trace, TrailQuery,
    Who, Why,
};
use hopluu_model::rules;
use hopluu_view::query::Deed as RecordDeed;
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, unknown};
use crate::client::Answer;

#[derive(Deserialize)]
struct Named {
    account: String,
}

#[derive(Deserialize)]
struct Password {
    account: String,
    #[serde(default)]
    password: Option<String>,
}

#[derive(Deserialize)]
struct Change {
    account: String,
    #[serde(flatten)]
    change: AccountChange,
}

#[derive(Deserialize)]
struct Code {
    account: String,
    code: String,
}

#[derive(Deserialize)]
struct Duty {
    parts: Vec<String>,
}

#[derive(Deserialize)]
struct Sessions {
    #[serde(default)]
    account: Option<String>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "account.list" => Ok(list(&desk.accounts(who).await?)),
        "account.add" => Ok(made(&desk.add_account(who, read::<NewAccount>(args)?).await?)),
        "account.change" => {
            let typed: Change = read(args)?;
            let id = desk.find_account(who, &typed.account).await?;
            desk.change_account(who, id, typed.change).await?;
            Ok(done())
        }
        "account.password" => {
            let typed: Password = read(args)?;
            let id = desk.find_account(who, &typed.account).await?;
            Ok(made(&desk.give_password(who, id, typed.password).await?))
        }
        "account.disable" | "account.enable" => {
            let id = desk.find_account(who, &read::<Named>(args)?.account).await?;
            desk.disable_account(who, id, what == "account.disable").await?;
            Ok(done())
        }
        "account.setup_code" => Ok(setup_code(desk.open_people().await?)),
        "account.totp_begin" => begin(desk, who, &read::<Named>(args)?.account).await,
        "account.totp_confirm" => {
            let typed: Code = read(args)?;
            let id = desk.find_account(who, &typed.account).await?;
            desk.totp_confirm(who, id, &typed.code).await?;
            Ok(done())
        }
        "account.totp_remove" => {
            let id = desk.find_account(who, &read::<Named>(args)?.account).await?;
            desk.take_totp_away(who, id).await?;
            Ok(done())
        }
        "account.totp_require" => {
            desk.require_totp(who, parts(&read::<Duty>(args)?.parts)?).await?;
            Ok(done())
        }
        "session.list" => {
            let of = match read::<Sessions>(args)?.account {
                Some(typed) => Some(desk.find_account(who, &typed).await?),
                None => None,
            };
            Ok(sessions(&desk.sessions(who, of, "").await?))
        }
        "session.revoke" => {
            desk.revoke_session(who, &read::<Id>(args)?.id).await?;
            Ok(done())
        }
        other => Err(unknown(other)),
    }
}

fn parts(slugs: &[String]) -> Result<Vec<Part>, Refusal> {
    let part = |slug: &String| Part::from_slug(slug).ok_or_else(|| Refusal::not_found("vai trò", "part", slug));
    slugs.iter().map(part).collect()
}

fn done() -> Answer {
    Answer::new(json!({ "done": true }), "Đã lưu tại máy này.", "Saved here.")
}

fn made(made: &Made) -> Answer {
    let (vi, en) = match &made.first_password {
        Some(first) => (
            format!("Mật khẩu dùng lần đầu: {first}\nNgười dùng sẽ đổi mật khẩu khi đăng nhập."),
            format!("Password for the first sign-in: {first}\nIt is to be changed then."),
        ),
        None => ("Đã lưu tại máy này.".to_owned(), "Saved here.".to_owned()),
    };
    Answer::new(as_json(made), vi, en)
}

fn setup_code(code: Option<String>) -> Answer {
    let (vi, en) = match &code {
        Some(code) => (format!("Mã cài đặt: {code}"), format!("Set-up code: {code}")),
        None => ("Đã có tài khoản; không cần mã.".to_owned(), "There are accounts; no code is needed.".to_owned()),
    };
    Answer::new(json!({ "setup_code": code }), vi, en)
}

fn list(rows: &[AccountRow]) -> Answer {
    let mut text = Words::new("", "");
    for row in rows {
        let (vi, en) = row.part.words();
        let department = row.department.as_deref().map(|slug| format!(" · {slug}")).unwrap_or_default();
        let state = match (row.disabled, row.must_change) {
            (true, _) => (" · đã khóa", " · disabled"),
            (false, true) => (" · chờ đổi mật khẩu", " · password to be changed"),
            (false, false) => ("", ""),
        };
        let code = if row.totp { (" · mã xác thực", " · codes") } else { ("", "") };
        let head = format!("{}  {}", row.name, row.shown);
        let _ = writeln!(text.vi, "{head} · {vi}{department}{}{} · {} phiên", state.0, code.0, row.sessions);
        let _ = writeln!(text.en, "{head} · {en}{department}{}{} · {} sessions", state.1, code.1, row.sessions);
    }
    let (vi, en) = (format!("{}{} tài khoản", text.vi, rows.len()), format!("{}{} accounts", text.en, rows.len()));
    Answer::new(json!({ "accounts": as_json(&rows) }), vi, en)
}

fn sessions(rows: &[SessionRow]) -> Answer {
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(text, "{}  {} · {} · {} · {}", row.id, row.name, row.from, row.seen_at, row.agent);
    }
    let (vi, en) = (format!("{text}{} phiên", rows.len()), format!("{text}{} sessions", rows.len()));
    Answer::new(json!({ "sessions": as_json(&rows) }), vi, en)
}

async fn begin(desk: &Desk, who: &Who, typed: &str) -> Result<Answer, Refusal> {
    let id = desk.find_account(who, typed).await?;
    let begun = desk.totp_begin(who, id).await?;
    let square = qrcode::QrCode::new(begun.url.as_bytes())
        .map(|code| code.render::<char>().quiet_zone(true).module_dimensions(2, 1).build())
        .map_err(|error| Refusal::failed("qr", &error))?;
    let next = format!("hopluu account totp confirm {typed:?} 123456");
    let (secret, url) = (&begun.secret, &begun.url);
    let vi = format!("{square}\nQuét bằng ứng dụng mã xác thực, hoặc nhập: {secret}\nTiếp theo: {next}");
    let en = format!("{square}\nScan it with an authenticator, or type: {secret}\nNext: {next}");
    Ok(Answer::new(json!({ "secret": secret, "url": url }), vi, en))
}

pub(super) async fn audit(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let query: TrailQuery = read(args)?;
    if let Some(slug) = query.deed.as_deref().filter(|slug| Deed::from_slug(slug).is_none()) {
        let known: Vec<&str> = Deed::ALL.into_iter().map(Deed::slug).collect();
        let (vi, en) = (
            format!("Không có loại việc {slug:?}. Chọn: {}", known.join(" ")),
            format!("There is no deed {slug:?}. Choose: {}", known.join(" ")),
        );
        return Err(Refusal::new(Why::Usage, "unknown-deed", vi, en));
    }
    let page = desk.trail(who, query).await?;
    let mut text = Words::new("", "");
    for row in &page.rows {
        trace(&mut text, row);
    }
    let next = page.next.map(|next| format!(" · --before {next}")).unwrap_or_default();
    let (vi, en) = (format!("{}{} dòng{next}", text.vi, page.total), format!("{}{} lines{next}", text.en, page.total));
    Ok(Answer::new(as_json(&page), vi, en))
}

pub(super) fn records(desk: &Desk, who: &Who, args: Value) -> Result<Answer, Refusal> {
    let page = desk.audit(who, &read::<AuditQuery>(args)?)?;
    let mut text = Words::new("", "");
    for row in &page.rows {
        let (vi, en) = match &row.deed {
            RecordDeed::Created => ("Lập".to_owned(), "begun".to_owned()),
            RecordDeed::Field { field, .. } => (rules::label(*field).to_owned(), rules::label_en(*field).to_owned()),
            RecordDeed::Event { kind, .. } => (rules::event_label(*kind).to_owned(), kind.to_string()),
        };
        let (name, device) = (if row.name.is_empty() { row.record.to_string() } else { row.name.clone() }, &row.device);
        let _ = writeln!(text.vi, "{} · {} · {name} · {vi} · {device}", row.moment, row.by.name);
        let _ = writeln!(text.en, "{} · {} · {name} · {en} · {device}", row.moment, row.by.name);
    }
    let count = page.rows.len();
    let more = if page.more { "+" } else { "" };
    let (vi, en) = (format!("{}{count}{more} dòng", text.vi), format!("{}{count}{more} lines", text.en));
    Ok(Answer::new(as_json(&page), vi, en))
}

fn trace(text: &mut Words, row: &Trace) {
    let (vi, en) = row.deed.words();
    let from = row.from.map(|from| from.to_string()).unwrap_or_default();
    let rest = [row.about.as_str(), row.text.as_str(), row.by.as_str(), from.as_str()];
    let rest: Vec<&str> = rest.into_iter().filter(|part| !part.is_empty()).collect();
    let _ = writeln!(text.vi, "{} {} · {vi} · {}", row.number, row.at, rest.join(" · "));
    let _ = writeln!(text.en, "{} {} · {en} · {}", row.number, row.at, rest.join(" · "));
}
