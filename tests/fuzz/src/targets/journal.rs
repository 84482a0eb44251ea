//! Any bytes as the segments of a journal, as worn cards and careless copies leave them.

use hopluu_identity::sha256;
use hopluu_model::DocId;
use hopluu_store::{
    File, Files, IndexFate, LaneName, MemoryFiles, MemoryIndex, Options, Record, Recovery, Store, StoreError,
};

use crate::province::{DESK, NEWCOMER, NOON, RELAY, invitation, key, roster};
use crate::samples::{history, receipt};
use crate::script::{Script, put_part};

/// What a byte of options turns on: sums of headers and frames are made right again; the index is the one of before.
const MENDED: u8 = 1;
const WITH_INDEX: u8 = 2;

const HEADER: usize = 48;
const FRAME: usize = 28;
const SEGMENT: u64 = 8 * 1024;
/// Numbers looked at behind the beginning.
const LOOKED_AT: u64 = 300;

/// Opens; whatever was there, it opens, invents nothing, opens again alike and takes more.
pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let options = script.byte();
    let files = MemoryFiles::new();
    let mut segments: Vec<Vec<u8>> = Vec::new();
    while !script.is_over() && segments.len() < 8 {
        let (lane, first) = (LaneName::ALL[usize::from(script.byte() & 1)], u64::from(script.short()));
        let mut segment = script.part().to_vec();
        if options & MENDED != 0 {
            mend(&mut segment);
        }
        put(&files, &lane.file(first), &segment);
        segments.push(segment);
    }
    let index = if options & WITH_INDEX != 0 { kept_index() } else { MemoryIndex::new() };
    let (store, recovery) = match open(&files, &index) {
        Ok(opened) => opened,
        Err(StoreError::NewerLayout { .. } | StoreError::ForeignSegment { .. }) => return,
        Err(error) => panic!("a journal always opens: {error:?}"),
    };
    if options & MENDED == 0 {
        nothing_invented(&store, &segments);
    }
    gapless(&store);
    let (store, recovery) = noted(&files, &index, (store, recovery));
    let seen = picture(&store);
    drop(store);
    let (store, again) = open(&files, &index).expect("what was opened opens again");
    assert_eq!((again.end, &again.damaged, &again.index), (recovery.end, &recovery.damaged, &IndexFate::Kept));
    assert!(again.cut.is_empty(), "what was cut is gone: {recovery:?}, then {again:?}");
    assert_eq!(picture(&store), seen);
    drop(store);
    // Where a part of a journal is lost, only the index may still know what of the other parts was promised.
    let knows = options & WITH_INDEX != 0 || !(recovery.is_whole() || recovery.cut.is_empty());
    let index = if knows { index } else { MemoryIndex::new() };
    goes_on(&files, &index, (&recovery, &seen));
}

/// Where something is damaged a store may leave itself a note when it is opened once more; nothing gets less by it.
fn noted(files: &MemoryFiles, index: &MemoryIndex, (store, recovery): (Store, Recovery)) -> (Store, Recovery) {
    if recovery.is_whole() {
        return (store, recovery);
    }
    drop(store);
    let (store, again) = open(files, index).expect("what was opened opens again");
    assert!((0..=1).contains(&(again.end.number - recovery.end.number)), "{recovery:?}, then {again:?}");
    (store, again)
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let (files, _) = written();
    let names = files.names().expect("memory");
    let all: Vec<(u8, u16, Vec<u8>)> = names.iter().filter_map(|name| segment(&files, name)).collect();
    let with = |options: u8, segments: &[&(u8, u16, Vec<u8>)]| {
        let mut seed = vec![options];
        for (lane, first, bytes) in segments {
            seed.push(*lane);
            seed.extend(first.to_le_bytes());
            put_part(&mut seed, bytes);
        }
        seed
    };
    let whole: Vec<_> = all.iter().collect();
    let mut seeds: Vec<Vec<u8>> = (0..4).map(|options| with(options, &whole)).collect();
    for place in 0..all.len() {
        seeds.push(with(WITH_INDEX, &[&all[place]]));
        let rest: Vec<_> = all.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, one)| one).collect();
        seeds.extend([with(0, &rest), with(MENDED, &rest)]);
    }
    seeds
}

