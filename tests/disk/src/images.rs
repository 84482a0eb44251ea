//! Crash images: at every operation, drop, tear and reorder what was not synced, beside an index from any time.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hopluu_store::{MemoryIndex, Options, Store, WriteBehind};
use hopluu_store_sled::{IndexHome, Settings, open_store};

use crate::copies::{Tree, harm, memory, read_tree, scratch};
use crate::dice::Dice;
use crate::oracle;
use crate::platter::Cut;
use crate::trace::{Image, Recorder};
use crate::world::{JOURNAL, Life, Promise, World, lay_out};
use crate::{Broken, ensure};

/// Images made of one world.
const PER_WORLD: u64 = 500;

/// Which images to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// From this seed.
    pub seed: u64,
    /// So many.
    pub count: u64,
    /// Every so many-th with real files and a real sled.
    pub real_every: u64,
    /// Only this one.
    pub only: Option<u64>,
}

/// What a run of images met.
#[derive(Debug, Default)]
pub struct Report {
    /// Images opened.
    pub images: u64,
    /// What each kind of image, and each kind of finding, came to.
    pub counts: BTreeMap<String, u64>,
    /// Images that broke a promise: the number, and how.
    pub failures: Vec<(u64, Broken)>,
}

impl Report {
    fn note(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }
}

/// Makes images and opens each.
///
/// # Errors
/// When a world could not even be lived through.
pub fn run(plan: Plan) -> Result<Report, Broken> {
    let mut report = Report::default();
    let mut from = 0;
    while from < plan.count {
        let to = (from + PER_WORLD).min(plan.count);
        let wanted = from..to;
        if plan.only.is_none_or(|only| wanted.contains(&only)) {
            let world = World::live(plan.seed.wrapping_add(from / PER_WORLD))
                .map_err(|broken| Broken(format!("world {}: {broken}", plan.seed + from / PER_WORLD)))?;
            for number in wanted.filter(|number| plan.only.is_none_or(|only| only == *number)) {
                let is_real = plan.real_every > 0 && number % plan.real_every == 0;
                let opened = catch_unwind(AssertUnwindSafe(|| image(&world, number, is_real, &mut report)));
                report.images += 1;
                match opened {
                    Ok(Ok(())) => {}
                    Ok(Err(broken)) => report.failures.push((number, broken)),
                    Err(_) => report.failures.push((number, Broken("a panic".into()))),
                }
            }
        }
        from = to;
    }
    Ok(report)
}

/// Where the index comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Now,
    Older,
    Newer,
    None,
}

impl Age {
    fn draw(dice: &mut Dice) -> Self {
        match dice.below(10) {
            0..4 => Self::Now,
            4..7 => Self::Older,
            7 => Self::Newer,
            _ => Self::None,
        }
    }

    /// The copy of that age, of those for which `has` holds.
    fn choose<'a, T>(
        self,
        life: &'a Life,
        ops: usize,
        dice: &mut Dice,
        has: impl Fn(&'a crate::world::Shot) -> Option<T>,
    ) -> Option<T> {
        let shots = || life.shots.iter().filter(|shot| has(shot).is_some());
        let past: Vec<_> = shots().filter(|shot| shot.at <= ops).collect();
        let later: Vec<_> = shots().filter(|shot| shot.at > ops).collect();
        let shot = match self {
            Self::Now => past.last().copied(),
            Self::Older => past.get(dice.below(past.len())).copied(),
            Self::Newer => later.get(dice.below(later.len())).copied(),
            Self::None => None,
        };
        shot.and_then(has)
    }
}

