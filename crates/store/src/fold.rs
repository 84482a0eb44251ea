//! What each record means for the index: the same at a commit, at a replay and at a rebuild.

use hopluu_model::clock::Tip;
use hopluu_model::id::{ActorId, ChangeHash, DeviceId, DocId};
use serde::{Deserialize, Serialize};

use crate::index::{IndexError, MAX_VALUE, Span};
use crate::journal::Placed;
use crate::keys;
use crate::lane::Place;
use crate::overlay::{Overlay, decode};
use crate::record::{ChangeSpan, Record, Tag};
use crate::segment::{Chain, LaneName};

/// Facts up to this size lie in the index itself, larger ones only in the journal.
const FACT_INLINE: usize = MAX_VALUE - 16;
/// The text of a refusal is cut to this many characters in the index.
const REFUSAL_TEXT: usize = 500;

/// Value of an entry: where a record lies and what is told of it without reading it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EntryRow {
    pub(crate) tag: Tag,
    /// Cut away later: not told any more.
    pub(crate) hidden: bool,
    lane: LaneName,
    segment: u64,
    offset: u64,
    len: u32,
    pub(crate) chain: Chain,
    pub(crate) about: Option<About>,
    pub(crate) from: Option<DeviceId>,
}

/// The document, author and sequence numbers a record is about.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) doc: DocId,
    pub(crate) actor: Option<ActorId>,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl EntryRow {
    fn new(placed: &Placed, record: Option<&Record>) -> Self {
        let Place { lane, segment, offset, len } = placed.place;
        let about = record.and_then(about);
        let from = match record {
            Some(Record::Pack { from, .. }) => Some(*from),
            Some(Record::AtRelay { relay, .. }) => Some(*relay),
            Some(Record::Refusal { author, .. }) => Some(*author),
            Some(Record::Join { device, .. }) => Some(*device),
            _ => None,
        };
        let tag = record.map_or(Tag::Unknown, Record::tag);
        Self { tag, hidden: false, lane, segment, offset, len, chain: placed.chain, about, from }
    }

    pub(crate) fn place(&self) -> Place {
        Place { lane: self.lane, segment: self.segment, offset: self.offset, len: self.len }
    }
}

fn about(record: &Record) -> Option<About> {
    let about = |doc: &DocId, actor: &ActorId, first, last| About { doc: *doc, actor: Some(*actor), first, last };
    match record {
        Record::Local { doc, actor, seq, .. }
        | Record::Shown { doc, actor, seq, .. }
        | Record::Refusal { doc, actor, seq, .. }
        | Record::Cut { doc, actor, seq } => Some(about(doc, actor, *seq, *seq)),
        Record::Pack { doc, actor, first, last, .. } => Some(about(doc, actor, *first, *last)),
        Record::AtRelay { doc, .. } => Some(About { doc: *doc, actor: None, first: 0, last: 0 }),
        Record::Roster { .. } | Record::Join { .. } | Record::Fact { .. } | Record::Repair { .. } => None,
    }
}

/// Value of a run.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct RunRow {
    pub(crate) first: u64,
    pub(crate) number: u64,
    pub(crate) head: ChangeHash,
}

/// Value of a run that lost what came before it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct LeftBehindRow {
    pub(crate) run: RunRow,
    pub(crate) parent: Option<ChangeHash>,
}

/// Value of a refusal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefusalRow {
    pub(crate) number: u64,
    pub(crate) author: DeviceId,
    pub(crate) reason: u8,
    pub(crate) text: String,
}

/// Enters a record; `None` is one this program does not know.
pub(crate) fn enter(over: &mut Overlay, placed: &Placed, record: Option<&Record>) -> Result<(), IndexError> {
    over.put(keys::entry(placed.number), &EntryRow::new(placed, record))?;
    let Some(record) = record else { return Ok(()) };
    let number = placed.number;
    match record {
        Record::Local { .. } | Record::Pack { .. } => {
            record.span().map_or(Ok(()), |span| enter_changes(over, &span, number))
        }
        Record::Roster { version, .. } => {
            over.put_raw(keys::roster(*version, number), Vec::new());
            Ok(())
        }
        Record::Join { device, .. } => over.put(keys::joined(device), &number),
        Record::Shown { doc, actor, seq, hash, .. } => {
            let key = keys::shown_tip(doc, actor);
            match over.get::<(Tip, u64)>(&key)? {
                Some((known, _)) if known.seq > *seq => Ok(()),
                _ => over.put(key, &(Tip { seq: *seq, hash: *hash }, number)),
            }
        }
        Record::AtRelay { relay, doc, entries, replace } => enter_at_relay(over, (relay, doc), entries, *replace),
        Record::Refusal { doc, actor, seq, hash, author, reason, text } => {
            let text = text.chars().take(REFUSAL_TEXT).collect();
            let row = RefusalRow { number, author: *author, reason: *reason, text };
            over.put(keys::refusal(doc, actor, *seq, hash), &row)
        }
        Record::Cut { doc, actor, seq } => enter_cut(over, doc, actor, *seq),
        Record::Fact { key, value } => {
            let row = if value.len() <= FACT_INLINE {
                [&[0], value.as_slice()].concat()
            } else {
                [&[1], number.to_be_bytes().as_slice()].concat()
            };
            over.put_raw(keys::fact(key), row);
            Ok(())
        }
        Record::Repair { .. } => Ok(()),
    }
}

