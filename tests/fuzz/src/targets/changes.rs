//! Any bytes as changes that enrolled offices signed: sums and hashes are right, everything else may be anything.

use std::collections::BTreeMap;

use hopluu_document::{Document, DocumentError, Incoming, Moved};
use hopluu_model::{ActorId, ChangeHash, DocId, Side};
use hopluu_wire::change::parse;

use crate::chain::{Chain, chunk, edits, open_chunk};
use crate::province::{A, B, OTHER, TAN_LAP, actor, register};
use crate::samples::history;
use crate::script::{Script, put_part};

/// In front of each change.
const NEW_BATCH: u8 = 1;
/// Every document begins with one by this author, which is no device's.
const NOBODY: [u8; 16] = *b"hopluu-genesis-1";
/// Changes of one input.
const MOST: usize = 24;

/// Feeds a document as a machine does; honest records stay, it saves and loads, and every machine that holds the same
/// shows the same, in whatever order things came.
pub(super) fn run(bytes: &[u8]) {
    let batches = read(bytes);
    let doc = register(TAN_LAP);
    let (mut document, honest) = base();
    let wanted = document.everything(&commune);
    let mut held: Vec<Incoming> = honest.clone();
    let mut culprits: Vec<ChangeHash> = Vec::new();
    for batch in &batches {
        held.extend(batch.iter().cloned());
        match document.apply(batch.clone()) {
            Ok(applied) => culprits.extend(applied.unfit.iter().map(|(hash, _)| *hash)),
            Err(DocumentError::Broken { .. }) => {
                let (anew, broken) = without_culprits(doc, &held);
                (document, culprits) = (anew, broken);
            }
            Err(error) => panic!("{error}"),
        }
    }
    kept(&wanted, &document);
    let loaded = Document::load(doc, &document.save()).expect("what is saved can be loaded");
    assert_eq!(shown(&loaded), shown(&document), "the saved copy shows the same");
    // Whoever was off for a year gets all at once; whoever lost its disk gets it chain by chain.
    let mut sorted = held.clone();
    sorted.sort_by_key(|change| parse(&change.raw).map(|parsed| (parsed.actor, parsed.seq)).ok());
    for order in [&held, &sorted] {
        let (other, left_out) = without_culprits(doc, order);
        assert_eq!(shown(&other), shown(&document), "every machine shows the same");
        assert_eq!(set(&left_out), set(&culprits), "and leaves the same out");
    }
    let last = last_word();
    let after = document.apply(last.incoming()).expect("whoever comes after is not blamed");
    assert_eq!((after.applied, after.unfit.len()), (last.runs.len(), 0));
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let (mut document, _) = base();
    let [honest, hijacked] = &history().registers;
    let doc = document.id();
    let more = Chain::begin(OTHER, 3, doc).write(OTHER, &mut document, &edits(doc, 61, 6));
    let one = |chain: &Chain, how: u8| {
        let mut seed = Vec::new();
        for run in &chain.runs {
            seed.push(how);
            put_part(&mut seed, &run.raw);
        }
        seed
    };
    let mut seeds = vec![one(hijacked, 0), one(hijacked, NEW_BATCH), one(&more, 0), one(honest, NEW_BATCH)];
    seeds.push([one(hijacked, NEW_BATCH), one(&more, NEW_BATCH)].concat());
    seeds.push([one(&more, 0), one(hijacked, 0)].concat());
    // One change each, so that a search has little to carry.
    seeds.extend(hijacked.runs.iter().take(2).map(|run| {
        let mut seed = vec![NEW_BATCH];
        put_part(&mut seed, &run.raw);
        seed
    }));
    seeds
}

/// An honest register, and the changes it is made of.
fn base() -> (Document, Vec<Incoming>) {
    let changes = history().registers[0].incoming();
    let mut document = Document::begin(register(TAN_LAP));
    document.apply(changes.clone()).expect("honest changes");
    (document, changes)
}

fn last_word() -> &'static Chain {
    static LAST: std::sync::OnceLock<Chain> = std::sync::OnceLock::new();
    LAST.get_or_init(|| {
        let doc = register(TAN_LAP);
        Chain::begin(B, 7, doc).write(B, &mut base().0, &edits(doc, 121, 3))
    })
}

/// The changes that a mailbox would let in, in batches: plain chunks within the limit, each chain without a gap or fork.
fn read(bytes: &[u8]) -> Vec<Vec<Incoming>> {
    let mut script = Script::new(bytes);
    let mut tips: BTreeMap<ActorId, (u64, ChangeHash)> = BTreeMap::new();
    for change in base().1 {
        note(&mut tips, &change);
    }
    let mut batches: Vec<Vec<Incoming>> = vec![Vec::new()];
    for _ in 0..MOST {
        if script.is_over() {
            break;
        }
        let how = script.byte();
        let Some((_, body)) = open_chunk(script.part()) else { continue };
        let (raw, hash) = chunk(1, body);
        let change = Incoming { hash, raw };
        if note(&mut tips, &change) {
            match batches.last_mut() {
                Some(batch) if how & NEW_BATCH == 0 => batch.push(change),
                _ => batches.push(vec![change]),
            }
        }
    }
    batches
}

/// Whether a change goes on where its author's chain ends.
fn note(tips: &mut BTreeMap<ActorId, (u64, ChangeHash)>, change: &Incoming) -> bool {
    let Ok(parsed) = parse(&change.raw) else { return false };
    let held = tips.get(&parsed.actor);
    let attaches = match held {
        None => parsed.seq == 1,
        Some((seq, hash)) => parsed.seq == seq + 1 && parsed.parents.contains(hash),
    };
    let lets_in = attaches && parsed.actor.0 != NOBODY && parsed.actor != actor(A, 8);
    if lets_in {
        tips.insert(parsed.actor, (parsed.seq, parsed.hash));
    }
    lets_in
}

/// As an office makes a document anew.
fn without_culprits(doc: DocId, changes: &[Incoming]) -> (Document, Vec<ChangeHash>) {
    let mut culprits: Vec<ChangeHash> = Vec::new();
    'anew: loop {
        let mut document = Document::begin(doc);
        for change in changes {
            if culprits.contains(&change.hash) {
                continue;
            }
            match document.apply(vec![change.clone()]) {
                Ok(applied) => culprits.extend(applied.unfit.iter().map(|(hash, _)| *hash)),
                Err(DocumentError::Broken { culprit, .. }) => {
                    culprits.push(culprit.unwrap_or(change.hash));
                    continue 'anew;
                }
                Err(error) => panic!("{error}"),
            }
        }
        return (document, culprits);
    }
}

fn kept(wanted: &Moved, document: &Document) {
    let all = document.everything(&commune);
    for record in &wanted.records {
        let kept = all.records.iter().find(|kept| kept.id == record.id).expect("honest records survive");
        assert_eq!((kept.kind, &kept.stamp), (record.kind, &record.stamp));
    }
    for event in &wanted.events {
        assert!(all.events.contains(event), "honest events survive");
    }
}

fn shown(document: &Document) -> (Vec<ChangeHash>, Moved, hopluu_model::Clock) {
    (document.heads(), document.everything(&commune), document.clock().clone())
}

fn set(hashes: &[ChangeHash]) -> std::collections::BTreeSet<ChangeHash> {
    hashes.iter().copied().collect()
}

fn commune(_: &ActorId) -> Side {
    Side::Commune
}
