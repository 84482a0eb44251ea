//! What goes first.

use std::collections::{BTreeMap, VecDeque};

use hopluu_model::{ActorId, DocId, DocKind};
use hopluu_wire::{Class, Frame};

use crate::engine::{ConnId, Output, Turn};

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
}

/// Chains on their way to one peer, and how much of them waits in the transport.
#[derive(Debug, Default)]
pub(crate) struct Pushes {
    chains: BTreeMap<(u16, DocId, ActorId), Chain>,
    queued: BTreeMap<Class, usize>,
}

impl Pushes {
    /// Makes sure that everything after `held` gets sent.
    pub(crate) fn offer(&mut self, doc: DocId, actor: ActorId, held: u64) {
        let fresh = Chain { sent: held, held, class: Class::Edits, asked: false };
        let chain = self.chains.entry((rank(&doc), doc, actor)).or_insert(fresh);
        if chain.sent == chain.held {
            chain.sent = chain.sent.max(held);
            chain.held = chain.sent;
        }
    }

    /// One of our own chains begins again at `next`: the peer has less than we thought.
    pub(crate) fn rewind(&mut self, doc: DocId, actor: ActorId, next: u64) {
        self.begin(doc, actor, next, false);
    }

    /// The peer wants somebody's chain from `next` on.
    pub(crate) fn serve(&mut self, doc: DocId, actor: ActorId, next: u64) {
        self.begin(doc, actor, next, true);
    }

    fn begin(&mut self, doc: DocId, actor: ActorId, next: u64, asked: bool) {
        let from = next.saturating_sub(1);
        let chain = Chain { sent: from, held: from, class: Class::Edits, asked };
        self.chains.insert((rank(&doc), doc, actor), chain);
    }

    /// The peer does not accept this chain; it is not offered again before roster or program change.
    pub(crate) fn abandon(&mut self, doc: DocId, actor: ActorId) {
        self.chains.remove(&(rank(&doc), doc, actor));
    }

    /// The peer has everything up to `seq` on its disk.
    pub(crate) fn acknowledge(&mut self, doc: DocId, actor: ActorId, seq: u64) {
        if let Some(chain) = self.chains.get_mut(&(rank(&doc), doc, actor)) {
            chain.held = chain.held.max(seq);
            chain.sent = chain.sent.max(seq);
        }
    }

    /// The transport took so many bytes of a class.
    pub(crate) fn drained(&mut self, class: u8, bytes: usize) {
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

    pub(crate) fn has_room(&self, class: Class) -> bool {
        self.queued.get(&class).copied().unwrap_or(0) < QUEUED
    }

    /// Accounts for a message handed to the transport.
    pub(crate) fn account(&mut self, class: Class, bytes: usize) {
        *self.queued.entry(class).or_default() += bytes;
    }

    /// Hands over what there is room for, and forgets chains that are acknowledged to their end.
    pub(crate) fn pump(&mut self, conn: ConnId, turn: &mut Turn<'_>) {
        let tips: Vec<_> = self.chains.keys().copied().collect();
        for key in tips {
            let (_, doc, actor) = key;
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
                let Some(pack) = turn.shelf.pack(&doc, &actor, chain.sent + 1) else { break };
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
