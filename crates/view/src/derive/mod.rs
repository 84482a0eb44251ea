//! What is derived from records and events, and kept only to be found quickly.

pub(crate) mod names;

use std::collections::BTreeSet;

use hopluu_model::RecordId;
use rusqlite::Connection;

use crate::Result;
use crate::fold::Moved;

/// The derived tables.
pub(crate) const TABLES: &str = "";

/// The derived tables as `dump` prints them.
pub(crate) const DUMP: &[(&str, &str)] = &[];

/// Brings the derived tables up to what moved; returns the records whose derived rows changed.
pub(crate) fn after(_tx: &Connection, _moved: &[Moved]) -> Result<BTreeSet<RecordId>> {
    Ok(BTreeSet::new())
}
