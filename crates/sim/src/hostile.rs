//! People who mean harm: with a key of the province and a line, but a program of their own.

use hopluu_document::{Document, Written};
use hopluu_identity::{change_statement, new_actor, sha256};
use hopluu_model::{ActorId, ChangeHash, DocId, Edit};
use hopluu_wire::frame::Frame;
use hopluu_wire::{Class, Pack, Run};

use crate::lines::{End, Stand};
use crate::peer::PeerId;
use crate::world::World;

impl World {
    /// Lets a machine say something that its program never would. Returns whether it has a line.
    pub fn inject(&mut self, peer: PeerId, class: Class, bytes: Vec<u8>) -> bool {
        let live = self.lines.of(peer).into_iter().find(|id| {
            self.lines.conns.get(id).is_some_and(|conn| conn.caller == peer && conn.stand(End::Caller) == Stand::Up)
        });
        if let Some(conn) = live {
            self.note(peer, "says something strange");
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

    /// Signs a first change with the key of a machine and packs it.
    ///
    /// # Panics
    /// When the change is no change at all: a mistake of the story.
    #[must_use]
    pub fn pack_apart(&self, peer: PeerId, doc: DocId, actor: ActorId, change: (Vec<u8>, ChangeHash)) -> Pack {
        let (raw, hash) = change;
        let signature = self.peers[peer.0].papers.key.sign(&change_statement(&doc, &actor, 1, &hash));
        let run = Run { raw, hash, signature: Some(signature), urgent: false };
        Pack::cut(doc, actor, 1, None, &[run]).expect("a chunk can be packed").expect("it is signed")
    }

    /// Sends a pack that the machine's program knows nothing of. Returns whether it has a line.
    pub fn inject_pack(&mut self, peer: PeerId, pack: Pack) -> bool {
        self.inject(peer, Class::Edits, Frame::Pack(Box::new(pack)).encode())
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
