//! A province without people: keys, a roster that names every device, and stores.

use std::path::Path;

use data_encoding::HEXLOWER;
use hopluu_driver::Dice;
use hopluu_identity::{Anchor, Body, DeviceKey, Enrolled, Founding, RelayAt, RelayTicket, RootKey, Roster, root_hash};
use hopluu_mailbox::{Input, Mailbox, Role, Setup};
use hopluu_model::{CollectionId, DocId, DocKind, Side, Tick, Timestamp};
use hopluu_office::Office;
use hopluu_store::Store;
use hopluu_store_sled::{Settings, open_store};
use hopluu_sync::ConnId;
use hopluu_view::View;
use hopluu_wire::Frame;

use crate::Outcome;

/// When everything here was written.
pub(crate) const WALL: Timestamp = Timestamp(1_800_000_000_000);
/// The year that is open.
pub(crate) const YEAR: u16 = 2027;

/// A commune with one office.
pub(crate) struct Commune {
    pub(crate) code: String,
    pub(crate) collection: CollectionId,
    pub(crate) key: DeviceKey,
}

impl Commune {
    /// Its issues.
    pub(crate) fn issues(&self) -> DocId {
        DocId::new(self.collection, DocKind::Issues(YEAR))
    }
}

/// Everybody.
pub(crate) struct Cast {
    pub(crate) relay: DeviceKey,
    pub(crate) ticket: RelayTicket,
    pub(crate) desk: DeviceKey,
    pub(crate) roster: Roster,
    pub(crate) anchor: Anchor,
    pub(crate) communes: Vec<Commune>,
}

impl Cast {
    /// Founds a province of so many communes, with the desk and one office each enrolled.
    pub(crate) fn new(relay: DeviceKey, ticket: RelayTicket, communes: usize) -> Outcome<Self> {
        let dice = Dice::new();
        let root = RootKey::from_entropy(dice.bytes());
        let next_root = root_hash(&RootKey::from_entropy(dice.bytes()).id());
        let desk = DeviceKey::from_seed(dice.bytes());
        let founding = Founding {
            province_code: "19".to_owned(),
            name: "Thái Nguyên".to_owned(),
            collection: CollectionId(dice.bytes()),
            root: root.id(),
            next_root,
            desk: desk.id(),
            relays: vec![ticket.relay.clone()],
        };
        let mut roster = Roster::found(founding, WALL, root.key(), &desk)?;
        roster.append(&Body::OpenYear { year: YEAR }, WALL, &desk)?;
        let mut all = Vec::with_capacity(communes);
        for number in 0..communes {
            let (id, key) = (CollectionId(dice.bytes()), DeviceKey::from_seed(dice.bytes()));
            let (code, label) = (format!("{:05}", 5_000 + number), format!("Xã {number:03}, trụ sở"));
            let collection = Body::Collection { id, commune_code: code.clone(), name: format!("Xã {number:03}") };
            roster.append(&collection, WALL, &desk)?;
            let letter = roster.next_letter(&id);
            let (side, invitation) = (Side::Commune, None);
            let enrolled = Enrolled { key: key.id(), collection: id, side, letter, label, invitation };
            roster.append(&Body::Device(enrolled), WALL, &desk)?;
            all.push(Commune { code, collection: id, key });
        }
        let anchor = Anchor::of(&root.id(), &next_root);
        Ok(Self { relay, ticket, desk, roster, anchor, communes: all })
    }

    /// The same with a relay that is drawn here.
    pub(crate) fn with_relay(address: String, communes: usize) -> Outcome<Self> {
        let dice = Dice::new();
        let relay = DeviceKey::from_seed(dice.bytes());
        let at = RelayAt { key: relay.id(), addresses: vec![address] };
        Self::new(relay, RelayTicket { relay: at, token: dice.bytes() }, communes)
    }

    /// The relay's mailbox on a store, owned by the province and holding its roster.
    pub(crate) fn relay_on(&self, store: Store) -> Outcome<Mailbox> {
        let is_new = store.end().number == 0;
        let role = Role::Relay { ticket: self.ticket.clone(), owner: Some(self.anchor) };
        let mut relay = Mailbox::open(store, self.setup(&self.relay, role))?;
        if is_new {
            relay.found(self.roster.clone())?;
            relay.commit(Tick(0))?;
        }
        Ok(relay)
    }

    /// An office on a store.
    pub(crate) fn office_on(&self, key: &DeviceKey, store: Store, view: View, cache_mib: usize) -> Outcome<Office> {
        let role = Role::Office { relay: self.relay.id(), claim: None };
        let dice = Dice::new();
        let setup = hopluu_office::Setup {
            mailbox: self.setup(key, role),
            cache_bytes: cache_mib << 20,
            dice: Box::new(move |bytes: &mut [u8]| {
                for part in bytes.chunks_mut(8) {
                    part.copy_from_slice(&dice.bytes::<8>()[..part.len()]);
                }
            }),
        };
        Ok(Office::open(store, view, setup, WALL)?)
    }

    fn setup(&self, key: &DeviceKey, role: Role) -> Setup {
        Setup {
            key: DeviceKey::from_seed(*key.seed()),
            role,
            anchor: self.anchor,
            enrolment: None,
            program: "bench".to_owned(),
            seed: Dice::new().number(),
        }
    }

    /// Writes down, in a relay's data directory, that this province owns it.
    pub(crate) fn own(&self, relay_dir: &Path) -> Outcome<()> {
        Ok(std::fs::write(relay_dir.join("identity/owner"), format!("{}\n", HEXLOWER.encode(&self.anchor.0)))?)
    }
}

/// The store of a data directory.
pub(crate) fn store(dir: &Path) -> Outcome<Store> {
    Ok(open_store(dir, Settings::new(Dice::new().bytes()))?.store)
}

/// Hands packs to a relay as a commune's office would, with one commit.
pub(crate) fn hand_in(relay: &mut Mailbox, from: &Commune, frames: Vec<Frame>) -> Outcome<()> {
    let conn = ConnId(1);
    relay.handle(Tick(0), WALL, Input::Up { conn, peer: from.key.id() })?;
    for frame in frames {
        relay.handle(Tick(0), WALL, Input::Frame { conn, bytes: frame.encode(), early: false })?;
    }
    relay.handle(Tick(0), WALL, Input::Down { conn: Some(conn) })?;
    relay.commit(Tick(0))?;
    while relay.poll().is_some() {}
    Ok(())
}