fn open(files: &MemoryFiles, index: &MemoryIndex) -> Result<(Store, Recovery), StoreError> {
    let options = Options { segment_bytes: SEGMENT, ..Options::new([3; 16]) };
    Store::open(Box::new(files.clone()), Box::new(index.clone()), options)
}

fn put(files: &MemoryFiles, name: &str, bytes: &[u8]) {
    let file: Box<dyn File> = files.create(name, bytes.len() as u64).expect("memory");
    file.write_at(0, bytes).expect("memory");
    file.sync_data().expect("memory");
    files.sync_dir().expect("memory");
}

/// Every record that can be read lies in the bytes as it is, under its sum.
fn nothing_invented(store: &Store, segments: &[Vec<u8>]) {
    for number in 1..=store.end().number.min(LOOKED_AT) {
        // A store notes by itself what it found unreadable.
        if let Ok(Some(record)) = store.read(number)
            && !matches!(record, Record::Repair { .. })
        {
            let payload = record.encode().expect("it was read");
            let lies = |segment: &Vec<u8>| segment.windows(payload.len()).any(|window| window == payload);
            assert!(segments.iter().any(lies), "record {number} was never written: {record:?}");
        }
    }
}

/// What is held of a chain is there from its first change on.
fn gapless(store: &Store) {
    for doc in store.docs().expect("a sound index") {
        for (actor, tip) in store.clock(&doc).expect("a sound index").0 {
            let mut next = 1;
            for run in store.runs(&doc, &actor, 1, usize::MAX).expect("a sound index") {
                if run.first <= next && next <= tip.seq {
                    next = run.last.saturating_add(1);
                    let read = store.read(run.number);
                    assert!(matches!(read, Ok(Some(Record::Local { .. } | Record::Pack { .. }))), "{doc}: {read:?}");
                }
            }
            assert!(next > tip.seq, "{doc}: {actor:?} is held to {} and lies there to {}", tip.seq, next - 1);
        }
    }
}

/// What a store answers, in short.
fn picture(store: &Store) -> [u8; 32] {
    let mut text = String::new();
    let docs: Vec<DocId> = store.docs().expect("a sound index");
    for doc in &docs {
        text += &format!("{:?}{:?}", store.clock(doc).expect("a sound index"), store.shown(doc));
        text += &format!("{:?}", store.at_relay(&key(RELAY).id(), doc));
    }
    text += &format!("{docs:?}{:?}{:?}", store.refusals(None), store.facts(""));
    text += &format!("{:?}{:?}{:?}", store.roster_records(), store.joins(), store.missing());
    for number in 1..=store.end().number.min(LOOKED_AT) {
        text += &format!("{:?}", store.read(number).ok());
    }
    sha256(text.as_bytes())
}

/// Takes more; the next opening has all of it. An index built anew says the same.
fn goes_on(files: &MemoryFiles, index: &MemoryIndex, (recovery, seen): (&Recovery, &[u8; 32])) {
    let (mut store, _) = open(files, index).expect("what was opened opens again");
    assert_eq!(store.end(), recovery.end, "{recovery:?}");
    assert_eq!(&picture(&store), seen, "an index built anew says the same");
    let note = Record::Repair { text: "tiếp tục".into() };
    let number = store.append(&note).expect("a sound store");
    store.commit().expect("a sound disk");
    assert_eq!(number, recovery.end.number + 1);
    drop(store);
    files.crash();
    let (store, after) = open(files, index).expect("what was committed opens");
    assert!(after.lost.is_none() && after.cut.is_empty(), "{after:?}");
    assert_eq!(store.read(number).expect("a sound disk"), Some(note));
}

/// Records of every kind in both lanes and several segments.
fn written() -> (MemoryFiles, MemoryIndex) {
    let (files, index) = (MemoryFiles::new(), MemoryIndex::new());
    let (mut store, _) = open(&files, &index).expect("an empty disk");
    for records in records().chunks(4) {
        for record in records {
            store.append(record).expect("a sound record");
        }
        store.commit().expect("a sound disk");
    }
    drop(store);
    (files, index)
}

