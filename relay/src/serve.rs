//! Runs the relay until it is told to stop.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use hopluu_driver::control::Control;
use hopluu_driver::settings::{Settings, SettingsError};
use hopluu_driver::{Clock, Complaint, Dice, Handle, logs, start};
use hopluu_store::PictureQuota;
use hopluu_transport::{Config, Identity as LineIdentity};
use serde_json::{Value, json};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Console;
use crate::complaints;
use crate::home::Home;
use crate::machine::{Command, Relay, RelayError, Room};

/// Threads for lines and local clients; the machine has one of its own.
const THREADS: usize = 2;

/// What `serve` reads from the settings.
struct Plan {
    transport: Config,
    room: Room,
    clock: Clock,
}

impl Plan {
    fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let bind: SocketAddr = settings.parse("relay.bind")?;
        let max_accepted: u16 = settings.parse("relay.max_connections")?;
        let cache_mib: u64 = settings.parse("store.cache_mib")?;
        let pictures_mib: u64 = settings.parse("pictures.quota_mib")?;
        Ok(Self {
            transport: Config { max_accepted: max_accepted.into(), ..Config::relay(bind) },
            room: Room { cache_bytes: cache_mib << 20, pictures: PictureQuota::relay(pictures_mib << 20) },
            clock: Clock::with_offset(settings.parse("clock.offset_ms")?),
        })
    }
}

/// Runs the relay of a data directory until SIGTERM or SIGINT.
pub(crate) fn serve(dir: &Path, bind: Option<SocketAddr>, console: Console) -> Result<(), Complaint> {
    let home = Home::at(dir);
    let identity = home.identity().map_err(|error| complaints::of_home(&error, dir))?;
    let settings = crate::settings::read(&home, bind)?;
    let plan = Plan::read(&settings).map_err(|error| complaints::of_settings(&error))?;
    logs::start(settings.get("log.level"), settings.get("log.shape").parse().unwrap_or_default());
    let line_identity = LineIdentity::from_seed(identity.key.seed());
    let relay = Relay::open(home.clone(), identity, plan.room, Dice::new()).map_err(|error| match error {
        RelayError::Open(error) => complaints::of_store(&error, dir),
        RelayError::Home(error) => complaints::of_home(&error, dir),
        error @ (RelayError::Mailbox(_) | RelayError::Closed) => complaints::of_relay(&error, dir),
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| complaints::failed().because(&error))?;
    runtime.block_on(async {
        let handle = start(relay, &line_identity, plan.transport, plan.clock);
        let handle = handle.map_err(|error| complaints::of_start(&error))?;
        let done = run(&home, &handle, &line_identity, console).await;
        handle.shutdown().await;
        done
    })
}

async fn run(
    home: &Home,
    handle: &Handle<Command>,
    identity: &LineIdentity,
    console: Console,
) -> Result<(), Complaint> {
    let failed = |error: io::Error| complaints::failed().because(&error);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let control = Control::bind(&home.socket()).map_err(|error| complaints::of_control(&error, home.dir()))?;
    let address = handle.local_addr().map_err(failed)?;
    let answering = {
        let (home, handle) = (home.clone(), handle.clone());
        tokio::spawn(control.serve(move |request| answer(home.clone(), handle.clone(), request)))
    };
    let device = identity.device().to_string();
    tracing::info!(%address, device, "ready");
    if console.json {
        println!("{}", json!({ "ready": true, "address": address.to_string(), "device": device }));
    }
    let done = until_stopped(handle, &mut terminate, &mut interrupt).await;
    answering.abort();
    // Waits until the socket is gone, so that whoever sees the process end may start another.
    let _ = answering.await;
    done
}

async fn until_stopped(
    handle: &Handle<Command>,
    terminate: &mut Signal,
    interrupt: &mut Signal,
) -> Result<(), Complaint> {
    tokio::select! {
        _ = terminate.recv() => tracing::info!("asked to stop"),
        _ = interrupt.recv() => tracing::info!("interrupted"),
        () = handle.ended() => return Err(complaints::failed()),
    }
    Ok(())
}

async fn answer(home: Home, handle: Handle<Command>, request: Value) -> Value {
    let ended = |_| json!({ "error": { "code": "stopping" } });
    let answer = match request["do"].as_str() {
        Some("status") => handle.ask(Command::Status).await.map(|mut status| {
            status.address = handle.local_addr().map(|address| address.to_string()).unwrap_or_default();
            status.journal_bytes = journal_bytes(&home.journal());
            status.memory_kib = memory_kib();
            json!(status)
        }),
        Some("devices") => handle.ask(Command::Devices).await.map(|devices| json!(devices)),
        _ => Ok(json!({ "error": { "code": "unknown-request" } })),
    };
    answer.unwrap_or_else(ended)
}

/// Size of all segments as they lie on the disk, the room reserved in the last one included.
fn journal_bytes(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
