//! A store at work from a seed, over a disk that writes everything down; it crashes and lives on.

use std::path::Path;

use hopluu_model::id::{CollectionId, DocId, DocKind};
use hopluu_store::{Options, Pair, Record, Store, WriteBehind};
use hopluu_store_sled::{Settings, SledIndex};
use tempfile::TempDir;

use crate::Broken;
use crate::copies::{Tree, Watched, read_tree, scratch, write_tree};
use crate::dice::Dice;
use crate::platter::{Cut, Platter};
use crate::trace::{Image, Op, Recorder};
use crate::work;

/// The journal's name in all worlds.
pub const JOURNAL: [u8; 16] = [7; 16];
/// Lives of a world; between two of them the power is cut.
const LIVES: u64 = 3;
/// Commits in a life.
const COMMITS: usize = 24;

/// What may be read at a moment, and what must.
#[derive(Debug, Clone, Copy)]
pub struct Promise<'a> {
    /// Everything written or being written, by number.
    pub records: &'a [Record],
    /// So many of them are promised.
    pub promised: usize,
}

/// Records that may be there when a life begins, and how many of them must.
type Before = (Vec<Record>, usize);

/// The index at a moment.
pub struct Shot {
    /// Operations done before.
    pub at: usize,
    /// What was in it.
    pub pairs: Vec<Pair>,
    /// Its files, of some moments.
    pub tree: Option<Tree>,
}

/// The time from one opening to the power cut after it.
pub struct Life {
    /// What the disk held durably before.
    pub base: Image,
    /// All that was asked of it.
    pub ops: Vec<Op>,
    /// Copies of the index, oldest first.
    pub shots: Vec<Shot>,
    /// What held until the first opening was through.
    before: Before,
    opened: usize,
    records: Vec<Record>,
    /// After so many operations so many records were promised, or being written.
    promised: Vec<(usize, usize)>,
    written: Vec<(usize, usize)>,
}

impl Life {
    /// What may be read, and what must, after so many operations and a power cut.
    #[must_use]
    pub fn promise(&self, ops: usize) -> Promise<'_> {
        if ops < self.opened {
            return Promise { records: &self.before.0, promised: self.before.1 };
        }
        let last = |marks: &[(usize, usize)]| marks.iter().take_while(|(at, _)| *at <= ops).last().map(|(_, n)| *n);
        let promised = last(&self.promised).unwrap_or(0);
        // The operation in progress belongs to the commit that began before it.
        let written = last(&self.written).unwrap_or(0).max(promised);
        Promise { records: &self.records[..written], promised }
    }

    /// The disk after so many operations.
    #[must_use]
    pub fn platter(&self, ops: usize) -> Platter {
        let mut platter = Platter::over(&self.base);
        self.ops[..ops].iter().for_each(|op| platter.step(op));
        platter
    }
}

/// Several lives of one directory.
pub struct World {
    /// The seed.
    pub seed: u64,
    /// Size of its journal's segments.
    pub segment_bytes: u64,
    /// Its lives, in order.
    pub lives: Vec<Life>,
}

impl World {
    /// Lives a world through.
    ///
    /// # Errors
    /// When a promise is broken already at work.
    pub fn live(seed: u64) -> Result<Self, Broken> {
        let mut dice = Dice::new(seed, 0);
        let segment_bytes = [4_096, 16_384, 200_000][dice.below(3)];
        let mut world = Self { seed, segment_bytes, lives: Vec::new() };
        let (mut base, mut before, mut tree) = (Image::new(), Before::default(), None);
        for _ in 0..LIVES {
            let life = Worker::new(segment_bytes, base, tree)?.work(before, &mut dice)?;
            let end = life.ops.len() - dice.below(7).min(life.ops.len());
            let cut = Cut::ALL[dice.below(Cut::ALL.len())];
            base = life.platter(end).cut(cut, &mut dice);
            let promise = life.promise(end);
            before = (promise.records.to_vec(), promise.promised);
            tree = life.shots.iter().rev().filter(|shot| shot.at <= end).find_map(|shot| shot.tree.clone());
            world.lives.push(life);
        }
        Ok(world)
    }

    /// All moments at which the power may go: a life, and how many operations were done.
    #[must_use]
    pub fn moments(&self) -> Vec<(usize, usize)> {
        let of = |(nth, life): (usize, &Life)| (0..=life.ops.len()).map(move |ops| (nth, ops)).collect::<Vec<_>>();
        self.lives.iter().enumerate().flat_map(of).collect()
    }
}

/// One life at work.
struct Worker {
    files: Recorder,
    dir: TempDir,
    segment_bytes: u64,
    life: Life,
}

