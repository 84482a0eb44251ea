//! What goes first.

use std::collections::{BTreeMap, VecDeque};

use hopluu_model::{ActorId, DocId, DocKind, Tick};
use hopluu_wire::{Class, Frame};

use crate::engine::{ConnId, Output, Turn};
use crate::shelf::Shelf;

/// So much may wait inside the transport before more is handed over; enough to keep a fast line busy.
const QUEUED: usize = 64 * 1024;
/// A chain that lags by more changes than this travels as history, behind the edits of the day.
const HISTORY: u64 = 256;

/// The order in which documents are wanted: the register first, then the newest issues.
pub(crate) fn rank(doc: &DocId) -> u16 {
    match doc.kind {
        DocKind::Register => 0,
        DocKind::Bulletin => 1,
        DocKind::Issues(year) => u16::MAX - year,
        DocKind::People => u16::MAX,
    }
}

/// One chain on its way to a peer.
#[derive(Debug, Clone, Copy)]
struct Chain {
    /// Everything up to here was handed to the transport.
    sent: u64,
    /// Everything up to here was acknowledged.
    held: u64,
    /// A chain keeps its stream while anything is under way, so that its packs arrive in order.
    class: Class,
    /// Asked for by the other end, which asks again if it must: forgotten once sent.
    asked: bool,
    /// Where the journal holds its first change to send. Chains of one document leave in this order, so that a line
    /// or a disk that breaks in between leaves nobody with a change whose parents are nowhere.
    written_at: u64,
}

impl Chain {
    fn from(held: u64, asked: bool, written_at: u64) -> Self {
        Self { sent: held, held, class: Class::Edits, asked, written_at }
    }
}

/// Chains on their way to one peer, and how much of them waits in the transport.
#[derive(Debug, Default)]
pub(crate) struct Pushes {
    chains: BTreeMap<(DocId, ActorId), Chain>,
    queued: BTreeMap<Class, usize>,
    /// When the transport or the peer last took something.
    moved: Tick,
}

impl Pushes {
    /// Makes sure that everything after `held` gets sent.
    pub(crate) fn offer(&mut self, chain: (DocId, ActorId), held: u64, shelf: &dyn Shelf) {
        let known = self.chains.get(&chain).copied();
        let fresh = || Chain::from(held, false, shelf.written_at(&chain.0, &chain.1, held + 1));
        let mut offered = known.unwrap_or_else(fresh);
        if offered.sent == offered.held {
            offered.sent = offered.sent.max(held);
            offered.held = offered.sent;
        }
        self.chains.insert(chain, offered);
    }

    /// One of our own chains begins again at `next`: the peer has less than we thought.
    pub(crate) fn rewind(&mut self, chain: (DocId, ActorId), next: u64, shelf: &dyn Shelf) {
        self.begin(chain, next, false, shelf);
    }

    /// The peer wants somebody's chain from `next` on.
    pub(crate) fn serve(&mut self, chain: (DocId, ActorId), next: u64, shelf: &dyn Shelf) {
        self.begin(chain, next, true, shelf);
    }

    fn begin(&mut self, (doc, actor): (DocId, ActorId), next: u64, asked: bool, shelf: &dyn Shelf) {
        let written_at = shelf.written_at(&doc, &actor, next);
        self.chains.insert((doc, actor), Chain::from(next.saturating_sub(1), asked, written_at));
    }

    /// The peer does not accept this chain; it is not offered again before roster or program change.
    pub(crate) fn abandon(&mut self, doc: DocId, actor: ActorId) {
        self.chains.remove(&(doc, actor));
    }

    /// The peer has everything up to `seq` on its disk.
    pub(crate) fn acknowledge(&mut self, now: Tick, (doc, actor): (DocId, ActorId), seq: u64) {
        self.moved = now;
        if let Some(chain) = self.chains.get_mut(&(doc, actor)) {
            chain.held = chain.held.max(seq);
            chain.sent = chain.sent.max(seq);
        }
    }

    /// The transport took so many bytes of a class.
    pub(crate) fn drained(&mut self, now: Tick, class: u8, bytes: usize) {
        // Pictures that move say nothing about edits that do not.
        if class != Class::Attachments as u8 {
            self.moved = now;
        }
        for (known, queued) in &mut self.queued {
            if *known as u8 == class {
                *queued = queued.saturating_sub(bytes);
            }
        }
    }

    /// Whether something was sent that is not acknowledged, or waits to be sent.
    pub(crate) fn is_idle(&self) -> bool {
        self.chains.is_empty()
    }

    /// When the transport or the peer last took something.
    pub(crate) fn last_moved(&self) -> Tick {
        self.moved
    }

    pub(crate) fn has_room(&self, class: Class) -> bool {
        self.queued.get(&class).copied().unwrap_or(0) < QUEUED
    }

    /// Accounts for a message handed to the transport.
    pub(crate) fn account(&mut self, class: Class, bytes: usize) {
        *self.queued.entry(class).or_default() += bytes;
    }

    /// Hands over what there is room for, and forgets chains that are acknowledged to their end.
    pub(crate) fn pump(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        let mut chains: Vec<_> = self.chains.iter().map(|(chain, how)| (*chain, how.written_at)).collect();
        chains.sort_by_key(|((doc, actor), written_at)| (rank(doc), *doc, *written_at, *actor));
        for (key, _) in chains {
            let (doc, actor) = key;
            let tip = turn.shelf.tip(&doc, &actor).map_or(0, |tip| tip.seq);
            while let Some(chain) = self.chains.get(&key).copied() {
                if chain.held >= tip || (chain.asked && chain.sent >= tip) {
                    self.chains.remove(&key);
                    break;
                }
                let class = match chain.sent == chain.held {
                    true if tip - chain.sent > HISTORY => Class::History,
                    true => Class::Edits,
                    false => chain.class,
                };
                if chain.sent >= tip || !self.has_room(class) {
                    break;
                }
                let Some(pack) = turn.shelf.pack(&doc, &actor, chain.sent + 1) else {
                    // Damage took it, or no signed head lies behind it: what is left is found by comparing.
                    self.chains.remove(&key);
                    break;
                };
                let class = if pack.urgent && chain.sent == chain.held { Class::Control } else { class };
                let sent = pack.last();
                send(turn.out, conn, class, &Frame::Pack(Box::new(pack)), self);
                self.chains.insert(key, Chain { sent, class, ..chain });
            }
        }
    }
}

/// Puts a message into the outputs and accounts for its size.
pub(crate) fn send(out: &mut VecDeque<Output>, conn: ConnId, class: Class, frame: &Frame, pushes: &mut Pushes) {
    let bytes = frame.encode();
    pushes.account(class, bytes.len());
    out.push_back(Output::Send { conn, class, bytes });
}
