//! People who mean harm: with a key of the province and a line, but a program of their own.

use hopluu_document::{Document, Written};
use hopluu_identity::{Founding, Roster, change_statement, new_actor, sha256};
use hopluu_model::edit::Comment;
use hopluu_model::{ActorId, By, ChangeHash, Desk, DocId, Edit, EventId, Form, RecordId, Role, Side, Stamp, Tip};
use hopluu_wire::frame::{ClockOf, Frame, Receipt};
use hopluu_wire::{Class, Pack, Run};

use crate::dice::Dice;
use crate::hazard::Hazard;
use crate::lines::{End, Stand};
use crate::peer::{PeerId, Promise};
use crate::world::World;

/// Frames of one flood.
const FLOOD: usize = 400;

impl World {
    /// Lets a machine say something that its program never would. Returns whether it has a line.
    pub fn inject(&mut self, peer: PeerId, class: Class, bytes: Vec<u8>) -> bool {
        let live = self.lines.of(peer).into_iter().find(|id| {
            self.lines.conns.get(id).is_some_and(|conn| conn.caller == peer && conn.stand(End::Caller) == Stand::Up)
        });
        if let Some(conn) = live {
            self.send(peer, conn, (class, bytes));
        }
        live.is_some()
    }

    /// A new author of a machine.
    pub fn new_author(&mut self, peer: PeerId) -> ActorId {
        let device = self.peers[peer.0].device;
        new_actor(&device, self.dice.bytes())
    }

    /// Writes an edit as the first change of an author, outside of any journal.
    ///
    /// # Panics
    /// When the edit cannot be written: a mistake of the story.
    #[must_use]
    pub fn write_apart(&self, actor: ActorId, edit: &Edit) -> Written {
        Document::begin(edit.doc()).write(actor, edit).expect("a story writes what can be written")
    }

    /// Signs a first change with the key of a machine and packs it; `None` when the change is no change at all.
    #[must_use]
    pub fn pack_apart(&self, peer: PeerId, doc: DocId, actor: ActorId, change: (Vec<u8>, ChangeHash)) -> Option<Pack> {
        let (raw, hash) = change;
        let signature = self.peers[peer.0].papers.key.sign(&change_statement(&doc, &actor, 1, &hash));
        let run = Run { raw, hash, signature: Some(signature), urgent: false };
        Pack::cut(doc, actor, 1, None, &[run]).ok().flatten()
    }

    /// Sends a pack that the machine's program knows nothing of. Returns whether it has a line.
    pub fn inject_pack(&mut self, peer: PeerId, pack: Pack) -> bool {
        self.inject(peer, Class::Edits, Frame::Pack(Box::new(pack)).encode())
    }

    /// Lets a machine do harm of a kind, if it has a line to do it by.
    pub fn harm(&mut self, peer: PeerId, hazard: Hazard) -> bool {
        let other = PeerId(self.dice.place(self.peers.len()));
        let own = self.issues_of(peer);
        let done = match hazard {
            Hazard::ForgedAuthor => {
                let actor = self.new_author(other);
                if self.device(other) == self.device(peer) {
                    // The copy of one's own card is oneself.
                    return false;
                }
                self.forbidden.insert((own, actor));
                other != peer && self.forged(peer, own, actor, |_, raw, hash| (raw, hash))
            }
            Hazard::ForeignScope => {
                let foreign = self.communes.values().copied().find(|collection| *collection != own.collection);
                let doc = DocId { collection: foreign.or(self.province).unwrap_or(own.collection), ..own };
                let actor = self.new_author(peer);
                if doc != own {
                    self.forbidden.insert((doc, actor));
                }
                doc != own && self.forged(peer, doc, actor, |_, raw, hash| (raw, hash))
            }
            Hazard::ForkedChain => {
                let actor = self.new_author(peer);
                self.forked.insert(actor);
                self.forged(peer, own, actor, |_, raw, hash| (raw, hash))
                    && self.forged(peer, own, actor, |_, raw, hash| (raw, hash))
            }
            Hazard::Poison => {
                let actor = self.new_author(peer);
                self.forged(peer, own, actor, |dice, raw, _| {
                    forge(&raw, |inside| {
                        for _ in 0..dice.within(1, 4) {
                            let at = dice.place(inside.len());
                            inside[at] = dice.roll().to_be_bytes()[0];
                        }
                    })
                })
            }
            Hazard::OldPacks => {
                let kept = self.peers[other.0].overheard.clone();
                kept.into_iter().fold(false, |_, bytes| self.inject(peer, Class::Edits, bytes))
            }
            Hazard::ForgedReceipt => self.forged_receipt(peer),
            Hazard::ForgedRoster => self.forged_roster(peer),
            Hazard::Flood => self.flood(peer, own),
            Hazard::NewerProtocol => {
                let bytes: [u8; 40] = self.dice.bytes();
                let frame = [&[1, 200], bytes.as_slice()].concat();
                self.inject(peer, Class::Control, frame)
            }
            _ => {
                let mut bytes = vec![0; self.dice.place(400)];
                self.dice.fill(&mut bytes);
                self.inject(peer, Class::Control, bytes)
            }
        };
        if done {
            self.fired.count(hazard);
        }
        done
    }

