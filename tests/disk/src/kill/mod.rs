//! The real programs under load, killed with SIGKILL at moments drawn from a seed.

mod place;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use self::place::{Place, ask, until};
use crate::dice::Dice;
use crate::{Broken, ensure};

const COMMUNES: [&str; 2] = ["05518", "05665"];
/// Edits of one word: a page of them fits into one answer.
const PAGE: usize = 200;

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Draws who dies, and after how many edits.
    pub seed: u64,
    /// Deaths.
    pub rounds: usize,
    /// After so many deaths everything acknowledged is looked for at the offices.
    pub check_every: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// Deaths.
    pub rounds: usize,
    /// Deaths by program.
    pub killed: BTreeMap<String, usize>,
    /// Edits answered as saved.
    pub acknowledged: usize,
    /// Those of them that are gone.
    pub lost: Vec<String>,
    /// Times from start to ready, shortest first.
    pub restarts: Vec<Duration>,
}

/// What two offices type while everything around them dies.
struct Desk {
    stopped: AtomicBool,
    acknowledged: AtomicUsize,
    /// Per office the texts answered as saved.
    saved: [Mutex<Vec<String>>; 2],
}

impl Desk {
    fn saved(&self, office: usize) -> Vec<String> {
        self.saved[office].lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Types until told to stop, one edit after another.
    fn work(&self, office: usize, dir: &Path) {
        for number in 0.. {
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            // The first word names a page, by which the edit is found again; no page's word begins another's.
            let text = format!("trang{office}x{}z Khó khăn số {number}", number / PAGE);
            let args = json!({ "text": text, "category": "tru_so", "cause": "chua_ro" });
            if ask(dir, "issue.report", &args).is_some() {
                self.saved[office].lock().unwrap_or_else(PoisonError::into_inner).push(text);
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
            } else {
                thread::park_timeout(Duration::from_millis(2));
            }
        }
    }
}

/// One relay, the desk of a province and two offices on loopback.
struct Province {
    /// Relay, desk, offices.
    places: Vec<Place>,
    _root: TempDir,
}

impl Province {
    fn found() -> Result<Self, Broken> {
        let root = tempfile::Builder::new().prefix("hl").tempdir()?;
        let mut relay = Place::new("hopluu-relay", root.path(), "relay");
        let address = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.to_string();
        let made = relay.run(&["init", "--address", &address, "--bind", &address])?;
        relay.serve()?;
        let mut desk = Place::new("hopluu", root.path(), "desk");
        desk.run(&["province", "init", "--province", "19", "--relay", text(&made["ticket"])])?;
        desk.serve()?;
        let mut places = vec![relay, desk];
        for (name, commune) in ["a", "b"].into_iter().zip(COMMUNES) {
            let invited = places[1].run(&["invite", "--commune", commune, "--label", name])?;
            let mut office = Place::new("hopluu", root.path(), name);
            office.run(&["join", text(&invited["invitation"])])?;
            office.serve()?;
            until("a confirmed office", || {
                ask(&office.dir, "status", &json!({})).filter(|status| status["confirmed"] == true)
            })?;
            places.push(office);
        }
        Ok(Self { places, _root: root })
    }

    /// The acknowledged edits that a machine does not show.
    fn missing(&self, place: usize, saved: &[String]) -> Result<Vec<String>, Broken> {
        let mut pages: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for text in saved {
            pages.entry(text.split(' ').next().unwrap_or_default()).or_default().push(text);
        }
        let mut missing = Vec::new();
        for (word, texts) in pages {
            let shown = self.page(place, word)?;
            missing.extend(texts.into_iter().filter(|text| !shown.contains_key(*text)).cloned());
        }
        Ok(missing)
    }

