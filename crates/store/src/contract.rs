//! What every backend must keep, as tests. A new rule of storage starts here.
//!
//! Give [`contract`] a way to make a fresh [`Ground`]; it panics with the promise that was broken.

use hopluu_model::clock::Tip;
use hopluu_model::id::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, DocKind, Signature};

use crate::error::StoreError;
use crate::files::Files;
use crate::index::Index;
use crate::record::Record;
use crate::segment::LaneName;
use crate::store::{IndexFate, Options, Recovery, Store};

/// A place where a store can be opened again and again.
pub trait Ground {
    /// The segment files; the same content each time.
    fn files(&mut self) -> Box<dyn Files>;

    /// The index; the same content each time. No other is open.
    fn index(&mut self) -> Box<dyn Index>;

    /// Deletes the index. None is open.
    fn lose_index(&mut self);
}

/// Checks all promises, each on fresh ground.
///
/// # Errors
/// When an operation fails that must not.
///
/// # Panics
/// When a promise is broken.
pub fn contract(make: &mut dyn FnMut() -> Box<dyn Ground>) -> Result<(), StoreError> {
    for promise in [
        committed_survives_and_the_rest_vanishes,
        numbers_and_chain_are_stable,
        chains_have_no_gaps,
        a_cut_lowers_the_clock,
        an_index_is_only_a_cache,
        the_latest_fact_wins,
        receipts_and_relays_are_told_apart,
        large_snapshots_fit,
        personal_records_lie_apart,
        listing_reads_no_payloads,
    ] {
        promise(make().as_mut())?;
    }
    Ok(())
}

/// Opens the store of a ground with small segments, so that tests roll over many.
///
/// # Errors
/// When opening fails.
pub fn open(ground: &mut dyn Ground) -> Result<(Store, Recovery), StoreError> {
    let options = Options { segment_bytes: 8 * 1024, new_journal_id: [7; 16] };
    Store::open(ground.files(), ground.index(), options)
}

/// A document for tests.
#[must_use]
pub fn doc(collection: u8, kind: DocKind) -> DocId {
    DocId::new(CollectionId([collection; 16]), kind)
}

/// A change made here, for tests: its hash and its parent's follow from its number.
#[must_use]
pub fn local(doc: DocId, actor: u8, seq: u64) -> Record {
    Record::Local {
        doc,
        actor: ActorId([actor; 16]),
        seq,
        hash: hash(seq),
        parent: (seq > 1).then(|| hash(seq - 1)),
        signature: Signature([5; 64]),
        urgent: false,
        raw: vec![actor; 200],
        edit: vec![actor; 100],
    }
}

/// A run of changes for tests, whose hashes agree with [`local`].
#[must_use]
pub fn pack(doc: DocId, actor: u8, first: u64, last: u64) -> Record {
    Record::Pack {
        doc,
        actor: ActorId([actor; 16]),
        first,
        last,
        head: hash(last),
        parent: (first > 1).then(|| hash(first - 1)),
        from: DeviceId([9; 32]),
        bytes: vec![actor; 300],
    }
}

/// The hash of the change of that number, for tests.
#[must_use]
pub fn hash(seq: u64) -> ChangeHash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seq.to_le_bytes());
    ChangeHash(bytes)
}

fn fact(key: &str, value: &[u8]) -> Record {
    Record::Fact { key: key.into(), value: value.into() }
}

fn committed_survives_and_the_rest_vanishes(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let issues = doc(1, DocKind::Issues(2026));
    let (mut store, recovery) = open(ground)?;
    assert!(recovery.is_new && recovery.is_whole(), "a fresh place holds nothing: {recovery:?}");
    store.append(&local(issues, 1, 1))?;
    assert_eq!(store.clock(&issues)?.seq(&ActorId([1; 16])), 1, "a staged append is seen by clock");
    assert!(store.docs()?.is_empty() && store.read(1)?.is_none(), "a staged append is seen by nothing else");
    store.commit()?;
    store.append(&local(issues, 1, 2))?;
    drop(store);
    let (store, recovery) = open(ground)?;
    assert!(!recovery.is_new && recovery.is_whole());
    assert_eq!(store.clock(&issues)?.seq(&ActorId([1; 16])), 1, "what was not committed is gone");
    assert_eq!(store.read(1)?, Some(local(issues, 1, 1)));
    assert_eq!(store.docs()?, [issues]);
    Ok(())
}

