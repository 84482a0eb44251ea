//! How a province comes to life: a relay, a desk, offices with invitations.

use hopluu_identity::{
    Anchor, Claim, DeviceKey, Enrolment, Founding, Invitation, RelayAt, RelayTicket, RootKey, TextError, root_hash,
};
use hopluu_mailbox::Role;
use hopluu_model::edit::AddCommune;
use hopluu_model::{By, CollectionId, RecordId, Role as Part, Side, Stamp, Timestamp};
use hopluu_office::{Invitee, OfficeError};

use crate::machine::Papers;
use crate::peer::{Home, PeerId};
use crate::world::World;

/// Invitations hold for two years of true time: longer than any holiday of a story.
const VALID_MS: i64 = 730 * 86_400_000;
const ADDRESS: &str = "tram.thainguyen.example:4433";

/// A commune of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Official code.
    pub code: &'static str,
    /// Bare name.
    pub name: &'static str,
    /// Slug of its type.
    pub kind: &'static str,
}

/// Phường Sông Công.
pub const SONG_CONG: Place = Place { code: "05518", name: "Sông Công", kind: "phuong" };
/// Phường Phan Đình Phùng.
pub const PHAN_DINH_PHUNG: Place = Place { code: "05443", name: "Phan Đình Phùng", kind: "phuong" };
/// Xã Trại Cau.
pub const TRAI_CAU: Place = Place { code: "05662", name: "Trại Cau", kind: "xa" };

impl World {
    /// Founds the province of Thái Nguyên: relay and desk, both started. The desk claims the relay by itself.
    ///
    /// # Panics
    /// When memory fails: never.
    pub fn found(&mut self) -> (PeerId, PeerId) {
        self.found_as("19", "Thái Nguyên")
    }

    /// The same for another province, by its official code and bare name.
    ///
    /// # Panics
    /// When memory fails: never.
    pub fn found_as(&mut self, code: &str, name: &str) -> (PeerId, PeerId) {
        let relay_key = DeviceKey::from_seed(self.dice.bytes());
        let relay_at = RelayAt { key: relay_key.id(), addresses: vec![ADDRESS.to_owned()] };
        let ticket = RelayTicket { relay: relay_at.clone(), token: self.dice.bytes() };
        let role = Role::Relay { ticket: ticket.clone(), owner: None };
        let relay = self.add("relay", Papers { key: relay_key, role, anchor: Anchor([0; 32]), enrolment: None });
        let root = RootKey::from_entropy(self.dice.bytes());
        let next_root = root_hash(&RootKey::from_entropy(self.dice.bytes()).id());
        let key = DeviceKey::from_seed(self.dice.bytes());
        let founding = Founding {
            province_code: code.to_owned(),
            name: name.to_owned(),
            collection: CollectionId(self.dice.bytes()),
            root: root.id(),
            next_root,
            desk: key.id(),
            relays: vec![relay_at],
        };
        let claim = Some(Claim::sign(&ticket, root.key(), next_root));
        let role = Role::Office { relay: ticket.relay.key, claim };
        let anchor = Anchor::of(&root.id(), &next_root);
        let desk = self.add("desk", Papers { key, role, anchor, enrolment: None });
        self.province = Some(founding.collection);
        self.peers[desk.0].home = Some(Home {
            collection: founding.collection,
            code: code.to_owned(),
            letter: "A".to_owned(),
            side: Side::Province,
        });
        (self.relay, self.desk) = (Some(relay), Some(desk));
        self.start(relay).expect("an empty disk opens");
        self.start(desk).expect("an empty disk opens");
        self.at_desk(desk, |office, now, wall| office.found(now, founding, &root, wall))
            .expect("a new province founds");
        self.root = Some(root);
        (relay, desk)
    }

    /// Lets the desk draw up an invitation to an office of a commune.
    ///
    /// # Errors
    /// What the desk says.
    pub fn invite(&mut self, place: Place, label: &str) -> Result<String, OfficeError> {
        let expires = Timestamp(self.true_time().0 + VALID_MS);
        self.invite_until(place, label, expires)
    }

    /// The same, with its last moment of use.
    ///
    /// # Errors
    /// What the desk says.
    ///
    /// # Panics
    /// Before the province is founded: a mistake of the story.
    pub fn invite_until(&mut self, place: Place, label: &str, expires: Timestamp) -> Result<String, OfficeError> {
        let (relay, desk) = self.relay.zip(self.desk).expect("a story founds the province first");
        let key = self.peers[relay.0].device;
        let commune = AddCommune {
            record: RecordId(self.dice.bytes()),
            code: place.code.to_owned(),
            name: place.name.to_owned(),
            kind: place.kind.to_owned(),
            province: self.peers[desk.0].home.as_ref().map_or_else(String::new, |home| home.code.clone()),
            valid_from: None,
            stage: None,
            area_ha: None,
            population: None,
        };
        let relay = RelayAt { key, addresses: vec![ADDRESS.to_owned()] };
        let (code, name) = (place.code.to_owned(), place.name.to_owned());
        let invitee = Invitee { commune, code, name, label: label.to_owned(), expires, relay };
        let stamp = Stamp { at: self.wall(desk), by: By { name: "Bàn tỉnh".to_owned(), role: Part::Admin } };
        let typed_before = self.register_before(desk, place.code);
        let issued = self.at_desk(desk, |office, now, _| office.invite(now, invitee, stamp))?;
        self.communes.insert(place.code.to_owned(), issued.collection);
        self.promise_register(desk, issued.collection, typed_before);
        // Nobody hands over an invitation that is not on disk.
        self.commit(desk);
        if self.is_running(desk) { Ok(issued.text) } else { Err(OfficeError::NotFounded) }
    }

