//! An office of a commune with 10,000 changes of issues.

use std::path::Path;
use std::time::{Duration, Instant};

use hopluu_driver::Dice;
use hopluu_identity::DeviceKey;
use hopluu_model::Tick;
use hopluu_office::Office;
use hopluu_store::{MemoryIndex, Options, Store};
use hopluu_store_sled::DiskFiles;
use hopluu_view::View;
use serde_json::json;

use crate::Outcome;
use crate::figure::{Report, median, quantile};
use crate::programs::{Program, ask, command, relay_in, written_to_disks};
use crate::stage::{Cast, WALL, store};
use crate::stopwatch::{ms, now};
use crate::writing::{Writer, words};

const TABLE: &str = "an office with 10,000 changes of issues";
const CHANGES: usize = 10_000;
/// The latencies of the last so many edits count.
const TIMED: usize = 1_000;
/// Edits of which the bytes on the device are counted, and how often.
const COUNTED: usize = 999;
const ROUNDS: usize = 5;
const LOOK: Duration = Duration::from_millis(1);
const BOUND: Duration = Duration::from_secs(60);

pub(crate) fn measure(report: &mut Report, runs: usize) -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let home = enrol(dir.path())?;
    let office = Program::serve("hopluu", &home)?;
    let times = type_all(&home)?;
    let last = &times[CHANGES - TIMED..];
    report.goal(TABLE, "resident after typing them all", (office.resident_kib()? / 1_024.0, "MiB"), 60.0);
    report.plain(TABLE, "durable edit, typed to answered over the socket, p50", (median(last), "ms"));
    report.plain(TABLE, "durable edit, typed to answered over the socket, p99", (quantile(last, 0.99), "ms"));
    office.stop()?;
    let (mut starts, mut idle, mut used) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..runs {
        let begun = now();
        let office = Program::serve("hopluu", &home)?;
        starts.push(ms(begun, first_answer(&home)?));
        idle.push(office.resident_kib()? / 1_024.0);
        ask(&home, "issue.report", report_of(&format!("Sau khi khởi động lại lần {run}")))?;
        used.push(office.resident_kib()? / 1_024.0);
        office.stop()?;
    }
    report.goal(TABLE, "start to first answer (list of issues)", (median(&starts), "ms"), 500.0);
    report.goal(TABLE, "resident after a start", (median(&idle), "MiB"), 60.0);
    report.goal(TABLE, "resident after a start and an edit", (median(&used), "MiB"), 60.0);
    device_bytes(report)
}

/// A province that never runs a relay, its desk for a moment, and one office that joins.
fn enrol(dir: &Path) -> Outcome<std::path::PathBuf> {
    let (relay, desk, home) = (dir.join("relay"), dir.join("desk"), dir.join("office"));
    let (_, ticket, _) = relay_in(&relay)?;
    let text = desk.display().to_string();
    command("hopluu", &["province", "init", "--dir", &text, "--province", "19", "--relay", &ticket.to_text()])?;
    let running = Program::serve("hopluu", &desk)?;
    let invited = ask(&desk, "invite", json!({ "commune": "05518", "label": "Nhà A", "days": 1 }))?;
    running.stop()?;
    let code = invited["invitation"].as_str().unwrap_or_default().to_owned();
    command("hopluu", &["join", "--dir", &home.display().to_string(), &code])?;
    Ok(home)
}

/// Types reports, comments and moves through the socket, one after the other; gives the milliseconds of each.
fn type_all(home: &Path) -> Outcome<Vec<f64>> {
    let mut dice = hopluu_model::demo::DemoDice::new(3, "office");
    let (mut times, mut code) = (Vec::with_capacity(CHANGES), json!(null));
    for turn in 0..CHANGES {
        let (what, args) = match turn % 3 {
            0 => ("issue.report", report_of(&words(&mut dice, 200))),
            1 => ("issue.comment", json!({ "code": code, "text": words(&mut dice, 60) })),
            _ => ("issue.move", json!({ "code": code, "event": "solved" })),
        };
        let begun = now();
        let said = ask(home, what, args)?;
        times.push(ms(begun, now()));
        if turn % 3 == 0 {
            code = said["code"].clone();
        }
    }
    Ok(times)
}

fn report_of(text: &str) -> serde_json::Value {
    json!({ "category": "chu_ky_so", "cause": "khach_quan", "text": text })
}

fn first_answer(home: &Path) -> Outcome<Instant> {
    let begun = now();
    loop {
        match ask(home, "issue.list", json!({ "limit": 20 })) {
            Ok(_) => return Ok(now()),
            Err(error) if begun.elapsed() > BOUND => return Err(error),
            Err(_) => std::thread::park_timeout(LOOK),
        }
    }
}

/// The same edits three times: journal alone on the disk, index beside it, view beside both.
fn device_bytes(report: &mut Report) -> Outcome<()> {
    let cast = Cast::with_relay("127.0.0.1:1".to_owned(), 1)?;
    let key = &cast.communes[0].key;
    let journal = |dir: &Path| -> Outcome<Office> {
        let files = DiskFiles::new(dir, None)?;
        let options = Options::new(Dice::new().bytes());
        let (store, _) = Store::open(Box::new(files), Box::new(MemoryIndex::new()), options)?;
        cast.office_on(key, store, View::memory()?, 32)
    };
    let indexed = |dir: &Path| cast.office_on(key, store(dir)?, View::memory()?, 32);
    let whole = |dir: &Path| -> Outcome<Office> {
        let (view, _) = View::open(&dir.join("view.sqlite"), hopluu_view::Settings::default())?;
        cast.office_on(key, store(dir)?, view, 32)
    };
    let alone = count(&cast, key, &journal)?;
    let with_index = count(&cast, key, &indexed)?;
    let with_all = count(&cast, key, &whole)?;
    report.goal(TABLE, "written to the device per edit: journal", (alone, "KiB"), 6.0);
    report.plain(TABLE, "the same with index and saved documents beside it", (with_index, "KiB"));
    report.plain(TABLE, "the same with the view too", (with_all, "KiB"));
    Ok(())
}

/// KiB written to the device per edit, by whatever the whole machine writes meanwhile: the least of several rounds, each
/// with all that the kernel had put off.
fn count(cast: &Cast, key: &DeviceKey, open: &dyn Fn(&Path) -> Outcome<Office>) -> Outcome<f64> {
    let dir = tempfile::tempdir()?;
    let mut office = open(dir.path())?;
    let mut writer = Writer::new(key, "05518", cast.communes[0].issues(), 9);
    let mut least = f64::INFINITY;
    for round in 0..ROUNDS {
        rustix::fs::sync();
        let before = written_to_disks()?;
        edit(&mut office, &mut writer, round * COUNTED..(round + 1) * COUNTED)?;
        rustix::fs::sync();
        least = least.min((written_to_disks()? - before) / COUNTED as f64 / 1_024.0);
    }
    Ok(least)
}

fn edit(office: &mut Office, writer: &mut Writer, turns: std::ops::Range<usize>) -> Outcome<()> {
    for turn in turns {
        office.submit(&writer.next_edit(turn)?)?;
        office.commit(Tick(turn as u64), WALL)?;
        while office.poll().is_some() {}
    }
    Ok(())
}
