//! The running office.

use std::sync::Arc;
use std::time::Duration;

use hopluu_desk::{About, Desk, Shared};
use hopluu_driver::control::{Control, ControlError};
use hopluu_driver::{Clock, Complaint, Dice, Exit, logs, start};
use hopluu_transport::{Config as LineConfig, Identity};
use hopluu_view::Reader;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::door::NodeDoor;
use crate::home::{Home, Profile};
use crate::machine::NodeMachine;
use crate::pages::Site;
use crate::{answer, chores, config, opening};

/// Readers that answer questions side by side.
const READERS: usize = 2;
/// News that a slow page may be behind before it is told to look at everything anew.
const NEWS: usize = 256;

/// Runs the office until it is told to stop.
pub(crate) fn serve(home: &Home, json: bool) -> Result<Exit, Complaint> {
    let settings = config::read(home.dir())?;
    logs::start(settings.get("log.level"), if json { logs::Shape::Json } else { logs::Shape::Lines });
    let clock = Clock::with_offset(settings.parse("clock.offset_ms").unwrap_or(0));
    let (office, profile) = opening::open(home, &settings, clock.wall())?;
    let (key, _) = home.read()?;
    let identity = Identity::from_seed(key.seed());
    let mut line = LineConfig::office();
    if settings.get("line.mtu_probe") == "off" {
        line.mtu_probe = None;
    }
    line.idle_timeout = Duration::from_secs(settings.parse("line.idle_s").unwrap_or(40).max(2));
    line.keep_alive = line.idle_timeout.mul_f32(0.35);
    let cache_kib = settings.parse("cache.view_kib").unwrap_or(2_048);
    let readers: Result<Vec<Reader>, _> = (0..READERS).map(|_| Reader::open(&home.view(), cache_kib)).collect();
    let readers = readers.map_err(|error| crate::failed("view-open", &error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| crate::failed("runtime", &error))?;
    runtime.block_on(async {
        let control = Control::bind(&home.socket()).map_err(|error| socket(home, &error))?;
        let site = Site::bind(home, &settings, profile.side).await?;
        let (live, (news, _)) = (Shared::default(), broadcast::channel(NEWS));
        let about = about(home, &profile);
        let told = (Arc::clone(&live), news.clone());
        let machine = NodeMachine::new(home.clone(), settings, (office, profile), told);
        let handle = start(machine, &identity, line, clock).map_err(|error| crate::failed("start", &error))?;
        let door = NodeDoor { handle: handle.clone(), clock, dice: Dice::new() };
        let desk = Arc::new(Desk::new(Box::new(door), readers, about, (live, news)));
        let answering = {
            let desk = Arc::clone(&desk);
            tokio::spawn(control.serve(move |request| {
                let desk = Arc::clone(&desk);
                async move { answer::answer(&desk, request).await }
            }))
        };
        let setup_code = desk.open_people().await.unwrap_or_else(|refusal| {
            tracing::error!(code = refusal.code, "the accounts cannot be read yet");
            None
        });
        say(json, (&key.id().to_string(), home), site.as_ref(), setup_code.as_deref());
        let serving = site.map(|site| site.serve(Arc::clone(&desk)));
        let doing = chores::start(desk);
        stopped(&handle).await.map_err(|error| crate::failed("signals", &error))?;
        answering.abort();
        doing.abort();
        serving.inspect(JoinHandle::abort);
        handle.shutdown().await;
        Ok(Exit::Ok)
    })
}

/// Says on the console that the office runs, where its pages are, and with which code the first account is made.
fn say(json: bool, (device, home): (&str, &Home), site: Option<&Site>, setup_code: Option<&str>) {
    let pages = site.map(Site::address);
    tracing::info!(device, dir = %home.dir().display(), pages, "ready");
    if json {
        println!("{}", json!({ "ready": true, "device": device, "pages": pages, "setup_code": setup_code }));
        return;
    }
    if let Some(pages) = pages {
        println!("Các trang · Pages: {pages}");
        if let Some(fingerprint) = site.and_then(|site| site.fingerprint.as_deref()) {
            println!("Dấu vân tay chứng thư (SHA-256) · Certificate fingerprint: {fingerprint}");
        }
        if let Some(code) = setup_code {
            println!("Mã cài đặt lần đầu · First set-up code: {code}");
        }
    }
}

/// What the desk is told of this office.
fn about(home: &Home, profile: &Profile) -> About {
    About {
        collection: profile.collection,
        province: profile.province,
        side: profile.side,
        letter: profile.letter.clone(),
        label: profile.label.clone(),
        relay: profile.relay.clone(),
        invited_until: profile.invited_until,
        program: opening::PROGRAM,
        dir: home.dir().to_owned(),
    }
}

/// Waits for a signal to stop, or for the machine to end by itself.
async fn stopped<C>(handle: &hopluu_driver::Handle<C>) -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = handle.ended() => tracing::error!("the machine ended by itself"),
    }
    Ok(())
}

fn socket(home: &Home, error: &ControlError) -> Complaint {
    match error {
        ControlError::InUse { .. } => Complaint::new(
            Exit::InUse,
            "data-dir-in-use",
            format!("Văn phòng trong {} đang chạy rồi.", home.dir().display()),
            format!("The office in {} is running already.", home.dir().display()),
        ),
        other => home.unusable(other),
    }
}
