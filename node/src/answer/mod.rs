//! Answering commands: the running office's side of the socket.
//!
//! A request names a verb of the [`Desk`] and holds its input as JSON; the answer holds what the verb gave, and the same
//! in words for a terminal.

mod bulletin;
mod commune;
mod import;
mod issue;
mod merger;
mod office;
mod people;
mod record;
mod settle;
mod staff;
mod totals;
mod unit;

use hopluu_desk::{Desk, Part, Refusal, Who, Why};
use hopluu_driver::{Complaint, Exit};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::client::Answer;

/// Who speaks when nobody says a name.
const NOBODY: &str = "dòng lệnh";

/// Answers one request.
pub(crate) async fn answer(desk: &Desk, request: Value) -> Value {
    let who = who(desk, &request);
    let what = request.get("do").and_then(Value::as_str).unwrap_or_default();
    let args = request.get("args").cloned().unwrap_or(Value::Null);
    match dispatch(desk, &who, what, args).await {
        Ok(answer) => answer.to_json(),
        Err(refusal) => complain(&refusal).to_json(),
    }
}

async fn dispatch(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "status" => office::status(desk).await,
        "devices" => office::devices(desk).await,
        "invite" => office::invite(desk, who, args).await,
        "take_over" => office::take_over(desk, args).await,
        "revoke" => office::revoke(desk, who, args).await,
        "doctor" => office::doctor(desk).await,
        "digest" => plain(&desk.holdings().await?),
        "commune" => unit::seed(desk, who, args).await,
        "commune.show" => commune::show(desk, args),
        "issue.report" => issue::report(desk, who, args).await,
        "issue.list" => issue::list(desk, who, args),
        "issue.show" => issue::show(desk, who, args),
        "issue.comment" => saved(&desk.comment(who, read(args)?).await?),
        "issue.confirm" => saved(&desk.confirm(who, &issue::code(args)?).await?),
        "issue.common" => issue::common(desk, who, args).await,
        "issue.move" => saved(&desk.move_issue(who, read(args)?).await?),
        "unit.add" => saved_id(desk.add_unit(who, read(args)?).await?),
        "unit.list" => unit::list(desk, args),
        "unit.show" => unit::show(desk, who, args).await,
        "unit.set" => unit::set(desk, who, args).await,
        "unit.households" => unit::households(desk, who, args).await,
        "unit.merge" => unit::merge(desk, who, args).await,
        what if what.starts_with("merger.") => merger::answer(desk, who, what, args).await,
        "totals" => totals::compare(desk, args).await,
        "facts" => totals::facts(desk, who, args).await,
        "settle.list" => settle::list(desk),
        "settle.settled" => settle::settled(desk, who, args),
        "settle.show" => settle::show(desk, args),
        "settle.choose" => settle::choose(desk, who, args).await,
        "audit" => people::audit(desk, who, args).await,
        "audit.records" => people::records(desk, who, args),
        what if what.starts_with("directive.") || what.starts_with("bulletin.") => {
            bulletin::answer(desk, who, what, args).await
        }
        what if what.starts_with("import.") => import::answer(desk, who, what, args).await,
        what if what.starts_with("record.") => record::answer(desk, who, what, args).await,
        what if ["person.", "post.", "holding.", "transfer.", "board."].iter().any(|about| what.starts_with(about)) => {
            staff::answer(desk, who, what, args).await
        }
        what if what.starts_with("account.") || what.starts_with("session.") => {
            people::answer(desk, who, what, args).await
        }
        other => Err(unknown(other)),
    }
}

fn unknown(what: &str) -> Refusal {
    Refusal::new(
        Why::Refused,
        "unknown-request",
        format!("Văn phòng này không hiểu yêu cầu {what:?}. Hai chương trình có thể khác phiên bản."),
        format!("This office does not know {what:?}. The two programs may be of different versions."),
    )
}

/// Whoever can reach the socket owns the machine; the part they play is theirs to say.
fn who(desk: &Desk, request: &Value) -> Who {
    let text = |key: &str| request.get(key).and_then(Value::as_str);
    let keeps =
        ["account.", "session.", "audit"].iter().any(|about| text("do").is_some_and(|what| what.starts_with(about)));
    let usual = match desk.is_province() {
        true => Part::Admin,
        false if keeps => Part::Leader,
        false => Part::Clerk,
    };
    let part = text("role").and_then(Part::from_slug).unwrap_or(usual);
    let made_up = request.get("made_up").and_then(Value::as_bool).unwrap_or(false);
    Who { made_up, ..Who::new(text("as").unwrap_or(NOBODY), part) }
}

/// Reads the input of a verb.
fn read<T: DeserializeOwned>(args: Value) -> Result<T, Refusal> {
    serde_json::from_value(args).map_err(|error| {
        Refusal::new(
            Why::Usage,
            "bad-arguments",
            "Yêu cầu thiếu hoặc sai thông tin. Xem --help của lệnh.",
            "The request lacks something or says it wrongly. See the command's --help.",
        )
        .because(&error)
    })
}

fn saved(value: &impl serde::Serialize) -> Result<Answer, Refusal> {
    Ok(Answer::new(as_json(value), "Đã lưu tại máy này.", "Saved here."))
}

fn saved_id(id: String) -> Result<Answer, Refusal> {
    saved(&json!({ "id": id }))
}

fn plain(value: &impl serde::Serialize) -> Result<Answer, Refusal> {
    let value = as_json(value);
    let text = value.to_string();
    Ok(Answer::new(value, text.clone(), text))
}

/// A value of the library as JSON for programs.
fn as_json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| json!({ "unprintable": error.to_string() }))
}

/// A refusal as the command line says it.
pub(crate) fn complain(refusal: &Refusal) -> Complaint {
    let exit = match refusal.why {
        Why::Usage => Exit::Usage,
        Why::Refused | Why::Forbidden | Why::NotFound => Exit::Refused,
        Why::Busy | Why::Failed => Exit::Failed,
    };
    let mut complaint = Complaint::new(exit, refusal.code, refusal.vi.clone(), refusal.en.clone());
    complaint.cause.clone_from(&refusal.cause);
    complaint
}
