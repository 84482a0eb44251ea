//! Changes that no honest program writes. They are made here, from a seed: what crashes other people's libraries is
//! never committed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::automerge::transaction::Transactable;
use ::automerge::{ActorId, Automerge, Change, ExpandedChange, ObjType, ROOT, legacy};
use hopluu_document::{Document, DocumentError, Incoming};
use hopluu_model::ChangeHash;

use crate::world::*;

/// The change an author could sign: damaged bytes under their true hash and checksum.
fn signed(mut raw: Vec<u8>) -> Incoming {
    let hash = catch_unwind(AssertUnwindSafe(|| Change::from_bytes(raw.clone()).map(|change| change.hash().0)));
    let hash = hash.ok().and_then(Result::ok).unwrap_or([9; 32]);
    raw[4..8].copy_from_slice(&hash[..4]);
    Incoming { hash: ChangeHash(hash), raw }
}

#[test]
fn crafted_changes_never_get_past_the_fence() {
    let mut base = Document::begin(register());
    let honest: Vec<Incoming> = (2..5).map(|number| write(&mut base, actor(1), &unit(number, 10))).collect();
    let wanted = base.everything(&commune);
    let mut other = Document::load(register(), &base.save()).unwrap();
    let good = write(&mut other, actor(2), &households(3, 99));
    let beside = write(&mut Document::load(register(), &base.save()).unwrap(), actor(3), &households(3, 98));
    let mut noise = Noise(42);
    let (mut unfit, mut broken, mut applied) = (0, 0, 0);
    for _ in 0..800 {
        let mut raw = good.raw.clone();
        for _ in 0..=noise.below(3) {
            // Behind the chunk's head, where the content lies.
            let place = 10 + noise.below(raw.len() - 10);
            raw[place] ^= 1 << noise.below(8);
        }
        let mut document = rebuilt(register(), &honest);
        match document.apply(vec![signed(raw)]) {
            Ok(done) if !done.unfit.is_empty() => unfit += 1,
            Ok(_) => applied += 1,
            Err(DocumentError::Broken { .. }) => {
                broken += 1;
                document = rebuilt(register(), &honest);
            }
            Err(other) => panic!("{other}"),
        }
        let after = document.apply(vec![beside.clone()]).expect("whoever comes after is not blamed");
        assert_eq!(after.applied, 1);
        let all = document.everything(&commune);
        for record in &wanted.records {
            let kept = all.records.iter().find(|kept| kept.id == record.id).expect("others' records survive");
            assert_eq!((kept.kind, &kept.stamp), (record.kind, &record.stamp));
        }
        assert!(Document::load(register(), &document.save()).is_ok(), "what is saved can be loaded");
    }
    assert!(unfit > 0 && broken > 0 && applied > 0, "{unfit} unfit, {broken} broken, {applied} applied");
}

#[test]
fn a_change_under_a_foreign_hash_is_not_fed() {
    let mut document = Document::begin(register());
    let change = write(&mut Document::begin(register()), actor(1), &unit(2, 10));
    let applied = document.apply(vec![Incoming { hash: ChangeHash([1; 32]), ..change }]).unwrap();
    assert_eq!((applied.applied, applied.unfit.len(), document.parked()), (0, 1, 0));
}

#[test]
fn compressed_chunks_are_not_fed() {
    let mut am = Automerge::new();
    let mut tx = am.transaction();
    tx.put(ROOT, "k", "0".repeat(1 << 20)).unwrap();
    tx.commit();
    let mut change = am.get_last_local_change().unwrap();
    let raw = change.bytes().to_vec();
    let applied = Document::begin(register()).apply(vec![Incoming { hash: ChangeHash(change.hash().0), raw }]).unwrap();
    assert_eq!(applied.unfit.len(), 1);
}

/// A change on top of a document's genesis that does what it likes.
fn willful(act: impl FnOnce(&mut Automerge)) -> Incoming {
    let mut am = Automerge::load(&Document::begin(register()).save()).expect("it was made here");
    am.set_actor(ActorId::from([5; 16]));
    act(&mut am);
    let change = am.get_last_local_change().expect("it was made here");
    Incoming { hash: ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() }
}

