//! Any bytes as news of the roster: entries and a head, from thieves, relays, or a desk that has gone mad.

use hopluu_identity::entry::entry_hash;
use hopluu_identity::{Body, DeviceKey, Roster, RosterEntry, RosterError, SignedHead, may_read, sha256, standing};
use hopluu_model::{DeviceId, Signature, Timestamp};
use serde::{Deserialize, Serialize};

use crate::province::{A, DESK, NOON, STRANGER, TAN_LAP, actor, anchor, decree, invitation, key, root, roster};
use crate::script::{Script, put_part};

/// What a byte of options turns on.
const LINKED: u8 = 1;
const SIGNED: u8 = 2;
const BY_ROOT: u8 = 4;
const BY_ANOTHER: u8 = 8;

/// Extends a roster that knows something already; versions never go back, and what was taken is the same for all.
pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let (options, known) = (script.byte(), u64::from(script.byte()) % (roster().version() + 1));
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for _ in 0..script.byte() % 32 {
        entries.push(script.part().to_vec());
    }
    let ours = up_to(known);
    if options & LINKED != 0 {
        relink(&ours, &mut entries, options);
    }
    let head = if options & SIGNED != 0 {
        let signer = key(if options & BY_ANOTHER != 0 { A } else { DESK });
        entries.last().and_then(|last| Some(sign(RosterEntry::decode(last)?.version, entry_hash(last), signer)))
    } else {
        SignedHead::from_bytes(script.rest())
    };
    let Some(head) = head else { return };
    extend(&ours, &entries, &head);
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let roster = roster();
    let all: Vec<&[u8]> = roster.entries_after(0).collect();
    let head = roster.head().expect("a founded province");
    let mut seeds = vec![seed(0, 0, &all, head), seed(0, 3, &all[3..], head), seed(SIGNED, 5, &all[2..], head)];
    seeds.push(seed(LINKED | SIGNED, 4, &all[4..], head));
    let bodies = [
        Body::OpenYear { year: 2027 },
        Body::Desk { key: key(STRANGER).id(), label: "bàn mới".into() },
        Body::NewRoot { root: root(2).id(), next_root: [4; 32] },
        Body::Revoke { device: key(A).id(), cut: vec![], reason: "mất máy".into() },
        Body::Withdraw { invitation: invitation().id() },
    ];
    for body in bodies {
        let mut more = roster.clone();
        let written = match &body {
            Body::Desk { .. } => more.append_as_root(&body, NOON, root(1).key(), key(STRANGER)).is_ok(),
            Body::NewRoot { .. } => more.append_as_root(&body, NOON, root(2).key(), key(DESK)).is_ok(),
            _ => {
                decree(&mut more, &body);
                true
            }
        };
        assert!(written, "{body:?}");
        let entries: Vec<&[u8]> = more.entries_after(roster.version()).collect();
        let head = more.head().expect("a founded province");
        let version = u8::try_from(roster.version()).unwrap_or(0);
        seeds.extend([0, LINKED | SIGNED, LINKED | SIGNED | BY_ROOT].map(|how| seed(how, version, &entries, head)));
    }
    seeds
}

fn seed(options: u8, known: u8, entries: &[&[u8]], head: &SignedHead) -> Vec<u8> {
    let mut seed = vec![options, known, u8::try_from(entries.len()).unwrap_or(0)];
    entries.iter().for_each(|entry| put_part(&mut seed, entry));
    seed.extend(head.to_bytes());
    seed
}

fn extend(ours: &Roster, entries: &[Vec<u8>], head: &SignedHead) {
    let mut after = ours.clone();
    match after.extend(entries, head) {
        Err(error) => {
            assert_eq!(&after, ours, "{error}: all or nothing");
            if matches!(error, RosterError::Gap { .. }) {
                assert!(error.is_transient());
            }
        }
        Ok(extended) => {
            assert_eq!((extended.from, extended.to), (ours.version(), after.version()));
            assert!(after.version() >= ours.version(), "versions never go back");
            for version in 0..=ours.version() {
                assert_eq!(after.hash_at(version), ours.hash_at(version), "what was held stays");
            }
            let latest = after.head().expect("something is held");
            assert_eq!(after.hash_at(after.version()), Some(latest.hash));
            assert!(
                after.desk().is_some_and(|desk| latest.signed_by(&desk)),
                "the desk in force vouches for all of it"
            );
            assert!(extended.to == extended.from || latest == head);
            replay(&after);
            questions(&after);
        }
    }
}

