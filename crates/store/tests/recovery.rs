//! Power cuts, worn cards and full disks, one by one.

use std::io::ErrorKind;

use hopluu_model::id::{ActorId, DocKind};
use hopluu_store::contract::{Ground, contract, doc, local, open, pack};
use hopluu_store::{
    Files, Index, IndexFate, LaneName, MemoryFiles, MemoryIndex, Operation, Options, Record, Store, StoreError,
    WriteBehind,
};
use proptest::prelude::*;

#[derive(Default)]
struct Memory {
    files: MemoryFiles,
    index: MemoryIndex,
}

impl Ground for Memory {
    fn files(&mut self) -> Box<dyn Files> {
        Box::new(self.files.clone())
    }

    fn index(&mut self) -> Box<dyn Index> {
        Box::new(self.index.clone())
    }

    fn lose_index(&mut self) {
        self.index = MemoryIndex::new();
    }
}

fn note(text: &str) -> Record {
    Record::Repair { text: text.into() }
}

fn main_file() -> String {
    LaneName::Main.file(1)
}

/// Where the frame of a note lies: found by its text.
fn position(memory: &Memory, text: &str) -> usize {
    let bytes = memory.files.contents(&main_file()).expect("the first segment is there");
    bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the text was written")
}

#[test]
fn memory_keeps_the_contract() {
    contract(&mut || Box::new(Memory::default())).unwrap();
}

struct Behind(Memory);

impl Ground for Behind {
    fn files(&mut self) -> Box<dyn Files> {
        self.0.files()
    }

    fn index(&mut self) -> Box<dyn Index> {
        Box::new(WriteBehind::new(self.0.index(), 3000))
    }

    fn lose_index(&mut self) {
        self.0.lose_index();
    }
}

#[test]
fn an_index_written_behind_keeps_the_contract() {
    contract(&mut || Box::new(Behind(Memory::default()))).unwrap();
}

#[test]
fn a_commit_is_one_write_and_one_sync() {
    let mut memory = Memory::default();
    let (mut store, _) = Store::open(memory.files(), memory.index(), Options::new([1; 16])).unwrap();
    store.append(&note("first")).unwrap();
    store.commit().unwrap();
    let count = |operation| memory.files.count(operation);
    let before = (count(Operation::Write), count(Operation::Sync));
    for _ in 0..1000 {
        store.append(&note("more")).unwrap();
    }
    store.commit().unwrap();
    assert_eq!((count(Operation::Write), count(Operation::Sync)), (before.0 + 1, before.1 + 1));
}

#[test]
fn what_was_committed_survives_every_power_cut() {
    let mut memory = Memory::default();
    let people = doc(1, DocKind::People);
    for seq in 1..20 {
        let (mut store, recovery) = open(&mut memory).unwrap();
        assert!(recovery.is_whole(), "{recovery:?}");
        assert_eq!(store.clock(&people).unwrap().seq(&ActorId([1; 16])), seq - 1);
        store.append(&local(people, 1, seq)).unwrap();
        store.append(&note("main")).unwrap();
        store.commit().unwrap();
        store.append(&local(people, 1, seq + 1)).unwrap();
        memory.files.crash();
    }
}

#[test]
fn a_torn_tail_is_cut_and_said() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("kept")).unwrap();
    store.commit().unwrap();
    let end = store.end();
    memory.files.fail(Operation::Sync, 1, ErrorKind::Other);
    store.append(&note(&"torn ".repeat(300))).unwrap();
    store.append(&note("behind the torn one")).unwrap();
    assert!(store.commit().is_err());
    memory.files.crash_torn(&mut |_, sector| sector != 1);
    let (mut store, recovery) = open(&mut memory).unwrap();
    assert_eq!((recovery.cut.len(), store.end()), (1, end));
    assert!(recovery.is_whole());
    store.append(&note("next")).unwrap();
    store.commit().unwrap();
    drop(store);
    let (store, recovery) = open(&mut memory).unwrap();
    assert!(recovery.cut.is_empty() && recovery.is_whole());
    assert_eq!((store.read(2).unwrap(), store.read(3).unwrap()), (Some(note("next")), None));
}

