//! What the engine may ask of whoever holds the changes.

use hopluu_model::{ActorId, Clock, CollectionId, DeviceId, DocId, PictureKey, Tip};
use hopluu_wire::digest::Digest;
use hopluu_wire::frame::{Cursor, Frame};
use hopluu_wire::{Pack, digest_of_scope};

/// One record of a journal that others may want, without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailItem {
    /// Its number in the journal.
    pub number: u64,
    /// The document it concerns.
    pub doc: DocId,
    /// The device that handed it over, which has it; `None` for receipts. An author whose change others bring may have
    /// come back with less.
    pub from: Option<DeviceId>,
    /// For changes: author chain, first and last sequence number.
    pub run: Option<(ActorId, u64, u64)>,
    /// Its size in the journal.
    pub bytes: u32,
}

/// How much of a picture is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureState {
    /// So many pieces from the first, or none.
    Part(u32),
    /// All of it, of so many bytes.
    Whole(u32),
}

/// The pictures that are passed over when one is looked for.
pub type Passed<'a> = &'a dyn Fn(&PictureKey) -> bool;

/// What is held, verified, admitted and on disk.
///
/// Answers are of one moment: nothing changes between two questions of one call. A holder that cannot read
/// a part of its disk answers as if it did not hold it, and mends that by itself.
pub trait Shelf {
    /// The documents a device may read of which something is held, in order, with their digests.
    fn scope(&self, device: &DeviceId) -> Vec<(DocId, Digest)>;

    /// Whether a device may read a document.
    fn may_read(&self, device: &DeviceId, doc: &DocId) -> bool;

    /// The held clock of a document.
    fn clock(&self, doc: &DocId) -> Clock;

    /// The end of one chain.
    fn tip(&self, doc: &DocId, actor: &ActorId) -> Option<Tip>;

    /// Where the journal holds change `seq` of a chain: parents lie before what was written on top of them.
    fn written_at(&self, doc: &DocId, actor: &ActorId, seq: u64) -> u64;

    /// Whether a chain belongs to a device.
    fn owns(&self, device: &DeviceId, actor: &ActorId) -> bool;

    /// The largest pack that begins with change `from`.
    fn pack(&mut self, doc: &DocId, actor: &ActorId, from: u64) -> Option<Pack>;

    /// Chains of this device that a relay has not acknowledged to the end: document, author, acknowledged.
    fn unacknowledged(&self, relay: &DeviceId) -> Vec<(DocId, ActorId, u64)>;

    /// How far a relay has acknowledged one chain of this device.
    fn acknowledged(&self, relay: &DeviceId, doc: &DocId, actor: &ActorId) -> u64;

    /// What the journal holds after a number, in order, at most `limit` items; and the last number looked at.
    fn after(&self, number: u64, limit: usize) -> (Vec<TailItem>, u64);

    /// The message that carries a journal record.
    fn item(&mut self, number: u64) -> Option<Frame>;

    /// The end of the journal, as a cursor for a device's scope.
    fn here(&self, device: &DeviceId) -> Cursor;

    /// The same for an earlier number.
    fn place(&self, device: &DeviceId, number: u64) -> Option<Cursor>;

    /// Where this office stopped reading a relay's journal.
    fn cursor(&self, relay: &DeviceId) -> Option<Cursor>;

    /// Version of the roster held; 0 for none.
    fn roster_version(&self) -> u64;

    /// Messages that bring somebody from a roster version to ours.
    fn roster_after(&mut self, version: u64) -> Vec<Frame>;

    /// The receipts a device should know, for when a cursor cannot tell.
    fn standing(&mut self, device: &DeviceId) -> Vec<Frame>;

    /// What of a device's own is refused. No cursor tells of them, and they are few.
    fn refusals(&mut self, device: &DeviceId) -> Vec<Frame>;

    /// Digest of all receipts held (relay) or given (province desk).
    fn receipts_digest(&self) -> Digest;

    /// All receipts given by this desk.
    fn receipts(&mut self) -> Vec<Frame>;

    /// Whether the first device is a province desk, which may know how the second one's line stands.
    fn oversees(&self, desk: &DeviceId, device: &DeviceId) -> bool;

    /// The name of the folder of pictures; `None` when none are kept.
    fn folder(&self) -> Option<[u8; 16]>;

    /// Whether this office holds or wants any picture.
    fn has_pictures(&self) -> bool;

    /// Whether a device may bring and have the pictures of a collection.
    fn sees(&self, device: &DeviceId, collection: &CollectionId) -> bool;

    /// How much of a picture is held.
    fn picture(&self, key: &PictureKey) -> PictureState;

    /// One piece of a whole picture.
    fn piece(&mut self, key: &PictureKey, index: u32) -> Option<Vec<u8>>;

    /// Whether there is room for a picture of so many bytes that a device brings.
    fn has_room(&self, key: &PictureKey, size: u32, device: &DeviceId) -> bool;

    /// A picture that this office wants and has not got, with its size.
    fn wanted(&self, passed: Passed<'_>) -> Option<(PictureKey, u32)>;

    /// A whole picture that the relay is not known to hold, with its size.
    fn unsent(&self, passed: Passed<'_>) -> Option<(PictureKey, u32)>;

    /// Digest of a device's scope.
    fn digest(&self, device: &DeviceId) -> Digest {
        let scope = self.scope(device);
        digest_of_scope(scope.iter().map(|(doc, digest)| (doc, digest)))
    }
}