fn image(world: &World, number: u64, is_real: bool, report: &mut Report) -> Result<(), Broken> {
    let mut dice = Dice::new(world.seed, number + 1);
    let moments = world.moments();
    // Spread evenly over the trace, so that no operation is passed over.
    let place = usize::try_from(number % PER_WORLD).unwrap_or(0) * moments.len() / PER_WORLD as usize;
    let (life, ops) = moments[(place + dice.below(3)).min(moments.len() - 1)];
    let life = &world.lives[life];
    let platter = life.platter(ops);
    let cut = Cut::ALL[dice.below(Cut::ALL.len())];
    let files = platter.cut(cut, &mut dice);
    let promise = life.promise(ops);
    let age = Age::draw(&mut dice);
    report.note(format!("power cut {cut:?}"));
    report.note(if platter.is_waiting() { "with something unsynced" } else { "with everything synced" });
    if is_real {
        report.note(format!("sled's files {age:?}"));
        let mut tree = age.choose(life, ops, &mut dice, |shot| shot.tree.as_ref()).cloned();
        if let Some(tree) = &mut tree {
            report.note(format!("sled: {}", harm(tree, &mut dice)));
        }
        return real(world, &files, tree.as_ref(), (promise, age), report);
    }
    report.note(format!("index {age:?}"));
    let pairs = age.choose(life, ops, &mut dice, |shot| Some(&shot.pairs));
    let index = pairs.map_or_else(|| Ok(MemoryIndex::new()), |pairs| memory(pairs)).map_err(index_failed)?;
    in_memory(world, files, index, (promise, age), report)
}

fn index_failed(error: hopluu_store::IndexError) -> Broken {
    Broken(crate::chain(&error))
}

fn in_memory(
    world: &World,
    files: Image,
    index: MemoryIndex,
    (promise, age): (Promise<'_>, Age),
    report: &mut Report,
) -> Result<(), Broken> {
    let disk = Recorder::over(files.clone());
    let open = || {
        let options = Options { segment_bytes: world.segment_bytes, new_journal_id: JOURNAL };
        let behind = WriteBehind::new(Box::new(index.clone()), 5_000);
        Store::open(Box::new(disk.clone()), Box::new(behind), options)
    };
    let (store, first) = open()?;
    judge(&store, &first, promise, age, report)?;
    oracle::said(&files, &disk.files(), &first)?;
    drop(store);
    let (mut store, second) = open()?;
    oracle::quiet(&second, &first)?;
    if first.is_whole() {
        oracle::agrees(&store, promise)?;
    }
    let new = oracle::append(&mut store)?;
    drop(store);
    let (store, third) = open()?;
    oracle::appended(&store, &third, &new)
}

fn judge(
    store: &Store,
    recovery: &hopluu_store::Recovery,
    promise: Promise<'_>,
    age: Age,
    report: &mut Report,
) -> Result<(), Broken> {
    report.note(if recovery.cut.is_empty() { "nothing cut" } else { "cut and said" });
    if age == Age::Newer && !recovery.is_whole() {
        // The index remembers promises of a later time than the journal's: that is a loss, and must be named.
        report.note("an index that knows more names the loss");
        let gone = oracle::named(store, recovery, promise)?;
        return ensure(gone == 0, || format!("{gone} promised records are gone: {recovery:?}"));
    }
    oracle::whole(store, recovery, promise)
}

fn real(
    world: &World,
    files: &Image,
    tree: Option<&Tree>,
    (promise, age): (Promise<'_>, Age),
    report: &mut Report,
) -> Result<(), Broken> {
    let dir = scratch()?;
    lay_out(dir.path(), files, tree)?;
    let settings = Settings {
        segment_bytes: world.segment_bytes,
        cache_bytes: 1 << 20,
        behind_bytes: 3_000,
        ..Settings::new(JOURNAL)
    };
    let open = || open_store(dir.path(), settings).map_err(|error| Broken(crate::chain(&error)));
    let first = open()?;
    report.note(format!("the index is {:?}", first.index));
    ensure(first.index != IndexHome::Memory, || "the index went into memory".into())?;
    judge(&first.store, &first.recovery, promise, age, report)?;
    let after: Image = read_tree(&dir.path().join("journal"))?;
    oracle::said(files, &after, &first.recovery)?;
    let first_recovery = first.recovery.clone();
    drop(first.store);
    let mut second = open()?;
    oracle::quiet(&second.recovery, &first_recovery)?;
    if first_recovery.is_whole() {
        oracle::agrees(&second.store, promise)?;
    }
    let new = oracle::append(&mut second.store)?;
    drop(second.store);
    let third = open()?;
    oracle::appended(&third.store, &third.recovery, &new)
}
