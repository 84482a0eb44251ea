//! A record that was called a mistake by somebody who did not know what others wrote of it.

use std::collections::BTreeMap;

use super::clash::{Clash, ClashKind, ClashOption, Said};
use super::fields::settler;
use crate::digest;
use crate::id::RecordId;
use crate::record::{Field, Snapshot, Value};

/// The digest of what a record says and of the records that name it: what whoever calls it a mistake has seen.
#[must_use]
pub fn seen(record: &Snapshot, named_by: &[RecordId]) -> String {
    told(digest_of(record, named_by))
}

/// The same of a record as it began, before anybody named it.
#[must_use]
pub fn seen_first(fields: &[(Field, Value)]) -> String {
    told(digest(fields.iter().map(|(field, value)| (*field, value)).collect(), &[]))
}

/// A digest as it is stored.
pub(crate) fn told(digest: RecordId) -> String {
    digest::letters(&digest.0)
}

fn digest_of(record: &Snapshot, named_by: &[RecordId]) -> RecordId {
    digest(record.fields.iter().map(|(field, held)| (*field, &held.value)).collect(), named_by)
}

fn digest(fields: BTreeMap<Field, &Value>, named_by: &[RecordId]) -> RecordId {
    const BESIDE: [Field; 3] = [Field::VOID, Field::VOID_SEEN, Field::MADE_UP];
    let said = fields.iter().filter(|(field, value)| !BESIDE.contains(field) && ***value != Value::Empty);
    // As documents keep them: digests of other versions of this program must be the same.
    let stored = |field: Field, value: &Value| postcard::to_allocvec(&(field.0, value)).unwrap_or_default();
    let mut parts: Vec<Vec<u8>> = said.map(|(field, value)| stored(*field, value)).collect();
    let mut named_by: Vec<_> = named_by.iter().map(|id| id.0.to_vec()).collect();
    named_by.sort_unstable();
    named_by.dedup();
    parts.extend(named_by);
    RecordId(digest::fnv128(parts.iter().map(Vec::as_slice)).to_be_bytes())
}

/// What is to be settled of a record that was entered by mistake and says something else now, or is named by others,
/// than its voider saw; `named_by` are the records of its commune that hold and name it. Settled for the mistake, what
/// is there now counts as seen.
#[must_use]
pub fn mistake(record: &Snapshot, named_by: &[RecordId]) -> Option<Clash> {
    let void = record.fields.get(&Field::VOID).filter(|_| record.is_void())?;
    let was_seen = record.fields.get(&Field::VOID_SEEN)?;
    let now = digest_of(record, named_by);
    let told = Value::Text(told(now));
    let is_known = std::iter::once(was_seen).chain(&was_seen.rivals).any(|held| held.value == told);
    // Voided here and taken back there is listed as any field is.
    let is_listed = void.rivals.iter().any(|rival| rival.value != void.value);
    if is_known || is_listed {
        return None;
    }
    let written = record.fields.iter().filter(|(field, _)| ![Field::VOID, Field::VOID_SEEN].contains(field));
    let last = written.map(|(_, held)| held).max_by_key(|held| (held.stamp.at, held.actor)).unwrap_or(void);
    let option = |value: bool, held: &crate::record::Held| ClashOption {
        value: Value::Bool(value),
        event: None,
        record: record.id,
        claims: if value { vec![now] } else { vec![now, record.id] },
        after: Vec::new(),
        actor: held.actor,
        stamp: held.stamp.clone(),
        text: said(value),
    };
    let options = vec![option(true, void), option(false, last)];
    let mut clash = Clash::new(ClashKind::SameField(Field::VOID), record.id, record.doc, options);
    clash.settles = settler(record.kind, Field::VOID);
    Some(clash)
}

/// Whether it stays a mistake.
pub(super) fn said(void: bool) -> Said {
    match void {
        true => Said::new("Nhập nhầm: vẫn bỏ, kể cả nội dung ghi sau", "A mistake, also what was written of it later"),
        false => Said::new("Không nhầm: giữ lại bản ghi này", "No mistake: it stays"),
    }
}
