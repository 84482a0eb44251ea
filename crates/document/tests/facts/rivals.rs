//! Rivals that come and go beside a winner that stays: automerge's own diff is silent about them.

use hopluu_document::{Document, Incoming};
use hopluu_model::Field;

use crate::world::*;

/// Two documents that know of two rivals, and which of the two wins.
fn rivals() -> (Document, Document, i64) {
    let (mut a, mut b) = (Document::begin(register()), Document::begin(register()));
    let first = write(&mut a, actor(1), &unit(2, 100));
    b.apply(vec![first]).expect("a change of our own applies");
    let left = write(&mut a, actor(1), &households(2, 118));
    let right = write(&mut b, actor(2), &households(2, 121));
    a.apply(vec![right]).expect("a change of our own applies");
    b.apply(vec![left]).expect("a change of our own applies");
    let winner =
        a.record(unit_id(2)).expect("it was created").int(Field::HOUSEHOLDS).expect("a change of our own applies");
    (a, b, winner)
}

#[test]
fn settling_on_the_value_that_wins_already_reaches_everybody() {
    let (mut a, mut b, winner) = rivals();
    // The same value in the same millisecond by the same person: the very bytes that win.
    let settled = write(&mut a, actor(1), &households(2, winner));
    let applied = b.apply(vec![settled]).expect("a change of our own applies");
    assert_eq!((applied.applied, applied.unfit), (1, vec![]));
    for document in [&a, &b] {
        let held = &document.record(unit_id(2)).unwrap().fields[&Field::HOUSEHOLDS];
        assert_eq!((&held.value, held.rivals.len()), (&hopluu_model::Value::Int(winner), 0));
    }
    assert_eq!(a.heads(), b.heads());
}

#[test]
fn whoever_follows_hears_of_every_rival() {
    for seed in 0..150 {
        let mut noise = Noise(seed);
        let mut documents = [1, 2, 3].map(|_| Document::begin(register()));
        let mut changes: Vec<Incoming> = [1, 2].map(|n| write(&mut documents[0], actor(1), &unit(n, 1))).into();
        for step in 0..16 {
            let at = noise.below(3);
            let before = documents[at].heads();
            let old = [1, 2].map(|n| documents[at].record(unit_id(n)));
            if noise.below(2) == 0 && old[0].is_some() {
                let (n, value) = (1 + u8::try_from(noise.below(2)).unwrap(), i64::try_from(noise.below(3)).unwrap());
                let author = actor(1 + u8::try_from(at).unwrap());
                if let Ok(written) = documents[at].write(author, &households(n, value)) {
                    changes.push(incoming(&written));
                }
            } else {
                let known = 2 + noise.below(changes.len() - 1);
                documents[at].apply(changes[..known.min(changes.len())].to_vec()).expect("a change of our own applies");
            }
            let moved = documents[at].moved_since(&before, &commune);
            for (n, old) in [1, 2].into_iter().zip(old) {
                let told = moved.records.iter().any(|record| record.id == unit_id(n));
                assert!(told || documents[at].record(unit_id(n)) == old, "seed {seed}, step {step}");
            }
            if noise.below(2) == 0 {
                documents[at].follow();
            }
            if noise.below(4) == 0 {
                documents[at] = Document::load(register(), &documents[at].save()).expect("a change of our own applies");
            }
        }
    }
}
