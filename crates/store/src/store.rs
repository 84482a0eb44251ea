//! The one door: append, commit, read.

use hopluu_model::clock::{Clock, Tip};
use hopluu_model::id::{ActorId, DocId};

use crate::error::StoreError;
use crate::files::Files;
use crate::fold::{self, EntryRow};
use crate::index::{Index, IndexError, Span};
use crate::journal::{End, Journal, Placed};
use crate::keys;
use crate::overlay::{Overlay, decode};
use crate::pictures::Pictures;
use crate::record::{ChangeSpan, Record};
use crate::recovery::{self, CutTail, Findings, Stretch};
use crate::segment::{Chain, JournalId};

/// Layout of the index; another one is rebuilt.
const LAYOUT: u16 = 1;
/// Records replayed per index batch.
const REPLAY_BATCH: usize = 512;

/// How to open a store.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Size of a journal segment in bytes. Segments already there keep theirs.
    pub segment_bytes: u64,
    /// Names the journal if there is none yet: sixteen random bytes.
    pub new_journal_id: JournalId,
}

impl Options {
    /// Segments of 4 MiB.
    #[must_use]
    pub fn new(new_journal_id: JournalId) -> Self {
        Self { segment_bytes: 4 << 20, new_journal_id }
    }
}

/// What became of the index at opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexFate {
    /// It was up to date.
    Kept,
    /// It lacked so many records, which were replayed from the journal.
    Replayed(u64),
    /// It was built anew from so many records; everything cached in it is gone.
    Rebuilt {
        /// Records read.
        records: u64,
        /// Why, for the log.
        reason: &'static str,
    },
}

/// What opening a store found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Whether there was no journal yet.
    pub is_new: bool,
    /// The last record.
    pub end: End,
    /// What was cut from the lanes' ends: never promised.
    pub cut: Vec<CutTail>,
    /// Numbers whose records are unreadable though they were promised; everything around them is readable.
    pub damaged: Vec<Stretch>,
    /// What the index still knew of the records damaged or lost; at most 10,000.
    pub damage: Vec<Entry>,
    /// Numbers promised once that are missing at the end; they will be given again.
    pub lost: Option<Stretch>,
    /// Whether the disk takes no writes: the store is poisoned from the start, and readable.
    pub read_only: bool,
    /// What became of the index.
    pub index: IndexFate,
}

impl Recovery {
    /// Whether nothing promised is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty() && self.lost.is_none()
    }
}

/// What a commit made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The first number; larger than `to` when nothing was staged.
    pub from: u64,
    /// The last number.
    pub to: u64,
}

/// What is told of a record without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// Its kind.
    pub tag: crate::record::Tag,
    /// The document it is about.
    pub doc: Option<DocId>,
    /// The author chain it is about.
    pub actor: Option<ActorId>,
    /// First sequence number it is about; 0 when none.
    pub first: u64,
    /// Last sequence number it is about; 0 when none.
    pub last: u64,
    /// The device a pack came from, the relay that acknowledged, the author refused, or the device that joined.
    pub from_device: Option<hopluu_model::id::DeviceId>,
    /// Length of its payload in bytes.
    pub bytes: u32,
}

/// The journal and its index.
///
/// 1. [`Store::append`] stages records: numbered, checked against the chain held, visible only to [`Store::clock`],
///    [`Store::tip`] and the next append.
/// 2. [`Store::commit`] writes them with one sync per lane, then enters them into the index. Only what it returned is
///    promised; everything else a store answers is about committed records alone.
/// 3. An error of `commit` poisons the store: what was staged is gone from it (but may reappear after reopening, since
///    it may have reached the disk), nothing more is taken, reading goes on. Drop it and open it again.
pub struct Store {
    pub(crate) journal: Journal,
    pub(crate) over: Overlay,
    is_whole: bool,
    pictures: Option<Pictures>,
}

/// How far the index is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Mark {
    layout: u16,
    journal: JournalId,
    number: u64,
    chain: Chain,
}

impl Store {
    /// Opens a store: verifies the journal, cuts what was never promised, brings the index up to it.
    ///
    /// # Errors
    /// When the files cannot be read, belong to a newer program or to two journals, or when the index fails even after
    /// it was cleared ([`StoreError::Index`]: hand in an empty one).
    pub fn open(
        files: Box<dyn Files>,
        index: Box<dyn Index>,
        options: Options,
    ) -> Result<(Self, Recovery), StoreError> {
        let over = Overlay::new(index);
        let mark = read_mark(&over);
        let witness = mark.as_ref().ok().copied().flatten().map(|mark| (mark.journal, mark.number));
        let (journal, findings) = recovery::open(files, options.segment_bytes, options.new_journal_id, witness)?;
        let mut store = Self { journal, over, is_whole: true, pictures: None };
        let damage = store.damage(&findings);
        let reason = match mark {
            Err(_) => Some("unreadable"),
            Ok(mark) => store.reason_to_rebuild(mark.as_ref(), &findings),
        };
        let from = mark.ok().flatten().map_or(0, |mark| mark.number);
        let index = store.catch_up(reason, from, &findings.damaged)?;
        let Findings { is_new, cut, damaged, lost, read_only, rests_on_index } = findings;
        if rests_on_index && !read_only {
            store.note_damage(&damaged);
        }
        let recovery = Recovery { is_new, end: store.end(), cut, damaged, damage, lost, read_only, index };
        store.is_whole = recovery.is_whole();
        Ok((store, recovery))
    }

