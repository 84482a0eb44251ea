//! The contract on a real disk, and one test per leaving that start-up may find.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hopluu_model::id::{ActorId, CollectionId, DeviceId, DocKind};
use hopluu_store::contract::{Ground, contract, doc, local};
use hopluu_store::picture_contract::{Folder, picture, picture_contract};
use hopluu_store::{Files, Index, IndexFate, MemoryFiles, Operation, Options, Record, Store};
use hopluu_store_sled::{DiskFiles, IndexHome, OpenError, Opened, Settings, SledIndex, open_store};
use tempfile::TempDir;

struct Disk(TempDir);

impl Ground for Disk {
    fn files(&mut self) -> Box<dyn Files> {
        Box::new(DiskFiles::new(&self.0.path().join("journal"), None).expect("the disk is fine"))
    }

    fn index(&mut self) -> Box<dyn Index> {
        Box::new(SledIndex::at(&self.0.path().join("index"), Settings::new([7; 16])).expect("the disk is fine"))
    }

    fn lose_index(&mut self) {
        fs::remove_dir_all(self.0.path().join("index")).expect("the disk is fine");
    }
}

#[test]
fn disk_and_sled_keep_the_contract() {
    contract(&mut || Box::new(Disk(TempDir::new().unwrap()))).unwrap();
}

struct PictureDir(TempDir);

impl Folder for PictureDir {
    fn files(&mut self) -> Box<dyn Files> {
        Box::new(DiskFiles::new(self.0.path(), None).expect("the disk is fine"))
    }
}

#[test]
fn a_disk_keeps_the_contract_of_pictures() {
    picture_contract(&mut || Box::new(PictureDir(TempDir::new().unwrap()))).unwrap();
}

#[test]
fn pictures_lie_beside_the_journal_and_keep_nothing_from_opening() {
    let dir = filled();
    let (collection, device) = (CollectionId([1; 16]), DeviceId([2; 32]));
    let mut opened = open(dir.path());
    let pictures = opened.store.pictures_mut().expect("a folder");
    let key = pictures.keep(collection, &device, &picture(1, 70_000)).expect("there is room");
    drop(opened);
    let mut opened = open(dir.path());
    let pictures = opened.store.pictures_mut().expect("a folder");
    assert_eq!(pictures.read(&key), Some(picture(1, 70_000).as_slice()));
    drop(opened);
    fs::remove_dir_all(dir.path().join("pictures")).unwrap();
    fs::write(dir.path().join("pictures"), "not a folder").unwrap();
    let opened = open(dir.path());
    assert_all_there(&opened);
    assert!(opened.store.pictures().is_none());
}

fn open(dir: &Path) -> Opened {
    open_store(dir, Settings { segment_bytes: 64 * 1024, ..Settings::new([7; 16]) }).expect("it opens")
}

/// A directory with 300 changes of three authors, closed in good order.
fn filled() -> TempDir {
    let dir = TempDir::new().expect("a temporary directory");
    let mut opened = open(dir.path());
    for seq in 1..=100 {
        for actor in 1..=3 {
            opened.store.append(&local(doc(actor, DocKind::Register), actor, seq)).expect("it follows");
        }
        if seq % 10 == 0 {
            opened.store.commit().expect("the disk is fine");
        }
    }
    dir
}

fn assert_all_there(opened: &Opened) {
    assert!(opened.recovery.is_whole(), "{:?}", opened.recovery);
    assert_eq!(opened.store.docs().expect("it reads").len(), 3);
    for actor in 1..=3 {
        let register = doc(actor, DocKind::Register);
        assert_eq!(opened.store.clock(&register).expect("it reads").seq(&ActorId([actor; 16])), 100);
        let runs = opened.store.runs(&register, &ActorId([actor; 16]), 1, 1000).expect("it reads");
        assert_eq!(runs.len(), 100);
        let record = opened.store.read(runs[49].number).expect("it reads");
        assert_eq!(record, Some(local(register, actor, 50)));
    }
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let generations = fs::read_dir(dir.join("index")).expect("there is an index");
    let dirs = generations.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir());
    let files = dirs.flat_map(|path| fs::read_dir(path).expect("readable"));
    files.map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect()
}

#[test]
fn a_closed_store_opens_without_any_rebuilding() {
    let dir = filled();
    for _ in 0..3 {
        let opened = open(dir.path());
        assert_all_there(&opened);
        assert_eq!((opened.index, &opened.recovery.index), (IndexHome::Disk, &IndexFate::Kept));
    }
}

#[test]
fn a_second_process_is_told_the_directory() {
    let dir = filled();
    let first = open(dir.path());
    let Err(error) = open_store(dir.path(), Settings::new([7; 16])) else { panic!("opened twice") };
    assert!(matches!(error, OpenError::Locked { .. }) && error.is_transient());
    assert!(error.to_string().contains(&dir.path().display().to_string()));
    drop(first);
    assert_all_there(&open(dir.path()));
}

#[test]
fn a_deleted_index_is_built_again() {
    let dir = filled();
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let opened = open(dir.path());
    assert_all_there(&opened);
    assert!(matches!(opened.recovery.index, IndexFate::Rebuilt { records: 300, .. }));
}

