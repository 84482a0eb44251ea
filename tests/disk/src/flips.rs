//! Damage at rest: single bits, truncations, segments deleted and swapped; in the journal and in sled's files.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use hopluu_store::{MemoryIndex, Options, Pair, Recovery, Store};
use hopluu_store_sled::{Settings, open_store};
use tempfile::TempDir;

use crate::copies::{Tree, memory, read_tree, scratch, write_tree};
use crate::dice::Dice;
use crate::oracle;
use crate::platter::Cut;
use crate::trace::{Image, Recorder};
use crate::watch::Watch;
use crate::world::{JOURNAL, Promise, World, lay_out};
use crate::{Broken, ensure};

/// Flips made over one world.
const PER_WORLD: u64 = 250;

/// What lies there when the damage comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The journal.
    Journal,
    /// The index's files, and the layout file.
    Index,
}

/// What a run met.
#[derive(Debug, Default)]
pub struct Report {
    /// Cases tried.
    pub cases: u64,
    /// Promised records that were gone, and named.
    pub named: u64,
    /// What each kind came to.
    pub counts: BTreeMap<String, u64>,
    /// Cases that broke a promise.
    pub failures: Vec<(u64, Broken)>,
    /// The longest case: three openings and all comparisons.
    pub slowest: Duration,
}

impl Report {
    fn note(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }
}

/// Damages so many stores, one place each, and opens them.
///
/// # Errors
/// When a store could not even be filled.
pub fn run(over: Over, seed: u64, count: u64, only: Option<u64>) -> Result<Report, Broken> {
    let (mut report, mut watch) = (Report::default(), Watch::new());
    let mut from = 0;
    while from < count {
        let cases = from..(from + PER_WORLD).min(count);
        from += PER_WORLD;
        if only.is_some_and(|only| !cases.contains(&only)) {
            continue;
        }
        let world = World::live(seed + cases.start / PER_WORLD)?;
        let rest = Rest::of(&world)?;
        for case in cases.filter(|case| only.is_none_or(|only| only == *case)) {
            watch.next(format!("{over:?} seed {seed} case {case}"));
            let mut dice = Dice::new(seed, case.wrapping_add(1 << 32));
            let tried = catch_unwind(AssertUnwindSafe(|| match over {
                Over::Journal => journal(&rest, &mut dice, &mut report),
                Over::Index => index(&rest, &mut dice, &mut report),
            }));
            watch.done();
            report.cases += 1;
            match tried {
                Ok(Ok(())) => {}
                Ok(Err(broken)) => report.failures.push((case, broken)),
                Err(_) => report.failures.push((case, Broken("a panic".into()))),
            }
        }
    }
    report.slowest = watch.slowest();
    Ok(report)
}

/// A store at rest, closed in good order, in copies to be damaged.
struct Rest<'a> {
    promise: Promise<'a>,
    segment_bytes: u64,
    journal: Image,
    pairs: Vec<Pair>,
    older: Vec<Pair>,
    dir: TempDir,
    closed: Tree,
    killed: Tree,
}

impl<'a> Rest<'a> {
    fn of(world: &'a World) -> Result<Self, Broken> {
        let life = world.lives.last().ok_or_else(|| Broken("a world without lives".into()))?;
        let journal = life.platter(life.ops.len()).cut(Cut::Kept, &mut Dice::new(1, 1));
        let index = MemoryIndex::new();
        let disk = Recorder::over(journal);
        drop(open(&disk, world.segment_bytes, &index)?);
        let older = life.shots.get(life.shots.len() / 2).map(|shot| shot.pairs.clone()).unwrap_or_default();
        let dir = scratch()?;
        lay_out(dir.path(), &disk.files(), None)?;
        let opened = open_store(dir.path(), settings(world.segment_bytes)).map_err(|e| Broken(crate::chain(&e)))?;
        let killed = read_tree(&dir.path().join("index"))?;
        drop(opened);
        let all = hopluu_store::Span::prefix(b"");
        let pairs = hopluu_store::Index::scan(&index, &all).map_err(|e| Broken(crate::chain(&e)))?;
        Ok(Self {
            promise: life.promise(life.ops.len()),
            segment_bytes: world.segment_bytes,
            journal: disk.files(),
            pairs,
            older,
            closed: read_tree(&dir.path().join("index"))?,
            killed,
            dir,
        })
    }
}

fn settings(segment_bytes: u64) -> Settings {
    Settings { segment_bytes, cache_bytes: 1 << 20, behind_bytes: 0, ..Settings::new(JOURNAL) }
}

fn open(disk: &Recorder, segment_bytes: u64, index: &MemoryIndex) -> Result<(Store, Recovery), Broken> {
    let options = Options { segment_bytes, new_journal_id: [8; 16] };
    Ok(Store::open(Box::new(disk.clone()), Box::new(index.clone()), options)?)
}