    /// Stages a record and returns the number it will have.
    ///
    /// # Errors
    /// [`StoreError::Gap`], [`StoreError::Overlap`] or [`StoreError::Fork`] when a change does not attach to the chain
    /// held (what is staged included), [`StoreError::TooLarge`], [`StoreError::Poisoned`], [`StoreError::Index`].
    /// The record is then not staged; the others are.
    pub fn append(&mut self, record: &Record) -> Result<u64, StoreError> {
        if let Some(span) = record.span() {
            self.check(&span)?;
        }
        let placed = self.journal.append(record.lane(), &record.encode()?)?;
        if let Err(error) = fold::enter(&mut self.over, &placed, Some(record)) {
            self.poison();
            return Err(error.into());
        }
        Ok(placed.number)
    }

    /// Makes everything staged durable, then visible. Does nothing when nothing is staged.
    ///
    /// # Errors
    /// Whatever failed on the disk or in the index; the store is then poisoned.
    pub fn commit(&mut self) -> Result<Committed, StoreError> {
        let from = self.journal.end.number + 1;
        if self.journal.poisoned {
            return Err(StoreError::Poisoned);
        }
        if self.journal.staged.number < from {
            return Ok(Committed { from, to: from - 1 });
        }
        let done = self.journal.commit().and_then(|()| Ok(self.apply_up_to(self.journal.end)?));
        if let Err(error) = done {
            self.poison();
            return Err(error);
        }
        Ok(Committed { from, to: self.journal.end.number })
    }

    /// Throws the index away and builds it from the journal; whatever is staged or cached is gone.
    ///
    /// # Errors
    /// When the journal cannot be read or the index fails.
    pub fn rebuild_index(&mut self) -> Result<IndexFate, StoreError> {
        let damaged = self.over.applied().get(keys::DAMAGED).ok().flatten();
        let damaged: Vec<Stretch> = damaged.and_then(|value| decode(&value).ok()).unwrap_or_default();
        self.journal.forget();
        self.rebuild("asked for", &damaged)
    }

    /// Writes the index to disk as well as it can; promises nothing.
    ///
    /// # Errors
    /// When the index fails.
    pub fn flush_index(&mut self) -> Result<(), StoreError> {
        Ok(self.over.applied_mut().flush()?)
    }