fn at_root(am: &mut Automerge, act: impl FnOnce(&mut ::automerge::transaction::Transaction<'_>)) {
    let mut tx = am.transaction();
    act(&mut tx);
    tx.commit();
}

#[test]
fn nobody_touches_the_containers() {
    let mut document = Document::begin(register());
    let kept = write(&mut document, actor(1), &unit(2, 10));
    let attempts = [
        willful(|am| at_root(am, |tx| tx.delete(ROOT, "records").unwrap())),
        willful(|am| at_root(am, |tx| drop(tx.put_object(ROOT, "records", ObjType::Map).unwrap()))),
        willful(|am| at_root(am, |tx| tx.put(ROOT, "id", 7).unwrap())),
        willful(|am| at_root(am, |tx| tx.put(ROOT, "more", "x").unwrap())),
    ];
    for attempt in attempts {
        let applied = document.apply(vec![attempt]).unwrap();
        assert_eq!((applied.applied, applied.unfit.len()), (0, 1));
    }
    assert_eq!(document.heads(), vec![kept.hash]);
}

/// A change on top of a document that automerge writes honestly and its author then bends.
fn bent(document: &Document, act: impl FnOnce(&mut ExpandedChange)) -> Incoming {
    let mut copy = Document::load(document.id(), &document.save()).expect("it was made here");
    let written = copy.write(actor(5), &households(2, 77)).expect("it was made here");
    let mut change = Change::from_bytes(written.raw).expect("it was made here").decode();
    act(&mut change);
    let change = Change::from(change);
    Incoming { hash: ChangeHash(change.hash().0), raw: change.raw_bytes().to_vec() }
}

#[test]
fn nobody_deletes_hides_or_replaces_a_record() {
    let mut document = Document::begin(register());
    write(&mut document, actor(1), &unit(2, 10));
    write(&mut document, actor(1), &unit(3, 11));
    let before = (document.heads(), document.everything(&commune));
    let container = |change: &ExpandedChange| {
        // Unit 2 was made by the operation behind the two containers' own and the id's; its creation follows.
        let legacy::ObjectId::Id(unit) = change.operations[0].obj.clone() else { panic!("{change:?}") };
        let genesis = ActorId::from(b"hopluu-genesis-1".as_slice());
        (legacy::ObjectId::Id(legacy::OpId(2, genesis)), unit)
    };
    let key = |number: u8| legacy::Key::Map(hopluu_document::blob::key(&[number; 16]).into());
    let attempts: [(&str, Incoming); 4] = [
        (
            "delete",
            bent(&document, |change| {
                let (records, unit) = container(change);
                let op = &mut change.operations[0];
                (op.obj, op.key, op.pred) = (records, key(2), vec![unit].into());
                op.action = legacy::OpType::Delete;
            }),
        ),
        (
            "replace by another map",
            bent(&document, |change| {
                let (records, unit) = container(change);
                let op = &mut change.operations[0];
                (op.obj, op.key, op.pred) = (records, key(2), vec![unit].into());
                op.action = legacy::OpType::Make(ObjType::Map);
            }),
        ),
        (
            "overwrite the creation",
            bent(&document, |change| {
                let (_, unit) = container(change);
                let op = &mut change.operations[0];
                (op.key, op.pred) = (legacy::Key::Map("c".into()), vec![unit.increment_by(1)].into());
            }),
        ),
        (
            "a second creation",
            bent(&document, |change| {
                change.operations[0].key = legacy::Key::Map("c".into());
            }),
        ),
    ];
    for (what, attempt) in attempts {
        match document.apply(vec![attempt]) {
            Ok(applied) => assert_eq!((applied.applied, applied.unfit.len()), (0, 1), "{what}: {applied:?}"),
            Err(error) => panic!("{what}: {error}"),
        }
        assert_eq!((document.heads(), document.everything(&commune)), before, "{what}");
    }
}

#[test]
fn nobody_overwrites_what_lies_elsewhere() {
    let mut document = Document::begin(register());
    write(&mut document, actor(1), &unit(2, 10));
    write(&mut document, actor(1), &unit(3, 11));
    let kept = document.record(unit_id(3));
    let attempt = bent(&document, |change| {
        let legacy::ObjectId::Id(unit) = change.operations[0].obj.clone() else { panic!("{change:?}") };
        // The operations: unit 2, its creation, unit 3, its creation.
        change.operations[0].pred = vec![unit.increment_by(3)].into();
    });
    assert_eq!(document.apply(vec![attempt]).unwrap().unfit.len(), 1);
    assert_eq!(document.record(unit_id(3)), kept);
    let loaded = Document::load(register(), &document.save()).unwrap();
    assert_eq!(loaded.everything(&commune), document.everything(&commune));
}
