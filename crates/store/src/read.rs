//! Reading a store: everything here is about committed records alone.

use std::ops::RangeInclusive;

use hopluu_model::clock::{Clock, Tip};
use hopluu_model::id::{ActorId, ChangeHash, CollectionId, DeviceId, DocId};

use crate::error::StoreError;
use crate::fold::{EntryRow, LeftBehindRow, RefusalRow, RunRow};
use crate::index::{IndexError, Pair, Span};
use crate::keys;
use crate::overlay::decode;
use crate::record::Record;
use crate::segment::Chain;
use crate::store::{Entry, Store};

/// A record that carries a run of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// First sequence number.
    pub first: u64,
    /// Last sequence number.
    pub last: u64,
    /// Hash of the last change.
    pub head: ChangeHash,
    /// Journal number of the record.
    pub number: u64,
}

/// Changes that damage took out of a chain: later ones are in the journal, but not held until these come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The document.
    pub doc: DocId,
    /// The author chain.
    pub actor: ActorId,
    /// The sequence numbers missing.
    pub seqs: RangeInclusive<u64>,
}

/// A change that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Journal number of the record.
    pub number: u64,
    /// The document.
    pub doc: DocId,
    /// The author chain.
    pub actor: ActorId,
    /// Its sequence number.
    pub seq: u64,
    /// Its hash.
    pub hash: ChangeHash,
    /// The author's device.
    pub author: DeviceId,
    /// Why, as a code.
    pub reason: u8,
    /// Why, in words; at most 500 characters (the record has all).
    pub text: String,
}