/// Whoever gets it all at once, or what is missing, holds the same.
fn replay(after: &Roster) {
    let head = after.head().expect("something is held");
    for known in [0, roster().version().min(after.version()) / 2] {
        let mut other = Roster::new(anchor());
        if known > 0 {
            other = up_to(known);
        }
        if other.hash_at(known) != after.hash_at(known) {
            continue;
        }
        let rest: Vec<&[u8]> = after.entries_after(known).collect();
        other.extend(&rest, head).expect("what one takes all take");
        assert_eq!(&other, after);
        let again = other.extend(&rest, head).expect("twice is once");
        assert_eq!(again.from, again.to);
    }
}

fn questions(roster: &Roster) {
    let devices: Vec<DeviceId> = roster.devices().map(|device| device.key).chain([key(STRANGER).id()]).collect();
    for device in devices {
        let _ = (standing(roster, &Default::default(), &device), roster.revocation_reason(&device));
        let _ = may_read(roster, &Default::default(), &device, &TAN_LAP);
    }
    let _ = (roster.next_letter(&TAN_LAP), roster.side_of_actor(&actor(A, 1)), roster.relays().count());
    let _ = (roster.open_invitations().count(), roster.open_years().count(), roster.read_after(0).count());
    for (id, _) in roster.collections() {
        let letters: std::collections::BTreeSet<_> = roster.letters(id).collect();
        assert!(!letters.contains(&roster.next_letter(id)), "no letter is given twice");
    }
}

/// The roster as somebody has it who stopped listening.
fn up_to(version: u64) -> Roster {
    let count = usize::try_from(version).unwrap_or(0);
    let entries: Vec<&[u8]> = roster().entries_after(0).take(count).collect();
    let mut known = Roster::new(anchor());
    if let Some(last) = entries.last() {
        known.extend(&entries, &sign(version, entry_hash(last), key(DESK))).expect("a part of the real one");
    }
    known
}

/// An entry as it is written; the same fields in the same order as the identity room's own.
#[derive(Serialize, Deserialize)]
struct Envelope {
    version: u64,
    prev: [u8; 32],
    at: Timestamp,
    body: Vec<u8>,
    root: Option<Signature>,
}

/// Numbers and links the entries as they must be, and signs them by the root where that was asked for.
fn relink(ours: &Roster, entries: &mut [Vec<u8>], options: u8) {
    let (mut version, mut prev) = (ours.version(), ours.hash_at(ours.version()).unwrap_or_default());
    for bytes in entries {
        let Some(mut envelope) = bytes.get(1..).and_then(|rest| postcard::from_bytes::<Envelope>(rest).ok()) else {
            continue;
        };
        version += 1;
        (envelope.version, envelope.prev) = (version, prev);
        if options & BY_ROOT != 0 {
            let place = envelope.body.first().map_or(1, |kind| if *kind == 2 { 2 } else { 1 });
            let parts = [&version.to_be_bytes()[..], &prev, &envelope.at.0.to_be_bytes(), &envelope.body].concat();
            envelope.root = Some(root(place).key().sign(&statement("roster root", &parts)));
        }
        *bytes = postcard::to_extend(&envelope, vec![1]).expect("envelopes can be written");
        prev = entry_hash(bytes);
    }
}

fn sign(version: u64, hash: [u8; 32], desk: &DeviceKey) -> SignedHead {
    let parts = [&version.to_be_bytes()[..], &hash].concat();
    let head = SignedHead { version, hash, signature: desk.sign(&statement("roster head", &parts)) };
    debug_assert!(head.signed_by(&desk.id()) && sha256(&hash) != hash);
    head
}

fn statement(purpose: &str, parts: &[u8]) -> Vec<u8> {
    [b"hopluu ", purpose.as_bytes(), b"\0\x01", parts].concat()
}
