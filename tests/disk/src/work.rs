//! What an office does all day, as records.

use hopluu_model::id::{ActorId, ChangeHash, CollectionId, DeviceId, DocId, DocKind, Signature};
use hopluu_store::{Record, Store, StoreError};

use crate::dice::Dice;

const KINDS: [DocKind; 3] = [DocKind::Register, DocKind::People, DocKind::Issues(2026)];

/// A document of a small place: two collections, three kinds.
#[must_use]
pub fn doc(dice: &mut Dice) -> DocId {
    let collection = 1 + u8::try_from(dice.below(2)).unwrap_or(0);
    DocId::new(CollectionId([collection; 16]), KINDS[dice.below(3)])
}

fn actor(dice: &mut Dice) -> ActorId {
    ActorId([1 + u8::try_from(dice.below(4)).unwrap_or(0); 16])
}

fn hash(dice: &mut Dice) -> ChangeHash {
    ChangeHash(dice.id())
}

/// Bytes as they come: mostly noise, sometimes zeros, which look like reserved space.
fn bytes(dice: &mut Dice, most: usize) -> Vec<u8> {
    let len = 1 + dice.below(most);
    match dice.below(8) {
        0 => vec![0; len],
        1 => {
            let mut half = dice.bytes(len);
            half[len / 3..].fill(0);
            half
        }
        _ => dice.bytes(len),
    }
}

/// The next record that a store takes.
///
/// # Errors
/// When the store cannot be asked.
pub fn next(store: &Store, dice: &mut Dice) -> Result<Record, StoreError> {
    Ok(match dice.below(100) {
        0..45 => local(store, dice)?,
        45..65 => pack(store, dice)?,
        65..72 => {
            let (doc, actor, seq) = (doc(dice), actor(dice), 1 + dice.draw() % 60);
            Record::Shown { doc, actor, seq, hash: hash(dice), bytes: bytes(dice, 90) }
        }
        72..79 => {
            let entries = (0..dice.below(4)).map(|_| (actor(dice), 1 + dice.draw() % 60, hash(dice))).collect();
            let replace = dice.percent(30);
            Record::AtRelay { relay: DeviceId([dice.below(2) as u8; 32]), doc: doc(dice), entries, replace }
        }
        79..86 => {
            let most = if dice.percent(15) { 9_000 } else { 200 };
            Record::Fact { key: format!("fact/{}", dice.below(6)), value: bytes(dice, most) }
        }
        86..90 => Record::Roster { version: dice.draw() % 40, bytes: bytes(dice, 700) },
        90..92 => Record::Join { device: DeviceId([dice.below(5) as u8; 32]), bytes: bytes(dice, 200) },
        92..95 => {
            let (doc, actor, seq, hash) = (doc(dice), actor(dice), dice.draw() % 60, hash(dice));
            let text = "quá lớn ".repeat(dice.below(9));
            Record::Refusal { doc, actor, seq, hash, author: DeviceId([3; 32]), reason: 4, text }
        }
        95..97 => {
            let (doc, actor) = (doc(dice), actor(dice));
            let held = store.tip(&doc, &actor)?.map_or(0, |tip| tip.seq);
            Record::Cut { doc, actor, seq: held.saturating_sub(dice.draw() % 6) }
        }
        _ => Record::Repair { text: "đã sửa ".repeat(1 + dice.below(60)) },
    })
}

fn local(store: &Store, dice: &mut Dice) -> Result<Record, StoreError> {
    let (doc, actor) = (doc(dice), actor(dice));
    let tip = store.tip(&doc, &actor)?;
    Ok(Record::Local {
        doc,
        actor,
        seq: tip.map_or(0, |tip| tip.seq) + 1,
        hash: hash(dice),
        parent: tip.map(|tip| tip.hash),
        signature: Signature([5; 64]),
        urgent: dice.percent(10),
        raw: bytes(dice, 500),
        edit: bytes(dice, 200),
    })
}

fn pack(store: &Store, dice: &mut Dice) -> Result<Record, StoreError> {
    let (doc, actor) = (doc(dice), actor(dice));
    let tip = store.tip(&doc, &actor)?;
    let held = tip.map_or(0, |tip| tip.seq);
    // Some packs begin in what is held already, as they do after a line broke.
    let overlap = if dice.percent(20) { dice.draw() % (held + 1) } else { 0 };
    let parent = if overlap == 0 { tip.map(|tip| tip.hash) } else { None };
    Ok(Record::Pack {
        doc,
        actor,
        first: held + 1 - overlap.min(held),
        last: held + 1 + dice.draw() % 5,
        head: hash(dice),
        parent,
        from: DeviceId([9; 32]),
        bytes: bytes(dice, 2_500),
    })
}
