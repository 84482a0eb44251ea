//! What a change from outside may touch.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Change, ObjId, legacy};

/// Why a change is not fed to automerge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("not a plain change chunk")]
    Chunk,
    #[error("automerge cannot read it")]
    Unreadable,
    #[error("automerge itself would write it in other bytes")]
    Spelling,
    #[error("it touches more than records and events")]
    Layout,
    #[error("its operations are not numbered on from those of its parents")]
    Numbers,
    #[error("it replaces what is not there")]
    Replaced,
    #[error("it holds more operations than its size allows")]
    Bomb,
}

/// No honest edit of 16 KiB holds more; a few bytes of run lengths can claim billions.
const MAX_OPS: u64 = 4_096;
/// The key under which a record's creation lies.
pub(crate) const CREATION: &str = "c";
/// Magic, checksum; then the chunk type, where 1 is a plain change.
const TYPE_AT: usize = 8;

/// A change that keeps to the layout, with what is still to be checked once its parents are here.
pub(crate) struct Checked {
    pub(crate) change: Change,
    pub(crate) writes: Vec<legacy::Op>,
}

/// The two containers as operations name them.
pub(crate) struct Containers {
    records: Option<legacy::OpId>,
    events: Option<legacy::OpId>,
}

impl Containers {
    pub(crate) fn new(records: &ObjId, events: &ObjId) -> Self {
        Self { records: own_id(records), events: own_id(events) }
    }

    pub(crate) fn is_records(&self, object: &legacy::OpId) -> bool {
        self.records.as_ref() == Some(object)
    }

    pub(crate) fn is_events(&self, object: &legacy::OpId) -> bool {
        self.events.as_ref() == Some(object)
    }
}

/// Parses a change inside a fence and checks that it keeps to the layout.
pub(crate) fn parse(bytes: &[u8], containers: &Containers) -> Result<Checked, Unfit> {
    if bytes.get(TYPE_AT) != Some(&1) {
        return Err(Unfit::Chunk);
    }
    let parsed = catch_unwind(AssertUnwindSafe(|| Change::from_bytes(bytes.to_vec())));
    let change = parsed.map_err(|_| Unfit::Unreadable)?.map_err(|_| Unfit::Unreadable)?;
    if change.len() as u64 > MAX_OPS {
        return Err(Unfit::Bomb);
    }
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let expanded = change.decode();
        (Change::from(expanded.clone()), expanded)
    }));
    let (respelt, expanded) = decoded.map_err(|_| Unfit::Unreadable)?;
    if respelt.raw_bytes() != bytes {
        return Err(Unfit::Spelling);
    }
    // An object this change makes itself.
    let begun = |object: &legacy::OpId| object.1 == expanded.actor_id && object.0 >= expanded.start_op.get();
    let fits = expanded.operations.iter().all(|op| fits(op, containers, &begun));
    if fits { Ok(Checked { change, writes: expanded.operations }) } else { Err(Unfit::Layout) }
}

fn own_id(object: &ObjId) -> Option<legacy::OpId> {
    match object {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some(legacy::OpId(*counter, actor.clone())),
    }
}

/// Below the two containers only; only puts of bytes and, among records, of maps. Records and events begin once, and
/// nothing replaces what they began with.
fn fits(op: &legacy::Op, containers: &Containers, begun: &impl Fn(&legacy::OpId) -> bool) -> bool {
    let legacy::ObjectId::Id(object) = &op.obj else { return false };
    let (in_records, in_events) = (containers.is_records(object), containers.is_events(object));
    let first = op.pred.is_empty();
    match &op.action {
        legacy::OpType::Make(automerge::ObjType::Map) => in_records && first,
        legacy::OpType::Put(automerge::ScalarValue::Bytes(_)) if in_events => first,
        legacy::OpType::Put(automerge::ScalarValue::Bytes(_)) if is_creation(&op.key) => first && begun(object),
        legacy::OpType::Put(automerge::ScalarValue::Bytes(_)) => !in_records,
        _ => false,
    }
}

fn is_creation(key: &legacy::Key) -> bool {
    matches!(key, legacy::Key::Map(key) if key == CREATION)
}
