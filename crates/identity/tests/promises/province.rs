//! A small province to test against: one desk, two communes.

use hopluu_identity::{
    Body, DeviceKey, Enrolled, Founding, Invited, RelayAt, RootKey, Roster, RosterError, new_actor, root_hash,
};
use hopluu_model::{ActorId, ChangeHash, CollectionId, DocId, DocKind, Side, Timestamp, Tip};

pub(crate) const PROVINCE: CollectionId = CollectionId([0xaa; 16]);
pub(crate) const TAN_LAP: CollectionId = CollectionId([1; 16]);
pub(crate) const BINH_AN: CollectionId = CollectionId([2; 16]);
pub(crate) const NOON: Timestamp = Timestamp(1_795_000_000_000);

pub(crate) fn key(seed: u8) -> DeviceKey {
    DeviceKey::from_seed([seed; 32])
}

pub(crate) fn root(generation: u8) -> RootKey {
    RootKey::from_entropy([generation; 32])
}

pub(crate) fn desk() -> DeviceKey {
    key(100)
}

pub(crate) fn founding() -> Founding {
    Founding {
        province_code: "19".into(),
        name: "Thái Nguyên".into(),
        collection: PROVINCE,
        root: root(1).id(),
        next_root: root_hash(&root(2).id()),
        desk: desk().id(),
        relays: vec![RelayAt { key: key(200).id(), addresses: vec!["relay.example:4433".into()] }],
    }
}

pub(crate) fn founded() -> Roster {
    Roster::found(founding(), NOON, root(1).key(), &desk()).unwrap()
}

/// Founded, two communes, the year 2026 open, one office each.
pub(crate) fn province() -> Roster {
    let mut roster = founded();
    let commune = |id, code: &str, name: &str| Body::Collection { id, commune_code: code.into(), name: name.into() };
    for body in [
        commune(TAN_LAP, "05518", "Xã Tân Lập"),
        commune(BINH_AN, "05521", "Xã Bình An"),
        Body::OpenYear { year: 2026 },
        Body::Device(office(&roster, 11, TAN_LAP)),
        Body::Device(office(&roster, 12, BINH_AN)),
    ] {
        append(&mut roster, &body).unwrap();
    }
    roster
}

pub(crate) fn office(roster: &Roster, seed: u8, collection: CollectionId) -> Enrolled {
    let side = if collection == PROVINCE { Side::Province } else { Side::Commune };
    let letter = roster.next_letter(&collection);
    Enrolled { key: key(seed).id(), collection, side, letter, label: "trụ sở 1".into(), invitation: None }
}

pub(crate) fn invited(roster: &Roster, one_time: u8, collection: CollectionId) -> Invited {
    let letter = roster.next_letter(&collection);
    Invited {
        key: key(one_time).id(),
        collection,
        side: Side::Commune,
        letter,
        label: "trụ sở 2".into(),
        expires: Timestamp(NOON.0 + 1000),
    }
}

pub(crate) fn append(roster: &mut Roster, body: &Body) -> Result<(), RosterError> {
    roster.append(body, NOON, &desk()).map(|_| ())
}

/// A copy that knows nothing yet.
pub(crate) fn newcomer(roster: &Roster) -> Roster {
    Roster::new(roster.anchor())
}

/// Brings one roster to the state of another.
pub(crate) fn follow(from: &Roster, to: &mut Roster) -> Result<hopluu_identity::Extended, RosterError> {
    let entries: Vec<_> = from.entries_after(to.version()).collect();
    to.extend(&entries, from.head().unwrap())
}

pub(crate) fn actor(seed: u8) -> ActorId {
    new_actor(&key(seed).id(), [7; 8])
}

pub(crate) fn tip(seq: u64, hash: u8) -> Tip {
    Tip { seq, hash: ChangeHash([hash; 32]) }
}

pub(crate) fn register(collection: CollectionId) -> DocId {
    DocId::new(collection, DocKind::Register)
}