    /// What a machine shows of a page: texts and sentences.
    fn page(&self, place: usize, word: &str) -> Result<BTreeMap<String, String>, Broken> {
        let args = json!({ "search": word, "limit": 2 * PAGE });
        let dir = &self.places[place].dir;
        let page = until("a list", || ask(dir, "issue.list", &args))?;
        let rows = page["rows"].as_array().cloned().unwrap_or_default();
        Ok(rows.iter().map(|row| (text(&row["text"]).to_owned(), text(&row["sentence"]["state"]).to_owned())).collect())
    }

    /// Whatever an office calls received by the province is shown there.
    fn sentences_are_true(&self, office: usize, saved: &[String]) -> Result<(), Broken> {
        let Some(word) = saved.last().and_then(|text| text.split(' ').next()) else { return Ok(()) };
        let told = self.page(office + 2, word)?;
        let shown = self.page(1, word)?;
        let early = told.iter().find(|(text, state)| *state == "at_province" && !shown.contains_key(*text));
        ensure(early.is_none(), || format!("called received by the province and not there: {early:?}"))
    }
}

/// Lets them die one after another, and looks for everything that was answered as saved.
///
/// # Errors
/// When a program does not come back, or a sentence was told too early. Lost edits are in the report.
pub fn run(plan: Plan) -> Result<Report, Broken> {
    let mut province = Province::found()?;
    let desk = Desk { stopped: AtomicBool::new(false), acknowledged: AtomicUsize::new(0), saved: Default::default() };
    let dirs: Vec<_> = province.places[2..].iter().map(|office| office.dir.clone()).collect();
    let mut report = Report::default();
    thread::scope(|scope| {
        for (office, dir) in dirs.iter().enumerate() {
            let desk = &desk;
            scope.spawn(move || desk.work(office, dir));
        }
        let done = rounds(plan, &mut province, &desk, &mut report);
        desk.stopped.store(true, Ordering::Relaxed);
        done
    })?;
    settle(&province, &desk, &mut report)?;
    report.restarts.sort_unstable();
    Ok(report)
}

fn rounds(plan: Plan, province: &mut Province, desk: &Desk, report: &mut Report) -> Result<(), Broken> {
    let mut dice = Dice::new(plan.seed, 0);
    for round in 1..=plan.rounds {
        let enough = desk.acknowledged.load(Ordering::Relaxed) + 1 + dice.below(8);
        until("some edits", || (desk.acknowledged.load(Ordering::Relaxed) >= enough).then_some(()))?;
        // Somewhere within the next edits, not only between two of them.
        thread::park_timeout(Duration::from_micros(dice.draw() % 8_000));
        let victim = &mut province.places[dice.below(4)];
        ensure(victim.kill()?, || format!("{} had ended by itself{}", victim.name, victim.tail()))?;
        *report.killed.entry(victim.name.clone()).or_default() += 1;
        report.restarts.push(victim.serve()?);
        report.rounds = round;
        if round % plan.check_every == 0 {
            for office in 0..2 {
                let saved = desk.saved(office);
                report.lost.extend(province.missing(office + 2, &saved)?);
                province.sentences_are_true(office, &saved)?;
            }
            ensure(report.lost.is_empty(), || format!("gone after round {round}: {:?}", report.lost))?;
        }
    }
    Ok(())
}

/// When all is quiet, everything must be everywhere.
fn settle(province: &Province, desk: &Desk, report: &mut Report) -> Result<(), Broken> {
    for office in 0..2 {
        let saved = desk.saved(office);
        report.acknowledged += saved.len();
        report.lost.extend(province.missing(office + 2, &saved)?);
        let mut last = Vec::new();
        let arrived = until("all edits at the desk", || {
            last = province.missing(1, &saved).ok()?;
            last.is_empty().then_some(())
        });
        arrived.map_err(|broken| {
            let status = ask(&province.places[office + 2].dir, "status", &json!({}));
            Broken(format!("{broken}: {} missing, as {:?}; {status:?}", last.len(), last.first()))
        })?;
        province.sentences_are_true(office, &saved)?;
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
