//! Folders of pictures: the contract in memory, and what power cuts, full and failing disks do to them.

use std::io::ErrorKind;

use hopluu_model::id::{CollectionId, DeviceId, PIECE, PictureKey};
use hopluu_store::picture_contract::{Folder, open, picture, picture_contract};
use hopluu_store::{Files, LEFT_TO_EDITS, MemoryFiles, Operation, PictureError, PictureHeld, PieceFate, picture_id};

struct Memory(MemoryFiles);

impl Folder for Memory {
    fn files(&mut self) -> Box<dyn Files> {
        Box::new(self.0.clone())
    }
}

const HERE: CollectionId = CollectionId([1; 16]);
const DEVICE: DeviceId = DeviceId([9; 32]);

#[test]
fn memory_keeps_the_contract() {
    picture_contract(&mut || Box::new(Memory(MemoryFiles::new()))).unwrap();
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Power goes at any operation, and of what was not synced any sectors arrive: a picture that was kept is whole, a part
/// never holds anything wrong, and most of it need not come again.
#[test]
fn a_power_cut_at_any_moment_costs_a_few_pieces_and_never_a_byte() {
    let mut dice = Dice(7);
    for round in 0..300_u64 {
        let files = MemoryFiles::new();
        let mut folder = Memory(files.clone());
        let own = picture(200, 40_000);
        let kept = open(&mut folder).unwrap().keep(HERE, &DEVICE, &own).unwrap();
        let bytes = picture(u8::try_from(round % 100).unwrap(), 24 * PIECE - 100);
        let (key, size) =
            (PictureKey { collection: HERE, id: picture_id(&bytes) }, u32::try_from(bytes.len()).unwrap());
        let (mut cuts, mut sent) = (0, 0);
        loop {
            let mut pictures = open(&mut folder).unwrap();
            assert!(pictures.read(&kept) == Some(own.as_slice()), "what was kept stays");
            let mut next = match pictures.held(&key) {
                PictureHeld::Whole { .. } => break,
                PictureHeld::Part { pieces, .. } => pieces,
                PictureHeld::Nothing => 0,
            };
            if cuts < 3 {
                let operation = [Operation::Write, Operation::Sync, Operation::Create][dice.below(3) as usize];
                files.fail(operation, 1 + dice.below(8), ErrorKind::Interrupted);
            }
            while let Some(piece) = bytes.chunks(PIECE).nth(next as usize) {
                sent += 1;
                match pictures.append((key, size), &DEVICE, next, piece) {
                    Ok(PieceFate::Kept) => next += 1,
                    Ok(PieceFate::Whole) => {
                        assert!(pictures.read(&key) == Some(bytes.as_slice()));
                        break;
                    }
                    Ok(fate) => panic!("piece {next} of round {round}: {fate:?}"),
                    Err(_) => break,
                }
            }
            cuts += 1;
            let share = dice.below(101);
            files.crash_torn(&mut |_, _| dice.below(100) < share);
            for operation in [Operation::Write, Operation::Sync, Operation::Create] {
                files.fail(operation, u64::MAX / 2, ErrorKind::Other);
            }
        }
        assert!(cuts <= 5 && sent <= 24 * 5, "round {round}: {cuts} cuts, {sent} pieces");
    }
}

#[test]
fn a_part_survives_the_power_up_to_its_last_sync() {
    let files = MemoryFiles::new();
    let mut folder = Memory(files.clone());
    let bytes = picture(1, 32 * PIECE);
    let (key, size) = (PictureKey { collection: HERE, id: picture_id(&bytes) }, 32 * PIECE as u32);
    let mut pictures = open(&mut folder).unwrap();
    for (index, piece) in (0..30).zip(bytes.chunks(PIECE)) {
        pictures.append((key, size), &DEVICE, index, piece).unwrap();
    }
    files.crash();
    let PictureHeld::Part { pieces, .. } = open(&mut folder).unwrap().held(&key) else { panic!("a part") };
    assert!((24..=28).contains(&pieces), "{pieces} of 30");
}

#[test]
fn a_failing_disk_costs_the_picture_that_met_it_and_no_other() {
    for (operation, nth) in [(Operation::Create, 1), (Operation::Write, 2), (Operation::Sync, 1), (Operation::Read, 1)]
    {
        let files = MemoryFiles::new();
        let mut folder = Memory(files.clone());
        let mut pictures = open(&mut folder).unwrap();
        let first = pictures.keep(HERE, &DEVICE, &picture(1, 90_000)).unwrap();
        files.fail(operation, nth, ErrorKind::Other);
        let second = pictures.keep(HERE, &DEVICE, &picture(2, 90_000));
        assert!(matches!(second, Err(PictureError::Io { .. })), "{operation:?}");
        assert_eq!(pictures.whole().collect::<Vec<_>>(), [first]);
        pictures.keep(HERE, &DEVICE, &picture(2, 90_000)).unwrap();
        drop(pictures);
        assert_eq!(open(&mut folder).unwrap().whole().count(), 2);
    }
}

#[test]
fn pictures_stop_long_before_the_disk_is_full() {
    let files = MemoryFiles::new();
    let mut pictures = open(&mut Memory(files.clone())).unwrap();
    files.set_free(Some(LEFT_TO_EDITS + 100_000));
    pictures.keep(HERE, &DEVICE, &picture(1, 100_000)).unwrap();
    files.set_free(Some(LEFT_TO_EDITS + 99_999));
    assert!(matches!(pictures.keep(HERE, &DEVICE, &picture(2, 100_000)), Err(PictureError::NoRoom)));
    files.set_free(None);
    pictures.keep(HERE, &DEVICE, &picture(2, 100_000)).unwrap();
}
