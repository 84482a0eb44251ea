//! A small province to make real values of: one desk, two communes, a relay.

use std::sync::OnceLock;

use hopluu_identity::invitation::{Invitation, Wanted};
use hopluu_identity::{
    Anchor, Body, DeviceKey, Enrolled, Founding, RelayAt, RelayTicket, RootKey, Roster, new_actor, root_hash,
};
use hopluu_model::{ActorId, CollectionId, DocId, DocKind, Side, Timestamp};

/// 14:05 on 22 November 2026 in Vietnam.
pub const NOON: Timestamp = Timestamp(1_795_331_100_000);
/// The province's own collection.
pub const PROVINCE: CollectionId = CollectionId([0xaa; 16]);
/// A commune with two offices.
pub const TAN_LAP: CollectionId = CollectionId([1; 16]);
/// A commune with one.
pub const BINH_AN: CollectionId = CollectionId([2; 16]);

/// The province desk.
pub const DESK: u8 = 100;
/// The office that was hijacked.
pub const A: u8 = 11;
/// Its honest sister.
pub const B: u8 = 12;
/// An office of the other commune.
pub const OTHER: u8 = 13;
/// Nobody.
pub const STRANGER: u8 = 77;
/// Who holds the invitation.
pub const NEWCOMER: u8 = 78;
/// The relay.
pub const RELAY: u8 = 200;

/// The key of one of them.
#[must_use]
pub fn key(seed: u8) -> &'static DeviceKey {
    static KEYS: OnceLock<Vec<DeviceKey>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| (0..=u8::MAX).map(|seed| DeviceKey::from_seed([seed; 32])).collect());
    &keys[usize::from(seed)]
}

/// The first root, and the one that was promised.
#[must_use]
pub fn root(generation: u8) -> RootKey {
    RootKey::from_entropy([generation; 32])
}

/// An author of a device.
#[must_use]
pub fn actor(seed: u8, number: u8) -> ActorId {
    new_actor(&key(seed).id(), [number; 8])
}

/// The issues of a collection.
#[must_use]
pub fn issues(collection: CollectionId) -> DocId {
    DocId::new(collection, DocKind::Issues(2026))
}

/// The register of a collection.
#[must_use]
pub fn register(collection: CollectionId) -> DocId {
    DocId::new(collection, DocKind::Register)
}

/// Where the relay is.
#[must_use]
pub fn relay_at() -> RelayAt {
    RelayAt { key: key(RELAY).id(), addresses: vec!["relay.example:4747".into()] }
}

/// What the relay printed.
#[must_use]
pub fn ticket() -> RelayTicket {
    RelayTicket { relay: relay_at(), token: [9; 16] }
}

/// The province as everybody knows it: the year 2026 open, one invitation out.
#[must_use]
pub fn roster() -> &'static Roster {
    static ROSTER: OnceLock<Roster> = OnceLock::new();
    ROSTER.get_or_init(found)
}

/// What everybody trusts.
#[must_use]
pub fn anchor() -> Anchor {
    roster().anchor()
}

/// The invitation that is out.
#[must_use]
pub fn invitation() -> Invitation {
    invite(&founded())
}

/// Writes an entry as the desk.
pub fn decree(roster: &mut Roster, body: &Body) {
    roster.append(body, NOON, key(DESK)).expect("a sound entry");
}

fn found() -> Roster {
    let mut roster = founded();
    let invitation = invite(&roster).entry();
    decree(&mut roster, &invitation);
    roster
}

fn founded() -> Roster {
    let founding = Founding {
        province_code: "19".into(),
        name: "Thái Nguyên".into(),
        collection: PROVINCE,
        root: root(1).id(),
        next_root: root_hash(&root(2).id()),
        desk: key(DESK).id(),
        relays: vec![relay_at()],
    };
    let mut roster = Roster::found(founding, NOON, root(1).key(), key(DESK)).expect("a sound founding");
    let commune = |id, code: &str, name: &str| Body::Collection { id, commune_code: code.into(), name: name.into() };
    decree(&mut roster, &commune(TAN_LAP, "05518", "Xã Tân Lập"));
    decree(&mut roster, &commune(BINH_AN, "05521", "Xã Bình An"));
    decree(&mut roster, &Body::OpenYear { year: 2026 });
    for (seed, collection) in [(A, TAN_LAP), (B, TAN_LAP), (OTHER, BINH_AN)] {
        let letter = roster.next_letter(&collection);
        let (key, label) = (key(seed).id(), "trụ sở".to_owned());
        let device = Enrolled { key, collection, side: Side::Commune, letter, label, invitation: None };
        decree(&mut roster, &Body::Device(device));
    }
    roster
}

fn invite(roster: &Roster) -> Invitation {
    let (label, expires) = ("Xã Tân Lập, trụ sở 3".to_owned(), Timestamp(NOON.0 + 86_400_000));
    let wanted = Wanted { collection: TAN_LAP, label, expires, relay: relay_at() };
    Invitation::issue(roster, wanted, [5; 16], key(DESK)).expect("the province is founded")
}