#[test]
fn what_is_torn_before_whole_records_is_cut_with_them() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("kept")).unwrap();
    store.commit().unwrap();
    let end = store.end();
    memory.files.fail(Operation::Sync, 1, ErrorKind::Other);
    store.append(&note(&"torn ".repeat(300))).unwrap();
    store.append(&note("whole, but behind the torn one")).unwrap();
    assert!(store.commit().is_err());
    memory.files.crash_torn(&mut |_, sector| sector != 1);
    let (store, recovery) = open(&mut memory).unwrap();
    assert_eq!((recovery.cut.len(), recovery.cut[0].records, store.end()), (1, 1, end));
    drop(store);
    let (_, recovery) = open(&mut memory).unwrap();
    assert!(recovery.cut.is_empty(), "the first opening left something: {recovery:?}");
}

#[test]
fn a_number_missing_in_one_lane_cuts_the_other() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("kept")).unwrap();
    store.append(&local(doc(1, DocKind::People), 1, 1)).unwrap();
    store.commit().unwrap();
    memory.files.fail(Operation::Sync, 2, ErrorKind::Other);
    store.append(&note("kept too")).unwrap();
    store.append(&local(doc(1, DocKind::People), 1, 2)).unwrap();
    store.append(&note("must go")).unwrap();
    assert!(store.commit().is_err());
    memory.files.crash();
    let (store, recovery) = open(&mut memory).unwrap();
    assert_eq!((store.end().number, recovery.cut.len(), recovery.cut[0].records), (3, 1, 1));
    assert!(recovery.is_whole());
    assert_eq!(store.read(3).unwrap(), Some(note("kept too")));
}

#[test]
fn damage_in_the_middle_is_named_and_the_rest_is_readable() {
    let mut memory = Memory::default();
    let register = doc(1, DocKind::Register);
    let (mut store, _) = open(&mut memory).unwrap();
    for seq in 1..=6 {
        store.append(&local(register, 1, seq)).unwrap();
        store.append(&note(&format!("after {seq}"))).unwrap();
        store.commit().unwrap();
    }
    drop(store);
    assert!(memory.files.flip(&main_file(), position(&memory, "after 2") + 40, 4));
    let (mut store, recovery) = open(&mut memory).unwrap();
    assert_eq!(recovery.damaged, [(5, 5)]);
    assert_eq!((recovery.damage[0].doc, recovery.damage[0].first), (Some(register), 3));
    assert_eq!(store.clock(&register).unwrap().seq(&ActorId([1; 16])), 2, "the clock falls to the gapless prefix");
    assert_eq!(store.missing().unwrap()[0].seqs, 3..=3);
    assert_eq!((store.read(5).unwrap(), store.read(6).unwrap()), (None, Some(note("after 3"))));
    store.append(&pack(register, 1, 3, 3)).unwrap();
    store.commit().unwrap();
    for _ in 0..2 {
        assert_eq!(store.clock(&register).unwrap().seq(&ActorId([1; 16])), 6, "the repair joins what was left behind");
        assert!(store.missing().unwrap().is_empty());
        store.rebuild_index().unwrap();
    }
    drop(store);
    let (_, recovery) = open(&mut memory).unwrap();
    assert_eq!((recovery.damaged, recovery.index), (vec![(5, 5)], IndexFate::Kept), "known damage is no news");
}

#[test]
fn what_lies_behind_damage_stays_when_the_index_is_lost_later() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("before")).unwrap();
    store.commit().unwrap();
    for text in ["harmed", "behind it"] {
        store.append(&note(text)).unwrap();
    }
    store.commit().unwrap();
    drop(store);
    assert!(memory.files.flip(&main_file(), position(&memory, "harmed"), 1));
    let (store, recovery) = open(&mut memory).unwrap();
    assert_eq!((&recovery.damaged[..], recovery.end), (&[(2, 2)][..], store.end()));
    drop(store);
    memory.lose_index();
    let (store, recovery) = open(&mut memory).unwrap();
    assert_eq!(recovery.damaged, [(2, 2)], "only the index knew that number 2 was promised");
    assert_eq!(store.read(3).unwrap(), Some(note("behind it")));
}