fn numbers_and_chain_are_stable(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let (mut store, _) = open(ground)?;
    let mut ends = vec![store.end()];
    for round in 0..40_u8 {
        let first = store.append(&fact("round", &[round]))?;
        store.append(&Record::Repair { text: "x".repeat(700) })?;
        let committed = store.commit()?;
        assert_eq!((first, committed.from, committed.to), (committed.from, first, first + 1));
        ends.push(store.end());
    }
    assert_eq!(store.commit()?.to, 80, "an empty commit does nothing");
    drop(store);
    let (store, _) = open(ground)?;
    assert_eq!(Some(&store.end()), ends.last());
    for end in ends {
        assert_eq!(store.chain_at(end.number)?, Some(end.chain), "the running hash at {} changed", end.number);
    }
    assert_eq!(store.chain_at(81)?, None);
    let numbers: Vec<u64> = store.after(0, usize::MAX)?.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
    Ok(())
}

fn chains_have_no_gaps(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let register = doc(1, DocKind::Register);
    let (mut store, _) = open(ground)?;
    assert!(matches!(store.append(&local(register, 1, 2)), Err(StoreError::Gap { held: 0, first: 2, .. })));
    store.append(&pack(register, 1, 1, 4))?;
    store.append(&local(register, 1, 5))?;
    assert!(matches!(store.append(&pack(register, 1, 2, 5)), Err(StoreError::Overlap { held: 5, last: 5, .. })));
    store.commit()?;
    store.append(&pack(register, 1, 3, 9))?;
    assert!(matches!(store.append(&pack(register, 1, 11, 12)), Err(StoreError::Gap { held: 9, .. })));
    let mut other = local(register, 1, 10);
    if let Record::Local { parent, .. } = &mut other {
        *parent = Some(hash(77));
    }
    assert!(matches!(store.append(&other), Err(StoreError::Fork { first: 10, .. })));
    store.commit()?;
    assert_eq!(store.tip(&register, &ActorId([1; 16]))?, Some(Tip { seq: 9, hash: hash(9) }));
    let runs = |from, limit| store.runs(&register, &ActorId([1; 16]), from, limit);
    let spans: Vec<_> = runs(5, 9)?.iter().map(|run| (run.first, run.last, run.number)).collect();
    assert_eq!(spans, [(5, 5, 2), (3, 9, 3)]);
    assert_eq!((runs(1, 1)?.len(), runs(10, 9)?.len()), (1, 0));
    Ok(())
}

fn a_cut_lowers_the_clock(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let (register, author) = (doc(1, DocKind::Register), ActorId([1; 16]));
    let (mut store, _) = open(ground)?;
    for seq in 1..=5 {
        store.append(&local(register, 1, seq))?;
    }
    store.append(&local(register, 2, 1))?;
    store.commit()?;
    store.append(&Record::Cut { doc: register, actor: author, seq: 3 })?;
    assert_eq!(store.tip(&register, &author)?, Some(Tip { seq: 3, hash: hash(3) }), "the cut counts at once");
    store.append(&pack(register, 1, 4, 6))?;
    store.commit()?;
    for _ in 0..2 {
        assert_eq!(store.tip(&register, &author)?, Some(Tip { seq: 6, hash: hash(6) }));
        assert_eq!(store.clock(&register)?.seq(&ActorId([2; 16])), 1);
        let runs: Vec<_> = store.runs(&register, &author, 1, 99)?.iter().map(|run| run.last).collect();
        assert_eq!(runs, [1, 2, 3, 6]);
        let told: Vec<_> = store.after(0, 99)?.iter().map(|entry| entry.number).collect();
        assert_eq!(told, [1, 2, 3, 6, 7, 8], "what was cut away is not told any more");
        store.rebuild_index()?;
    }
    store.append(&Record::Cut { doc: register, actor: author, seq: 0 })?;
    store.commit()?;
    assert_eq!(store.tip(&register, &author)?, None);
    Ok(())
}

