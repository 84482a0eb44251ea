//! A whole small province on one machine: real processes, a line that can be cut, a story with a table.
//!
//! [`world`] starts and kills processes, [`story`] is what happens, [`table`] is what must have come out.

mod peer;
mod stage;
mod story;
mod table;
mod world;

use hopluu_driver::control::{Control, call};
use hopluu_driver::{Complaint, Exit};
use hopluu_web::Stage;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Cli, Demo, DemoCommand};
use crate::client::{Answer, Say};
use world::World;

/// The first argument of a process that is the demo's relay.
pub(crate) const RELAY_ARGUMENT: &str = "--as-relay";

/// Where `demo cut` and `demo heal` find a running demo when no `--dir` is given.
const LAST: &str = "hopluu-demo-dir";
/// The port of the start page, when nobody else has it.
const START_PORT: u16 = 8_600;
/// A command waits so long for the running demo.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the demo, or speaks with the one that runs.
pub(crate) fn run(demo: &Demo, cli: &Cli, say: Say) -> Result<Exit, Complaint> {
    let named = (cli.dir != Path::new("hopluu-data")).then(|| cli.dir.clone());
    if let Some(command) = demo.command {
        say.answer(&switch(command, named)?);
        return Ok(Exit::Ok);
    }
    let (dir, _kept) = place(named)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| crate::failed("runtime", &error))?;
    runtime.block_on(async {
        let tell = story::Tell::new(say);
        // Who only wants the table opens no pages.
        let start = if demo.once { None } else { Some(start_page().await?) };
        let address = start.as_ref().map(|(_, address)| address.as_str());
        let mut world = World::raise(&dir, &tell, address).await?;
        let result = story::tell(&mut world, &tell).await?;
        say.answer(&result.answer());
        let Some((listener, address)) = start else {
            return Ok(if result.is_good() { Exit::Ok } else { Exit::Failed });
        };
        stage::accounts(&world)?;
        stay(world, &dir, say, (listener, &address)).await
    })
}

/// Where the start page will be: at a port that is easy to remember, when it is free.
async fn start_page() -> Result<(TcpListener, String), Complaint> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, START_PORT)).await {
        Ok(listener) => listener,
        Err(_) => {
            let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            any.map_err(|error| crate::failed("demo-port", &error))?
        }
    };
    let at = listener.local_addr().map_err(|error| crate::failed("demo-port", &error))?;
    Ok((listener, format!("http://{at}/")))
}

/// The directory of the demo; a temporary one goes when the demo ends.
fn place(named: Option<PathBuf>) -> Result<(PathBuf, Option<tempfile::TempDir>), Complaint> {
    if let Some(dir) = named {
        let taken = std::fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            return Err(Complaint::new(
                Exit::Exists,
                "demo-dir",
                format!("Thư mục {} không trống. Chọn thư mục mới cho bản chạy thử.", dir.display()),
                format!("{} is not empty. Choose a new directory for the demo.", dir.display()),
            ));
        }
        std::fs::create_dir_all(&dir).map_err(|error| crate::failed("demo-dir", &error))?;
        return Ok((dir, None));
    }
    let kept = tempfile::Builder::new().prefix("hopluu-demo-").tempdir();
    let kept = kept.map_err(|error| crate::failed("demo-dir", &error))?;
    Ok((kept.path().to_owned(), Some(kept)))
}

/// Keeps the world up until a signal; says how to talk to each office, and listens for `cut` and `heal`.
async fn stay(world: World, dir: &Path, say: Say, (listener, address): (TcpListener, &str)) -> Result<Exit, Complaint> {
    let control = Control::bind(&dir.join("demo.sock")).map_err(|error| crate::failed("demo-socket", &error))?;
    let note = std::env::temp_dir().join(LAST);
    // Only a convenience: without it `demo cut --dir` still works.
    let _ = std::fs::write(&note, dir.display().to_string());
    say.answer(&world.how_to_talk(address));
    let line = Arc::new(world);
    let router = hopluu_web::demo_router(Arc::clone(&line) as Arc<dyn Stage>);
    let serving = tokio::spawn(hopluu_web::serve(listener, router));
    let held = Arc::clone(&line);
    let answering = tokio::spawn(control.serve(move |request: Value| {
        let world = Arc::clone(&held);
        async move {
            match request.get("do").and_then(Value::as_str) {
                Some("cut") => world.cut(),
                Some("heal") => world.heal(),
                _ => return json!({ "error": { "code": "unknown-request", "exit": 1, "vi": "", "en": "" } }),
            }
            json!({ "ok": true })
        }
    }));
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    if let (Ok(mut terminate), Ok(mut interrupt)) = signals {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    }
    answering.abort();
    serving.abort();
    let _ = std::fs::remove_file(note);
    Ok(Exit::Ok)
}

/// Cuts or mends the line of a demo that runs.
fn switch(command: DemoCommand, named: Option<PathBuf>) -> Result<Answer, Complaint> {
    let last = || std::fs::read_to_string(std::env::temp_dir().join(LAST)).ok().map(PathBuf::from);
    let not_running = || {
        Complaint::new(
            Exit::NotRunning,
            "demo-not-running",
            "Không thấy bản chạy thử nào. Chạy `hopluu demo` trước, hoặc thêm --dir của nó.",
            "No demo is running. Start `hopluu demo` first, or add its --dir.",
        )
    };
    let dir = named.or_else(last).ok_or_else(not_running)?;
    let (what, vi, en) = match command {
        DemoCommand::Cut => ("cut", "Đã cắt đường truyền của Sông Công.", "The line of Sông Công is cut."),
        DemoCommand::Heal => ("heal", "Đã nối lại đường truyền.", "The line is mended."),
    };
    call(&dir.join("demo.sock"), &json!({ "do": what }), PATIENCE, "hopluu demo").map_err(|_| not_running())?;
    Ok(Answer::new(json!({ "line": what }), vi, en))
}