#[test]
fn an_altered_index_file_is_never_believed() {
    for position in [0, 40, 5_000, 20_000, 60_000] {
        let dir = filled();
        for path in index_files(dir.path()) {
            let mut bytes = fs::read(&path).unwrap();
            if let Some(byte) = bytes.get_mut(position) {
                *byte ^= 0x10;
                fs::write(&path, bytes).unwrap();
            }
        }
        let opened = open(dir.path());
        assert_all_there(&opened);
        assert_eq!(opened.index, IndexHome::DiskAnew);
        drop(opened);
        assert_eq!(open(dir.path()).index, IndexHome::Disk);
    }
}

#[test]
fn a_half_written_index_file_is_never_believed() {
    let dir = filled();
    for path in index_files(dir.path()) {
        let len = fs::metadata(&path).unwrap().len();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len / 2).unwrap();
    }
    assert_all_there(&open(dir.path()));
}

#[test]
fn junk_that_passes_for_an_index_is_survived() {
    let dir = filled();
    for path in index_files(dir.path()) {
        let len = fs::metadata(&path).unwrap().len();
        let junk: Vec<u8> = (0..len).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        fs::write(&path, junk).unwrap();
    }
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    fs::write(dir.path().join("index/state"), format!("open {boot}")).unwrap();
    assert_all_there(&open(dir.path()));
}

#[test]
fn a_leftover_snapshot_is_removed() {
    let dir = filled();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    fs::write(dir.path().join("index/state"), format!("open {boot}")).unwrap();
    fs::write(dir.path().join("index/0/snap.00000000000000FF.generating"), b"half").unwrap();
    let opened = open(dir.path());
    assert_all_there(&opened);
    assert_eq!(opened.index, IndexHome::Disk);
}

#[test]
fn an_index_left_open_by_a_power_cut_is_built_again() {
    let dir = filled();
    fs::write(dir.path().join("index/state"), "open another-boot\n").unwrap();
    let opened = open(dir.path());
    assert_all_there(&opened);
    assert_eq!(opened.index, IndexHome::DiskAnew);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("room for a copy");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("room for a copy");
        }
    }
}

#[test]
fn a_killed_process_leaves_all_it_committed() {
    let dir = filled();
    let copies = TempDir::new().unwrap();
    let mut opened = open(dir.path());
    for round in 0..5 {
        opened.store.append(&Record::Fact { key: "round".into(), value: vec![round] }).unwrap();
        opened.store.commit().unwrap();
        let copied = copies.path().join(round.to_string());
        copy(dir.path(), &copied);
        let again = open(&copied);
        assert_all_there(&again);
        assert_eq!(again.store.fact("round").unwrap(), Some(vec![round]));
        assert_eq!((again.store.end(), again.index), (opened.store.end(), IndexHome::Disk));
    }
}

#[test]
fn a_torn_tail_on_disk_is_cut() {
    let dir = filled();
    let mut segments: Vec<_> = fs::read_dir(dir.path().join("journal")).unwrap().map(|e| e.unwrap().path()).collect();
    segments.sort();
    let last = segments.pop().unwrap();
    let mut bytes = fs::read(&last).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    let torn = bytes.len().min(end + 200);
    bytes[end + 1..torn].fill(7);
    fs::write(&last, bytes).unwrap();
    let opened = open(dir.path());
    assert_all_there(&opened);
    assert_eq!(opened.recovery.cut.len(), 1);
    drop(opened);
    assert!(open(dir.path()).recovery.cut.is_empty());
}

#[test]
fn a_full_disk_beside_a_sled_index_keeps_what_was_promised() {
    let dir = TempDir::new().unwrap();
    let files = MemoryFiles::new();
    let register = doc(1, DocKind::Register);
    let open = || {
        let index = SledIndex::at(dir.path(), Settings::new([7; 16])).unwrap();
        Store::open(Box::new(files.clone()), Box::new(index), Options::new([7; 16])).unwrap()
    };
    let (mut store, _) = open();
    store.append(&local(register, 1, 1)).unwrap();
    store.commit().unwrap();
    files.fail(Operation::Write, 1, ErrorKind::StorageFull);
    store.append(&local(register, 1, 2)).unwrap();
    assert!(store.commit().is_err() && store.is_poisoned());
    drop(store);
    let (mut store, recovery) = open();
    assert!(recovery.is_whole());
    assert_eq!(store.clock(&register).unwrap().seq(&ActorId([1; 16])), 1);
    store.append(&local(register, 1, 2)).unwrap();
    store.commit().unwrap();
}

#[test]
fn a_newer_layout_is_left_alone() {
    let dir = filled();
    fs::write(dir.path().join("layout"), "2\n").unwrap();
    assert!(matches!(open_store(dir.path(), Settings::new([7; 16])), Err(OpenError::NewerLayout { .. })));
}

#[test]
fn a_flipped_bit_of_the_layout_file_stops_nobody() {
    let dir = filled();
    for (at, bit) in (0..2).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut layout = *b"1\n";
        layout[at] ^= 1 << bit;
        fs::write(dir.path().join("layout"), layout).unwrap();
        assert_all_there(&open(dir.path()));
    }
    fs::write(dir.path().join("layout"), [0, 0]).unwrap();
    assert_all_there(&open(dir.path()));
    assert_eq!(fs::read(dir.path().join("layout")).unwrap(), b"1\n");
}