fn kept_index() -> MemoryIndex {
    written().1
}

fn records() -> Vec<Record> {
    let history = history();
    let mut records = Vec::new();
    let (honest, hijacked) = (&history.issues[0], &history.issues[1]);
    for (seq, (run, edit)) in (1..).zip(honest.runs.iter().zip(&honest.edits)) {
        let parent = records.last().map(|_| honest.runs[usize::try_from(seq).unwrap_or(2) - 2].hash);
        let (doc, actor, hash, raw, edit) = (honest.doc, honest.actor, run.hash, run.raw.clone(), edit.clone());
        let signature = run.signature.expect("each is signed");
        records.push(Record::Local { doc, actor, seq, hash, parent, signature, urgent: false, raw, edit });
    }
    for (chain, first, last) in [(hijacked, 1, 3), (&history.people, 1, 2), (hijacked, 4, 5), (&history.people, 3, 5)] {
        let pack = chain.pack(first, last);
        let parent = first.checked_sub(2).map(|place| chain.runs[place].hash);
        let bytes = postcard::to_stdvec(&pack).expect("packs can be encoded");
        let (doc, actor, head, from) = (chain.doc, chain.actor, chain.runs[last - 1].hash, key(RELAY).id());
        records.push(Record::Pack { doc, actor, first: pack.first, last: pack.last(), head, parent, from, bytes });
    }
    let receipt = receipt(honest, 4, DESK);
    let (doc, actor, seq, hash) = (receipt.doc, receipt.actor, receipt.seq, receipt.hash);
    let bytes = postcard::to_stdvec(&receipt).expect("receipts can be encoded");
    let entries = vec![(actor, 6, honest.runs[5].hash)];
    let author = key(DESK).id();
    let head = roster().head().map(|head| head.to_bytes()).unwrap_or_default();
    let join = invitation().join(key(NEWCOMER).id(), NOON);
    records.extend([
        Record::Shown { doc, actor, seq, hash, bytes },
        Record::AtRelay { relay: key(RELAY).id(), doc, entries, replace: false },
        Record::Refusal {
            doc, actor: hijacked.actor, seq: 5, hash, author, reason: 62, text: "không đọc được".into()
        },
        Record::Roster { version: roster().version(), bytes: head },
        Record::Join { device: join.device, bytes: join.to_bytes() },
        Record::Fact { key: "issues/last".into(), value: vec![7] },
        Record::Cut { doc, actor: hijacked.actor, seq: 4 },
        Record::Fact { key: "issues/last".into(), value: vec![8] },
        Record::Repair { text: "đã sửa".into() },
    ]);
    records
}

fn segment(files: &MemoryFiles, name: &str) -> Option<(u8, u16, Vec<u8>)> {
    let (lane, first) = LaneName::parse(name)?;
    let mut bytes = files.contents(name)?;
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(end);
    Some((lane as u8, u16::try_from(first).ok()?, bytes))
}

/// Makes the sums of the header and of every frame right again, as far as their lengths lead.
fn mend(segment: &mut [u8]) {
    if let Some(header) = segment.get_mut(..HEADER) {
        let sum = crc32fast::hash(&header[..HEADER - 4]).to_le_bytes();
        header[HEADER - 4..].copy_from_slice(&sum);
    }
    let mut at = HEADER;
    while let Some(len) = segment.get(at..at + 4).map(|len| u32::from_le_bytes([len[0], len[1], len[2], len[3]])) {
        let end = usize::try_from(len).unwrap_or(usize::MAX).saturating_add(at + FRAME);
        let Some(frame) = segment.get_mut(at..end).filter(|_| len > 0) else { return };
        let mut sum = crc32fast::Hasher::new();
        sum.update(&frame[..4]);
        sum.update(&frame[8..]);
        let sum = sum.finalize().to_le_bytes();
        frame[4..8].copy_from_slice(&sum);
        at = end;
    }
}