/// Damages one place of a journal; says how.
fn damage(journal: &mut Image, dice: &mut Dice) -> &'static str {
    let names: Vec<String> = journal.keys().cloned().collect();
    let name = names[dice.below(names.len())].clone();
    let bytes = journal.get_mut(&name).map(Vec::as_mut_slice).unwrap_or_default();
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let (at, what) = match dice.below(20) {
        0 => (dice.below(48), "a bit of a header"),
        1 => (dice.below(bytes.len()), "a bit anywhere"),
        2 => (used + dice.below(100), "a bit of the reserve"),
        3 => {
            let len = dice.below(bytes.len());
            journal.entry(name).and_modify(|bytes| bytes.truncate(len));
            return "a segment cut short";
        }
        4 => {
            journal.remove(&name);
            return "a segment deleted";
        }
        5 => {
            let other = names[dice.below(names.len())].clone();
            let (a, b) = (journal[&name].clone(), journal[&other].clone());
            journal.insert(name, b);
            journal.insert(other, a);
            return "two segments swapped";
        }
        _ => (dice.below(used), "a bit in use"),
    };
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
    what
}

fn journal(rest: &Rest<'_>, dice: &mut Dice, report: &mut Report) -> Result<(), Broken> {
    let mut image = rest.journal.clone();
    let what = damage(&mut image, dice);
    let (index, age) = match dice.below(4) {
        0 => (memory(&rest.older), "an index some commits behind"),
        1 => (Ok(MemoryIndex::new()), "no index"),
        _ => (memory(&rest.pairs), "a whole index"),
    };
    let index = index.map_err(|error| Broken(crate::chain(&error)))?;
    let is_bit = what.starts_with("a bit");
    // What is gone from the very end is known from the index alone; without its mark it looks like a commit that never
    // ended, and is said to be cut where bytes of it are left.
    let is_told = age == "a whole index";
    let disk = Recorder::over(image.clone());
    let (store, first) = open(&disk, rest.segment_bytes, &index)?;
    let gone = match oracle::named(&store, &first, rest.promise) {
        Err(broken) if !is_told && broken.0.contains("gone without a word") => {
            ensure(!is_bit || !first.cut.is_empty(), || format!("{what}, {age}: {broken}"))?;
            report.note(format!("{what}, {age}: the last commit looks torn; said as cut: {}", !first.cut.is_empty()));
            return Ok(());
        }
        named => named.map_err(|broken| Broken(format!("{what}, {age}: {broken}")))?,
    };
    report.named += gone;
    report.note(format!("{what}: {}", if gone == 0 { "all there" } else { "named" }));
    drop(store);
    // The index may be lost between two openings: what was named stays named, what was there stays there.
    let index = if dice.percent(50) { MemoryIndex::new() } else { index };
    let (mut store, second) = open(&disk, rest.segment_bytes, &index)?;
    ensure(second.end.number >= first.end.number, || {
        format!("{what}, {age}: less after a second opening: {second:?}")
    })?;
    let covered = (1..=first.end.number).all(|number| {
        let is_named = second.damaged.iter().any(|(from, to)| (*from..=*to).contains(&number));
        is_named || matches!(store.read(number), Ok(Some(_)))
    });
    ensure(covered, || format!("{what}, {age}: damage is forgotten: {second:?} after {first:?}"))?;
    let new = oracle::append(&mut store)?;
    drop(store);
    let (store, third) = open(&disk, rest.segment_bytes, &index)?;
    oracle::appended(&store, &third, &new).map_err(|broken| Broken(format!("{what}, {age}: {broken}")))
}

fn index(rest: &Rest<'_>, dice: &mut Dice, report: &mut Report) -> Result<(), Broken> {
    let (tree, state) = if dice.percent(25) { (&rest.killed, "killed") } else { (&rest.closed, "closed") };
    let mut tree = tree.clone();
    let dir = rest.dir.path();
    if dir.join("index").is_dir() {
        fs::remove_dir_all(dir.join("index"))?;
    }
    let (what, layout) = if dice.percent(5) {
        let mut layout = *b"1\n";
        layout[dice.below(2)] ^= 1 << dice.below(8);
        ("layout".to_owned(), layout)
    } else {
        let path = tree.keys().nth(dice.below(tree.len())).cloned().unwrap_or_default();
        let bytes = tree.get_mut(&path).map(Vec::as_mut_slice).unwrap_or_default();
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let within = if dice.percent(80) { used } else { bytes.len() };
        if let Some(byte) = bytes.get_mut(dice.below(within)) {
            *byte ^= 1 << dice.below(8);
        }
        (path.rsplit('/').next().unwrap_or_default().chars().take(4).collect(), *b"1\n")
    };
    write_tree(&dir.join("index"), &tree)?;
    fs::write(dir.join("layout"), layout)?;
    let failed = |broken: Broken| Broken(format!("{state}, a bit of {what}: {broken}"));
    for _ in 0..2 {
        let opened = open_store(dir, settings(rest.segment_bytes)).map_err(|e| failed(Broken(crate::chain(&e))))?;
        report.note(format!("{state}, a bit of {what}: index {:?}", opened.index));
        oracle::whole(&opened.store, &opened.recovery, rest.promise).map_err(failed)?;
    }
    Ok(())
}
