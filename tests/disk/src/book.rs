//! A second, simpler reading of the journal's records: what a store must answer after them.

use std::collections::BTreeMap;

use hopluu_model::clock::{Clock, Tip};
use hopluu_model::id::{ActorId, ChangeHash, DeviceId, DocId};
use hopluu_store::{Record, Store};

use crate::{Broken, ensure};

/// What follows from a run of records, by the rules in words and nothing else.
#[derive(Debug, Default, PartialEq)]
pub struct Book {
    chains: BTreeMap<(DocId, ActorId), Vec<Run>>,
    shown: BTreeMap<DocId, BTreeMap<ActorId, (Tip, u64)>>,
    at_relay: BTreeMap<(DeviceId, DocId), BTreeMap<ActorId, Tip>>,
    facts: BTreeMap<String, Vec<u8>>,
    roster: Vec<(u64, u64)>,
    joins: BTreeMap<DeviceId, u64>,
    refused: BTreeMap<(DocId, ActorId, u64, ChangeHash), u64>,
}

#[derive(Debug, PartialEq)]
struct Run {
    first: u64,
    last: u64,
    head: ChangeHash,
    number: u64,
}

impl Book {
    /// Reads records in their order, numbered from 1.
    #[must_use]
    pub fn of(records: &[Record]) -> Self {
        let mut book = Self::default();
        for (number, record) in (1..).zip(records) {
            book.enter(number, record);
        }
        book.roster.sort_unstable();
        book
    }

    fn enter(&mut self, number: u64, record: &Record) {
        match record {
            Record::Local { doc, actor, seq, hash, .. } => {
                self.run((*doc, *actor), Run { first: *seq, last: *seq, head: *hash, number });
            }
            Record::Pack { doc, actor, first, last, head, .. } => {
                self.run((*doc, *actor), Run { first: *first, last: *last, head: *head, number });
            }
            Record::Cut { doc, actor, seq } => {
                self.chains.entry((*doc, *actor)).or_default().retain(|run| run.last <= *seq);
            }
            Record::Shown { doc, actor, seq, hash, .. } => {
                let of = self.shown.entry(*doc).or_default();
                if of.get(actor).is_none_or(|(known, _)| known.seq <= *seq) {
                    of.insert(*actor, (Tip { seq: *seq, hash: *hash }, number));
                }
            }
            Record::AtRelay { relay, doc, entries, replace } => {
                let of = self.at_relay.entry((*relay, *doc)).or_default();
                if *replace {
                    of.clear();
                }
                for (actor, seq, hash) in entries {
                    if of.get(actor).is_none_or(|known| known.seq <= *seq) {
                        of.insert(*actor, Tip { seq: *seq, hash: *hash });
                    }
                }
            }
            Record::Fact { key, value } => {
                self.facts.insert(key.clone(), value.clone());
            }
            Record::Roster { version, .. } => self.roster.push((*version, number)),
            Record::Join { device, .. } => {
                self.joins.insert(*device, number);
            }
            Record::Refusal { doc, actor, seq, hash, .. } => {
                self.refused.insert((*doc, *actor, *seq, *hash), number);
            }
            Record::Repair { .. } => {}
        }
    }

    fn run(&mut self, chain: (DocId, ActorId), run: Run) {
        self.chains.entry(chain).or_default().push(run);
    }

    /// What is held of each document.
    #[must_use]
    pub fn clocks(&self) -> BTreeMap<DocId, Clock> {
        let mut clocks: BTreeMap<DocId, Clock> = BTreeMap::new();
        for ((doc, actor), runs) in &self.chains {
            let clock = clocks.entry(*doc).or_default();
            if let Some(run) = runs.last() {
                clock.raise(*actor, Tip { seq: run.last, hash: run.head });
            }
        }
        clocks
    }

    /// Compares everything a store answers with this reading.
    ///
    /// # Errors
    /// What differs.
    pub fn agree(&self, store: &Store) -> Result<(), Broken> {
        for (doc, clock) in self.clocks() {
            ensure(store.clock(&doc)? == clock, || format!("another clock of {doc}"))?;
        }
        for ((doc, actor), runs) in &self.chains {
            let told = store.runs(doc, actor, 1, usize::MAX)?;
            let same = told.len() == runs.len()
                && told.iter().zip(runs).all(|(told, run)| {
                    (told.first, told.last, told.head, told.number) == (run.first, run.last, run.head, run.number)
                });
            ensure(same, || format!("other runs of {doc}"))?;
        }
        for (doc, shown) in &self.shown {
            let told: Clock = shown.iter().map(|(actor, (tip, _))| (*actor, *tip)).collect();
            ensure(store.shown(doc)? == told, || format!("other receipts of {doc}"))?;
            let numbers: Vec<u64> = shown.values().map(|(_, number)| *number).collect();
            ensure(store.shown_records(doc)? == numbers, || format!("receipts of {doc} lie elsewhere"))?;
        }
        for ((relay, doc), tips) in &self.at_relay {
            let told: Clock = tips.iter().map(|(actor, tip)| (*actor, *tip)).collect();
            ensure(store.at_relay(relay, doc)? == told, || format!("other acknowledgements of {doc}"))?;
        }
        let facts: Vec<_> = self.facts.clone().into_iter().collect();
        ensure(store.facts("")? == facts, || "other facts".into())?;
        let roster: Vec<u64> = self.roster.iter().map(|(_, number)| *number).collect();
        ensure(store.roster_records()? == roster, || "another roster".into())?;
        let joins: Vec<_> = self.joins.clone().into_iter().collect();
        ensure(store.joins()? == joins, || "other joins".into())?;
        let refused: Vec<u64> = self.refused.values().copied().collect();
        let told: Vec<u64> = store.refusals(None)?.iter().map(|refused| refused.number).collect();
        ensure(told == refused, || "other refusals".into())?;
        ensure(store.missing()?.is_empty(), || "changes are said to be missing".into())
    }
}
