//! Doing what the command line says: here, or by asking the running office.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use hopluu_driver::control::{ControlError, call};
use hopluu_driver::{Complaint, Exit, Lang};
use serde_json::{Value, json};

use crate::cli::{Cli, Command, Config, Places, Province, RoleArg, Settle};
use crate::home::Home;
use crate::{config, demo, places, secret, serve, setup};

/// Commands wait so long for the office; a bulk commit on a slow card may take a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a command says when it is done: for people in two languages, for programs as data.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) data: Value,
}

impl Answer {
    /// Data and the same lines in both languages, such as a table.
    pub(crate) fn new(data: Value, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into(), data }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "ok": self.data, "vi": self.vi, "en": self.en })
    }
}

/// How to speak to whoever called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    pub(crate) json: bool,
    pub(crate) lang: Lang,
}

impl Say {
    pub(crate) fn answer(self, answer: &Answer) {
        let mut out = std::io::stdout().lock();
        // A closed pipe is the reader's choice.
        let _ = if self.json {
            writeln!(out, "{}", answer.data)
        } else {
            writeln!(out, "{}", self.lang.pick(&answer.vi, &answer.en))
        };
    }

    pub(crate) fn complain(self, complaint: &Complaint) {
        let mut err = std::io::stderr().lock();
        let _ = if self.json {
            writeln!(err, "{}", complaint.to_json())
        } else {
            writeln!(err, "{}", complaint.to_lines(self.lang))
        };
    }
}

/// Does one command.
pub(crate) fn run(cli: Cli) -> Result<Exit, Complaint> {
    let say = Say { json: cli.json, lang: cli.lang.into() };
    let home = Home::at(&cli.dir);
    let answer = match &cli.command {
        Command::Demo(demo) => return demo::run(demo, &cli, say),
        Command::Serve => return serve::serve(&home, cli.json),
        Command::Province { command: Province::Init { province, relay } } => setup::province(&home, province, relay)?,
        Command::Province { command: Province::TakeOver { words } } => {
            let words = if words.is_empty() { read_words()? } else { words.join(" ") };
            ask(&home, &json!({ "do": "take_over", "args": { "words": words }, "as": cli.name }))?
        }
        Command::Join(join) => setup::join(&home, &join.invitation.join(" "))?,
        Command::Places { command } => place(command)?,
        Command::Config { command } => settings(&home, *command)?,
        Command::Revoke(revoke) if !revoke.yes => return Err(confirm()),
        Command::Account { command } if command.reads_password() => {
            let (what, args) = command.request(Some(&secret::read_password(cli.lang.into())?));
            ask(&home, &framed(&cli, what, &args))?
        }
        Command::Issue { command } if command.picture().is_some() => {
            let picture = picture(command.picture())?;
            let (what, args) = command.request(picture.as_deref());
            ask(&home, &framed(&cli, what, &args))?
        }
        Command::Import(import) => match import.template() {
            Some(written) => written?,
            None => {
                let (what, args) = import.request()?;
                ask(&home, &framed(&cli, what, &args))?
            }
        },
        command => ask(&home, &request(&cli, command))?,
    };
    say.answer(&answer);
    let failed = answer.data.get("faults").and_then(Value::as_u64).is_some_and(|faults| faults > 0);
    Ok(if failed { Exit::CheckFailed } else { Exit::Ok })
}

/// A picture from a file, made as small as the office keeps it, since requests are short.
fn picture(file: Option<&PathBuf>) -> Result<Option<String>, Complaint> {
    let Some(file) = file else { return Ok(None) };
    let bytes = std::fs::read(file).map_err(|error| crate::failed("picture", &error))?;
    let small = hopluu_desk::small_picture(&bytes).map_err(|refusal| crate::answer::complain(&refusal))?;
    Ok(Some(data_encoding::BASE64.encode(&small)))
}

/// Asks the running office.
pub(crate) fn ask(home: &Home, request: &Value) -> Result<Answer, Complaint> {
    let hint = format!("hopluu serve --dir {}", home.dir().display());
    let answer = call(&home.socket(), request, PATIENCE, &hint).map_err(|error| unanswered(home, &error))?;
    if let Some(error) = answer.get("error") {
        return Err(complaint(error));
    }
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Answer { vi: text("vi"), en: text("en"), data: answer.get("ok").cloned().unwrap_or(Value::Null) })
}

fn unanswered(home: &Home, error: &ControlError) -> Complaint {
    let dir = home.dir().display();
    match error {
        ControlError::NotRunning { .. } => Complaint::new(
            Exit::NotRunning,
            "not-running",
            format!("Văn phòng trong {dir} chưa chạy. Chạy: hopluu serve --dir {dir}"),
            format!("The office in {dir} is not running. Start it: hopluu serve --dir {dir}"),
        ),
        ControlError::TimedOut { .. } => Complaint::new(
            Exit::TimedOut,
            "timed-out",
            "Văn phòng chưa trả lời. Việc có thể đã được ghi: xem lại trước khi nhập lần nữa.",
            "The office has not answered. What was asked may have been done: look before entering it again.",
        ),
        other => crate::failed("control", other),
    }
}