    /// Sends somebody's first change of an author, made by `change` from an honest one.
    fn forged(
        &mut self,
        peer: PeerId,
        doc: DocId,
        actor: ActorId,
        change: impl FnOnce(&mut Dice, Vec<u8>, ChangeHash) -> (Vec<u8>, ChangeHash),
    ) -> bool {
        let (issue, event) = (RecordId(self.dice.bytes()), EventId(self.dice.bytes()));
        let form = Comment { issue, event, text: "Giả mạo".to_owned(), numbers_only: false, urgent: false };
        let by = By { name: "Người lạ".to_owned(), role: Role::Leader };
        let desk = Desk { doc, stamp: Stamp { at: self.wall(peer), by }, side: Side::Commune, made_up: true };
        let Ok(edit) = form.edit(&desk) else { return false };
        let written = self.write_apart(actor, &edit);
        let change = change(&mut self.dice, written.raw, written.hash);
        self.memory.apart(change.1);
        let pack = self.pack_apart(peer, doc, actor, change);
        pack.is_some_and(|pack| self.inject_pack(peer, pack))
    }

    /// Says in the desk's name that it shows what nobody has shown.
    fn forged_receipt(&mut self, peer: PeerId) -> bool {
        let Some((promise, desk)) = self.promises.last().copied().zip(self.desk) else { return false };
        let Promise { doc, actor, seq, hash, .. } = promise;
        let (tip, at) = (Tip { seq: seq + 1_000, hash }, self.true_time());
        let signature = self.peers[peer.0].papers.key.sign(&Receipt::statement(&doc, &actor, &tip, at));
        let named = if self.dice.chance(50) { desk } else { peer };
        let desk = self.peers[named.0].device;
        let receipt = Receipt { doc, actor, seq: tip.seq, hash, at, desk, signature };
        self.inject(peer, Class::Edits, Frame::Shown(receipt).encode())
    }

    /// Shows a roster of its own making: another province's, or the real one with a byte changed.
    fn forged_roster(&mut self, peer: PeerId) -> bool {
        let key = self.peers[peer.0].papers.key.clone();
        let founding = Founding {
            province_code: "19".to_owned(),
            name: "Thái Nguyên".to_owned(),
            collection: self.province.unwrap_or(hopluu_model::CollectionId([0; 16])),
            root: key.id(),
            next_root: self.dice.bytes(),
            desk: key.id(),
            relays: Vec::new(),
        };
        let own = Roster::found(founding, self.true_time(), &key, &key).ok();
        let real = self.mailbox(peer).map(|mailbox| mailbox.trust().roster());
        let entries_of = |roster: &Roster| roster.entries_after(0).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut entries, head) = match (own, real) {
            (_, Some(real)) if real.version() > 0 && peer.0.is_multiple_of(2) => {
                (entries_of(real), real.head().map(|head| head.to_bytes()))
            }
            (Some(own), _) => (entries_of(&own), own.head().map(|head| head.to_bytes())),
            _ => return false,
        };
        let Some(mut head) = head else { return false };
        let bytes = if self.dice.chance(50) { Some(&mut head) } else { entries.last_mut() };
        if let Some(bytes) = bytes {
            let at = self.dice.place(bytes.len());
            bytes[at] ^= 1 << self.dice.within(0, 8);
        }
        self.inject(peer, Class::Control, Frame::Roster { entries, head }.encode())
    }

    fn flood(&mut self, peer: PeerId, doc: DocId) -> bool {
        let frames = [
            Frame::Compare { digest: self.dice.bytes() },
            Frame::RosterAsk { after: 0 },
            Frame::Want { doc, actor: self.new_author(peer), from: 1 },
            Frame::ClockOf(ClockOf {
                doc,
                entries: vec![(self.new_author(peer), 9, ChangeHash([9; 32]))],
                answer: true,
            }),
        ];
        let frames = frames.map(|frame| frame.encode());
        (0..FLOOD).fold(false, |_, number| self.inject(peer, Class::Control, frames[number % frames.len()].clone()))
    }
}

/// Changes the inside of a raw change and makes its lengths and sums right again: a chunk that only the change itself
/// gives away.
#[must_use]
pub fn forge(raw: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> (Vec<u8>, ChangeHash) {
    const TYPE_AT: usize = 8;
    let body = raw.iter().skip(TYPE_AT + 1).position(|byte| byte & 0x80 == 0).map_or(raw.len(), |at| TYPE_AT + 2 + at);
    let mut inside = raw[body.min(raw.len())..].to_vec();
    change(&mut inside);
    let mut chunk = vec![1];
    let mut left = inside.len();
    while left >= 0x80 {
        chunk.push(u8::try_from(left & 0x7f).unwrap_or(0) | 0x80);
        left >>= 7;
    }
    chunk.push(u8::try_from(left).unwrap_or(0));
    chunk.extend_from_slice(&inside);
    let hash = sha256(&chunk);
    let mut forged = raw[..4].to_vec();
    forged.extend_from_slice(&hash[..4]);
    forged.extend_from_slice(&chunk);
    (forged, ChangeHash(hash))
}
