//! Programs of different age on one chain.

use hopluu_identity::entry::entry_hash;
use hopluu_identity::{Body, Fault, JoinError, Refused, RosterError, SignedHead, TextError, WordsError};
use hopluu_model::Signature;

use crate::province::*;

/// An entry as a newer program might write it.
fn newer_entry(version: u64, prev: [u8; 32], body: Vec<u8>) -> (Vec<u8>, SignedHead) {
    let fields = (version, prev, NOON, body, None::<Signature>);
    let bytes = postcard::to_extend(&fields, vec![1]).unwrap();
    let hash = entry_hash(&bytes);
    let statement = [b"hopluu roster head\0\x01".as_slice(), &version.to_be_bytes(), &hash].concat();
    let head = SignedHead { version, hash, signature: desk().sign(&statement) };
    (bytes, head)
}

#[test]
fn an_older_program_follows_the_chain_past_what_it_does_not_know() {
    let mut roster = province();
    let (unknown, head) = newer_entry(7, roster.head().unwrap().hash, vec![77, 1, 2, 3]);
    roster.extend(&[&unknown], &head).unwrap();
    assert_eq!((roster.version(), roster.unread()), (7, 1));
    append(&mut roster, &Body::OpenYear { year: 2027 }).unwrap();
    assert_eq!(roster.entries_after(6).next(), Some(unknown.as_slice()));
    let mut other = newcomer(&roster);
    follow(&roster, &mut other).unwrap();
    assert_eq!(other, roster);
}

#[test]
fn a_known_body_may_have_grown_at_its_end() {
    let mut roster = province();
    let mut body = postcard::to_stdvec(&Body::OpenYear { year: 2027 }).unwrap();
    body.extend([9, 9]);
    let (grown, head) = newer_entry(7, roster.head().unwrap().hash, body);
    roster.extend(&[grown], &head).unwrap();
    assert!(roster.is_open(2027) && roster.unread() == 0);
}

#[test]
fn the_root_is_not_replaced_by_a_desk_alone() {
    let mut roster = province();
    let body = postcard::to_stdvec(&Body::Desk { key: key(66).id(), label: String::new() }).unwrap();
    let (forged, head) = newer_entry(7, roster.head().unwrap().hash, body);
    assert_eq!(roster.extend(&[forged], &head), Err(RosterError::RootSignature { version: 7 }));
    assert_eq!(roster, province());
}

#[test]
fn an_entry_beyond_the_limit_is_not_read() {
    let mut roster = province();
    let (long, head) = newer_entry(7, roster.head().unwrap().hash, vec![77; 40_000]);
    assert_eq!(roster.extend(&[long], &head), Err(RosterError::Unreadable { version: 7 }));
}

#[test]
fn an_entry_under_a_good_signature_never_blocks_the_chain_for_what_it_says() {
    let mut roster = province();
    let lower =
        Body::Device(hopluu_identity::Enrolled { letter: hopluu_identity::Letter(9), ..office(&roster, 11, BINH_AN) });
    let body = postcard::to_stdvec(&lower).unwrap();
    let (entry, head) = newer_entry(7, roster.head().unwrap().hash, body);
    roster.extend(&[entry], &head).unwrap();
    // One scope for life: the first entry stays.
    assert_eq!(roster.device(&key(11).id()).unwrap().collection, TAN_LAP);
}

#[test]
fn every_code_is_given_once() {
    let notices = Refused::ALL.map(Refused::notice).into_iter().chain(JoinError::ALL.map(JoinError::notice));
    let texts = [TextError::Unknown, TextError::Typo, TextError::Expired, TextError::BadSignature];
    let alarm = RosterError::Alarm {
        version: 1,
        ours: [0; 32],
        theirs: [1; 32],
        head: Box::new(province().head().unwrap().clone()),
    };
    let others = [WordsError::Checksum.notice(), alarm.notice().unwrap(), Fault::Decided.notice()];
    let all: Vec<_> = notices.chain(texts.map(TextError::notice)).chain(others).collect();
    let codes: std::collections::BTreeSet<_> = all.iter().map(|notice| notice.code).collect();
    let slugs: std::collections::BTreeSet<_> = all.iter().map(|notice| notice.slug).collect();
    assert_eq!((codes.len(), slugs.len()), (all.len(), all.len()));
}