/// An answer's error as a complaint; the code is one of ours, but a newer office may know more.
fn complaint(error: &Value) -> Complaint {
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = error.get("exit").and_then(Value::as_u64).and_then(|code| usize::try_from(code).ok());
    let exit = number.and_then(|code| Exit::ALL.get(code).copied()).unwrap_or(Exit::Failed);
    let code: &'static str = Box::leak(text("code").into_boxed_str());
    let mut complaint = Complaint::new(exit, code, text("vi"), text("en"));
    complaint.cause = error.get("cause").and_then(Value::as_str).map(str::to_owned);
    complaint
}

/// Words typed on the command line would stay in the shell's history.
fn read_words() -> Result<String, Complaint> {
    let mut words = String::new();
    std::io::stdin().read_to_string(&mut words).map_err(|error| crate::failed("stdin", &error))?;
    Ok(words)
}

fn confirm() -> Complaint {
    Complaint::new(
        Exit::Refused,
        "confirm",
        "Thu hồi thì không lấy lại được: thiết bị phải ghi danh lại từ đầu. Thêm --yes để thực hiện.",
        "Revoking cannot be undone: the device must enrol anew. Add --yes to do it.",
    )
}

/// The request for the running office.
pub(crate) fn request(cli: &Cli, command: &Command) -> Value {
    let (what, args) = match command {
        Command::Invite(it) => (
            "invite",
            json!({ "commune": it.commune, "spare": it.spare, "label": it.label, "days": it.days, "address": it.relay_address, "qr": it.qr }),
        ),
        Command::Status => ("status", json!({})),
        Command::Devices => ("devices", json!({})),
        Command::Revoke(it) => ("revoke", json!({ "device": it.device, "reason": it.reason })),
        Command::Issue { command } => command.request(None),
        Command::Directive { command } => command.request(),
        Command::Bulletin { command } => command.request(),
        Command::Record { command } => command.request(),
        Command::Person { command } => command.request(),
        Command::Post { command } => command.request(),
        Command::Holding { command } => command.request(),
        Command::Transfer { command } => command.request(),
        Command::Board { command } => command.request(),
        Command::Unit { command } => command.request(),
        Command::Merger { command } => command.request(),
        Command::Settle { command } => match command {
            Settle::List { settled: false, .. } => ("settle.list", json!({})),
            Settle::List { settled: true, offset } => ("settle.settled", json!({ "offset": offset })),
            Settle::Show { key } => ("settle.show", json!({ "key": key })),
            Settle::Choose { key, option, reason } => {
                ("settle.choose", json!({ "key": key, "option": option, "reason": reason }))
            }
        },
        Command::Account { command } => command.request(None),
        Command::Session { command } => command.request(),
        Command::Audit(audit) => audit.request(),
        Command::Commune { commune } => ("commune.show", json!({ "commune": commune })),
        Command::Totals(it) => ("totals", json!({ "from": it.from, "to": it.to, "communes": it.communes.join(",") })),
        Command::Doctor => ("doctor", json!({})),
        // These never ask the office.
        Command::Demo(_)
        | Command::Province { .. }
        | Command::Join(_)
        | Command::Import(_)
        | Command::Serve
        | Command::Places { .. }
        | Command::Config { .. } => ("status", json!({})),
    };
    framed(cli, what, &args)
}

/// A verb with who asks for it.
fn framed(cli: &Cli, what: &str, args: &Value) -> Value {
    json!({ "do": what, "args": args, "as": cli.name, "role": cli.role.map(role), "made_up": cli.made_up })
}

fn role(role: RoleArg) -> &'static str {
    match role {
        RoleArg::Clerk => "clerk",
        RoleArg::Leader => "leader",
        RoleArg::Triage => "triage",
        RoleArg::Handler => "handler",
        RoleArg::Admin => "admin",
    }
}

fn place(command: &Places) -> Result<Answer, Complaint> {
    match command {
        Places::List { province } => places::list(province),
        Places::At { date, codes } => places::at(date, codes),
        Places::Changes { province } => places::changes(province),
        Places::Find { province, name } => places::find(province, name),
    }
}

fn settings(home: &Home, command: Config) -> Result<Answer, Complaint> {
    let settings = config::read(home.dir())?;
    if matches!(command, Config::Check) {
        return Ok(Answer::new(json!({ "valid": true }), "Thiết lập hợp lệ.", "The settings are valid."));
    }
    let (mut vi, mut en, mut data) = (Vec::new(), Vec::new(), serde_json::Map::new());
    for shown in settings.show() {
        let (key, value, origin) = (shown.setting.key, shown.value, shown.origin.to_string());
        vi.push(format!("{key} = {value}   # {} ({origin})", shown.setting.vi));
        en.push(format!("{key} = {value}   # {} ({origin})", shown.setting.en));
        data.insert(key.to_owned(), json!({ "value": value, "origin": origin }));
    }
    Ok(Answer::new(Value::Object(data), vi.join("\n"), en.join("\n")))
}
