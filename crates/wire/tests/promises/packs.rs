//! Packs: what goes in comes out, whoever cuts.

use hopluu_model::{ChangeHash, Signature};
use hopluu_wire::{BadChange, BadPack, MAX_CHANGE, MAX_INFLATED, MAX_PACK, Pack, Run, change};
use proptest::prelude::*;
use ring::digest::{SHA256, digest};

use crate::frames::{ACTOR, DOC};

fn uleb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("seven bits"));
}

/// A change chunk by the letter of the storage format; its columns are made up, since this room never reads them.
pub(crate) fn made(seq: u64, parents: &[ChangeHash], columns: &[u8]) -> Run {
    let mut body = Vec::new();
    uleb(&mut body, parents.len() as u64);
    for parent in parents {
        body.extend_from_slice(&parent.0);
    }
    uleb(&mut body, 16);
    body.extend_from_slice(&ACTOR.0);
    uleb(&mut body, seq);
    body.extend_from_slice(columns);
    let mut hashed = vec![1];
    uleb(&mut hashed, body.len() as u64);
    hashed.extend_from_slice(&body);
    let hash = ChangeHash::from_slice(digest(&SHA256, &hashed).as_ref()).expect("32 bytes");
    let raw = [&[0x85, 0x6f, 0x4a, 0x83], &hash.0[..4], &hashed].concat();
    Run { raw, hash, signature: Some(Signature([5; 64])), urgent: false }
}

/// A chain of so many changes of about this size.
pub(crate) fn chain(count: u64, size: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for seq in 1..=count {
        let parents: Vec<ChangeHash> = runs.last().map(|run| run.hash).into_iter().collect();
        let columns: Vec<u8> = (0..size as u64).map(|place| ((place * seq * 7 + place / 3) % 251) as u8).collect();
        runs.push(made(seq, &parents, &columns));
    }
    runs
}

pub(crate) fn cut(runs: &[Run]) -> Pack {
    Pack::cut(DOC, ACTOR, 1, None, runs).expect("sound runs").expect("a signed head")
}

#[test]
fn changes_by_the_letter_of_the_format_are_read() {
    let parents = [ChangeHash([1; 32]), ChangeHash([2; 32])];
    let run = made(300, &parents, b"columns");
    let parsed = change::parse(&run.raw).unwrap();
    assert_eq!((parsed.hash, parsed.actor, parsed.seq), (run.hash, ACTOR, 300));
    assert_eq!(parsed.parents, parents);
}

#[test]
fn the_header_of_a_pack_is_small() {
    let pack = cut(&chain(1, 100));
    let frame = hopluu_wire::Frame::Pack(Box::new(pack.clone())).encode();
    // Beside the signature and the body.
    let header = frame.len() - 64 - pack.body.len();
    assert!(header <= 60, "{header} bytes");
}

#[test]
fn a_change_beyond_its_limit_is_neither_packed_nor_opened() {
    let large = made(1, &[], &vec![7; MAX_CHANGE]);
    assert_eq!(change::parse(&large.raw), Err(BadChange::TooLong));
    assert_eq!(Pack::cut(DOC, ACTOR, 1, None, &[large]), Err(BadPack::Change(BadChange::TooLong)));
    let mut stripped = vec![0, 0, 0];
    uleb(&mut stripped, 0);
    let mut body = vec![0];
    let inside: Vec<u8> = [&[0, 0][..], &vec![7; MAX_CHANGE]].concat();
    uleb(&mut body, inside.len() as u64);
    body.extend_from_slice(&inside);
    let pack = Pack { body, ..cut(&chain(1, 10)) };
    assert_eq!(pack.open(None), Err(BadPack::Change(BadChange::TooLong)));
}

#[test]
fn a_stored_body_has_the_same_bound_as_an_inflated_one() {
    let pack = Pack { body: vec![0; MAX_INFLATED + 2], count: 1, ..cut(&chain(1, 10)) };
    assert_eq!(pack.open(None), Err(BadPack::Inflate));
}