    /// Whether the store takes nothing more until it is opened again.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.journal.poisoned
    }

    /// Whether nothing promised was missing when it was opened; see [`Recovery`].
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The name of the journal, for life.
    #[must_use]
    pub fn journal_id(&self) -> JournalId {
        self.journal.id
    }

    /// The last record promised, and the running hash there.
    #[must_use]
    pub fn end(&self) -> End {
        self.journal.end
    }

    /// Keeps pictures in a folder from here on.
    #[must_use]
    pub fn with_pictures(self, pictures: Pictures) -> Self {
        Self { pictures: Some(pictures), ..self }
    }

    /// The folder of pictures; `None` when there is none.
    #[must_use]
    pub fn pictures(&self) -> Option<&Pictures> {
        self.pictures.as_ref()
    }

    /// The folder of pictures, to read and change; it knows nothing of commits.
    pub fn pictures_mut(&mut self) -> Option<&mut Pictures> {
        self.pictures.as_mut()
    }

    /// How many records are staged.
    #[must_use]
    pub fn staged(&self) -> u64 {
        self.journal.staged.number - self.journal.end.number
    }

    /// The end of one author's chain, **staged appends included**.
    ///
    /// # Errors
    /// When the index fails.
    pub fn tip(&self, doc: &DocId, actor: &ActorId) -> Result<Option<Tip>, StoreError> {
        Ok(fold::tip(&self.over, doc, actor)?)
    }

    /// What is held of a document, **staged appends included**: gapless chains only.
    ///
    /// # Errors
    /// When the index fails.
    pub fn clock(&self, doc: &DocId) -> Result<Clock, StoreError> {
        let pairs = self.over.scan(&Span::prefix(&keys::clock(doc)))?;
        Ok(crate::read::clock_of(pairs, decode::<Tip>)?)
    }

    fn check(&self, span: &ChangeSpan) -> Result<(), StoreError> {
        let ChangeSpan { doc, actor, first, last, ref parent, .. } = *span;
        let tip = fold::tip(&self.over, &doc, &actor)?;
        let held = tip.map_or(0, |tip| tip.seq);
        if first == 0 || first > held + 1 {
            return Err(StoreError::Gap { doc, actor, held, first });
        }
        if last <= held || last < first {
            return Err(StoreError::Overlap { doc, actor, held, last });
        }
        if !fold::attaches(tip.as_ref(), first, parent.as_ref()) {
            return Err(StoreError::Fork { doc, actor, first });
        }
        Ok(())
    }

    fn poison(&mut self) {
        self.journal.poison();
        self.over.forget();
    }

    fn apply_up_to(&mut self, end: End) -> Result<(), IndexError> {
        let mark = Mark { layout: LAYOUT, journal: self.journal.id, number: end.number, chain: end.chain };
        self.over.put(keys::MARK.to_vec(), &mark)?;
        self.over.apply()
    }

    fn reason_to_rebuild(&self, mark: Option<&Mark>, findings: &Findings) -> Option<&'static str> {
        let Some(mark) = mark else {
            let is_used = !matches!(self.over.applied().scan(&Span::prefix(b"").limit(1)).as_deref(), Ok([]));
            return (is_used || self.journal.end.number > 0).then_some("no mark");
        };
        if mark.layout != LAYOUT {
            return Some("another layout");
        }
        if mark.journal != self.journal.id {
            return Some("another journal");
        }
        if mark.number > self.journal.end.number {
            return Some("ahead of the journal");
        }
        let known: Vec<Stretch> = self.over.get(keys::DAMAGED).ok().flatten().unwrap_or_default();
        if known != findings.damaged {
            return Some("damage in the journal");
        }
        let agrees = match self.entry_row(mark.number) {
            Ok(Some(row)) => match self.journal.read(mark.number, &row.place()) {
                Ok((chain, _)) => chain == mark.chain && row.chain == mark.chain,
                Err(_) => false,
            },
            Ok(None) => mark.number == 0,
            Err(_) => false,
        };
        (!agrees).then_some("disagrees with the journal")
    }

    fn catch_up(
        &mut self,
        reason: Option<&'static str>,
        from: u64,
        damaged: &[Stretch],
    ) -> Result<IndexFate, StoreError> {
        if let Some(reason) = reason {
            return self.rebuild(reason, damaged);
        }
        if from == self.journal.end.number {
            return Ok(IndexFate::Kept);
        }
        match self.replay(from + 1) {
            Ok(records) => Ok(IndexFate::Replayed(records)),
            Err(StoreError::Index(_)) => self.rebuild("failed while catching up", damaged),
            Err(error) => Err(error),
        }
    }

    fn rebuild(&mut self, reason: &'static str, damaged: &[Stretch]) -> Result<IndexFate, StoreError> {
        self.over.forget();
        self.over.applied_mut().clear()?;
        if !damaged.is_empty() {
            self.over.put(keys::DAMAGED.to_vec(), &damaged)?;
        }
        let records = self.replay(1)?;
        Ok(IndexFate::Rebuilt { records, reason })
    }

    /// Enters the journal's records into the index. A record of a known kind that cannot be decoded is kept as unknown.
    fn replay(&mut self, from: u64) -> Result<u64, StoreError> {
        let Self { journal, over, .. } = self;
        let mut records = 0_u64;
        let mut waiting = 0;
        journal.replay(from, &mut |placed: Placed, payload| {
            let record = Record::decode(&payload).ok().flatten();
            fold::enter(over, &placed, record.as_ref())?;
            records += 1;
            waiting += 1;
            if waiting == REPLAY_BATCH {
                waiting = 0;
                let (number, chain) = (placed.number, placed.chain);
                over.put(keys::MARK.to_vec(), &Mark { layout: LAYOUT, journal: journal.id, number, chain })?;
                over.apply()?;
            }
            Ok(())
        })?;
        self.apply_up_to(self.journal.end)?;
        Ok(records)
    }

    /// Makes the journal itself say that what lies behind the damage was promised. When the disk does not take it, the
    /// store is poisoned, as after any failed commit.
    fn note_damage(&mut self, damaged: &[Stretch]) {
        let text = format!("unreadable: {damaged:?}").chars().take(500).collect();
        let _ = self.append(&Record::Repair { text }).and_then(|_| self.commit());
    }

    fn damage(&self, findings: &Findings) -> Vec<Entry> {
        let numbers = findings.damaged.iter().chain(&findings.lost).flat_map(|(first, last)| *first..=*last);
        let rows = numbers.take(10_000).filter_map(|number| Some((number, self.entry_row(number).ok()??)));
        rows.map(|(number, row)| Entry::new(number, &row)).collect()
    }

    pub(crate) fn entry_row(&self, number: u64) -> Result<Option<EntryRow>, IndexError> {
        self.over.applied().get(&keys::entry(number))?.map(|value| decode(&value)).transpose()
    }
}

impl Entry {
    pub(crate) fn new(number: u64, row: &EntryRow) -> Self {
        Self {
            number,
            tag: row.tag,
            doc: row.about.map(|about| about.doc),
            actor: row.about.and_then(|about| about.actor),
            first: row.about.map_or(0, |about| about.first),
            last: row.about.map_or(0, |about| about.last),
            from_device: row.from,
            bytes: row.place().len,
        }
    }
}

fn read_mark(over: &Overlay) -> Result<Option<Mark>, IndexError> {
    over.get(keys::MARK)
}
