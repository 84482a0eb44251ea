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
    #[error("it touches more than records and events")]
    Layout,
    #[error("it holds more operations than its size allows")]
    Bomb,
}

/// No honest edit of 16 KiB holds more; a few bytes of run lengths can claim billions.
const MAX_OPS: u64 = 4_096;
/// Magic, checksum; then the chunk type, where 1 is a plain change.
const TYPE_AT: usize = 8;

/// Parses a change inside a fence and checks that it keeps to the layout.
pub(crate) fn parse(bytes: &[u8], records: &ObjId, events: &ObjId) -> Result<Change, Unfit> {
    if bytes.get(TYPE_AT) != Some(&1) {
        return Err(Unfit::Chunk);
    }
    let parsed = catch_unwind(AssertUnwindSafe(|| Change::from_bytes(bytes.to_vec())));
    let change = parsed.map_err(|_| Unfit::Unreadable)?.map_err(|_| Unfit::Unreadable)?;
    if change.len() as u64 > MAX_OPS {
        return Err(Unfit::Bomb);
    }
    let expanded = catch_unwind(AssertUnwindSafe(|| change.decode())).map_err(|_| Unfit::Unreadable)?;
    let ours = [own_id(records), own_id(events)];
    let fits = expanded.operations.iter().all(|op| fits(op, &ours));
    if fits { Ok(change) } else { Err(Unfit::Layout) }
}

fn own_id(object: &ObjId) -> Option<legacy::OpId> {
    match object {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some(legacy::OpId(*counter, actor.clone())),
    }
}

/// Below the two containers only; only puts of bytes and, among records, of maps.
fn fits(op: &legacy::Op, containers: &[Option<legacy::OpId>; 2]) -> bool {
    let legacy::ObjectId::Id(object) = &op.obj else { return false };
    let is = |container: &Option<legacy::OpId>| container.as_ref() == Some(object);
    match &op.action {
        legacy::OpType::Make(automerge::ObjType::Map) => is(&containers[0]),
        legacy::OpType::Put(automerge::ScalarValue::Bytes(_)) => !is(&containers[0]),
        _ => false,
    }
}