/// The tip of a chain, what is staged included.
pub(crate) fn tip(over: &Overlay, doc: &DocId, actor: &ActorId) -> Result<Option<Tip>, IndexError> {
    over.get(&keys::tip(doc, actor))
}

fn enter_changes(over: &mut Overlay, span: &ChangeSpan, number: u64) -> Result<(), IndexError> {
    let ChangeSpan { doc, actor, first, last, head, parent } = *span;
    let held = tip(over, &doc, &actor)?;
    let run = RunRow { first, number, head };
    if !attaches(held.as_ref(), first, parent.as_ref()) {
        return over.put(keys::left_behind_run(&doc, &actor, last), &LeftBehindRow { run, parent });
    }
    if held.is_some_and(|held| last <= held.seq) {
        return Ok(());
    }
    if held.is_none() {
        over.put_raw(keys::doc(&doc), Vec::new());
    }
    over.put(keys::run(&doc, &actor, last), &run)?;
    over.put(keys::tip(&doc, &actor), &Tip { seq: last, hash: head })?;
    rejoin(over, &doc, &actor)
}

/// Whether a run continues what is held: no number missing and, where it can be told, the same parent.
pub(crate) fn attaches(held: Option<&Tip>, first: u64, parent: Option<&ChangeHash>) -> bool {
    let held_seq = held.map_or(0, |held| held.seq);
    let same_parent = match (held, parent) {
        (Some(held), Some(parent)) if first == held_seq + 1 => held.hash == *parent,
        _ => true,
    };
    first >= 1 && first <= held_seq + 1 && same_parent
}

/// After a repair: takes back the runs that damage had left behind.
fn rejoin(over: &mut Overlay, doc: &DocId, actor: &ActorId) -> Result<(), IndexError> {
    let lost = Span::prefix(&keys::left_behind(doc, actor));
    for (key, value) in over.scan(&lost)? {
        let LeftBehindRow { run, parent } = decode(&value)?;
        let last = keys::trailing_number(&key).unwrap_or(0);
        let held = tip(over, doc, actor)?;
        let seq = held.map_or(0, |held| held.seq);
        if last > seq {
            if !attaches(held.as_ref(), run.first, parent.as_ref()) {
                continue;
            }
            over.put(keys::run(doc, actor, last), &run)?;
            over.put(keys::tip(doc, actor), &Tip { seq: last, hash: run.head })?;
        }
        over.delete(key);
    }
    Ok(())
}

fn enter_at_relay(
    over: &mut Overlay,
    (relay, doc): (&DeviceId, &DocId),
    entries: &[(ActorId, u64, ChangeHash)],
    replace: bool,
) -> Result<(), IndexError> {
    if replace {
        for (key, _) in over.scan(&Span::prefix(&keys::at_relay(relay, doc)))? {
            over.delete(key);
        }
    }
    for (actor, seq, hash) in entries {
        let key = keys::at_relay_tip(relay, doc, actor);
        if over.get::<Tip>(&key)?.is_none_or(|known| known.seq <= *seq) {
            over.put(key, &Tip { seq: *seq, hash: *hash })?;
        }
    }
    Ok(())
}

fn enter_cut(over: &mut Overlay, doc: &DocId, actor: &ActorId, seq: u64) -> Result<(), IndexError> {
    for prefix in [keys::runs(doc, actor), keys::left_behind(doc, actor)] {
        let from = [prefix.as_slice(), &seq.saturating_add(1).to_be_bytes()].concat();
        for (key, value) in over.scan(&Span::prefix_from(&prefix, from))? {
            let run = if prefix[0] == b'r' { decode::<RunRow>(&value)? } else { decode::<LeftBehindRow>(&value)?.run };
            if let Some(row) = over.get::<EntryRow>(&keys::entry(run.number))? {
                over.put(keys::entry(run.number), &EntryRow { hidden: true, ..row })?;
            }
            over.delete(key);
        }
    }
    match over.scan(&Span::prefix(&keys::runs(doc, actor)).descending().limit(1))?.pop() {
        Some((key, value)) => {
            let last = keys::trailing_number(&key).unwrap_or(0);
            let run: RunRow = decode(&value)?;
            over.put(keys::tip(doc, actor), &Tip { seq: last, hash: run.head })
        }
        None => {
            over.delete(keys::tip(doc, actor));
            Ok(())
        }
    }
}