fn an_index_is_only_a_cache(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let (mut store, _) = open(ground)?;
    for actor in 1..30 {
        let doc = doc(actor % 3, if actor % 2 == 0 { DocKind::People } else { DocKind::Register });
        for seq in 1..10 {
            store.append(&local(doc, actor, seq))?;
        }
        store.commit()?;
    }
    store.append(&fact("large", &[1; 9000]))?;
    store.commit()?;
    store.cache_put("cursor", b"kept over a restart, lost with the index")?;
    store.flush_index()?;
    let before = answers(&store)?;
    drop(store);
    ground.lose_index();
    let (store, recovery) = open(ground)?;
    assert_eq!(recovery.index, IndexFate::Rebuilt { records: 262, reason: "no mark" });
    assert!(recovery.is_whole());
    assert!(answers(&store)? == before, "an index built anew gives other answers");
    assert_eq!(store.cache_get("cursor")?, None);
    drop(store);
    let (store, recovery) = open(ground)?;
    assert!(!matches!(recovery.index, IndexFate::Rebuilt { .. }), "built anew twice: {:?}", recovery.index);
    assert!(answers(&store)? == before);
    Ok(())
}

fn answers(store: &Store) -> Result<impl PartialEq + use<>, StoreError> {
    let docs = store.docs()?;
    let clocks = docs.iter().map(|doc| store.clock(doc)).collect::<Result<Vec<_>, _>>()?;
    let entries = store.after(0, usize::MAX)?;
    let records = entries.iter().map(|entry| store.read(entry.number)).collect::<Result<Vec<_>, _>>()?;
    let runs = store.runs(&docs[0], &ActorId([3; 16]), 1, 99)?;
    Ok((docs, clocks, entries, records, runs, store.facts("")?, store.end()))
}

fn the_latest_fact_wins(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let (mut store, _) = open(ground)?;
    store.append(&fact("desk/name", b"one"))?;
    store.append(&fact("desk/name", b"two"))?;
    store.append(&fact("desk/size", &[3; 5000]))?;
    store.append(&fact("other", b""))?;
    store.append(&Record::Roster { version: 2, bytes: vec![2] })?;
    store.append(&Record::Roster { version: 1, bytes: vec![1] })?;
    store.append(&Record::Join { device: DeviceId([4; 32]), bytes: vec![4] })?;
    store.commit()?;
    for _ in 0..2 {
        assert_eq!(store.fact("desk/name")?, Some(b"two".to_vec()));
        assert_eq!(store.fact("desk")?, None);
        let facts = store.facts("desk/")?;
        assert_eq!(facts, [("desk/name".into(), b"two".to_vec()), ("desk/size".into(), vec![3; 5000])]);
        assert_eq!(store.fact("other")?, Some(Vec::new()));
        assert_eq!(store.roster_records()?, [6, 5]);
        assert_eq!(store.joins()?, [(DeviceId([4; 32]), 7)]);
        store.rebuild_index()?;
    }
    Ok(())
}

fn receipts_and_relays_are_told_apart(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let issues = doc(1, DocKind::Issues(2026));
    let (relay, author) = (DeviceId([8; 32]), ActorId([1; 16]));
    let shown = |seq| Record::Shown { doc: issues, actor: author, seq, hash: hash(seq), bytes: vec![1; 80] };
    let held = |entries: &[(u8, u64)], replace| {
        let entries = entries.iter().map(|(actor, seq)| (ActorId([*actor; 16]), *seq, hash(*seq))).collect();
        Record::AtRelay { relay, doc: issues, entries, replace }
    };
    let refusal = Record::Refusal {
        doc: issues,
        actor: author,
        seq: 3,
        hash: hash(3),
        author: DeviceId([2; 32]),
        reason: 4,
        text: "quá lớn".into(),
    };
    let (mut store, _) = open(ground)?;
    for record in [shown(2), shown(5), shown(4), held(&[(1, 5), (2, 7)], false), held(&[(1, 4)], false), refusal] {
        store.append(&record)?;
    }
    store.commit()?;
    assert_eq!(store.shown(&issues)?.seq(&author), 5);
    assert_eq!(store.shown_records(&issues)?, [2]);
    assert_eq!(store.at_relay(&relay, &issues)?.len(), 12);
    let refusals = store.refusals(None)?;
    assert_eq!(refusals, store.refusals(Some(&issues))?);
    assert_eq!((refusals[0].seq, refusals[0].reason, refusals[0].text.as_str()), (3, 4, "quá lớn"));
    store.append(&held(&[(1, 3)], true))?;
    store.commit()?;
    assert_eq!(store.at_relay(&relay, &issues)?.len(), 3, "the relay came back with less");
    assert!(store.at_relay(&DeviceId([1; 32]), &issues)?.is_empty());
    assert!(store.refusals(Some(&doc(2, DocKind::Register)))?.is_empty());
    Ok(())
}