#[test]
fn a_journal_deleted_beside_its_index_is_named_as_lost() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    for text in ["one", "two"] {
        store.append(&note(text)).unwrap();
    }
    store.commit().unwrap();
    drop(store);
    memory.files = MemoryFiles::new();
    let options = Options::new([9; 16]);
    let (store, recovery) = Store::open(memory.files(), memory.index(), options).unwrap();
    assert_eq!((recovery.lost, recovery.is_new, store.journal_id()), (Some((1, 2)), true, [9; 16]));
}

#[test]
fn a_journal_keeps_its_name_when_its_only_header_is_damaged() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("one")).unwrap();
    store.commit().unwrap();
    drop(store);
    assert!(memory.files.flip(&main_file(), 14, 1));
    for _ in 0..2 {
        let (store, recovery) = Store::open(memory.files(), memory.index(), Options::new([9; 16])).unwrap();
        assert!(recovery.is_whole(), "{recovery:?}");
        assert_eq!(store.journal_id(), [7; 16]);
        assert_eq!(recovery.index, IndexFate::Kept);
    }
}

#[test]
fn damage_after_opening_is_an_error_of_that_record_alone() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    for text in ["one", "two", "three"] {
        store.append(&note(text)).unwrap();
    }
    store.commit().unwrap();
    assert!(memory.files.flip(&main_file(), position(&memory, "two"), 1));
    assert!(matches!(store.read(2), Err(StoreError::Damaged { number: 2 })));
    assert_eq!(store.read(3).unwrap(), Some(note("three")));
}

#[test]
fn a_promised_record_lost_at_the_end_is_named() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    for text in ["one", "two"] {
        store.append(&note(text)).unwrap();
        store.commit().unwrap();
    }
    drop(store);
    assert!(memory.files.flip(&main_file(), position(&memory, "two"), 1));
    let (mut store, recovery) = open(&mut memory).unwrap();
    assert_eq!((recovery.lost, store.end().number), (Some((2, 2)), 1));
    store.append(&note("three")).unwrap();
    store.commit().unwrap();
    drop(store);
    let (store, recovery) = open(&mut memory).unwrap();
    assert!(recovery.is_whole());
    assert_eq!(store.read(2).unwrap(), Some(note("three")));
}

#[test]
fn a_full_disk_poisons_and_reopening_recovers() {
    let mut memory = Memory::default();
    let register = doc(1, DocKind::Register);
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&local(register, 1, 1)).unwrap();
    store.commit().unwrap();
    memory.files.break_down(Operation::Write, Some(ErrorKind::StorageFull));
    store.append(&local(register, 1, 2)).unwrap();
    let error = store.commit().unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }) && error.is_transient());
    assert!(store.is_poisoned());
    assert!(matches!(store.append(&local(register, 1, 2)), Err(StoreError::Poisoned)));
    assert!(matches!(store.commit(), Err(StoreError::Poisoned)));
    assert_eq!(store.clock(&register).unwrap().seq(&ActorId([1; 16])), 1, "what was staged is gone from the clock");
    assert_eq!(store.read(1).unwrap(), Some(local(register, 1, 1)), "reading goes on");
    drop(store);
    let (store, recovery) = open(&mut memory).unwrap();
    assert!(recovery.is_whole() && !store.is_poisoned(), "opening needs no room");
    drop(store);
    memory.files.break_down(Operation::Write, None);
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&local(register, 1, 2)).unwrap();
    store.commit().unwrap();
}

#[test]
fn a_read_only_disk_with_a_torn_tail_opens_for_reading() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    store.append(&note("kept")).unwrap();
    store.commit().unwrap();
    memory.files.fail(Operation::Sync, 1, ErrorKind::Other);
    store.append(&note(&"torn ".repeat(300))).unwrap();
    assert!(store.commit().is_err());
    memory.files.crash_torn(&mut |_, sector| sector != 1);
    memory.files.break_down(Operation::Write, Some(ErrorKind::ReadOnlyFilesystem));
    let (mut store, recovery) = open(&mut memory).unwrap();
    assert!(recovery.read_only && store.is_poisoned());
    assert_eq!(store.read(1).unwrap(), Some(note("kept")));
    assert!(matches!(store.append(&note("more")), Err(StoreError::Poisoned)));
}

