//! A fresh province desk: everything of 170 communes through a relay, then one edit in each.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hopluu_model::{ChangeHash, DeviceId, DocId};
use hopluu_transport::{Config, ConnId};
use hopluu_view::{Reader, View};
use tempfile::TempDir;

use crate::Outcome;
use crate::callers::Caller;
use crate::figure::{Report, median};
use crate::first_edit::held;
use crate::machine::{Counted, Inner, Running, run};
use crate::programs::{Program, relay_in};
use crate::stage::{Cast, hand_in, store};
use crate::stopwatch::{Marks, ms, now};
use crate::writing::Writer;

const FETCH: &str = "a fresh province desk: 170 documents of 500 changes, loopback";
const EACH: &str = "then one edit in each of the 170 communes";
pub(crate) const DOCS: usize = 170;
pub(crate) const CHANGES: usize = 500;
/// How many changes a commune's office sent at a time, in the history that the relay holds.
const BATCH: usize = 10;
const BOUND: Duration = Duration::from_secs(180);
const CACHE_MIB: usize = 256;

pub(crate) async fn measure(report: &mut Report, runs: usize) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let (key, ticket, at) = relay_in(dir.path())?;
    let cast = Cast::new(key, ticket, DOCS)?;
    let mut writers = fill(dir.path(), &cast)?;
    let relay = Program::serve("hopluu-relay", dir.path())?;
    let empty_hands = relay.resident_kib()?;
    let (mut held, mut shown, mut bytes, mut memory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut desk = None;
    for _ in 0..runs {
        if let Some(Desk { running, .. }) = desk.take() {
            running.handle.shutdown().await;
        }
        let fresh = Desk::start(&cast, at, Wanted::of(&writers))?;
        let begun = now();
        held.push(ms(begun, fresh.running.marks.wait("held", BOUND).await?) / 1_000.0);
        shown.push(ms(begun, fresh.running.marks.wait("shown", BOUND).await?) / 1_000.0);
        fresh.check(&writers)?;
        bytes.push(fresh.running.handle.lines().stats(ConnId(1)).map_or(0.0, |stats| stats.bytes_down as f64 / 1e6));
        memory.push(relay.resident_kib()? / 1_024.0);
        desk = Some(fresh);
    }
    report.goal(FETCH, "held (all clocks equal, on disk)", (median(&held), "s"), 1.1);
    report.goal(FETCH, "shown (view folded)", (median(&shown), "s"), 4.0);
    report.plain(FETCH, "UDP payload down", (median(&bytes), "MB"));
    report.plain(FETCH, "relay's resident memory, just started", (empty_hands / 1_024.0, "MiB"));
    report.plain(FETCH, "relay's resident memory, after serving", (median(&memory), "MiB"));
    if let Some(desk) = desk {
        each(report, &cast, &mut writers, (&desk, at), runs).await?;
        desk.running.handle.shutdown().await;
    }
    Ok(())
}

/// All communes are connected; each sends one edit in the same moment.
async fn each(
    report: &mut Report,
    cast: &Cast,
    writers: &mut [Writer],
    (desk, at): (&Desk, SocketAddr),
    runs: usize,
) -> Outcome<()> {
    let keys: Vec<_> = cast.communes.iter().map(|commune| &commune.key).collect();
    let relay: (DeviceId, SocketAddr) = (cast.relay.id(), at);
    let callers = Caller::connect(&keys, relay, cast.roster.version()).await?;
    let (mut held, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let mut frames = Vec::with_capacity(callers.len());
        for writer in &mut *writers {
            let edit = writer.report()?;
            writer.write(&edit)?;
            frames.push(writer.packs(writer.runs.len() - 1, 1)?);
        }
        desk.want(Wanted::of(writers));
        desk.running.marks.clear();
        let begun = now();
        for (caller, frames) in callers.iter().zip(&frames) {
            for frame in frames {
                caller.say(frame)?;
            }
        }
        held.push(ms(begun, desk.running.marks.wait("held", BOUND).await?) / 1_000.0);
        shown.push(ms(begun, desk.running.marks.wait("shown", BOUND).await?) / 1_000.0);
        desk.check(writers)?;
    }
    report.goal(EACH, "all held at the province", (median(&held), "s"), 0.2);
    report.goal(EACH, "all shown at the province", (median(&shown), "s"), 0.5);
    Ok(())
}