impl Worker {
    fn new(segment_bytes: u64, base: Image, tree: Option<Tree>) -> Result<Self, Broken> {
        let dir = scratch()?;
        if let Some(mut tree) = tree {
            tree.insert("state".into(), b"open another-boot\n".to_vec());
            write_tree(dir.path(), &tree)?;
        }
        let life = Life {
            base: base.clone(),
            ops: Vec::new(),
            shots: Vec::new(),
            before: Before::default(),
            opened: 0,
            records: Vec::new(),
            promised: Vec::new(),
            written: Vec::new(),
        };
        Ok(Self { files: Recorder::over(base), dir, segment_bytes, life })
    }

    fn open(&self, dice: &mut Dice) -> Result<(Store, Watched), Broken> {
        let settings = Settings { cache_bytes: 1 << 20, ..Settings::new(JOURNAL) };
        let index = SledIndex::at(self.dir.path(), settings).map_err(|error| Broken(crate::chain(&error)))?;
        let watched = Watched::new(Box::new(index));
        let behind = WriteBehind::new(Box::new(watched.clone()), [0, 3_000, 60_000][dice.below(3)]);
        let options = Options { segment_bytes: self.segment_bytes, new_journal_id: JOURNAL };
        let (store, recovery) = Store::open(Box::new(self.files.clone()), Box::new(behind), options)?;
        crate::ensure(recovery.is_whole(), || format!("a living store lost something: {recovery:?}"))?;
        Ok((store, watched))
    }

    fn work(mut self, before: Before, dice: &mut Dice) -> Result<Life, Broken> {
        let (mut store, mut watched) = self.open(dice)?;
        let end = usize::try_from(store.end().number).unwrap_or(0);
        crate::ensure((before.1..=before.0.len()).contains(&end), || {
            format!("{end} records are held, {} were promised, {} written", before.1, before.0.len())
        })?;
        self.life.records = before.0[..end].to_vec();
        (self.life.before, self.life.opened) = (before, self.files.len());
        self.life.promised.push((self.files.len(), end));
        self.life.written.push((self.files.len(), end));
        for commit in 0..COMMITS {
            self.commit(&mut store, dice)?;
            if dice.percent(12) {
                snapshot(&mut store, dice)?;
            }
            if dice.percent(8) {
                drop((store, watched));
                self.shoot(None, true)?;
                (store, watched) = self.open(dice)?;
            }
            self.shoot(Some(&watched), commit % 9 == 8)?;
        }
        drop((store, watched));
        self.shoot(None, true)?;
        self.life.ops = self.files.log();
        Ok(self.life)
    }

    fn commit(&mut self, store: &mut Store, dice: &mut Dice) -> Result<(), Broken> {
        let most = if dice.percent(15) { 9 } else { 3 };
        for _ in 0..=dice.below(most) {
            let record = work::next(store, dice)?;
            store.append(&record)?;
            self.life.records.push(record);
        }
        self.life.written.push((self.files.len(), self.life.records.len()));
        store.commit()?;
        self.life.promised.push((self.files.len(), self.life.records.len()));
        Ok(())
    }

    /// Copies the index; its pairs are those of the last copy where nobody has it open.
    fn shoot(&mut self, watched: Option<&Watched>, with_files: bool) -> Result<(), Broken> {
        let pairs = match watched {
            Some(watched) => watched.pairs().map_err(|error| Broken(crate::chain(&error)))?,
            None => self.life.shots.last().map(|shot| shot.pairs.clone()).unwrap_or_default(),
        };
        let tree = if with_files { Some(read_tree(self.dir.path())?) } else { None };
        self.life.shots.push(Shot { at: self.files.len(), pairs, tree });
        Ok(())
    }
}

fn snapshot(store: &mut Store, dice: &mut Dice) -> Result<(), Broken> {
    let doc = DocId::new(CollectionId([1; 16]), DocKind::Register);
    let len = dice.below(20_000);
    store.put_snapshot(&doc, b"clock", &dice.bytes(len))?;
    store.cache_put("cursor", &dice.bytes(40))?;
    Ok(())
}

/// Writes an image of a journal and of an index as a data directory.
///
/// # Errors
/// What the system says.
pub fn lay_out(dir: &Path, journal: &Image, index: Option<&Tree>) -> std::io::Result<()> {
    write_tree(&dir.join("journal"), journal)?;
    std::fs::write(dir.join("layout"), b"1\n")?;
    index.map_or(Ok(()), |tree| write_tree(&dir.join("index"), tree))
}