    /// Sets an office up from the text of an invitation; it is off.
    ///
    /// # Errors
    /// When the text is no invitation.
    pub fn join(&mut self, name: &str, text: &str) -> Result<PeerId, TextError> {
        let (papers, home) = self.papers_of(text)?;
        let peer = self.add(name, papers);
        self.peers[peer.0].home = Some(home);
        self.peers[peer.0].invitation = Some(text.to_owned());
        Ok(peer)
    }

    /// Sets a machine up that nobody meant to let in, and starts it.
    ///
    /// # Errors
    /// When the text is no invitation.
    pub fn join_as_stranger(&mut self, text: &str) -> Result<(), TextError> {
        let name = format!("người lạ {}", self.peers.len());
        let stranger = self.join(&name, text)?;
        self.peers[stranger.0].is_passing = true;
        self.peers[stranger.0].is_stranger = true;
        self.start(stranger).expect("an empty disk opens");
        Ok(())
    }

    /// The invitation by which an office joined, once the desk has confirmed it.
    #[must_use]
    pub fn used_invitation(&self, office: PeerId) -> Option<String> {
        let one = &self.peers[office.0];
        let roster = self.mailbox(self.desk?)?.trust().roster();
        roster.device(&one.device).and(one.invitation.clone())
    }

    /// Sets a machine up anew from an invitation, with a new key and an empty disk; it is off.
    ///
    /// # Errors
    /// When the text is no invitation.
    pub fn join_anew(&mut self, peer: PeerId, text: &str) -> Result<(), TextError> {
        let (papers, home) = self.papers_of(text)?;
        self.lose_disk(peer);
        let one = &mut self.peers[peer.0];
        one.device = papers.key.id();
        one.papers = papers;
        one.home = Some(home);
        one.invitation = Some(text.to_owned());
        one.has_ticket = false;
        one.issues = 0;
        Ok(())
    }

    /// Invites and joins in one go; the office is started.
    ///
    /// # Panics
    /// When the desk refuses: a mistake of the story.
    pub fn open_office(&mut self, name: &str, place: Place) -> PeerId {
        let text = self.invite(place, name).expect("the desk invites");
        let peer = self.join(name, &text).expect("what the desk wrote can be read");
        self.start(peer).expect("an empty disk opens");
        peer
    }

    /// The collection of a commune, once it was invited.
    #[must_use]
    pub fn collection(&self, place: Place) -> Option<CollectionId> {
        self.communes.get(place.code).copied()
    }

    fn papers_of(&mut self, text: &str) -> Result<(Papers, Home), TextError> {
        let invitation = Invitation::from_text(text)?;
        let key = DeviceKey::from_seed(self.dice.bytes());
        let join = invitation.join(key.id(), crate::peer::BEGINNING);
        let invited = invitation.invited();
        let code = self.communes.iter().find(|(_, id)| **id == invited.collection).map(|(code, _)| code.clone());
        let home = Home {
            collection: invited.collection,
            code: code.unwrap_or_else(|| "19".to_owned()),
            letter: invited.letter.to_string(),
            side: invited.side,
        };
        let papers = Papers {
            role: Role::Office { relay: invitation.relay().key, claim: None },
            anchor: invitation.anchor(),
            enrolment: Some(Enrolment::begin(join)),
            key,
        };
        Ok((papers, home))
    }

    fn register_before(&self, desk: PeerId, code: &str) -> u64 {
        let collection = self.communes.get(code);
        collection.map_or(0, |collection| self.register_len(desk, *collection))
    }

    fn register_len(&self, desk: PeerId, collection: CollectionId) -> u64 {
        let doc = hopluu_model::DocId::new(collection, hopluu_model::DocKind::Register);
        self.mailbox(desk).and_then(|desk| desk.store().clock(&doc).ok()).map_or(0, |clock| clock.len())
    }

    /// The commune's own record, which the desk types by itself, is promised like any other edit.
    fn promise_register(&mut self, desk: PeerId, collection: CollectionId, before: u64) {
        if self.register_len(desk, collection) > before {
            self.expect_own(desk, hopluu_model::DocId::new(collection, hopluu_model::DocKind::Register));
        }
    }
}