impl Store {
    /// All documents of which something is or was held, those of one collection together.
    ///
    /// # Errors
    /// When the index fails.
    pub fn docs(&self) -> Result<Vec<DocId>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(keys::DOCS))?;
        Ok(pairs.iter().filter_map(|(key, _)| DocId::from_slice(&key[1..])).collect())
    }

    /// The documents of one collection of which something is or was held.
    ///
    /// # Errors
    /// When the index fails.
    pub fn docs_of(&self, collection: &CollectionId) -> Result<Vec<DocId>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(&keys::collection(collection)))?;
        Ok(pairs.iter().filter_map(|(key, _)| DocId::from_slice(&key[1..])).collect())
    }

    /// The records that hold an author's changes from a sequence number on, in their order, at most `limit`.
    ///
    /// # Errors
    /// When the index fails.
    pub fn runs(&self, doc: &DocId, actor: &ActorId, from_seq: u64, limit: usize) -> Result<Vec<Run>, StoreError> {
        let prefix = keys::runs(doc, actor);
        let span = Span::prefix_from(&prefix, keys::run(doc, actor, from_seq)).limit(limit);
        let pairs = self.over.applied().scan(&span)?;
        let run = |(key, value): &Pair| {
            let RunRow { first, number, head } = decode(value)?;
            Ok(Run { first, last: keys::trailing_number(key).unwrap_or(first), head, number })
        };
        Ok(pairs.iter().map(run).collect::<Result<_, IndexError>>()?)
    }

    /// Reads a record; `None` when there is none of that number or a newer program wrote it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when its bytes are not those written; when a file or the index fails.
    pub fn read(&self, number: u64) -> Result<Option<Record>, StoreError> {
        let Some(row) = self.entry_row(number)? else { return Ok(None) };
        let (_, payload) = self.journal.read(number, &row.place())?;
        Record::decode(&payload).map_err(|_| StoreError::Damaged { number })
    }

    /// Lists the records behind a number without reading them, at most `limit`. Changes cut away later are left out,
    /// so numbers may be missing.
    ///
    /// # Errors
    /// When the index fails.
    pub fn after(&self, number: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        let mut from = number.saturating_add(1);
        while entries.len() < limit {
            let wanted = limit - entries.len();
            let span = Span::prefix_from(keys::ENTRIES, keys::entry(from)).limit(wanted);
            let pairs = self.over.applied().scan(&span)?;
            for (key, value) in &pairs {
                let number = keys::trailing_number(key).unwrap_or(0);
                let row: EntryRow = decode(value)?;
                from = number.saturating_add(1);
                if !row.hidden {
                    entries.push(Entry::new(number, &row));
                }
            }
            if pairs.len() < wanted {
                break;
            }
        }
        Ok(entries)
    }

    /// What is told of one record without reading it.
    ///
    /// # Errors
    /// When the index fails.
    pub fn entry(&self, number: u64) -> Result<Option<Entry>, StoreError> {
        Ok(self.entry_row(number)?.map(|row| Entry::new(number, &row)))
    }

    /// The running hash at a record; zeros at 0, `None` where there is no readable record.
    ///
    /// # Errors
    /// When the index fails.
    pub fn chain_at(&self, number: u64) -> Result<Option<Chain>, StoreError> {
        if number == 0 {
            return Ok(Some(Chain::default()));
        }
        Ok(self.entry_row(number)?.map(|row| row.chain))
    }

    /// The documents of which receipts are held; of some of them nothing else may be, when receipts came first.
    ///
    /// # Errors
    /// When the index fails.
    pub fn docs_shown(&self) -> Result<Vec<DocId>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(keys::SHOWN))?;
        let mut docs: Vec<DocId> =
            pairs.iter().filter_map(|(key, _)| DocId::from_slice(key.get(1..=DocId::LEN)?)).collect();
        docs.dedup();
        Ok(docs)
    }

    /// What the province desk has shown of a document, by its receipts.
    ///
    /// # Errors
    /// When the index fails.
    pub fn shown(&self, doc: &DocId) -> Result<Clock, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(&keys::shown(doc)))?;
        Ok(clock_of(pairs, |value| decode::<(Tip, u64)>(value).map(|(tip, _)| tip))?)
    }

    /// Journal numbers of the latest receipt per author of a document.
    ///
    /// # Errors
    /// When the index fails.
    pub fn shown_records(&self, doc: &DocId) -> Result<Vec<u64>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(&keys::shown(doc)))?;
        let number = |(_, value): &Pair| decode::<(Tip, u64)>(value).map(|(_, number)| number);
        Ok(pairs.iter().map(number).collect::<Result<_, IndexError>>()?)
    }

    /// What a relay acknowledged to hold of a document.
    ///
    /// # Errors
    /// When the index fails.
    pub fn at_relay(&self, relay: &DeviceId, doc: &DocId) -> Result<Clock, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(&keys::at_relay(relay, doc)))?;
        Ok(clock_of(pairs, decode::<Tip>)?)
    }

    /// The changes refused, of one document or of all.
    ///
    /// # Errors
    /// When the index fails.
    pub fn refusals(&self, doc: Option<&DocId>) -> Result<Vec<Refused>, StoreError> {
        let prefix = doc.map_or_else(|| keys::REFUSALS.to_vec(), keys::refusals);
        let pairs = self.over.applied().scan(&Span::prefix(&prefix))?;
        Ok(pairs.iter().filter_map(|pair| refused(pair).transpose()).collect::<Result<_, IndexError>>()?)
    }

    /// The latest value of a fact.
    ///
    /// # Errors
    /// When the index fails, or a large value is damaged in the journal.
    pub fn fact(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.over.applied().get(&keys::fact(key))?.map(|row| self.fact_value(row)).transpose()
    }

    /// All facts whose key begins with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// When the index fails, or a large value is damaged in the journal.
    pub fn facts(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(&keys::fact(prefix)))?;
        let fact = |(key, row): Pair| {
            let name = String::from_utf8_lossy(&key[1..]).into_owned();
            Ok((name, self.fact_value(row)?))
        };
        pairs.into_iter().map(fact).collect()
    }

    /// Journal numbers of the roster's records, in the order of their versions.
    ///
    /// # Errors
    /// When the index fails.
    pub fn roster_records(&self) -> Result<Vec<u64>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(keys::ROSTER))?;
        Ok(pairs.iter().filter_map(|(key, _)| keys::trailing_number(key)).collect())
    }

    /// The devices that joined, each with the journal number of its latest join.
    ///
    /// # Errors
    /// When the index fails.
    pub fn joins(&self) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(keys::JOINS))?;
        let join = |(key, value): &Pair| {
            let device = key.get(1..)?.try_into().ok().map(DeviceId)?;
            Some(decode(value).map(|number| (device, number)))
        };
        Ok(pairs.iter().filter_map(join).collect::<Result<_, IndexError>>()?)
    }

    /// The changes damage took out of chains whose later part is still here; a repair appends them again.
    ///
    /// # Errors
    /// When the index fails.
    pub fn missing(&self) -> Result<Vec<Missing>, StoreError> {
        let pairs = self.over.applied().scan(&Span::prefix(keys::LEFT_BEHIND))?;
        let mut missing: Vec<Missing> = Vec::new();
        for (key, value) in &pairs {
            let LeftBehindRow { run, .. } = decode(value)?;
            let doc = key.get(1..=DocId::LEN).and_then(DocId::from_slice);
            let actor = key.get(..keys::CHAIN_LEN).and_then(keys::trailing_actor);
            let (Some(doc), Some(actor)) = (doc, actor) else { continue };
            let known = missing.last().is_some_and(|last| last.doc == doc && last.actor == actor);
            if !known {
                let held = self.over.applied().get(&keys::tip(&doc, &actor))?;
                let held = held.map(|value| decode::<Tip>(&value)).transpose()?.map_or(0, |tip| tip.seq);
                missing.push(Missing { doc, actor, seqs: held + 1..=run.first.saturating_sub(1) });
            }
        }
        Ok(missing)
    }

    fn fact_value(&self, row: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        match row.split_first() {
            Some((0, value)) => Ok(value.to_vec()),
            _ => {
                let number = keys::trailing_number(&row).unwrap_or(0);
                match self.read(number)? {
                    Some(Record::Fact { value, .. }) => Ok(value),
                    _ => Err(StoreError::Damaged { number }),
                }
            }
        }
    }
}

/// Gathers a clock from keys that end with an actor.
pub(crate) fn clock_of(pairs: Vec<Pair>, tip: impl Fn(&[u8]) -> Result<Tip, IndexError>) -> Result<Clock, IndexError> {
    let mut clock = Clock::default();
    for (key, value) in &pairs {
        if let Some(actor) = keys::trailing_actor(key) {
            clock.raise(actor, tip(value)?);
        }
    }
    Ok(clock)
}

fn refused((key, value): &Pair) -> Result<Option<Refused>, IndexError> {
    let RefusalRow { number, author, reason, text } = decode(value)?;
    let Some((chain, rest)) = key.split_at_checked(keys::CHAIN_LEN) else { return Ok(None) };
    let doc = chain.get(1..=DocId::LEN).and_then(DocId::from_slice);
    let seq = rest.get(..8).and_then(keys::trailing_number);
    let hash = rest.get(8..).and_then(ChangeHash::from_slice);
    let refused = (|| {
        let (doc, actor, seq, hash) = (doc?, keys::trailing_actor(chain)?, seq?, hash?);
        Some(Refused { number, doc, actor, seq, hash, author, reason, text })
    })();
    Ok(refused)
}
