//! What every folder of pictures must keep, as tests that any backend can run.
//!
//! Call [`picture_contract`] with a way to make a fresh [`Folder`]; it panics with the promise that was broken.

use hopluu_model::id::{CollectionId, DeviceId, MAX_PICTURE, PIECE, PictureKey, pieces_of};

use crate::files::Files;
use crate::pictures::{PictureError, PictureHeld, PictureQuota, Pictures, PieceFate, UNSYNCED, picture_id};

/// A place where a folder of pictures can be opened again and again.
pub trait Folder {
    /// The files; the same content each time.
    fn files(&mut self) -> Box<dyn Files>;
}

const HERE: CollectionId = CollectionId([1; 16]);
const DEVICE: DeviceId = DeviceId([9; 32]);

/// A picture for tests: so many bytes that follow from a seed.
#[must_use]
pub fn picture(seed: u8, bytes: usize) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(next).collect()
}

/// Opens the folder with room for 8 MiB.
///
/// # Errors
/// When it cannot be listed.
pub fn open(folder: &mut dyn Folder) -> Result<Pictures, PictureError> {
    let quota = PictureQuota { total: 8 << 20, collection: 4 << 20, device: 6 << 20 };
    Pictures::open(folder.files(), quota, [7; 16])
}

/// Checks all promises, each on a fresh folder.
///
/// # Errors
/// When an operation fails that must not.
///
/// # Panics
/// When a promise is broken.
pub fn picture_contract(make: &mut dyn FnMut() -> Box<dyn Folder>) -> Result<(), PictureError> {
    for promise in [
        what_is_kept_is_there_after_opening_again,
        pieces_become_the_picture_and_nothing_else,
        a_part_goes_on_after_opening_again,
        wrong_bytes_are_dropped,
        leavings_are_removed_and_strangers_left_alone,
        quotas_are_kept,
    ] {
        promise(make().as_mut())?;
    }
    Ok(())
}

fn key_of(bytes: &[u8]) -> PictureKey {
    PictureKey { collection: HERE, id: picture_id(bytes) }
}

fn append(pictures: &mut Pictures, bytes: &[u8], index: usize) -> Result<PieceFate, PictureError> {
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let piece = bytes.chunks(PIECE).nth(index).unwrap_or_default();
    pictures.append((key_of(bytes), size), &DEVICE, u32::try_from(index).unwrap_or(u32::MAX), piece)
}

fn what_is_kept_is_there_after_opening_again(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let mut all = Vec::new();
    for (seed, bytes) in (0..).zip([1, PIECE, PIECE + 1, 100_000, MAX_PICTURE]) {
        let bytes = picture(seed, bytes);
        let key = pictures.keep(HERE, &DEVICE, &bytes)?;
        assert_eq!(key, key_of(&bytes));
        assert_eq!(pictures.keep(HERE, &DEVICE, &bytes)?, key, "twice is once");
        all.push((key, bytes));
    }
    for bytes in [vec![], vec![7; MAX_PICTURE + 1]] {
        assert!(matches!(pictures.keep(HERE, &DEVICE, &bytes), Err(PictureError::Size(_))));
    }
    drop(pictures);
    let mut pictures = open(folder)?;
    assert_eq!((pictures.whole().count(), pictures.parts().count()), (5, 0));
    for (key, bytes) in &all {
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        assert_eq!(pictures.held(key), PictureHeld::Whole { size });
        assert!(pictures.read(key) == Some(bytes.as_slice()), "a picture of {size} bytes is read back");
        assert_eq!(pictures.piece(key, pieces_of(size)), None);
        let whole: Vec<u8> = (0..pieces_of(size)).filter_map(|index| pictures.piece(key, index)).flatten().collect();
        assert!(whole == *bytes, "a picture of {size} bytes is the sum of its pieces");
    }
    pictures.forget(&all[0].0);
    assert_eq!(pictures.held(&all[0].0), PictureHeld::Nothing);
    drop(pictures);
    assert_eq!(open(folder)?.whole().count(), 4);
    Ok(())
}

fn pieces_become_the_picture_and_nothing_else(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let bytes = picture(1, 3 * PIECE + 5);
    let key = key_of(&bytes);
    assert_eq!(append(&mut pictures, &bytes, 1)?, PieceFate::NotNext, "the first piece comes first");
    assert_eq!(append(&mut pictures, &bytes, 0)?, PieceFate::Kept);
    assert_eq!(append(&mut pictures, &bytes, 0)?, PieceFate::NotNext, "a piece that comes twice is once");
    assert_eq!(append(&mut pictures, &bytes, 3)?, PieceFate::NotNext);
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let short = pictures.append((key, size), &DEVICE, 1, &bytes[..100])?;
    assert_eq!(short, PieceFate::NotNext, "only the last piece may be short");
    assert_eq!(pictures.held(&key), PictureHeld::Part { pieces: 1, size });
    assert_eq!(pictures.read(&key), None, "half a picture is none");
    assert_eq!(pictures.piece(&key, 0), None);
    assert_eq!(append(&mut pictures, &bytes, 1)?, PieceFate::Kept);
    assert_eq!(append(&mut pictures, &bytes, 2)?, PieceFate::Kept);
    assert_eq!(append(&mut pictures, &bytes, 3)?, PieceFate::Whole);
    assert_eq!(append(&mut pictures, &bytes, 3)?, PieceFate::NotNext);
    assert!(pictures.read(&key) == Some(bytes.as_slice()));
    let too_large = pictures.append((key, MAX_PICTURE as u32 + 1), &DEVICE, 0, &bytes[..PIECE]);
    assert!(matches!(too_large, Err(PictureError::Size(_))));
    Ok(())
}

