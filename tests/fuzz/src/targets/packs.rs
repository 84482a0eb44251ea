//! Any bytes as a pack: the first says how its body is read, the rest is a frame.

use hopluu_model::{ChangeHash, Signature};
use hopluu_wire::change::parse;
use hopluu_wire::{BadPack, Frame, MAX_CHANGE, MAX_INFLATED, Opened, Pack, Run};

use crate::samples::history;

/// A header and the parents a body may leave out.
const OUTSIDE: usize = 128;
const COMPRESS: u8 = 1;
const HAS_PARENT: u8 = 2;

/// Opens; whatever comes out is sound by the letter of the format, bounded, and can be packed again alike.
pub(super) fn run(bytes: &[u8]) {
    let Some((options, frame)) = bytes.split_first() else { return };
    let Ok(Frame::Pack(mut pack)) = Frame::decode(frame) else { return };
    if options & COMPRESS != 0 {
        // What is inside was changed; outside it is compressed as it must be.
        pack.body = compressed(&pack.body);
    }
    let parent = (options & HAS_PARENT != 0 && pack.first > 1).then_some(ChangeHash([7; 32]));
    match pack.open(parent) {
        Ok(opened) => sound(&pack, parent, &opened),
        Err(BadPack::Count | BadPack::Inflate | BadPack::Change(_)) => {}
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut packs: Vec<Pack> = Vec::new();
    for chain in history().chains() {
        packs.extend([chain.pack(1, chain.runs.len()), chain.pack(1, 1), chain.pack(3, 3)]);
    }
    let bomb = |len: usize| [&[1][..], &zstd::bulk::compress(&vec![0; len], 3).expect("zeros can be packed")].concat();
    let first = packs.first().cloned().expect("there is a history");
    packs.extend([MAX_INFLATED, MAX_INFLATED + 1, 1 << 24].map(|len| Pack { body: bomb(len), ..first.clone() }));
    packs.push(Pack { first: 0, ..first.clone() });
    packs.push(Pack { first: u64::MAX, ..first.clone() });
    packs.push(Pack { body: crowd(255), count: 1, ..first.clone() });
    packs.push(Pack { body: crowd(256), count: 1, ..first });
    let plain = packs.iter().map(|pack| Pack { body: inflated(&pack.body), ..pack.clone() });
    let with = |options: u8, pack: &Pack| [&[options][..], &Frame::Pack(Box::new(pack.clone())).encode()].concat();
    let mut seeds: Vec<Vec<u8>> = plain.map(|pack| with(COMPRESS, &pack)).collect();
    seeds.extend(packs.iter().flat_map(|pack| [with(0, pack), with(HAS_PARENT, pack)]));
    seeds
}

fn sound(pack: &Pack, parent: Option<ChangeHash>, opened: &Opened) {
    assert_eq!(opened.changes.len(), usize::from(pack.count), "as many as it says");
    assert!(pack.first > 0, "numbers begin with 1");
    let all: usize = opened.changes.iter().map(|(raw, _)| raw.len()).sum();
    assert!(all <= MAX_INFLATED + opened.changes.len() * OUTSIDE, "{all} bytes out of one pack");
    let mut own = parent;
    for (seq, (raw, hash)) in (pack.first..).zip(&opened.changes) {
        assert!(raw.len() <= MAX_CHANGE, "{} bytes in one change", raw.len());
        let parsed = parse(raw).expect("what was rebuilt can be read");
        assert_eq!((parsed.hash, parsed.actor, parsed.seq), (*hash, pack.actor, seq));
        assert!(seq == 1 || own.is_some_and(|own| parsed.parents.contains(&own)), "each goes on from the one before");
        own = Some(*hash);
    }
    again(pack, parent, opened);
}

fn again(pack: &Pack, parent: Option<ChangeHash>, opened: &Opened) {
    let signed = |(raw, hash): &(Vec<u8>, ChangeHash)| Run {
        raw: raw.clone(),
        hash: *hash,
        signature: Some(Signature([1; 64])),
        urgent: false,
    };
    let runs: Vec<Run> = opened.changes.iter().map(signed).collect();
    let (mut first, mut own, mut rest) = (pack.first, parent, runs.as_slice());
    while !rest.is_empty() {
        let cut = Pack::cut(pack.doc, pack.actor, first, own, rest).expect("what was taken can be handed on");
        let cut = cut.expect("all of it is signed");
        let count = usize::from(cut.count);
        let changes = cut.open(own).expect("what was packed can be opened").changes;
        assert!(changes.iter().eq(opened.changes[opened.changes.len() - rest.len()..].iter().take(count)));
        first = first.saturating_add(u64::from(cut.count));
        own = changes.last().map(|(_, hash)| *hash);
        rest = &rest[count..];
    }
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let plain = body.get(1..).unwrap_or_default();
    [&[1][..], &zstd::bulk::compress(plain, 1).unwrap_or_default()].concat()
}

fn inflated(body: &[u8]) -> Vec<u8> {
    match body {
        [1, packed @ ..] => {
            let plain = zstd::bulk::decompress(packed, MAX_INFLATED).unwrap_or_default();
            [&[0][..], &plain].concat()
        }
        _ => body.to_vec(),
    }
}

/// A body of one change with so many parents beside its own.
fn crowd(parents: usize) -> Vec<u8> {
    let mut stripped = vec![0];
    crate::chain::put_uleb(&mut stripped, parents);
    stripped.extend((0..parents).flat_map(|number| [u8::try_from(number & 0xff).unwrap_or(0); 32]));
    stripped.extend_from_slice(b"columns");
    let mut body = vec![0];
    crate::chain::put_uleb(&mut body, stripped.len());
    body.extend(stripped);
    body
}