fn large_snapshots_fit(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let issues = doc(1, DocKind::Issues(2026));
    let large: Vec<u8> = (0..1_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (mut store, _) = open(ground)?;
    store.append(&fact("a", b"b"))?;
    store.commit()?;
    store.put_snapshot(&issues, b"clock", &large)?;
    let snapshot = store.snapshot(&issues)?.expect("a snapshot was put");
    assert!(snapshot.clock == b"clock" && snapshot.bytes == large);
    store.put_snapshot(&issues, b"", b"small")?;
    assert_eq!(store.snapshot(&issues)?.expect("a snapshot was put").bytes, b"small");
    assert_eq!(store.snapshot(&doc(2, DocKind::Register))?, None);
    store.drop_snapshot(&issues)?;
    assert_eq!(store.snapshot(&issues)?, None);
    store.cache_put("a", b"1")?;
    store.cache_put("ab", &[2; 4090])?;
    assert_eq!((store.cache_get("a")?, store.cache_get("ab")?), (Some(vec![b'1']), Some(vec![2; 4090])));
    store.cache_drop("a")?;
    assert_eq!(store.cache_get("a")?, None);
    Ok(())
}

fn personal_records_lie_apart(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let (mut store, _) = open(ground)?;
    for seq in 1..60 {
        store.append(&local(doc(1, DocKind::People), 0xA1, seq))?;
        store.append(&local(doc(1, DocKind::Register), 0xB2, seq))?;
    }
    store.commit()?;
    let files = ground.files();
    let io = |source| StoreError::io("read", ".", source);
    let mut seen = [0; 2];
    for name in files.names().map_err(io)? {
        let Some((lane, _)) = LaneName::parse(&name) else { continue };
        seen[lane as usize] += 1;
        let file = files.open(&name).map_err(io)?;
        let mut bytes = vec![0; usize::try_from(file.len().map_err(io)?).unwrap_or(0)];
        file.read_at(0, &mut bytes).map_err(io)?;
        let foreign = if lane == LaneName::Main { [0xA1; 32] } else { [0xB2; 32] };
        assert!(!bytes.windows(32).any(|window| window == foreign), "{name} holds records of the other lane");
    }
    assert!(seen[0] > 1 && seen[1] > 1, "both lanes roll over: {seen:?}");
    assert_eq!(store.read(1)?, Some(local(doc(1, DocKind::People), 0xA1, 1)));
    Ok(())
}

fn listing_reads_no_payloads(ground: &mut dyn Ground) -> Result<(), StoreError> {
    let register = doc(1, DocKind::Register);
    let (mut store, _) = open(ground)?;
    store.append(&fact("a", b"b"))?;
    store.append(&pack(register, 3, 1, 4))?;
    store.append(&local(register, 4, 1))?;
    store.commit()?;
    let entries = store.after(1, 1)?;
    assert_eq!(entries.len(), 1);
    let entry = entries[0];
    assert_eq!((entry.number, entry.tag, entry.doc), (2, crate::record::Tag::Pack, Some(register)));
    assert_eq!((entry.actor, entry.first, entry.last), (Some(ActorId([3; 16])), 1, 4));
    assert_eq!(entry.from_device, Some(DeviceId([9; 32])));
    assert_eq!(entry.bytes as usize, pack(register, 3, 1, 4).encode()?.len());
    assert_eq!(store.after(0, usize::MAX)?.len(), 3);
    Ok(())
}