fn a_part_goes_on_after_opening_again(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let bytes = picture(2, 20 * PIECE);
    let (key, size) = (key_of(&bytes), 20 * PIECE as u32);
    for index in 0..13 {
        append(&mut pictures, &bytes, index)?;
    }
    drop(pictures);
    let mut pictures = open(folder)?;
    let held = 13 - (UNSYNCED / PIECE) as u32;
    assert_eq!(pictures.held(&key), PictureHeld::Part { pieces: held, size }, "what may be torn is fetched again");
    assert_eq!(pictures.parts().collect::<Vec<_>>(), [(key, size)]);
    for index in held as usize..19 {
        assert_eq!(append(&mut pictures, &bytes, index)?, PieceFate::Kept);
    }
    assert_eq!(append(&mut pictures, &bytes, 19)?, PieceFate::Whole);
    assert!(pictures.read(&key) == Some(bytes.as_slice()));
    Ok(())
}

fn wrong_bytes_are_dropped(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let (bytes, other) = (picture(3, 2 * PIECE), picture(4, 2 * PIECE));
    let (key, size) = (key_of(&bytes), 2 * PIECE as u32);
    append(&mut pictures, &bytes, 0)?;
    let fate = pictures.append((key, size), &DEVICE, 1, &other[PIECE..])?;
    assert_eq!((fate, pictures.held(&key)), (PieceFate::Wrong, PictureHeld::Nothing));
    for index in 0..2 {
        append(&mut pictures, &bytes, index)?;
    }
    // Damage at rest is found by whoever reads.
    let files = folder.files();
    let io = |source| PictureError::Io { what: "damage", source };
    let mut names = files.names().map_err(io)?;
    names.retain(|name| !name.ends_with(".folder"));
    assert_eq!(names.len(), 1, "one file for one picture: {names:?}");
    files.open(&names[0]).and_then(|file| file.write_at(77, b"damage")).map_err(io)?;
    let mut pictures = open(folder)?;
    assert_eq!(pictures.held(&key), PictureHeld::Whole { size }, "opening reads no picture");
    assert_eq!(pictures.piece(&key, 1), None);
    assert_eq!(pictures.held(&key), PictureHeld::Nothing, "it is fetched anew");
    assert_eq!(files.names().map_err(io)?.len(), 1, "but for the folder's name nothing is left");
    Ok(())
}

fn leavings_are_removed_and_strangers_left_alone(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let bytes = picture(5, 7 * PIECE);
    let key = pictures.keep(HERE, &DEVICE, &bytes)?;
    let files = folder.files();
    let io = |source| PictureError::Io { what: "leave", source };
    let (collection, other) = (HERE.to_string(), picture_id(b"other").to_string());
    for (name, len) in [
        // Of a picture that is whole.
        (format!("{collection}-{}-0000000000000001-{}.part", key.id, 7 * PIECE), 6 * PIECE),
        // Longer than its picture, too short to be certain of anything, of no size that there is.
        (format!("{collection}-{other}-0000000000000001-20000.part"), 6 * PIECE),
        (format!("{collection}-{other}-0000000000000002-200000.part"), UNSYNCED),
        (format!("{collection}-{other}-0000000000000003-0.part"), 0),
        (format!("{collection}-{other}-0000000000000004.jpg"), 0),
        // Strangers.
        ("Thumbs.db".to_owned(), 3),
        (format!("{collection}-{}-1.jpg", other.to_uppercase()), 3),
    ] {
        files.create(&name, len as u64).map_err(io)?;
    }
    files.sync_dir().map_err(io)?;
    let mut pictures = open(folder)?;
    assert_eq!((pictures.whole().collect::<Vec<_>>(), pictures.parts().count()), (vec![key], 0));
    assert!(pictures.read(&key) == Some(bytes.as_slice()));
    assert_eq!(files.names().map_err(io)?.len(), 4, "{:?}", files.names());
    let again = Pictures::open(folder.files(), PictureQuota::office(1), [8; 16])?;
    assert_eq!((pictures.folder(), again.folder()), ([7; 16], [7; 16]), "a folder keeps its name");
    Ok(())
}

fn quotas_are_kept(folder: &mut dyn Folder) -> Result<(), PictureError> {
    let mut pictures = open(folder)?;
    let collection = |number: u8| CollectionId([number; 16]);
    let mut seed = 0;
    let mut keep = |pictures: &mut Pictures, of: u8, by: u8| {
        seed += 1;
        pictures.keep(collection(of), &DeviceId([by; 32]), &picture(seed, MAX_PICTURE)).is_ok()
    };
    let kept = (0..20).filter(|_| keep(&mut pictures, 1, 1)).count();
    assert_eq!(kept, 8, "4 MiB of one collection");
    let kept = (0..20).filter(|_| keep(&mut pictures, 2, 1)).count();
    assert_eq!(kept, 4, "6 MiB by one device");
    let kept = (0..20).filter(|_| keep(&mut pictures, 3, 2)).count();
    assert_eq!(kept, 4, "8 MiB in all");
    drop(pictures);
    let mut pictures = open(folder)?;
    assert!(!keep(&mut pictures, 4, 4), "what is there is counted again after opening");
    let first = pictures.whole().next().expect("sixteen pictures");
    pictures.forget(&first);
    assert!(keep(&mut pictures, 4, 4));
    Ok(())
}
