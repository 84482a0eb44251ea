//! What rests on what, read from the bytes of the changes themselves.

use std::collections::{BTreeMap, BTreeSet};

use hopluu_document::genesis_hash;
use hopluu_mailbox::{QUARANTINED, changes_of};
use hopluu_model::{ActorId, ChangeHash, DocId, Edit, Side};
use hopluu_store::Store;

/// What people typed, by the hash of the change that it became.
#[derive(Default)]
pub(crate) struct Memory {
    typed: BTreeMap<ChangeHash, Typed>,
    apart: BTreeSet<ChangeHash>,
}

/// An edit and the side it was typed on.
pub(super) struct Typed {
    pub(super) edit: Edit,
    pub(super) side: Side,
}

impl Memory {
    /// Remembers what somebody typed.
    pub(crate) fn typed(&mut self, hash: ChangeHash, side: Side, edit: &Edit) {
        self.typed.insert(hash, Typed { edit: edit.clone(), side });
    }

    /// Remembers a change that nobody typed, and that can have no part in any clash: a forged remark on an issue that
    /// nobody has, a commune's own record.
    pub(crate) fn apart(&mut self, hash: ChangeHash) {
        self.apart.insert(hash);
    }
}

/// How far each author had got in what somebody saw.
pub(super) type Saw = BTreeMap<ActorId, u64>;

/// A typed edit that is in a document, and what its writer saw.
pub(super) struct Change<'a> {
    pub(super) actor: ActorId,
    pub(super) seq: u64,
    /// Number of its first operation: higher than that of all it rests on.
    pub(super) first_op: u64,
    /// Itself included.
    pub(super) saw: Saw,
    pub(super) typed: &'a Typed,
}

/// What the bytes of a change say of its place.
struct Raw {
    actor: ActorId,
    seq: u64,
    hash: ChangeHash,
    parents: Vec<ChangeHash>,
    first_op: u64,
}

/// The typed edits that are in a document: those for which everything they rest on is held. `None` when something is in
/// it of which nobody remembers what it says, as edits that an office wrote again after a revocation or a loss.
pub(super) fn typed_in<'a>(store: &Store, doc: DocId, memory: &'a Memory) -> Result<Option<Vec<Change<'a>>>, String> {
    let mut waiting = held(store, doc)?;
    let mut saw: BTreeMap<ChangeHash, Saw> = BTreeMap::from([(genesis_hash(&doc), Saw::new())]);
    let mut found = Vec::new();
    loop {
        let (ready, others): (Vec<Raw>, Vec<Raw>) =
            waiting.into_iter().partition(|raw| raw.parents.iter().all(|parent| saw.contains_key(parent)));
        waiting = others;
        if ready.is_empty() {
            return Ok(Some(found));
        }
        for Raw { actor, seq, hash, parents, first_op } in ready {
            let mut sees = Saw::from([(actor, seq)]);
            for (actor, seq) in parents.iter().filter_map(|parent| saw.get(parent)).flatten() {
                let known = sees.entry(*actor).or_default();
                *known = seq.max(known).to_owned();
            }
            saw.insert(hash, sees.clone());
            match memory.typed.get(&hash) {
                Some(typed) => found.push(Change { actor, seq, first_op, saw: sees, typed }),
                None if memory.apart.contains(&hash) => {}
                None => return Ok(None),
            }
        }
    }
}

/// Every change held of a document, without what no document can take.
fn held(store: &Store, doc: DocId) -> Result<Vec<Raw>, String> {
    let text = |error: hopluu_store::StoreError| error.to_string();
    let mut unfit = store.refusals(Some(&doc)).map_err(text)?;
    unfit.retain(|refusal| refusal.reason == QUARANTINED);
    let mut all = Vec::new();
    for (actor, tip) in store.clock(&doc).map_err(text)?.0 {
        let stop = unfit.iter().filter(|refusal| refusal.actor == actor).map(|refusal| refusal.seq).min();
        let mut next = 1;
        while next <= tip.seq && stop.is_none_or(|stop| next < stop) {
            let runs = changes_of(store, &doc, &actor, next).map_err(text)?;
            if runs.is_empty() {
                return Err(format!("change {next} of {} in {doc} cannot be read", actor.short()));
            }
            for run in runs {
                let (parents, first_op) =
                    place_of(&run.raw).ok_or_else(|| format!("change {next} of {} in {doc} is none", actor.short()))?;
                if stop.is_none_or(|stop| next < stop) {
                    all.push(Raw { actor, seq: next, hash: run.hash, parents, first_op });
                }
                next += 1;
            }
        }
    }
    Ok(all)
}

/// The parents of a change and the number of its first operation. A change begins with four bytes of magic, four of
/// checksum, its type and its length; then come the parents, the author, its number, and the first operation's.
pub(super) fn place_of(raw: &[u8]) -> Option<(Vec<ChangeHash>, u64)> {
    const TYPE_AT: usize = 8;
    let (mut rest, _) = number(raw.get(TYPE_AT + 1..)?)?;
    let count;
    (rest, count) = number(rest)?;
    let mut parents = Vec::new();
    for _ in 0..count {
        let (hash, after) = rest.split_at_checked(32)?;
        parents.push(ChangeHash::from_slice(hash)?);
        rest = after;
    }
    let length;
    (rest, length) = number(rest)?;
    rest = rest.get(usize::try_from(length).ok()?..)?;
    (rest, _) = number(rest)?;
    let (_, first_op) = number(rest)?;
    Some((parents, first_op))
}

/// A number in groups of seven bits, the lowest first, and what follows it.
fn number(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let (groups, rest) = bytes.split_at(end + 1);
    Some((rest, groups.iter().rev().fold(0, |number, group| (number << 7) | u64::from(group & 0x7f))))
}