#[test]
fn another_parent_gives_another_head() {
    let runs = chain(4, 30);
    let pack = Pack::cut(DOC, ACTOR, 3, Some(runs[1].hash), &runs[2..]).unwrap().unwrap();
    assert_eq!(pack.open(Some(runs[1].hash)).unwrap().head(), runs[3].hash);
    let elsewhere = pack.open(Some(ChangeHash([9; 32])));
    assert!(elsewhere.is_err() || elsewhere.unwrap().head() != runs[3].hash, "so the signature cannot fit");
}

#[test]
fn a_change_that_does_not_go_on_from_its_authors_last_one_is_not_opened() {
    // Its signature would not vouch for the change before it, and machines would apply the two in any order.
    let runs = [made(1, &[], b"first"), made(2, &[ChangeHash([8; 32])], b"second")];
    assert_eq!(cut(&runs).open(None), Err(BadPack::Change(BadChange::Unlinked)));
    let alone = Pack::cut(DOC, ACTOR, 2, None, &runs[1..]).unwrap().unwrap();
    assert_eq!(alone.open(None), Err(BadPack::Change(BadChange::Unlinked)));
}

#[test]
fn what_is_opened_can_be_packed_again_however_many_parents_it_has() {
    for (others, fits) in [(254, true), (255, true), (256, false)] {
        let first = made(1, &[], b"first");
        // One change that names its author's last one and so many others.
        let mut stripped = vec![1];
        uleb(&mut stripped, others);
        stripped.resize(stripped.len() + usize::try_from(others).unwrap() * 32, 5);
        let mut body = vec![0];
        uleb(&mut body, stripped.len() as u64);
        body.extend_from_slice(&stripped);
        let pack = Pack { first: 2, body, ..cut(&chain(1, 10)) };
        let opened = pack.open(Some(first.hash));
        assert_eq!(opened.is_ok(), fits, "{others}");
        for (raw, _) in opened.map(|opened| opened.changes).unwrap_or_default() {
            assert_eq!(change::parse(&raw).map(|parsed| parsed.parents.len() as u64), Ok(others + 1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_cuts_packs_the_same_changes_come_out(
        sizes in prop::collection::vec(0usize..900, 1..30),
        signed in prop::collection::vec(any::<bool>(), 30),
        merges in prop::collection::vec(0usize..3, 30),
    ) {
        let mut runs: Vec<Run> = Vec::new();
        for (place, size) in sizes.iter().enumerate() {
            let mut parents: Vec<ChangeHash> = (0..merges[place]).map(|other| ChangeHash([other as u8 + 60; 32])).collect();
            if let Some(last) = runs.last() {
                parents.insert(merges[place].min(1), last.hash);
            }
            let columns: Vec<u8> = (0..*size).map(|at| (at * 31 % 253) as u8).collect();
            let mut run = made(place as u64 + 1, &parents, &columns);
            run.signature = run.signature.filter(|_| signed[place] || place + 1 == sizes.len());
            runs.push(run);
        }
        let (mut at, mut parent, mut came) = (0, None, Vec::new());
        while at < runs.len() {
            let pack = Pack::cut(DOC, ACTOR, at as u64 + 1, parent, &runs[at..]).unwrap().unwrap();
            prop_assert!(pack.body.len() <= MAX_PACK || runs[at..at + usize::from(pack.count) - 1].iter().all(|run| run.signature.is_none()));
            let opened = pack.open(parent).unwrap();
            parent = Some(opened.head());
            at += usize::from(pack.count);
            prop_assert!(runs[at - 1].signature.is_some(), "a pack ends at a signed head");
            came.extend(opened.changes);
        }
        let sent: Vec<_> = runs.into_iter().map(|run| (run.raw, run.hash)).collect();
        prop_assert_eq!(came, sent);
    }
}