#[test]
fn an_index_of_another_journal_is_rebuilt() {
    let (mut first, mut second) = (Memory::default(), Memory::default());
    for (memory, id, text) in [(&mut first, 1, "one"), (&mut second, 2, "two")] {
        let (mut store, _) = Store::open(memory.files(), memory.index(), Options::new([id; 16])).unwrap();
        store.append(&note(text)).unwrap();
        store.commit().unwrap();
    }
    first.index = second.index;
    let (store, recovery) = open(&mut first).unwrap();
    assert!(matches!(recovery.index, IndexFate::Rebuilt { records: 1, reason: "another journal" }));
    assert_eq!((store.journal_id(), store.read(1).unwrap()), ([1; 16], Some(note("one"))));
}

#[test]
fn a_damaged_header_costs_nothing() {
    let mut memory = Memory::default();
    let (mut store, _) = open(&mut memory).unwrap();
    for number in 0..40 {
        store.append(&note(&"x".repeat(500 + number))).unwrap();
    }
    store.commit().unwrap();
    drop(store);
    assert!(memory.files.flip(&main_file(), 3, 255));
    for _ in 0..2 {
        let (store, recovery) = open(&mut memory).unwrap();
        assert!(recovery.is_whole() && recovery.cut.is_empty(), "{recovery:?}");
        assert_eq!((store.end().number, store.journal_id()), (40, [7; 16]));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(bool, usize),
    Commit,
    Crash(u64),
    LoseIndex,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (any::<bool>(), 1_usize..1500).prop_map(|(personal, len)| Step::Append(personal, len)),
        4 => Just(Step::Commit),
        2 => any::<u64>().prop_map(Step::Crash),
        1 => Just(Step::LoseIndex),
    ];
    prop::collection::vec(step, 1..60)
}

fn numbered(personal: bool, len: usize, nth: u64) -> Record {
    let text = format!("{nth} {}", "x".repeat(len));
    if personal {
        let people = doc(1, DocKind::People);
        let actor = ActorId([1; 16]);
        let hash = hopluu_store::contract::hash(nth);
        Record::Shown { doc: people, actor, seq: nth, hash, bytes: text.into_bytes() }
    } else {
        note(&text)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever tears whenever: all that was committed is there in order, and behind it at most what was staged.
    #[test]
    fn promises_survive_any_tear(steps in steps()) {
        let mut memory = Memory::default();
        let (mut store, _) = open(&mut memory).unwrap();
        let mut written: Vec<Record> = Vec::new();
        for (nth, step) in steps.into_iter().enumerate() {
            match step {
                Step::Append(personal, len) => {
                    let record = numbered(personal, len, nth as u64);
                    store.append(&record).unwrap();
                    written.push(record);
                }
                Step::Commit => {
                    store.commit().unwrap();
                }
                Step::LoseIndex => memory.lose_index(),
                Step::Crash(seed) => {
                    let promised = store.end();
                    let mut dice = seed | 1;
                    memory.files.fail(Operation::Sync, 1 + seed % 3, ErrorKind::Other);
                    let committed = store.commit().is_ok();
                    let promised = if committed { store.end() } else { promised };
                    memory.files.crash_torn(&mut |_, _| {
                        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        dice >> 63 == 1
                    });
                    memory.files.fail(Operation::Sync, u64::MAX / 2, ErrorKind::Other);
                    let (again, recovery) = open(&mut memory).unwrap();
                    prop_assert!(recovery.is_whole(), "{recovery:?}");
                    prop_assert!(again.end().number >= promised.number);
                    prop_assert_eq!(again.chain_at(promised.number).unwrap(), Some(promised.chain));
                    written.truncate(usize::try_from(again.end().number).unwrap());
                    store = again;
                }
            }
            for number in 1..=store.end().number {
                let expected = written.get(usize::try_from(number).unwrap() - 1).cloned();
                prop_assert_eq!(store.read(number).unwrap(), expected);
            }
        }
    }
}