/// Lets every commune write its document and the relay take it in; gives the writers back.
pub(crate) fn fill(dir: &Path, cast: &Cast) -> Outcome<Vec<Writer>> {
    let (left, right) = cast.communes[..DOCS].split_at(DOCS / 2);
    let write = |communes: &[crate::stage::Commune]| -> Outcome<Vec<Writer>> {
        let write = |commune: &crate::stage::Commune| {
            let mut writer = Writer::new(&commune.key, &commune.code, commune.issues(), 11);
            writer.write_issues(CHANGES).map(|()| writer)
        };
        communes.iter().map(write).collect()
    };
    let mut writers = std::thread::scope(|scope| -> Outcome<Vec<Writer>> {
        let other = scope.spawn(|| write(right));
        let mut writers = write(left)?;
        writers.extend(other.join().map_err(|_| "writing failed")??);
        Ok(writers)
    })?;
    let mut relay = cast.relay_on(store(dir)?)?;
    for (commune, writer) in cast.communes.iter().zip(&mut writers) {
        hand_in(&mut relay, commune, writer.packs(0, BATCH)?)?;
    }
    if held(&relay) != (DOCS * CHANGES) as u64 {
        return Err("the relay did not take everything".into());
    }
    cast.own(dir)?;
    Ok(writers)
}

/// What the desk is to hold and to show.
struct Wanted {
    changes: u64,
    /// The last change of each document.
    heads: Vec<(DocId, ChangeHash)>,
}

impl Wanted {
    fn of(writers: &[Writer]) -> Self {
        let changes = writers.iter().map(|writer| writer.runs.len() as u64).sum();
        let heads = writers.iter().filter_map(|writer| Some((writer.doc, writer.runs.last()?.hash)));
        Self { changes, heads: heads.collect() }
    }
}

/// A province desk in this process.
struct Desk {
    running: Running,
    wanted: Arc<Mutex<Wanted>>,
    reader: Reader,
    _dir: TempDir,
}

impl Desk {
    fn start(cast: &Cast, relay: SocketAddr, wanted: Wanted) -> Outcome<Self> {
        let dir = tempfile::tempdir()?;
        let (view, _) = View::open(&dir.path().join("view.sqlite"), hopluu_view::Settings::default())?;
        let reader = view.reader()?;
        let office = cast.office_on(&cast.desk, store(dir.path())?, view, CACHE_MIB)?;
        let wanted = Arc::new(Mutex::new(wanted));
        let known = Arc::clone(&wanted);
        let look = move |inner: &Inner, counted: &Counted, marks: &Marks| {
            look(inner, (counted, &known.lock().unwrap_or_else(PoisonError::into_inner)), marks);
        };
        let inner = Inner::Office(Box::new(office));
        let running = run(inner, &cast.desk, Config::office(), vec![relay.to_string()], Box::new(look))?;
        Ok(Self { running, wanted, reader, _dir: dir })
    }

    fn want(&self, wanted: Wanted) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
    }

    /// Whether people would see every issue.
    fn check(&self, writers: &[Writer]) -> Outcome<()> {
        let written: usize = writers.iter().map(Writer::issues).sum();
        let shown = self.reader.totals(&[])?.issues;
        if usize::try_from(shown)? == written {
            Ok(())
        } else {
            Err(format!("{shown} of {written} issues are shown").into())
        }
    }
}

/// Notes when everything is held, and when the view shows all of it. The receipts would not do: those of an earlier desk
/// come back from the relay.
fn look(inner: &Inner, (counted, wanted): (&Counted, &Wanted), marks: &Marks) {
    // Looked at only when enough has come, so that looking costs next to nothing.
    if counted.changes.load(Ordering::SeqCst) < wanted.changes || marks.at("shown").is_some() {
        return;
    }
    let Inner::Office(office) = inner else { return };
    let holds = |(doc, head): &(DocId, ChangeHash)| {
        let clock = office.mailbox().store().clock(doc).unwrap_or_default();
        clock.0.values().any(|tip| tip.hash == *head)
    };
    if marks.at("held").is_none() && wanted.heads.iter().all(holds) {
        marks.note("held");
    }
    let shows = |(doc, head): &(DocId, ChangeHash)| {
        office.view().heads(*doc).ok().flatten().is_some_and(|heads| heads == [*head])
    };
    if wanted.heads.iter().all(shows) {
        marks.note("shown");
    }
}
